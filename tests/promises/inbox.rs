//! Events whose publisher does not wait for the answer: from the shop's bus, from the inbox queue, and from
//! asynchronous invocations that failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use intake::{EventStore, Inbox, Intake, Publishers};
use jiff::SignedDuration;
use kit::ShopDirectory;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use local::Config;
use local::aws::calls::Service::{self, DynamoDb, Sqs};
use local::edge::faults::{Call, Fault, Faults};
use local::resources::{EVENTS_TABLE, SHOPS_TABLE};
use serde_json::{Value, json};
use shared::contract::event::MAX_BATCH_EVENTS;
use waybill_tests::chaos::fault_rates::CallPhase::{self, After, Before};

use crate::support::events::{confirmed, customer};
use crate::support::http::{invoke_asynchronously, put_on_the_bus};
use crate::support::killer::{Boundary, Killer};
use crate::support::simulated_pipeline::{
    INBOX, INBOX_DLQ, Outage as Away, Service as Absent, SimulatedPipeline,
};
use crate::support::{TestStack, config, eventually, eventually_within};

/// While it is on, every write of an event fails.
#[derive(Default)]
struct Outage(AtomicBool);

impl Outage {
    fn set(&self, is_on: bool) {
        self.0.store(is_on, Ordering::SeqCst);
    }
}

impl Faults for Outage {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_hit = call.service == DynamoDb
            && call.operation == "PutItem"
            && String::from_utf8_lossy(call.body).contains(EVENTS_TABLE);
        (is_hit && self.0.load(Ordering::SeqCst)).then_some(Fault::ServerError)
    }
}

async fn stack_with_outage() -> (TestStack, Arc<Outage>) {
    let outage = Arc::new(Outage::default());
    let faults: Arc<dyn Faults> = Arc::<Outage>::clone(&outage) as _;
    (TestStack::start_with(Config { faults, ..config() }).await, outage)
}

fn event(order: &str) -> Value {
    serde_json::from_str(&confirmed(order)).expect("JSON")
}

fn invalid(order: &str) -> Value {
    let mut event = event(order);
    event["data"]["order"]["customer"]["email"] = "no address".into();
    event
}

fn envelope(event: &Value) -> Value {
    json!({ "id": "b-1", "source": "shop", "detail-type": "order", "detail": event })
}

/// Intake with the simulated inbox queue and the stack's table.
fn intake(stack: &TestStack, pipeline: &SimulatedPipeline<'_>) -> Intake {
    let clock = pipeline.clock();
    // The outage lasts an hour: nobody waits for the SDK's retries.
    let dynamodb = stack.stack.dynamodb.config().to_builder();
    let dynamodb = dynamodb.retry_config(RetryConfig::disabled()).build();
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
    Intake {
        shops: ShopDirectory::new(dynamodb.clone(), SHOPS_TABLE.to_owned(), clock),
        store: EventStore::new(dynamodb, EVENTS_TABLE.to_owned(), 90, clock),
        publishers: Publishers::Iam,
        inbox: Inbox {
            dead_letters: DeadLetterQueue::new(pipeline.sqs(), INBOX_DLQ.to_owned(), clock),
            requeue: DelayedRequeue::new(pipeline.sqs(), INBOX.to_owned(), clock),
            clock,
        },
    }
}

/// Runs intake on the inbox queue for `time`, as its mapping does.
async fn run_inbox_for(
    stack: &TestStack,
    pipeline: &mut SimulatedPipeline<'_>,
    time: SignedDuration,
) {
    let end = pipeline.clock().now_ms() + i64::try_from(time.as_millis()).expect("hours");
    loop {
        let now = pipeline.clock().now_ms();
        let batch = pipeline.queues.receive(INBOX, pipeline.settings.intake.batch_size, now);
        if batch.is_empty() {
            match pipeline.queues.next_due(&[INBOX], now) {
                Some(due) if due < end => pipeline.skip(SignedDuration::from_millis(due - now)),
                _ => return pipeline.skip(SignedDuration::from_millis((end - now).max(0))),
            }
            continue;
        }
        let mut records = json!(batch);
        for record in records.as_array_mut().expect("messages") {
            record["eventSource"] = "aws:sqs".into();
        }
        let payload = json!({ "Records": records }).to_string();
        let deadline = SystemTime::now() + Duration::from_secs(10);
        let answer = intake::handle(&intake(stack, pipeline), &payload, deadline).await;
        let answer: SqsBatchResponse =
            serde_json::from_value(answer.expect("an answer")).expect("a batch response");
        pipeline.queues.settle(INBOX, &batch, &answer);
    }
}

async fn assert_mailed_once(stack: &TestStack, orders: &[&str]) {
    for order in orders {
        let is_mailed = async || stack.mails_to(&customer(order)) == 1;
        eventually(&format!("{order} is mailed"), is_mailed).await;
    }
    assert_eq!(stack.mails().len(), orders.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_without_the_events_table_uses_up_no_receives_and_each_event_is_mailed_once() {
    let (stack, outage) = stack_with_outage().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let bodies = [event("H1"), json!([event("H2"), event("H3")]), envelope(&event("H4"))];
    for body in &bodies {
        pipeline.queues.put(INBOX, &body.to_string(), pipeline.clock().now_ms());
    }
    outage.set(true);
    run_inbox_for(&stack, &mut pipeline, SignedDuration::from_hours(1)).await;
    assert_eq!(pipeline.queues.all(INBOX).len(), 3, "they wait");
    assert_eq!(pipeline.queues.all(INBOX_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    outage.set(false);
    run_inbox_for(&stack, &mut pipeline, SignedDuration::from_mins(2)).await;
    assert_eq!(pipeline.queues.all(INBOX).len(), 0);
    assert_mailed_once(&stack, &["H1", "H2", "H3", "H4"]).await;
    stack.stop().await;
}

/// The Events table takes so many events, and then no more.
struct TakesOnly(AtomicUsize);

impl Faults for TakesOnly {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_put = call.service == DynamoDb
            && call.operation == "PutItem"
            && String::from_utf8_lossy(call.body).contains(EVENTS_TABLE);
        let take_one = |left: usize| left.checked_sub(1);
        let is_full = || self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one).is_err();
        (is_put && is_full()).then_some(Fault::ServerError)
    }
}

/// Otherwise no round would complete any, and each would begin anew.
#[tokio::test(flavor = "multi_thread")]
async fn of_more_arrays_than_there_is_time_for_each_round_completes_some() {
    let faults = Arc::new(TakesOnly(AtomicUsize::new(30)));
    let stack =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..config() }).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for message in 0..4 {
        let events = (0..20).map(|n| event(&format!("T{message}-{n}")));
        let body = Value::from_iter(events).to_string();
        pipeline.queues.put(INBOX, &body, pipeline.clock().now_ms());
    }
    for left in [3, 2, 1, 0] {
        run_inbox_for(&stack, &mut pipeline, SignedDuration::from_secs(61)).await;
        assert_eq!(pipeline.queues.all(INBOX).len(), left);
        faults.0.store(30, Ordering::SeqCst);
    }
    assert_eq!(pipeline.queues.all(INBOX_DLQ).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_neither_be_stored_nor_requeued_stays_on_the_queue() {
    let (stack, outage) = stack_with_outage().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    pipeline.queues.put(INBOX, &event("S1").to_string(), pipeline.clock().now_ms());
    outage.set(true);
    pipeline.outages.begin(Away {
        queue: Some(INBOX),
        operation: Some("SendMessageBatch"),
        ..Away::of(Absent::Sqs)
    });
    run_inbox_for(&stack, &mut pipeline, SignedDuration::from_mins(1)).await;
    assert_eq!(pipeline.queues.all(INBOX).len(), 1, "it was not acknowledged");

    outage.set(false);
    pipeline.outages.end();
    run_inbox_for(&stack, &mut pipeline, SignedDuration::from_mins(5)).await;
    assert_mailed_once(&stack, &["S1"]).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_event_that_its_dead_letter_queue_does_not_take_stays_on_the_queue() {
    let (stack, _) = stack_with_outage().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    pipeline.queues.put(INBOX, "no JSON", pipeline.clock().now_ms());
    pipeline.outages.begin(Away { queue: Some(INBOX_DLQ), ..Away::of(Absent::Sqs) });
    run_inbox_for(&stack, &mut pipeline, SignedDuration::from_mins(1)).await;
    assert_eq!(pipeline.queues.all(INBOX).len(), 1, "it was not acknowledged");

    pipeline.outages.end();
    run_inbox_for(&stack, &mut pipeline, SignedDuration::from_mins(5)).await;
    let dead = pipeline.queues.all(INBOX_DLQ);
    assert_eq!((dead.len(), dead[0].code.as_deref()), (1, Some("unreadable")));
    stack.stop().await;
}

/// Longer than all retries of an asynchronous invocation, with the functions' processes and both ways in.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_from_the_bus_and_an_asynchronous_invocation_outlive_an_outage() {
    let (stack, outage) = stack_with_outage().await;
    outage.set(true);
    put_on_the_bus(stack.stack.address, &[event("B1")]).await;
    invoke_asynchronously(stack.stack.address, &event("B2")).await;
    let requeued = || {
        let lines = stack.output();
        lines.iter().filter(|line| line.contains("requeued until the Events table")).count()
    };
    eventually("both were tried and put back", async || requeued() >= 2).await;
    let queues = stack.stack.resources.queues.clone();
    eventually("both wait", async || stack.depth(&queues.inbox).await == 2).await;
    outage.set(false);
    // They come back a minute after they were put back.
    let is_done = async || stack.depth(&queues.inbox).await == 0;
    eventually_within(Duration::from_secs(150), "both are taken", is_done).await;
    assert_mailed_once(&stack, &["B1", "B2"]).await;
    assert_eq!(stack.depth(&queues.inbox_dlq).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_event_from_the_bus_is_dead_lettered_with_its_reason_and_its_neighbours_are_mailed()
 {
    let stack = TestStack::start().await;
    let orders = ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"];
    let mut events: Vec<Value> = orders.iter().map(|order| event(order)).collect();
    events.insert(4, invalid("N10"));
    put_on_the_bus(stack.stack.address, &events).await;
    let queues = stack.stack.resources.queues.clone();
    let started = std::time::Instant::now();
    let message = stack.receive(&queues.inbox_dlq).await;
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    let attributes = message.message_attributes.expect("attributes");
    assert_eq!(attributes["waybill-code"].string_value(), Some("invalid"));
    let reason = attributes["waybill-reason"].string_value().expect("a reason");
    assert!(reason.starts_with("/data/order/customer/email: expected"), "{reason}");
    assert!(!reason.contains("no address"), "{reason}");
    assert_mailed_once(&stack, &orders).await;
    assert_eq!(stack.depth(&queues.inbox_dlq).await, 1, "nothing else is there");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refused_message_is_kept_as_it_was_sent_and_what_is_valid_of_an_array_is_mailed() {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    stack.publish_only(&[confirmed("R1")]).await;
    let mut conflict = event("R1");
    conflict["data"]["order"]["number"] = "#other".into();
    let refused = [
        ("not json".to_owned(), "unreadable"),
        ("[]".to_owned(), "unreadable"),
        (r#"{"id":1,"id":1}"#.to_owned(), "unreadable"),
        ("{}".to_owned(), "invalid"),
        (conflict.to_string(), "conflict"),
        (json!([event("R2"), invalid("R3"), conflict]).to_string(), "invalid"),
        (envelope(&invalid("R4")).to_string(), "invalid"),
        // More than a request may hold.
        (json!(vec![event("R5"); MAX_BATCH_EVENTS + 1]).to_string(), "unreadable"),
    ];
    for (body, _) in &refused {
        stack.send(&queues.inbox, body).await;
    }
    let mut kept = Vec::new();
    for _ in &refused {
        let message = stack.receive(&queues.inbox_dlq).await;
        let code = message.message_attributes.expect("attributes")["waybill-code"].clone();
        kept.push((message.body.expect("a body"), code.string_value.expect("a code")));
    }
    let mut expected = refused.map(|(body, code)| (body, code.to_owned())).to_vec();
    kept.sort();
    expected.sort();
    assert_eq!(kept, expected);
    assert_mailed_once(&stack, &["R1", "R2"]).await;
    assert_eq!(stack.depth(&queues.inbox).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn intake_killed_before_it_stores_an_event_of_the_inbox_loses_nothing() {
    mails_each_order_once(DynamoDb, "PutItem", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn intake_killed_between_storing_an_event_of_the_inbox_and_its_deletion_mails_nothing_twice()
{
    mails_each_order_once(DynamoDb, "PutItem", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn intake_killed_before_it_moves_a_refused_event_loses_nothing() {
    mails_each_order_once(Sqs, "SendMessageBatch", Before).await;
}

async fn mails_each_order_once(service: Service, operation: &'static str, phase: CallPhase) {
    let skip = usize::from(service == DynamoDb) * 4;
    let function = "intake";
    let killer =
        Killer::new(Boundary { function, service, operation, phase, body_contains: "", skip });
    let stack = killer.start_stack().await;
    let orders = ["K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9"];
    let queues = stack.stack.resources.queues.clone();
    let mut events: Vec<Value> = orders.iter().map(|order| event(order)).collect();
    events.insert(5, invalid("K10"));
    put_on_the_bus(stack.stack.address, &events).await;
    stack.receive(&queues.inbox_dlq).await;
    assert_mailed_once(&stack, &orders).await;
    eventually("nothing is left", async || stack.depth(&queues.inbox).await == 0).await;
    assert!(killer.has_killed());
    assert_eq!(stack.mails().len(), orders.len());
    stack.stop().await;
}
