//! Tests of the rendered mails.

mod changes;
mod every_language;
mod languages;
mod links;
mod looks;
mod mail_clients;
mod page_frame;
mod shop_brand;
mod snapshots;
mod structured_data;
mod tracking;
mod truth;
mod untrusted_text;

use jiff::Timestamp;
use serde_json::Value;
use shared::Event;

use super::{Brand, Mail, render};

/// When the samples were accepted.
pub(super) const NOW: Timestamp = Timestamp::constant(1_795_176_000, 0);

/// One event per line; its `id` is the sample's name.
const SAMPLES: &str = include_str!("../../../examples/events.jsonl");

/// Every sample event with its name, its customer an English one.
fn samples() -> Vec<(String, Value)> {
    SAMPLES
        .lines()
        .map(|line| {
            let mut event: Value = serde_json::from_str(line).expect("JSON");
            event["data"]["order"]["customer"]["locale"] = "en-GB".into();
            (event["id"].as_str().expect("an id").to_owned(), event)
        })
        .collect()
}

pub(super) fn sample(name: &str) -> Value {
    samples().into_iter().find(|(id, _)| id == name).expect("a sample of that name").1
}

/// How the block for programs begins, the one script that a mail may have.
const BLOCK_START: &str = "<script type=\"application/ld+json\">";

/// The document without that block, which no mail program shows or runs.
fn without_block(html: &str) -> String {
    let Some((before, rest)) = html.split_once(BLOCK_START) else { return html.to_owned() };
    let (_, after) = rest.split_once("</script>").expect("the end of the block");
    format!("{before}{after}")
}

fn render_sample(event: &Value) -> Mail {
    let event = Event::parse(event).expect("a valid event");
    render(&event, NOW, &Brand::default()).expect("a mail")
}
