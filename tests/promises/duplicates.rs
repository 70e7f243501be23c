//! Messages, events and stream batches that are delivered more than once are mailed once.

use std::sync::Arc;

use crate::support::events::{confirmed, customer, shipped};
use crate::support::{TestStack, config, eventually};
use jiff::Timestamp;
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Invocation;
use local::resources::EVENTS_TABLE;
use local::run::publish::Answer;
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::queue::message::DispatchRequest;

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_message_delivered_twice_mails_once() {
    let stack = TestStack::start().await;
    let line = shipped("A1");
    let outcomes = stack.publish(std::slice::from_ref(&line)).await;
    let queues = &stack.stack.resources.queues;
    for _ in 0..3 {
        stack.send(&queues.dispatch, &dispatch_body(&line)).await;
    }
    stack.wait_until_terminal(&outcomes.published).await;
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_delivered_many_times_at_once_mails_once() {
    let stack = TestStack::start().await;
    let line = shipped("B1");
    let queues = &stack.stack.resources.queues;
    // Ten mail requests for one notification, beside the dispatcher's own.
    for _ in 0..10 {
        stack.send(&queues.mail, &mail_body(&line)).await;
    }
    let published = stack.publish_only(&[line]).await;
    stack.wait_until_terminal(&published).await;
    assert_eq!(stack.mails_to(&customer("B1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_and_an_id_name_an_event_within_its_order_alone() {
    let stack = TestStack::start().await;
    // Two counters that began at 1, say: no reason to refuse the second order its mail.
    let other = confirmed("B1").replace("\"B1-confirmed\"", "\"A1-confirmed\"");
    assert_ne!(other, confirmed("B1"));
    let changed = other.replace("\"#B1\"", "\"#B2\"");
    let outcomes = stack.publish(&[confirmed("A1"), other.clone(), other, changed]).await;
    let expected = [Answer::Accepted, Answer::Accepted, Answer::Duplicate, Answer::Conflict];
    assert_eq!(outcomes.answers(), expected);
    for order in ["A1", "B1"] {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    stack.stop().await;
}

/// Prevents the stack from reading its stream, so that relay receives only what the test passes to it.
struct NoStream;

impl Faults for NoStream {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        (call.service == Service::DynamoDbStreams).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_batch_delivered_twice_mails_each_order_once() {
    let stack = TestStack::start_with(Config { faults: Arc::new(NoStream), ..config() }).await;
    let orders: Vec<String> = (1..=12).map(|n| format!("S{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    let published = stack.publish_only(&lines).await;
    let batch = json!({ "Records": stream_records(&stack).await }).to_string();
    // The same batch twice, as after a lost acknowledgement.
    for _ in 0..2 {
        let answer = stack.stack.functions.invoke("relay", batch.clone().into()).await;
        let Invocation::Answered(answer) = answer else { panic!("relay failed: {answer:?}") };
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    let queues = &stack.stack.resources.queues;
    // A duplicate that is still queued could be mailed after the count.
    for queue in [&queues.dispatch, &queues.mail] {
        eventually("every copy is processed", async || stack.depth(queue).await == 0).await;
    }
    stack.wait_until_terminal(&published).await;
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    stack.stop().await;
}

/// The Events table's items as stream records
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).
async fn stream_records(stack: &TestStack) -> Vec<Value> {
    let scan = stack.stack.dynamodb.scan().table_name(EVENTS_TABLE).send().await;
    let items = scan.expect("DynamoDB answers").items.unwrap_or_default();
    let image = |item| json!(serde_dynamo::Item::from(item));
    let record = |(n, image): (usize, Value)| {
        let keys = json!({ "order_key": image["order_key"], "event": image["event"] });
        let (sequence_number, view) = (n.to_string(), "NEW_IMAGE");
        json!({
            "eventID": sequence_number, "eventName": "INSERT", "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": keys, "NewImage": image, "SequenceNumber": sequence_number,
                "StreamViewType": view,
            },
        })
    };
    items.into_iter().map(image).enumerate().map(record).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_events_with_the_same_meaning_mail_once() {
    let stack = TestStack::start().await;
    let first = confirmed("A1");
    let mut second: Value = serde_json::from_str(&first).expect("JSON");
    second["id"] = json!("A1-confirmed-by-a-restarted-backend");
    let outcomes = stack.publish(&[first, second.to_string()]).await;
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    let duplicate = outcomes.status("A1-confirmed-by-a-restarted-backend");
    assert!(duplicate.reason.as_deref().is_some_and(|r| r.starts_with("duplicate")));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_without_a_ledger_record_is_not_sent() {
    let stack = TestStack::start().await;
    let queues = &stack.stack.resources.queues;
    stack.send(&queues.mail, &mail_body(&shipped("A1"))).await;
    let message = stack.receive(&queues.mail_dlq).await;
    let code = &message.message_attributes.expect("attributes")["waybill-code"];
    assert_eq!(code.string_value(), Some("unknown"));
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_replayed_weeks_later_is_skipped_as_stale() {
    let stack = TestStack::start().await;
    let queues = &stack.stack.resources.queues;
    let three_weeks_ago = Timestamp::now() - jiff::SignedDuration::from_hours(21 * 24);
    let event: Value = serde_json::from_str(&shipped("A1")).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    let body = DispatchRequest::body(&event, three_weeks_ago, &id);
    stack.send(&queues.dispatch, &body).await;
    eventually("the ledger has it as skipped", async || {
        let ledger = stack.ledger_items("A1").await;
        ledger.iter().any(|item| item.reason.as_deref() == Some("stale"))
    })
    .await;
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

fn dispatch_body(line: &str) -> String {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    DispatchRequest::body(&event, Timestamp::now(), &id)
}

fn mail_body(line: &str) -> String {
    let request = DispatchRequest::parse(&dispatch_body(line)).expect("a valid message");
    let send_before = request.accepted_at + jiff::SignedDuration::from_hours(1);
    request.into_mail_request(send_before).to_body()
}
