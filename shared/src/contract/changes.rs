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
    /// It is fetched elsewhere, or otherwise: until another day, with another code.
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
        changes.extend(of_destination(before, now));
        let is_billed_elsewhere = differ(&before.billing_address, &now.billing_address);
        changes.extend(is_billed_elsewhere.then_some(OrderChange::BillingAddress));
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

/// Whether `now` says something of which `before` says nothing, and of which nobody can say whether it has changed.
#[must_use]
pub fn mentions_more(before: &Order, now: &Order) -> bool {
    let is_first = |says: fn(&Order) -> bool| says(now) && !says(before);
    lines_mention_more(&before.lines, &now.lines)
        || is_first(|order| order.totals.total.is_some())
        || is_first(|order| order.shipping_address.is_some() || order.pickup.is_some())
        || is_first(|order| order.billing_address.is_some())
}

fn lines_mention_more(before: &[OrderLine], now: &[OrderLine]) -> bool {
    let before = Group::all(before);
    let is_more = |group: &Group<'_>| {
        let old = before.iter().find(|old| is_same(old.first(), group.first()));
        old.is_none_or(|old| {
            group.quantity().is_some() && old.quantity().is_none()
                || group.unit_price().is_some() && old.unit_price().is_none()
        })
    };
    Group::all(now).iter().any(is_more)
}

/// Where it goes now. A mail shows the place where an order is fetched, or else the address.
fn of_destination(before: &Order, now: &Order) -> Option<OrderChange> {
    let is_pickup = match (&before.pickup, &now.pickup) {
        (Some(was), Some(is)) => is.clone().or(Some(was)) != *was,
        (None, Some(_)) => before.shipping_address.is_some(),
        (_, None) => false,
    };
    let is_address = now.pickup.is_none()
        && match before.pickup {
            Some(_) => now.shipping_address.is_some(),
            None => differ(&before.shipping_address, &now.shipping_address),
        };
    let address = is_address.then_some(OrderChange::ShippingAddress);
    is_pickup.then_some(OrderChange::Pickup).or(address)
}

/// Whether both are known, and differ.
fn differ<T: PartialEq>(before: &Option<T>, now: &Option<T>) -> bool {
    before.as_ref().zip(now.as_ref()).is_some_and(|(before, now)| before != now)
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
mod tests;
