//! The customer's language and region.

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;

/// A well-formed BCP 47 language tag (RFC 5646), normalised: `de-AT`, `zh-Hant-TW`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN, "maxLength" = MAX_LEN)))]
pub struct Locale(String);

const MAX_LEN: usize = 64;

/// A language, then parts of letters and digits.
#[cfg(test)]
const PATTERN: &str = "^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$";

impl Locale {
    /// Parses and normalises a tag. The underscores that Java, PHP and gettext write (`de_AT`) are read as
    /// hyphens. Of a tag whose end makes no sense, the beginning counts: the language is in it.
    ///
    /// # Errors
    /// [`InvalidValue`] unless a language of two or three letters comes first, and parts of one to eight
    /// letters and digits follow, 64 characters together.
    pub fn parse(tag: &str) -> Result<Self, InvalidValue> {
        let tag = tag.replace('_', "-");
        if !is_tag(&tag) {
            return Err(Self::expected());
        }
        let mut beginning = tag.as_str();
        loop {
            if let Ok(locale) = beginning.parse::<icu_locale_core::Locale>() {
                return Ok(Self(locale.to_string()));
            }
            // A language alone always parses, so this ends with a locale.
            (beginning, _) = beginning.rsplit_once('-').ok_or_else(Self::expected)?;
        }
    }

    /// Reads a tag, and warns where only its beginning counts, as of `de_DE_formal` and `de-DE.UTF-8`.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let parts = |tag: &str| tag.split(['-', '_']).count();
        let mut given = 0;
        let locale = from.text(|tag| {
            // What follows is an encoding, a modifier, or a list of further languages.
            let beginning = tag.trim().split(['.', '@', ',', ';', ' ']).next().unwrap_or_default();
            let tag = beginning.trim_end_matches(['-', '_']);
            given = parts(tag) + usize::from(tag != beginning);
            Self::parse(tag).or_else(|refusal| {
                // `de_DE_formell` and the like: parts longer than a subtag.
                given += 1;
                tag.rmatch_indices(['-', '_'])
                    .find_map(|(end, _)| Self::parse(&tag[..end]).ok())
                    .ok_or(refusal)
            })
        })?;
        let is_whole = from.value().as_str().is_some_and(|tag| Self::parse(tag).is_ok());
        if parts(locale.as_str()) < given || !is_whole {
            from.warn("This is no well-formed BCP 47 language tag, so only its beginning counts.");
        }
        Some(locale)
    }

    fn expected() -> InvalidValue {
        InvalidValue::expected("a BCP 47 language tag such as en-GB")
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `de` of `de-AT`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The script, if the tag names one: `Hant` of `zh-Hant-TW`.
    #[must_use]
    pub fn script(&self) -> Option<&str> {
        self.subtags()
            .nth(1)
            .filter(|part| part.len() == 4 && !part.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// The region, if the tag names one: `AT` of `de-AT`, `419` of `es-419`.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        // A variant has more letters, or four with a digit first.
        self.subtags().skip(1).take(2).find(|part| {
            part.len() == 2 || part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit())
        })
    }

    /// The parts before the first extension.
    fn subtags(&self) -> impl Iterator<Item = &str> {
        self.0.split('-').take_while(|part| part.len() > 1)
    }
}

fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_language =
        |part: &str| matches!(part.len(), 2..=3) && part.bytes().all(|b| b.is_ascii_alphabetic());
    let is_part =
        |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.len() <= MAX_LEN && parts.next().is_some_and(is_language) && parts.all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_normalised() {
        for (tag, normalised) in [
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("de_AT", "de-AT"),
            ("en-GB-oxendict-a", "en-GB-oxendict"),
            ("de-x", "de"),
        ] {
            let locale = Locale::parse(tag);
            assert_eq!(locale.as_ref().map_or("", Locale::as_str), normalised, "{tag}");
        }
        assert_eq!(Locale::parse("de-AT").expect("well-formed").language(), "de");
    }

    #[test]
    fn script_and_region_are_told_from_what_else_a_tag_holds() {
        for (tag, script, region) in [
            ("zh-Hant-TW", Some("Hant"), Some("TW")),
            ("es-419", None, Some("419")),
            ("de-1996", None, None),
            ("sl-IT-nedis", None, Some("IT")),
            ("ar-u-nu-latn", None, None),
        ] {
            let locale = Locale::parse(tag).expect("well-formed");
            assert_eq!((locale.script(), locale.region()), (script, region), "{tag}");
        }
    }

    #[test]
    fn a_malformed_tag_is_refused() {
        for bad in
            ["", "german", "english!", "x", "de-", "de_DE_", "de-DE.UTF-8", &"en-".repeat(40)]
        {
            assert!(Locale::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
