//! What an event says of its amounts as a whole.

use serde_json::Value;

use crate::contract::currency::{Currency, parse_code};
use crate::contract::values::whole_number;

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
        context.look(data);
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
                for (name, value) in members {
                    match name.as_str() {
                        "currency" | "currency_code" if self.currency.is_none() => {
                            self.currency = value.as_str().and_then(parse_code);
                        }
                        name if is_of_money(name) => self.look_at_amount(value),
                        _ => {}
                    }
                    self.look(value);
                }
            }
            _ => {}
        }
    }

    fn look_at_amount(&mut self, value: &Value) {
        match value {
            Value::Number(_) => self.has_fractions |= whole_number(value).is_none(),
            Value::String(text) => self.has_decimal_texts |= text.contains('.'),
            _ => {}
        }
    }
}

/// The members that hold an amount, or money.
fn is_of_money(name: &str) -> bool {
    matches!(
        name,
        "amount"
            | "unit_price"
            | "total"
            | "subtotal"
            | "discount"
            | "shipping"
            | "fees"
            | "tip"
            | "duties"
            | "tax"
            | "gift_card"
            | "credit"
            | "rounding"
            | "paid"
            | "due"
            | "refund"
    )
}
