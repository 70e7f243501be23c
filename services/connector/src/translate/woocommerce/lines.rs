//! The lines of WooCommerce's orders.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use shared::Currency;

use crate::translate::json::{id, list, set, text};
use crate::translate::money::{minor, rounded, to_json};
use crate::translate::text::{of_html, sku};

/// The most options of one line.
const MAX_OPTIONS: usize = 30;

/// One line of an order.
#[derive(Debug)]
pub(super) struct OrderLine<'a> {
    pub id: String,
    pub quantity: i64,
    /// What it costs without a discount, as the shop shows its prices: with the tax, or without.
    pub total: Option<i64>,
    json: &'a Value,
}

/// The value of an order's, or a line's, metadata.
pub(super) fn meta<'a>(of: &'a Value, key: &str) -> Option<&'a Value> {
    let is_it = |entry: &&Value| text(entry, "key") == Some(key);
    list(of, "meta_data").into_iter().find(is_it)?.get("value")
}

/// What two amounts make together, in minor units; a tax that is not named is none.
pub(super) fn with_tax(
    of: &Value,
    amount: &str,
    tax: Option<&str>,
    currency: Currency,
) -> Option<i64> {
    let net = minor(of.get(amount)?, currency)?;
    let tax = tax.and_then(|tax| minor(of.get(tax)?, currency)).unwrap_or(Decimal::ZERO);
    rounded(net + tax)
}

impl<'a> OrderLine<'a> {
    /// All lines that have an id.
    pub(super) fn all(order: &'a Value, currency: Option<Currency>, gross: bool) -> Vec<Self> {
        let of = |json: &'a Value| {
            let tax = Some("subtotal_tax").filter(|_| gross);
            Some(Self {
                id: id(json, "id")?,
                quantity: json.get("quantity").and_then(Value::as_i64).unwrap_or_default().max(0),
                total: currency.and_then(|currency| with_tax(json, "subtotal", tax, currency)),
                json,
            })
        };
        list(order, "line_items").into_iter().filter_map(of).collect()
    }

    /// Whether it is shipped; `None` where the order does not say.
    pub(super) fn is_shipped(&self) -> Option<bool> {
        self.json.get("virtual").and_then(Value::as_bool).map(|is_virtual| !is_virtual)
    }

    /// The line. `currency`: its price is named, in this.
    pub(super) fn to_json(&self, currency: Option<Currency>) -> Value {
        let mut line = Map::new();
        line.insert("id".to_owned(), self.id.as_str().into());
        set(&mut line, "sku", text(self.json, "sku").and_then(sku));
        let title = text(self.json, "name").and_then(of_html);
        let title = title.or_else(|| text(self.json, "sku").and_then(of_html));
        line.insert("title".to_owned(), title.unwrap_or_else(|| self.id.clone()).into());
        line.insert("quantity".to_owned(), self.quantity.into());
        if let Some((total, currency)) = self.total.zip(currency)
            && self.quantity > 0
        {
            // A third of 10.00 is no price: then the line names its sum alone.
            let (name, amount) = match total % self.quantity {
                0 => ("unit_price", total / self.quantity),
                _ => ("total", total),
            };
            line.insert(name.to_owned(), to_json(amount, currency));
        }
        set(&mut line, "options", Some(self.options()).filter(|options| !options.is_empty()));
        let image = self.json.get("image").and_then(|image| text(image, "src"));
        let image = image.and_then(crate::translate::text::link);
        set(&mut line, "image_url", image.filter(|url| url.starts_with("https:")));
        Value::Object(line)
    }

    /// What the customer chose. What begins with `_` is the plugins' own.
    fn options(&self) -> Vec<Value> {
        let option = |entry: &Value| {
            let key = text(entry, "key").filter(|key| !key.starts_with('_'))?;
            let name = of_html(text(entry, "display_key").unwrap_or(key))?;
            let shown = text(entry, "display_value").or_else(|| text(entry, "value"))?;
            Some(json!({ "name": name, "value": of_html(shown)? }))
        };
        let options = list(self.json, "meta_data").into_iter().filter_map(option);
        options.take(MAX_OPTIONS).collect()
    }
}
