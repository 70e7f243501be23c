//! The conversations that are recorded in `services/local/samples/deliveries`: of an invented shop, in the real shape.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use super::mailroom::{Mailroom, short};
use super::{System, Translation, accepted, time, translated};

/// One delivery, and the mails that follow if all before it came in their order.
struct Recorded {
    file: String,
    at: Timestamp,
    body: Value,
    is_lost: bool,
    mails: Vec<String>,
}

fn read(file: PathBuf) -> Value {
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

fn conversation(system: System) -> Vec<Recorded> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../local/samples/deliveries")
        .join(system.as_str());
    let index = read(folder.join("index.json"));
    let deliveries = index["deliveries"].as_array().expect("a list").iter();
    let recorded = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().expect("a text").to_owned();
        let mails = entry["mails"].as_array().expect("a list");
        Recorded {
            body: read(folder.join(text("file"))),
            file: text("file"),
            at: time(&text("at")),
            is_lost: entry["lost"] == true,
            mails: mails.iter().map(|it| it.as_str().expect("a text").to_owned()).collect(),
        }
    };
    deliveries.map(recorded).collect()
}

/// Delivers each of them, and holds the mails that follow. What needs its order finds the newest stored event of it.
fn deliver(system: System) {
    let mut mailroom = Mailroom::default();
    for Recorded { file, at, body, is_lost, mails } in conversation(system) {
        if is_lost {
            continue;
        }
        let translate = |stored: Option<&Value>| translated(system, &body, stored, at);
        let events = match translate(None).unwrap_or_else(|e| panic!("{file}: {e}")) {
            Translation::NeedsOrder { order_id } => {
                let stored = mailroom.newest(&order_id);
                assert!(stored.is_some(), "{file}: its order is stored");
                match translate(stored).unwrap_or_else(|e| panic!("{file}: {e}")) {
                    Translation::Events(events) => events,
                    other => panic!("{file}: {other:?}"),
                }
            }
            Translation::Events(events) => events,
            Translation::Ignored(_) => Vec::new(),
        };
        for event in &events {
            accepted(event, at);
        }
        let before = mailroom.mails.len();
        mailroom.publish(&events, at);
        let sorted = |mut mails: Vec<String>| {
            mails.sort();
            mails
        };
        let sent = mailroom.mails[before..].iter().map(short).collect();
        assert_eq!(sorted(sent), sorted(mails), "{file}");
    }
}

#[test]
fn the_recorded_conversation_of_shopify_ends_in_exactly_the_right_mails() {
    deliver(System::Shopify);
}

#[test]
fn the_recorded_conversation_of_woocommerce_ends_in_exactly_the_right_mails() {
    deliver(System::WooCommerce);
}
