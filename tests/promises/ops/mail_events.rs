//! News of mails that did not reach the shop: shown and told again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_sqs::types::MessageAttributeValue;
use local::Config;
use local::aws::calls::Service;
use local::aws::clients::dynamodb_streams;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::Queue;
use serde_json::{Value, json};

use super::process::{json, wait_for_state, waybill};
use crate::support::events::confirmed;
use crate::support::{TestStack, eventually};

/// While it is on, the bus of mail events takes nothing.
#[derive(Debug, Default)]
struct BusAway(AtomicBool);

impl Faults for BusAway {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_hit = call.service == Service::EventBridge && self.0.load(Ordering::SeqCst);
        is_hit.then_some(Fault::ServerError)
    }
}

/// A stack on whose bus the mail of order A1 was told of as delivered, with a bus that can be away.
async fn told() -> (TestStack, Arc<BusAway>) {
    let away = Arc::<BusAway>::default();
    let faults: Arc<dyn Faults> = Arc::clone(&away) as _;
    let config = Config { mail_events: true, faults, ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(&[confirmed("A1")]).await;
    wait_for_state(&stack, "A1", "delivered").await;
    let is_told = || newest_event(&stack).is_some_and(|event| event["type"] == "mail.delivered");
    eventually("it is told", || async { is_told() }).await;
    (stack, away)
}

/// The ids of all events that the bus took, the oldest first.
fn ids(stack: &TestStack) -> Vec<String> {
    let bus = stack.stack.mail_bus.as_ref().expect("mail events are on");
    let mut events = bus.events();
    events.reverse();
    events.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
}

fn newest_event(stack: &TestStack) -> Option<Value> {
    let bus = stack.stack.mail_bus.as_ref().expect("mail events are on");
    bus.events().into_iter().next()
}

/// The ledger's stream, its shard, and the sequence numbers of its records.
async fn records(stack: &TestStack) -> (String, String, Vec<String>) {
    let arn = stack.stack.resources.ledger_stream_arn.clone().expect("mail events are on");
    let client = dynamodb_streams(&stack.stack.endpoints.dynamodb, "us-east-1");
    let stream = client.describe_stream().stream_arn(&arn).send().await.expect("it answers");
    let shards = stream.stream_description.expect("a stream").shards.unwrap_or_default();
    let shard = shards[0].shard_id().expect("an id").to_owned();
    let iterator = client.get_shard_iterator().stream_arn(&arn).shard_id(&shard);
    let iterator = iterator.shard_iterator_type("TRIM_HORIZON".into()).send().await;
    let iterator = iterator.expect("it answers").shard_iterator;
    let answer = client.get_records().set_shard_iterator(iterator).send().await;
    let records = answer.expect("it answers").records.unwrap_or_default();
    let numbers = records.iter().filter_map(|record| record.dynamodb()?.sequence_number());
    (arn, shard, numbers.map(str::to_owned).collect())
}

/// Lambda's report that it gave up these records.
fn report(stream: &str, shard: &str, numbers: &[String]) -> Value {
    let now = format!("{:.0}", jiff::Timestamp::now());
    json!({
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:waybill-publisher",
            "condition": "RecordAgeExceeded",
            "approximateInvokeCount": 12,
        },
        "version": "1.0",
        "timestamp": now,
        "DDBStreamBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": numbers.first(),
            "endSequenceNumber": numbers.last(),
            "approximateArrivalOfFirstRecord": now,
            "approximateArrivalOfLastRecord": now,
            "batchSize": numbers.len(),
            "streamArn": stream,
        },
    })
}

async fn with_report(stack: &TestStack, shard: Option<&str>) -> Queue {
    let (stream, own, numbers) = records(stack).await;
    let dlq = stack.stack.resources.queues.publisher_dlq.clone().expect("mail events are on");
    let body = report(&stream, shard.unwrap_or(&own), &numbers);
    stack.send(&dlq, &body.to_string()).await;
    dlq
}

fn replay(queue: &str) -> [&str; 6] {
    ["dlq", "replay", queue, "--yes", "--reason", "the bus is back"]
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_lambda_gave_up_are_read_from_the_stream_and_told_again_under_their_ids() {
    let (stack, _) = told().await;
    let before = ids(&stack);
    let dlq = with_report(&stack, None).await;
    let shown = json(&stack, &["dlq", "show", "publisher", "--body"]).await;
    let entry = &shown["entries"][0];
    assert_eq!((&entry["code"], &entry["verdict"]), (&json!("discarded"), &json!("would-publish")));
    let detail = entry["detail"].as_str().expect("a detail");
    assert!(detail.ends_with("from the ledger's stream"), "{shown:#}");
    assert!(entry["reason"].as_str().expect("a reason").contains("RecordAgeExceeded"), "{shown:#}");

    let outcome = json(&stack, &replay("publisher")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    assert_eq!(ids(&stack), [before.clone(), before].concat());
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_the_stream_has_forgotten_are_told_as_the_ledger_has_them() {
    let (stack, _) = told().await;
    let before = ids(&stack);
    // The one-machine stack's stream forgets nothing, and has nothing in a shard that is not there.
    let dlq = with_report(&stack, Some("shardId-00000000000000000000-forgotten")).await;
    let outcome = json(&stack, &replay("publisher")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    assert_eq!(ids(&stack)[before.len()..], before[before.len() - 1..], "what became of it last");
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_says_which_changes_the_bus_did_not_take_and_keeps_the_message() {
    let (stack, away) = told().await;
    let dlq = with_report(&stack, None).await;
    away.0.store(true, Ordering::SeqCst);
    let failed = waybill(&stack, &replay("publisher")).await;
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    assert!(
        failed.stdout.contains("not published, the first with the sequence number"),
        "{failed:#?}"
    );
    assert_eq!(stack.depth(&dlq).await, 1);
    away.0.store(false, Ordering::SeqCst);
    let outcome = json(&stack, &replay("publisher")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_publisher_could_not_read_is_told_once_it_can() {
    let (stack, _) = told().await;
    let before = ids(&stack);
    let dlq = stack.stack.resources.queues.publisher_dlq.clone().expect("mail events are on");
    let keys = json!({
        "order_key": { "S": "default/A1" }, "notification": { "S": "order.confirmed##customer" },
    });
    stack.send(&dlq, &keys.to_string()).await;
    let shown = json(&stack, &["dlq", "show", "publisher"]).await;
    assert_eq!(shown["entries"][0]["order_id"], "A1", "{shown:#}");
    let outcome = json(&stack, &replay("publisher")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    assert_eq!(ids(&stack)[before.len()..], before[before.len() - 1..]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_the_shops_system_did_not_take_is_put_on_the_bus_again_as_it_was() {
    let (stack, _) = told().await;
    let before = ids(&stack);
    let event = newest_event(&stack).expect("an event");
    let envelope = json!({
        "version": "0", "id": "b-1", "detail-type": event["type"], "source": "waybill",
        "account": "000000000000", "time": "2026-11-27T09:00:00Z", "region": "us-east-1",
        "resources": [], "detail": event,
    });
    let dlq = stack.stack.resources.queues.mail_hook_dlq.clone().expect("mail events are on");
    let mut call =
        stack.stack.sqs.send_message().queue_url(&dlq.url).message_body(envelope.to_string());
    for (name, value) in [
        ("ERROR_CODE", "SDK_CLIENT_ERROR"),
        ("ERROR_MESSAGE", "HTTP status 500 with payload: for Zoë Krüger"),
        ("RETRY_ATTEMPTS", "185"),
        ("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"),
    ] {
        let text = MessageAttributeValue::builder().data_type("String").string_value(value);
        call = call.message_attributes(name, text.build().expect("an attribute"));
    }
    call.send().await.expect("SQS takes it");

    let shown = json(&stack, &["dlq", "show", "mail-hook", "--body"]).await;
    let entry = &shown["entries"][0];
    assert_eq!((&entry["order_id"], &entry["kind"]), (&json!("A1"), &json!("order.confirmed")));
    assert_eq!(
        (&entry["code"], &entry["verdict"]),
        (&json!("undelivered"), &json!("would-publish"))
    );
    let reason = entry["reason"].as_str().expect("a reason");
    assert!(reason.contains("HTTP 500") && reason.contains("after 185 retries"), "{reason}");
    assert!(!shown.to_string().contains("Kr"), "{shown:#}");
    let edited = waybill(&stack, &[&replay("mail-hook")[..], &["--edit", "."]].concat()).await;
    assert_eq!(edited.code, Some(2), "{edited:#?}");

    let outcome = json(&stack, &replay("mail-hook")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    assert_eq!(newest_event(&stack), Some(event));
    assert_eq!(ids(&stack).len(), before.len() + 1);
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}
