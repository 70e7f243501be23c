//! The identity of one e-mail, which makes sending idempotent.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::contract::digest;
use crate::contract::error::InvalidValue;
use crate::contract::event::{Event, EventPayload};
use crate::contract::ids::{LineId, OrderId, Sku};
use crate::contract::kind::Kind;
use crate::contract::order::Order;
use crate::contract::order_line::OrderLine;
use crate::contract::refund::Cancellation;
use crate::contract::shop_id::ShopId;
use crate::key_part::{decode, encode};
use crate::notification::recipient::{COPY, Recipient};
use crate::order_key::OrderKey;

/// The idempotency key of one e-mail, made of business facts, so that two events that mean the same thing, a
/// redelivery and a replay all have the same key. Only of news that can come again is each event a fact of its own.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct NotificationKey {
    /// The shop; with the order's id the ledger's partition key.
    pub shop: ShopId,
    /// The shop's id of the order.
    pub order_id: OrderId,
    /// The event type that the mail reports.
    pub kind: Kind,
    /// The parcel or refund that it is about, and which of several occurrences: parts as [`crate::key_part`] encodes
    /// them, joined with `#`. Empty for a kind of which an order has only one mail.
    pub scope: String,
    /// Who receives it. To each recipient it is a notification of its own, with its own fate.
    pub recipient: Recipient,
}

/// Bytes of the hash that tells one occurrence from another.
const OCCURRENCE_LEN: usize = 9;

impl NotificationKey {
    /// The customer's notification that `event` asks for.
    #[must_use]
    pub fn for_event(event: &Event) -> Self {
        Self::for_recipient(event, Recipient::Customer)
    }

    /// The notification that `event` asks for to this recipient.
    #[must_use]
    pub fn for_recipient(event: &Event, recipient: Recipient) -> Self {
        Self {
            shop: event.shop.clone(),
            order_id: event.order.id.clone(),
            kind: event.payload.kind(),
            scope: scope_of(event),
            recipient,
        }
    }

    /// The order; the ledger's partition key.
    #[must_use]
    pub fn order_key(&self) -> OrderKey {
        OrderKey { shop: self.shop.clone(), order_id: self.order_id.clone() }
    }

    /// Whether it is the same news, to whatever recipient.
    #[must_use]
    pub fn is_same_news_as(&self, other: &Self) -> bool {
        (&self.shop, &self.order_id) == (&other.shop, &other.order_id)
            && (self.kind, &self.scope) == (other.kind, &other.scope)
    }

    /// The scope as people write it: `S-1#00340434`, its parts not encoded. For messages, not for keys.
    #[must_use]
    pub fn shown_scope(&self) -> String {
        let part = |part: &str| decode(part).unwrap_or_else(|_| part.to_owned());
        self.scope.split('#').map(part).collect::<Vec<_>>().join("#")
    }

    /// The ledger's sort key: `shipment.shipped#S-1#customer`, `order.confirmed##copy-IsKbxIjX`. No part can contain a
    /// `#`, because each is encoded.
    #[must_use]
    pub fn sort_key(&self) -> String {
        format!("{}#{}#{}", self.kind, self.scope, self.recipient)
    }

    /// Parses a key that [`NotificationKey::sort_key`] wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] when `sort_key` was not written by [`NotificationKey::sort_key`].
    pub fn from_sort_key(order: OrderKey, sort_key: &str) -> Result<Self, InvalidValue> {
        let invalid =
            || InvalidValue::expected("a ledger key such as shipment.shipped#S-1#customer");
        // From both ends: a scope of two parts (parcel and occurrence) contains a `#` itself.
        let (kind, rest) = sort_key.split_once('#').ok_or_else(invalid)?;
        let (scope, recipient) = rest.rsplit_once('#').ok_or_else(invalid)?;
        let recipient = Recipient::parse(recipient)?;
        let kind = Kind::parse(kind)?;
        if !scope.is_empty() {
            scope.split('#').try_for_each(|part| decode(part).map(drop))?;
        }
        let OrderKey { shop, order_id } = order;
        Ok(Self { shop, order_id, kind, scope: scope.to_owned(), recipient })
    }
}

/// The ledger's sort key for the decision whether the customer is mailed because of `event`. A muted event has a key of
/// its own, so that it does not occupy the key of a later event that should be mailed.
#[must_use]
pub fn ledger_key(event: &Event) -> String {
    ledger_key_for(event, Recipient::Customer)
}

/// As [`ledger_key`], for any recipient. Of a muted event nobody is one but the customer.
#[must_use]
pub fn ledger_key_for(event: &Event, recipient: Recipient) -> String {
    if event.notify {
        NotificationKey::for_recipient(event, recipient).sort_key()
    } else {
        format!("{MUTED}#{}#{}", event.payload.kind(), event.reference.sort_key())
    }
}

/// The ledger keys of an event's copies, whose [address hashes](crate::notification::AddressHash) are `copies`, given the
/// customer's.
pub fn copy_keys<'a>(customers: &'a str, copies: &'a [String]) -> impl Iterator<Item = String> {
    let rest = customers.rsplit_once('#').map_or(customers, |(rest, _)| rest);
    copies.iter().map(move |hash| format!("{rest}#{COPY}{hash}"))
}

/// The first part of a muted event's ledger key.
pub const MUTED: &str = "muted";

/// The longest sort key that DynamoDB takes, in bytes
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys>).
pub const MAX_SORT_KEY_BYTES: usize = 1024;

impl std::fmt::Display for NotificationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.order_key(), self.sort_key())
    }
}

/// Parts of ids, encoded so that none holds the `#` between them. Never the event's own id, which may be the number of a
/// payment or an attempt too, is unique within its source only, and is so long that DynamoDB would refuse the key.
fn scope_of(event: &Event) -> String {
    match &event.payload {
        EventPayload::Confirmed => String::new(),
        EventPayload::OrderUpdated(update) => match &update.revision {
            Some(revision) => encode(revision.as_str()),
            None => occurrence(event),
        },
        EventPayload::PaymentFailed(payment) => match &payment.id {
            Some(id) => encode(id.as_str()),
            None => unnumbered(event, payment),
        },
        EventPayload::Cancelled(c) => match &c.id {
            _ if !c.is_partial() => String::new(),
            Some(id) => encode(id.as_str()),
            None if c.lines.is_empty() => occurrence(event),
            None => part_without_id(&event.order, c),
        },
        EventPayload::Refunded(refund) => encode(refund.id.as_str()),
        EventPayload::WithdrawalReceived(withdrawal) => encode(withdrawal.id.as_str()),
        EventPayload::Shipped(s)
        | EventPayload::OutForDelivery(s)
        | EventPayload::ReadyForPickup(s)
        | EventPayload::Delivered(s)
        | EventPayload::Returned(s) => encode(s.id.as_str()),
        EventPayload::Updated(s) | EventPayload::Delayed(s) => {
            format!("{}#{}", encode(s.id.as_str()), occurrence(event))
        }
        EventPayload::DeliveryAttempted(s) => {
            let attempt =
                s.attempt.map_or_else(|| unnumbered(event, s), |number| number.to_string());
            format!("{}#{attempt}", encode(s.id.as_str()))
        }
    }
}

/// Tells an attempt without a number from another: by when it happened and all that is said of it, which a publisher's
/// retry under another id says again; without a time, by the event's name.
fn unnumbered(event: &Event, said: &impl serde::Serialize) -> String {
    match event.time {
        Some(time) => digest::short(&(time, said)),
        None => occurrence(event),
    }
}

/// Tells one occurrence of news that can come again from another, where the event does not: a hash of the event's name.
///
/// What the event says does not tell them apart, since what was true before may become true again; nor does its time,
/// since many publishers write whole seconds, or when the parcel was created. A publisher's retry under another id
/// has a notification of its own, which is skipped as [nothing new](crate::ledger::SkipReason::NothingNew).
fn occurrence(event: &Event) -> String {
    let digest = Sha256::digest(event.reference.sort_key());
    BASE64_URL_SAFE_NO_PAD.encode(&digest[..OCCURRENCE_LEN])
}

/// Tells a part that is cancelled from another: what is cancelled, of an order that then is as it is, and with which
/// refund. So the same part again, under another event's id, is the same; and one more of an article is another part,
/// since the order has one less or the money goes back by another refund. Where neither tells them apart, the shop has
/// to name the cancellation.
///
/// Of the order's lines, only the articles and quantities count: a picture that changes cancels nothing.
fn part_without_id(order: &Order, cancellation: &Cancellation) -> String {
    let name = |line: &OrderLine| {
        let id = line.id.as_ref().map(LineId::as_str).or(line.sku.as_ref().map(Sku::as_str));
        id.unwrap_or(line.title.as_str()).to_owned()
    };
    let lines: Vec<_> = order.lines.iter().map(|line| (name(line), line.quantity)).collect();
    digest::short(&(&cancellation.lines, lines, &cancellation.refund_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::ids::MAX_ID_BYTES;
    use crate::notification::any_recipient;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_keys_of_copies_are_those_of_the_customer_with_another_recipient() {
        let hashes = ["IsKbxIjX".to_owned(), "AAAAAAAA".to_owned()];
        let keys: Vec<String> = copy_keys("shipment.shipped#S-1#customer", &hashes).collect();
        let expected = ["copy-IsKbxIjX", "copy-AAAAAAAA"];
        assert_eq!(keys, expected.map(|copy| format!("shipment.shipped#S-1#{copy}")));
    }

    #[test]
    fn a_second_part_that_is_cancelled_is_another_one_without_an_id_too() {
        let key = |event_id: &str, ordered: u32, refund: Option<&str>, picture: Option<&str>| {
            let event = serde_json::json!({
                "specversion": "1.0", "source": "shop", "id": event_id, "type": "order.cancelled",
                "data": {
                    "order": {
                        "id": "1", "customer": { "email": "jo@example.com" },
                        "lines": [{ "sku": "MUG", "title": "Mug", "quantity": ordered, "image_url": picture }],
                    },
                    "cancellation": { "lines": [{ "sku": "MUG", "quantity": 1 }], "refund_id": refund },
                },
            });
            ledger_key(&Event::parse(&event).expect("valid"))
        };
        let first = key("e-1", 2, None, None);
        assert_eq!(key("e-2", 2, None, Some("https://shop.example/mug.jpg")), first, "a retry");
        assert_ne!(key("e-2", 1, None, None), first, "the order has one less");
        assert_ne!(key("e-2", 2, Some("R2"), None), key("e-1", 2, Some("R1"), None));
    }

    #[test]
    fn a_part_of_which_nothing_is_understood_is_one_per_event() {
        let key = |event_id: &str| {
            let event = serde_json::json!({
                "specversion": "1.0", "source": "shop", "id": event_id, "type": "order.cancelled",
                "data": {
                    "order": { "id": "1", "customer": { "email": "jo@example.com" } },
                    "cancellation": { "lines": [{ "article": "MUG" }] },
                },
            });
            ledger_key(&Event::parse(&event).expect("valid"))
        };
        assert_ne!(key("e-1"), key("e-2"));
        assert_ne!(key("e-1"), "order.cancelled##customer", "the order itself is not cancelled");
    }

    /// An event of each kind whose every id, number and name is as long as it may be, of characters that take the most
    /// bytes in a key. `ids`: whether it names what it may leave out.
    fn longest(kind: Kind, ids: bool) -> Event {
        let id = "\u{e4}".repeat(MAX_ID_BYTES / 2);
        let price = json!({ "amount": 1490, "currency": "EUR" });
        let lines = json!([{ "sku": id, "title": "Mug", "quantity": 1, "unit_price": price }]);
        let mut data = json!({
            "order": {
                "id": id, "customer": { "email": "jo@example.com" }, "lines": lines,
                "totals": { "total": price },
            },
            "refund": { "id": id, "amount": price },
            "withdrawal": { "id": id },
            "shipment": {
                "id": id, "carrier": "DHL", "lines": [{ "sku": id, "quantity": 1 }],
            },
        });
        if kind == Kind::OrderCancelled {
            data["cancellation"] = json!({ "lines": [{ "sku": id, "quantity": 1 }] });
        }
        if ids {
            data["shipment"]["attempt"] = 1000.into();
            data["payment"] = json!({ "id": id });
            data["update"] = json!({ "revision": id });
            if kind == Kind::OrderCancelled {
                data["cancellation"]["id"] = id.into();
            }
        }
        let event = json!({
            "specversion": "1.0", "source": "#".repeat(256), "id": "#".repeat(256),
            "type": kind.as_str(), "shop": "s".repeat(32), "data": data,
        });
        Event::parse(&event).expect("an event")
    }

    #[test]
    fn whatever_the_ids_hold_no_key_is_longer_than_dynamodb_takes() {
        const MAX_PARTITION_KEY_BYTES: usize = 2048;
        let hash = "AAAAAAAA";
        for (kind, ids) in Kind::ALL.into_iter().flat_map(|kind| [(kind, true), (kind, false)]) {
            let mut event = longest(kind, ids);
            let customers = ledger_key(&event);
            let corrected = Recipient::parse(&format!("corrected-{hash}")).expect("a recipient");
            let keys = [ledger_key_for(&event, corrected), event.reference.sort_key()];
            let copies = copy_keys(&customers, &[hash.to_owned()]).collect::<Vec<_>>();
            event.notify = false;
            let all = keys.into_iter().chain(copies).chain([customers, ledger_key(&event)]);
            for key in all {
                assert!(key.len() <= MAX_SORT_KEY_BYTES, "{kind}: {} bytes", key.len());
            }
            let order = OrderKey::of_event(&event).to_string();
            assert!(order.len() <= MAX_PARTITION_KEY_BYTES, "{} bytes", order.len());
        }
    }

    #[test]
    fn an_event_that_names_no_payment_or_attempt_shares_no_key_with_one_that_names_its_id() {
        let event = |kind: Kind, source: &str, data: &serde_json::Value| {
            let mut event = json!({
                "specversion": "1.0", "source": source, "id": "7", "type": kind.as_str(),
                "data": {
                    "order": { "id": "1001", "customer": { "email": "jo@example.com" } },
                    "shipment": { "id": "S-1" },
                },
            });
            for (name, value) in data.as_object().into_iter().flatten() {
                event["data"][name] = value.clone();
            }
            ledger_key(&Event::parse(&event).expect("an event"))
        };
        for (kind, named) in [
            (Kind::OrderPaymentFailed, json!({ "payment": { "id": "7" } })),
            (Kind::ShipmentDeliveryAttempted, json!({ "shipment": { "id": "S-1", "attempt": 7 } })),
        ] {
            let unnamed = event(kind, "shop", &json!({}));
            assert_ne!(unnamed, event(kind, "shop", &named), "{kind}");
            assert_ne!(unnamed, event(kind, "other", &json!({})), "{kind}: of another source");
            assert_eq!(unnamed, event(kind, "shop", &json!({})), "{kind}");
        }
    }

    #[test]
    fn what_is_published_again_under_another_events_id_is_the_same_though_it_has_no_id_of_its_own()
    {
        let key = |kind: Kind, event_id: &str, minute: u8, reason: &str| {
            let amount = json!({ "amount": 1490, "currency": "EUR" });
            let event = json!({
                "specversion": "1.0", "source": "shop", "id": event_id, "type": kind.as_str(),
                "time": format!("2026-11-20T10:{minute}:00Z"),
                "data": {
                    "order": { "id": "1001", "customer": { "email": "jo@example.com" } },
                    "payment": { "reason": reason },
                    "refund": { "amount": amount, "reason": reason },
                    "withdrawal": { "content": reason },
                    "shipment": { "id": "S-1", "reason": reason },
                },
            });
            ledger_key(&Event::parse(&event).expect("an event"))
        };
        for kind in [
            Kind::OrderPaymentFailed,
            Kind::OrderRefunded,
            Kind::OrderWithdrawalReceived,
            Kind::ShipmentDeliveryAttempted,
        ] {
            let first = key(kind, "e-1", 10, "card declined");
            assert_eq!(key(kind, "e-2", 10, "card declined"), first, "{kind}: published again");
            assert_ne!(key(kind, "e-1", 11, "card declined"), first, "{kind}: at another time");
            assert_ne!(key(kind, "e-1", 10, "expired"), first, "{kind}: of another");
        }
    }

    proptest! {
        #[test]
        fn a_sort_key_is_read_back_as_it_was_written(
            scope in proptest::collection::vec("\\PC{1,40}", 0..=2),
            recipient in any_recipient(),
        ) {
            let key = NotificationKey {
                shop: ShopId::default(),
                order_id: OrderId::parse("1001").expect("valid"),
                kind: Kind::ShipmentUpdated,
                scope: scope.iter().map(|part| encode(part)).collect::<Vec<_>>().join("#"),
                recipient,
            };
            let read = NotificationKey::from_sort_key(key.order_key(), &key.sort_key());
            prop_assert_eq!(read, Ok(key));
        }
    }
}
