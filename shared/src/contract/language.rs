//! The languages that mails are written in.

use super::locale::Locale;

/// A language that mails are written in, by its BCP 47 code: `de`, `pt-BR`, `zh-Hans`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(&'static str);

/// A language for each message file of the mailer.
const CODES: &[&str] = &include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// Languages with the code under which their messages are to be found as well: the kinds of Norwegian, and codes that ISO
/// has replaced and Java still writes.
const OTHER_CODES: &[(&str, &str)] = &[
    ("no", "nb"),
    ("nn", "nb"),
    ("nb", "no"),
    ("nn", "no"),
    ("iw", "he"),
    ("in", "id"),
    ("tl", "fil"),
];

/// Languages in a script in which they are not written where nobody names one (CLDR 48, `likelySubtags`).
const OTHER_SCRIPTS: &[&str] = &["az-Cyrl", "bs-Cyrl", "hi-Latn", "pa-Arab", "sr-Latn", "uz-Cyrl"];

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
        code_for(locale, CODES).map(Self)
    }

    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }
}

/// The one of `codes` in which a customer with this locale reads.
fn code_for(locale: &Locale, codes: &[&'static str]) -> Option<&'static str> {
    let find = |code: &str| codes.iter().find(|it| **it == code).copied();
    let language = locale.language();
    let in_script = locale.script().map(|script| format!("{language}-{script}"));
    let in_region = locale.region().map(|region| format!("{language}-{region}"));
    // A file of the country's own variety or of the script goes before the language's.
    let special = in_region.iter().chain(&in_script).find_map(|code| find(code));
    if special.is_some() || in_script.is_some_and(|code| OTHER_SCRIPTS.contains(&code.as_str())) {
        return special;
    }
    let region = locale.region().unwrap_or_default();
    match language {
        "pt" if PORTUGAL_S.contains(&region) => find("pt-PT"),
        "pt" => find("pt-BR"),
        "zh" => match locale.script() {
            Some("Hant") => find("zh-Hant"),
            None if TRADITIONAL.contains(&region) => find("zh-Hant"),
            _ => find("zh-Hans"),
        },
        language => {
            let others = OTHER_CODES.iter().filter(|(code, _)| *code == language);
            find(language).or_else(|| others.into_iter().find_map(|(_, other)| find(other)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_for(tag: &str) -> Option<&'static str> {
        Language::for_locale(&Locale::parse(tag).expect("a locale")).map(Language::code)
    }

    #[test]
    fn whatever_files_are_added_everyone_reads_the_nearest_one() {
        let files = ["es", "es-MX", "he", "nb", "pt-BR", "sr", "zh-Hans", "zh-Hant"];
        for (tag, code) in [
            ("es-MX", Some("es-MX")),
            ("es-AR", Some("es")),
            ("es-419", Some("es")),
            ("nn-NO", Some("nb")),
            ("no", Some("nb")),
            ("iw-IL", Some("he")),
            ("sr-RS", Some("sr")),
            ("sr-Cyrl-RS", Some("sr")),
            ("sr-Latn-RS", None),
            ("zh-TW", Some("zh-Hant")),
            ("zh-Hant-CN", Some("zh-Hant")),
            ("zh-SG", Some("zh-Hans")),
            ("pt-AO", None),
        ] {
            let locale = Locale::parse(tag).expect("a locale");
            assert_eq!(super::code_for(&locale, &files), code, "{tag}");
        }
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
        for tag in ["tlh", "qaa", "gsw", "und"] {
            assert_eq!(code_for(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_codes_are_in_order() {
        assert!(CODES.is_sorted());
    }
}
