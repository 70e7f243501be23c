//! News: what one event tells about an order or a parcel, when it happened, and what it outdates.
//!
//! News of one order is totally ordered: by the time of the event, which is never later than its acceptance, then by
//! its acceptance, then by its name. What happened earlier and arrives later is superseded.
//!
//! Every rule here is a relation between two notifications of one order, so that two dispatchers that see the same
//! two records decide alike. A record never yields to one that yields to it: along [`supersedes`], either the news
//! becomes later, or the parcel gets further (confirmed, then shipped, then whatever happens on its way, then
//! delivered or returned). So of any number of records, one yields to none.

use crate::contract::event::EventPayload;
use crate::contract::kind::Kind;
use crate::notification::{MoneyBack, NotificationKey, Recipient, Told};

/// News is late after so many milliseconds. News that is not late stands beside later news of another kind: the
/// customer reads both mails together. So an order that is confirmed and shipped at once has both mails.
pub const LATE_AFTER_MS: i64 = 60_000;

/// What one notification tells. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct News {
    /// What happened.
    pub kind: Kind,
    /// The parcel that it happened to; `None`: the order as a whole.
    pub parcel: Option<String>,
    /// Who is told.
    pub recipient: Recipient,
    /// When it happened. `None`: the event does not say, or its publisher's clock is wrong; it may have happened at
    /// any time before its acceptance.
    pub happened_at: Option<i64>,
    /// When intake stored the event.
    pub accepted_at: i64,
    /// The event, as [`crate::EventRef::sort_key`].
    pub event: String,
    /// What the mail tells of the things that can change.
    pub told: Told,
    /// The money that it is about, where it is about money.
    pub money: Option<MoneyBack>,
    /// Whether the order as a whole is cancelled by it, whether or not anybody is told.
    pub cancels_order: bool,
}

/// How one kind of news outdates another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is the same kind of news, only newer.
    Replaces,
    /// It corrects what the other one tells. The customer gets the other one first, if that is soon.
    Corrects,
    /// The other one is no longer how things stand.
    Outdates,
    /// It undoes the other one, which may undo it in turn: a parcel that went back arrives at last.
    Undoes,
    /// The other one cannot happen after it: if it does not say when it happened, it happened before.
    Ends,
}

impl News {
    /// Where it stands among the news of its order: the later, the greater.
    #[must_use]
    pub fn position(&self) -> (i64, i64, &str) {
        (self.news_at(), self.accepted_at, &self.event)
    }

    /// When it happened; if it does not say, its acceptance counts.
    #[must_use]
    pub fn news_at(&self) -> i64 {
        self.happened_at.unwrap_or(self.accepted_at)
    }

    /// Whether it is told to the same recipient, about the same parcel or order.
    #[must_use]
    pub fn has_subject_of(&self, other: &Self) -> bool {
        self.recipient == other.recipient && self.parcel == other.parcel
    }

    /// Whether the order, which `cancelled` cancels, is open again by it.
    fn reopens(&self, cancelled: &Self) -> bool {
        self.kind == Kind::OrderUpdated
            && cancelled.cancels_order
            && self.position() > cancelled.position()
    }

    /// Whether it happened more than [`LATE_AFTER_MS`] ago.
    fn is_late(&self, now: i64) -> bool {
        now - self.news_at() > LATE_AFTER_MS
    }
}

/// How `newer` supersedes `older` at the time `now`; `None` if it does not. It says nothing about whether `newer` was
/// or will be told.
#[must_use]
pub fn supersedes(newer: &News, older: &News, now: i64) -> Option<Relation> {
    // News of a parcel supersedes the order's confirmation, but no other parcel's news.
    let is_about_it = older.parcel.is_none() || older.parcel == newer.parcel;
    if newer.recipient != older.recipient || !is_about_it {
        return None;
    }
    if leaves_order(newer) || leaves_order(older) {
        return None;
    }
    let relation = relation(older.kind, newer.kind)?;
    let is_later = newer.position() > older.position();
    let holds = match (relation, older.happened_at, newer.happened_at) {
        (Relation::Replaces | Relation::Corrects, ..) => is_later,
        // Perhaps it happened before: only its acceptance was later.
        (Relation::Outdates, Some(_), None) => false,
        (Relation::Outdates | Relation::Undoes, ..) | (Relation::Ends, Some(_), _) => {
            is_later && older.is_late(now)
        }
        (Relation::Ends, None, _) => newer.accepted_at < older.accepted_at || older.is_late(now),
    };
    holds.then_some(relation)
}

/// Whether it cancels, or pays back, a part and leaves an order: it makes no other news old, nor does an order that
/// changes make it old.
fn leaves_order(news: &News) -> bool {
    match news.kind {
        Kind::OrderCancelled => !news.cancels_order,
        Kind::OrderRefunded => !news.money.as_ref().is_some_and(MoneyBack::is_all),
        _ => false,
    }
}

/// Whether `own` is no news since `other`, whoever is told of `other` and whether or not anybody is: the order is cancelled,
/// and `own` is about its parcels; or `own` cancels the order, and it was reopened since. `others`: all other news of the
/// order.
#[must_use]
pub fn ends<'a>(
    other: &News,
    own: &News,
    others: impl Iterator<Item = &'a News>,
    now: i64,
) -> bool {
    let is_cancelled = other.cancels_order
        && own.kind.ends_with_cancellation()
        && !is_reopened_before(other, own, others);
    is_cancelled || other.reopens(own) && own.is_late(now)
}

/// As [`supersedes`], for a cancellation only as long as none of the `others`, all of the order, reopened it before `older`.
#[must_use]
pub fn outdates<'a>(
    newer: &News,
    older: &News,
    others: impl Iterator<Item = &'a News>,
    now: i64,
) -> Option<Relation> {
    let relation = supersedes(newer, older, now)?;
    (!newer.cancels_order || !is_reopened_before(newer, older, others)).then_some(relation)
}

/// Whether the order that `cancelled` cancels was open again when `own` happened.
fn is_reopened_before<'a>(
    cancelled: &News,
    own: &News,
    mut others: impl Iterator<Item = &'a News>,
) -> bool {
    others.any(|it| it.reopens(cancelled) && it.position() < own.position())
}

/// How the kind `newer` outdates the kind `older`, if it does.
#[must_use]
pub fn relation(older: Kind, newer: Kind) -> Option<Relation> {
    if !older.superseded_by().contains(&newer) {
        return None;
    }
    Some(if older == newer {
        Relation::Replaces
    } else if newer.corrects().contains(&older) {
        Relation::Corrects
    } else if older.happens_under_way() && newer.happens_under_way()
        || older == Kind::OrderPaymentFailed && newer != Kind::OrderCancelled
    {
        Relation::Outdates
    } else if newer.superseded_by().contains(&older) {
        Relation::Undoes
    } else {
        Relation::Ends
    })
}

/// The parcel that a notification is about: the first part of its scope.
#[must_use]
pub fn parcel_of(key: &NotificationKey) -> Option<String> {
    let parcel = key.kind.is_about_a_parcel().then(|| key.scope.split('#').next());
    parcel.flatten().map(str::to_owned)
}

/// Whether the event cancels the order as a whole, so that nothing that happens to its parcels is news any more. A
/// cancellation of a part does not.
#[must_use]
pub const fn cancels_order(payload: &EventPayload) -> bool {
    matches!(payload, EventPayload::Cancelled(cancellation) if !cancellation.is_partial())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{
        OrderCancelled, OrderConfirmed, OrderPaymentFailed, OrderRefunded, OrderUpdated,
        ShipmentDelayed, ShipmentDelivered, ShipmentOutForDelivery, ShipmentReturned,
        ShipmentShipped, ShipmentUpdated,
    };

    /// Long after everything here happened.
    const NOW: i64 = 10 * LATE_AFTER_MS;

    fn news(kind: Kind, happened_at: Option<i64>, accepted_at: i64) -> News {
        News {
            kind,
            parcel: kind.is_about_a_parcel().then(|| "S-1".to_owned()),
            recipient: Recipient::Customer,
            happened_at,
            accepted_at,
            event: format!("shop {accepted_at}"),
            told: Told::default(),
            money: None,
            cancels_order: kind == OrderCancelled,
        }
    }

    fn said(kind: Kind, at: i64) -> News {
        news(kind, Some(at), 1_000)
    }

    #[test]
    fn what_happened_earlier_is_superseded_whenever_it_is_accepted() {
        for kind in [ShipmentUpdated, ShipmentDelayed] {
            let (old, new) = (news(kind, Some(1), 9), news(kind, Some(2), 8));
            assert_eq!(supersedes(&new, &old, 10), Some(Relation::Replaces));
            assert_eq!(supersedes(&old, &new, 10), None);
        }
        for correction in [ShipmentUpdated, ShipmentDelayed] {
            let (shipped, later) = (said(ShipmentShipped, 1), said(correction, 2));
            assert_eq!(supersedes(&later, &shipped, 3), Some(Relation::Corrects));
            assert_eq!(supersedes(&said(correction, 0), &shipped, 3), None);
        }
    }

    #[test]
    fn at_the_same_time_what_was_accepted_later_is_newer_and_then_the_name_decides() {
        let first = news(ShipmentUpdated, Some(1), 8);
        let second = news(ShipmentUpdated, Some(1), 9);
        assert!(supersedes(&second, &first, 9).is_some());
        let by_name = News { event: "shop z".to_owned(), ..first.clone() };
        assert!(supersedes(&by_name, &first, 9).is_some());
        assert!(supersedes(&first, &by_name, 9).is_none());
    }

    #[test]
    fn another_kind_that_happened_within_the_minute_stands_beside_it() {
        let (out, delivered) = (said(ShipmentOutForDelivery, 1), said(ShipmentDelivered, 2));
        assert_eq!(supersedes(&delivered, &out, 1 + LATE_AFTER_MS), None);
        assert_eq!(supersedes(&delivered, &out, 2 + LATE_AFTER_MS), Some(Relation::Ends));
        let delayed = said(ShipmentDelayed, 2);
        assert_eq!(supersedes(&delayed, &out, 2 + LATE_AFTER_MS), Some(Relation::Outdates));
        assert_eq!(supersedes(&said(ShipmentDelayed, 0), &out, NOW), None);
    }

    #[test]
    fn a_confirmation_that_does_not_say_when_is_superseded_by_a_parcel_that_was_accepted_before_it()
    {
        let (confirmed, shipped) = (news(OrderConfirmed, None, 9), news(ShipmentShipped, None, 8));
        assert_eq!(supersedes(&shipped, &confirmed, 9), Some(Relation::Ends));
        let first = news(OrderConfirmed, None, 7);
        assert_eq!(supersedes(&shipped, &first, 9), None, "both are mailed, in a minute");
        assert_eq!(supersedes(&shipped, &first, NOW), Some(Relation::Ends));
    }

    #[test]
    fn news_that_does_not_say_when_outdates_nothing_that_may_have_happened_after_it() {
        let delayed = news(ShipmentDelayed, None, 100);
        assert_eq!(supersedes(&delayed, &said(ShipmentOutForDelivery, 50), NOW), None);
        let out = news(ShipmentOutForDelivery, None, 50);
        assert_eq!(supersedes(&delayed, &out, NOW), Some(Relation::Outdates));
    }

    #[test]
    fn a_parcel_supersedes_the_orders_confirmation_and_no_other_parcel() {
        let delivered = said(ShipmentDelivered, 2);
        assert!(supersedes(&delivered, &said(OrderConfirmed, 1), NOW).is_some());
        let other = News { parcel: Some("S-2".to_owned()), ..said(ShipmentShipped, 1) };
        assert!(supersedes(&delivered, &other, NOW).is_none());
        let (cancelled, confirmed) = (said(OrderCancelled, 2), said(OrderConfirmed, 1));
        assert!(supersedes(&cancelled, &confirmed, NOW).is_some());
        let of_a_part = News { cancels_order: false, ..cancelled };
        assert!(supersedes(&of_a_part, &confirmed, NOW).is_none());
    }

    #[test]
    fn of_an_arrival_and_a_return_the_newer_one_holds_and_so_it_does_of_a_cancellation_and_a_change()
     {
        for (one, other) in [(ShipmentDelivered, ShipmentReturned), (OrderCancelled, OrderUpdated)]
        {
            for (older, newer) in [(one, other), (other, one)] {
                assert_eq!(
                    supersedes(&said(newer, 2), &said(older, 1), NOW),
                    Some(Relation::Undoes)
                );
                assert_eq!(supersedes(&said(newer, 1), &said(older, 2), NOW), None);
                assert_eq!(supersedes(&said(newer, 2), &said(older, 1), 3), None, "in a minute");
                // Without a time, its acceptance counts.
                let late = news(newer, None, 1_001);
                assert!(supersedes(&late, &said(older, 1), NOW).is_some(), "{newer}");
            }
        }
    }

    #[test]
    fn any_news_of_a_parcel_supersedes_what_was_said_before_there_was_one() {
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_about_a_parcel()) {
            for older in [OrderConfirmed, OrderPaymentFailed] {
                assert!(
                    supersedes(&said(kind, 2), &said(older, 1), NOW).is_some(),
                    "{kind} {older}"
                );
            }
        }
    }

    #[test]
    fn a_refund_of_all_supersedes_the_orders_confirmation_and_one_of_a_part_does_not() {
        let refunded = |amount| {
            let money = MoneyBack { amount, of: 1_000, currency: "EUR", refund: None };
            News { money: Some(money), ..said(OrderRefunded, 2) }
        };
        for older in [OrderConfirmed, OrderPaymentFailed] {
            assert!(supersedes(&refunded(1_000), &said(older, 1), NOW).is_some(), "{older}");
            assert!(supersedes(&refunded(999), &said(older, 1), NOW).is_none(), "{older}");
            assert!(supersedes(&said(OrderRefunded, 2), &said(older, 1), NOW).is_none());
        }
    }

    /// No two records yield to each other, nor do several in a circle: then nobody would be told.
    #[test]
    fn of_any_records_one_yields_to_none() {
        let mut records = Vec::new();
        for kind in Kind::ALL {
            for accepted_at in [100, 200] {
                for happened_at in [None, Some(50), Some(100)] {
                    let money = MoneyBack { amount: 900, of: 900, currency: "EUR", refund: None };
                    let money = Some(money).filter(|_| kind.is_refund());
                    records.push(News { money, ..news(kind, happened_at, accepted_at) });
                }
            }
        }
        for now in [100, NOW] {
            let mut left: Vec<&News> = records.iter().collect();
            while !left.is_empty() {
                let yields = |it: &News| left.iter().any(|by| supersedes(by, it, now).is_some());
                let (rest, free): (Vec<_>, Vec<_>) = left.iter().partition(|it| yields(it));
                assert!(!free.is_empty(), "{left:?} yield to each other");
                left = rest;
            }
        }
    }
}
