//! The dispatch request: an event was accepted.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mail::MailRequest;
use super::wire::{
    DISPATCH, MessageError, forwarded, happened_by, is_member_of_dispatch, is_member_of_mail,
    malformed, parse_body, parse_event, timestamp_from_ms, to_body, whole_milliseconds,
};
use crate::contract::changes::OrderChanges;
use crate::contract::email::EmailAddress;
use crate::contract::event::Event;
use crate::contract::ids::CorrelationId;
use crate::notification::news::{cancels_order, parcel_of};
use crate::notification::{MoneyBack, News, NotificationKey, Recipient, Told};
use crate::queue::unknown::Forwarded;
use crate::routing::Routing;

/// How far a publisher's clock may be ahead of ours before nothing follows from its times.
pub(super) const MAX_CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// Intake → (Events table → relay) → dispatch queue: an event was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchRequest {
    /// When intake stored it.
    pub accepted_at: Timestamp,
    /// When it arrived, if it had to wait before intake could store it.
    pub received_at: Option<Timestamp>,
    /// Follows the event to SES.
    pub correlation_id: CorrelationId,
    /// Who gets its mails, as decided when it was accepted.
    pub routing: Routing,
    /// Set by an operator's replay: the mail may be sent until then, whatever the limit of its kind.
    pub forced_until: Option<Timestamp>,
    /// Whether the event says when it happened, by a clock that is not wrong beyond doubt: over a minute
    /// ahead of ours. If not, it may have happened any time before its acceptance.
    pub says_when: bool,
    /// The accepted event. Its `time` is never later than its acceptance, whatever the publisher's clock says:
    /// what has been accepted has happened.
    pub event: Event,
    pub(super) forwarded: Forwarded,
}

#[derive(Serialize, Deserialize)]
struct DispatchWire<E> {
    v: u64,
    accepted_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    send_before: Option<i64>,
    correlation_id: CorrelationId,
    #[serde(default, skip_serializing_if = "is_false")]
    off: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    copies: Vec<String>,
    event: E,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl DispatchRequest {
    /// The message body. `event` is JSON, as a value or as text; it is kept as published, so that members which
    /// this version does not know reach a version that does.
    #[must_use]
    pub fn body(
        event: &impl Serialize,
        accepted_at: Timestamp,
        correlation_id: &CorrelationId,
    ) -> String {
        Self::body_of_arrival(event, accepted_at, correlation_id, &Routing::default(), None, None)
    }

    /// As [`DispatchRequest::body`], for an event whose shop's settings say who gets its mails, and that, where it had
    /// to wait, arrived at `received_at`. `forced_until`: its mail may be sent until then, whatever the limit of its
    /// kind.
    #[must_use]
    pub fn body_of_arrival(
        event: &impl Serialize,
        accepted_at: Timestamp,
        correlation_id: &CorrelationId,
        routing: &Routing,
        received_at: Option<Timestamp>,
        forced_until: Option<Timestamp>,
    ) -> String {
        to_body(&DispatchWire {
            v: 1,
            accepted_at: accepted_at.as_millisecond(),
            received_at: received_at.map(Timestamp::as_millisecond),
            send_before: forced_until.map(Timestamp::as_millisecond),
            correlation_id: correlation_id.clone(),
            off: routing.is_off,
            copies: routing.copies.iter().map(|address| address.expose().to_owned()).collect(),
            event,
        })
    }

    /// Parses a message body.
    ///
    /// # Errors
    /// [`MessageError`]. A retry would fail again, so the message belongs in the dead-letter queue.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let wire: DispatchWire<Value> = parse_body(DISPATCH, body)?;
        let time = |at| timestamp_from_ms(DISPATCH, at);
        let accepted_at = time(wire.accepted_at)?;
        let event = parse_event(DISPATCH, &wire.event)?;
        let latest = accepted_at + MAX_CLOCK_AHEAD;
        let copies = wire.copies.iter().map(|address| EmailAddress::parse(address));
        let copies = copies
            .collect::<Result<_, _>>()
            .map_err(|_| malformed(DISPATCH, "expected e-mail addresses at /copies"))?;
        Ok(Self {
            routing: Routing { is_off: wire.off, copies },
            accepted_at,
            received_at: wire.received_at.map(time).transpose()?,
            forced_until: wire.send_before.map(time).transpose()?,
            correlation_id: wire.correlation_id,
            says_when: event.time.is_some_and(|time| time <= latest),
            event: happened_by(event, accepted_at),
            forwarded: forwarded(DISPATCH, body, is_member_of_dispatch)?,
        })
    }

    /// The mail request to the customer, valid until the millisecond of `send_before`.
    #[must_use]
    pub fn into_mail_request(self, send_before: Timestamp) -> MailRequest {
        MailRequest {
            key: NotificationKey::for_event(&self.event),
            other_address: None,
            accepted_at: self.accepted_at,
            send_before: whole_milliseconds(send_before),
            correlation_id: self.correlation_id,
            event: self.event,
            completes_refund: false,
            refund_told: false,
            total_reduced: false,
            changes: OrderChanges::default(),
            forwarded: self.forwarded.without(is_member_of_mail),
        }
    }

    /// From this moment on, the mail is stale.
    #[must_use]
    pub fn send_before(&self) -> Timestamp {
        self.forced_until.unwrap_or_else(|| news_ends(&self.event, self.arrived_at()))
    }

    /// When the event happened, if it says so by a clock that can be believed.
    fn happened_at(&self) -> Option<Timestamp> {
        self.event.time.filter(|_| self.says_when)
    }

    /// What the event tells the customer, and when it happened.
    #[must_use]
    pub fn news(&self) -> News {
        self.news_for(Recipient::Customer)
    }

    /// What the event tells this recipient.
    #[must_use]
    pub fn news_for(&self, recipient: Recipient) -> News {
        let Event { reference, payload, .. } = &self.event;
        let key = NotificationKey::for_recipient(&self.event, recipient);
        News {
            kind: key.kind,
            parcel: parcel_of(&key),
            recipient: key.recipient.reader(),
            happened_at: self.happened_at().map(Timestamp::as_millisecond),
            accepted_at: self.accepted_at.as_millisecond(),
            event: reference.sort_key(),
            told: Told::by_event(&self.event),
            money: MoneyBack::by_event(&self.event),
            cancels_order: cancels_order(payload),
        }
    }

    /// When the event arrived: from then on its news ages, whether or not intake could store it.
    fn arrived_at(&self) -> Timestamp {
        self.received_at.map_or(self.accepted_at, |at| at.min(self.accepted_at))
    }
}

/// From which moment on the mail of an event that arrived at `arrived_at` is stale. It counts from when the event
/// happened; a publisher's clock can make it older, and never younger than its arrival.
#[must_use]
pub fn news_ends(event: &Event, arrived_at: Timestamp) -> Timestamp {
    let news_at = event.time.map_or(arrived_at, |happened_at| happened_at.min(arrived_at));
    news_at + event.payload.kind().send_within()
}
