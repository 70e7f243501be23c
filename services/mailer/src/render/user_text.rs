//! Text that a customer or a shop wrote: a name, a product's title, an address.

use std::borrow::Cow;
use std::fmt;

use shared::contract::text::Line;

/// Text that a customer or a shop wrote, to be shown in an English sentence.
///
/// If it contains a right-to-left letter, `Display` puts it between U+2068 and U+2069, so that it does not
/// reorder the punctuation and numbers that follow it (UAX #9). HTML uses these characters as well, because
/// Gmail, Outlook and Yahoo remove the element `<bdi>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserText<'a>(Cow<'a, str>);

impl<'a> UserText<'a> {
    /// Wraps `text`, without the directional isolates that it may contain.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        // An isolate that is opened or closed inside the text would break the pair that `Display` adds.
        let text = text.into();
        if text.contains(is_isolate) {
            Self(Cow::Owned(text.replace(is_isolate, "")))
        } else {
            Self(text)
        }
    }

    /// The text, not isolated.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// At most `longest` characters. If the text is longer, the last one is an ellipsis.
    pub fn shortened(&self, longest: usize) -> UserText<'a> {
        if self.0.chars().count() <= longest {
            return self.clone();
        }
        let head: String = self.0.chars().take(longest.saturating_sub(1)).collect();
        UserText(Cow::Owned(format!("{}…", head.trim_end())))
    }
}

impl<'a> From<&'a Line> for UserText<'a> {
    fn from(line: &'a Line) -> Self {
        Self::new(line.as_str())
    }
}

impl fmt::Display for UserText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(is_right_to_left) {
            write!(f, "\u{2068}{}\u{2069}", self.0)
        } else {
            f.write_str(&self.0)
        }
    }
}

/// U+2066 to U+2069: the directional isolates and their end.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

/// The blocks of right-to-left scripts (Hebrew to Arabic Extended-A, the presentation forms, the
/// historic and African ones beyond the first plane) and the marks that act like them.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}'
        | '\u{200f}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_right_to_left_words_are_isolated() {
        assert_eq!(UserText::new("Zoë O'Hara").to_string(), "Zoë O'Hara");
        assert_eq!(UserText::new("נועה").to_string(), "\u{2068}נועה\u{2069}");
        assert_eq!(UserText::new("محمد").to_string(), "\u{2068}محمد\u{2069}");
    }

    #[test]
    fn an_isolate_from_outside_cannot_end_or_swallow_ours() {
        assert_eq!(UserText::new("a\u{2069}b\u{2067}ג").to_string(), "\u{2068}abג\u{2069}");
    }

    #[test]
    fn a_long_text_is_shortened_at_a_character() {
        assert_eq!(UserText::new("äöüß").shortened(3).as_str(), "äö…");
        assert_eq!(UserText::new("äöü").shortened(3).as_str(), "äöü");
    }
}
