//! The deliveries of one notification to the customer: the first one, and one for each corrected address.
//!
//! Each has an item of its own, and each but the last names the next ([`Item::readdressed_to`]). So whoever wants to
//! send the news to a corrected address writes three times, and each write may be the last:
//!
//! | last write | state after the crash | recovery |
//! | --- | --- | --- |
//! | the last delivery marked ([`Transition::Readdress`]) | its mail can't be sent any more; the further delivery has no item | the same again: [`Readdressing::Marked`] |
//! | the further delivery put | `planned`, no mail request | the same again: [`Readdressing::Decided`] |
//! | mail request sent | `planned`, with a mail request | as with every notification |
//!
//! The mark comes first and is conditional. So of two with different addresses one is refused, and a replay of the
//! first mail's dead letter sends it either before the mark, which is then refused, or never.

use shared::NotificationKey;
use shared::ledger::{Facts, State, Transition};
use shared::notification::{AddressHash, Recipient};

use super::item::Item;

/// The deliveries of a notification, the first one first.
#[derive(Debug)]
pub struct Deliveries<'i> {
    items: Vec<&'i Item>,
    /// The address that the last one is marked with, if there is no item for it yet.
    promised: Option<AddressHash>,
}

/// What a corrected address is to a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readdressing<'i> {
    /// The delivery to this address was decided before: this is its item.
    Decided(&'i Item),
    /// The last delivery is marked with this address; the further one's item is to be put.
    Marked(&'i Item),
    /// The last delivery, this one, certainly did not reach the customer: it may be marked.
    Possible(&'i Item),
    /// The last delivery, this one, may have reached the customer, or may yet.
    Open(&'i Item),
    /// The last delivery, this one, reached the customer, or is not told on purpose.
    Closed(&'i Item),
    /// The last delivery, this one, is marked with another address, whose delivery is not decided yet.
    Taken(&'i Item),
}

impl<'i> Deliveries<'i> {
    /// The deliveries of the customer's notification `first` among the items of its order; `None` if it has none.
    #[must_use]
    pub fn new(items: &'i [Item], first: &NotificationKey) -> Option<Self> {
        let of = |recipient| {
            let sort_key = NotificationKey { recipient, ..first.clone() }.sort_key();
            items.iter().find(|item| item.notification == sort_key)
        };
        let mut deliveries = Self { items: vec![of(Recipient::Customer)?], promised: None };
        while let Some(next) = deliveries.last().further_delivery() {
            match of(Recipient::Corrected(next)) {
                // No address is in a chain twice: each item is put once, after the mark that names it.
                Some(item) if !deliveries.items.contains(&item) => deliveries.items.push(item),
                _ => {
                    deliveries.promised = Some(next);
                    break;
                }
            }
        }
        Some(deliveries)
    }

    /// The latest of them.
    #[must_use]
    pub fn last(&self) -> &'i Item {
        self.items[self.items.len() - 1]
    }

    /// Whether one of them goes, or went, to this address.
    #[must_use]
    pub fn know(&self, address: AddressHash) -> bool {
        let address = address.to_string();
        self.items.iter().any(|item| item.address_hash.as_deref() == Some(&*address))
    }

    /// Whether the news may go to this corrected address, once, at the time `now` (milliseconds since 1970).
    #[must_use]
    pub fn readdress(&self, to: AddressHash, now: i64) -> Readdressing<'i> {
        let is_to =
            |item: &&&Item| item.key().is_some_and(|key| key.recipient == Recipient::Corrected(to));
        if let Some(decided) = self.items.iter().find(is_to) {
            return Readdressing::Decided(decided);
        }
        let last = self.last();
        if let Some(promised) = self.promised {
            return if promised == to {
                Readdressing::Marked(last)
            } else {
                Readdressing::Taken(last)
            };
        }
        let record = last.to_record();
        if Transition::Readdress.allows(record.as_ref(), &Facts::new(now)) {
            return Readdressing::Possible(last);
        }
        match record.map(|record| record.state) {
            Some(State::Delivered | State::Complained | State::Skipped) => {
                Readdressing::Closed(last)
            }
            _ => Readdressing::Open(last),
        }
    }
}

impl Item {
    /// The corrected address to which the same news goes, if it does.
    #[must_use]
    pub fn further_delivery(&self) -> Option<AddressHash> {
        AddressHash::parse(self.readdressed_to.as_deref()?).ok()
    }

    /// The sort key of the item of that further delivery.
    #[must_use]
    pub fn further_key(&self) -> Option<String> {
        let recipient = Recipient::Corrected(self.further_delivery()?);
        Some(NotificationKey { recipient, ..self.key()? }.sort_key())
    }

    /// The item of a delivery of this one's news to another recipient, before it is planned: fresh until `send_before`
    /// (milliseconds since 1970). `None` where this one is no notification, and for the customer at the event's address.
    #[must_use]
    pub fn addressed_to(&self, recipient: Recipient, send_before: i64) -> Option<Self> {
        let key = NotificationKey { recipient, ..self.key()? };
        let address = recipient.address_hash()?;
        Some(Self {
            order_key: self.order_key.clone(),
            notification: key.sort_key(),
            address_hash: Some(address.to_string()),
            event: self.event.clone(),
            correlation_id: self.correlation_id.clone(),
            order_number: self.order_number.clone(),
            accepted_at: self.accepted_at,
            news_at: self.news_at,
            told: self.told.clone(),
            refund: self.refund,
            order_total: self.order_total,
            currency: self.currency.clone(),
            refund_name: self.refund_name.clone(),
            cancels_order: self.cancels_order,
            send_before,
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{Kind, OrderKey};

    const A: &str = "AAAAAAAA";
    const B: &str = "BBBBBBBB";
    const C: &str = "CCCCCCCC";

    fn hash(text: &str) -> AddressHash {
        AddressHash::parse(text).expect("a hash")
    }

    fn first() -> NotificationKey {
        let OrderKey { shop, order_id } = OrderKey::parse("default/1001").expect("a key");
        let (kind, scope) = (Kind::OrderConfirmed, String::new());
        NotificationKey { shop, order_id, kind, scope, recipient: Recipient::Customer }
    }

    fn item(recipient: &str, address: &str, state: State, next: Option<&str>) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: format!("order.confirmed##{recipient}"),
            state: state.to_string(),
            address_hash: Some(address.to_owned()),
            readdressed_to: next.map(str::to_owned),
            ..Item::default()
        }
    }

    fn readdressing(items: &[Item], to: &str) -> &'static str {
        let deliveries = Deliveries::new(items, &first()).expect("a first one");
        match deliveries.readdress(hash(to), 0) {
            Readdressing::Decided(_) => "decided",
            Readdressing::Marked(_) => "marked",
            Readdressing::Possible(_) => "possible",
            Readdressing::Open(_) => "open",
            Readdressing::Closed(_) => "closed",
            Readdressing::Taken(_) => "taken",
        }
    }

    #[test]
    fn only_what_certainly_did_not_reach_the_customer_goes_to_a_corrected_address() {
        for (state, expected) in [
            (State::Bounced, "possible"),
            (State::Failed, "possible"),
            (State::Planned, "open"),
            (State::Sending, "open"),
            (State::Sent, "open"),
            (State::InDoubt, "open"),
            (State::Delivered, "closed"),
            (State::Complained, "closed"),
            (State::Skipped, "closed"),
        ] {
            assert_eq!(readdressing(&[item("customer", A, state, None)], B), expected, "{state}");
        }
    }

    #[test]
    fn of_two_corrected_addresses_the_first_one_to_mark_gets_it_and_the_other_only_if_that_fails() {
        let marked = item("customer", A, State::Bounced, Some(B));
        assert_eq!(readdressing(std::slice::from_ref(&marked), B), "marked");
        assert_eq!(readdressing(std::slice::from_ref(&marked), C), "taken");
        let to_b = |state| [marked.clone(), item("corrected-BBBBBBBB", B, state, None)];
        assert_eq!(readdressing(&to_b(State::Planned), B), "decided");
        assert_eq!(readdressing(&to_b(State::Planned), C), "open");
        assert_eq!(readdressing(&to_b(State::Delivered), C), "closed");
        assert_eq!(readdressing(&to_b(State::Bounced), C), "possible");
        assert_eq!(readdressing(&to_b(State::Bounced), B), "decided", "once per address");
    }

    #[test]
    fn the_addresses_of_all_its_deliveries_are_known() {
        let items = [
            item("customer", A, State::Bounced, Some(B)),
            item("corrected-BBBBBBBB", B, State::Bounced, None),
            item("copy-CCCCCCCC", C, State::Sent, None),
        ];
        let deliveries = Deliveries::new(&items, &first()).expect("a first one");
        assert_eq!([A, B, C].map(|it| deliveries.know(hash(it))), [true, true, false]);
        assert!(Deliveries::new(&items[1..], &first()).is_none());
    }
}
