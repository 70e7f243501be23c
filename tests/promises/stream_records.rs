//! Records that the stream's mapping cannot deliver: an outage of SQS, a record on which relay crashes, and one that
//! the stream has dropped. Each event is in the sweep index too, so that the sweep delivers it, once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Function;
use local::resources::Settings;
use shared::ledger::State;
use waybill_tests::chaos::killer::kill_caller;

use crate::support::events::{customer, shipped};
use crate::support::simulated_pipeline::{
    DISPATCH, DISPATCH_DLQ, Outage, Service as Absent, SimulatedPipeline,
};
use crate::support::{TestStack, config, config_without_sweep, eventually, settings};

/// The stream is never read, as if it had dropped its records.
struct NoStream;

impl Faults for NoStream {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        (call.service == Service::DynamoDbStreams).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_six_hours_without_sqs_and_two_days_without_the_stream_the_sweep_has_passed_nothing()
{
    let stack =
        TestStack::start_with(Config { faults: Arc::new(NoStream), ..config_without_sweep() })
            .await;
    let orders: Vec<String> = (1..=40).map(|n| format!("S{n}")).collect();
    stack.publish_only(&orders.iter().map(|order| shipped(order)).collect::<Vec<_>>()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::from_hours(48));
    pipeline.outages.begin(Outage { queue: Some(DISPATCH), ..Outage::of(Absent::Sqs) });
    for _ in 0..6 {
        relay::sweep(&pipeline.relay(), i64::MAX).await.expect_err("SQS is away");
        pipeline.skip(SignedDuration::from_hours(1));
    }
    assert_eq!(pipeline.queues.all(DISPATCH_DLQ).len(), 0, "an outage is no dead letter");
    pipeline.outages.end();
    assert_eq!(pipeline.sweep().await.queued_again, orders.len());
    pipeline.run_for(SignedDuration::from_mins(15)).await;
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    stack.stop().await;
}

/// The dispatch queue takes nothing from relay for as long as it is on.
#[derive(Default)]
struct NoQueue {
    is_over: AtomicBool,
    refused: AtomicUsize,
}

impl Faults for NoQueue {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_send = *call.caller == Caller::Function("relay".to_owned())
            && call.operation == "SendMessageBatch"
            && !self.is_over.load(Ordering::SeqCst);
        is_send.then(|| {
            self.refused.fetch_add(1, Ordering::SeqCst);
            Fault::ServerError
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_failed_more_often_than_ten_times_is_delivered_once_sqs_is_back() {
    let never = Duration::from_secs(24 * 60 * 60);
    // The sweep must not repair what the stream should.
    let settings = Settings { sweep_after: never, sweep_interval: never, ..settings() };
    let faults = Arc::<NoQueue>::default();
    let config = Config { settings, faults: Arc::clone(&faults) as _, ..config() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(&[shipped("S1"), shipped("S2")]).await;
    // Three attempts of the SDK each.
    eventually("eleven attempts failed", async || faults.refused.load(Ordering::SeqCst) > 33).await;
    faults.is_over.store(true, Ordering::SeqCst);
    for order in ["S1", "S2"] {
        eventually("it is mailed", async || stack.mails_to(&customer(order)) == 1).await;
    }
    stack.stop().await;
}

/// Relay dies each time it is about to send the message of this order that a stream record carried.
struct Crash {
    order: &'static str,
    relay: OnceLock<Arc<Function>>,
    /// The sweep has read the event, and sends it next.
    is_swept: AtomicBool,
    crashes: AtomicUsize,
}

impl Faults for Crash {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_about = String::from_utf8_lossy(call.body).contains(self.order);
        let is_send = *call.caller == Caller::Function("relay".to_owned())
            && call.operation == "SendMessageBatch"
            && is_about;
        if !is_send || self.is_swept.swap(false, Ordering::SeqCst) {
            return None;
        }
        self.crashes.fetch_add(1, Ordering::SeqCst);
        assert!(kill_caller(self.relay.get()?, call.peer), "the process could not be killed");
        Some(Fault::HangUp)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let body = String::from_utf8_lossy(call.body);
        if call.operation == "BatchGetItem"
            && body.contains("waybill-events")
            && body.contains(self.order)
        {
            self.is_swept.store(true, Ordering::SeqCst);
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_on_which_relay_crashes_each_time_is_delivered_by_the_sweep_and_so_is_what_waits_behind_it()
 {
    let settings = Settings {
        sweep_after: Duration::from_secs(7),
        sweep_interval: Duration::from_secs(1),
        ..settings()
    };
    let crash = Arc::new(Crash {
        order: "CRASH-1",
        relay: OnceLock::new(),
        is_swept: AtomicBool::new(false),
        crashes: AtomicUsize::new(0),
    });
    let config = Config { settings, faults: Arc::clone(&crash) as _, ..config() };
    let stack = TestStack::start_with(config).await;
    let relay = stack.stack.functions.function("relay").expect("the function");
    assert!(crash.relay.set(relay).is_ok(), "set once");
    let orders = ["CRASH-1", "S1", "S2"];
    for order in orders {
        stack.publish_only(&[shipped(order)]).await;
    }
    for order in orders {
        eventually("it is delivered", async || {
            let items = stack.ledger_items(order).await;
            items.first().is_some_and(|item| item.state() == Some(State::Delivered))
        })
        .await;
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    assert!(crash.crashes.load(Ordering::SeqCst) > 0, "relay never crashed");
    stack.stop().await;
}
