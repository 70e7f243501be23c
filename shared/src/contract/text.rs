//! Text that a customer or a shop wrote. It is untrusted: only a template may escape and show it.

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;

pub use crate::contract::values::is_blank;

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

/// The most characters of a [`Line`].
pub const MAX_LINE_LEN: usize = 500;

/// A text of several lines, as a customer may write one: at most 5,000 characters. What holds of a [`Line`] holds
/// of each of its lines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN, "maxLength" = MAX_TEXT_LEN)))]
pub struct Text(String);

/// The most characters of a [`Text`].
pub const MAX_TEXT_LEN: usize = 5_000;

/// A character that is left after [`Line::parse`], and visible.
#[cfg(test)]
const PATTERN: &str = r"[^\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]";

impl Line {
    /// Normalises `text` to one line.
    ///
    /// # Errors
    /// [`InvalidValue`] when nothing visible is left, or for more than 500 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        check_len(text, MAX_LINE_LEN)?;
        one_line(text).map(Self).ok_or_else(nothing_visible)
    }

    /// Reads one. Of a longer text, the beginning is taken, and an ellipsis shows that it goes on.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        read_cut(from, MAX_LINE_LEN, Self::parse)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for Line {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Text {
    /// Normalises `text` line by line, without empty ones at both ends.
    ///
    /// # Errors
    /// [`InvalidValue`] when nothing visible is left, or for more than 5,000 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        check_len(text, MAX_TEXT_LEN)?;
        let lines: Vec<String> =
            text.lines().map(|line| one_line(line).unwrap_or_default()).collect();
        let text = lines.join("\n");
        match text.trim_matches('\n') {
            "" => Err(nothing_visible()),
            text => Ok(Self(text.to_owned())),
        }
    }

    /// Reads one. Of a longer text, the beginning is taken.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        read_cut(from, MAX_TEXT_LEN, Self::parse)
    }

    /// Its lines; an empty one between paragraphs.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }
}

fn read_cut<T>(
    from: &FieldReader<'_>,
    most: usize,
    parse: fn(&str) -> Result<T, InvalidValue>,
) -> Option<T> {
    from.text(|text| {
        if text.chars().count() <= most {
            return parse(text);
        }
        from.warn(format_args!("At most {most} characters are taken; the rest was cut off."));
        let beginning: String = text.chars().take(most - 1).collect();
        parse(&format!("{}…", beginning.trim_end()))
    })
}

fn check_len(text: &str, most: usize) -> Result<(), InvalidValue> {
    if text.chars().count() > most {
        return Err(InvalidValue::expected(format!("at most {most} characters")));
    }
    Ok(())
}

/// `None` where nothing visible is left.
fn one_line(text: &str) -> Option<String> {
    // The overrides are dropped before white space is counted, so that a text of nothing else is empty.
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{202A}'..='\u{202E}'))
        .map(|c| if is_break(c) { ' ' } else { c })
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    (!is_blank(&line)).then_some(line)
}

fn nothing_visible() -> InvalidValue {
    InvalidValue::expected("text with at least one visible character")
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
    use crate::contract::reader::FieldErrors;

    #[test]
    fn line_breaks_are_removed() {
        let line = Line::parse(" Mug\r\nBcc: all@example.com\u{2028}\u{0}blue ").expect("text");
        assert_eq!(line.as_str(), "Mug Bcc: all@example.com blue");
    }

    #[test]
    fn an_invisible_text_is_refused() {
        assert!(Line::parse("\u{200b}\u{3164}").is_err() && Text::parse("\u{feff}\n").is_err());
        assert!(Line::parse(" \r\n\u{202E} ").is_err() && Text::parse("\n \u{0}\n").is_err());
        assert!(Line::parse(&"x".repeat(501)).is_err());
    }

    #[test]
    fn a_long_text_is_cut_with_a_warning() {
        let value = serde_json::json!("ä".repeat(501));
        let errors = FieldErrors::default();
        let line = Line::read(&FieldReader::tolerant_root(&value, &errors)).expect("cut");
        assert_eq!(line.as_str(), format!("{}…", "ä".repeat(499)));
        assert_eq!(errors.into_parts().1.len(), 1);
    }

    #[test]
    fn a_text_keeps_its_paragraphs() {
        let text = Text::parse("\r\n I\u{0}hereby \r\n\r\nwithdraw.\n").expect("text");
        assert_eq!(text.lines().collect::<Vec<_>>(), ["I hereby", "", "withdraw."]);
        assert_eq!(Text::parse(&text.0), Ok(text));
    }
}
