//! How records become batches.

use std::sync::atomic::Ordering;
use std::time::Duration;

use local::mapping::stream::StreamMapping;

use super::{id, mapping, start, stream_of, wait_for_delivery};
use crate::support::function::{counting, responding};
use crate::support::wait::until;

// with-ddb: "Lambda … invokes your function synchronously with an event that contains stream
// records"; params, BatchSize; errors: "in order" per shard.
#[tokio::test(flavor = "multi_thread")]
async fn records_come_in_order_and_no_more_at_once_than_the_batch_size() {
    let (services, stream) = stream_of(&["a", "b", "c", "d", "e"]).await;
    let function = responding("null");
    let mapping = start(&services, StreamMapping { batch_size: 2, ..mapping(&stream) }, &function);
    services.put(&["f", "g"]).await;
    wait_for_delivery(&function, &["a", "b", "c", "d", "e", "f", "g"]).await;
    mapping.stop().await;
    assert!(function.batches(id).iter().all(|batch| batch.len() <= 2));
}

// with-ddb, "Polling and batching streams": one concurrent invocation a shard, without a
// parallelization factor.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_has_one_invocation_at_a_time() {
    let (services, stream) = stream_of(&["a", "b", "c"]).await;
    let (function, most) = counting(tokio::task::yield_now);
    let mapping = start(&services, StreamMapping { batch_size: 1, ..mapping(&stream) }, &function);
    wait_for_delivery(&function, &["a", "b", "c"]).await;
    mapping.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

// with-ddb, "Polling and batching streams": "until it has gathered a full batch, or until the
// batching window expires".
#[tokio::test(flavor = "multi_thread")]
async fn a_window_gathers_what_comes_before_it_is_over() {
    let (services, stream) = stream_of(&["a"]).await;
    let function = responding("null");
    let window = Duration::from_secs(2);
    let mapping = start(&services, StreamMapping { window, ..mapping(&stream) }, &function);
    until("the first record read", async || (services.calls("GetRecords") > 1).then_some(())).await;
    services.put(&["b", "c"]).await;
    function.wait_for_invocations(1).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [["a", "b", "c"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_does_not_wait_for_its_window() {
    let (services, stream) = stream_of(&["a", "b", "c", "d"]).await;
    let function = responding("null");
    let window = Duration::from_secs(300);
    let two = StreamMapping { batch_size: 2, window, ..mapping(&stream) };
    let mapping = start(&services, two, &function);
    wait_for_delivery(&function, &["a", "b", "c", "d"]).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [["a", "b"], ["c", "d"]]);
}
