//! The name of a shop: the first part of every key.

use crate::contract::error::InvalidValue;

/// The name of a shop within a stack: 1 to 32 of `a-z`, `0-9` and `-`. So it stands unencoded in keys, paths, tags
/// and policies, and holds no character that separates parts there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN, "minLength" = 1, "maxLength" = MAX_LEN)))]
pub struct ShopId(String);

/// The longest name, in characters.
const MAX_LEN: usize = 32;

#[cfg(test)]
const PATTERN: &str = "^[a-z0-9-]+$";

/// The shop of what names none.
const DEFAULT: &str = "default";

impl ShopId {
    /// Accepts `text` unchanged.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=MAX_LEN).contains(&text.len()) && text.bytes().all(is_part) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::expected("the name of a shop: 1 to 32 of the characters a-z, 0-9 and -"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the shop of what names none.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.0 == DEFAULT
    }
}

impl Default for ShopId {
    /// `default`, the shop of an event that names none.
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

impl std::fmt::Display for ShopId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for ShopId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_s_name_holds_nothing_that_separates_the_parts_of_a_key() {
        for bad in ["", "North", "a/b", "a#b", "a b", "a_b", "ä", "*", &"x".repeat(33)] {
            assert!(ShopId::parse(bad).is_err(), "{bad:?} was taken");
        }
        for good in ["default", "north-2", "-", &"x".repeat(32)] {
            assert!(ShopId::parse(good).is_ok(), "{good:?} was refused");
        }
        assert!(ShopId::default().is_default());
    }
}
