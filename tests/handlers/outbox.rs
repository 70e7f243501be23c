//! The sweep index, as relay's sweep and the operator's command read and change it.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use local::resources::EVENTS_TABLE;
use relay::{IndexEntry, Outbox, swept_until};
use serde_json::{Value, json};
use shared::OrderKey;
use shared::outbox::bucket;

use crate::events::{confirmed, deliver_event};
use crate::one_mail::set;
use crate::simulated_pipeline::{DISPATCH, DISPATCH_DLQ, SimulatedPipeline};
use crate::support::TestStack;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn order(id: &str) -> OrderKey {
    OrderKey::parse(&format!("default/{id}")).expect("a key")
}

/// The entries of the order's bucket at this time.
async fn entries(outbox: Outbox<'_>, id: &str, at: i64) -> Vec<IndexEntry> {
    outbox.entries(&bucket(&order(id), at), at, at).await.expect("the index answers")
}

/// As after a sweep that came so far (milliseconds since 1970): a first one would read two days.
async fn has_swept(services: &TestStack, until: i64) {
    for look in ["watermark", "watermark-of-second-look"] {
        set(services, ("#sweep", look), &json!({ "swept_until": until })).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_found_in_the_index_where_it_was_moved_and_is_unseen_until_it_is_planned() {
    let services = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    let event: Value = serde_json::from_str(&confirmed("X1")).expect("JSON");
    let deadline = std::time::SystemTime::now() + pipeline.settings.intake_timeout;
    let accepted = intake::handle(&pipeline.intake(), &event.to_string(), deadline).await;
    accepted.expect("it is accepted");
    let relay = pipeline.relay();
    let outbox = Outbox(&relay.tables);
    assert_eq!(swept_until(&relay.tables).await.expect("an answer"), None);

    let now = pipeline.clock().now_ms();
    let bucket = bucket(&order("X1"), now);
    let found = outbox.entries(&bucket, now - 60_000, now).await.expect("the index answers");
    let [entry] = &found[..] else { panic!("one event: {found:#?}") };
    assert_eq!((&*entry.order_key, entry.sweep_at), ("default/X1", entry.accepted_at));
    assert_eq!(outbox.unseen(&found).await.expect("the ledger answers"), found);

    // Swept: it is looked at again later, and how often it was swept is known.
    let later = now + 600_000;
    outbox.reschedule(entry, later).await.expect("an answer");
    let moved = entries(outbox, "X1", later).await;
    let [moved] = &moved[..] else { panic!("it has moved: {moved:#?}") };
    let sweeps = async || {
        let stored = outbox.stored(&[moved]).await.expect("an answer").remove(0);
        stored.expect("the event").sweeps
    };
    assert_eq!(sweeps().await, 1);
    // Another sweep has moved it.
    outbox.reschedule(entry, later + 1).await.expect("an answer");
    assert_eq!((entries(outbox, "X1", later).await.len(), sweeps().await), (1, 1));
    // An operator has a mail of it sent again.
    outbox.watch_again(&order("X1"), &moved.event, later + 2).await.expect("an answer");
    assert_eq!(entries(outbox, "X1", later).await, []);
    assert_eq!((entries(outbox, "X1", later + 2).await.len(), sweeps().await), (1, 0));

    deliver_event(&pipeline, &event);
    pipeline.plan().await;
    assert_eq!(outbox.unseen(&found).await.expect("the ledger answers"), []);
    has_swept(&services, now - 60_000).await;
    assert_eq!(swept_until(&relay.tables).await.expect("an answer"), Some(now - 60_000));
    pipeline.skip(HOUR);
    pipeline.sweep().await;
    let until = swept_until(&relay.tables).await.expect("an answer").expect("it has swept");
    let swept = (until - now) / 60_000;
    assert!((45..=60).contains(&swept), "{swept} minutes later");
    services.stop().await;
}

/// It would be swept for ever, or never.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_message_is_gone_becomes_a_dead_letter_of_the_sweep() {
    let services = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    let now = pipeline.clock().now_ms();
    let put = services.stack.dynamodb.put_item().table_name(EVENTS_TABLE);
    let texts = [
        ("order_key", "default/D1"),
        ("event", "shop e-1"),
        ("ledger_key", "order.confirmed##customer"),
        ("sweep_bucket", &bucket(&order("D1"), now)),
    ];
    let put = texts
        .iter()
        .fold(put, |put, (name, value)| put.item(*name, AttributeValue::S((*value).to_owned())));
    let put = ["sweep_at", "accepted_at"]
        .iter()
        .fold(put, |put, name| put.item(*name, AttributeValue::N(now.to_string())));
    put.send().await.expect("the table answers");
    has_swept(&services, now - 60_000).await;
    pipeline.skip(HOUR);
    pipeline.sweep().await;
    let dead = pipeline.queues.take_all(DISPATCH_DLQ);
    assert_eq!(dead.len(), 1);
    assert!(dead[0].body.contains("default/D1"), "{dead:#?}");
    assert!(pipeline.queues.take_all(DISPATCH).is_empty());
    services.stop().await;
}
