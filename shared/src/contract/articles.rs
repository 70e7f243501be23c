//! Which articles of an order the entries of a list name: what is in a parcel, or what is cancelled.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::contract::ids::Sku;
use crate::contract::order::Order;
use crate::contract::order_line::{OrderLine, Part};
use crate::contract::quantity::Quantity;
use crate::contract::shipment::ParcelLine;

/// An entry of a list, with what it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Article<'a> {
    /// What it names.
    pub named: Named<'a>,
    /// How many or how much; `None` where nobody says.
    pub quantity: Option<Quantity>,
    /// For what is still to come: the day it should arrive.
    pub expected_on: Option<Date>,
}

/// What an entry names.
#[derive(Debug, Clone, PartialEq)]
pub enum Named<'a> {
    /// A line of the order, or one that was removed from it.
    Line(&'a OrderLine),
    /// A part of the set that a line of the order is.
    Part(&'a OrderLine, &'a Part),
    /// One of several lines of the same sku that are not the same, nobody says which: at least two.
    OneOf(Vec<&'a OrderLine>),
    /// Nothing of the order: a gift, a sample.
    Other(&'a ParcelLine),
}

impl Order {
    /// What the entries of `list` name, in its order. Several lines of one sku are told apart where the list has
    /// all of them, expected on one day; else, where it does not say by `line_id` or title which, they stay
    /// [`Named::OneOf`].
    #[must_use]
    pub fn articles<'a>(&'a self, list: &'a [ParcelLine]) -> Vec<Article<'a>> {
        let entries: Vec<(&ParcelLine, Candidates<'a>)> =
            list.iter().map(|entry| (entry, self.candidates(entry))).collect();
        let mut named: BTreeMap<&Sku, Vec<&ParcelLine>> = BTreeMap::new();
        for (entry, candidates) in &entries {
            if let Candidates::Several(sku, _) = candidates {
                named.entry(sku).or_default().push(entry);
            }
        }
        let mut told: BTreeSet<&Sku> = BTreeSet::new();
        let mut articles = Vec::with_capacity(list.len());
        for (entry, candidates) in entries {
            let article =
                |named, quantity| Article { named, quantity, expected_on: entry.expected_on };
            match candidates {
                Candidates::One(named) => articles.push(article(named, entry.quantity)),
                // All entries of the sku together are all its lines, which are listed once.
                Candidates::Several(sku, lines) if is_all_of(&lines, &named[sku]) => {
                    if told.insert(sku) {
                        let lines = lines.into_iter();
                        articles
                            .extend(lines.map(|line| article(Named::Line(line), line.quantity)));
                    }
                }
                Candidates::Several(_, lines) => {
                    articles.push(article(Named::OneOf(lines), entry.quantity));
                }
            }
        }
        articles
    }

    fn candidates<'a>(&'a self, entry: &'a ParcelLine) -> Candidates<'a> {
        if let Some(id) = &entry.line_id {
            let is_it = |other: &Option<_>| other.as_ref() == Some(id);
            if let Some(line) = self.lines.iter().find(|line| is_it(&line.id)) {
                return Candidates::One(Named::Line(line));
            }
            if let Some((line, part)) = self.parts().find(|(_, part)| is_it(&part.id)) {
                return Candidates::One(Named::Part(line, part));
            }
            if let Some(line) = self.removed.iter().find(|line| is_it(&line.id)) {
                return Candidates::One(Named::Line(line));
            }
        }
        let Some(sku) = &entry.sku else { return Candidates::One(Named::Other(entry)) };
        let of_sku = || self.lines.iter().filter(move |line| line.sku.as_ref() == Some(sku));
        let has_title = |line: &&OrderLine| entry.title.as_ref() == Some(&line.title);
        let mut lines: Vec<&OrderLine> = of_sku().filter(has_title).collect();
        if lines.is_empty() {
            lines = of_sku().collect();
        }
        match *lines.as_slice() {
            [] => {
                let mut parts = self.parts().filter(|(_, part)| part.sku.as_ref() == Some(sku));
                let part = parts.next().map(|(line, part)| Named::Part(line, part));
                let removed = || self.removed.iter().find(|line| line.sku.as_ref() == Some(sku));
                let named = part.or_else(|| removed().map(Named::Line));
                Candidates::One(named.unwrap_or(Named::Other(entry)))
            }
            [first, ref rest @ ..] if rest.iter().all(|line| is_alike(first, line)) => {
                Candidates::One(Named::Line(first))
            }
            _ => Candidates::Several(sku, lines),
        }
    }

    /// Whether each line of the order is in the list with all of its quantity. What nobody is sure of is not.
    #[must_use]
    pub fn is_all(&self, list: &[ParcelLine]) -> bool {
        let mut missing: BTreeMap<usize, Option<Quantity>> =
            self.lines.iter().enumerate().map(|(i, line)| (i, line.quantity)).collect();
        let index = |line: &OrderLine| self.lines.iter().position(|l| std::ptr::eq(l, line));
        for article in self.articles(list) {
            let Named::Line(line) = article.named else { continue };
            // Lines of one sku that look alike may be named as one.
            let alike =
                self.lines.iter().filter(|other| other.sku == line.sku && is_alike(line, other));
            let all = Quantity::sum(alike.clone().map(|other| other.quantity));
            if all.is_some() && all == article.quantity {
                for i in alike.filter_map(index) {
                    missing.remove(&i);
                }
            } else if let Some(i) = index(line)
                && line.quantity.is_some()
                && line.quantity == article.quantity
            {
                missing.remove(&i);
            }
        }
        missing.is_empty() && !self.lines.is_empty()
    }

    fn parts(&self) -> impl Iterator<Item = (&OrderLine, &Part)> {
        self.lines.iter().flat_map(|line| line.parts.iter().map(move |part| (line, part)))
    }

    /// How many of an article the order has, over all its lines and sets; `None` where nobody says, or for none.
    pub(crate) fn quantity_of(&self, sku: &Sku) -> Option<Decimal> {
        let lines = self.lines.iter().filter(|line| line.sku.as_ref() == Some(sku));
        let parts = self.parts().filter(|(_, part)| part.sku.as_ref() == Some(sku));
        let mut all =
            lines.map(|line| line.quantity).chain(parts.map(|(_, part)| part.quantity)).peekable();
        all.peek()?;
        sum(all)
    }
}

/// What an entry may name.
enum Candidates<'a> {
    One(Named<'a>),
    /// Several lines of a sku that the customer can tell apart.
    Several(&'a Sku, Vec<&'a OrderLine>),
}

/// Whether a customer could not tell the two apart.
fn is_alike(line: &OrderLine, other: &OrderLine) -> bool {
    line.title == other.title && line.options == other.options
}

/// Whether the entries are all of the lines, and of one day: which line comes on which of several, nobody says.
fn is_all_of(lines: &[&OrderLine], named: &[&ParcelLine]) -> bool {
    let ordered = sum(lines.iter().map(|line| line.quantity));
    let is_of_one_day = named.iter().all(|entry| entry.expected_on == named[0].expected_on);
    is_of_one_day && ordered.is_some() && ordered == sum(named.iter().map(|entry| entry.quantity))
}

/// `None` where a quantity is not known.
pub(crate) fn sum(quantities: impl Iterator<Item = Option<Quantity>>) -> Option<Decimal> {
    quantities.map(|quantity| quantity.map(Quantity::value)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::Event;
    use serde_json::{Value, json};

    /// What the entries of a parcel name, of an order of two rings, a pair of mugs and a set.
    fn named(entries: Value) -> Vec<String> {
        let ring = |id: &str, engraving: &str| json!({ "id": id, "sku": "RING", "title": format!("Ring {engraving}"), "quantity": 1 });
        let mug = |quantity: u32| json!({ "sku": "MUG", "title": "Mug", "quantity": quantity });
        let set = json!({
            "sku": "SET", "title": "Tea set", "quantity": 1,
            "parts": [{ "sku": "POT", "title": "Teapot", "quantity": 1 }],
        });
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e", "type": "shipment.shipped",
            "data": {
                "order": {
                    "id": "1", "customer": { "email": "jo@example.com" },
                    "lines": [ring("1", "A"), ring("2", "B"), mug(1), mug(2), set],
                },
                "shipment": { "id": "S", "lines": entries },
            },
        });
        let event = Event::parse(&event).expect("valid");
        let list = &event.payload.shipment().expect("a parcel").lines;
        let articles = event.order.articles(list).into_iter();
        let texts = articles.map(|article| {
            let quantity = article.quantity.map_or("?".to_owned(), |q| q.to_string());
            let name = match article.named {
                Named::Line(line) => line.title.to_string(),
                Named::Part(line, part) => format!("{} of {}", part.title, line.title),
                Named::OneOf(lines) => {
                    lines.iter().map(|l| l.title.as_str()).collect::<Vec<_>>().join(" or ")
                }
                Named::Other(entry) => {
                    entry.title.as_ref().map_or("other".to_owned(), ToString::to_string)
                }
            };
            format!("{quantity} {name}")
        });
        texts.collect()
    }

    #[test]
    fn a_line_is_named_by_its_id_or_by_a_sku_that_is_its_own() {
        assert_eq!(named(json!([{ "line_id": "2", "sku": "RING", "quantity": 1 }])), ["1 Ring B"]);
        assert_eq!(
            named(json!([{ "sku": "RING", "title": "Ring B", "quantity": 1 }])),
            ["1 Ring B"]
        );
        assert_eq!(named(json!([{ "sku": "MUG", "quantity": 2 }])), ["2 Mug"]);
        assert_eq!(named(json!([{ "sku": "MUG" }])), ["? Mug"]);
        assert_eq!(named(json!([{ "sku": "POT", "quantity": 1 }])), ["1 Teapot of Tea set"]);
    }

    #[test]
    fn of_several_lines_of_a_sku_none_is_claimed_that_the_list_does_not_name() {
        let one = || json!({ "sku": "RING", "quantity": 1 });
        assert_eq!(named(json!([one()])), ["1 Ring A or Ring B"]);
        assert_eq!(named(json!([{ "sku": "RING", "quantity": 2 }])), ["1 Ring A", "1 Ring B"]);
        assert_eq!(
            named(json!([one(), { "sku": "MUG" }, one()])),
            ["1 Ring A", "1 Ring B", "? Mug"]
        );
        assert_eq!(named(json!([{ "sku": "RING" }])), ["? Ring A or Ring B"]);
    }

    #[test]
    fn lines_of_a_sku_that_come_on_several_days_have_the_day_of_none_claimed() {
        let one = |day: &str| json!({ "sku": "RING", "quantity": 1, "expected_on": day });
        let (first, last) = ("2026-12-01", "2026-12-09");
        assert_eq!(named(json!([one(first), one(first)])), ["1 Ring A", "1 Ring B"]);
        assert_eq!(
            named(json!([one(first), one(last)])),
            ["1 Ring A or Ring B", "1 Ring A or Ring B"]
        );
        let undated = json!({ "sku": "RING", "quantity": 1 });
        assert_eq!(
            named(json!([one(first), undated])),
            ["1 Ring A or Ring B", "1 Ring A or Ring B"]
        );
    }

    #[test]
    fn a_line_that_was_removed_is_named_by_its_title_and_is_no_line_of_the_order() {
        let cup =
            json!({ "id": "7", "sku": "CUP", "title": "Cup", "quantity": 0, "unit_price": "x" });
        let mug = json!({ "sku": "MUG", "title": "Mug", "quantity": 2 });
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e", "type": "order.cancelled",
            "data": {
                "order": { "id": "1", "customer": { "email": "jo@example.com" }, "lines": [cup, mug] },
                "cancellation": { "lines": [{ "sku": "CUP", "quantity": 1 }, { "line_id": "7" }] },
            },
        });
        let event = Event::parse(&event).expect("valid");
        assert_eq!(Event::parse(&event.to_json()).as_ref(), Ok(&event));
        assert_eq!(event.order.lines.len(), 1);
        let crate::contract::event::EventPayload::Cancelled(cancellation) = &event.payload else {
            panic!("one")
        };
        for article in event.order.articles(&cancellation.lines) {
            let Named::Line(line) = article.named else { panic!("{article:?}") };
            assert_eq!(line.title.as_str(), "Cup");
        }
    }

    #[test]
    fn what_is_not_of_the_order_is_named_as_it_is() {
        let gift = json!({ "sku": "GIFT", "title": "A sachet", "quantity": 1 });
        assert_eq!(named(json!([gift, { "line_id": "9" }])), ["1 A sachet", "? other"]);
    }
}
