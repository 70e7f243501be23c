//! Without the stream, the sweep recovers what intake has stored.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use local::ses::settings;
use shared::OrderKey;
use shared::ledger::State;
use shared::outbox::{BUCKET_MS, bucket};

use super::{FaultSwitches, events_key, out_for_delivery, stack};
use crate::support::events::{customer, shipped};
use crate::support::simulated_pipeline::SimulatedPipeline;
use crate::support::{TestStack, eventually};

const DAY_AND_AN_HOUR: SignedDuration = SignedDuration::from_hours(25);

#[tokio::test(flavor = "multi_thread")]
async fn after_25_hours_without_the_stream_the_sweep_recovers_every_event_and_mails_once() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let orders: Vec<String> = (1..=150).map(|n| format!("W{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    stack.publish_only(&lines).await;
    // Its kind may be mailed for 12 hours only, the others' for seven days.
    let out = out_for_delivery("W-late");
    stack.publish_only(&[out]).await;

    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, DAY_AND_AN_HOUR);
    assert_eq!(pipeline.sweep().await.queued_again, 151);
    // The queue has not been read yet. The sweep cannot know that, and queues every event again.
    pipeline.skip(SignedDuration::from_mins(10));
    assert_eq!(pipeline.sweep().await.queued_again, 151);
    pipeline.drain().await;
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    let stale = stack.ledger_items("W-late").await.remove(0);
    assert_eq!((stale.state(), stale.reason.as_deref()), (Some(State::Skipped), Some("stale")));
    pipeline.skip(SignedDuration::from_hours(2));
    assert_eq!(pipeline.sweep().await.queued_again, 0, "the ledger has seen them all");

    // The stream works again and delivers every record, all of which are duplicates by now.
    faults.stream_is_back.store(true, Ordering::SeqCst);
    eventually("the dispatcher has received every event again", async || {
        let again = stack.output().iter().filter(|line| line.contains("\"duplicate\"")).count();
        again >= 151
    })
    .await;
    assert_eq!(stack.mails().len(), 150);
    stack.stop().await;
}

/// The sweep of one hour ends where that of the next begins.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_due_exactly_on_the_hour_is_swept() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let line = shipped("H1");
    stack.publish_only(std::slice::from_ref(&line)).await;
    let hour = Timestamp::now().as_millisecond().div_euclid(BUCKET_MS) * BUCKET_MS;
    let order = OrderKey::parse("default/H1").expect("valid");
    let update = stack.stack.dynamodb.update_item().table_name(local::resources::EVENTS_TABLE);
    let update = update.set_key(Some(events_key("H1", &line)));
    let update = update.update_expression("SET sweep_bucket = :bucket, sweep_at = :at");
    let update = update
        .expression_attribute_values(":bucket", AttributeValue::S(bucket(&order, hour)))
        .expression_attribute_values(":at", AttributeValue::N(hour.to_string()));
    update.send().await.expect("DynamoDB answers");

    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, DAY_AND_AN_HOUR);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(&customer("H1")), 1);
    stack.stop().await;
}

/// The events of one shard and hour may not fit into memory, so the sweep reads them in pages.
#[tokio::test(flavor = "multi_thread")]
async fn an_hour_read_in_pages_is_complete() {
    let stack = TestStack::start().await;
    let order = OrderKey::parse("default/P1").expect("valid");
    let bucket = bucket(&order, 0);
    // The page size is three, so the first page cannot end within its first millisecond and has to grow.
    let times = [0, 0, 0, 0, 0, 1, 2, 2, 2, 5, 9, 9];
    for (n, at) in times.iter().enumerate() {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let put = stack.stack.dynamodb.put_item().table_name(local::resources::EVENTS_TABLE);
        let put =
            put.item("order_key", text(&order.to_string())).item("event", text(&format!("e{n}")));
        let put = put.item("sweep_bucket", text(&bucket)).item("ledger_key", text("k"));
        let put = put.item("sweep_at", AttributeValue::N(at.to_string()));
        put.send().await.expect("DynamoDB answers");
    }
    let pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let (tables, mut from, mut seen) = (pipeline.relay().tables, 0, Vec::new());
    while from < 10 {
        let first = relay::Outbox(&tables).page(&bucket, from, 10, 3).await;
        let first = first.expect("the table answers");
        assert!(first.complete_until > from, "each page makes progress");
        assert!(
            first
                .entries
                .iter()
                .all(|entry| (from..first.complete_until).contains(&entry.sweep_at))
        );
        seen.extend(first.entries.into_iter().map(|entry| entry.sweep_at));
        from = first.complete_until;
    }
    assert_eq!(seen, times);
    stack.stop().await;
}
