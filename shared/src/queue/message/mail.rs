//! The mail request: a notification is to be mailed, to one recipient.

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::wire::{
    MAIL, MessageError, forwarded, happened_by, is_member_of_mail, malformed, parse_body,
    parse_event, timestamp_from_ms, to_body,
};
use crate::contract::changes::OrderChanges;
use crate::contract::email::EmailAddress;
use crate::contract::event::Event;
use crate::contract::ids::CorrelationId;
use crate::notification::{AddressHash, MoneyNews, NotificationKey};
use crate::queue::unknown::Forwarded;

/// Dispatcher → mail queue: mail this notification, to one recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct MailRequest {
    /// The notification to send; the ledger holds its state.
    pub key: NotificationKey,
    /// The address of a recipient who is not the customer at the event's address.
    pub(super) other_address: Option<EmailAddress>,
    /// When intake stored the event.
    pub accepted_at: Timestamp,
    /// From this moment on, the mail is stale. Whole milliseconds, as in the message and in the ledger: an event may
    /// have happened between two of them.
    pub send_before: Timestamp,
    /// Follows the event to SES.
    pub correlation_id: CorrelationId,
    /// The event that the mail reports, its `time` never later than its acceptance. A change of it is not
    /// written by [`MailRequest::to_body`], which writes the event as it was published.
    pub event: Event,
    /// With this refund and those before it, the order is paid back in full.
    pub completes_refund: bool,
    /// The refund that this cancellation names was told before.
    pub refund_told: bool,
    /// The order cost more once than the event of this refund says.
    pub total_reduced: bool,
    /// What changed of the order since its recipient was last told of it, where that is known.
    pub changes: OrderChanges,
    pub(super) forwarded: Forwarded,
}

#[derive(Deserialize)]
struct MailWire {
    notification: NotificationKey,
    #[serde(default)]
    to: Option<String>,
    accepted_at: i64,
    send_before: i64,
    correlation_id: CorrelationId,
    event: Value,
    #[serde(default)]
    completes_refund: bool,
    #[serde(default)]
    refund_told: bool,
    #[serde(default)]
    total_reduced: bool,
    #[serde(default)]
    changes: Value,
}

impl MailRequest {
    /// What its mail has to say about money beyond its event.
    #[must_use]
    pub fn money(&self) -> MoneyNews {
        let Self { completes_refund, refund_told, total_reduced, .. } = *self;
        MoneyNews { completes_refund, refund_told, total_reduced, ..MoneyNews::default() }
    }

    /// The same request, whose mail also says this about the money.
    #[must_use]
    pub fn with_money(self, money: MoneyNews) -> Self {
        let MoneyNews { completes_refund, refund_told, total_reduced, .. } = money;
        Self { completes_refund, refund_told, total_reduced, ..self }
    }

    /// The same request, whose mail also says that this changed.
    #[must_use]
    pub fn with_changes(self, changes: OrderChanges) -> Self {
        Self { changes, ..self }
    }

    /// The shop whose mail this is: the account's send rate is shared between shops.
    #[must_use]
    pub fn shop(&self) -> &str {
        self.key.shop.as_str()
    }

    /// The message body, with everything that the message it was made from had and this version does not know.
    #[must_use]
    pub fn to_body(&self) -> String {
        to_body(self)
    }

    /// Parses a message body.
    ///
    /// # Errors
    /// [`MessageError`], also when the notification is not that of the event, or its recipient not that of the address. A
    /// retry would fail again, so the message belongs in the dead-letter queue.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let wire: MailWire = parse_body(MAIL, body)?;
        let event = parse_event(MAIL, &wire.event)?;
        // All parts may have been edited by an operator's replay. If they disagreed, the ledger would record one
        // order's, or one recipient's, notification as sent while another mail goes out.
        let recipient = wire.notification.recipient;
        if NotificationKey::for_recipient(&event, recipient) != wire.notification {
            return Err(malformed(MAIL, "expected the notification to be the event's own"));
        }
        let other_address = wire.to.as_deref().map(EmailAddress::parse).transpose();
        let other_address =
            other_address.map_err(|_| malformed(MAIL, "expected an e-mail address at /to"))?;
        let hash = other_address.as_ref().map(|address| AddressHash::new(&event.shop, address));
        if hash != recipient.address_hash() {
            let why = "expected the recipient's own address at /to, and none for the customer";
            return Err(malformed(MAIL, why));
        }
        let accepted_at = timestamp_from_ms(MAIL, wire.accepted_at)?;
        Ok(Self {
            key: wire.notification,
            other_address,
            accepted_at,
            send_before: timestamp_from_ms(MAIL, wire.send_before)?,
            correlation_id: wire.correlation_id,
            event: happened_by(event, accepted_at),
            completes_refund: wire.completes_refund,
            refund_told: wire.refund_told,
            total_reduced: wire.total_reduced,
            changes: OrderChanges::read(&wire.changes),
            forwarded: forwarded(MAIL, body, is_member_of_mail)?,
        })
    }
}

/// The message as it is on the queue.
impl Serialize for MailRequest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut members = to.serialize_map(None)?;
        members.serialize_entry("v", &1)?;
        members.serialize_entry("notification", &self.key)?;
        if let Some(address) = &self.other_address {
            members.serialize_entry("to", address)?;
        }
        members.serialize_entry("accepted_at", &self.accepted_at.as_millisecond())?;
        members.serialize_entry("send_before", &self.send_before.as_millisecond())?;
        members.serialize_entry("correlation_id", &self.correlation_id)?;
        members.serialize_entry("event", self.forwarded.event.raw())?;
        let flags = [
            ("completes_refund", self.completes_refund),
            ("refund_told", self.refund_told),
            ("total_reduced", self.total_reduced),
        ];
        for (name, _) in flags.into_iter().filter(|(_, is_set)| *is_set) {
            members.serialize_entry(name, &true)?;
        }
        if !self.changes.is_empty() {
            members.serialize_entry("changes", &self.changes)?;
        }
        for (name, json) in self.forwarded.unknown() {
            members.serialize_entry(name, json)?;
        }
        members.end()
    }
}
