//! The tests and files in the README's table of invariants exist, and the tests run by default; the links of the pages
//! lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");

/// A reference in backticks in a cell of the table.
#[derive(Debug, PartialEq, Eq)]
enum Reference<'a> {
    /// `module::test_name` of this test binary; `…` stands for any text.
    Test(&'a str),
    /// A file or directory, from the root of the repository.
    Path(&'a str),
}

#[test]
fn every_test_and_path_in_the_table_of_invariants_exists() {
    let references: Vec<Reference<'_>> = cells(README).flat_map(references).collect();
    // Without this, a renamed section would make the test pass with nothing to check.
    assert!(references.len() > 20, "the table of invariants was not found: {references:?}");
    let tests = tests_of_this_binary();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let exists = |reference: &Reference<'_>| match reference {
        Reference::Test(pattern) => tests.iter().any(|test| matches(pattern, test)),
        Reference::Path(path) => root.join(path).exists(),
    };
    let missing: Vec<_> = references.iter().filter(|reference| !exists(reference)).collect();
    assert!(missing.is_empty(), "in README.md, but they do not exist: {missing:?}");
}

/// The tests that run by default, as the test harness itself lists them.
fn tests_of_this_binary() -> BTreeSet<String> {
    let list = |more: &[&str]| -> BTreeSet<String> {
        let this = std::env::current_exe().expect("the path of this binary");
        let output = Command::new(this).arg("--list").args(more).output().expect("it starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
    };
    let ignored = list(&["--ignored"]);
    list(&[]).into_iter().filter(|test| !ignored.contains(test)).collect()
}

/// The second cells of the table in the section "Invariants".
fn cells(readme: &str) -> impl Iterator<Item = &str> {
    let section = readme.split("\n## ").find(|section| section.starts_with("Invariants"));
    let rows = section.unwrap_or_default().lines().filter(|line| line.starts_with("| "));
    rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit_once(" | ")).map(|(_, cell)| cell)
}

fn references(cell: &str) -> Vec<Reference<'_>> {
    // Every second part between backticks is code.
    let code = cell.split('`').skip(1).step_by(2);
    code.filter_map(|text| match text {
        _ if text.contains('/') => Some(Reference::Path(text)),
        _ if text.contains("::") => Some(Reference::Test(text)),
        _ => None,
    })
    .collect()
}

/// Whether `name` matches `pattern`, in which each `…` stands for any text.
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

/// The pages, from the root of the repository.
const PAGES: [&str; 8] = [
    "README.md",
    "infra/README.md",
    "services/connector/RECONCILE.md",
    "services/connector/SHOPIFY.md",
    "services/connector/WOOCOMMERCE.md",
    "services/publisher/receivers/README.md",
    "shared/CONTRACT.md",
    "shared/clients/README.md",
];

#[test]
fn each_link_of_the_pages_to_a_file_or_a_heading_leads_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut count = 0;
    for page in PAGES {
        let text = std::fs::read_to_string(root.join(page)).expect("the page is there");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http")) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let beside = root.join(page).parent().expect("a folder").join(path);
            let target = if path.is_empty() { root.join(page) } else { beside };
            assert!(target.exists(), "{page}: {link}");
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&target).expect("a page");
                assert!(anchors(&text).contains(heading), "{page}: {link}");
            }
            count += 1;
        }
    }
    assert!(count > 30, "{count} links");
}

/// What the headings of a page are linked by, as GitHub makes it of their text.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let texts = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    texts.map(|text| text.chars().filter(is_kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn references_are_parsed_and_matched() {
    let cell = "`shared/src/contract/`, `ops::kills::…`, `--yes`, and in `tests/fuzz/`";
    let parsed = references(cell);
    let expected = [
        Reference::Path("shared/src/contract/"),
        Reference::Test("ops::kills::…"),
        Reference::Path("tests/fuzz/"),
    ];
    assert_eq!(parsed, expected);
    for (pattern, name, is_match) in [
        ("a_test", "a_test", true),
        ("a_test", "a_test_more", false),
        ("…", "a_test", true),
        ("a_…", "a_test", true),
        ("b_…", "a_test", false),
        ("…_test", "a_test", true),
        ("…es…", "a_test", true),
        ("…x…", "a_test", false),
    ] {
        assert_eq!(matches(pattern, name), is_match, "{pattern} {name}");
    }
    let tests = tests_of_this_binary();
    assert!(tests.contains("readme::references_are_parsed_and_matched"));
    assert!(!tests.contains("model::larger_bounds_keep_every_promise"), "it is ignored");
}
