//! What WooCommerce's orders cost. Amounts stand there without tax; the customer is shown what the shop shows, prices with
//! the tax or without.

use serde_json::Value;
use shared::Currency;

use super::lines::{OrderLine, with_tax};
use crate::translate::bill::{Bill, Row, RowKind, only_label};
use crate::translate::json::{is_true, list, text};
use crate::translate::text::{line, of_html};

/// Whether prices are shown with their tax.
pub(super) fn is_gross(order: &Value) -> bool {
    is_true(order, "prices_include_tax")
}

pub(super) fn bill(order: &Value, lines: &[OrderLine<'_>], currency: Currency) -> Bill {
    let gross = is_gross(order);
    let amount = |of: &Value, name: &str, tax: &str| {
        with_tax(of, name, Some(tax).filter(|_| gross), currency)
    };
    let mut rows = discounts(order, amount(order, "discount_total", "discount_tax"), &amount);
    rows.extend(shipping(order, &amount));
    let fee = |fee: &Value| {
        let label = text(fee, "name").and_then(of_html);
        Some(Row { label, ..Row::new(RowKind::Fee, amount(fee, "total", "total_tax")?) })
    };
    rows.extend(list(order, "fee_lines").into_iter().filter_map(fee));
    rows.extend(taxes(order, currency));
    rows.extend(gift_cards(order, currency));
    let sum = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.total?));
    Bill {
        currency,
        lines: sum.map(|sum| (sum, lines.len())),
        rows,
        tax_included: gross,
        total: with_tax(order, "total", None, currency),
    }
}

/// Vouchers by their codes, if they are all of the `total`; else in one row.
fn discounts(
    order: &Value,
    total: Option<i64>,
    amount: &impl Fn(&Value, &str, &str) -> Option<i64>,
) -> Vec<Row> {
    let Some(total) = total.filter(|total| *total != 0) else { return Vec::new() };
    let row = |coupon: &Value| {
        let row = Row::new(RowKind::Discount, -amount(coupon, "discount", "discount_tax")?);
        Some(Row { code: text(coupon, "code").and_then(line), ..row })
    };
    let rows: Vec<Row> = list(order, "coupon_lines").into_iter().filter_map(row).collect();
    match rows.iter().map(|row| row.amount).sum::<i64>() {
        sum if sum == -total => rows,
        _ => vec![Row::new(RowKind::Discount, -total)],
    }
}

/// What shipping costs by its lines, if they are all of it; else in one row.
fn shipping(order: &Value, amount: &impl Fn(&Value, &str, &str) -> Option<i64>) -> Vec<Row> {
    let lines = list(order, "shipping_lines");
    let row = |shipping: &&Value| {
        let label = text(shipping, "method_title").and_then(of_html);
        Some(Row { label, ..Row::new(RowKind::Shipping, amount(shipping, "total", "total_tax")?) })
    };
    let rows: Vec<Row> = lines.iter().filter_map(row).collect();
    let total = amount(order, "shipping_total", "shipping_tax").unwrap_or_default();
    match rows.iter().map(|row| row.amount).sum::<i64>() {
        sum if sum == total => rows,
        _ => vec![Row::new(RowKind::Shipping, total)],
    }
}

fn taxes(order: &Value, currency: Currency) -> Vec<Row> {
    let total = with_tax(order, "total_tax", None, currency).unwrap_or_default();
    if total == 0 {
        return Vec::new();
    }
    let row = |tax: &Value| {
        let amount = with_tax(tax, "tax_total", Some("shipping_tax_total"), currency)?;
        let label = text(tax, "label").and_then(of_html);
        Some(Row { label, ..Row::new(RowKind::Tax, amount) })
    };
    let rows: Vec<Row> = list(order, "tax_lines").into_iter().filter_map(row).collect();
    match rows.iter().map(|row| row.amount).sum::<i64>() {
        sum if sum == total => rows,
        _ => vec![Row { label: only_label(rows), ..Row::new(RowKind::Tax, total) }],
    }
}

/// What gift cards pay: the plugin WooCommerce Gift Cards takes it off the total.
fn gift_cards(order: &Value, currency: Currency) -> Vec<Row> {
    let row = |card: &Value| {
        let amount = with_tax(card, "amount", None, currency)?;
        Some(Row::new(RowKind::GiftCard, -amount.abs()))
    };
    list(order, "gift_cards").into_iter().filter_map(row).collect()
}
