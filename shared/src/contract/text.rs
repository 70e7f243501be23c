//! Text that a customer or a shop wrote. It is untrusted: only a template may escape and show it.

use crate::contract::error::InvalidValue;

/// One line of human text: no line break and no control character can be in it, so it may stand
/// in a mail header; at most 500 characters, at least one of them visible.
///
/// Control characters and runs of white space become one space rather than an error: a line
/// break in a product title is no reason to lose the customer's mail. Unicode's invisible
/// bidirectional overrides (UAX #9 LRE, RLE, LRO, RLO, PDF) are dropped: they could reorder the
/// text around them. Letters of right-to-left scripts are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN, "maxLength" = MAX_LINE_LEN)))]
pub struct Line(String);

const MAX_LINE_LEN: usize = 500;

/// A character that is left after [`Line::parse`]: none of white space, controls and overrides.
#[cfg(test)]
const PATTERN: &str = r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u3000]";

impl Line {
    /// Normalises `text` to one line.
    ///
    /// # Errors
    /// [`InvalidValue`] when nothing visible is left, or for more than 500 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        if text.chars().count() > MAX_LINE_LEN {
            return Err(InvalidValue::expected(format!("at most {MAX_LINE_LEN} characters")));
        }
        // The overrides are dropped before white space is counted, so that a text of nothing else is empty.
        let visible: String = text
            .chars()
            .filter(|c| !matches!(c, '\u{202A}'..='\u{202E}'))
            .map(|c| if is_break(c) { ' ' } else { c })
            .collect();
        let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Err(InvalidValue::expected("text with at least one visible character"));
        }
        Ok(Self(line))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_removed() {
        let line = Line::parse(" Mug\r\nBcc: all@example.com\u{2028}\u{0}blue ").expect("text");
        assert_eq!(line.as_str(), "Mug Bcc: all@example.com blue");
    }

    #[test]
    fn an_invisible_text_is_refused() {
        assert!(Line::parse(" \r\n\u{202E} ").is_err());
        assert!(Line::parse(&"x".repeat(501)).is_err());
    }
}
