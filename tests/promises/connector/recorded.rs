//! The recorded conversations of `services/local/samples/deliveries`, as if they had just ended.

use std::path::PathBuf;

use connector::System;
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A delivery of a conversation.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub system: System,
    pub topic: String,
    pub body: Value,
    pub is_lost: bool,
    /// What is mailed because of it, if all before it came in their order: the order's number and the kind.
    pub mails: Vec<String>,
}

/// Every delivery of a system's conversation, in the order in which things happened.
pub fn conversation(system: System) -> Vec<Recorded> {
    let index = read(system, "index.json");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let ago = since_the_end(&index);
    let deliveries = index["deliveries"].as_array().expect("a list").iter();
    let recorded = |entry: &Value| Recorded {
        system,
        topic: text(&entry["topic"]),
        body: later(read(system, &text(&entry["file"])), ago),
        is_lost: entry["lost"] == true,
        mails: entry["mails"].as_array().expect("a list").iter().map(text).collect(),
    };
    deliveries.map(recorded).collect()
}

/// One body of a conversation.
pub fn sample(system: System, file: &str) -> Value {
    later(read(system, file), since_the_end(&read(system, "index.json")))
}

fn since_the_end(index: &Value) -> SignedDuration {
    let ends_at: Timestamp =
        index["ends_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    Timestamp::now().duration_since(ends_at)
}

fn read(system: System, file: &str) -> Value {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../services/local/samples/deliveries");
    let file = folder.join(system.as_str()).join(file);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The same with every time in it later by `time`: what the samples say would be old news soon.
fn later(mut value: Value, time: SignedDuration) -> Value {
    match &mut value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                let taken = member.take();
                *member = match name.as_str() {
                    "date_shipped" => seconds_later(taken, time),
                    _ => later(taken, time),
                };
            }
        }
        Value::Array(items) => {
            for item in items.iter_mut() {
                *item = later(item.take(), time);
            }
        }
        Value::String(text) => {
            if let Some(moved) = text_later(text, time) {
                *text = moved;
            }
        }
        _ => {}
    }
    value
}

fn text_later(text: &str, time: SignedDuration) -> Option<String> {
    // Numbers of parcels are no times, although they parse as some.
    if text.get(10..11) != Some("T") {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(format!("{:.0}", at + time));
    }
    let local: DateTime = text.parse().ok()?;
    Some((local + time).strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

/// Seconds since 1970, as a number or a text.
fn seconds_later(value: Value, time: SignedDuration) -> Value {
    match value {
        Value::String(text) => match text.parse::<i64>() {
            Ok(seconds) => (seconds + time.as_secs()).to_string().into(),
            Err(_) => Value::String(text),
        },
        other => other.as_i64().map_or(other, |seconds| (seconds + time.as_secs()).into()),
    }
}
