//! What intake says of an event beside whether it took it, and whom one shop's settings hold up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::{EVENTS_TABLE, SHOPS_TABLE};
use serde_json::{Value, json};
use shared::queue::arrival::FORCED_AT;
use shared::queue::message::DispatchRequest;

use crate::events::confirmed;
use crate::simulated_pipeline::{INBOX, SimulatedPipeline};
use crate::support::TestStack;

/// A confirmation of an order of this shop, which happened so many hours ago.
fn event(shop: &str, order: &str, hours: i64) -> Value {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["shop"] = shop.into();
    event["time"] = (Timestamp::now() - SignedDuration::from_hours(hours)).to_string().into();
    event
}

/// Intake's answer to a publisher.
async fn publish(services: &TestStack, events: &Value) -> Result<Value, String> {
    let pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    let deadline = SystemTime::now() + pipeline.settings.intake_timeout;
    let answer = intake::handle(&pipeline.intake(), &events.to_string(), deadline).await;
    answer.map_err(|error| error.to_string())
}

/// The messages of the stored events.
async fn stored(services: &TestStack) -> Vec<DispatchRequest> {
    let scan = services.stack.dynamodb.scan().table_name(EVENTS_TABLE).send().await;
    let items = scan.expect("the table answers").items.unwrap_or_default();
    let message = |item: &std::collections::HashMap<String, AttributeValue>| {
        let packed = item["message"].as_b().expect("bytes").as_ref();
        let message = shared::outbox::unpack(packed).expect("as it was packed");
        DispatchRequest::parse(&message).expect("a dispatch request")
    };
    items.iter().map(message).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_mails_nobody_for_its_age_is_answered_with_a_warning_and_a_fresh_one_without()
{
    let services = TestStack::start().await;
    let events = json!([event("default", "W1", 24 * 30), event("default", "W2", 1)]);
    let answer = publish(&services, &events).await.expect("both are accepted");
    let warnings = answer.to_string().matches("so nobody is mailed").count();
    assert_eq!(warnings, 1, "{answer:#}");
    let fresh = publish(&services, &event("default", "W3", 1)).await.expect("accepted");
    assert!(!fresh.to_string().contains("warnings"), "{fresh:#}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_event_that_an_operator_forces_may_be_mailed_for_as_long_as_its_kind_from_then_on() {
    let services = TestStack::start().await;
    let pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    let now = pipeline.clock().now_ms();
    let event = event("default", "F1", 24 * 30);
    let notes = [(FORCED_AT, now.to_string())];
    pipeline.queues.put_with(INBOX, &event.to_string(), &notes, now);
    let batch = pipeline.queues.receive(INBOX, 10, now);
    let mut records = json!(batch);
    records[0]["eventSource"] = "aws:sqs".into();
    let payload = json!({ "Records": records }).to_string();
    let deadline = SystemTime::now() + pipeline.settings.intake_timeout;
    let answer = intake::handle(&pipeline.intake(), &payload, deadline).await.expect("an answer");
    assert_eq!(answer["batchItemFailures"], json!([]), "{answer:#}");
    let request = stored(&services).await.remove(0);
    let within = request.event.payload.kind().send_within();
    let forced = Timestamp::from_millisecond(now).expect("a time") + within;
    assert_eq!(request.send_before(), forced);
    services.stop().await;
}

/// Counts the reads of shops' settings, and fails them all if it is to.
#[derive(Default)]
struct Reads {
    count: AtomicUsize,
    fails: bool,
}

impl Faults for Reads {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let body = String::from_utf8_lossy(call.body);
        let is_one = call.operation == "GetItem" && body.contains(SHOPS_TABLE);
        self.count.fetch_add(usize::from(is_one), Ordering::SeqCst);
        (is_one && self.fails).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_no_document_hold_up_their_own_shops_events_alone() {
    let services = TestStack::start().await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = services.stack.dynamodb.put_item().table_name(SHOPS_TABLE);
    let put = put.item("shop", text("broken")).item("document", text("{"));
    let number = || AttributeValue::N("1".to_owned());
    put.item("version", number()).item("put_at", number()).send().await.expect("an answer");
    let events = json!([event("broken", "B1", 0), event("default", "B2", 0)]);
    let failed = publish(&services, &events).await.expect_err("it has to be published again");
    assert!(failed.contains("broken"), "{failed}");
    let stored = stored(&services).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].event.order.id.as_str(), "B2");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_table_does_not_answer_for_one_shop_it_is_asked_for_no_other() {
    let reads = Arc::new(Reads { fails: true, ..Reads::default() });
    let faults = Arc::clone(&reads) as _;
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let events = json!([event("north", "A1", 0), event("south", "A2", 0), event("west", "A3", 0)]);
    publish(&services, &events).await.expect_err("nothing is known of the shops");
    assert_eq!(reads.count.load(Ordering::SeqCst), 1);
    assert!(stored(&services).await.is_empty());
    services.stop().await;
}
