//! The dispatcher's batch against slow services: Lambda is answered in time, and what was not done waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsMessage;
use dispatcher::{Dispatcher, EventReader};
use jiff::Timestamp;
use kit::Clock;
use kit::queue::{DeadLetterQueue, DelayedRequeue, QueueDepth, queue_depth};
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::{EVENTS_TABLE, LEDGER_TABLE, Queue};
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::queue::message::DispatchRequest;

use crate::connector_support::aws;
use crate::events::confirmed;
use crate::support::{RETENTION, TestStack};

/// Shorter than deployed, and than a call to a queue that hangs: half of it is for the calls, and a quarter for the decisions.
const TIMEOUT: Duration = Duration::from_secs(6);

async fn dispatcher(services: &TestStack) -> Dispatcher {
    let sdk = aws(&services.stack.url()).await;
    let (sqs, dynamodb) = (kit::aws::sqs(&sdk), kit::aws::dynamodb(&sdk));
    let (queues, clock) = (&services.stack.resources.queues, Clock::system());
    Dispatcher {
        groups: Arc::default(),
        ledger: kit::ledger::Ledger::new(dynamodb.clone(), LEDGER_TABLE.to_owned(), RETENTION),
        events: EventReader::new(dynamodb, EVENTS_TABLE.to_owned()),
        mail_queue: queues.mail.url.clone(),
        dead_letters: DeadLetterQueue::new(sqs.clone(), queues.dispatch_dlq.url.clone(), clock),
        requeue: DelayedRequeue::new(sqs.clone(), queues.dispatch.url.clone(), clock),
        sqs,
        clock,
    }
}

/// The dispatch message of an event about this order, whose shop wants two copies.
fn message(order: &str, id: &str) -> SqsMessage {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["id"] = id.into();
    let correlation_id = CorrelationId::parse("c-1").expect("valid");
    let body = DispatchRequest::body(&event, Timestamp::now(), &correlation_id);
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["copies"] = json!(["one@shops.example", "two@shops.example"]);
    let mut message = SqsMessage::default();
    (message.message_id, message.body) = (Some(id.to_owned()), Some(body.to_string()));
    message
}

/// How many messages of a batch stay on the queue. Lambda is answered in time.
async fn kept_of(services: &TestStack, messages: &[SqsMessage]) -> usize {
    let dispatcher = dispatcher(services).await;
    let deadline = SystemTime::now() + TIMEOUT;
    let response = dispatcher::handle(&dispatcher, messages, deadline).await;
    assert!(SystemTime::now() < deadline, "Lambda would have brought the whole batch back");
    response.batch_item_failures.len()
}

async fn depth(services: &TestStack, queue: &Queue) -> QueueDepth {
    queue_depth(&services.stack.sqs, &queue.url).await.expect("SQS answers")
}

/// The mail queue takes one call. Each further one takes longer than the client waits for an attempt.
struct SlowMailQueue(AtomicUsize);

impl Faults for SlowMailQueue {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_slow = call.operation == "SendMessageBatch"
            && String::from_utf8_lossy(call.body).contains("/waybill-mail\"")
            && self.0.fetch_add(1, Ordering::SeqCst) > 0;
        is_slow.then_some(Fault::Delay(kit::aws::ATTEMPT_TIMEOUT * 2))
    }
}

#[tokio::test]
async fn of_a_batch_whose_mail_requests_a_slow_queue_takes_in_part_the_rest_waits() {
    let faults = Arc::new(SlowMailQueue(AtomicUsize::default()));
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    // Twelve mail requests: the first call holds those of three events, and one of the fourth.
    let messages: Vec<SqsMessage> =
        (0..4).map(|n| message(&format!("S{n}"), &format!("e-{n}"))).collect();
    assert_eq!(kept_of(&services, &messages).await, 0);
    let queues = &services.stack.resources.queues;
    assert_eq!(depth(&services, &queues.dispatch).await.delayed, 1);
    // The slow call may have been carried out after all.
    let sent = depth(&services, &queues.mail).await.total();
    assert!([10, 12].contains(&sent), "{sent}");
    services.stop().await;
}

/// The ledger takes its time for each call, though less than the client waits for an attempt.
struct SlowLedger;

impl Faults for SlowLedger {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_slow = ["PutItem", "Query"].contains(&call.operation);
        is_slow.then_some(Fault::Delay(kit::aws::ATTEMPT_TIMEOUT / 10))
    }
}

#[tokio::test]
async fn of_an_orders_events_those_that_a_slow_ledger_leaves_no_time_to_decide_about_wait() {
    let services =
        TestStack::start_with(Config { faults: Arc::new(SlowLedger), ..Config::default() });
    let services = services.await;
    let messages: Vec<SqsMessage> = (0..10).map(|n| message("L1", &format!("e-{n}"))).collect();
    assert_eq!(kept_of(&services, &messages).await, 0);
    let queues = &services.stack.resources.queues;
    // The first one is decided about: its three mails are asked for.
    let waiting = depth(&services, &queues.dispatch).await.delayed;
    assert!((1..=9).contains(&waiting), "{waiting}");
    assert_eq!(depth(&services, &queues.mail).await.visible, 3);
    services.stop().await;
}
