//! The two queue messages, which are contracts between versions.
//!
//! A message may be read by another version than the one that wrote it: during a deployment, after a
//! rollback, and when a dead-letter queue is replayed weeks later. So each message carries its version
//! `v`. A version that a reader does not know is an error that names the version, and sends the message to
//! the dead-letter queue.
//!
//! A reader ignores members that it does not know, and passes them on: a mail request has the event and the
//! unknown members of its dispatch request byte for byte, at every depth, so that an old dispatcher between a
//! new intake and a new mailer loses nothing. Three things are not covered. Intake stores the event as JSON
//! values: members keep their meaning, but neither whitespace nor order, and a number beyond 64 bits is
//! rounded. An operator's edit, and a replay of a stale mail, write a dead letter anew in the same way. And what a newer version adds
//! within `notification` ends with the message, because a mail request is never made from another one: a
//! requeue, a dead letter and a replay copy the body.

mod recipients;

use jiff::{SignedDuration, Timestamp};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::contract::changes::OrderChanges;
use crate::contract::email::EmailAddress;
use crate::contract::error::InvalidValue;
use crate::contract::event::{Event, EventPayload};
use crate::contract::ids::CorrelationId;
use crate::contract::json::parse_strict;
use crate::notification::news::{cancels_order, parcel_of};
use crate::notification::{
    AddressHash, MoneyBack, MoneyNews, News, NotificationKey, Recipient, Told,
};
use crate::queue::sqs_json::escape_noncharacters;
use crate::queue::unknown::Forwarded;
use crate::routing::Routing;

/// How far a publisher's clock may be ahead of ours before nothing follows from its times.
const MAX_CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(1);

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
    forwarded: Forwarded,
}

/// Dispatcher → mail queue: mail this notification, to one recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct MailRequest {
    /// The notification to send; the ledger holds its state.
    pub key: NotificationKey,
    /// The address of a recipient who is not the customer at the event's address.
    other_address: Option<EmailAddress>,
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
    forwarded: Forwarded,
}

/// Why a queue message could not be parsed. Contains no part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Not the JSON of this contract.
    #[error("the message is not a {contract} v1: {why}")]
    Malformed {
        /// `dispatch request` or `mail request`.
        contract: &'static str,
        /// What was expected, and where.
        why: String,
    },
    /// A version that this code does not know.
    #[error(
        "the message is a {contract} v{version}, this reader knows v1: deploy the newer version, then replay"
    )]
    UnknownVersion {
        /// `dispatch request` or `mail request`.
        contract: &'static str,
        /// The version it carries.
        version: u64,
    },
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

/// The first moment of the year 9999.
const YEAR_9999: Timestamp = Timestamp::constant(253_370_764_800, 0);

const DISPATCH: &str = "dispatch request";
const MAIL: &str = "mail request";

fn is_member_of_dispatch(name: &str) -> bool {
    matches!(name, "v" | "accepted_at" | "received_at" | "send_before" | "correlation_id")
        || matches!(name, "off" | "copies" | "event")
}

fn is_member_of_mail(name: &str) -> bool {
    matches!(name, "notification" | "to" | "completes_refund" | "refund_told" | "total_reduced")
        || name == "changes"
        || is_member_of_dispatch(name)
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
        let Event { reference, order, payload, .. } = &self.event;
        let key = NotificationKey::for_recipient(&self.event, recipient);
        let amount = match payload {
            EventPayload::Refunded(refund) => Some(refund.amount),
            EventPayload::Cancelled(cancellation) => cancellation.refund,
            _ => None,
        };
        // What is paid back in another currency adds up to nothing.
        let total = order.totals.total;
        let money = amount.zip(total).filter(|(amount, total)| amount.currency == total.currency);
        News {
            kind: key.kind,
            parcel: parcel_of(&key),
            recipient: key.recipient.reader(),
            happened_at: self.happened_at().map(Timestamp::as_millisecond),
            accepted_at: self.accepted_at.as_millisecond(),
            event: reference.sort_key(),
            told: Told::by_event(&self.event),
            money: money
                .map(|(amount, total)| MoneyBack { amount: amount.amount, of: total.amount }),
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

/// The event as one that happened no later than `accepted_at`. Here, so that no reader compares with a time
/// in the future or shows one.
fn happened_by(event: Event, accepted_at: Timestamp) -> Event {
    Event { time: event.time.map(|time| time.min(accepted_at)), ..event }
}

fn forwarded(
    contract: &'static str,
    body: &str,
    is_known: fn(&str) -> bool,
) -> Result<Forwarded, MessageError> {
    Forwarded::read(body, is_known).ok_or_else(|| malformed(contract, "expected a JSON object"))
}

fn to_body(wire: &impl Serialize) -> String {
    escape_noncharacters(
        serde_json::to_string(wire).expect("the queue messages serialise to JSON without fail"),
    )
}

fn parse_body<T: for<'de> Deserialize<'de>>(
    contract: &'static str,
    body: &str,
) -> Result<T, MessageError> {
    let value = parse_strict(body.as_bytes())
        .map_err(|InvalidValue(why)| malformed(contract, format!("expected {why}")))?;
    // The version before the members: in another version they may have other types, and the operator
    // needs to read "deploy the newer version", not which member is unexpected.
    match value.get("v").and_then(Value::as_u64) {
        Some(1) => {}
        Some(version) => return Err(MessageError::UnknownVersion { contract, version }),
        None => return Err(malformed(contract, "expected a version number at /v")),
    }
    serde_path_to_error::deserialize(value).map_err(|e| {
        malformed(contract, format!("the member {} is missing or not as expected", e.path()))
    })
}

fn parse_event(contract: &'static str, event: &Value) -> Result<Event, MessageError> {
    Event::parse(event).map_err(|problems| {
        let first = problems.first().map(|p| format!("/event{}: {}", p.pointer, p.detail));
        malformed(
            contract,
            format!("{} bad field(s), first {}", problems.len(), first.unwrap_or_default()),
        )
    })
}

fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).expect("it is closer to 1970 than `at`")
}

/// A time to which `send_within` can be added without overflow.
fn timestamp_from_ms(contract: &'static str, at: i64) -> Result<Timestamp, MessageError> {
    Timestamp::from_millisecond(at).ok().filter(|at| *at < YEAR_9999).ok_or_else(|| {
        malformed(contract, "expected times in milliseconds since 1970, before 9999")
    })
}

fn malformed(contract: &'static str, why: impl Into<String>) -> MessageError {
    MessageError::Malformed { contract, why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::kind::Kind;
    use serde_json::json;

    const ACCEPTED_AT: Timestamp = Timestamp::constant(1_763_900_000, 0);

    /// A dispatch request of a newer version, with members that this one does not know at every depth, and
    /// numbers that no `f64` holds.
    fn newer_dispatch_request() -> String {
        r##"{"v":1,"later":"north","accepted_at":1763900000000,"correlation_id":"c-1",
            "trace":{"span":[1.10, 12345678901234567890123]},
            "event":{"shop":"north","specversion":"1.0","source":"shop","id":"e-1","type":"order.confirmed","newattr" : 1e2,
              "data":{"gift":true,"order":{"id":"1001","number":"#1001","placed_at":"2025-11-20T10:30:00Z",
                "customer":{"email":"jo@example.com","tier":"\u0067old\ufffe"},
                "lines":[{"sku":"MUG","title":"Mug","quantity":1,"weight":0.50,
                  "unit_price":{"amount":1490,"currency":"EUR","scale":2}}],
                "totals":{"total":{"amount":1490,"currency":"EUR"}}}}}}"##
            .to_owned()
    }

    fn member(body: &str, name: &str) -> String {
        let members: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
            serde_json::from_str(body).expect("JSON");
        members[name].get().to_owned()
    }

    #[test]
    fn an_old_dispatcher_passes_on_what_a_newer_intake_wrote_byte_for_byte() {
        let newer = newer_dispatch_request();
        let request = DispatchRequest::parse(&newer).expect("valid");
        let mail = request.clone().into_mail_request(request.send_before());
        // An old mailer reads it, and writes it again for a newer one.
        let again = MailRequest::parse(&mail.to_body()).expect("valid");
        assert_eq!(again, mail);
        for name in ["later", "trace", "event"] {
            assert_eq!(member(&again.to_body(), name), member(&newer, name), "{name}");
        }
        assert_eq!(again.event, request.event);
        assert_eq!(again.key.shop.as_str(), "north");
    }

    #[test]
    fn an_unknown_member_never_replaces_one_that_this_version_writes() {
        let newer = newer_dispatch_request().replace("\"later\"", "\"notification\"");
        let request = DispatchRequest::parse(&newer).expect("valid");
        let body = request.into_mail_request(ACCEPTED_AT).to_body();
        let mail = MailRequest::parse(&body).expect("each member once");
        assert_eq!(mail.key.order_id.as_str(), "1001");
    }

    #[test]
    fn what_a_newer_version_wrote_is_not_printed() {
        let request = DispatchRequest::parse(&newer_dispatch_request()).expect("valid");
        let printed = format!("{:?}", request.forwarded);
        assert!(printed.contains("later"), "{printed}");
        assert!(!printed.contains("north") && !printed.contains("jo@"), "{printed}");
    }

    #[test]
    fn who_gets_the_mails_is_read_back_as_intake_decided_it() {
        let event: Value =
            serde_json::from_str(&member(&newer_dispatch_request(), "event")).expect("JSON");
        let id = CorrelationId::parse("c-1").expect("valid");
        let copy = EmailAddress::parse("accounts@north.example").expect("valid");
        let routing = Routing { is_off: true, copies: vec![copy] };
        let body = DispatchRequest::body_of_arrival(&event, ACCEPTED_AT, &id, &routing, None, None);
        let request = DispatchRequest::parse(&body).expect("valid");
        assert_eq!(request.routing, routing);
        let mail = request.into_mail_request(ACCEPTED_AT).to_body();
        assert!(!mail.contains("accounts@"), "a mail request is to one recipient");
        let plain = DispatchRequest::body(&event, ACCEPTED_AT, &id);
        assert_eq!(DispatchRequest::parse(&plain).expect("valid").routing, Routing::default());
    }

    #[test]
    fn a_request_is_read_back_and_may_be_mailed_for_as_long_as_its_kind_is_news() {
        let newer: Value = serde_json::from_str(&newer_dispatch_request()).expect("JSON");
        let correlation_id = CorrelationId::parse("c-1").expect("valid");
        let body = DispatchRequest::body(&newer["event"], ACCEPTED_AT, &correlation_id);
        let request = DispatchRequest::parse(&body).expect("its own body");
        assert_eq!(request.accepted_at, ACCEPTED_AT);
        assert_eq!(request.event, Event::parse(&newer["event"]).expect("valid"));
        let kind = request.event.payload.kind();
        assert_eq!(request.send_before(), ACCEPTED_AT + kind.send_within());
    }

    #[test]
    fn a_mail_request_is_read_back_as_it_was_also_where_its_event_happened_between_two_milliseconds()
     {
        let mut event: Value =
            serde_json::from_str(&member(&newer_dispatch_request(), "event")).expect("JSON");
        event["time"] = json!("2025-11-20T10:30:00.123456789Z");
        let id = CorrelationId::parse("c-1").expect("valid");
        let body = DispatchRequest::body(&event, ACCEPTED_AT, &id);
        let request = DispatchRequest::parse(&body).expect("valid");
        let send_before = request.send_before();
        let mail = request.into_mail_request(send_before);
        assert_eq!(MailRequest::parse(&mail.to_body()), Ok(mail));
    }

    #[test]
    fn two_messages_that_differ_only_in_what_this_version_does_not_know_are_not_equal() {
        let parse = |body: &str| DispatchRequest::parse(body).expect("valid");
        let (one, other) = (newer_dispatch_request(), newer_dispatch_request());
        assert_eq!(parse(&one), parse(&other));
        assert_ne!(parse(&one), parse(&other.replace(r#""later":"north""#, r#""later":"south""#)));
    }

    #[test]
    fn news_ages_from_what_its_event_says_or_from_its_arrival_whichever_is_earlier() {
        let newer: Value = serde_json::from_str(&newer_dispatch_request()).expect("JSON");
        let id = CorrelationId::parse("c-1").expect("valid");
        let routing = Routing::default();
        let hours = |count| ACCEPTED_AT + SignedDuration::from_hours(count);
        let ages_from = |time: Option<Timestamp>, received_at, forced_until| {
            let mut event = newer["event"].clone();
            if let Some(time) = time {
                event["time"] = json!(time.to_string());
            }
            let body = DispatchRequest::body_of_arrival(
                &event,
                ACCEPTED_AT,
                &id,
                &routing,
                received_at,
                forced_until,
            );
            DispatchRequest::parse(&body).expect("valid").send_before()
                - Kind::OrderConfirmed.send_within()
        };
        assert_eq!(ages_from(None, None, None), ACCEPTED_AT);
        assert_eq!(ages_from(Some(hours(-2)), None, None), hours(-2));
        assert_eq!(ages_from(Some(hours(2)), None, None), ACCEPTED_AT, "a clock that is ahead");
        assert_eq!(ages_from(None, Some(hours(-3)), None), hours(-3));
        assert_eq!(ages_from(Some(hours(-2)), Some(hours(-3)), None), hours(-3));
        assert_eq!(ages_from(Some(hours(-4)), Some(hours(-3)), None), hours(-4));
        let forced = hours(9) + Kind::OrderConfirmed.send_within();
        assert_eq!(ages_from(Some(hours(-4)), Some(hours(-3)), Some(forced)), hours(9));
    }

    #[test]
    fn an_event_never_happened_after_its_acceptance() {
        let second = SignedDuration::from_secs(1);
        let read = |time: Option<Timestamp>| {
            let newer = newer_dispatch_request();
            let mut body: Value = serde_json::from_str(&newer).expect("JSON");
            if let Some(time) = time {
                body["event"]["time"] = json!(time.to_string());
            }
            let request = DispatchRequest::parse(&body.to_string()).expect("valid");
            let mail = request.clone().into_mail_request(ACCEPTED_AT);
            let mail = MailRequest::parse(&mail.to_body()).expect("valid");
            assert_eq!(mail.event.time, request.event.time);
            (request.event.time, request.says_when)
        };
        let day = SignedDuration::from_hours(24);
        assert_eq!(read(None), (None, false));
        assert_eq!(read(Some(ACCEPTED_AT - second)), (Some(ACCEPTED_AT - second), true));
        assert_eq!(read(Some(ACCEPTED_AT + second)), (Some(ACCEPTED_AT), true));
        assert_eq!(read(Some(ACCEPTED_AT + MAX_CLOCK_AHEAD)), (Some(ACCEPTED_AT), true));
        assert_eq!(read(Some(ACCEPTED_AT + MAX_CLOCK_AHEAD + second)), (Some(ACCEPTED_AT), false));
        assert_eq!(read(Some(ACCEPTED_AT + day)), (Some(ACCEPTED_AT), false));
    }
}
