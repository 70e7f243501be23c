//! Services that fail, and mappings that stop and start again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use local::mapping::Backoff;
use local::mapping::stream::StreamMapping;

use super::{contains, id, mapping, sequence_number, start, stream_of, wait_for_delivery};
use crate::support::function::{Fake, error, failures, function, responding, returning, success};
use crate::support::services::Services;
use crate::support::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn reading_outlives_a_service_that_fails_and_an_iterator_that_expires() {
    let (services, stream) = stream_of(&[]).await;
    let mut calls = 0;
    services.inject_fault(move |operation, _| {
        if operation != "GetRecords" {
            return None;
        }
        calls += 1;
        let error = match calls {
            2..=6 => r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#,
            8 | 12 => r#"{"__type":"com.amazonaws.dynamodb.v20120810#ExpiredIteratorException"}"#,
            _ => return None,
        };
        let status =
            if calls < 7 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
        Some((status, error.to_owned()))
    });
    let function = responding("null");
    let mapping = start(&services, StreamMapping { batch_size: 1, ..mapping(&stream) }, &function);
    services.put(&["a", "b", "c", "d", "e", "f", "g", "h"]).await;
    wait_for_delivery(&function, &["a", "b", "c", "d", "e", "f", "g", "h"]).await;
    mapping.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_stops_between_attempts_stops_at_once() {
    let (services, stream) = stream_of(&["a"]).await;
    let function = returning(vec![error()]);
    let pause = Duration::from_secs(300);
    let retry_pause = Backoff { first: pause, max: pause };
    let mapping = start(&services, StreamMapping { retry_pause, ..mapping(&stream) }, &function);
    function.wait_for_invocations(1).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), mapping.stop()).await;
    assert!(stopped.is_ok());
}

/// One run of a stack whose tables are on disk.
async fn run_stack(
    data: &Path,
    stream: Option<String>,
    ids: &[&str],
    function: &Arc<Fake>,
) -> String {
    let services = Services::start_in(Some(data)).await;
    let stream = match stream {
        Some(stream) => stream,
        None => services.streamed_table().await,
    };
    let checkpoint_file = Some(data.join("stream.json"));
    let kept = StreamMapping { checkpoint_file, batch_size: 2, ..mapping(&stream) };
    let mapping = start(&services, kept, function);
    services.put(ids).await;
    until("the last record delivered", async || {
        let delivered = function.batches(id).concat();
        (delivered.last().map(String::as_str) == ids.last().copied()).then_some(())
    })
    .await;
    mapping.stop().await;
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn with_its_tables_on_disk_a_mapping_continues_after_its_checkpoint() {
    let data = tempfile::tempdir().unwrap();
    let before = responding("null");
    let stream = run_stack(data.path(), None, &["a", "b", "c"], &before).await;
    let after = responding("null");
    run_stack(data.path(), Some(stream), &["d"], &after).await;
    assert_eq!(before.batches(id).concat(), ["a", "b", "c"]);
    assert_eq!(after.batches(id).concat(), ["d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_batch_is_delivered_again_by_the_next_mapping() {
    let (services, stream) = stream_of(&["a", "b", "c"]).await;
    let data = tempfile::tempdir().unwrap();
    let checkpoint_file = Some(data.path().join("stream.json"));
    let kept = StreamMapping { checkpoint_file, batch_size: 2, ..mapping(&stream) };
    let failing = function(|_, event| async move {
        match contains(&event, "b") {
            true => failures(&[&sequence_number(&event, "b")]),
            false => success(),
        }
    });
    let first = start(&services, kept.clone(), &failing);
    failing.wait_for_invocations(3).await;
    first.stop().await;
    let working = responding("null");
    let second = start(&services, kept, &working);
    wait_for_delivery(&working, &["b", "c"]).await;
    second.stop().await;
}
