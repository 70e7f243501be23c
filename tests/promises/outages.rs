//! Outages of hours and days, simulated in seconds: the functions' code runs in this process, with a clock
//! that is ahead of the machine's.

mod away;
mod doubts;
mod failed;
mod kept;
mod old_news;
mod one_call;
mod random;
mod replays;
mod run;
mod silence;
mod sweeping;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::ses::settings::{self, Sending};
use serde_json::{Value, json};
use shared::queue::message::DispatchRequest;
use shared::{CorrelationId, Event};

use crate::support::events::{confirmed, customer, order_key, sample, shipped};
use crate::support::simulated_pipeline::{
    DISPATCH, DISPATCH_DLQ, MAIL, MAIL_DLQ, Outage, Service as Absent, SimulatedPipeline,
};
use crate::support::{TestStack, config_without_sweep};

/// Faults that a test switches on and off. Initially only reads of the stream fail.
#[derive(Default)]
struct FaultSwitches {
    stream_is_back: AtomicBool,
    tables_are_down: AtomicBool,
    ses_answers_are_lost: AtomicBool,
    ses_events_are_lost: AtomicBool,
    feedback_is_throttled: AtomicBool,
}

impl Faults for FaultSwitches {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_feedback = *call.caller == Caller::Function("feedback".to_owned());
        if is_feedback && self.feedback_is_throttled.load(Ordering::SeqCst) {
            return (call.service == Service::DynamoDb).then_some(Fault::Throttled);
        }
        let down = match call.service {
            Service::DynamoDbStreams => !self.stream_is_back.load(Ordering::SeqCst),
            Service::DynamoDb => self.tables_are_down.load(Ordering::SeqCst),
            _ => false,
        };
        down.then_some(Fault::ServerError)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_lost = self.ses_answers_are_lost.load(Ordering::SeqCst);
        (call.operation == "SendEmail" && is_lost).then_some(Fault::HangUp)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        let lost = self.ses_events_are_lost.load(Ordering::SeqCst);
        if lost { Vec::new() } else { vec![Duration::ZERO] }
    }
}

async fn stack(faults: &Arc<FaultSwitches>, account: settings::Settings) -> TestStack {
    let faults: Arc<dyn Faults> = Arc::<FaultSwitches>::clone(faults);
    TestStack::start_with(Config { faults, account, ..config_without_sweep() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_6_hours_of_paused_sending_every_mail_goes_out_once() {
    // More than one batch.
    const MAILS: usize = 12;
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    stack.stack.ses.account().change(|account| account.sending = Sending::Paused);
    for n in 0..MAILS {
        let line = confirmed(&format!("P{n}"));
        publish(&pipeline, &line);
    }
    pipeline.run_for(SignedDuration::from_hours(6)).await;
    assert_eq!(stack.mails().len(), 0);
    assert_eq!(pipeline.queues.all(MAIL).len(), MAILS, "each waits, once");
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0, "no healthy message goes to the DLQ");
    assert_eq!(pipeline.queues.max_receives(), 1, "waiting uses up no receives");

    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);
    pipeline.run_for(SignedDuration::from_mins(15)).await;
    for n in 0..MAILS {
        assert_eq!(stack.mails_to(&customer(&format!("P{n}"))), 1);
    }
    assert_eq!(pipeline.queues.all(MAIL).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_does_not_answer_uses_up_no_receives_and_loses_no_mail() {
    const MAILS: usize = 5;
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for n in 0..MAILS {
        let body = dispatch_body(&shipped(&format!("L{n}")), pipeline.clock().now());
        pipeline.queues.put(DISPATCH, &body, pipeline.clock().now_ms());
    }
    stack.stack.ses.account().change(|account| account.sending = Sending::Paused);
    pipeline.drain().await;
    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);

    // Longer than the delay after SES's refusal, and then for more attempts than SQS allows receives.
    faults.tables_are_down.store(true, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(9)).await;
    assert_eq!(pipeline.queues.all(MAIL).len(), MAILS, "each waits, once");
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    faults.tables_are_down.store(false, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(5)).await;
    for n in 0..MAILS {
        assert_eq!(stack.mails_to(&customer(&format!("L{n}"))), 1);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_does_not_answer_moves_no_event_to_the_dispatchers_dead_letter_queue() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let body = dispatch_body(&shipped("L9"), pipeline.clock().now());
    pipeline.queues.put(DISPATCH, &body, pipeline.clock().now_ms());

    // For more deliveries than SQS allows receives.
    faults.tables_are_down.store(true, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(20)).await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 1, "it waits");
    assert_eq!(pipeline.queues.all(DISPATCH_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    faults.tables_are_down.store(false, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(2)).await;
    assert_eq!(stack.mails_to(&customer("L9")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_queue_that_takes_nothing_moves_no_event_to_the_dispatchers_dead_letter_queue() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for n in 0..3 {
        let body = dispatch_body(&shipped(&format!("M{n}")), pipeline.clock().now());
        pipeline.queues.put(DISPATCH, &body, pipeline.clock().now_ms());
    }
    pipeline.outages.begin(Outage { queue: Some(MAIL), ..Outage::of(Absent::Sqs) });
    pipeline.run_for(SignedDuration::from_mins(20)).await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 3, "they wait");
    assert_eq!(pipeline.queues.all(DISPATCH_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    pipeline.outages.end();
    pipeline.run_for(SignedDuration::from_mins(2)).await;
    for n in 0..3 {
        assert_eq!(stack.mails_to(&customer(&format!("M{n}"))), 1);
    }
    stack.stop().await;
}

/// Queues an event as intake and relay do.
fn publish(pipeline: &SimulatedPipeline<'_>, line: &str) {
    let now = pipeline.clock().now();
    pipeline.queues.put(DISPATCH, &dispatch_body(line, now), now.as_millisecond());
}

fn events_key(order: &str, line: &str) -> HashMap<String, AttributeValue> {
    let json = serde_json::from_str(line).expect("JSON");
    let event = Event::parse(&json).expect("valid").reference.sort_key();
    HashMap::from([
        ("order_key".to_owned(), AttributeValue::S(order_key(order))),
        ("event".to_owned(), AttributeValue::S(event)),
    ])
}

/// An event whose mail is stale after half a day.
fn out_for_delivery(order: &str) -> String {
    let mut event = sample("1001-out");
    event["id"] = json!(format!("{order}-out"));
    event["data"]["order"]["id"] = json!(order);
    event["data"]["order"]["customer"]["email"] = json!(customer(order));
    event.to_string()
}

fn dispatch_body(line: &str, accepted_at: Timestamp) -> String {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    DispatchRequest::body(&event, accepted_at, &id)
}

fn mail_body(dispatch_body: &str) -> String {
    let request = DispatchRequest::parse(dispatch_body).expect("a valid message");
    let send_before = request.send_before();
    request.into_mail_request(send_before).to_body()
}
