//! The lines of an order with their prices, and what they add up to.

use shared::Money;
use shared::contract::order::Order;
use shared::contract::order_line::OrderLine;
use shared::contract::quantity::Quantity;
use shared::contract::sums::{RowKind, RowRef, SumRow, Sums};
use shared::contract::totals::TotalsRow;

use super::article::{format_quantity, options, short, text};
use super::listing::{Entry, Listing};
use super::looks::Looks;
use super::user_text::UserText;
use super::{money, plain};

/// The longest label of a row, in characters.
const MAX_LABEL_LEN: usize = 80;

/// What an order costs, as far as its event says, and only sums that add up.
#[derive(Debug)]
pub struct Bill<'a> {
    /// The lines.
    pub lines: Listing<PricedLine<'a>>,
    /// The rows between the lines and the total, with their labels.
    pub rows: Vec<(String, String)>,
    /// The total; `None` where the event names none.
    pub total: Option<String>,
    /// Taxes within the total: `including €5.79 VAT`.
    pub included: Vec<String>,
    /// What pays of the total, what is paid and what is due.
    pub payments: Vec<(String, String)>,
}

/// A line of the order with its prices.
#[derive(Debug)]
pub struct PricedLine<'a> {
    /// `2 ×`, or `1.5 m`.
    pub quantity: String,
    /// The title.
    pub title: UserText<'a>,
    /// What the customer chose.
    pub details: Vec<UserText<'a>>,
    /// The price of one, where it is shown: it explains the line's.
    pub unit_price: Option<String>,
    /// What the line costs.
    pub total: Option<String>,
    /// Where the article can be seen.
    pub looks: Looks<'a>,
    /// `each`, or `per m`; nothing for one piece.
    per: String,
}

impl<'a> Bill<'a> {
    /// The bill of `order`.
    pub fn new(order: &'a Order) -> Self {
        let sums = order.sums();
        let list =
            |of: fn(&Sums<'a>) -> Vec<(String, String)>| sums.as_ref().map(of).unwrap_or_default();
        Self {
            lines: Listing::fill(order.lines.iter().map(PricedLine::new)),
            rows: list(|sums| sums.rows.iter().filter_map(row).collect()),
            total: sums.as_ref().map(|sums| money::format(sums.total)),
            included: sums.as_ref().map(included).unwrap_or_default(),
            payments: list(payments),
        }
    }

    /// Rows, total, taxes and payments as rows of plain text.
    pub fn sum_rows(&self) -> Vec<String> {
        let row = |(label, amount): &(String, String)| plain::row("", label, amount);
        let mut rows: Vec<String> = self.rows.iter().map(row).collect();
        rows.extend(self.total.iter().map(|total| plain::row("", "Total", total)));
        rows.extend(self.included.iter().map(|tax| plain::row("", "", tax)));
        rows.extend(self.payments.iter().map(row));
        rows
    }
}

/// A row of the sum with its label; none for nothing, but for shipping, of which "free" is news.
fn row(row: &SumRow<'_>) -> Option<(String, String)> {
    let amount = row.amount();
    match (row.kind, amount.amount) {
        (RowKind::Shipping, 0) => Some((label(row), "Free".to_owned())),
        (RowKind::Subtotal, _) => Some((label(row), money::format(amount))),
        (_, 0) => None,
        _ => Some((label(row), money::format(amount))),
    }
}

/// The shop's label, else the name of the kind; with the code of a voucher.
fn label(row: &SumRow<'_>) -> String {
    let name = match row.kind {
        RowKind::Subtotal => "Subtotal",
        RowKind::Discount => "Discount",
        RowKind::Shipping => "Shipping",
        RowKind::Fee => "Fee",
        RowKind::Tip => "Tip",
        RowKind::Duties => "Duties",
        RowKind::Tax => "Tax",
        RowKind::GiftCard => "Gift card",
        RowKind::Credit => "Credit",
        RowKind::Rounding => "Rounding",
    };
    match row.row {
        RowRef::Amount(_) => name.to_owned(),
        RowRef::Row(row) => label_of(row, name),
    }
}

fn label_of(row: &TotalsRow, name: &str) -> String {
    let short = |line| UserText::from_shop(line).shortened(MAX_LABEL_LEN).to_string();
    let label = row.label.as_ref().map_or_else(|| name.to_owned(), short);
    match &row.code {
        Some(code) => format!("{label} ({})", short(code)),
        None => label,
    }
}

fn included(sums: &Sums<'_>) -> Vec<String> {
    let taxes = sums.included_taxes.iter().filter(|tax| tax.amount.amount != 0);
    let text = |tax: &&TotalsRow| {
        let amount = money::format(tax.amount);
        match &tax.label {
            Some(_) => format!("including {amount} {}", label_of(tax, "tax")),
            None => format!("including {amount} tax"),
        }
    };
    taxes.map(text).collect()
}

fn payments(sums: &Sums<'_>) -> Vec<(String, String)> {
    let amount = |label: &str, amount: Option<Money>| {
        amount.map(|amount| (label.to_owned(), money::format(amount)))
    };
    let cards = sums.payments.iter().filter_map(row);
    cards.chain(amount("Paid", sums.paid)).chain(amount("Still to pay", sums.due)).collect()
}

impl<'a> PricedLine<'a> {
    fn new(line: &'a OrderLine) -> Self {
        let total = line.total();
        // A price of one that does not make the line's would only raise questions.
        let unit_price = line.unit_price.filter(|price| {
            total.is_none() || line.quantity.is_some_and(|q| price.times(q) == total)
        });
        Self {
            quantity: format_quantity(line.quantity, line.unit.as_ref()),
            title: UserText::from_shop(&line.title),
            details: options(line),
            unit_price: unit_price.map(money::format),
            total: total.map(money::format),
            looks: Looks::new(line),
            per: match &line.unit {
                Some(unit) => format!("per {}", UserText::from_shop(unit)),
                None if line.quantity == Some(Quantity::ONE) => String::new(),
                None => "each".to_owned(),
            },
        }
    }

    /// `2 × €14.90`, below the title; the quantity alone where the price of one is not known.
    pub fn calculation(&self) -> String {
        match (&self.unit_price, self.quantity.as_str()) {
            (Some(price), "") => format!("{price} each"),
            (Some(price), quantity) if quantity.ends_with('\u{d7}') => {
                format!("{quantity} {price}")
            }
            (Some(price), quantity) => format!("{quantity} \u{d7} {price}"),
            (None, quantity) => quantity.to_owned(),
        }
    }

    /// The line as a row of plain text.
    pub fn row(&self) -> String {
        let body = match &self.unit_price {
            Some(price) if !self.per.is_empty() => {
                format!("{} ({price} {})", self.title, self.per)
            }
            _ => self.title.to_string(),
        };
        let total = self.total.as_deref().unwrap_or_default();
        let mut row = plain::row(&self.quantity, &body, total);
        for detail in &self.details {
            row.push_str(&plain::continuation(&self.quantity, &detail.to_string()));
        }
        if let Some(page) = self.looks.page {
            row.push_str(&plain::continuation(&self.quantity, page));
        }
        row
    }
}

impl Entry for PricedLine<'_> {
    fn title(&self) -> &UserText<'_> {
        &self.title
    }

    fn short(&self) -> String {
        let short = short(&self.quantity, &self.title);
        self.total.as_ref().map_or_else(|| short.clone(), |total| format!("{short}, {total}"))
    }

    fn text(&self) -> String {
        text(&self.title, &self.details)
    }

    fn fit_looks(&mut self, room: &mut usize) {
        self.looks.fit(room);
    }
}
