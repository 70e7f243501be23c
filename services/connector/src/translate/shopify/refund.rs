//! Refunds of Shopify's orders, and what is cancelled with them.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use shared::{Currency, Kind};

use super::money::presentment;
use crate::translate::bill::below_refund;
use crate::translate::fact::{Fact, When};
use crate::translate::json::{count, id, is_true, list, set, text, time};
use crate::translate::money::{minor, rounded, to_json};
use crate::translate::text::line;

/// A refund and a cancellation that are at most so many seconds apart are told in one mail: the ledger takes them for the
/// same moment.
const SAME_MOMENT_S: i64 = 10 * 60;

/// A refund: money that went back, goods that came back, or what an edit took out of the order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refund<'a> {
    pub json: &'a Value,
}

/// All refunds of an order.
pub(super) fn all(order: &Value) -> Vec<Refund<'_>> {
    list(order, "refunds").into_iter().map(|json| Refund { json }).collect()
}

/// Whether pieces of a refund are goods that came back. Others were never sent.
pub(super) fn is_return(piece: &Value) -> bool {
    text(piece, "restock_type") == Some("return")
}

/// Money that went back, and what the contract says of it.
#[derive(Debug, Clone)]
pub(super) struct MoneyBack {
    pub id: String,
    pub at: Timestamp,
    pub amount: Value,
    minor: i64,
    method: Option<String>,
}

impl<'a> Refund<'a> {
    /// Whether any money went back with it.
    pub(super) fn moved_money(&self) -> bool {
        self.transactions().next().is_some()
    }

    /// Whether all of its money is of a test gateway's, which is none.
    pub(super) fn is_test(&self) -> bool {
        self.moved_money() && self.transactions().all(|it| is_true(it, "test"))
    }

    /// How many pieces of a line are in it, of those that count.
    pub(super) fn pieces_of(&self, line_id: &str, counts: fn(&Self, &Value) -> bool) -> i64 {
        let is_of_line = |piece: &&Value| id(piece, "line_item_id").as_deref() == Some(line_id);
        let pieces = list(self.json, "refund_line_items").into_iter().filter(is_of_line);
        pieces.filter(|piece| counts(self, piece)).map(|piece| count(piece, "quantity")).sum()
    }

    fn transactions(&self) -> impl Iterator<Item = &'a Value> {
        let is_money_back = |it: &&Value| {
            text(it, "kind") == Some("refund") && text(it, "status") == Some("success")
        };
        list(self.json, "transactions").into_iter().filter(is_money_back)
    }

    /// The money, in the currency in which most of it went back; `None` if none did.
    pub(super) fn money(&self, of_order: Option<Currency>) -> Option<MoneyBack> {
        let first = self.transactions().next()?;
        let currency = of_order.filter(|it| presentment(first, "amount", *it).is_some());
        let currency = currency.or_else(|| Currency::parse(text(first, "currency")?).ok())?;
        let amount = |it: &Value| {
            let own = || minor(it.get("amount")?, currency);
            presentment(it, "amount", currency).or_else(own)
        };
        let sum: Decimal = self.transactions().filter_map(amount).sum();
        let minor = rounded(sum).filter(|amount| *amount > 0)?;
        Some(MoneyBack {
            id: id(self.json, "id")?,
            at: time(self.json, "created_at").or_else(|| time(self.json, "processed_at"))?,
            amount: to_json(minor, currency),
            minor,
            method: method(first).filter(|_| self.transactions().count() == 1),
        })
    }
}

/// The card that the money goes to, without a word in any language: `Visa •••• 4242`.
fn method(transaction: &Value) -> Option<String> {
    let details = transaction.get("payment_details")?;
    let (company, number) =
        (text(details, "credit_card_company")?, text(details, "credit_card_number")?);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let last = digits.get(digits.len().checked_sub(4)?..)?;
    line(&format!("{company} •••• {last}"))
}

impl MoneyBack {
    /// The refund as a fact of its order.
    pub(super) fn into_fact(self, order: Value) -> Fact {
        let mut refund = Map::new();
        let order = below_refund(order, self.minor);
        refund.insert("id".to_owned(), self.id.into());
        refund.insert("amount".to_owned(), self.amount);
        set(&mut refund, "method", self.method);
        Fact::of_part(Kind::OrderRefunded, When::At(self.at), order, ("refund", refund))
    }

    pub(super) const fn minor(&self) -> i64 {
        self.minor
    }
}

/// The cancellation of the whole order, with the refund of the same moment. Without one, nothing is said of money: the
/// order may never have been paid.
pub(super) fn cancellation(at: Timestamp, refunds: &[MoneyBack], order: Value) -> Fact {
    let distance = |refund: &&MoneyBack| (refund.at.as_second() - at.as_second()).abs();
    let nearest = refunds.iter().min_by_key(distance);
    let refund = nearest.filter(|refund| distance(refund) <= SAME_MOMENT_S);
    let order = refund.map_or(order.clone(), |it| below_refund(order, it.minor));
    let mut cancellation = Map::new();
    cancellation.insert("partial".to_owned(), Value::Bool(false));
    set(&mut cancellation, "refund", refund.map(|it| it.amount.clone()));
    set(&mut cancellation, "refund_id", refund.map(|it| it.id.as_str()));
    set(&mut cancellation, "method", refund.and_then(|it| it.method.as_deref()));
    let own = Some(("cancellation", Value::Object(cancellation)));
    Fact { own, ..Fact::of_order(Kind::OrderCancelled, When::At(at), order) }
}
