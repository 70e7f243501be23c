//! What a change would make of a text, line by line.

use similar::TextDiff;

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 3;

/// A line of a unified diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Its class in the style sheet.
    pub class: &'static str,
    /// With the sign at its beginning.
    pub text: String,
}

/// The lines of a unified diff.
pub fn diff_lines(unified: &str) -> Vec<DiffLine> {
    let line = |text: &str| {
        let is_header = text.starts_with("--- ") || text.starts_with("+++ ");
        let class = match text.as_bytes().first() {
            _ if is_header => "muted",
            Some(b'+') => "added",
            Some(b'-') => "removed",
            Some(b'@') => "muted",
            _ => "same",
        };
        DiffLine { class, text: text.to_owned() }
    };
    unified.lines().map(line).collect()
}

/// What differs between two texts; empty where nothing does.
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    diff_lines(&diff.unified_diff().context_radius(CONTEXT).missing_newline_hint(false).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_shown_as_it_was_and_as_it_will_be() {
        let lines = diff("{\n  \"a\": 1\n}\n", "{\n  \"a\": 2\n}\n");
        let classes: Vec<&str> = lines.iter().map(|line| line.class).collect();
        assert_eq!(classes, ["muted", "same", "removed", "added", "same"]);
        assert_eq!(lines[3].text, "+  \"a\": 2");
        assert_eq!(diff("{}", "{}"), []);
    }
}
