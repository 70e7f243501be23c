//! What changed of an order, from how it was to how it is now, as far as a customer sees it.
//!
//! Only what both states say is compared: what one of them leaves out, such as an address, has not changed for that.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::money::Money;
use crate::contract::order::Order;
use crate::contract::order_line::{LineOption, OrderLine};
use crate::contract::quantity::Quantity;
use crate::contract::text::Line;

/// The most changes that are named one by one.
pub const MAX_NAMED: usize = 20;

/// What changed of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OrderChanges {
    /// The first changes, at most [`MAX_NAMED`]: of the lines first, in their order.
    pub named: Vec<OrderChange>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_none")]
    pub more: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_none(count: &usize) -> bool {
    *count == 0
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderChange {
    /// An article that was not in the order before.
    Added(SomeOf),
    /// An article that is not in the order any more.
    Removed(SomeOf),
    /// There is more or less of an article.
    Quantity {
        /// The article, and how much there is of it now.
        now: SomeOf,
        /// How much there was of it.
        before: Quantity,
    },
    /// An article is now another one, or one with other options.
    Replaced {
        /// What it was.
        before: SomeOf,
        /// What it is.
        now: SomeOf,
    },
    /// One of the article costs more or less.
    UnitPrice {
        /// The article.
        article: Named,
        /// What one of it cost.
        before: Money,
        /// What it costs.
        now: Money,
    },
    /// The order costs more or less.
    Total {
        /// What it cost.
        before: Money,
        /// What it costs.
        now: Money,
    },
    /// It goes to another address.
    ShippingAddress,
    /// It is fetched elsewhere.
    Pickup,
    /// Another address is billed.
    BillingAddress,
}

/// An article as a customer knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Named {
    /// Its title.
    pub title: Line,
    /// What the customer chose of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<LineOption>,
}

/// So many or so much of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SomeOf {
    /// The article.
    pub article: Named,
    /// How many; absent where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Of what the quantity is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Line>,
}

impl OrderChanges {
    /// What changed from the order `before` to the order `now`.
    #[must_use]
    pub fn between(before: &Order, now: &Order) -> Self {
        let mut changes = Vec::new();
        // An event without lines says nothing of them.
        if !before.lines.is_empty() && !now.lines.is_empty() {
            changes = of_lines(&before.lines, &now.lines);
        }
        if let (Some(before), Some(now)) = (before.totals.total, now.totals.total)
            && before != now
        {
            changes.push(OrderChange::Total { before, now });
        }
        let is_other =
            |pair: (Option<bool>, OrderChange)| pair.0.unwrap_or(false).then_some(pair.1);
        let shipping = differ(&before.shipping_address, &now.shipping_address);
        let billing = differ(&before.billing_address, &now.billing_address);
        let places = [
            (shipping, OrderChange::ShippingAddress),
            (differ(&before.pickup, &now.pickup), OrderChange::Pickup),
            (billing, OrderChange::BillingAddress),
        ];
        changes.extend(places.into_iter().filter_map(is_other));
        let more = changes.len().saturating_sub(MAX_NAMED);
        changes.truncate(MAX_NAMED);
        Self { named: changes, more }
    }

    /// Reads what was written as JSON. A change that only a newer version knows is one more.
    #[must_use]
    pub fn read(json: &Value) -> Self {
        let named = json["named"].as_array().map(Vec::as_slice).unwrap_or_default();
        let known = named.iter().filter_map(|change| serde_json::from_value(change.clone()).ok());
        let known: Vec<OrderChange> = known.take(MAX_NAMED).collect();
        let more = json["more"].as_u64().and_then(|more| usize::try_from(more).ok());
        let more = more.unwrap_or_default().saturating_add(named.len() - known.len());
        Self { named: known, more }
    }

    /// Whether nothing changed, or nothing that is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.named.is_empty() && self.more == 0
    }
}

/// Whether the two differ; `None` where one is not known.
fn differ<T: PartialEq>(before: &Option<T>, now: &Option<T>) -> Option<bool> {
    Some(before.as_ref()? != now.as_ref()?)
}

/// All lines of an order that a customer cannot tell apart: whether they are one line of three or three of one is no
/// change.
struct Group<'a> {
    lines: Vec<&'a OrderLine>,
}

impl<'a> Group<'a> {
    fn all(lines: &'a [OrderLine]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for line in lines {
            match groups.iter_mut().find(|group| is_same(group.first(), line)) {
                Some(group) => group.lines.push(line),
                None => groups.push(Self { lines: vec![line] }),
            }
        }
        groups
    }

    fn first(&self) -> &'a OrderLine {
        self.lines[0]
    }

    /// All of it; `None` where nobody says, or more than a quantity can be.
    fn quantity(&self) -> Option<Quantity> {
        let all: Option<Decimal> =
            self.lines.iter().map(|line| line.quantity.map(Quantity::value)).sum();
        Quantity::new(all?)
    }

    /// The price of one, if all lines have the same.
    fn unit_price(&self) -> Option<Money> {
        let price = self.first().unit_price;
        price.filter(|_| self.lines.iter().all(|line| line.unit_price == price))
    }

    fn some_of(&self) -> SomeOf {
        let line = self.first();
        SomeOf { article: named(line), quantity: self.quantity(), unit: line.unit.clone() }
    }

    /// Whether they are one line of the shop's. Its id alone says little: some shops number the lines anew each time.
    fn shares_line(&self, other: &Self) -> bool {
        let ids = || self.lines.iter().filter_map(|line| line.id.as_ref());
        let has = |id| other.lines.iter().any(|line| line.id.as_ref() == Some(id));
        let is_alike = self.shares_sku(other) || self.first().title == other.first().title;
        is_alike && ids().any(has)
    }

    fn shares_sku(&self, other: &Self) -> bool {
        self.first().sku.is_some() && self.first().sku == other.first().sku
    }
}

fn is_same(line: &OrderLine, other: &OrderLine) -> bool {
    line.sku == other.sku
        && line.title == other.title
        && line.options == other.options
        && line.unit == other.unit
}

fn named(line: &OrderLine) -> Named {
    Named { title: line.title.clone(), options: line.options.clone() }
}

fn of_lines<'a>(before: &'a [OrderLine], now: &'a [OrderLine]) -> Vec<OrderChange> {
    let mut gone = Group::all(before);
    let mut changes = Vec::new();
    let mut unmatched = Vec::new();
    for group in Group::all(now) {
        match gone.iter().position(|old| is_same(old.first(), group.first())) {
            Some(at) => changes.extend(of_group(&gone.remove(at), &group)),
            None => unmatched.push(group),
        }
    }
    changes.extend(replaced(&mut gone, &mut unmatched, Group::shares_line));
    changes.extend(replaced(&mut gone, &mut unmatched, Group::shares_sku));
    changes.extend(unmatched.iter().map(|group| OrderChange::Added(group.some_of())));
    changes.extend(gone.iter().map(|group| OrderChange::Removed(group.some_of())));
    changes
}

/// Takes those out of both lists of which each is the only one that `is_one` of the other list: which of several became
/// which, nobody says.
fn replaced<'a>(
    gone: &mut Vec<Group<'a>>,
    come: &mut Vec<Group<'a>>,
    is_one: fn(&Group<'a>, &Group<'a>) -> bool,
) -> Vec<OrderChange> {
    let only = |groups: &[Group<'a>], of: &Group<'a>| {
        let mut found = (0..groups.len()).filter(|at| is_one(&groups[*at], of));
        found.next().filter(|_| found.next().is_none())
    };
    let mut changes = Vec::new();
    let mut at = 0;
    while let Some(group) = come.get(at) {
        let pair = only(gone, group).filter(|old| only(come, &gone[*old]) == Some(at));
        match pair {
            Some(old) => {
                let (before, now) = (gone.remove(old).some_of(), come.remove(at).some_of());
                changes.push(OrderChange::Replaced { before, now });
            }
            None => at += 1,
        }
    }
    changes
}

/// What changed of an article that is the same to the customer.
fn of_group(before: &Group<'_>, now: &Group<'_>) -> Vec<OrderChange> {
    let mut changes = Vec::new();
    if let (Some(was), Some(is)) = (before.quantity(), now.quantity())
        && was != is
    {
        changes.push(OrderChange::Quantity { now: now.some_of(), before: was });
    }
    if let (Some(was), Some(is)) = (before.unit_price(), now.unit_price())
        && was != is
    {
        let article = named(now.first());
        changes.push(OrderChange::UnitPrice { article, before: was, now: is });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::Event;
    use serde_json::{Value, json};

    fn order(lines: Value, more: Value) -> Order {
        let mut event = json!({
            "type": "order.updated", "id": "e",
            "data": { "order": { "id": "1", "customer": { "email": "jo@example.com" }, "lines": lines } },
        });
        for (name, value) in more.as_object().expect("members") {
            event["data"]["order"][name] = value.clone();
        }
        Event::parse(&event).expect("valid").order
    }

    fn mug(quantity: u32) -> Value {
        json!({ "sku": "MUG", "title": "Mug", "quantity": quantity,
                "unit_price": { "amount": 1490, "currency": "EUR" } })
    }

    fn ring(engraving: &str) -> Value {
        json!({ "sku": "RING", "title": "Ring", "quantity": 1, "options": [{ "value": engraving }] })
    }

    /// The changes between two lists of lines, as text.
    fn between(before: Value, now: Value) -> Vec<String> {
        let changes = OrderChanges::between(&order(before, json!({})), &order(now, json!({})));
        changes.named.iter().map(written).collect()
    }

    fn written(change: &OrderChange) -> String {
        let some = |some: &SomeOf| {
            let options = some.article.options.iter().map(|option| format!(" {}", option.value));
            let quantity = some.quantity.map_or("?".to_owned(), |quantity| quantity.to_string());
            format!("{quantity} {}{}", some.article.title, options.collect::<String>())
        };
        match change {
            OrderChange::Added(now) => format!("+ {}", some(now)),
            OrderChange::Removed(before) => format!("- {}", some(before)),
            OrderChange::Quantity { now, before } => format!("{before} -> {}", some(now)),
            OrderChange::Replaced { before, now } => format!("{} -> {}", some(before), some(now)),
            OrderChange::UnitPrice { article, before, now } => {
                format!("{} {} -> {}", article.title, before.amount, now.amount)
            }
            OrderChange::Total { before, now } => format!("{} -> {}", before.amount, now.amount),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn an_article_that_came_went_or_is_there_in_another_quantity_is_a_change() {
        let pot = json!({ "sku": "POT", "title": "Teapot", "quantity": 1 });
        assert_eq!(between(json!([mug(2), pot]), json!([mug(3)])), ["2 -> 3 Mug", "- 1 Teapot"]);
        assert_eq!(between(json!([mug(2)]), json!([mug(2), pot])), ["+ 1 Teapot"]);
        let mut dear = mug(2);
        dear["unit_price"]["amount"] = json!(1590);
        assert_eq!(between(json!([mug(2)]), json!([dear])), ["Mug 1490 -> 1590"]);
    }

    #[test]
    fn another_order_of_the_lines_or_a_line_in_two_is_none() {
        let pot = json!({ "sku": "POT", "title": "Teapot", "quantity": 1 });
        assert!(between(json!([mug(2), pot]), json!([pot, mug(2)])).is_empty());
        assert!(between(json!([mug(3)]), json!([mug(1), mug(2)])).is_empty());
    }

    #[test]
    fn another_engraving_is_told_as_such_where_it_is_clear_which_one_it_was() {
        assert_eq!(
            between(json!([ring("A"), ring("B")]), json!([ring("A"), ring("C")])),
            ["1 Ring B -> 1 Ring C"]
        );
        assert_eq!(
            between(json!([ring("A"), ring("B")]), json!([ring("C"), ring("D")])),
            ["+ 1 Ring C", "+ 1 Ring D", "- 1 Ring A", "- 1 Ring B"]
        );
        assert_eq!(
            between(json!([ring("A")]), json!([ring("B"), ring("C")])),
            ["+ 1 Ring B", "+ 1 Ring C", "- 1 Ring A"]
        );
        let numbered = |title: &str| json!([{ "id": "1", "title": title, "quantity": 1 }]);
        assert_eq!(between(numbered("Mug"), numbered("Hat")), ["+ 1 Hat", "- 1 Mug"]);
        let with_id = |id: &str, engraving: &str| {
            let mut ring = ring(engraving);
            ring["id"] = json!(id);
            ring
        };
        assert_eq!(
            between(
                json!([with_id("1", "A"), with_id("2", "B")]),
                json!([with_id("1", "C"), with_id("2", "D")])
            ),
            ["1 Ring A -> 1 Ring C", "1 Ring B -> 1 Ring D"]
        );
    }

    #[test]
    fn what_one_of_the_two_does_not_mention_has_not_changed() {
        let address =
            |line: &str| json!({ "shipping_address": { "lines": [line], "country": "IE" } });
        let total = json!({ "totals": { "total": { "amount": 5, "currency": "EUR" } } });
        let between = |before: Value, now: Value| {
            let lines = || json!([mug(1)]);
            OrderChanges::between(&order(lines(), before), &order(lines(), now)).named
        };
        assert_eq!(between(address("Main Street 1"), json!({})), []);
        assert_eq!(between(json!({}), total.clone()), []);
        let moved = between(address("Main Street 1"), address("Main Street 2"));
        assert_eq!(moved, [OrderChange::ShippingAddress]);
        let unsaid = json!({ "sku": "MUG", "title": "Mug" });
        let (before, now) = (order(json!([mug(1)]), total), order(json!([unsaid]), json!({})));
        assert!(OrderChanges::between(&before, &now).is_empty());
        assert!(OrderChanges::between(&order(json!([]), json!({})), &now).is_empty());
    }

    #[test]
    fn of_many_changes_the_first_are_named_and_the_rest_is_counted() {
        let articles: Vec<Value> =
            (0..25).map(|n| json!({ "title": format!("Article {n}"), "quantity": 1 })).collect();
        let (before, now) = (order(json!([mug(1)]), json!({})), order(json!(articles), json!({})));
        let changes = OrderChanges::between(&before, &now);
        assert_eq!((changes.named.len(), changes.more), (MAX_NAMED, 6));
    }

    #[test]
    fn a_change_is_read_back_as_it_was_written() {
        let before = order(json!([mug(2), ring("A")]), json!({}));
        let now = order(json!([mug(3), ring("B")]), json!({}));
        let changes = OrderChanges::between(&before, &now);
        assert_eq!(changes.named.len(), 2);
        let mut json = serde_json::to_value(&changes).expect("JSON");
        assert_eq!(OrderChanges::read(&json), changes);
        json["named"][0] = json!({ "gift_wrapped": {} });
        assert_eq!(OrderChanges::read(&json).more, 1, "of a newer version");
        assert!(OrderChanges::read(&Value::Null).is_empty());
    }
}
