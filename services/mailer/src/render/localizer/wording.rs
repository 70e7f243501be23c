//! A shop's own wording of messages.
//!
//! A wording is one line of text and variables, written as in the message files. A message that has several wordings to
//! choose from, such as `shipped-subject`, is worded for one of them by its name and the choice: `shipped-subject.part`;
//! under its name alone, the wording is for all the others.

use std::collections::BTreeSet;

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Message, Pattern, PatternElement, VariantKey,
};
use fluent_syntax::parser;
use shared::shop_settings::Wording;
use shared::{FieldError, FieldWarning};

use super::super::autolink::names_host;
use super::language::MailLanguage;
use super::syntax::{COUNT, Variables, choices};

/// The name of one wording of a message.
pub fn name_of_choice(message: &str, choice: &str) -> String {
    format!("{message}.{choice}")
}

/// The message that is a language's own setting, and is read by nobody.
pub(super) const USUAL_FORMALITY: &str = "usual-formality";

/// What is wrong with a shop's wording: a message that is not there, or text that is more than words and the message's
/// variables. Empty where the mailer takes it whole.
#[must_use]
pub fn wording_faults(wording: &Wording) -> Vec<FieldError> {
    let Ok(english) = parser::parse(MailLanguage::english().source()) else { return Vec::new() };
    let find = |id: &str| {
        english.body.iter().find_map(|entry| match entry {
            Entry::Message(message) if message.id.name == id => Some(message),
            _ => None,
        })
    };
    let fault = |(language, name, text): (&str, &str, &str)| {
        let (id, choice) = name.split_once('.').map_or((name, None), |(id, it)| (id, Some(it)));
        let detail = match find(id) {
            _ if id == USUAL_FORMALITY => {
                "expected a message that customers read: `formality` says how they are addressed"
                    .to_owned()
            }
            None => "expected the name of a message in services/mailer/messages/en.ftl".to_owned(),
            Some(message) => fault_in(text, choice, message)?,
        };
        Some(FieldError { pointer: pointer(language, name), detail })
    };
    wording.iter().filter_map(fault).collect()
}

/// A warning for each wording of which a mail program will make a link. It is not refused: nobody but the shop writes it, and
/// as the other texts of a shop, it stands in the mail as it was written.
#[must_use]
pub fn wording_links(wording: &Wording) -> Vec<FieldWarning> {
    let has_link =
        |text: &str| write(text, |_| Some("xx".to_owned())).is_some_and(|it| names_host(&it));
    let linked = wording.iter().filter(|(_, _, text)| has_link(text));
    let warning = |(language, name, _): (&str, &str, &str)| {
        FieldWarning {
        pointer: pointer(language, name),
        detail: "Mail programs make a link of a web or e-mail address, as a part of this looks. What a link is meant to \
                 be belongs in brand/links or brand/support_email; else say it in other words."
            .to_owned(),
        suggestion: None,
    }
    };
    linked.map(warning).collect()
}

fn pointer(language: &str, name: &str) -> String {
    format!("/wording/{language}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn fault_in(text: &str, choice: Option<&str>, message: &Message<&str>) -> Option<String> {
    let original = message.value.as_ref()?;
    let choices = words_to_choose(original);
    if choice.is_some_and(|choice| !choices.contains(choice)) {
        return Some(match choices.is_empty() {
            true => "expected no choice after the message's name: it has one wording".to_owned(),
            false => format!("expected after the message's name one of {}", list(&choices)),
        });
    }
    if text.contains(['<', '>']) || text.contains("://") {
        return Some("expected text without markup and web addresses".to_owned());
    }
    let variables = Variables::new(original);
    let known: BTreeSet<&str> = variables.shown.iter().chain(&variables.count).copied().collect();
    if write(text, |name| known.contains(name).then(String::new)).is_some() {
        return None;
    }
    Some(match known.is_empty() {
        true => "expected text without { } and variables".to_owned(),
        false => format!("expected text with no other {{ }} than those of {}", list(&known)),
    })
}

/// What a message chooses by, other than numbers.
fn words_to_choose<'s>(original: &Pattern<&'s str>) -> BTreeSet<&'s str> {
    let by_words = choices(original).into_iter().filter(|(variable, _)| *variable != COUNT);
    let name = |variant: &fluent_syntax::ast::Variant<&'s str>| match variant.key {
        VariantKey::Identifier { name } => Some(name),
        VariantKey::NumberLiteral { .. } => None,
    };
    by_words.flat_map(|(_, variants)| variants).filter_map(name).collect()
}

fn list(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

/// The text with the values of its variables; `None` for what is more than text and variables, or names an unknown one.
pub fn write(text: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let source = format!("x = {text}");
    let file = parser::parse(source.as_str()).ok()?;
    let [Entry::Message(Message { value: Some(pattern), attributes, .. })] = file.body.as_slice()
    else {
        return None;
    };
    if !attributes.is_empty() {
        return None;
    }
    let pieces = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value: text } => Some((*text).to_owned()),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::VariableReference { id }),
        } => value(id.name),
        PatternElement::Placeable { .. } => None,
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::ShopSettings;

    use super::*;

    fn faults(name: &str, text: &str) -> Vec<FieldError> {
        let settings = json!({ "wording": { "de": { name: text } } }).to_string();
        wording_faults(&ShopSettings::parse(&settings).expect("settings").voice.wording)
    }

    #[test]
    fn what_a_mail_program_would_make_a_link_of_is_told_and_not_refused() {
        for (text, is_told) in [
            ("Moin { $name }, dein laden.example", true),
            ("Moin { $name }: hilfe@laden.example", true),
            ("www.{ $name }", true),
            ("Moin { $name }. Bis bald", false),
            // Refused for that.
            ("Moin { $nam", false),
        ] {
            let settings = json!({ "wording": { "de": { "greeting": text } } }).to_string();
            let settings = ShopSettings::parse(&settings).expect("settings");
            let told = wording_links(&settings.voice.wording);
            assert_eq!(told.len(), usize::from(is_told), "{text}");
            assert!(told.iter().all(|warning| warning.pointer == "/wording/de/greeting"));
            assert!(!is_told || faults("greeting", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn text_and_the_messages_variables_are_a_wording() {
        for (name, text) in [
            ("confirmed-heading", "Merci!"),
            ("greeting", "Moin { $name },"),
            ("shipped-subject", "{$order} rollt"),
            ("shipped-subject.part", "Ein Teil von { $order } rollt"),
            ("parcel-contents", "{ $article } + { $count }"),
        ] {
            assert_eq!(faults(name, text), [], "{name}");
        }
    }

    #[test]
    fn whatever_else_is_refused_with_its_place_and_what_was_expected() {
        for (name, text, expected) in [
            ("no-such", "x", "the name of a message"),
            ("no/such~", "x", "the name of a message"),
            ("usual-formality", "informal", "`formality`"),
            ("confirmed-heading.part", "x", "no choice"),
            ("shipped-subject.rest", "x", "one of parcel, part, whole"),
            ("confirmed-heading", "Hi { $name }", "without { }"),
            ("greeting", "Moin { $nmae }", "those of name"),
            ("greeting", "{ greeting }", "those of name"),
            ("greeting", "{ -brand }", "those of name"),
            ("greeting", "{ NUMBER($name) }", "those of name"),
            ("greeting", "{ \"x\" }", "those of name"),
            ("greeting", "{ $name", "those of name"),
            ("greeting", "<b>{ $name }</b>", "without markup"),
            ("greeting", "https://evil.example", "without markup"),
        ] {
            let faults = faults(name, text);
            assert!(faults[0].detail.contains(expected), "{text}: {faults:?}");
            let name = name.replace('~', "~0").replace('/', "~1");
            assert_eq!(faults[0].pointer, format!("/wording/de/{name}"));
        }
    }
}
