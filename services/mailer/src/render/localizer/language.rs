//! The languages of the message files.

use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use intl_memoizer::concurrent::IntlLangMemoizer;
use shared::{Language, Locale};

use super::direction::Direction;

/// A language in which mails are written, with its messages.
pub struct MailLanguage {
    /// BCP 47: `de`, `pt-BR`, `zh-Hans`.
    pub code: &'static str,
    source: &'static str,
    bundle: OnceLock<FluentBundle<FluentResource>>,
}

// `LANGUAGES`: one per file, sorted by code.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

impl MailLanguage {
    const fn new(code: &'static str, source: &'static str) -> Self {
        Self { code, source, bundle: OnceLock::new() }
    }

    /// All languages.
    #[cfg(test)]
    pub fn all() -> &'static [Self] {
        &LANGUAGES
    }

    /// The language of the first of these locales, the customer's and then the shop's, in which there are mails.
    pub fn negotiate(locales: [Option<&Locale>; 2]) -> &'static Self {
        let known = locales.into_iter().flatten().find_map(Language::for_locale);
        known.and_then(|language| Self::find(language.code())).unwrap_or_else(Self::english)
    }

    fn find(code: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|it| it.code == code)
    }

    pub(super) fn english() -> &'static Self {
        Self::find(Language::ENGLISH.code()).expect("build.rs reads en.ftl")
    }

    /// Its message file.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// The name of the country with this code of ISO 3166.
    pub fn country(&self, code: &str) -> Option<&'static str> {
        cldr::country(self.code, code)
    }

    /// Which way it is written.
    pub fn direction(&self) -> Direction {
        match self.code.split('-').next().is_some_and(is_right_to_left) {
            true => Direction::RightToLeft,
            false => Direction::LeftToRight,
        }
    }

    /// The message `id`, in its informal wording if that is asked for and there is one. A message that this language
    /// lacks is said in English; a test holds the files against that.
    pub fn format(&self, id: &str, is_informal: bool, values: &FluentArgs<'_>) -> String {
        let Some(message) = self.bundle().get_message(id) else {
            return if self.code == "en" {
                id.to_owned()
            } else {
                Self::english().format(id, false, values)
            };
        };
        let informal = message.get_attribute("informal").filter(|_| is_informal);
        let pattern = informal.map(|attribute| attribute.value()).or_else(|| message.value());
        let mut errors = Vec::new();
        pattern.map_or_else(String::new, |pattern| {
            self.bundle().format_pattern(pattern, Some(values), &mut errors).into_owned()
        })
    }

    /// Parses its messages.
    pub(super) fn warm_up(&self) {
        self.bundle();
    }

    fn bundle(&self) -> &FluentBundle<FluentResource> {
        self.bundle.get_or_init(|| {
            let language = self.code.parse().expect("a file's name is a language's code");
            let mut bundle = FluentBundle::new_concurrent(vec![language]);
            // `UserText` isolates what is written the other way round, and nothing else.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(mark_number));
            let source = FluentResource::try_new(self.source.to_owned());
            let resource = source.unwrap_or_else(|(readable, _)| readable);
            bundle.add_resource_overriding(resource);
            bundle
        })
    }
}

/// Whether the language with this code, without script and region, is written from right to left.
pub(super) fn is_right_to_left(language: &str) -> bool {
    matches!(language, "ar" | "ckb" | "dv" | "fa" | "he" | "ps" | "ug" | "ur" | "yi")
}

fn mark_number(value: &FluentValue<'_>, _: &IntlLangMemoizer) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(marked(number)),
        _ => None,
    }
}

/// A number as it stands in a formatted message, until its digits are put in its place: a private character is on both
/// sides, so that no number in a text is taken for it.
pub(super) fn marked(number: &FluentNumber) -> String {
    format!("\u{e000}{}\u{e000}", number.as_string())
}

impl fmt::Debug for MailLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MailLanguage").field(&self.code).finish()
    }
}
