//! What holds for every mail.

mod hostile;
mod links;
mod looks;
mod page_frame;
mod snapshots;

use serde_json::Value;
use shared::Event;

use super::{Brand, Mail, render};

/// One event a line; its `id` names it.
const SAMPLES: &str = include_str!("../../../examples/events.jsonl");

/// Every sample event with its name.
fn samples() -> Vec<(String, Value)> {
    SAMPLES
        .lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            (event["id"].as_str().expect("an id").to_owned(), event)
        })
        .collect()
}

pub(super) fn sample(name: &str) -> Value {
    samples().into_iter().find(|(id, _)| id == name).expect("a sample of that name").1
}

fn mail_of(event: &Value) -> Mail {
    let event = Event::parse(event).expect("a valid event");
    render(&event, &Brand::default()).expect("a mail")
}
