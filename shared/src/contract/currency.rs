//! Currencies.

use crate::contract::error::InvalidValue;
use crate::contract::values::trim_invisible;

/// An ISO 4217 currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Parses a code such as `EUR`.
    ///
    /// # Errors
    /// [`InvalidValue`] for a code that ISO 4217 does not list, or lists without a minor unit: those are
    /// metals and test codes, in which no shop charges.
    pub fn parse(code: &str) -> Result<Self, InvalidValue> {
        iso_currency::Currency::from_code(code)
            .filter(|c| c.exponent().is_some())
            .map(Self)
            .ok_or_else(|| InvalidValue::expected("an ISO 4217 currency code such as EUR"))
    }

    /// The code, in upper case.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimal digits the minor unit has: 0 for JPY, 2 for EUR, 3 for KWD.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// A code in any case.
pub(super) fn parse_code(code: &str) -> Option<Currency> {
    Currency::parse(&trim_invisible(code).to_ascii_uppercase()).ok()
}
