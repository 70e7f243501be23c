//! The languages that mails are written in.

use super::locale::Locale;

/// A language that mails are written in, by its BCP 47 code: `de`, `pt-BR`, `zh-Hans`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(&'static str);

/// A language for each message file of the mailer, whose tests hold this list against the files.
const CODES: &[&str] =
    &["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt-BR", "pt-PT", "sv", "zh-Hans"];

/// The countries whose Portuguese is that of Portugal (CLDR 48, `parentLocales`, parent `pt_PT`).
const PORTUGAL_S: &[&str] =
    &["AO", "CH", "CV", "FR", "GQ", "GW", "LU", "MO", "MZ", "PT", "ST", "TL"];

/// The countries where Chinese is written in the traditional script (CLDR 48, `likelySubtags`).
const TRADITIONAL: &[&str] =
    &["AU", "BN", "GB", "GF", "HK", "ID", "MO", "PA", "PF", "PH", "SR", "TH", "TW", "US", "VN"];

impl Language {
    /// What a mail is written in where nothing else is known.
    pub const ENGLISH: Self = Self("en");

    /// All languages, sorted by code.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().copied().map(Self)
    }

    /// The language of a customer with this locale: the same, or the one that it is a variety of. None for a language in
    /// which there are no mails. Nobody gets the other script of their language: for `zh-TW`, there is none.
    #[must_use]
    pub fn for_locale(locale: &Locale) -> Option<Self> {
        let (language, region) = (locale.language(), locale.region().unwrap_or_default());
        let code = match language {
            "pt" if PORTUGAL_S.contains(&region) => "pt-PT",
            "pt" => "pt-BR",
            "zh" => match locale.script() {
                Some("Hant") => "zh-Hant",
                None if TRADITIONAL.contains(&region) => "zh-Hant",
                _ => "zh-Hans",
            },
            language => language,
        };
        CODES.iter().find(|it| **it == code).copied().map(Self)
    }

    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_for(tag: &str) -> Option<&'static str> {
        Language::for_locale(&Locale::parse(tag).expect("a locale")).map(Language::code)
    }

    #[test]
    fn a_country_s_variety_is_served_in_its_language() {
        for (tag, code) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("de-Latn-CH-1996", "de"),
            ("en", "en"),
            ("en-AU-u-nu-latn", "en"),
        ] {
            assert_eq!(code_for(tag), Some(code), "{tag}");
        }
    }

    #[test]
    fn a_language_without_mails_has_none() {
        for tag in ["fi", "zh-TW", "zh-Hant", "zh-Hant-CN", "gsw", "und"] {
            assert_eq!(code_for(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_codes_are_in_order() {
        assert!(CODES.is_sorted());
    }
}
