//! Services that fail, and mappings that stop.

use std::time::Duration;

use futures::FutureExt;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, mapping, queue_with, start};
use crate::support::function::{gated, responding};
use crate::support::wait::until;

// DeleteMessageBatch: "the result of the action on each message is reported individually".
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_the_service_refused_in_part_is_tried_again() {
    let (services, queue) = queue_with(&["a"]).await;
    let mut refused = false;
    services.inject_fault(move |operation, body| {
        if operation != "DeleteMessageBatch" || std::mem::replace(&mut refused, true) {
            return None;
        }
        let request: Value = serde_json::from_str(body).unwrap();
        let id = &request["Entries"][0]["Id"];
        let failed = json!({ "Id": id, "Code": "InternalError", "SenderFault": false });
        Some((StatusCode::OK, json!({ "Successful": [], "Failed": [failed] }).to_string()))
    });
    let function = responding("null");
    let mapping = start(&services, mapping(&queue), &function);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(services.calls("DeleteMessageBatch"), 2);
    assert_eq!(function.events().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_outlives_a_service_that_fails() {
    let (services, queue) = queue_with(&["a"]).await;
    let mut left = 7;
    services.inject_fault(move |operation, _| {
        if operation != "ReceiveMessage" || left == 0 {
            return None;
        }
        left -= 1;
        Some((StatusCode::SERVICE_UNAVAILABLE, r#"{"__type":"ServiceUnavailable"}"#.to_owned()))
    });
    let function = responding("null");
    let mapping = start(&services, mapping(&queue), &function);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(body), [["a"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_stops_settles_the_batch_that_is_under_way_and_reads_no_more() {
    let (services, queue) = queue_with(&["a"]).await;
    let (function, gate) = gated();
    let mapping = start(&services, mapping(&queue), &function);
    function.wait_for_invocations(1).await;
    // Polled once, so that it is asked to stop before the batch ends: a task may begin later than that.
    let mut stopping = Box::pin(mapping.stop());
    assert!(stopping.as_mut().now_or_never().is_none());
    services.send(&queue, &["b"]).await;
    gate.add_permits(1);
    stopping.await;
    assert_eq!(services.counts(&queue).await, (1, 0));
    assert_eq!(function.events().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_waits_for_messages_stops_at_once() {
    let (services, queue) = queue_with(&[]).await;
    let function = responding("null");
    let mapping = start(&services, mapping(&queue), &function);
    until("a long poll", async || (services.calls("ReceiveMessage") == 1).then_some(())).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), mapping.stop()).await;
    assert!(stopped.is_ok(), "a long poll lasts 20 s");
}
