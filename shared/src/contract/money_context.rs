//! What an event says of its amounts as a whole.

use serde_json::Value;

use crate::contract::currency::{Currency, parse_code};

/// What a document says of its amounts as a whole, which an amount that is not written as the contract asks for
/// may need to be understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoneyContext {
    /// The currency of the order.
    pub currency: Option<Currency>,
    /// Some amount is a number with a fraction (14.9): of a whole number beside it, nobody knows whether it
    /// counts minor units.
    pub has_fractions: bool,
    /// Some amount is a text with a decimal point ("14.90"): so a text without one is no minor units either.
    pub has_decimal_texts: bool,
}

impl MoneyContext {
    /// What the member `data` of an event says of its amounts.
    #[must_use]
    pub fn of_data(data: &Value) -> Self {
        let mut context = Self::default();
        // The order before what happened to it: a refund may be in another currency.
        if let Some(order) = data.get("order") {
            context.look(order);
        }
        for (name, value) in data.as_object().into_iter().flatten() {
            if name != "order" {
                context.look_at_member(name, value);
            }
        }
        let stated = ["/order/currency", "/order/totals/total/currency"];
        let stated = stated.iter().filter_map(|place| data.pointer(place)?.as_str());
        let mut stated = stated.filter_map(parse_code);
        context.currency = stated.next().or(context.currency);
        context
    }

    fn look(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look(item)),
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.look_at_member(name, value));
            }
            _ => {}
        }
    }

    fn look_at_member(&mut self, name: &str, value: &Value) {
        match name {
            "currency" | "currency_code" if self.currency.is_none() => {
                self.currency = value.as_str().and_then(parse_code);
            }
            name if is_of_money(name) => self.look_at_amount(value),
            _ => {}
        }
        self.look(value);
    }

    fn look_at_amount(&mut self, value: &Value) {
        match value {
            // A number that is too great is whole.
            Value::Number(_) => {
                self.has_fractions |= value.as_f64().is_some_and(|number| number.fract() != 0.0);
            }
            Value::String(text) => self.has_decimal_texts |= has_decimal_point(text),
            Value::Array(items) => items.iter().for_each(|item| self.look_at_amount(item)),
            _ => {}
        }
    }
}

/// Whether some word of the text is a number with a decimal point, as in "14.90 EUR".
fn has_decimal_point(text: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_decimal = |word: &str| {
        let (whole, fraction) = word.trim_start_matches(['+', '-']).split_once('.')?;
        Some((whole.is_empty() || is_digits(whole)) && is_digits(fraction))
    };
    text.split_whitespace().any(|word| is_decimal(word) == Some(true))
}

/// The members that hold an amount, money or rows of it: those of the contract, what shops call them otherwise, and
/// other prices and amounts, which say as well how this shop writes numbers.
fn is_of_money(name: &str) -> bool {
    let is_one = matches!(
        name,
        "total"
            | "grand_total"
            | "line_total"
            | "subtotal"
            | "discount"
            | "discounts"
            | "shipping"
            | "shipping_lines"
            | "fees"
            | "fee"
            | "tip"
            | "tips"
            | "duties"
            | "duty"
            | "tax"
            | "taxes"
            | "gift_card"
            | "gift_cards"
            | "credit"
            | "credits"
            | "rounding"
            | "rounding_adjustment"
            | "paid"
            | "due"
            | "refund"
    );
    is_one || ["amount", "price", "Amount", "Price"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_name_of_an_amount_tells_how_the_shop_writes_amounts() {
        for member in [
            json!({ "price": 7.5 }),
            json!({ "unitPrice": 7.5 }),
            json!({ "taxes": [7.5] }),
            json!({ "discounts": [{ "amount": 7.5 }] }),
            json!({ "tips": 7.5 }),
            json!({ "gift_cards": [[7.5]] }),
            json!({ "shipping_lines": [{ "price": 7.5 }] }),
            json!({ "duty": 7.5 }),
            json!({ "fee": 7.5 }),
        ] {
            let data = json!({ "order": { "totals": { "total": 15 }, "lines": [member] } });
            assert!(MoneyContext::of_data(&data).has_fractions, "{member}");
        }
        let texts =
            |text: &str| MoneyContext::of_data(&json!({ "refund": text })).has_decimal_texts;
        assert!(texts("14.90") && texts("EUR 14.90"));
        assert!(!texts("It goes back within 14 days.") && !texts("1490"));
        let others = json!({ "order": { "quantity": 1.5, "tax_rate": 0.19, "weight": 0.3 } });
        assert!(!MoneyContext::of_data(&others).has_fractions, "none of them is an amount");
    }

    #[test]
    fn the_currency_of_the_order_is_looked_for_in_the_order_first() {
        let amount = |code: &str| json!({ "amount": 1490, "currency": code });
        let data = json!({
            "cancellation": { "refund": amount("USD") },
            "order": { "lines": [{ "unit_price": amount("EUR") }] },
        });
        let currency = MoneyContext::of_data(&data).currency;
        assert_eq!(currency.map(|currency| currency.code()), Some("EUR"));
    }
}
