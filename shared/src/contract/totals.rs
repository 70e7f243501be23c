//! What an order costs, in rows that have names.

use crate::contract::money::{Money, in_currency_of};
use crate::contract::other_names;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;

/// The most rows of one name.
const MAX_ROWS: usize = 50;

/// What the order costs. Each row that may be there several times is money, or a list of rows with labels.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// The lines together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtotal: Option<Money>,
    /// What is taken off, whatever its sign; a voucher with its code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub discount: Vec<TotalsRow>,
    /// Shipping and handling.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub shipping: Vec<TotalsRow>,
    /// What else is added: cash on delivery, gift wrapping, a deposit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub fees: Vec<TotalsRow>,
    /// What the customer gives on top.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub tip: Vec<TotalsRow>,
    /// Import duties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub duties: Vec<TotalsRow>,
    /// Taxes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub tax: Vec<TotalsRow>,
    /// Whether the prices include the taxes. Absent: whichever adds up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_included: Option<bool>,
    /// What gift cards pay, whatever its sign. Part of the sum, or of the payment: whichever adds up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub gift_card: Vec<TotalsRow>,
    /// What credit at the shop pays, as gift cards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub credit: Vec<TotalsRow>,
    /// To the nearest coin, or between taxes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(schema_with = "schema::rows", default))]
    pub rounding: Vec<TotalsRow>,
    /// What the order costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub total: Option<Money>,
    /// What has been paid of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
    /// What is still to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Money>,
}

/// One row between the lines and the total.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TotalsRow {
    /// What the customer knows it by, such as `VAT 19 %`. Absent: the name of its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
    /// The code of a voucher or gift card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Line>,
    /// How much.
    pub amount: Money,
}

impl Totals {
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let from = from.called_otherwise(other_names::TOTALS);
        in_currency_of(&from, || Some(Self::read_members(&from)))
    }

    fn read_members(from: &FieldReader<'_>) -> Self {
        let money = |name: &'static str| from.tolerated(name, |r| Money::read(&r));
        let rows = |names| read_rows(from, names);
        let off = |names| rows(names).into_iter().map(taken_off).collect();
        Self {
            subtotal: money("subtotal"),
            discount: off(["discount", "discounts"]),
            shipping: rows(["shipping", "shipping_lines"]),
            fees: rows(["fees", "fee"]),
            tip: rows(["tip", "tips"]),
            duties: rows(["duties", "duty"]),
            tax: rows(["tax", "taxes"]),
            tax_included: from.tolerated("tax_included", |r| r.boolean()),
            gift_card: off(["gift_card", "gift_cards"]),
            credit: off(["credit", "credits"]),
            rounding: rows(["rounding", "rounding_adjustment"]),
            total: from.expected("total", "The mail names no total.", |r| Money::read(&r)),
            paid: money("paid").map(Money::absolute),
            due: money("due"),
        }
    }

    /// All rows that may be there several times.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &TotalsRow> {
        let lists = [
            &self.discount,
            &self.shipping,
            &self.fees,
            &self.tip,
            &self.duties,
            &self.tax,
            &self.gift_card,
            &self.credit,
            &self.rounding,
        ];
        lists.into_iter().flatten()
    }
}

/// What is taken off is negative, whatever sign the shop gives it.
fn taken_off(row: TotalsRow) -> TotalsRow {
    let amount = Money { amount: -row.amount.amount.abs(), ..row.amount };
    TotalsRow { amount, ..row }
}

/// The rows of the first of the two names that is there; of the second, with a warning.
fn read_rows(from: &FieldReader<'_>, names: [&'static str; 2]) -> Vec<TotalsRow> {
    let [name, other] = names;
    let read = |r: FieldReader<'_>| Some(read_list(&r));
    if from.has(name) {
        return from.tolerated(name, read).unwrap_or_default();
    }
    let rows = from.tolerated(other, read).unwrap_or_default();
    if !rows.is_empty() {
        from.warn_member(other, format_args!("This was taken as {name}."));
    }
    rows
}

fn read_list(from: &FieldReader<'_>) -> Vec<TotalsRow> {
    if from.value().is_array() {
        from.tolerated_list(MAX_ROWS, |row| TotalsRow::read(&row))
    } else {
        TotalsRow::read(from).into_iter().collect()
    }
}

impl TotalsRow {
    /// Reads `{"label", "code", "amount"}`, where the amount is money; or money alone.
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let is_row = from.value().get("amount").is_some_and(serde_json::Value::is_object);
        if !from.is_object() {
            return Money::read(from).map(Self::from);
        }
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let (label, code) = (text("label"), text("code"));
        let label = label.or_else(|| {
            let other = text("title").or_else(|| text("name"))?;
            from.warn_member("label", "This is missing; the title or name was taken.");
            Some(other)
        });
        let amount = if is_row {
            in_currency_of(from, || from.required("amount", |r| Money::read(&r)))
        } else {
            Money::read(from)
        };
        Some(Self { label, code, amount: amount? })
    }
}

impl From<Money> for TotalsRow {
    fn from(amount: Money) -> Self {
        Self { label: None, code: None, amount }
    }
}
