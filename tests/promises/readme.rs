//! The README's table of invariants names tests that exist.

use std::fs;
use std::path::{Path, PathBuf};

/// What a cell of the table names in backticks.
#[derive(Debug, PartialEq, Eq)]
enum Named<'a> {
    /// `module::test_name` in `tests/promises/`; `…` stands for any text.
    Promise(&'a str),
    /// The same in the sources of a crate: `` `mailer`: `render::tests` ``.
    OfCrate(&'a str, &'a str),
    /// A file or folder, from the top of the repository.
    Place(&'a str),
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_test_that_the_table_of_invariants_names_exists() {
    let readme = fs::read_to_string(top().join("README.md")).expect("there is a README");
    let named: Vec<Named<'_>> = rows(&readme).flat_map(names).collect();
    assert!(named.len() > 20, "the table of invariants is gone: {named:?}");
    let gone: Vec<&Named<'_>> = named.iter().filter(|named| !exists(named)).collect();
    assert!(gone.is_empty(), "named and not there: {gone:?}");
}

/// The second cells of the table under the heading.
fn rows(readme: &str) -> impl Iterator<Item = &str> {
    let section = readme.split("\n## ").find(|section| section.starts_with("Invariants"));
    let rows = section.unwrap_or_default().lines().filter(|line| line.starts_with("| "));
    rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit_once(" | ")).map(|(_, cell)| cell)
}

fn names(cell: &str) -> Vec<Named<'_>> {
    let parts: Vec<&str> = cell.split('`').collect();
    let mut named = Vec::new();
    for at in (1..parts.len()).step_by(2) {
        let (text, before) = (parts[at], parts[at - 1]);
        if text.contains('/') {
            named.push(Named::Place(text));
        } else if text.contains("::") && before == ": " {
            named.push(Named::OfCrate(parts[at - 2], text));
        } else if text.contains("::") {
            named.push(Named::Promise(text));
        }
    }
    named
}

fn exists(named: &Named<'_>) -> bool {
    match named {
        Named::Promise(path) => is_in(&top().join("tests/promises"), path),
        Named::OfCrate(name, path) => {
            let of_service = top().join("services").join(name).join("src");
            is_in(&of_service, path) || is_in(&top().join(name).join("src"), path)
        }
        Named::Place(path) => top().join(path).exists(),
    }
}

/// Whether a module below `sources` has such a test, or such a module of tests.
fn is_in(sources: &Path, path: &str) -> bool {
    let (module, name) = path.rsplit_once("::").expect("it has one");
    let module = sources.join(module.replace("::", "/"));
    let files = [module.with_extension("rs"), module.join("mod.rs")];
    let text: String = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
    let module_of_tests = [format!("mod {name};"), format!("mod {name} {{")];
    tests(&text).iter().any(|test| matches(name, test))
        || text.lines().any(|line| module_of_tests.contains(&line.to_owned()))
}

/// The functions that have an attribute `test`.
fn tests(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        let name = line.trim_start_matches("async ").strip_prefix("fn ");
        if let Some(name) = name.filter(|_| is_test).and_then(|rest| rest.split('(').next()) {
            found.push(name);
        }
        let goes_on = is_test && (line.starts_with("#[") || line.starts_with("//"));
        is_test = goes_on || line == "#[test]" || line.starts_with("#[tokio::test");
    }
    found
}

/// Whether `name` is what `pattern` says, with any text in the place of each `…`.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut middles: Vec<&str> = rest.split('…').collect();
    let end = middles.pop().unwrap_or_default();
    for middle in middles {
        let Some((_, after)) = left.split_once(middle) else { return false };
        left = after;
    }
    left.ends_with(end)
}

#[test]
fn a_name_in_the_table_is_known_for_what_it_is() {
    let cell = "`mailer`: `render::tests`, `ops::page::…`, and in `tests/fuzz/`";
    assert_eq!(
        names(cell),
        [
            Named::OfCrate("mailer", "render::tests"),
            Named::Promise("ops::page::…"),
            Named::Place("tests/fuzz/"),
        ]
    );
    for (pattern, name, is_it) in [
        ("a_test", "a_test", true),
        ("a_test", "a_test_more", false),
        ("…", "a_test", true),
        ("a_…", "a_test", true),
        ("b_…", "a_test", false),
        ("…_test", "a_test", true),
        ("…es…", "a_test", true),
        ("…x…", "a_test", false),
    ] {
        assert_eq!(matches(pattern, name), is_it, "{pattern} {name}");
    }
    let source =
        "#[tokio::test]\n/// Why.\nasync fn one() {\n}\nfn helper() {}\n#[test]\nfn two() {}";
    assert_eq!(tests(source), ["one", "two"]);
}
