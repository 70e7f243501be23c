//! Text that a customer or a shop wrote: a name, a product's title, an address.
//!
//! Who typed it decides whether it may become a link at the reader. Of an event's texts
//! - the customer typed `customer.name`, all of `shipping_address`, the values of a line's `options` and the
//!   `content` of a withdrawal, and they are written as [`UserText::new`] makes them: no mail client finds a
//!   link in them;
//! - the shop typed `order.number`, the titles and units of `lines`, the labels of `totals`, `carrier` and its
//!   numbers, `pickup`, and the `reason`, `method` and `changes` of what happened, and they are written as
//!   [`UserText::from_shop`] makes them: a link in them is the shop's own, and a number in them can be copied.
//!
//! `billing_address` and `customer.locale` are not shown, and a SKU only where an article has no title.
//! Addresses and links of the brand and of the event (`url`, `tracking`) have types of their own.

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::FluentValue;
use shared::contract::text::Line;

use super::autolink::break_links;
use super::localizer::{Argument, END, ISOLATE};

/// Text that a customer or a shop wrote, to be shown in a sentence of any language.
///
/// `Display` puts it between U+2068 and U+2069, so that it does not reorder the punctuation and numbers around it
/// (UAX #9); [`settle`](super::localizer::settle) takes them out again where the mail does not need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserText<'a> {
    text: Cow<'a, str>,
    author: Author,
}

/// Who typed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    Customer,
    Shop,
}

impl<'a> UserText<'a> {
    /// Wraps what a customer typed, without the directional isolates that it may contain. `Display` breaks
    /// up what would become a link.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        // An isolate that is opened or closed inside the text would break the pair that `Display` adds.
        let text = text.into();
        let text =
            if text.contains(is_isolate) { Cow::Owned(text.replace(is_isolate, "")) } else { text };
        Self { text, author: Author::Customer }
    }

    /// Takes what the shop typed, links included.
    pub fn from_shop(line: &'a Line) -> Self {
        Self::of_shop(line.as_str())
    }

    /// Takes an id or a number of the shop or a carrier, which is one line as well.
    pub fn of_shop(text: impl Into<Cow<'a, str>>) -> Self {
        Self { author: Author::Shop, ..Self::new(text) }
    }

    /// The text, not isolated.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// At most `longest` characters. If the text is longer, the last one is an ellipsis.
    pub fn shortened(&self, longest: usize) -> UserText<'a> {
        if self.text.chars().count() <= longest {
            return self.clone();
        }
        let head: String = self.text.chars().take(longest.saturating_sub(1)).collect();
        UserText { text: Cow::Owned(format!("{}…", head.trim_end())), author: self.author }
    }
}

impl<'a> From<&'a Line> for UserText<'a> {
    /// As [`UserText::new`]: a field of which nobody said whose it is counts as a customer's.
    fn from(line: &'a Line) -> Self {
        Self::new(line.as_str())
    }
}

impl fmt::Display for UserText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.author {
            Author::Customer => break_links(&self.text),
            Author::Shop => Cow::Borrowed(self.as_str()),
        };
        write!(f, "{ISOLATE}{text}{END}")
    }
}

impl Argument for UserText<'_> {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::from(self.to_string())
    }
}

/// U+2066 to U+2069: the directional isolates and their end.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_isolated_until_its_mail_is_known() {
        assert_eq!(UserText::new("Zoë O'Hara").to_string(), "\u{2068}Zoë O'Hara\u{2069}");
        assert_eq!(UserText::new("נועה").to_string(), "\u{2068}נועה\u{2069}");
        assert_eq!(UserText::new("محمد").to_string(), "\u{2068}محمد\u{2069}");
    }

    #[test]
    fn an_isolate_from_outside_cannot_end_or_swallow_ours() {
        assert_eq!(UserText::new("a\u{2069}b\u{2067}ג").to_string(), "\u{2068}abג\u{2069}");
    }

    #[test]
    fn only_a_customers_link_is_broken() {
        let line = Line::parse("shop.example").expect("a line");
        assert_eq!(
            UserText::from(&line).to_string(),
            "\u{2068}shop\u{200c}.\u{200c}example\u{2069}"
        );
        assert_eq!(UserText::from_shop(&line).shortened(9).as_str(), "shop.exa…");
    }

    #[test]
    fn a_long_text_is_shortened_at_a_character() {
        assert_eq!(UserText::new("äöüß").shortened(3).as_str(), "äö…");
        assert_eq!(UserText::new("äöü").shortened(3).as_str(), "äöü");
    }
}
