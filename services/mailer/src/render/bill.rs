//! The lines of an order with their prices, and what they add up to.

use shared::Money;
use shared::contract::order::Order;
use shared::contract::order_line::OrderLine;
use shared::contract::quantity::Quantity;
use shared::contract::sums::{RowKind, RowRef, SumRow, Sums};
use shared::contract::totals::TotalsRow;

use super::article::{format_quantity, options, text};
use super::listing::{Entry, Listing};
use super::localizer::Localizer;
use super::looks::Looks;
use super::plain;
use super::user_text::UserText;

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
    pub details: Vec<String>,
    /// What the line costs.
    pub total: Option<String>,
    /// Where the article can be seen.
    pub looks: Looks<'a>,
    /// `€24.00 per m`, to stand behind the title; nothing for one piece.
    remark: Option<String>,
    /// `2 × €14.90`, to stand below it; the quantity alone where the price of one is not known.
    pub calculation: String,
}

impl<'a> Bill<'a> {
    /// The bill of `order`.
    pub fn new(order: &'a Order, say: &Localizer) -> Self {
        let sums = order.sums();
        let sums = sums.as_ref();
        let rows = |sums: &Sums<'a>| sums.rows.iter().filter_map(|it| row(it, say)).collect();
        Self {
            lines: Listing::fill(order.lines.iter().map(|line| PricedLine::new(line, say)), say),
            rows: sums.map(rows).unwrap_or_default(),
            total: sums.map(|sums| say.money(sums.total)),
            included: sums.map(|sums| included(sums, say)).unwrap_or_default(),
            payments: sums.map(|sums| payments(sums, say)).unwrap_or_default(),
        }
    }

    /// Rows, total, taxes and payments as rows of plain text.
    pub fn sum_rows(&self, say: &Localizer) -> Vec<String> {
        let row = |(label, amount): &(String, String)| plain::row("", label, amount);
        let mut rows: Vec<String> = self.rows.iter().map(row).collect();
        rows.extend(self.total.iter().map(|total| plain::row("", say.row_total(), total)));
        rows.extend(self.included.iter().map(|tax| plain::row("", "", tax)));
        rows.extend(self.payments.iter().map(row));
        rows
    }
}

/// A row of the sum with its label; none for nothing, but for shipping, of which "free" is news.
fn row(row: &SumRow<'_>, say: &Localizer) -> Option<(String, String)> {
    let amount = row.amount();
    match (row.kind, amount.amount) {
        (RowKind::Shipping, 0) => Some((label(row, say), say.shipping_free())),
        (RowKind::Subtotal, _) => Some((label(row, say), say.money(amount))),
        (_, 0) => None,
        _ => Some((label(row, say), say.money(amount))),
    }
}

/// The shop's label, else the name of the kind; with the code of a voucher.
fn label(row: &SumRow<'_>, say: &Localizer) -> String {
    let name = match row.kind {
        RowKind::Subtotal => say.row_subtotal(),
        RowKind::Discount => say.row_discount(),
        RowKind::Shipping => say.row_shipping(),
        RowKind::Fee => say.row_fee(),
        RowKind::Tip => say.row_tip(),
        RowKind::Duties => say.row_duties(),
        RowKind::Tax => say.row_tax(),
        RowKind::GiftCard => say.row_gift_card(),
        RowKind::Credit => say.row_credit(),
        RowKind::Rounding => say.row_rounding(),
    };
    match row.row {
        RowRef::Amount(_) => name,
        RowRef::Row(row) => label_of(row, name, say),
    }
}

fn label_of(row: &TotalsRow, name: String, say: &Localizer) -> String {
    let short = |line| UserText::from_shop(line).shortened(MAX_LABEL_LEN).to_string();
    let label = row.label.as_ref().map_or(name, short);
    match &row.code {
        Some(code) => say.text_with_remark(short(code), label),
        None => label,
    }
}

fn included(sums: &Sums<'_>, say: &Localizer) -> Vec<String> {
    let taxes = sums.included_taxes.iter().filter(|tax| tax.amount.amount != 0);
    let text = |tax: &&TotalsRow| {
        let amount = say.money(tax.amount);
        match &tax.label {
            Some(_) => say.named_tax_included(amount, label_of(tax, String::new(), say)),
            None => say.tax_included(amount),
        }
    };
    taxes.map(text).collect()
}

fn payments(sums: &Sums<'_>, say: &Localizer) -> Vec<(String, String)> {
    let amount = |label: String, amount: Option<Money>| amount.map(|it| (label, say.money(it)));
    let cards = sums.payments.iter().filter_map(|it| row(it, say));
    let (paid, due) = (amount(say.row_paid(), sums.paid), amount(say.row_due(), sums.due));
    cards.chain(paid).chain(due).collect()
}

impl<'a> PricedLine<'a> {
    fn new(line: &'a OrderLine, say: &Localizer) -> Self {
        let total = line.total();
        // A price of one that does not make the line's would only raise questions.
        let unit_price = line.unit_price.filter(|price| {
            total.is_none() || line.quantity.is_some_and(|q| price.times(q) == total)
        });
        let unit_price = unit_price.map(|price| say.money(price));
        Self {
            quantity: format_quantity(line.quantity, line.unit.as_ref(), say),
            title: UserText::from_shop(&line.title),
            details: options(line, say),
            calculation: calculation(line, unit_price.as_deref(), say),
            remark: unit_price.and_then(|price| match &line.unit {
                Some(unit) => Some(say.price_per_unit(price, UserText::from_shop(unit))),
                None if line.quantity == Some(Quantity::ONE) => None,
                None => Some(say.price_each(price)),
            }),
            total: total.map(|total| say.money(total)),
            looks: Looks::new(line),
        }
    }

    /// The line as a row of plain text.
    pub fn row(&self, say: &Localizer) -> String {
        let body = match &self.remark {
            Some(price) => say.text_with_remark(price, &self.title),
            None => self.title.to_string(),
        };
        let total = self.total.as_deref().unwrap_or_default();
        let mut row = plain::row(&self.quantity, &body, total);
        for detail in &self.details {
            row.push_str(&plain::continuation(&self.quantity, detail));
        }
        if let Some(page) = self.looks.page {
            row.push_str(&plain::continuation(&self.quantity, page));
        }
        row
    }
}

fn calculation(line: &OrderLine, unit_price: Option<&str>, say: &Localizer) -> String {
    match (unit_price, line.quantity, &line.unit) {
        (Some(price), None, _) => say.price_each(price),
        (Some(price), Some(quantity), None) => {
            say.quantity_times_price(price, say.formats.quantity(quantity))
        }
        (Some(price), Some(_), Some(_)) => {
            say.quantity_times_price(price, format_quantity(line.quantity, line.unit.as_ref(), say))
        }
        // Without a price, one piece needs no word.
        (None, Some(quantity), None) if quantity == Quantity::ONE => String::new(),
        (None, ..) => format_quantity(line.quantity, line.unit.as_ref(), say),
    }
}

impl Entry for PricedLine<'_> {
    fn title(&self) -> &UserText<'_> {
        &self.title
    }

    fn short(&self, say: &Localizer) -> String {
        let short = say.quantity_of(&self.quantity, &self.title);
        match &self.total {
            Some(total) => say.text_with_remark(total, short),
            None => short,
        }
    }

    fn text(&self) -> String {
        text(&self.title, &self.details)
    }

    fn fit_looks(&mut self, room: &mut usize) {
        self.looks.fit(room);
    }
}
