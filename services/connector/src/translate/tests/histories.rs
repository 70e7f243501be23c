//! Generated histories of orders, and the snapshots that a shop system delivers of them.

mod shopify;
mod woocommerce;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use super::{System, time};

/// What happens to an order. Where it cannot, the order is merely saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is saved; the customer sees no difference.
    Save,
    /// One piece of a line is taken out.
    Edit(u8),
    /// It goes to another address.
    Readdress,
    /// A piece of each line that is left is sent.
    Ship,
    /// A parcel gets another number.
    Retrack(u8),
    /// A parcel comes closer.
    Advance(u8),
    /// 5.00 EUR go back.
    Refund,
    /// It is cancelled, with a refund of the rest or without.
    Cancel(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Save),
        2 => any::<u8>().prop_map(Step::Edit),
        1 => Just(Step::Readdress),
        3 => Just(Step::Ship),
        2 => any::<u8>().prop_map(Step::Retrack),
        3 => any::<u8>().prop_map(Step::Advance),
        1 => Just(Step::Refund),
        1 => any::<bool>().prop_map(Step::Cancel),
    ]
}

/// How far a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Sent,
    Out,
    Delivered,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub id: u64,
    pub bought: i64,
    pub removed: i64,
    pub shipped: i64,
}

#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: u64,
    pub sent_at: Timestamp,
    pub changed_at: Timestamp,
    pub number: u32,
    pub stage: Stage,
    /// Line ids and quantities.
    pub pieces: Vec<(u64, i64)>,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: u64,
    pub at: Timestamp,
    pub amount: i64,
}

/// An order as it stands. A piece of each line costs 10.00 EUR, and shipping 5.00.
#[derive(Debug, Clone)]
pub struct Order {
    pub placed_at: Timestamp,
    pub changed_at: Timestamp,
    pub lines: Vec<Line>,
    pub edits: Vec<(u64, Timestamp)>,
    pub parcels: Vec<Parcel>,
    pub refunds: Vec<Refund>,
    pub cancelled_at: Option<Timestamp>,
    pub street: u32,
    pub saves: u32,
    /// Whether the shop dates its refunds, where its system does not.
    pub dates_refunds: bool,
}

impl Order {
    fn new(quantities: &[i64], dates_refunds: bool) -> Self {
        let placed_at = time("2026-11-20T09:00:00Z");
        let line = |(i, bought): (usize, &i64)| Line {
            id: 101 + i as u64,
            bought: *bought,
            removed: 0,
            shipped: 0,
        };
        Self {
            placed_at,
            changed_at: placed_at,
            lines: quantities.iter().enumerate().map(line).collect(),
            edits: Vec::new(),
            parcels: Vec::new(),
            refunds: Vec::new(),
            cancelled_at: None,
            street: 1,
            saves: 0,
            dates_refunds,
        }
    }

    /// What was bought costs, in minor units.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.bought).sum::<i64>() * 1000 + 500
    }

    /// What is left of it after edits costs.
    pub fn total_now(&self) -> i64 {
        self.lines.iter().map(|line| line.bought - line.removed).sum::<i64>() * 1000 + 500
    }

    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    fn apply(&mut self, step: Step, at: Timestamp) {
        self.changed_at = at;
        self.saves += 1;
        let is_open = self.cancelled_at.is_none();
        match step {
            Step::Edit(which) if is_open && self.parcels.is_empty() => self.edit(which, at),
            Step::Readdress if is_open => self.street += 1,
            Step::Ship if is_open => self.ship(at),
            Step::Retrack(which) => self.of_parcel(which, |parcel| {
                parcel.number += 1;
                parcel.changed_at = at;
            }),
            Step::Advance(which) => self.of_parcel(which, |parcel| {
                parcel.stage =
                    if parcel.stage == Stage::Sent { Stage::Out } else { Stage::Delivered };
                parcel.changed_at = at;
            }),
            Step::Refund => self.refund(500, at),
            Step::Cancel(pays_back) if is_open => {
                self.cancelled_at = Some(at);
                let rest = self.total_now() - self.refunded();
                if pays_back {
                    self.refund(rest, at);
                }
            }
            Step::Save | Step::Edit(_) | Step::Readdress | Step::Ship | Step::Cancel(_) => {}
        }
    }

    fn edit(&mut self, which: u8, at: Timestamp) {
        let which = usize::from(which) % self.lines.len();
        let line = &mut self.lines[which];
        if line.bought - line.removed > 1 && self.refunds.is_empty() {
            line.removed += 1;
            self.edits.push((line.id, at));
        }
    }

    fn ship(&mut self, at: Timestamp) {
        let left = |line: &&mut Line| line.bought - line.removed > line.shipped;
        let mut pieces = Vec::new();
        for line in self.lines.iter_mut().filter(left) {
            line.shipped += 1;
            pieces.push((line.id, 1));
        }
        if !pieces.is_empty() {
            let id = 900 + self.parcels.len() as u64;
            let parcel =
                Parcel { id, sent_at: at, changed_at: at, number: 1, stage: Stage::Sent, pieces };
            self.parcels.push(parcel);
        }
    }

    fn of_parcel(&mut self, which: u8, change: impl FnOnce(&mut Parcel)) {
        if self.cancelled_at.is_none() && !self.parcels.is_empty() {
            let which = usize::from(which) % self.parcels.len();
            change(&mut self.parcels[which]);
        }
    }

    fn refund(&mut self, amount: i64, at: Timestamp) {
        if amount > 0 && self.refunded() + amount <= self.total_now() {
            let id = 500 + self.refunds.len() as u64;
            self.refunds.push(Refund { id, at, amount });
        }
    }

    fn snapshot(&self, system: System) -> Value {
        match system {
            System::Shopify => shopify::snapshot(self),
            System::WooCommerce => woocommerce::snapshot(self),
        }
    }
}

/// The snapshots of one order, each with the time at which it was taken.
#[derive(Clone)]
pub struct History {
    pub system: System,
    pub snapshots: Vec<(Timestamp, Value)>,
    order: Order,
    steps: Vec<(Step, i64)>,
}

impl std::fmt::Debug for History {
    /// What makes the history, without the pages of JSON that it makes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bought: Vec<i64> = self.order.lines.iter().map(|line| line.bought).collect();
        let Self { system, order, steps, .. } = self;
        write!(f, "{system}, {bought:?}, dated refunds: {}, {steps:?}", order.dates_refunds)
    }
}

/// Histories of up to eight steps after the order, minutes to half a day apart: long enough that no two of them are of
/// the same minute, within which news of different kinds stands side by side.
pub fn history(system: System) -> impl Strategy<Value = History> {
    let steps = prop::collection::vec((step(), 3..720_i64), 0..9);
    let order = (prop::collection::vec(1..4_i64, 1..4), any::<bool>());
    (order, steps).prop_map(move |((quantities, dates_refunds), steps)| {
        let mut order = Order::new(&quantities, dates_refunds);
        let mut snapshots = vec![(order.placed_at, order.snapshot(system))];
        for (step, minutes) in &steps {
            let at = order.changed_at + SignedDuration::from_mins(*minutes);
            order.apply(*step, at);
            snapshots.push((at, order.snapshot(system)));
        }
        History { system, snapshots, order, steps }
    })
}
