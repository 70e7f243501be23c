//! Tests of the translation: single rules, recorded conversations, and properties over generated histories.

mod histories;
mod mailroom;
mod properties;
mod recorded;
mod shopify;
mod woocommerce;

use jiff::Timestamp;
use serde_json::Value;
use shared::contract::warnings::parse_with_warnings;
use shared::{Event, ShopId};

use super::{Delivery, System, Translation, Untranslatable, translate};

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Translates a body that is delivered at this time.
fn translated(
    system: System,
    body: &Value,
    stored: Option<&Value>,
    received_at: Timestamp,
) -> Result<Translation, Untranslatable> {
    let (shop, body) = (ShopId::default(), body.to_string());
    let delivery = Delivery { shop: &shop, system, topic: None, body: &body, received_at };
    translate(&delivery, stored)
}

/// The events of a body that carries its order, the earliest first. Each is one of the contract's, without a warning.
fn events_at(system: System, body: &Value, received_at: Timestamp) -> Vec<Event> {
    match translated(system, body, None, received_at) {
        Ok(Translation::Events(events)) => {
            let events: Vec<Event> = events.iter().map(|it| accepted(it, received_at)).collect();
            assert!(events.is_sorted_by_key(|event| event.time));
            events
        }
        other => panic!("{other:?}"),
    }
}

/// The event as intake reads it at this time, which it does without a warning.
fn accepted(event: &Value, now: Timestamp) -> Event {
    let (read, warnings) = parse_with_warnings(event, now);
    assert!(warnings.is_empty(), "{warnings:?}: {event:#}");
    let read = read.unwrap_or_else(|errors| panic!("{errors:?}: {event:#}"));
    assert_eq!(Event::parse(event).as_ref(), Ok(&read));
    read
}

/// The types of the events, with the scope of their mails.
fn kinds(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| {
        let key = shared::NotificationKey::for_event(event);
        match event.payload.kind().tells_changes_only() {
            // Each of these is a mail of its own, by its event's name.
            true => key.kind.to_string(),
            false => format!("{} {}", key.kind, key.shown_scope()).trim_end().to_owned(),
        }
    };
    events.iter().map(name).collect()
}
