//! Amounts of Shopify's orders, in the currency in which the customer paid.

use rust_decimal::Decimal;
use serde_json::Value;
use shared::Currency;

use crate::translate::json::text;
use crate::translate::money::minor;

/// The currency in which the customer paid.
pub(super) fn currency(order: &Value) -> Option<Currency> {
    let code = text(order, "presentment_currency").or_else(|| text(order, "currency"))?;
    Currency::parse(code).ok()
}

/// An amount in minor units of what the customer paid in: that of `NAME_set`, or `NAME` itself where the shop's currency is
/// the same.
pub(super) fn presentment(of: &Value, name: &str, currency: Currency) -> Option<Decimal> {
    let is_currency = |money: &&Value| {
        ["currency_code", "currency"].iter().any(|it| text(money, it) == Some(currency.code()))
    };
    let set = of.get(format!("{name}_set"));
    let money = set.and_then(|set| set.get("presentment_money")).filter(is_currency);
    if let Some(amount) = money.and_then(|money| minor(money.get("amount")?, currency)) {
        return Some(amount);
    }
    let names_other = text(of, "currency").is_some_and(|code| code != currency.code());
    let is_single = set.is_none_or(Value::is_null) && !names_other;
    of.get(name).filter(|_| is_single).and_then(|amount| minor(amount, currency))
}
