//! The two queue messages, which are contracts between versions.
//!
//! A message may be read by another version than the one that wrote it: during a deployment, after a
//! rollback, and when a dead-letter queue is replayed weeks later. So each message carries its version
//! `v`. A reader ignores members that it does not know. A version that it does not know is an error that
//! names the version, and sends the message to the dead-letter queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::error::InvalidValue;
use crate::contract::event::Event;
use crate::contract::ids::CorrelationId;
use crate::contract::json::parse_strict;
use crate::notification::NotificationKey;

/// Intake → (Events table → relay) → dispatch queue: an event was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchRequest {
    /// When intake stored it.
    pub accepted_at: Timestamp,
    /// Follows the event to SES.
    pub correlation_id: CorrelationId,
    /// Set by an operator's replay: the mail may be sent until then, whatever the limit of its kind.
    pub forced_until: Option<Timestamp>,
    /// The accepted event.
    pub event: Event,
}

/// Dispatcher → mail queue: mail this notification.
#[derive(Debug, Clone, PartialEq)]
pub struct MailRequest {
    /// The notification to send; the ledger holds its state.
    pub key: NotificationKey,
    /// When intake stored the event.
    pub accepted_at: Timestamp,
    /// From this moment on, the mail is stale.
    pub send_before: Timestamp,
    /// Follows the event to SES.
    pub correlation_id: CorrelationId,
    /// The event that the mail reports.
    pub event: Event,
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
    send_before: Option<i64>,
    correlation_id: CorrelationId,
    event: E,
}

#[derive(Serialize, Deserialize)]
struct MailWire {
    v: u64,
    notification: NotificationKey,
    accepted_at: i64,
    send_before: i64,
    correlation_id: CorrelationId,
    event: Value,
}

/// The first moment of the year 9999.
const YEAR_9999: Timestamp = Timestamp::constant(253_370_764_800, 0);

const DISPATCH: &str = "dispatch request";
const MAIL: &str = "mail request";

impl DispatchRequest {
    /// The message body. `event` is JSON, as a value or as text; it is kept as published, so that members which
    /// this version does not know reach a version that does.
    #[must_use]
    pub fn body(
        event: &impl Serialize,
        accepted_at: Timestamp,
        correlation_id: &CorrelationId,
    ) -> String {
        to_body(&DispatchWire {
            v: 1,
            accepted_at: accepted_at.as_millisecond(),
            send_before: None,
            correlation_id: correlation_id.clone(),
            event,
        })
    }

    /// Parses a message body.
    ///
    /// # Errors
    /// [`MessageError`]. A retry would fail again, so the message belongs in the dead-letter queue.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let wire: DispatchWire<Value> = parse_body(DISPATCH, body)?;
        Ok(Self {
            accepted_at: timestamp_from_ms(DISPATCH, wire.accepted_at)?,
            forced_until: wire.send_before.map(|at| timestamp_from_ms(DISPATCH, at)).transpose()?,
            correlation_id: wire.correlation_id,
            event: parse_event(DISPATCH, &wire.event)?,
        })
    }

    /// From this moment on, the mail is stale. It depends on when intake accepted the event, not on the
    /// event's `time`, because the publisher's clock may be wrong.
    #[must_use]
    pub fn send_before(&self) -> Timestamp {
        self.forced_until
            .unwrap_or_else(|| self.accepted_at + self.event.payload.kind().send_within())
    }
}

impl MailRequest {
    /// The message body.
    #[must_use]
    pub fn to_body(&self) -> String {
        to_body(&MailWire {
            v: 1,
            notification: self.key.clone(),
            accepted_at: self.accepted_at.as_millisecond(),
            send_before: self.send_before.as_millisecond(),
            correlation_id: self.correlation_id.clone(),
            event: self.event.to_json(),
        })
    }

    /// Parses a message body.
    ///
    /// # Errors
    /// [`MessageError`], also when the notification is not that of the event. A retry would fail again, so
    /// the message belongs in the dead-letter queue.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let wire: MailWire = parse_body(MAIL, body)?;
        let event = parse_event(MAIL, &wire.event)?;
        // Both parts may have been edited by an operator's replay. If they disagreed, the ledger would
        // record one order's notification as sent while another order's mail goes out.
        if NotificationKey::for_event(&event) != wire.notification {
            return Err(malformed(MAIL, "expected the notification to be the event's own"));
        }
        Ok(Self {
            key: wire.notification,
            accepted_at: timestamp_from_ms(MAIL, wire.accepted_at)?,
            send_before: timestamp_from_ms(MAIL, wire.send_before)?,
            correlation_id: wire.correlation_id,
            event,
        })
    }
}

fn to_body(wire: &impl Serialize) -> String {
    escape_noncharacters(
        serde_json::to_string(wire).expect("the queue messages serialise to JSON without fail"),
    )
}

/// JSON as SQS accepts it. JSON allows U+FFFE and U+FFFF unescaped, and SQS refuses them
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
#[must_use]
pub fn escape_noncharacters(json: String) -> String {
    if !json.contains(['\u{fffe}', '\u{ffff}']) {
        return json;
    }
    // Outside strings, JSON is ASCII. So both are inside strings, where an escape means the same.
    json.replace('\u{fffe}', r"\ufffe").replace('\u{ffff}', r"\uffff")
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

/// A time to which `send_within` can be added without overflow.
fn timestamp_from_ms(contract: &'static str, at: i64) -> Result<Timestamp, MessageError> {
    Timestamp::from_millisecond(at).ok().filter(|at| *at < YEAR_9999).ok_or_else(|| {
        malformed(contract, "expected times in milliseconds since 1970, before 9999")
    })
}

fn malformed(contract: &'static str, why: impl Into<String>) -> MessageError {
    MessageError::Malformed { contract, why: why.into() }
}
