//! The lines of Shopify's orders: what was bought, and what of it is left after edits.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use shared::Currency;

use super::money::presentment;
use super::refund;
use crate::translate::json::{count, id, is_true, list, maybe_count, set, text};
use crate::translate::money::{exact, to_json};
use crate::translate::text::{line as one_line, sku};

/// The variant of what has none.
const NO_VARIANT: &str = "Default Title";

/// The most options of one line.
const MAX_OPTIONS: usize = 30;

/// One line of an order.
#[derive(Debug)]
pub(super) struct OrderLine<'a> {
    pub id: String,
    /// How many were bought.
    pub bought: i64,
    /// How many are left of these after edits. What was sent back or refunded was bought all the same.
    pub now: i64,
    /// How many were to be shipped, without what was taken out of the order before it was sent; 0 for what is not shipped.
    pub to_ship: i64,
    /// How many can still be shipped, if Shopify says so.
    pub fulfillable: Option<i64>,
    /// The price of one in minor units, if it is whole.
    pub price: Option<i64>,
    json: &'a Value,
}

impl<'a> OrderLine<'a> {
    /// All lines that have an id.
    pub(super) fn all(order: &'a Value, currency: Option<Currency>) -> Vec<Self> {
        let refunds = refund::all(order);
        let of = |json| Self::new(json, currency, &refunds);
        list(order, "line_items").into_iter().filter_map(of).collect()
    }

    fn new(
        json: &'a Value,
        currency: Option<Currency>,
        refunds: &[refund::Refund<'_>],
    ) -> Option<Self> {
        let id = id(json, "id")?;
        let bought = count(json, "quantity");
        let of_line = |counts: fn(&refund::Refund<'_>, &Value) -> bool| -> i64 {
            let of_refund = |it: &refund::Refund<'_>| it.pieces_of(&id, counts);
            refunds.iter().map(of_refund).sum()
        };
        // An edit that removes pieces is a refund without money; so is a return, which the goods tell apart.
        let edited = of_line(|refund, piece| !refund.moved_money() && !refund::is_return(piece));
        let others = of_line(|refund, piece| refund.moved_money() || refund::is_return(piece));
        let before_shipping = of_line(|_, piece| !refund::is_return(piece));
        let now = match maybe_count(json, "current_quantity") {
            Some(current) => current.saturating_add(others),
            None => bought.saturating_sub(edited),
        };
        let is_shipped = is_true(json, "requires_shipping") && !is_true(json, "gift_card");
        let to_ship = bought.saturating_sub(before_shipping).max(0);
        let price = currency.and_then(|currency| exact(presentment(json, "price", currency)?));
        Some(Self {
            id,
            bought,
            now: now.clamp(0, bought.max(0)),
            to_ship: if is_shipped { to_ship } else { 0 },
            fulfillable: maybe_count(json, "fulfillable_quantity"),
            price,
            json,
        })
    }

    /// Whether an edit took some of it out.
    pub(super) const fn is_reduced(&self) -> bool {
        self.now < self.bought
    }

    /// The line with so many pieces. `currency`: its price is named, in this.
    pub(super) fn to_json(&self, quantity: i64, currency: Option<Currency>) -> Value {
        let mut line = Map::new();
        line.insert("id".to_owned(), self.id.as_str().into());
        set(&mut line, "sku", text(self.json, "sku").and_then(sku));
        line.insert("title".to_owned(), self.title().into());
        line.insert("quantity".to_owned(), quantity.into());
        let price = self.price.zip(currency).map(|(price, currency)| to_json(price, currency));
        set(&mut line, "unit_price", price);
        set(&mut line, "options", Some(self.options()).filter(|options| !options.is_empty()));
        Value::Object(line)
    }

    fn title(&self) -> String {
        let names = ["title", "name", "sku"].into_iter();
        let title = names.filter_map(|name| text(self.json, name)).find_map(one_line);
        title.unwrap_or_else(|| self.id.clone())
    }

    /// The variant, and what the customer wrote. What begins with `_` is the shop's own.
    fn options(&self) -> Vec<Value> {
        let variant = text(self.json, "variant_title").filter(|title| *title != NO_VARIANT);
        let variant = variant.and_then(one_line).map(|value| json!({ "value": value }));
        let property = |property: &Value| {
            let name = text(property, "name").filter(|name| !name.starts_with('_'))?;
            let value = match property.get("value")? {
                Value::String(text) => one_line(text)?,
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some(json!({ "name": one_line(name)?, "value": value }))
        };
        let properties = list(self.json, "properties").into_iter().filter_map(property);
        variant.into_iter().chain(properties).take(MAX_OPTIONS).collect()
    }
}

/// What lines cost together, with the quantity that `of` says; `None` where a price is not whole minor units.
pub(super) fn sum(lines: &[OrderLine<'_>], of: fn(&OrderLine<'_>) -> i64) -> Option<i64> {
    lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.price?.checked_mul(of(line))?))
}

/// What edits took out of the order, in minor units: its lines without discounts, and what the edits say of its value.
pub(super) fn removed_value(order: &Value, currency: Currency, with_tax: bool) -> Decimal {
    let edits = refund::all(order).into_iter().filter(|refund| !refund.moved_money());
    let value = |piece: &Value| {
        let amount = |name| presentment(piece, name, currency).unwrap_or_default();
        amount("subtotal") + if with_tax { amount("total_tax") } else { Decimal::ZERO }
    };
    let pieces = edits.flat_map(|refund| list(refund.json, "refund_line_items"));
    pieces.filter(|piece| !refund::is_return(piece)).map(value).sum()
}
