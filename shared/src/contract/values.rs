//! What single JSON values say.

use serde_json::Value;

/// Whether a value says nothing: null, a text without a visible character, and what holds nothing else. Many
/// serializers write these for a missing value, and PHP an empty array for an empty object.
pub(crate) fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_blank(text),
        Value::Array(items) => items.iter().all(is_absent),
        Value::Object(members) => members.values().all(is_absent),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a text has no visible character.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    !text.chars().any(is_visible)
}

fn is_visible(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_invisible_mark(c) || is_blank_letter(c))
}

/// Letters, signs and marks that are none of Cf and show nothing by themselves: fillers of Hangul, the blank of Braille,
/// joiners and selectors of another character's form.
const fn is_blank_letter(c: char) -> bool {
    matches!(
        c,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
    )
}

/// The text without what cannot be seen at its ends: white space, and the marks that copying from a table, a browser
/// or a spreadsheet leaves there.
pub(crate) fn trim_invisible(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible_mark(c))
}

/// Characters of Unicode's category Cf that show nothing: soft hyphen, spaces without width, joiners, byte order mark,
/// and what turns the direction of the text around it. Those of Cf that are seen, such as the Arabic number sign, are
/// none of them.
const fn is_invisible_mark(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

pub(crate) fn whole_number(value: &Value) -> Option<i64> {
    // From here on, a float no longer stands for one integer alone.
    const INEXACT: f64 = 9_007_199_254_740_992.0;
    let float = || value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < INEXACT);
    value.as_i64().or_else(|| float().map(|n| n as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_seen_is_taken_off_the_ends_alone() {
        assert_eq!(
            trim_invisible("\u{feff}\u{202a} 10\u{200b}01\u{202c}\n\u{200b}"),
            "10\u{200b}01"
        );
        assert_eq!(trim_invisible("\u{600}1"), "\u{600}1", "an Arabic number sign is seen");
        assert_eq!(trim_invisible("\u{ad}\u{2060}"), "");
    }

    #[test]
    fn what_says_nothing_is_absent() {
        for value in [json!(null), json!(""), json!(" \u{a0}\n"), json!([]), json!({ "a": [""] })] {
            assert!(is_absent(&value), "{value}");
        }
        for unseen in ["\u{200b}\u{2060}\u{feff}", "\u{3164}", "\u{2800} \u{fe0f}", "\u{202e}"] {
            assert!(is_absent(&json!(unseen)), "{unseen:?}");
        }
        assert!(!is_absent(&json!("\u{2764}\u{fe0f}")), "a heart and how it is shown");
        for value in [json!(false), json!(0), json!("0"), json!([0])] {
            assert!(!is_absent(&value), "{value}");
        }
    }
}
