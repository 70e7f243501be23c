//! What an order costs, in named rows that add up to its total.

use serde_json::{Map, Value, json};
use shared::Currency;

use super::money::to_json;

/// What a row is, by its name in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowKind {
    Discount,
    Shipping,
    Fee,
    Tip,
    Duties,
    Tax,
    GiftCard,
    Rounding,
}

impl RowKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Discount => "discount",
            Self::Shipping => "shipping",
            Self::Fee => "fees",
            Self::Tip => "tip",
            Self::Duties => "duties",
            Self::Tax => "tax",
            Self::GiftCard => "gift_card",
            Self::Rounding => "rounding",
        }
    }
}

/// One row between the lines and the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub kind: RowKind,
    pub label: Option<String>,
    pub code: Option<String>,
    /// In minor units; negative for what is taken off.
    pub amount: i64,
}

impl Row {
    pub(crate) const fn new(kind: RowKind, amount: i64) -> Self {
        Self { kind, label: None, code: None, amount }
    }
}

/// The label of the row, if there is one row.
pub(crate) fn only_label(mut rows: Vec<Row>) -> Option<String> {
    if rows.len() == 1 { rows.remove(0).label } else { None }
}

/// The order without its totals, if more than these goes back: a shop that takes something out of an order has its money
/// go back afterwards, and that is no refund in full of what is left.
pub(crate) fn below_refund(mut order: Value, refund: i64) -> Value {
    let total = order.pointer("/totals/total/amount").and_then(Value::as_i64);
    if total.is_some_and(|total| total < refund) {
        order["totals"] = json!({});
    }
    order
}

/// What an order costs.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    pub currency: Currency,
    /// The lines together, and how many there are; `None` where a price is not known.
    pub lines: Option<(i64, usize)>,
    pub rows: Vec<Row>,
    pub tax_included: bool,
    /// What the order costs; `None` where the system does not say.
    pub total: Option<i64>,
}

/// How a bill is shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The member `totals`.
    pub totals: Value,
    /// Whether the lines may name their prices.
    pub has_prices: bool,
}

impl Bill {
    /// How much of the total no row explains; `None` where that is not known.
    pub(crate) fn residual(&self) -> Option<i64> {
        let counts = |row: &&Row| row.kind != RowKind::Tax || !self.tax_included;
        let rows = self.rows.iter().filter(counts).map(|row| row.amount);
        let sum = rows.chain([self.lines?.0]).try_fold(0_i64, i64::checked_add)?;
        self.total?.checked_sub(sum)
    }

    /// The rows, if they add up, with what is missing of a few minor units as rounding. Otherwise the total alone, since a
    /// row that fits nothing explains nothing.
    pub(crate) fn show(mut self) -> Shown {
        let Some(total) = self.total else { return Shown { totals: json!({}), has_prices: true } };
        // A tax within a total is no more than it.
        let is_within = |row: &Row| {
            row.kind != RowKind::Tax || !self.tax_included || row.amount.abs() <= total.abs()
        };
        self.rows.retain(is_within);
        // Each amount may have been rounded by itself.
        let tolerance =
            i64::try_from(self.rows.len() + self.lines.map_or(0, |(_, n)| n)).unwrap_or_default();
        match self.residual() {
            Some(0) => self.with_rows(total),
            Some(rest) if rest.abs() <= tolerance => {
                self.rows.push(Row::new(RowKind::Rounding, rest));
                self.with_rows(total)
            }
            _ => {
                let is_less = self.lines.is_some_and(|(lines, _)| lines > total);
                let totals = json!({ "total": to_json(total, self.currency) });
                Shown { totals, has_prices: !is_less }
            }
        }
    }

    fn with_rows(self, total: i64) -> Shown {
        let currency = self.currency;
        let mut totals = Map::new();
        if let Some((lines, _)) = self.lines {
            totals.insert("subtotal".to_owned(), to_json(lines, currency));
        }
        for row in self.rows.iter().filter(|row| row.amount != 0 || row.kind == RowKind::Shipping) {
            let rows = totals.entry(row.kind.name()).or_insert_with(|| json!([]));
            let mut json = json!({ "amount": to_json(row.amount, currency) });
            if let Some(label) = &row.label {
                json["label"] = label.as_str().into();
            }
            if let Some(code) = &row.code {
                json["code"] = code.as_str().into();
            }
            if let Value::Array(rows) = rows {
                rows.push(json);
            }
        }
        if totals.contains_key(RowKind::Tax.name()) {
            totals.insert("tax_included".to_owned(), self.tax_included.into());
        }
        totals.insert("total".to_owned(), to_json(total, currency));
        Shown { totals: Value::Object(totals), has_prices: true }
    }
}
