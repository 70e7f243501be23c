//! What Shopify's orders cost, in the currency in which the customer paid.

use rust_decimal::Decimal;
use serde_json::Value;
use shared::Currency;

use super::lines::{OrderLine, removed_value, sum};
use super::money::presentment;
use crate::translate::bill::{Bill, Row, RowKind, only_label};
use crate::translate::json::{decimal, is_true, list, text};
use crate::translate::money::{minor, rounded};
use crate::translate::text::line;

/// What of an order a bill is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// As it was bought, and then added to. A refund is seen against this.
    Bought,
    /// As edits left it.
    Now,
}

/// The bill of an order, in one of its states.
pub(super) fn bill(
    order: &Value,
    lines: &[OrderLine<'_>],
    currency: Currency,
    state: State,
    refunded: i64,
) -> Bill {
    let is_reduced = state == State::Now && lines.iter().any(OrderLine::is_reduced);
    let amount = |name: &str| rounded(presentment(order, name, currency)?);
    let tax_included = is_true(order, "taxes_included");
    // What is current is also what refunds left of it.
    let current = |name: &str| amount(&format!("current_{name}")).filter(|_| refunded == 0);
    let removed = || rounded(removed_value(order, currency, !tax_included)).unwrap_or_default();
    let (total, discounts, tax) = if is_reduced {
        let total = amount("total_price").map(|total| total - removed());
        let discounts = current("total_discounts").or_else(|| amount("total_discounts"));
        (current("total_price").or(total), discounts, current("total_tax"))
    } else {
        (amount("total_price"), amount("total_discounts"), amount("total_tax"))
    };
    let quantity: fn(&OrderLine<'_>) -> i64 = match state {
        State::Bought => |line| line.bought,
        State::Now => |line| line.now,
    };
    let mut rows = discount(order, discounts).into_iter().collect::<Vec<_>>();
    rows.extend(shipping(order, currency));
    let named = [
        (RowKind::Fee, amount("original_total_additional_fees")),
        (RowKind::Duties, amount("original_total_duties")),
    ];
    rows.extend(named.into_iter().filter_map(|(kind, amount)| Some(Row::new(kind, amount?))));
    rows.extend(taxes(order, currency, tax));
    let lines = sum(lines, quantity).map(|sum| (sum, lines.len()));
    let mut bill = Bill { currency, lines, rows, tax_included, total };
    bill.rows.extend(tip(order, currency, &bill));
    with_shipping_discounted(order, bill)
}

fn discount(order: &Value, amount: Option<i64>) -> Option<Row> {
    let row = Row::new(RowKind::Discount, -amount.filter(|amount| *amount != 0)?.abs());
    let codes: Vec<&str> =
        list(order, "discount_codes").into_iter().filter_map(|it| text(it, "code")).collect();
    let code = match codes.as_slice() {
        [code] => line(code),
        _ => None,
    };
    Some(Row { code, ..row })
}

fn shipping(order: &Value, currency: Currency) -> Vec<Row> {
    let row = |line_: &Value| {
        let amount = rounded(presentment(line_, "price", currency)?)?;
        let label = text(line_, "title").and_then(line);
        Some(Row { label, ..Row::new(RowKind::Shipping, amount) })
    };
    list(order, "shipping_lines").into_iter().filter_map(row).collect()
}

/// Shopify's sum of discounts leaves out those on shipping where an app sets them. So both are tried.
fn with_shipping_discounted(order: &Value, bill: Bill) -> Bill {
    let Some(rest) = bill.residual().filter(|rest| *rest < 0) else { return bill };
    let off = |line: &Value| {
        let (price, paid) = (
            presentment(line, "price", bill.currency)?,
            presentment(line, "discounted_price", bill.currency)?,
        );
        rounded(price - paid)
    };
    let off: i64 = list(order, "shipping_lines").into_iter().filter_map(off).sum();
    if off == 0 || -off != rest {
        return bill;
    }
    let mut rows = bill.rows;
    rows.insert(0, Row::new(RowKind::Discount, -off));
    Bill { rows, ..bill }
}

/// Taxes by name, if they are all of `total`; else in one row.
fn taxes(order: &Value, currency: Currency, total: Option<i64>) -> Vec<Row> {
    let Some(total) = total.filter(|total| *total != 0) else { return Vec::new() };
    let row = |tax: &Value| {
        let amount = rounded(presentment(tax, "price", currency)?)?;
        let percent = tax.get("rate").and_then(decimal).map(|rate| rate * Decimal::ONE_HUNDRED);
        let label = match (text(tax, "title"), percent) {
            (Some(title), Some(percent)) => line(&format!("{title} {} %", percent.normalize())),
            (title, _) => title.and_then(line),
        };
        Some(Row { label, ..Row::new(RowKind::Tax, amount) })
    };
    let rows: Vec<Row> = list(order, "tax_lines").into_iter().filter_map(row).collect();
    match rows.iter().map(|row| row.amount).sum::<i64>() {
        sum if sum == total => rows,
        _ => vec![Row { label: only_label(rows), ..Row::new(RowKind::Tax, total) }],
    }
}

/// The tip, which is a row only where no line holds it. Shopify names it in the shop's currency alone: in another, it is
/// what is left of the total.
fn tip(order: &Value, currency: Currency, bill: &Bill) -> Option<Row> {
    let named = minor(order.get("total_tip_received")?, currency).and_then(rounded);
    let named = named.filter(|tip| *tip != 0)?;
    let is_same = text(order, "currency").is_none_or(|code| code == currency.code());
    let rest = bill.residual().filter(|rest| *rest > 0);
    let amount = rest.filter(|rest| !is_same || *rest == named)?;
    Some(Row::new(RowKind::Tip, amount))
}
