//! Records that are skipped or discarded, and the failure destination.

use std::time::Duration;

use http::StatusCode;
use local::mapping::stream::StreamMapping;
use serde_json::{Value, json};

use super::{contains, id, mapping, sequence_number, start, stream_of, wait_for_delivery};
use crate::support::function::{error, failures, function, returning, success};
use crate::support::wait::until;

// errors, "Configuring destinations for failed invocations": the example of a record.
#[tokio::test(flavor = "multi_thread")]
async fn after_its_last_retry_a_batch_is_reported_to_the_destination_and_the_stream_continues() {
    let (services, stream) = stream_of(&["a", "b", "c"]).await;
    let queue = services.queue("failed", []).await;
    let function = returning(vec![error(), error(), error(), success()]);
    let limited = StreamMapping {
        batch_size: 2,
        maximum_retries: Some(2),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, limited, &function);
    wait_for_delivery(&function, &["a", "b", "a", "b", "a", "b", "c"]).await;
    mapping.stop().await;
    let message = services.wait_for_message(&queue).await;
    let mut message: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    let first = &function.events()[0];
    let arrival = message["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"].take();
    assert!(arrival.as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{arrival}");
    message["DDBStreamBatchInfo"]["approximateArrivalOfLastRecord"].take();
    let timestamp = message["timestamp"].take();
    assert!(timestamp.as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{timestamp}");
    assert!(message["requestContext"]["requestId"].take().is_string());
    assert_eq!(
        message,
        json!({
            "requestContext": {
                "requestId": null,
                "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:waybill-test",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 3,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
            "version": "1.0",
            "timestamp": null,
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000001-events",
                "startSequenceNumber": sequence_number(first, "a"),
                "endSequenceNumber": sequence_number(first, "b"),
                "approximateArrivalOfFirstRecord": null,
                "approximateArrivalOfLastRecord": null,
                "batchSize": 2,
                "streamArn": stream,
            },
        })
    );
}

// partial and errors: what succeeded before the reported record is not discarded.
#[tokio::test(flavor = "multi_thread")]
async fn a_discarded_batch_begins_at_the_record_that_failed() {
    let (services, stream) = stream_of(&["a", "poison", "c"]).await;
    let queue = services.queue("failed", []).await;
    let function = function(|_, event| async move {
        match contains(&event, "poison") {
            true => failures(&[&sequence_number(&event, "poison")]),
            false => success(),
        }
    });
    let limited = StreamMapping {
        maximum_retries: Some(1),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, limited, &function);
    let message = services.wait_for_message(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [vec!["a", "poison", "c"], vec!["poison", "c"]]);
    let message: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    let first = &function.events()[0];
    let info = &message["DDBStreamBatchInfo"];
    assert_eq!(info["startSequenceNumber"], sequence_number(first, "poison"));
    assert_eq!(info["endSequenceNumber"], sequence_number(first, "c"));
    assert_eq!(info["batchSize"], 2);
    assert_eq!(message["requestContext"]["approximateInvokeCount"], 2);
}

// errors, "Maximum age of record – the maximum age of a record that Lambda sends to your
// function".
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_too_old_is_discarded_and_reported() {
    let (services, stream) = stream_of(&["old"]).await;
    let queue = services.queue("failed", []).await;
    let function =
        function(
            |_, event| async move { if contains(&event, "old") { error() } else { success() } },
        );
    let aging = StreamMapping {
        maximum_age: Some(Duration::from_secs(2)),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, aging, &function);
    let message = services.wait_for_message(&queue).await;
    services.put(&["young"]).await;
    until("the young record", async || {
        function.events().last().is_some_and(|event| contains(event, "young")).then_some(())
    })
    .await;
    mapping.stop().await;
    let message: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    assert_eq!(message["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1);
}

// errors: without a destination, "Lambda discards the records and continues".
#[tokio::test(flavor = "multi_thread")]
async fn without_a_destination_a_batch_that_used_up_its_retries_is_discarded_silently() {
    let (services, stream) = stream_of(&["poison", "b"]).await;
    let function = returning(vec![error(), success()]);
    let limited = StreamMapping { batch_size: 1, maximum_retries: Some(0), ..mapping(&stream) };
    let mapping = start(&services, limited, &function);
    wait_for_delivery(&function, &["poison", "b"]).await;
    mapping.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_discarded_before_the_destination_has_its_report() {
    let (services, stream) = stream_of(&["poison", "b"]).await;
    let queue = services.queue("failed", []).await;
    let mut left = 7;
    services.inject_fault(move |operation, _| {
        if operation != "SendMessage" || left == 0 {
            return None;
        }
        left -= 1;
        Some((StatusCode::SERVICE_UNAVAILABLE, r#"{"__type":"ServiceUnavailable"}"#.to_owned()))
    });
    let function = returning(vec![error(), success()]);
    let limited = StreamMapping {
        batch_size: 1,
        maximum_retries: Some(0),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, limited, &function);
    function.wait_for_invocations(2).await;
    assert!(services.calls("SendMessage") >= 8);
    assert_eq!(services.counts(&queue).await, (1, 0));
    mapping.stop().await;
}
