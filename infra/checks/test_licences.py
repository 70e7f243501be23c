"""Everything that is shipped has a permissive licence."""

import pytest

from licences import SHIPPED, is_permissive, linked, refused


@pytest.mark.parametrize("what", SHIPPED)
def test_everything_that_is_shipped_has_a_permissive_licence(what):
    packages = linked(SHIPPED[what])
    assert {"tokio", "aws-sdk-sqs"} <= {package["name"] for package in packages}
    assert not refused(packages), "\n".join([f"in {what}:", *refused(packages)])


@pytest.mark.parametrize(
    "expression",
    [
        "MIT",
        "MIT/Apache-2.0",
        "MIT OR LGPL-2.1-or-later",
        "GPL-2.0-only OR (MPL-2.0 OR ISC)",
        "(MIT OR GPL-2.0-only) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception",
    ],
)
def test_a_permissive_choice_is_enough(expression):
    assert is_permissive(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "MPL-2.0",
        "MIT AND MPL-2.0",
        "ISC AND (OpenSSL OR GPL-2.0-only)",
        "MIT OR Apache-2.0 AND",
        "(MIT",
        "MIT Apache-2.0",
        "MIT WITH Commons-Clause",
        "LicenseRef-Mine",
    ],
)
def test_what_is_not_permissive_or_not_understood_is_refused(expression):
    assert not is_permissive(expression)


def test_a_refusal_names_the_crate_and_its_licence():
    (sentence,) = refused([{"name": "left-pad", "version": "1.0.0", "license": None}])
    assert sentence.startswith("left-pad 1.0.0 is under no licence that Cargo.toml names")
    (sentence,) = refused([{"name": "tricky", "version": "2.1.0", "license": "MPL-2.0"}])
    assert sentence.startswith("tricky 2.1.0 is under MPL-2.0, which")
