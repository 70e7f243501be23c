//! The customer's language and region.

use crate::contract::error::InvalidValue;

/// A well-formed BCP 47 language tag (RFC 5646), normalised: `de-AT`, `zh-Hant-TW`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("maxLength" = 64)))]
pub struct Locale(String);

impl Locale {
    /// Parses and normalises a tag.
    ///
    /// # Errors
    /// [`InvalidValue`] when the tag is not well-formed; `de_AT` with an underscore is not.
    pub fn parse(tag: &str) -> Result<Self, InvalidValue> {
        // The parser also accepts `de_AT`, which BCP 47 does not.
        if tag.len() > 64 || tag.contains('_') {
            return Err(Self::expected());
        }
        let locale: icu_locale_core::Locale = tag.parse().map_err(|_| Self::expected())?;
        Ok(Self(locale.to_string()))
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_normalised() {
        assert_eq!(Locale::parse("ZH-hant-tw").expect("well-formed").as_str(), "zh-Hant-TW");
        assert_eq!(Locale::parse("de-AT").expect("well-formed").language(), "de");
    }

    #[test]
    fn a_malformed_tag_is_refused() {
        for bad in ["", "de_AT", "english!", "x", &"en-".repeat(40)] {
            assert!(Locale::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
