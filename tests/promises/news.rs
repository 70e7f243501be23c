//! News has a time: what was told last is what is true last, and nothing is told twice in a row.

mod last_word;
mod money;

use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use local::resources::EVENTS_TABLE;
use local::run::outcome::Outcome;
use local::ses::Mail;
use serde_json::{Value, json};

use crate::support::events::{confirmed, refunded, shipped};
use crate::support::{Outcomes, TestStack};

/// An event about `order` and its one parcel, at `time` if it says so.
struct Told {
    order: &'static str,
    kind: &'static str,
    id: &'static str,
    time: Option<SignedDuration>,
    shipment: Value,
}

const NOW: SignedDuration = SignedDuration::ZERO;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// An event of `kind` with these members of its shipment.
fn told(kind: &'static str, id: &'static str, shipment: Value) -> Told {
    Told { order: "A1", kind, id, time: None, shipment }
}

impl Told {
    /// It happened so long ago.
    fn ago(self, ago: SignedDuration) -> Self {
        Self { time: Some(ago), ..self }
    }

    fn json(&self) -> String {
        let line = match self.kind {
            "order.confirmed" => confirmed(self.order),
            _ => shipped(self.order),
        };
        let mut event: Value = serde_json::from_str(&line).expect("JSON");
        event["type"] = json!(self.kind);
        event["id"] = json!(self.id);
        let event_members = event.as_object_mut().expect("an object");
        event_members.remove("time");
        if let Some(ago) = self.time {
            event["time"] = json!((Timestamp::now() - ago).to_string());
        }
        if let Some(shipment) = event["data"].get_mut("shipment") {
            for name in ["carrier", "tracking_number", "tracking_url", "expected_on"] {
                shipment.as_object_mut().expect("an object").remove(name);
            }
            for (name, value) in self.shipment.as_object().expect("members") {
                shipment[name] = value.clone();
            }
        }
        event.to_string()
    }
}

/// Publishes each event once what was published before has ended, and returns how each ended.
async fn one_by_one(
    stack: &TestStack,
    events: impl IntoIterator<Item = Told>,
) -> Vec<Option<String>> {
    let mut ends = Vec::new();
    for event in events {
        let outcomes = stack.publish(&[event.json()]).await;
        ends.push(end(&outcomes, event.id));
    }
    ends
}

/// `None`: it was mailed; otherwise why it was not.
fn end(outcomes: &Outcomes, id: &str) -> Option<String> {
    let status = outcomes.status(id);
    (status.outcome != Some(Outcome::Sent)).then(|| status.reason.clone().unwrap_or_default())
}

fn skipped(reason: &str) -> Option<String> {
    Some(reason.to_owned())
}

/// The tracking numbers that the mails name, the oldest first.
fn numbers(stack: &TestStack, among: &[&str]) -> Vec<String> {
    let named = |text: &str| among.iter().find(|number| text.contains(**number)).copied();
    texts(stack).iter().filter_map(|text| named(text)).map(str::to_owned).collect()
}

/// The mails as plain text, the oldest first.
fn texts(stack: &TestStack) -> Vec<String> {
    let text = |mail: Arc<Mail>| mail.content.text.clone().expect("a mail has a plain text");
    stack.mails().into_iter().map(text).collect()
}

fn number(number: &str) -> Value {
    let carrier = if number.starts_with('A') { "DHL" } else { "UPS" };
    json!({ "carrier": carrier, "tracking_number": number })
}

fn there_and_back() -> [Told; 4] {
    [
        told("shipment.shipped", "z-shipped", number("AAA1")),
        told("shipment.updated", "y-1", number("BBB2")),
        told("shipment.updated", "x-2", number("AAA1")),
        told("shipment.updated", "w-3", number("BBB2")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_tracking_number_told_is_the_true_one_also_when_it_was_true_before() {
    let stack = TestStack::start().await;
    assert_eq!(one_by_one(&stack, there_and_back()).await, [None, None, None, None]);
    assert_eq!(numbers(&stack, &["AAA1", "BBB2"]), ["AAA1", "BBB2", "AAA1", "BBB2"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_updates_that_come_all_at_once_the_last_one_is_told_last() {
    let stack = TestStack::start().await;
    let lines = there_and_back().map(|event| event.json());
    let outcomes = stack.publish(&lines).await;
    let numbers = numbers(&stack, &["AAA1", "BBB2"]);
    assert_eq!(numbers.first().map(String::as_str), Some("AAA1"), "the parcel is told first");
    assert_eq!(numbers.last().map(String::as_str), Some("BBB2"));
    assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "told twice in a row: {numbers:?}");
    assert_eq!(end(&outcomes, "w-3"), None);
    let of_y = end(&outcomes, "y-1");
    assert!(of_y.is_none() || of_y == skipped("superseded"), "{of_y:?}");
    // Where the one before it is superseded by it, it says what the parcel's mail has said.
    let of_x = end(&outcomes, "x-2");
    let is_old = [skipped("superseded"), skipped("nothing_new")].contains(&of_x);
    assert!(of_x.is_none() || is_old, "{of_x:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_new_is_not_mailed_and_a_new_carrier_or_link_is() {
    let stack = TestStack::start().await;
    let at = |carrier, link| json!({ "carrier": carrier, "tracking_number": "AAA1", "tracking_url": link });
    let dhl = || at("DHL", "https://dhl.example/AAA1");
    let ups = || at("UPS", "https://dhl.example/AAA1");
    let ends = one_by_one(
        &stack,
        [
            told("shipment.shipped", "s", dhl()),
            told("shipment.updated", "same", dhl()),
            told("shipment.updated", "carrier", ups()),
            told("shipment.updated", "link", at("UPS", "https://ups.example/AAA1")),
            told("shipment.updated", "less", json!({ "tracking_number": "AAA1" })),
        ],
    );
    let new = skipped("nothing_new");
    assert_eq!(ends.await, [None, new.clone(), None, None, new]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_code_for_what_is_to_be_fetched_is_mailed_once() {
    let stack = TestStack::start().await;
    let code = |code| json!({ "pickup": { "name": "Store 7", "code": code } });
    let ends = one_by_one(
        &stack,
        [
            told("shipment.ready_for_pickup", "r", code("4711")).ago(HOUR * 3),
            told("shipment.updated", "same", code("4711")).ago(HOUR * 2),
            told("shipment.updated", "other", code("4712")).ago(HOUR),
        ],
    );
    assert_eq!(ends.await, [None, skipped("nothing_new"), None]);
    let texts = texts(&stack);
    assert!(texts[1].contains("4712") && !texts[1].contains("expected day"), "{}", texts[1]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_day_told_again_is_nothing_new_and_another_day_is() {
    let stack = TestStack::start().await;
    let day = |day| json!({ "expected_on": day });
    let ends = one_by_one(
        &stack,
        [
            told("shipment.delayed", "d-1", day("2031-12-05")),
            told("shipment.delayed", "d-2", day("2031-12-05")),
            told("shipment.delayed", "d-3", day("2031-12-07")),
            told("shipment.delayed", "d-4", day("2031-12-05")),
        ],
    );
    assert_eq!(ends.await, [None, skipped("nothing_new"), None, None]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_earlier_and_arrives_later_is_superseded() {
    let stack = TestStack::start().await;
    let day = |day| json!({ "expected_on": day });
    let delayed = |id, day, ago| Told { order: "A2", ..told("shipment.delayed", id, day).ago(ago) };
    let ends = one_by_one(
        &stack,
        [
            told("shipment.updated", "u", number("BBB2")).ago(HOUR),
            told("shipment.shipped", "s", number("AAA1")).ago(HOUR * 24),
            told("shipment.out_for_delivery", "o", number("AAA1")).ago(HOUR * 2),
            delayed("d-1", day("2031-12-05"), HOUR * 2),
            delayed("d-2", day("2031-12-01"), HOUR * 4),
            delayed("d-3", day("2031-12-01"), HOUR),
        ],
    );
    let old = skipped("superseded");
    assert_eq!(ends.await, [None, old.clone(), old.clone(), None, old, None]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_by_its_time_is_no_news_any_more_is_stale_although_it_was_just_accepted() {
    let stack = TestStack::start().await;
    let ends = one_by_one(
        &stack,
        [
            told("shipment.out_for_delivery", "o", number("AAA1")).ago(HOUR * 13),
            Told {
                order: "A2",
                ..told("shipment.shipped", "s", number("AAA1")).ago(HOUR * 24 * 8)
            },
            Told { order: "A3", ..told("order.confirmed", "c", json!({})).ago(HOUR * 24 * 4) },
            Told { order: "A4", ..told("order.confirmed", "d", json!({})).ago(HOUR * 24 * 2) },
        ],
    );
    let stale = skipped("stale");
    assert_eq!(ends.await, [stale.clone(), stale.clone(), stale, None]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publishers_retry_under_another_id_tells_nothing_new() {
    let stack = TestStack::start().await;
    let update = |id| told("shipment.updated", id, number("BBB2")).ago(HOUR);
    let ends = one_by_one(&stack, [update("u-1"), update("u-2")]).await;
    assert_eq!(ends, [None, skipped("nothing_new")]);
    let other = Told { order: "A2", ..told("shipment.updated", "u-3", number("BBB2")) };
    let again = Told { order: "A2", ..told("shipment.updated", "u-4", number("BBB2")) };
    stack.publish(&[other.json(), again.json()]).await;
    assert_eq!(stack.mails().len(), 2, "also at the same moment");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_cancelled_orders_parcels_is_mailed_but_its_refund_is() {
    let stack = TestStack::start().await;
    let lines = [cancelled("A1", None), refunded("A1")];
    assert_eq!(end(&stack.publish(&lines[..1]).await, "A1-cancelled"), None);
    let ends = one_by_one(
        &stack,
        [
            told("shipment.shipped", "s", number("AAA1")),
            told("shipment.delivered", "d", number("AAA1")).ago(NOW),
        ],
    );
    assert_eq!(ends.await, [skipped("superseded"), skipped("superseded")]);
    assert_eq!(end(&stack.publish(&lines[1..]).await, "A1-refunded"), None);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_mails_nobody_ends_the_news_of_its_parcels_all_the_same() {
    let stack = TestStack::start().await;
    let mut muted: Value = serde_json::from_str(&cancelled("A1", None)).expect("JSON");
    muted["data"]["notify"] = json!(false);
    stack.publish(&[muted.to_string()]).await;
    let ends = one_by_one(&stack, [told("shipment.shipped", "s", number("AAA1"))]).await;
    assert_eq!(ends, [skipped("superseded")]);
    stack.stop().await;
}

fn cancelled(order: &str, refund: Option<i64>) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["type"] = json!("order.cancelled");
    event["id"] = json!(format!("{order}-cancelled"));
    if let Some(amount) = refund {
        event["data"]["cancellation"] =
            json!({ "refund": { "amount": amount, "currency": "EUR" } });
    }
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_confirmation_of_an_order_is_a_duplicate_whatever_it_says() {
    let stack = TestStack::start().await;
    let mut edited: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    edited["id"] = json!("A1-again");
    edited["data"]["order"]["lines"][0]["quantity"] = json!(1);
    let outcomes = stack.publish(&[confirmed("A1"), edited.to_string()]).await;
    let reason = end(&outcomes, "A1-again").expect("it is not mailed");
    assert!(reason.starts_with("duplicate"), "{reason}");
    assert_eq!(stack.mails().len(), 1);
    stack.stop().await;
}

/// An update of the order whose first line is there so many times.
fn order_updated(order: &str, id: &str, quantity: u32) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["type"] = json!("order.updated");
    event["id"] = json!(id);
    event["data"]["order"]["lines"][0]["quantity"] = json!(quantity);
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_an_order_whose_event_before_is_gone_is_mailed_without_a_word_of_what_changed()
{
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1")]).await;
    let event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    let reference = format!("{} A1-confirmed", event["source"].as_str().expect("a source"));
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let delete = stack.stack.dynamodb.delete_item().table_name(EVENTS_TABLE);
    let delete = delete.key("order_key", text("default/A1")).key("event", text(&reference));
    let deleted = delete.return_values(ReturnValue::AllOld).send().await.expect("deleted");
    assert!(deleted.attributes.is_some(), "it was there");
    stack.publish(&[order_updated("A1", "u-1", 77)]).await;
    stack.publish(&[order_updated("A1", "u-2", 78)]).await;
    let texts = texts(&stack);
    assert!(texts[1].contains("how it looks now") && !texts[1].contains("instead of"), "{texts:?}");
    assert!(texts[2].contains("instead of 77"), "{}", texts[2]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_says_less_of_what_the_customer_knows_mails_nothing() {
    let stack = TestStack::start().await;
    let fetched = |line: &str, until: Value| {
        let mut event: Value = serde_json::from_str(line).expect("JSON");
        event["data"]["order"]["pickup"] = json!({ "name": "Store 7", "until": until });
        event.to_string()
    };
    let before = fetched(&order_updated("A1", "u-1", 77), json!("2026-12-01"));
    stack.publish(&[before]).await;
    let less = fetched(&order_updated("A1", "u-2", 77), Value::Null);
    assert_eq!(end(&stack.publish(&[less]).await, "u-2"), skipped("nothing_new"));
    let changed = fetched(&order_updated("A1", "u-3", 78), Value::Null);
    assert_eq!(end(&stack.publish(&[changed]).await, "u-3"), None);
    let texts = texts(&stack);
    assert!(texts.len() == 2 && texts[1].contains("instead of 77"), "{texts:?}");
    stack.stop().await;
}

/// The event as it is, with these members of its `data`, and so long ago.
fn changed(line: &str, data: Value, ago: SignedDuration) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    for (name, value) in data.as_object().expect("members") {
        event["data"][name] = value.clone();
    }
    event["time"] = json!((Timestamp::now() - ago).to_string());
    event.to_string()
}
