//! `order.confirmed`: we have your order.

use std::fmt;

use shared::Money;
use shared::contract::order::{Order, OrderLine, Totals};

use super::listing::Listing;
use super::mail::{Mail, RenderError};
use super::page::Page;
use super::user_text::UserText;
use super::{address, day, money, plain};

struct Confirmed<'a> {
    lines: Listing<PricedLine<'a>>,
    /// The amounts between the lines and the total, with their labels.
    sums: Vec<(&'static str, String)>,
    total: String,
    /// The tax included in the total.
    tax: Option<String>,
    placed: String,
    address: Vec<UserText<'static>>,
}

/// A line of the order with its prices.
struct PricedLine<'a> {
    quantity: u32,
    title: UserText<'a>,
    unit_price: String,
    total: String,
}

super::mail::templates!(Confirmed, "confirmed.html", "confirmed.txt");

pub fn compose(page: Page<'_>, order: &Order) -> Result<Mail, RenderError> {
    let lines = order.lines.iter().map(|line| Ok::<_, RenderError>(PricedLine::new(line)));
    let mail = Confirmed {
        lines: Listing::fill(lines)?,
        sums: sums(&order.totals),
        total: money::format(order.totals.total),
        tax: order.totals.tax.filter(|tax| tax.amount != 0).map(money::format),
        placed: day::format_utc(order.placed_at),
        address: order.shipping_address.as_ref().map(address::lines).unwrap_or_default(),
    };
    let subject = format!("We have your {}", page.order());
    let preheader = format!("{} in all. Here is what you ordered.", mail.total);
    mail.write(page.with_subject(subject, preheader))
}

fn sums(totals: &Totals) -> Vec<(&'static str, String)> {
    let is_free = |amount: Money| amount.amount == 0;
    let subtotal = totals.subtotal.map(|m| ("Subtotal", money::format(m)));
    let discount = totals.discount.filter(|m| !is_free(*m)).map(|m| ("Discount", money::format(m)));
    let shipping = totals
        .shipping
        .map(|m| ("Shipping", if is_free(m) { "Free".to_owned() } else { money::format(m) }));
    [subtotal, discount, shipping].into_iter().flatten().collect()
}

impl Confirmed<'_> {
    /// Subtotal, discount, shipping, total and tax as rows of plain text.
    fn sum_rows(&self) -> Vec<String> {
        let mut rows: Vec<String> =
            self.sums.iter().map(|(label, amount)| plain::row("", label, amount)).collect();
        rows.push(plain::row("", "Total", &self.total));
        rows.extend(self.tax.iter().map(|tax| plain::row("", "Tax included", tax)));
        rows
    }
}

impl<'a> PricedLine<'a> {
    fn new(line: &'a OrderLine) -> Self {
        Self {
            quantity: line.quantity,
            title: UserText::from_shop(&line.title),
            unit_price: money::format(line.unit_price),
            total: money::format(line.total()),
        }
    }

    fn row(&self) -> String {
        let body = match self.quantity {
            1 => self.title.to_string(),
            _ => format!("{} ({} each)", self.title, self.unit_price),
        };
        plain::row(&format!("{} x", self.quantity), &body, &self.total)
    }
}

impl fmt::Display for PricedLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.title.fmt(f)
    }
}
