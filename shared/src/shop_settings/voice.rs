//! How a shop speaks to its customers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::text::language;
use crate::contract::error::InvalidValue;
use crate::contract::locale::Locale;
use crate::contract::reader::FieldReader;
use crate::contract::text::Line;

/// The longest wording of a message, in characters.
pub const MAX_WORDING_LEN: usize = 300;

/// The language, the form of address and the words of a shop's mails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voice {
    /// The language of a customer whose order names none, or one in which there are no mails.
    pub default_locale: Option<Locale>,
    /// How customers are addressed; absent, as most shops of the language do.
    pub formality: Option<Formality>,
    /// The shop's own wording of messages.
    pub wording: Wording,
}

/// How customers are addressed in a language that has two forms for it, such as Sie and du.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formality {
    /// Sie, vous, usted.
    Formal,
    /// du, tu, tú.
    Informal,
}

/// A shop's own wording, by the message's language and name. The mailer knows the messages, so `waybill shop put` has the
/// names and variables checked there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording(BTreeMap<&'static str, BTreeMap<String, String>>);

impl Voice {
    /// What is right of it in the settings. What is not, is noted and absent.
    pub(super) fn read(from: &FieldReader<'_>) -> Self {
        let wording = from.optional("wording", |r| Some(Wording::read(&r)));
        Self {
            default_locale: from.optional("default_locale", |r| r.text(Locale::parse)).flatten(),
            formality: from.optional("formality", |r| r.text(Formality::parse)).flatten(),
            wording: wording.flatten().unwrap_or_default(),
        }
    }
}

impl Formality {
    fn parse(text: &str) -> Result<Self, InvalidValue> {
        match text {
            "formal" => Ok(Self::Formal),
            "informal" => Ok(Self::Informal),
            _ => Err(InvalidValue::expected("formal or informal")),
        }
    }
}

impl Wording {
    /// The shop's wording of `message` in `language`.
    #[must_use]
    pub fn of(&self, language: &str, message: &str) -> Option<&str> {
        self.0.get(language)?.get(message).map(String::as_str)
    }

    /// Whether the shop says anything in its own words in `language`.
    #[must_use]
    pub fn has(&self, language: &str) -> bool {
        self.0.contains_key(language)
    }

    /// All of it: language, message and text.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        self.0.iter().flat_map(|(language, messages)| {
            messages.iter().map(|(name, text)| (*language, name.as_str(), text.as_str()))
        })
    }

    fn read(from: &FieldReader<'_>) -> Self {
        let Value::Object(languages) = from.value() else {
            from.refuse::<()>("an object with a member for each language");
            return Self::default();
        };
        let read = |code: &String| match language(code) {
            Ok(known) => Some((known, from.under(code, |messages| read_messages(&messages))?)),
            Err(expected) => from.refuse_member(code, expected),
        };
        Self(languages.keys().filter_map(read).collect())
    }
}

fn read_messages(from: &FieldReader<'_>) -> Option<BTreeMap<String, String>> {
    let Value::Object(messages) = from.value() else {
        return from.refuse("an object of messages by their names");
    };
    let read = |name: &String| {
        let text = from.under(name, |message| message.text(parse_message))?;
        Some((name.clone(), text))
    };
    Some(messages.keys().filter_map(read).collect())
}

fn parse_message(text: &str) -> Result<String, InvalidValue> {
    if is_one_line(text) {
        return Ok(text.to_owned());
    }
    let expected = format!("a text of one line with 1 to {MAX_WORDING_LEN} characters");
    Err(InvalidValue::expected(expected))
}

fn is_one_line(text: &str) -> bool {
    (1..=MAX_WORDING_LEN).contains(&text.chars().count())
        && Line::parse(text).is_ok()
        && !text.contains(|c: char| c.is_control() || changes_direction(c))
        && text.trim() == text
}

/// What a mail isolates its texts with, and what overrides the order of letters: neither is a word (UAX #9).
const fn changes_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::super::ShopSettings;
    use super::*;

    #[test]
    fn a_shop_s_own_words_are_found_by_language_and_message() {
        let settings = ShopSettings::parse(
            r#"{ "default_locale": "de-AT", "formality": "informal",
                 "wording": { "de": { "confirmed-heading": "Merci, { $name }!" } } }"#,
        );
        let voice = settings.expect("settings").voice;
        assert_eq!(voice.formality, Some(Formality::Informal));
        assert_eq!(voice.wording.of("de", "confirmed-heading"), Some("Merci, { $name }!"));
        assert_eq!(voice.wording.of("en", "confirmed-heading"), None);
    }

    #[test]
    fn what_is_no_wording_is_refused_with_its_place() {
        let long = "x".repeat(MAX_WORDING_LEN + 1);
        for (wording, pointer) in [
            (r#"[]"#.to_owned(), "/wording"),
            (r#"{ "tlh": {} }"#.to_owned(), "/wording/tlh"),
            (r#"{ "de": "x" }"#.to_owned(), "/wording/de"),
            (r#"{ "de": { "greeting": "" } }"#.to_owned(), "/wording/de/greeting"),
            (r#"{ "de": { "greeting": "a\nb = c" } }"#.to_owned(), "/wording/de/greeting"),
            (format!(r#"{{ "de": {{ "greeting": "{long}" }} }}"#), "/wording/de/greeting"),
        ] {
            let settings = ShopSettings::parse(&format!("{{\"wording\":{wording}}}"));
            let errors = settings.expect_err("refused").into_errors();
            assert_eq!(errors[0].pointer, pointer, "{errors:?}");
        }
    }

    #[test]
    fn a_wording_is_visible_and_changes_no_direction() {
        for text in ["\u{200b}", "\u{2069}x", "x\u{202e}y", "a\nb", ""] {
            let settings = serde_json::json!({ "wording": { "de": { "shipped-heading": text } } });
            let refused = ShopSettings::parse(&settings.to_string());
            assert!(refused.is_err(), "{text:?}");
        }
    }
}
