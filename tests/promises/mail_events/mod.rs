//! What became of each mail is told to the shop: on the bus of mail events, and by its webhook.

mod bus;
mod hook;
mod kills;
mod outcomes;
mod receiver;
mod webhook;

use kit::ledger::Item;
use local::Config;
use serde_json::Value;

use crate::support::{TestStack, eventually};

/// The stack's name, where `WAYBILL_STACK` is not set.
const STACK: &str = "local";

fn config() -> Config {
    Config { mail_events: true, ..crate::support::config() }
}

/// What is on the bus, the oldest first.
fn events(stack: &TestStack) -> Vec<Value> {
    let bus = stack.stack.mail_bus.as_ref().expect("mail events are on");
    let mut events = bus.events();
    events.reverse();
    events
}

/// The events about this order.
fn events_of(stack: &TestStack, order: &str) -> Vec<Value> {
    let mut events = events(stack);
    events.retain(|event| event["data"]["order"]["id"] == order);
    events
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

/// The id of the event about what this record says now; `None` where that is not told.
fn id_of(item: &Item) -> Option<Value> {
    let event = publisher::mail_event(None, item, STACK)?;
    Some(serde_json::to_value(event).expect("JSON")["id"].clone())
}

/// Waits until what each record of the order says is on the bus, and returns all events about the order.
async fn told(stack: &TestStack, order: &str) -> Vec<Value> {
    eventually(&format!("{order} is told"), async || {
        let items = stack.ledger_items(order).await;
        let events = events_of(stack, order);
        let is_told = |item: &Item| {
            id_of(item).is_some_and(|id| events.iter().any(|event| event["id"] == id))
        };
        !items.is_empty() && items.iter().all(is_told)
    })
    .await;
    events_of(stack, order)
}
