//! How the rows of an order add up to its total.

use crate::contract::money::{Currency, Money};
use crate::contract::order::Order;
use crate::contract::totals::{Totals, TotalsRow};

/// What may be shown of an order's totals: rows that add up, or the total alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums<'a> {
    /// What the order costs.
    pub total: Money,
    /// The rows between the lines and the total, in the order in which they are added up.
    pub rows: Vec<SumRow<'a>>,
    /// The taxes within the total.
    pub included_taxes: Vec<&'a TotalsRow>,
    /// What pays of the total: gift cards and credit that are no part of the sum.
    pub payments: Vec<SumRow<'a>>,
    /// What has been paid, and what is still to be paid, if the two are not at odds.
    pub paid: Option<Money>,
    /// See `paid`.
    pub due: Option<Money>,
    /// Whether the rows are left out because they do not add up.
    pub is_at_odds: bool,
    /// Whether gift cards and credit are left out, with what is paid and due, because they are more than the total: how
    /// much of them is used, nobody says.
    pub is_overpaid: bool,
}

/// One row with its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumRow<'a> {
    /// What it is, where it has no label.
    pub kind: RowKind,
    /// The amount, with the label and the code that the shop gave it.
    pub row: RowRef<'a>,
}

/// A row of the totals, or the subtotal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRef<'a> {
    /// The subtotal.
    Amount(Money),
    /// A row of the totals.
    Row(&'a TotalsRow),
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// The lines together.
    Subtotal,
    /// Taken off.
    Discount,
    /// Shipping and handling.
    Shipping,
    /// A fee.
    Fee,
    /// A tip.
    Tip,
    /// Import duties.
    Duties,
    /// A tax on top of the prices.
    Tax,
    /// A gift card.
    GiftCard,
    /// Credit at the shop.
    Credit,
    /// Rounding.
    Rounding,
}

impl SumRow<'_> {
    /// How much.
    #[must_use]
    pub const fn amount(&self) -> Money {
        match self.row {
            RowRef::Amount(amount) => amount,
            RowRef::Row(row) => row.amount,
        }
    }
}

/// What is added up with what: of each question that a document may leave open, the answer with which it adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arrangement {
    has_subtotal: bool,
    takes_discount: bool,
    adds_tax: bool,
    takes_gift_cards: bool,
}

impl Order {
    /// What may be shown of the totals; `None` without a total.
    #[must_use]
    pub fn sums(&self) -> Option<Sums<'_>> {
        let totals = &self.totals;
        let total = totals.total?;
        let only_total = |is_at_odds| Sums {
            total,
            rows: Vec::new(),
            included_taxes: Vec::new(),
            payments: Vec::new(),
            paid: None,
            due: None,
            is_at_odds,
            is_overpaid: false,
        };
        if totals.subtotal.is_none() && totals.rows().next().is_none() {
            return Some(with_payment(totals, only_total(false)));
        }
        let Some(found) = find(totals, total, self.sum_of_lines(total.currency)) else {
            return Some(only_total(true));
        };
        let sums = Sums {
            rows: rows(totals, found),
            included_taxes: if found.adds_tax { Vec::new() } else { totals.tax.iter().collect() },
            payments: if found.takes_gift_cards { Vec::new() } else { cards(totals) },
            ..only_total(false)
        };
        Some(with_payment(totals, sums))
    }

    /// The lines together; `None` where a price is unknown or in another currency.
    pub(crate) fn sum_of_lines(&self, currency: Currency) -> Option<i128> {
        let line = |money: Money| (money.currency == currency).then(|| i128::from(money.amount));
        self.lines.iter().map(|l| l.total().and_then(line)).sum()
    }
}

/// The first arrangement with which everything adds up to the total, in 128 bits: no amounts overflow them.
fn find(totals: &Totals, total: Money, of_lines: Option<i128>) -> Option<Arrangement> {
    let is_same = |money: Money| money.currency == total.currency;
    if !totals.rows().all(|row| is_same(row.amount)) || !totals.subtotal.is_none_or(is_same) {
        return None;
    }
    let sum =
        |rows: &[TotalsRow]| -> i128 { rows.iter().map(|r| i128::from(r.amount.amount)).sum() };
    let fixed = [&totals.shipping, &totals.fees, &totals.tip, &totals.duties, &totals.rounding];
    let fixed: i128 = fixed.into_iter().map(|rows| sum(rows)).sum();
    let (discount, tax) = (sum(&totals.discount), sum(&totals.tax));
    let cards = sum(&totals.gift_card) + sum(&totals.credit);
    let subtotal = totals.subtotal.map(|money| i128::from(money.amount));
    // A subtotal that is not the sum of the lines above it is not shown.
    let subtotal = subtotal.filter(|s| of_lines.is_none_or(|lines| lines == *s));
    let (has_subtotal, base) = (subtotal.is_some(), subtotal.or(of_lines)?);
    let is_open = |amount: i128, choices: [bool; 2]| {
        if amount == 0 { vec![choices[0]] } else { choices.to_vec() }
    };
    let taxes = match totals.tax_included {
        Some(included) => vec![!included],
        None => is_open(tax, [false, true]),
    };
    // A discount may be in the prices of the lines already, and a gift card may pay of the total.
    for takes_discount in is_open(discount, [true, false]) {
        for adds_tax in &taxes {
            for takes_gift_cards in is_open(cards, [true, false]) {
                let found = Arrangement {
                    has_subtotal,
                    takes_discount,
                    adds_tax: *adds_tax,
                    takes_gift_cards,
                };
                let part = |is_in: bool, amount: i128| if is_in { amount } else { 0 };
                let all = base
                    + fixed
                    + part(takes_discount, discount)
                    + part(*adds_tax, tax)
                    + part(takes_gift_cards, cards);
                // No tax that is within a total is more than it.
                let is_within = *adds_tax || tax.abs() <= i128::from(total.amount).abs();
                if all == i128::from(total.amount) && is_within {
                    return Some(found);
                }
            }
        }
    }
    None
}

fn rows(totals: &Totals, found: Arrangement) -> Vec<SumRow<'_>> {
    let subtotal = totals.subtotal.filter(|_| found.has_subtotal);
    let mut all: Vec<SumRow<'_>> = subtotal
        .into_iter()
        .map(|amount| SumRow { kind: RowKind::Subtotal, row: RowRef::Amount(amount) })
        .collect();
    if found.takes_discount {
        all.extend(list(RowKind::Discount, &totals.discount));
    }
    all.extend(list(RowKind::Shipping, &totals.shipping));
    all.extend(list(RowKind::Fee, &totals.fees));
    all.extend(list(RowKind::Tip, &totals.tip));
    all.extend(list(RowKind::Duties, &totals.duties));
    if found.adds_tax {
        all.extend(list(RowKind::Tax, &totals.tax));
    }
    all.extend(list(RowKind::Rounding, &totals.rounding));
    if found.takes_gift_cards {
        all.extend(cards(totals));
    }
    all
}

fn cards(totals: &Totals) -> Vec<SumRow<'_>> {
    let gift_cards = list(RowKind::GiftCard, &totals.gift_card);
    gift_cards.chain(list(RowKind::Credit, &totals.credit)).collect()
}

fn list(kind: RowKind, rows: &[TotalsRow]) -> impl Iterator<Item = SumRow<'_>> {
    rows.iter().map(move |row| SumRow { kind, row: RowRef::Row(row) })
}

/// Adds what is paid and what is due, unless the two and the total are at odds.
fn with_payment<'a>(totals: &'a Totals, sums: Sums<'a>) -> Sums<'a> {
    if is_overpaid(&sums) {
        return Sums { payments: Vec::new(), is_overpaid: true, ..sums };
    }
    if is_payment_at_odds(totals, &sums) {
        return sums;
    }
    Sums { paid: totals.paid, due: totals.due, ..sums }
}

fn is_overpaid(sums: &Sums<'_>) -> bool {
    let cards: i128 = sums.payments.iter().map(|row| i128::from(row.amount().amount)).sum();
    cards != 0 && i128::from(sums.total.amount) + cards < 0
}

/// Whether what is paid and what is due are not the total, or in another currency.
pub(crate) fn is_payment_at_odds(totals: &Totals, sums: &Sums<'_>) -> bool {
    let given = [totals.paid, totals.due];
    if given.into_iter().flatten().any(|money| money.currency != sums.total.currency) {
        return true;
    }
    let [Some(paid), Some(due)] = given else { return false };
    let amount = |money: Money| i128::from(money.amount);
    let cards: i128 = sums.payments.iter().map(|row| amount(row.amount())).sum();
    // What a gift card pays may count as paid or not.
    let rest = amount(sums.total) - amount(paid);
    ![rest, rest + cards].contains(&amount(due))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::Event;
    use serde_json::{Value, json};

    fn eur(amount: i64) -> Value {
        json!({ "amount": amount, "currency": "EUR" })
    }

    /// The rows, the included taxes, and the rows after the total, of an order of two mugs of 10 EUR.
    fn sums(totals: Value) -> Option<[String; 3]> {
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e", "type": "order.confirmed",
            "data": { "order": {
                "id": "1", "customer": { "email": "jo@example.com" }, "totals": totals,
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": eur(1000) }],
            }},
        });
        let order = Event::parse(&event).expect("valid").order;
        let sums = order.sums().expect("a total");
        let list = |rows: &[SumRow<'_>]| {
            let row = |row: &SumRow<'_>| format!("{:?} {}", row.kind, row.amount().amount);
            rows.iter().map(row).collect::<Vec<_>>().join(", ")
        };
        let taxes: Vec<String> =
            sums.included_taxes.iter().map(|tax| tax.amount.amount.to_string()).collect();
        let payment = |name: &str, money: Option<Money>| {
            money.map(|money| format!("{name} {}", money.amount)).unwrap_or_default()
        };
        let after = format!(
            "{}{}{}",
            list(&sums.payments),
            payment("paid", sums.paid),
            payment("due", sums.due)
        );
        (!sums.is_at_odds).then(|| [list(&sums.rows), taxes.join(", "), after])
    }

    fn shown(rows: &str, taxes: &str, after: &str) -> Option<[String; 3]> {
        Some([rows.to_owned(), taxes.to_owned(), after.to_owned()])
    }

    #[test]
    fn what_is_added_up_with_what_is_found_by_what_adds_up() {
        for (totals, expected) in [
            (json!({ "total": eur(5) }), shown("", "", "")),
            (
                json!({ "subtotal": eur(2000), "tip": eur(300), "fees": [{ "label": "Cash", "amount": eur(200) }],
                        "tax": eur(190), "total": eur(2500) }),
                shown("Subtotal 2000, Fee 200, Tip 300", "190", ""),
            ),
            (
                json!({ "subtotal": eur(2000), "tax": [eur(100), eur(65)], "total": eur(2165) }),
                shown("Subtotal 2000, Tax 100, Tax 65", "", ""),
            ),
            (json!({ "discount": eur(500), "total": eur(1500) }), shown("Discount -500", "", "")),
            (
                json!({ "subtotal": eur(2000), "gift_card": eur(-1500), "total": eur(500) }),
                shown("Subtotal 2000, GiftCard -1500", "", ""),
            ),
            (
                json!({ "subtotal": eur(2000), "gift_card": eur(1500), "total": eur(2000), "due": eur(500) }),
                shown("Subtotal 2000", "", "GiftCard -1500due 500"),
            ),
            (
                json!({ "subtotal": eur(2000), "gift_card": eur(2001), "total": eur(2000), "due": eur(0) }),
                shown("Subtotal 2000", "", ""),
            ),
            // A discount that is in the prices already, and one that is in the subtotal.
            (
                json!({ "subtotal": eur(2000), "discount": eur(500), "total": eur(2000) }),
                shown("Subtotal 2000", "", ""),
            ),
            (
                json!({ "subtotal": eur(1500), "discount": eur(500), "total": eur(1500) }),
                shown("Discount -500", "", ""),
            ),
            (
                json!({ "shipping": eur(490), "total": eur(2490), "paid": eur(2000), "due": eur(490) }),
                shown("Shipping 490", "", "paid 2000due 490"),
            ),
        ] {
            assert_eq!(sums(totals.clone()), expected, "{totals}");
        }
    }

    #[test]
    fn no_sum_is_shown_that_does_not_add_up() {
        let usd = json!({ "amount": 490, "currency": "USD" });
        for totals in [
            json!({ "shipping": eur(490), "total": eur(2491) }),
            json!({ "shipping": usd, "total": eur(2490) }),
            json!({ "tax": eur(300), "tax_included": false, "total": eur(2000) }),
            json!({ "tax": eur(2001), "total": eur(2000) }),
        ] {
            assert_eq!(sums(totals.clone()), None, "{totals}");
        }
        let at_odds = json!({ "total": eur(2000), "paid": eur(1000), "due": eur(999) });
        assert_eq!(sums(at_odds), shown("", "", ""));
    }
}
