//! What the publisher answers for a batch of which the bus does not take everything. The bus is a client that answers as
//! the test says, since EventBridge accepts entries one by one and the one-machine stack takes all; the dead-letter queue is
//! the stack's.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ::publisher::{MailBus, Publisher, handle};
use aws_sdk_eventbridge::config::retry::RetryConfig;
use aws_sdk_eventbridge::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use kit::Clock;
use kit::queue::{DeadLetterQueue, queue_depth};
use local::Config;
use serde_json::{Value, json};

use crate::recorder::Metrics;
use crate::support::TestStack;

/// What the bus answers for the event of the record with this number; `None`: it takes it.
type Refusal = fn(usize) -> Option<&'static str>;

/// A bus that answers calls as it was told, and keeps the numbers of the records whose events each call had.
#[derive(Clone)]
struct FakeBus {
    refusal: Refusal,
    /// Which call is answered with an error as a whole, the first is 0.
    failing_call: Option<usize>,
    calls: Arc<Mutex<Vec<Vec<usize>>>>,
}

impl FakeBus {
    fn refusing(refusal: Refusal) -> Self {
        Self { refusal, failing_call: None, calls: Arc::default() }
    }

    fn calls(&self) -> Vec<Vec<usize>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, body: &Value) -> (u16, Value) {
        let entries = body["Entries"].as_array().expect("entries");
        let numbers: Vec<usize> = entries.iter().map(number).collect();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(numbers.clone());
        if self.failing_call == Some(calls.len() - 1) {
            return (400, json!({ "__type": "AccessDeniedException" }));
        }
        let results: Vec<Value> = numbers
            .iter()
            .map(|n| match (self.refusal)(*n) {
                None => json!({ "EventId": n.to_string() }),
                Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "no" }),
            })
            .collect();
        let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
        (200, json!({ "FailedEntryCount": failed, "Entries": results }))
    }
}

/// The record's number, which is its order's id.
fn number(entry: &Value) -> usize {
    assert_eq!((&entry["EventBusName"], &entry["Source"]), (&json!("mails"), &json!("waybill")));
    let event: Value = serde_json::from_str(entry["Detail"].as_str().expect("text")).expect("JSON");
    assert_eq!(entry["DetailType"], event["type"]);
    event["data"]["order"]["id"].as_str().and_then(|id| id.parse().ok()).expect("a number")
}

impl fmt::Debug for FakeBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeBus")
    }
}

impl HttpConnector for FakeBus {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().expect("a body in memory");
        let (status, answer) = self.answer(&serde_json::from_slice(body).expect("JSON"));
        let status = status.try_into().expect("a status");
        let answer = HttpResponse::new(status, SdkBody::from(answer.to_string()));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

async fn services() -> TestStack {
    TestStack::start_with(Config { mail_events: true, ..Config::default() }).await
}

fn publisher(services: &TestStack, bus: &FakeBus) -> Publisher {
    let connector = SharedHttpConnector::new(bus.clone());
    let config = aws_sdk_eventbridge::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-2"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()));
    let dead_letters = services
        .stack
        .resources
        .queues
        .publisher_dlq
        .as_ref()
        .expect("mail events are on")
        .url
        .clone();
    Publisher {
        bus: MailBus::new(
            aws_sdk_eventbridge::Client::from_conf(config.build()),
            "mails".to_owned(),
        ),
        dead_letters: DeadLetterQueue::new(
            services.stack.sqs.clone(),
            dead_letters,
            Clock::system(),
        ),
        stack: "test".to_owned(),
    }
}

/// A record of the stream: the mail of the order with this number entered `state`.
fn record(n: usize, state: &str) -> Value {
    let keys = json!({
        "order_key": { "S": format!("default/{n}") }, "notification": { "S": "order.confirmed##customer" }
    });
    let image = json!({
        "order_key": keys["order_key"], "notification": keys["notification"],
        "state": { "S": state }, "attempt": { "N": "1" }, "since": { "N": "1795767316123" },
        "event": { "S": "shop e-1" }, "correlation_id": { "S": "c-1" }, "accepted_at": { "N": "1" },
        "send_before": { "N": "1795967316000" }, "expires_at": { "N": "1895767316" },
    });
    let change = json!({ "Keys": keys, "NewImage": image, "SequenceNumber": sequence_number(n) });
    json!({ "eventName": "MODIFY", "dynamodb": change })
}

fn sequence_number(n: usize) -> String {
    format!("{}", 100_000_000_000_000_000_000 + n as u128)
}

fn unreadable(n: usize) -> Value {
    let mut record = record(n, "sent");
    record["dynamodb"]["NewImage"] = json!({});
    record
}

fn failed_from(n: usize) -> Value {
    json!({ "batchItemFailures": [{ "itemIdentifier": sequence_number(n) }] })
}

fn none_failed() -> Value {
    json!({ "batchItemFailures": [] })
}

async fn answer(services: &TestStack, bus: &FakeBus, records: &[Value]) -> Value {
    let payload = json!({ "Records": records });
    handle(&publisher(services, bus), &payload).await.expect("an answer")
}

async fn dead_letters(services: &TestStack) -> u64 {
    let queue = services.stack.resources.queues.publisher_dlq.as_ref();
    let queue = &queue.expect("mail events are on").url;
    queue_depth(&services.stack.sqs, queue).await.expect("SQS answers").total()
}

fn sent(count: usize) -> Vec<Value> {
    (1..=count).map(|n| record(n, "sent")).collect()
}

#[tokio::test]
async fn a_batch_is_published_in_calls_of_ten_in_the_order_of_the_stream() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = services().await;
    let bus = FakeBus::refusing(|_| None);
    let mut records = sent(25);
    // Nothing to tell: they take no place in a call.
    records.insert(5, record(26, "planned"));
    records.insert(7, record(27, "sending"));
    assert_eq!(answer(&services, &bus, &records).await, none_failed());
    let expected: [Vec<usize>; 3] = [(1..=10).collect(), (11..=20).collect(), (21..=25).collect()];
    assert_eq!(bus.calls(), expected);
    assert_eq!((metrics.count("Published"), metrics.count("DeadLettered")), (25.0, 0.0));
    services.stop().await;
}

#[tokio::test]
async fn the_first_record_whose_event_the_bus_did_not_take_is_named_and_nothing_after_it_is_tried()
{
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = services().await;
    for code in ["InternalFailure", "ThrottlingException", "AccessDeniedException"] {
        let refusal: Refusal = match code {
            "InternalFailure" => |n| matches!(n, 14 | 17).then_some("InternalFailure"),
            "ThrottlingException" => |n| matches!(n, 14 | 17).then_some("ThrottlingException"),
            _ => |n| matches!(n, 14 | 17).then_some("AccessDeniedException"),
        };
        let bus = FakeBus::refusing(refusal);
        assert_eq!(answer(&services, &bus, &sent(30)).await, failed_from(14), "{code}");
        assert_eq!(bus.calls().len(), 2, "{code}");
        assert_eq!(metrics.count("Published"), 13.0, "{code}");
    }
    assert_eq!(dead_letters(&services).await, 0, "it may pass");
    services.stop().await;
}

#[tokio::test]
async fn a_call_that_fails_as_a_whole_is_repeated_from_its_first_record() {
    let services = services().await;
    let bus = FakeBus { failing_call: Some(1), ..FakeBus::refusing(|_| None) };
    assert_eq!(answer(&services, &bus, &sent(30)).await, failed_from(11));
    assert_eq!(bus.calls().len(), 2);
    services.stop().await;
}

#[tokio::test]
async fn an_event_that_the_bus_never_takes_becomes_a_dead_letter_and_keeps_no_other_one() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = services().await;
    let bus = FakeBus::refusing(|n| (n == 3).then_some("MalformedDetail"));
    assert_eq!(answer(&services, &bus, &sent(12)).await, none_failed());
    assert_eq!((metrics.count("Published"), metrics.count("DeadLettered")), (11.0, 1.0));
    assert_eq!(dead_letters(&services).await, 1);
    services.stop().await;
}

#[tokio::test]
async fn what_comes_before_an_unreadable_record_is_published_before_that_is_set_aside() {
    let services = services().await;
    let records = [record(1, "sent"), unreadable(2), record(3, "sent")];
    let bus = FakeBus::refusing(|_| None);
    assert_eq!(answer(&services, &bus, &records).await, none_failed());
    assert_eq!(bus.calls(), [[1], [3]]);
    assert_eq!(dead_letters(&services).await, 1);
    // With the bus away, the stream is read again from the record before it: a dead letter now would be there twice.
    let bus = FakeBus { failing_call: Some(0), ..bus };
    bus.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    assert_eq!(answer(&services, &bus, &records).await, failed_from(1));
    assert_eq!(dead_letters(&services).await, 1);
    services.stop().await;
}

#[tokio::test]
async fn an_unreadable_record_is_not_passed_without_its_dead_letter() {
    let services = services().await;
    let bus = FakeBus::refusing(|_| None);
    let mut publisher = publisher(&services, &bus);
    let nowhere = format!("{}/no-such-queue", services.stack.url());
    publisher.dead_letters =
        DeadLetterQueue::new(services.stack.sqs.clone(), nowhere, Clock::system());
    let payload = json!({ "Records": [record(1, "sent"), unreadable(2), record(3, "sent")] });
    assert_eq!(handle(&publisher, &payload).await.expect("an answer"), failed_from(2));
    assert_eq!(bus.calls(), [[1]]);
    services.stop().await;
}

#[tokio::test]
async fn a_batch_without_news_calls_nothing_and_what_is_no_batch_is_an_error() {
    let services = services().await;
    let bus = FakeBus::refusing(|_| None);
    assert_eq!(answer(&services, &bus, &[]).await, none_failed());
    assert_eq!(answer(&services, &bus, &[record(1, "planned")]).await, none_failed());
    assert_eq!(bus.calls(), [[0; 0]; 0]);
    let error = handle(&publisher(&services, &bus), &json!({})).await.expect_err("no batch");
    assert!(error.to_string().contains("Records"), "{error}");
    services.stop().await;
}
