//! The identity of one e-mail, which makes sending idempotent.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::contract::error::InvalidValue;
use crate::contract::event::{Event, EventPayload};
use crate::contract::ids::OrderId;
use crate::contract::kind::Kind;

/// The idempotency key of one e-mail, made of business facts, so that two events that mean the same thing, a
/// redelivery and a replay all have the same key. Only of news that can come again is each event a fact of its own.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct NotificationKey {
    /// The order; the ledger's partition key.
    pub order_id: OrderId,
    /// The event type that the mail reports.
    pub kind: Kind,
    /// The parcel or refund that it is about, and which of several occurrences; empty for a kind of which an
    /// order has only one mail.
    pub scope: String,
    /// Who receives it. Another recipient would be another notification.
    pub recipient: Recipient,
}

/// Bytes of the hash that tells one occurrence from another.
const OCCURRENCE_LEN: usize = 9;

/// A role, not an address: the same mail to a corrected address is still the same notification.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The customer who placed the order.
    Customer,
}

impl NotificationKey {
    /// The notification that `event` asks for.
    #[must_use]
    pub fn for_event(event: &Event) -> Self {
        Self {
            order_id: event.order.id.clone(),
            kind: event.payload.kind(),
            scope: scope_of(event),
            recipient: Recipient::Customer,
        }
    }

    /// The ledger's sort key: `shipment.shipped#S-1#customer`. No id can contain a `#`.
    #[must_use]
    pub fn sort_key(&self) -> String {
        let Recipient::Customer = self.recipient;
        format!("{}#{}#customer", self.kind, self.scope)
    }

    /// Parses a key that [`NotificationKey::sort_key`] wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] when `sort_key` was not written by [`NotificationKey::sort_key`].
    pub fn from_sort_key(order_id: OrderId, sort_key: &str) -> Result<Self, InvalidValue> {
        let invalid =
            || InvalidValue::expected("a ledger key such as shipment.shipped#S-1#customer");
        // From both ends: a scope of two parts (parcel and occurrence) contains a `#` itself.
        let (kind, rest) = sort_key.split_once('#').ok_or_else(invalid)?;
        let scope = rest.strip_suffix("#customer").ok_or_else(invalid)?;
        let kind = Kind::parse(kind)?;
        Ok(Self { order_id, kind, scope: scope.to_owned(), recipient: Recipient::Customer })
    }
}

/// The ledger's sort key for the decision about `event`. A muted event has a key of its own, so that it
/// does not occupy the key of a later event that should be mailed.
#[must_use]
pub fn ledger_key(event: &Event) -> String {
    if event.notify {
        NotificationKey::for_event(event).sort_key()
    } else {
        format!("{MUTED}#{}#{}", event.payload.kind(), event.reference.sort_key())
    }
}

/// The first part of a muted event's ledger key.
pub const MUTED: &str = "muted";

impl std::fmt::Display for NotificationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.order_id, self.sort_key())
    }
}

fn scope_of(event: &Event) -> String {
    match &event.payload {
        EventPayload::Confirmed | EventPayload::Cancelled(_) => String::new(),
        EventPayload::Refunded(refund) => refund.id.to_string(),
        EventPayload::Shipped(s) | EventPayload::OutForDelivery(s) | EventPayload::Delivered(s) => {
            s.id.to_string()
        }
        EventPayload::Updated(s, _) | EventPayload::Delayed(s, _) => {
            format!("{}#{}", s.id, occurrence(event))
        }
    }
}

/// Tells one occurrence of news that can come again from another: a hash of the event's name.
///
/// What the event says does not tell them apart, since what was true before may become true again; nor does its time,
/// since many publishers write whole seconds, or when the parcel was created. A publisher's retry under another id
/// has a notification of its own, which is skipped as [nothing new](crate::ledger::SkipReason::NothingNew).
fn occurrence(event: &Event) -> String {
    let digest = Sha256::digest(event.reference.sort_key());
    BASE64_URL_SAFE_NO_PAD.encode(&digest[..OCCURRENCE_LEN])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: Kind, scope: &str) -> NotificationKey {
        let order_id = OrderId::parse("1001").expect("valid");
        NotificationKey { order_id, kind, scope: scope.to_owned(), recipient: Recipient::Customer }
    }

    #[test]
    fn a_sort_key_is_read_back_as_it_was_written() {
        for (kind, scope) in [(Kind::OrderConfirmed, ""), (Kind::ShipmentUpdated, "S-1#00340434")] {
            let key = key(kind, scope);
            let read = NotificationKey::from_sort_key(key.order_id.clone(), &key.sort_key());
            assert_eq!(read, Ok(key));
        }
    }
}
