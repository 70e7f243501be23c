"""The licences of what is shipped: every crate that a binary is linked from, by `cargo metadata`."""

import functools
import json
import re
import subprocess

from translated import ROOT, SERVICES

# What a licence here asks for is at most its notice beside the binary. Not among them: MPL-2.0, LGPL and
# GPL, which ask for source; and OpenSSL, whose advertising clause reaches every mention of the product:
# aws-lc-sys named it once and no longer does, so that nothing needs it.
PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    # Approved by the OSI. minicbor has it, which the command's jq filters (jaq) bring.
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}
# Exceptions permit more than their licence, never less.
EXCEPTIONS = {"LLVM-exception"}
# Behind the last word of an expression.
END = ""

SHIPPED = {
    "the Lambdas": [f"waybill-{service}" for service in SERVICES],
    "the waybill command": ["waybill-ops"],
    "the one-machine stack": ["waybill-local"],
}
PLATFORMS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]


def is_permissive(expression):
    """Whether an SPDX expression leaves a choice that is permissive throughout. Crates from before SPDX
    write `/` for OR. (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/)"""
    words = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR ")) + [END]
    try:
        return either(words) and words == [END]
    except ValueError:
        return False


def either(words):
    allowed = both(words)
    while words[0] == "OR":
        words.pop(0)
        # The right side is read in any case: what follows it must be found.
        allowed = both(words) or allowed
    return allowed


def both(words):
    allowed = licence(words)
    while words[0] == "AND":
        words.pop(0)
        allowed = licence(words) and allowed
    return allowed


def licence(words):
    word = words.pop(0)
    if word in (")", "AND", "OR", "WITH", END):
        raise ValueError(f"a licence is missing before {word}")
    if word == "(":
        allowed = either(words)
        if words.pop(0) != ")":
            raise ValueError("a ) is missing")
        return allowed
    if words[0] == "WITH":
        words.pop(0)
        return words.pop(0) in EXCEPTIONS and word in PERMISSIVE
    return word in PERMISSIVE


@functools.cache
def metadata():
    command = ["cargo", "metadata", "--format-version=1", "--locked"]
    for platform in PLATFORMS:
        command += ["--filter-platform", platform]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def linked(names):
    """The packages that the named ones are linked from, themselves included. What only builds or tests
    them is not: no part of it is in a binary."""
    nodes = {node["id"]: node["deps"] for node in metadata()["resolve"]["nodes"]}
    packages = {package["id"]: package for package in metadata()["packages"]}
    waiting = [key for key, package in packages.items() if package["name"] in names]
    found = {}
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = packages[key]
            waiting += [
                dependency["pkg"]
                for dependency in nodes[key]
                if any(kind["kind"] is None for kind in dependency["dep_kinds"])
            ]
    return sorted(found.values(), key=lambda package: package["name"])


def refused(packages):
    """A sentence for each package whose licence is not permissive."""
    return [
        f"{package['name']} {package['version']} is under {package['license'] or 'no licence that Cargo.toml names'}, "
        "which infra/checks/licences.py does not list as permissive: use another crate, or list the licence "
        "there and say why."
        for package in packages
        if not is_permissive(package["license"] or "")
    ]
