//! Money: the decimal texts of the shop systems in minor units.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use shared::{Currency, Money};

use super::json::decimal;

/// The largest amount of the contract.
const MAX_AMOUNT: u64 = shared::contract::money::MAX_AMOUNT.unsigned_abs();

/// An amount in minor units, before it is rounded to whole ones: `"14.905"` EUR is 1490.5.
pub(crate) fn minor(value: &Value, currency: Currency) -> Option<Decimal> {
    let factor = Decimal::from(10_u64.checked_pow(currency.minor_digits())?);
    decimal(value)?.checked_mul(factor)
}

/// Whole minor units, rounded half away from zero; `None` beyond what an amount may be.
pub(crate) fn rounded(minor: Decimal) -> Option<i64> {
    let whole = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    whole.to_i64().filter(|amount| amount.unsigned_abs() <= MAX_AMOUNT)
}

/// Whole minor units of an amount that has no fraction of one.
pub(crate) fn exact(minor: Decimal) -> Option<i64> {
    rounded(minor).filter(|_| minor.fract().is_zero())
}

/// An amount of the contract.
pub(crate) fn to_json(amount: i64, currency: Currency) -> Value {
    json!(Money { amount, currency })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_text_is_minor_units_of_its_currency() {
        let amount = |text: &str, code: &str| {
            rounded(minor(&json!(text), Currency::parse(code).expect("a currency"))?)
        };
        assert_eq!(amount("14.90", "EUR"), Some(1490));
        assert_eq!(amount("1490", "JPY"), Some(1490));
        assert_eq!(amount("1.234", "KWD"), Some(1234));
        assert_eq!(amount("-3.5", "EUR"), Some(-350));
        assert_eq!(amount("14.905", "EUR"), Some(1491));
        assert_eq!(amount("14,90", "EUR"), None);
        assert_eq!(amount("", "EUR"), None);
        let number = minor(&json!(199.0), Currency::parse("EUR").expect("a currency"));
        assert_eq!(number.and_then(exact), Some(19_900), "a JSON number");
    }
}
