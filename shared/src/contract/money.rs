//! Money: an amount in minor units and a currency, never a float.

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;

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

/// The largest amount, and line of an order: 2^53 - 1. Beyond it, not every JSON reader keeps an integer
/// exact (RFC 8259 section 6), and below it the 500 lines of an order add up within an `i64`.
pub const MAX_AMOUNT: i64 = (1 << 53) - 1;

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Money {
    /// In minor units: 1234 is 12.34 EUR, 1234 JPY, 1.234 KWD. Negative for a discount.
    #[cfg_attr(test, schemars(extend("minimum" = -MAX_AMOUNT, "maximum" = MAX_AMOUNT)))]
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// Reads `{"amount": 1234, "currency": "EUR"}`; `None` after noting every bad field.
    pub fn read(from: &FieldReader<'_>) -> Option<Self> {
        Self::read_in(from, -MAX_AMOUNT, "a whole number of minor units")
    }

    /// Reads an amount above 0.
    pub fn read_positive(from: &FieldReader<'_>) -> Option<Self> {
        Self::read_in(from, 1, "a whole number of minor units above 0")
    }

    fn read_in(from: &FieldReader<'_>, least: i64, expected: &str) -> Option<Self> {
        // A bare 14.90 is the usual mistake: "an object" alone would not say what goes into it.
        if !from.is_object() {
            return from.refuse(
                "an object such as {\"amount\": 1490, \"currency\": \"EUR\"} for 14.90 EUR",
            );
        }
        let expected = format_args!("{expected}, at most {MAX_AMOUNT}: 14.90 EUR is 1490");
        let amount = from.required("amount", |r| r.integer_or(least..=MAX_AMOUNT, expected));
        let currency = from.required("currency", |r| r.text(Currency::parse));
        Some(Self { amount: amount?, currency: currency? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_currency_has_its_own_minor_unit() {
        let digits = |code| Currency::parse(code).expect("a currency").minor_digits();
        assert_eq!((digits("JPY"), digits("EUR"), digits("KWD")), (0, 2, 3));
    }

    #[test]
    fn a_currency_without_a_minor_unit_is_refused() {
        for bad in ["", "eur", "EURO", "XAU", "XXX", "ZZZ"] {
            assert!(Currency::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
