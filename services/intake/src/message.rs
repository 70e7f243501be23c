//! What a message of the inbox queue publishes, and whether intake would take it.

use jiff::Timestamp;
use serde_json::Value;
use shared::Event;
use shared::contract::event::MAX_BATCH_EVENTS;
use shared::contract::json::parse_strict;
use shared::queue::arrival::Arrival;

use crate::accept::text_within_limit;
use crate::publication::{Publication, put_at};
use crate::store::EventText;

/// What a message's body publishes.
#[derive(Debug)]
pub struct Published {
    /// The events, not parsed yet.
    pub events: Vec<Value>,
    /// When EventBridge took them, if it says so.
    pub put_at: Option<Timestamp>,
}

/// What a message's body publishes.
///
/// # Errors
/// Why intake takes none of them, as a sentence without personal data: the body is no JSON or repeats a key,
/// or the array holds no event or more than a request may. Bytes need no check: SQS's own limit is that of a
/// request.
pub fn events_in(body: &str) -> Result<Published, String> {
    let payload = parse_strict(body.as_bytes()).map_err(|invalid| invalid.to_string())?;
    let put_at = put_at(&payload);
    let events = match Publication::from(payload) {
        Publication::Single(event) => vec![event],
        Publication::Batch(events) => events,
    };
    match events.len() {
        // As over HTTP. Acknowledged, it would be gone without a trace.
        0 => Err("expected at least one event in the array".to_owned()),
        1..=MAX_BATCH_EVENTS => Ok(Published { events, put_at }),
        // As over HTTP. More would not be stored in the time of one invocation, and each retry starts anew.
        count => Err(format!(
            "expected at most {MAX_BATCH_EVENTS} events in the array, found {count}; none is stored: \
             split it and publish the parts"
        )),
    }
}

/// An event that intake would take, and its text, whose hash tells a duplicate from a conflict.
#[derive(Debug)]
pub struct AcceptableEvent {
    /// The event.
    pub event: Event,
    /// As it would be stored.
    pub text: EventText,
}

/// The events of a message, if intake would take each of them, unless another with its source and id is
/// stored. By the same rules as the function.
///
/// # Errors
/// Why intake would refuse the message, as a sentence without personal data.
pub fn acceptable_events(body: &str) -> Result<Vec<AcceptableEvent>, String> {
    events_in(body)?.events.iter().map(acceptable).collect()
}

/// When the events of a message of the inbox queue arrived. `attribute` is the value of the message's attribute of
/// that name, `sent_at` SQS's `SentTimestamp`. By the same rules as the function.
#[must_use]
pub fn arrival<'a>(
    body: &str,
    attribute: impl Fn(&str) -> Option<&'a str>,
    sent_at: Option<Timestamp>,
) -> Arrival {
    let put_at = serde_json::from_str(body).ok().and_then(|payload| put_at(&payload));
    Arrival::new(attribute, put_at, sent_at)
}

fn acceptable(json: &Value) -> Result<AcceptableEvent, String> {
    let text = || text_within_limit(json);
    let event = Event::parse(json).and_then(|event| Ok(AcceptableEvent { event, text: text()? }));
    event.map_err(|problems| match problems.as_slice() {
        [] => "not an event of the contract".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::contract::event::MAX_EVENT_BYTES;

    #[test]
    fn an_array_holds_as_many_events_as_a_request_and_not_one_more() {
        let array = |count: usize| Value::from(vec![json!({}); count]).to_string();
        let count = |count| events_in(&array(count)).map(|published| published.events.len());
        assert_eq!(count(MAX_BATCH_EVENTS), Ok(100));
        assert_eq!(count(1), Ok(1));
        let refused = events_in(&array(MAX_BATCH_EVENTS + 1)).unwrap_err();
        assert!(refused.starts_with("expected at most 100 events"), "{refused}");
        assert!(events_in("[]").is_err() && events_in(r#"{"id":1,"id":1}"#).is_err());
    }

    #[test]
    fn an_event_that_is_larger_than_intake_takes_is_not_acceptable() {
        let sample = include_str!("../../local/samples/orders.jsonl").lines().next().unwrap();
        let mut event: Value = serde_json::from_str(sample).unwrap();
        assert_eq!(acceptable_events(&event.to_string()).map(|events| events.len()), Ok(1));
        event["unknown"] = "x".repeat(MAX_EVENT_BYTES).into();
        let refused = acceptable_events(&event.to_string()).unwrap_err();
        assert!(refused.contains("expected at most 262144 bytes"), "{refused}");
    }
}
