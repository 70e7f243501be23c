//! What both messages have in common on the queue: JSON with a version, and an event in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::error::InvalidValue;
use crate::contract::event::Event;
use crate::contract::json::parse_strict;
use crate::queue::sqs_json::escape_noncharacters;
use crate::queue::unknown::Forwarded;

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

/// The first moment of the year 9999.
const YEAR_9999: Timestamp = Timestamp::constant(253_370_764_800, 0);

pub(super) const DISPATCH: &str = "dispatch request";
pub(super) const MAIL: &str = "mail request";

pub(super) fn is_member_of_dispatch(name: &str) -> bool {
    matches!(name, "v" | "accepted_at" | "received_at" | "send_before" | "correlation_id")
        || matches!(name, "off" | "copies" | "event")
}

pub(super) fn is_member_of_mail(name: &str) -> bool {
    matches!(name, "notification" | "to" | "completes_refund" | "refund_told" | "total_reduced")
        || name == "changes"
        || is_member_of_dispatch(name)
}

/// The event as one that happened no later than `accepted_at`. Here, so that no reader compares with a time
/// in the future or shows one.
pub(super) fn happened_by(event: Event, accepted_at: Timestamp) -> Event {
    Event { time: event.time.map(|time| time.min(accepted_at)), ..event }
}

pub(super) fn forwarded(
    contract: &'static str,
    body: &str,
    is_known: fn(&str) -> bool,
) -> Result<Forwarded, MessageError> {
    Forwarded::read(body, is_known).ok_or_else(|| malformed(contract, "expected a JSON object"))
}

pub(super) fn to_body(wire: &impl Serialize) -> String {
    escape_noncharacters(
        serde_json::to_string(wire).expect("the queue messages serialise to JSON without fail"),
    )
}

pub(super) fn parse_body<T: for<'de> Deserialize<'de>>(
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

pub(super) fn parse_event(contract: &'static str, event: &Value) -> Result<Event, MessageError> {
    Event::parse(event).map_err(|problems| {
        let first = problems.first().map(|p| format!("/event{}: {}", p.pointer, p.detail));
        malformed(
            contract,
            format!("{} bad field(s), first {}", problems.len(), first.unwrap_or_default()),
        )
    })
}

pub(super) fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).expect("it is closer to 1970 than `at`")
}

/// A time to which `send_within` can be added without overflow.
pub(super) fn timestamp_from_ms(
    contract: &'static str,
    at: i64,
) -> Result<Timestamp, MessageError> {
    Timestamp::from_millisecond(at).ok().filter(|at| *at < YEAR_9999).ok_or_else(|| {
        malformed(contract, "expected times in milliseconds since 1970, before 9999")
    })
}

pub(super) fn malformed(contract: &'static str, why: impl Into<String>) -> MessageError {
    MessageError::Malformed { contract, why: why.into() }
}
