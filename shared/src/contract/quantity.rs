//! How many of an article, or how much.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;

use crate::contract::reader::FieldReader;

/// More than 0 and at most 100,000, with up to 6 decimals: 2, or 1.5 of a unit such as a metre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(Decimal);

/// The greatest quantity.
pub const MAX_QUANTITY: i64 = 100_000;
const MAX_DECIMALS: u32 = 6;

impl Quantity {
    /// One.
    pub const ONE: Self = Self(Decimal::ONE);

    /// A whole number of pieces; `None` for 0 and beyond [`MAX_QUANTITY`].
    #[must_use]
    pub fn pieces(number: u32) -> Option<Self> {
        Self::new(Decimal::from(number))
    }

    /// `None` for 0, a negative number, and beyond [`MAX_QUANTITY`].
    #[must_use]
    pub fn new(number: Decimal) -> Option<Self> {
        let number = number.round_dp(MAX_DECIMALS).normalize();
        (number > Decimal::ZERO && number <= Decimal::from(MAX_QUANTITY)).then_some(Self(number))
    }

    /// So many together; `None` where one is not known, and for none.
    #[must_use]
    pub fn sum(quantities: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let sum: Option<Decimal> = quantities.map(|quantity| quantity.map(Self::value)).sum();
        sum.filter(|sum| *sum > Decimal::ZERO).map(Self)
    }

    /// Whether the member `quantity` of this object is 0, because the shop removed the entry and left it there.
    /// Below 0, it counts as that with a warning.
    pub(crate) fn is_none_of_it(from: &FieldReader<'_>) -> bool {
        let quantity = |name| from.value().get(name);
        let text = match quantity("quantity").or_else(|| quantity("qty")) {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(text)) => text.trim().to_owned(),
            _ => return false,
        };
        let number = parse_decimal(&text);
        let is_negative = number.is_some() && text.starts_with('-');
        if is_negative {
            from.warn_member("quantity", "A quantity is at least 0; the entry was left out.");
        }
        is_negative || number.is_some_and(|number| number.is_zero())
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.0
    }

    /// Reads one; `None` for 0, of which there is nothing to say.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let expected = format_args!("a quantity from 0 to {MAX_QUANTITY}, such as 2 or 1.5");
        let Some(number) = read_decimal(from) else { return from.refuse(expected) };
        if number.is_zero() {
            return None;
        }
        if number.normalize().scale() > MAX_DECIMALS {
            from.warn(format_args!(
                "A quantity has at most {MAX_DECIMALS} decimals; it was rounded."
            ));
        }
        Self::new(number).or_else(|| from.refuse(expected))
    }
}

/// A number, or a text that is one, with a warning.
fn read_decimal(from: &FieldReader<'_>) -> Option<Decimal> {
    match from.value() {
        Value::Number(number) => parse_decimal(&number.to_string()),
        Value::String(text) => {
            let number = parse_decimal(text.trim())?;
            from.warn("This is a text where a number is expected; it was read as one.");
            Some(number)
        }
        _ => None,
    }
}

/// A decimal number, possibly with an exponent, as JSON writes it. `None` for more digits than 28.
pub(crate) fn parse_decimal(text: &str) -> Option<Decimal> {
    let is_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    if !text.chars().all(is_number) {
        return None;
    }
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Quantity {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.to_u32().filter(|whole| Decimal::from(*whole) == self.0) {
            Some(whole) => to.serialize_u32(whole),
            // Twelve digits at most, so the shortest float that stands for them is read as them again.
            None => to.serialize_f64(self.0.to_f64().unwrap_or_default()),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Quantity {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        let quantity = parse_decimal(&number.to_string()).and_then(Self::new);
        quantity.ok_or_else(|| serde::de::Error::custom("expected a quantity"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::reader::FieldErrors;
    use serde_json::json;

    fn read(value: Value) -> (Option<String>, usize) {
        let errors = FieldErrors::default();
        let quantity = Quantity::read(&FieldReader::tolerant_root(&value, &errors).as_optional());
        (quantity.map(|q| q.to_string()), errors.into_parts().1.len())
    }

    #[test]
    fn a_quantity_is_read_as_shops_write_it() {
        let found = |text: &str, warnings| (Some(text.to_owned()), warnings);
        for (value, expected) in [
            (json!(2), found("2", 0)),
            (json!(2.0), found("2", 0)),
            (json!(1.5), found("1.5", 0)),
            (json!("1.50"), found("1.5", 1)),
            (json!(0.333), found("0.333", 0)),
            (json!(0.123_456_78), found("0.123457", 1)),
            (json!(0), (None, 0)),
            (json!(-1), (None, 1)),
            (json!(100_001), (None, 1)),
            (json!("many"), (None, 1)),
        ] {
            assert_eq!(read(value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn a_quantity_is_written_as_it_is_read() {
        for text in ["2", "1.5", "0.333333", "99999.999999"] {
            let quantity = Quantity::new(parse_decimal(text).expect("a number")).expect("valid");
            assert_eq!(serde_json::to_string(&quantity).expect("JSON"), text);
        }
    }
}
