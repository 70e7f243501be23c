//! What the address that an event names is to a notification that another event has planned, to another address.
//!
//! The dispatcher decides by it, and whoever has to know what the dispatcher would decide asks here too: the sweep, which
//! queues a lost event again; the command, which shows what becomes of an event, replays its dead letter and erases its
//! order; the one-machine stack, which waits for the end.
//!
//! | the last delivery | what follows for the event |
//! | --- | --- |
//! | bounced (also: suppressed), or failed for good | its address gets the news: [`Correction::Due`] |
//! | planned or being sent | it waits, however long SES takes no mails |
//! | bounced for a reason that passes | it waits until that bounce is final: an automatic reply to a mail that arrived is such a bounce |
//! | sent, or in doubt | it waits for 15 hours at most, from its own acceptance on if that was later: SES's event may come as late as the event has |
//! | delivered, complained about, or skipped | that delivery decides: the event is a duplicate |
//! | to this address, in whatever state | that delivery decides: once per address |

use shared::NotificationKey;
use shared::ledger::{MAX_BOUNCE_WAIT_MS, State};
use shared::notification::{AddressHash, Recipient};
use shared::queue::message::DispatchRequest;

use super::deliveries::{Deliveries, Readdressing};
use super::item::Item;

/// An event that mails the customer, as far as a corrected address depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedAddress<'a> {
    /// The event, as [`shared::EventRef::sort_key`].
    pub event: &'a str,
    /// The customer's address that it names.
    pub to: AddressHash,
    /// When intake stored it, in milliseconds since 1970.
    pub accepted_at: i64,
}

/// What follows for an event from the deliveries of its notification so far, where these are another event's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction<'i> {
    /// Its address makes no difference.
    None,
    /// This delivery decides about the event: the one to its address, or the last one, which arrived or is not told on
    /// purpose.
    Decided(&'i Item),
    /// Its address gets the news.
    Due {
        /// The last delivery, which did not reach the customer.
        last: &'i Item,
        /// Whether it is marked with this address already, so that only the further delivery is to be put.
        is_marked: bool,
    },
    /// It does if the last delivery does not reach the customer.
    Waits {
        /// The last delivery.
        last: &'i Item,
        /// Until when, in milliseconds since 1970; `None`: until it is known.
        until: Option<i64>,
    },
    /// The last delivery, this one, may have arrived, and the time is over in which it would have bounced.
    TooLate(&'i Item),
}

impl<'a> NamedAddress<'a> {
    /// That of an event whose sort key is `event`; `None` where it mails nobody.
    #[must_use]
    pub fn new(request: &DispatchRequest, event: &'a str) -> Option<Self> {
        let mails = request.event.notify && !request.routing.is_off;
        mails.then(|| Self {
            event,
            to: AddressHash::of_customer(&request.event),
            accepted_at: request.accepted_at.as_millisecond(),
        })
    }

    /// Whether it may correct the address of the customer's notification that has the record `first`: another event has
    /// planned it, to another address.
    #[must_use]
    pub fn may_correct(&self, first: &Item) -> bool {
        let to = self.to.to_string();
        first.event != self.event
            && first.key().is_some_and(|key| key.recipient == Recipient::Customer)
            && first.address_hash.as_ref().is_some_and(|its| *its != to)
    }
}

impl<'i> Correction<'i> {
    /// What follows for the event of `named`, whose notification has the sort key `customers` ([`shared::notification::ledger_key`]),
    /// given all `items` of its order, or those of this notification; at the time `now` (milliseconds since 1970).
    #[must_use]
    pub fn new(items: &'i [Item], customers: &str, named: &NamedAddress<'_>, now: i64) -> Self {
        let first = items.iter().find(|item| item.notification == customers);
        let key = first.filter(|first| named.may_correct(first)).and_then(Item::key);
        key.map_or(Self::None, |key| Self::of_deliveries(items, &key, named, now))
    }

    fn of_deliveries(
        items: &'i [Item],
        key: &NotificationKey,
        named: &NamedAddress<'_>,
        now: i64,
    ) -> Self {
        let Some(deliveries) = Deliveries::new(items, key) else { return Self::None };
        // Of whoever is last: the event itself, or what became of that delivery.
        let since = |last: &Item| last.since.max(named.accepted_at);
        match deliveries.readdress(named.to, now) {
            Readdressing::Decided(item) | Readdressing::Closed(item) => Self::Decided(item),
            Readdressing::Marked(last) => Self::Due { last, is_marked: true },
            // An operator had it sent there once more, after that address was the first.
            _ if deliveries.know(named.to) => Self::None,
            Readdressing::Possible(last) => Self::Due { last, is_marked: false },
            Readdressing::Open(last) => match last.state() {
                // It is yet to be sent, or its bounce is final later.
                Some(State::Planned | State::Sending | State::Bounced) => {
                    Self::Waits { last, until: None }
                }
                _ => Self::waits(last, since(last), now),
            },
            Readdressing::Taken(last) => Self::waits(last, since(last), now),
        }
    }

    fn waits(last: &'i Item, since: i64, now: i64) -> Self {
        let until = since.saturating_add(MAX_BOUNCE_WAIT_MS);
        if now >= until { Self::TooLate(last) } else { Self::Waits { last, until: Some(until) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "AAAAAAAA";
    const B: &str = "BBBBBBBB";
    const CUSTOMERS: &str = "order.confirmed##customer";

    fn item(recipient: &str, address: &str, state: State, next: Option<&str>) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: format!("order.confirmed##{recipient}"),
            event: "shop e-1".to_owned(),
            state: state.to_string(),
            since: 5,
            address_hash: Some(address.to_owned()),
            readdressed_to: next.map(str::to_owned),
            ..Item::default()
        }
    }

    fn named(address: &str, accepted_at: i64) -> NamedAddress<'static> {
        let to = AddressHash::parse(address).expect("a hash");
        NamedAddress { event: "shop e-2", to, accepted_at }
    }

    fn correction(items: &[Item], address: &str, now: i64) -> String {
        match Correction::new(items, CUSTOMERS, &named(address, 0), now) {
            Correction::None => "none".to_owned(),
            Correction::Decided(item) => format!("decided by {}", item.state),
            Correction::Due { is_marked, .. } => format!("due, marked: {is_marked}"),
            Correction::Waits { until, .. } => format!("waits until {until:?}"),
            Correction::TooLate(_) => "too late".to_owned(),
        }
    }

    #[test]
    fn an_event_names_an_address_unless_it_or_its_shop_wants_no_mail() {
        let sample = include_str!("../../../local/samples/orders.jsonl").lines().next();
        let event = sample.expect("a sample");
        let body = format!(
            r#"{{"v":1,"accepted_at":1795700000000,"correlation_id":"c-1","event":{event}}}"#
        );
        let request = DispatchRequest::parse(&body).expect("valid");
        let (to, accepted_at) = (AddressHash::of_customer(&request.event), 1_795_700_000_000);
        let named = Some(NamedAddress { event: "shop e-2", to, accepted_at });
        assert_eq!(NamedAddress::new(&request, "shop e-2"), named);
        let mut muted = request.clone();
        muted.event.notify = false;
        assert_eq!(NamedAddress::new(&muted, "shop e-2"), None);
        let mut off = request;
        off.routing.is_off = true;
        assert_eq!(NamedAddress::new(&off, "shop e-2"), None);
    }

    #[test]
    fn what_follows_from_a_corrected_address_depends_on_what_became_of_the_mail_before() {
        let end = 5 + MAX_BOUNCE_WAIT_MS;
        let until_end = format!("waits until {:?}", Some(end));
        for (state, at_once, at_the_end) in [
            (State::Planned, "waits until None", "waits until None"),
            (State::Sending, "waits until None", "waits until None"),
            (State::Sent, &*until_end, "too late"),
            (State::InDoubt, &*until_end, "too late"),
            (State::Delivered, "decided by delivered", "decided by delivered"),
            (State::Complained, "decided by complained", "decided by complained"),
            (State::Skipped, "decided by skipped", "decided by skipped"),
            (State::Bounced, "due, marked: false", "due, marked: false"),
            (State::Failed, "due, marked: false", "due, marked: false"),
        ] {
            let items = [item("customer", A, state, None)];
            let seen = [6, end - 1, end].map(|now| correction(&items, B, now));
            assert_eq!(seen, [at_once, at_once, at_the_end], "{state}");
        }
    }

    #[test]
    fn an_event_that_comes_late_waits_for_as_long_from_its_own_acceptance_on() {
        let items = [item("customer", A, State::Sent, None)];
        let (late, until) = (named(B, 1_000), 1_000 + MAX_BOUNCE_WAIT_MS);
        let at = |now| Correction::new(&items, CUSTOMERS, &late, now);
        let waits = Correction::Waits { last: &items[0], until: Some(until) };
        assert_eq!((at(until - 1), at(until)), (waits, Correction::TooLate(&items[0])));
    }

    #[test]
    fn a_bounce_that_passes_is_waited_for_until_it_is_final() {
        let passing = Item { not_before: 9, ..item("customer", A, State::Bounced, None) };
        let at = |now| correction(std::slice::from_ref(&passing), B, now);
        assert_eq!([at(8), at(9)], ["waits until None", "due, marked: false"]);
    }

    #[test]
    fn the_same_event_the_same_address_and_an_address_that_had_it_correct_nothing() {
        let bounced = item("customer", A, State::Bounced, None);
        assert_eq!(correction(std::slice::from_ref(&bounced), A, 6), "none");
        let own = Item { event: "shop e-2".to_owned(), ..bounced.clone() };
        assert_eq!(correction(&[own], B, 6), "none");
        let unknown = Item { address_hash: None, ..bounced };
        assert_eq!(correction(&[unknown], B, 6), "none", "it is of no address");
        let marked = item("customer", A, State::Bounced, Some(B));
        assert_eq!(correction(std::slice::from_ref(&marked), B, 6), "due, marked: true");
        let taken = correction(std::slice::from_ref(&marked), "CCCCCCCC", 6);
        assert!(taken.starts_with("waits until Some"), "{taken}");
        let to_b = item("corrected-BBBBBBBB", B, State::Delivered, None);
        assert_eq!(correction(&[marked.clone(), to_b], B, 6), "decided by delivered");
        // Its dead letter's address was edited to another one, to which it failed too.
        let edited_to_c = item("corrected-BBBBBBBB", "CCCCCCCC", State::Failed, None);
        assert_eq!(correction(&[marked, edited_to_c], "CCCCCCCC", 6), "none");
    }
}
