"""No file of a crate uses one that uses it, directly or through others."""

import pytest

import module_cycles
from translated import ROOT


@pytest.mark.parametrize("root", module_cycles.crates(), ids=lambda root: str(root.relative_to(ROOT)))
def test_no_files_import_each_other(root):
    found = [module_cycles.described(cycle) for cycle in module_cycles.cycles(root)]
    assert not found, "\n".join(["move what both sides need into a file of its own:", *found])


def test_a_cycle_is_found_through_a_re_export(tmp_path):
    root = crate(
        tmp_path,
        {
            "lib.rs": "mod a;\nmod b;\n",
            "a/mod.rs": "mod inner;\npub use inner::Inner;\n",
            "a/inner.rs": "use std::fmt;\n\npub struct Inner(crate::b::B);\n",
            "b.rs": 'use crate::a::{Inner as I};\nconst TEXT: &str = "super::a";\npub struct B(Option<Box<I>>);\n',
        },
    )
    assert steps(root) == [[("inner.rs", 3), ("b.rs", 1)]]


def test_a_child_and_a_parent_that_need_each_other_are_a_cycle(tmp_path):
    root = crate(
        tmp_path,
        {"lib.rs": "mod child;\npub struct P;\nfn f() {\n    child::run(P);\n}\n", "child.rs": "pub fn run(_: super::P) {}\n"},
    )
    assert steps(root) == [[("child.rs", 1), ("lib.rs", 4)]]


def test_declaring_handing_on_and_testing_are_no_use(tmp_path):
    root = crate(
        tmp_path,
        {
            "lib.rs": "mod a;\nmod b;\npub use a::A;\npub struct Own;\n",
            "a.rs": "use crate::{Own, b::B};\npub struct A(Own, B);\n",
            "b.rs": "// crate::a::A\npub struct B;\n#[cfg(test)]\nmod tests {\n    use crate::A;\n}\n",
        },
    )
    assert steps(root) == []


def crate(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder / "lib.rs"


def steps(root):
    return [[(file.name, line) for file, line in cycle] for cycle in module_cycles.cycles(root)]
