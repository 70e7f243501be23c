//! What happens to a batch after the function's response.

use local::mapping::stream::StreamMapping;
use serde_json::Value;

use super::{contains, id, mapping, sequence_number, start, stream_of, wait_for_delivery};
use crate::support::function::{error, failures, function, responding, returning, success};
use crate::support::responses::{EMPTY, MALFORMED};
use crate::support::wait::until;

// errors: "if your function returns an error, Lambda retries the batch until processing succeeds
// or the data expires", and nothing of the shard overtakes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_error_retries_the_whole_batch_before_anything_later() {
    let (services, stream) = stream_of(&["a", "b", "c"]).await;
    let function = returning(vec![error(), error(), success()]);
    let mapping = start(&services, StreamMapping { batch_size: 2, ..mapping(&stream) }, &function);
    wait_for_delivery(&function, &["a", "b", "a", "b", "a", "b", "c"]).await;
    mapping.stop().await;
}

// partial: "Lambda uses the record with the lowest sequence number as the checkpoint. Lambda then
// retries all records starting from that checkpoint."
#[tokio::test(flavor = "multi_thread")]
async fn the_lowest_sequence_number_in_the_response_is_the_new_start() {
    let (services, stream) = stream_of(&["a", "b", "c", "d"]).await;
    let function = function(|number, event| async move {
        match number {
            0 => failures(&[&sequence_number(&event, "d"), &sequence_number(&event, "c")]),
            _ => success(),
        }
    });
    let mapping = start(&services, mapping(&stream), &function);
    function.wait_for_invocations(2).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [vec!["a", "b", "c", "d"], vec!["c", "d"]]);
}

// partial, "Success and failure conditions".
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_or_null_response_is_a_complete_success() {
    for answer in EMPTY {
        let (services, stream) = stream_of(&["a", "b"]).await;
        let function = responding(answer);
        let one = StreamMapping { batch_size: 1, ..mapping(&stream) };
        let mapping = start(&services, one, &function);
        wait_for_delivery(&function, &["a", "b"]).await;
        mapping.stop().await;
    }
}

// partial, "Success and failure conditions".
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_response_is_a_complete_failure() {
    for answer in MALFORMED {
        let (services, stream) = stream_of(&["a", "b"]).await;
        let function = responding(answer);
        let mapping = start(&services, mapping(&stream), &function);
        function.wait_for_invocations(2).await;
        mapping.stop().await;
        let batches = function.batches(id);
        assert!(batches.iter().all(|batch| *batch == ["a", "b"]), "{answer}: {batches:?}");
    }
}

// partial: without ReportBatchItemFailures such answers "will not be processed by Lambda".
#[tokio::test(flavor = "multi_thread")]
async fn without_report_batch_item_failures_any_response_is_a_success() {
    let (services, stream) = stream_of(&["a", "b"]).await;
    let function = responding("{not json");
    let ignoring =
        StreamMapping { report_batch_item_failures: false, batch_size: 1, ..mapping(&stream) };
    let mapping = start(&services, ignoring, &function);
    wait_for_delivery(&function, &["a", "b"]).await;
    mapping.stop().await;
}

// errors: BisectBatchOnFunctionError "splits a failed batch into two smaller batches, isolating
// bad records"; "splitting a batch doesn't count towards the retry quota".
#[tokio::test(flavor = "multi_thread")]
async fn bisecting_isolates_the_record_that_fails_and_the_others_are_delivered() {
    let (services, stream) = stream_of(&["a", "b", "c", "poison", "e"]).await;
    let queue = services.queue("failed", []).await;
    let function =
        function(
            |_, event| async move { if contains(&event, "poison") { error() } else { success() } },
        );
    let bisecting = StreamMapping {
        bisect_on_error: true,
        maximum_retries: Some(1),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, bisecting, &function);
    until("the last record delivered", async || {
        function.batches(id).iter().any(|batch| *batch == ["e"]).then_some(())
    })
    .await;
    mapping.stop().await;
    let tried: Vec<Vec<String>> = vec![
        vec!["a".into(), "b".into(), "c".into(), "poison".into(), "e".into()],
        vec!["a".into(), "b".into(), "c".into()],
        vec!["poison".into(), "e".into()],
        vec!["poison".into()],
        vec!["poison".into()],
        vec!["e".into()],
    ];
    assert_eq!(function.batches(id), tried);
    let message = services.wait_for_message(&queue).await;
    let message: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    let number = sequence_number(&function.events()[0], "poison");
    assert_eq!(message["DDBStreamBatchInfo"]["startSequenceNumber"], number);
    assert_eq!(message["DDBStreamBatchInfo"]["endSequenceNumber"], number);
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1);
}

// partial, "Bisecting a batch": "When a partial batch success response is received and both
// BisectBatchOnFunctionError and ReportBatchItemFailures are turned on, the batch is bisected at
// the returned sequence number and Lambda retries only the remaining records."
#[tokio::test(flavor = "multi_thread")]
async fn with_bisect_a_partial_response_splits_the_batch_at_the_reported_record() {
    let (services, stream) = stream_of(&["a", "b", "c", "d", "e"]).await;
    let function = function(|number, event| async move {
        match number {
            0 => failures(&[&sequence_number(&event, "b")]),
            _ => success(),
        }
    });
    let bisecting =
        StreamMapping { bisect_on_error: true, maximum_retries: Some(0), ..mapping(&stream) };
    let mapping = start(&services, bisecting, &function);
    wait_for_delivery(&function, &["a", "b", "c", "d", "e", "b", "c", "d", "e"]).await;
    mapping.stop().await;
}
