//! How messages become batches.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use local::mapping::sqs::QueueMapping;

use super::{body, mapping, queue_with, start};
use crate::support::function::{counting, responding};
use crate::support::wait::until;

// with-sqs: "your function is invoked … with an event that contains a batch of messages";
// params, BatchSize: "the maximum number of records in each batch".
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_has_no_more_messages_than_its_size() {
    let (services, queue) = queue_with(&["a", "b", "c", "d", "e"]).await;
    let function = responding("null");
    let mapping = start(&services, QueueMapping { batch_size: 2, ..mapping(&queue) }, &function);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    let batches = function.batches(body);
    assert!(batches.iter().all(|batch| batch.len() <= 2), "{batches:?}");
    let mut all = batches.concat();
    all.sort();
    assert_eq!(all, ["a", "b", "c", "d", "e"]);
}

// with-sqs, "Batching behavior": "the batching window … expires", "the batch size is met".
#[tokio::test(flavor = "multi_thread")]
async fn a_window_gathers_what_comes_before_it_is_over() {
    let (services, queue) = queue_with(&[]).await;
    let function = responding("null");
    let batching = QueueMapping { window: Duration::from_secs(2), ..mapping(&queue) };
    let mapping = start(&services, batching, &function);
    services.send(&queue, &["a"]).await;
    until("the first message taken", async || {
        (services.counts(&queue).await == (0, 1)).then_some(())
    })
    .await;
    services.send(&queue, &["b", "c"]).await;
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(body), [["a", "b", "c"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_does_not_wait_for_its_window_and_may_be_larger_than_one_receive() {
    let bodies: Vec<String> = (0..12).map(|n| format!("{n:02}")).collect();
    let texts: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let (services, queue) = queue_with(&texts).await;
    let function = responding("null");
    let window = Duration::from_secs(300);
    let mapping =
        start(&services, QueueMapping { batch_size: 12, window, ..mapping(&queue) }, &function);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(body), [bodies]);
}

// with-sqs, "Batching behavior": "the payload size reaches 6 MB".
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_holds_no_more_than_six_megabytes() {
    let large = "x".repeat(250_000);
    let (services, queue) = queue_with(&[large.as_str(); 30]).await;
    let function = responding("null");
    let (batch_size, window) = (30, Duration::from_secs(5));
    let patient = QueueMapping { batch_size, window, ..mapping(&queue) };
    let mapping = start(&services, patient, &function);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    let sizes: Vec<usize> = function.batches(body).iter().map(Vec::len).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 30);
    assert!(sizes.iter().all(|size| size * large.len() <= 6 * 1024 * 1024), "{sizes:?}");
    assert!(sizes.iter().any(|size| *size > 20), "{sizes:?}");
}

// scaling, "Configuring maximum concurrency".
#[tokio::test(flavor = "multi_thread")]
async fn no_more_invocations_run_at_once_than_the_maximum_concurrency() {
    let (services, queue) = queue_with(&["a", "b", "c", "d", "e", "f"]).await;
    let both_there = Arc::new(tokio::sync::Barrier::new(2));
    let (function, most) = counting(move || {
        let both_there = Arc::clone(&both_there);
        async move {
            both_there.wait().await;
        }
    });
    let two = QueueMapping { batch_size: 1, concurrency: 2, ..mapping(&queue) };
    let mapping = start(&services, two, &function);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
}
