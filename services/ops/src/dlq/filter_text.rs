//! The text of a jq filter: as it may be shown and kept, without what it quotes of a customer; and what it looks for in a
//! body that is not there.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::Value;
use shared::Kind;

/// The contract's JSON Schema, for the names of its members.
const SCHEMA: &str = include_str!("../../../../shared/schema/event.schema.json");

/// A literal of at most so many signs names nobody: `"@"`, `" - "`.
const MAX_SIGNS: usize = 4;

/// A longer number may be somebody's.
const MAX_DIGITS: usize = 5;

const MASK: &str = "***";

/// What stands in place of an at sign or a dot in addresses that are repaired.
const SPELT_SIGNS: [&str; 2] = ["at", "dot"];

static FIELD_NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut names = HashSet::new();
    // A test parses it.
    if let Ok(schema) = serde_json::from_str(SCHEMA) {
        add_field_names(&schema, &mut names);
    }
    names
});

fn add_field_names(schema: &Value, names: &mut HashSet<String>) {
    if let Some(Value::Object(properties)) = schema.get("properties") {
        names.extend(properties.keys().cloned());
    }
    match schema {
        Value::Object(members) => members.values().for_each(|it| add_field_names(it, names)),
        Value::Array(items) => items.iter().for_each(|it| add_field_names(it, names)),
        _ => {}
    }
}

/// The filter without what may be a customer's: each string literal but a few signs or words of the contract, long numbers
/// and comments. Another filter may be masked to the same text.
pub fn masked_filter(code: &str) -> String {
    let mut shown = String::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => literal_len(rest),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            // A name may hold digits, so it is read whole.
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (part, after) = rest.split_at(end);
        match first {
            '"' if !is_harmless(part.trim_matches('"')) => shown += &format!("\"{MASK}\""),
            '#' => shown += &format!("# {MASK}"),
            c if c.is_ascii_digit() && part.len() > MAX_DIGITS => shown += MASK,
            _ => shown += part,
        }
        rest = after;
    }
    shown
}

/// How many bytes the string literal takes that the text begins with: all where it has no end.
fn literal_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    // What is open: a string, or a parenthesis within one, whose value is put in there.
    let mut open = vec![b'"'];
    let mut at = 1;
    while let (Some(inner), Some(byte)) = (open.last(), bytes.get(at)) {
        at += 1;
        match (inner, byte) {
            (b'"', b'"') | (b'(', b')') => {
                open.pop();
            }
            (b'"', b'\\') => {
                open.extend(bytes.get(at).filter(|byte| **byte == b'('));
                at += 1;
            }
            (b'(', b'"' | b'(') => open.push(*byte),
            _ => {}
        }
    }
    at.min(bytes.len())
}

fn is_harmless(literal: &str) -> bool {
    if literal.chars().count() <= MAX_SIGNS && !literal.contains(char::is_alphanumeric) {
        return true;
    }
    let is_known = |word: &str| {
        SPELT_SIGNS.contains(&word) || FIELD_NAMES.contains(word) || Kind::parse(word).is_ok()
    };
    // A kind has a dot in it, and a name of a member may have a hyphen.
    let separator = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '-');
    let mut words = literal.split(separator).filter(|word| !word.is_empty());
    words.all(is_known) && !literal.contains('\\')
}

/// That there is nothing at a path that the filter changes; `None` where each has something, or it is not clear which paths
/// are of the body itself.
pub fn nothing_at(code: &str, body: &Value) -> Option<String> {
    let is_missing = |path: &&str| body.pointer(&path.replace('.', "/")).is_none_or(Value::is_null);
    let path = changed_paths(code).into_iter().find(is_missing)?;
    Some(format!("there is nothing at {path} in this body"))
}

/// The paths that are changed by what stands there, of a filter that is a row of changes: `.v = 1 | .event.id |= tostring`.
/// Of any other, which may pass on a part of the body, none from there on.
fn changed_paths(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for change in pipeline(code) {
        let change = change.trim_start();
        let end = change.find(|c: char| !c.is_ascii_alphanumeric() && !"._".contains(c));
        let (path, rest) = change.split_at(end.unwrap_or(change.len()));
        let rest = rest.trim_start();
        let is_assigned =
            ["|=", "+=", "-=", "*=", "/=", "%=", "//=", "="].iter().any(|it| rest.starts_with(it));
        if !path.starts_with('.') || path.contains("..") || !is_assigned || rest.starts_with("==") {
            break;
        }
        // What `=`, `+=` and `//=` write need not be there before.
        if !["=", "+=", "//="].iter().any(|it| rest.starts_with(it)) {
            found.push(path.trim_end_matches('.'));
        }
    }
    found
}

/// The filters between which `|` stands, outside of literals, comments and parentheses.
fn pipeline(code: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin, mut at) = (Vec::new(), 0_u32, 0, 0);
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        match first {
            '|' if depth == 0 && !rest.starts_with("|=") => {
                parts.push(&code[begin..at]);
                begin = at + 1;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += match first {
            '"' => literal_len(rest),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
    }
    parts.push(&code[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_is_kept_with_its_signs_and_field_names_and_without_what_may_be_a_customers() {
        for (typed, kept) in [
            (r#".data.order.customer.email |= sub(" at "; "@")"#, None),
            (r#"if .type == "order.confirmed" then .["customer"] = "email" else . end"#, None),
            (r#".email = "jo@example.com""#, Some(r#".email = "***""#)),
            (
                r#".name = "Zoë \(.name | ascii_downcase + "x") Krüger" | .v = 1"#,
                Some(r#".name = "***" | .v = 1"#),
            ),
            (".phone = 49170123456 # Zoë called\n| .v = 12", Some(".phone = *** # ***\n| .v = 12")),
            (r#".a = "at jo""#, Some(r#".a = "***""#)),
            (r#".a = "cut"#, Some(r#".a = "***""#)),
            (r#".a = "\u0040""#, Some(r#".a = "***""#)),
        ] {
            assert_eq!(masked_filter(typed), kept.unwrap_or(typed));
        }
        assert!(FIELD_NAMES.contains("customer") && FIELD_NAMES.contains("email"));
    }

    #[test]
    fn a_path_that_finds_nothing_in_the_body_is_named() {
        let body =
            json!({"data": {"order": {"customer": {"email": "jo at example.com", "phone": null}}}});
        let nothing = |code: &str| nothing_at(code, &body);
        let wrong = nothing(r#".event.data.order.customer.email |= sub(" at "; "@")"#);
        assert_eq!(
            wrong.unwrap(),
            "there is nothing at .event.data.order.customer.email in this body"
        );
        assert!(nothing(".data.order.id = (1 | 2) | .v |= tostring").unwrap().contains("at .v in"));
        assert!(nothing(".data.order.customer.phone -= 1").unwrap().contains(".phone"));
        for right in [
            r#".data.order.customer.email |= sub(".at."; "@") # | .x = 1"#,
            r#".data.order["customer"].mail |= ascii_downcase"#,
            ".data.order | .customer.mail |= ascii_downcase",
            "if .event == 1 then . else .event = 1 end",
            ".event == 1",
            ".data.order.customer.phone += 1 | .data.note //= 1",
            "walk(.) | ..",
        ] {
            assert_eq!(nothing(right), None, "{right}");
        }
    }
}
