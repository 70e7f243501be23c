//! The dispatcher's batch against slow services: Lambda is answered in time, and what was not done waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_config::timeout::TimeoutConfig;
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

/// As deployed: 18 seconds are for the decisions and seven more for the mail queue, of which the calls that are answered
/// need a small part on any machine.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Longer than the invocation may take: nothing but the batch's own limits ends such a call in time.
const HANGS: Fault = Fault::Delay(Duration::from_secs(35));

/// One whose clients wait for an answer for ever.
async fn dispatcher(services: &TestStack) -> Dispatcher {
    let sdk = aws(&services.stack.url()).await.into_builder();
    let sdk = sdk.timeout_config(TimeoutConfig::disabled()).build();
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

/// The mail queue takes one call. Each further one hangs.
#[derive(Default)]
struct SlowMailQueue(AtomicUsize);

impl Faults for SlowMailQueue {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let hangs = call.operation == "SendMessageBatch"
            && String::from_utf8_lossy(call.body).contains("/waybill-mail\"")
            && self.0.fetch_add(1, Ordering::SeqCst) > 0;
        hangs.then_some(HANGS)
    }
}

#[tokio::test]
async fn of_a_batch_whose_mail_requests_a_slow_queue_takes_in_part_the_rest_waits() {
    let faults = Arc::<SlowMailQueue>::default();
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    // Twelve mail requests: the first call holds those of three events, and one of the fourth.
    let messages: Vec<SqsMessage> =
        (0..4).map(|n| message(&format!("S{n}"), &format!("e-{n}"))).collect();
    assert_eq!(kept_of(&services, &messages).await, 0);
    let queues = &services.stack.resources.queues;
    assert_eq!(depth(&services, &queues.dispatch).await.delayed, 1);
    assert_eq!(depth(&services, &queues.mail).await.total(), 10);
    services.stop().await;
}

/// The ledger takes the records of one event: its customer's, and those of two copies. Each further put hangs.
#[derive(Default)]
struct SlowLedger(AtomicUsize);

impl Faults for SlowLedger {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let hangs = call.operation == "PutItem"
            && String::from_utf8_lossy(call.body).contains("L1")
            && self.0.fetch_add(1, Ordering::SeqCst) >= 3;
        hangs.then_some(HANGS)
    }
}

#[tokio::test]
async fn of_an_orders_events_those_that_a_slow_ledger_leaves_no_time_to_decide_about_wait() {
    let faults = Arc::<SlowLedger>::default();
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let messages: Vec<SqsMessage> = (0..10).map(|n| message("L1", &format!("e-{n}"))).collect();
    assert_eq!(kept_of(&services, &messages).await, 0);
    let queues = &services.stack.resources.queues;
    // The first one is decided about: its three mails are asked for.
    assert_eq!(depth(&services, &queues.dispatch).await.delayed, 9);
    assert_eq!(depth(&services, &queues.mail).await.visible, 3);
    services.stop().await;
}
