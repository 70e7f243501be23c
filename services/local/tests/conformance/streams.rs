//! The mapping of a DynamoDB stream.
//!
//! Sources: [with-ddb], [errors], [partial], [params], [filter].
//!
//! [with-ddb]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
//! [errors]: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
//! [partial]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
//! [params]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
//! [filter]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use local::mapping::stream::{
    Clients, EventName, Filter, OnFailure, StartingPosition, StreamMapping,
};
use local::mapping::{Answers, Backoff, Mapping};
use serde_json::{Value, json};

use crate::support::function::{Fake, answering, ending, error, failures, function, success};
use crate::support::services::{REGION, Services};
use crate::support::wait::until;

fn mapping(stream_arn: &str) -> StreamMapping {
    StreamMapping {
        stream_arn: stream_arn.to_owned(),
        region: REGION.to_owned(),
        starting_position: StartingPosition::TrimHorizon,
        filter: Filter::All,
        batch_size: 100,
        window: Duration::ZERO,
        answers: Answers::ReportBatchItemFailures,
        on_failure: OnFailure::Retry,
        maximum_retries: None,
        maximum_age: None,
        failure_destination: None,
        idle_pause: Duration::from_millis(10),
        retry_pause: Backoff {
            first: Duration::from_millis(1),
            longest: Duration::from_millis(10),
        },
        checkpoint_file: None,
    }
}

fn start(services: &Services, mapping: StreamMapping, function: &Arc<Fake>) -> Mapping {
    let clients = Clients { streams: services.streams.clone(), sqs: services.sqs.clone() };
    mapping.start(clients, Arc::clone(function) as _).unwrap()
}

fn id(record: &Value) -> String {
    record["dynamodb"]["Keys"]["id"]["S"].as_str().unwrap().to_owned()
}

fn sequence_number(event: &Value, wanted: &str) -> String {
    let records = event["Records"].as_array().unwrap();
    let record = records.iter().find(|record| id(record) == wanted).unwrap();
    record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned()
}

fn holds(event: &Value, wanted: &str) -> bool {
    event["Records"].as_array().unwrap().iter().any(|record| id(record) == wanted)
}

/// Waits until these ids, in this order, are what the function was given first, each once.
async fn delivered(function: &Fake, ids: &[&str]) {
    until(&format!("{ids:?} delivered"), async || {
        (function.batches(id).concat() == ids).then_some(())
    })
    .await;
}

// with-ddb, "Example DynamoDB Streams event".
#[tokio::test(flavor = "multi_thread")]
async fn the_event_has_every_field_that_lambda_gives_it() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a"]).await;
    let function = answering("null");
    let mapping = start(&services, mapping(&stream), &function);
    let mut event = function.invoked(1).await.remove(0);
    let record = &mut event["Records"][0];
    assert!(record["eventID"].take().is_string());
    assert!(record["dynamodb"]["ApproximateCreationDateTime"].take().is_number());
    assert!(record["dynamodb"]["SizeBytes"].take().is_number());
    let number = record["dynamodb"]["SequenceNumber"].take();
    assert!(number.as_str().is_some_and(|number| number.len() >= 21), "{number}");
    assert_eq!(
        event,
        json!({ "Records": [{
            "eventID": null,
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": null,
                "Keys": { "id": { "S": "a" } },
                "NewImage": { "id": { "S": "a" } },
                "SequenceNumber": null,
                "SizeBytes": null,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": stream,
        }]})
    );
    mapping.stop().await;
}

// with-ddb: "Lambda … invokes your function synchronously with an event that contains stream
// records"; params, BatchSize; errors: "in order" per shard.
#[tokio::test(flavor = "multi_thread")]
async fn records_come_in_order_and_no_more_at_once_than_the_batch_size() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c", "d", "e"]).await;
    let function = answering("null");
    let mapping = start(&services, StreamMapping { batch_size: 2, ..mapping(&stream) }, &function);
    services.put(&["f", "g"]).await;
    delivered(&function, &["a", "b", "c", "d", "e", "f", "g"]).await;
    mapping.stop().await;
    assert!(function.batches(id).iter().all(|batch| batch.len() <= 2));
}

// with-ddb, "Polling and batching streams": one concurrent invocation a shard, without a
// parallelization factor.
#[tokio::test(flavor = "multi_thread")]
async fn one_batch_of_a_shard_is_with_the_function_at_a_time() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c"]).await;
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counting, peak) = (Arc::clone(&now), Arc::clone(&most));
    let function = function(move |_, _| {
        let (now, most) = (Arc::clone(&counting), Arc::clone(&peak));
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
            success()
        }
    });
    let mapping = start(&services, StreamMapping { batch_size: 1, ..mapping(&stream) }, &function);
    delivered(&function, &["a", "b", "c"]).await;
    mapping.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

// filter: records that do not match are discarded, and the stream goes on.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_the_filter_does_not_let_pass_never_reach_the_function() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "a"]).await;
    services.remove("a").await;
    services.put(&["c"]).await;
    let function = answering("null");
    let filter = Filter::EventName(EventName::Insert);
    let mapping = start(&services, StreamMapping { filter, ..mapping(&stream) }, &function);
    delivered(&function, &["a", "b", "c"]).await;
    mapping.stop().await;
    let names = function.batches(|record| record["eventName"].as_str().unwrap().to_owned());
    assert_eq!(names.concat(), ["INSERT"; 3]);
}

// with-ddb, "Polling and batching streams": "until it has gathered a full batch, or until the
// batching window expires".
#[tokio::test(flavor = "multi_thread")]
async fn a_window_gathers_what_comes_before_it_is_over() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a"]).await;
    let function = answering("null");
    let window = Duration::from_secs(2);
    let mapping = start(&services, StreamMapping { window, ..mapping(&stream) }, &function);
    until("the first record read", async || (services.calls("GetRecords") > 1).then_some(())).await;
    services.put(&["b", "c"]).await;
    function.invoked(1).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [["a", "b", "c"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_does_not_wait_for_its_window() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c", "d"]).await;
    let function = answering("null");
    let window = Duration::from_secs(300);
    let two = StreamMapping { batch_size: 2, window, ..mapping(&stream) };
    let mapping = start(&services, two, &function);
    delivered(&function, &["a", "b", "c", "d"]).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [["a", "b"], ["c", "d"]]);
}

// params, StartingPosition: "LATEST - process new records that are added to the stream".
#[tokio::test(flavor = "multi_thread")]
async fn from_the_latest_only_what_is_written_afterwards_is_delivered() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["old"]).await;
    let function = answering("null");
    let starting_position = StartingPosition::Latest;
    let latest = StreamMapping { starting_position, ..mapping(&stream) };
    let mapping = start(&services, latest, &function);
    until("the shard read", async || (services.calls("GetRecords") > 0).then_some(())).await;
    services.put(&["new"]).await;
    delivered(&function, &["new"]).await;
    mapping.stop().await;
}

// errors: "if your function returns an error, Lambda retries the batch until processing succeeds
// or the data expires", and nothing of the shard overtakes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_error_tries_the_whole_batch_again_before_anything_later() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c"]).await;
    let function = ending(vec![error(), error(), success()]);
    let mapping = start(&services, StreamMapping { batch_size: 2, ..mapping(&stream) }, &function);
    delivered(&function, &["a", "b", "a", "b", "a", "b", "c"]).await;
    mapping.stop().await;
}

// partial: "Lambda uses the record with the lowest sequence number as the checkpoint. Lambda then
// retries all records starting from that checkpoint."
#[tokio::test(flavor = "multi_thread")]
async fn the_lowest_sequence_number_in_the_answer_is_the_new_start() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c", "d"]).await;
    let function = function(|number, event| async move {
        match number {
            0 => failures(&[&sequence_number(&event, "d"), &sequence_number(&event, "c")]),
            _ => success(),
        }
    });
    let mapping = start(&services, mapping(&stream), &function);
    function.invoked(2).await;
    mapping.stop().await;
    assert_eq!(function.batches(id), [vec!["a", "b", "c", "d"], vec!["c", "d"]]);
}

// partial, "Success and failure conditions": "complete success if you return any of …: an empty
// batchItemFailure list, a null batchItemFailure list, an empty EventResponse, a null
// EventResponse".
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_or_null_answer_is_a_complete_success() {
    for answer in ["null", "{}", "", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#]
    {
        let services = Services::start().await;
        let stream = services.streamed_table().await;
        services.put(&["a", "b"]).await;
        let function = answering(answer);
        let one = StreamMapping { batch_size: 1, ..mapping(&stream) };
        let mapping = start(&services, one, &function);
        delivered(&function, &["a", "b"]).await;
        mapping.stop().await;
    }
}

// partial, "Success and failure conditions": "complete failure if you return any of …: an empty
// string itemIdentifier, a null itemIdentifier, an itemIdentifier with a bad key name".
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_answer_is_a_complete_failure() {
    for answer in [
        "{not json",
        r#"{"batchItemFailures":{}}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        r#"{"batchItemFailures":[{"sequenceNumber":"1"}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":"not in this batch"}]}"#,
    ] {
        let services = Services::start().await;
        let stream = services.streamed_table().await;
        services.put(&["a", "b"]).await;
        let function = answering(answer);
        let mapping = start(&services, mapping(&stream), &function);
        function.invoked(2).await;
        mapping.stop().await;
        let batches = function.batches(id);
        assert!(batches.iter().all(|batch| *batch == ["a", "b"]), "{answer}: {batches:?}");
    }
}

// partial: without ReportBatchItemFailures such answers "will not be processed by Lambda".
#[tokio::test(flavor = "multi_thread")]
async fn without_report_batch_item_failures_any_answer_is_a_success() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b"]).await;
    let function = answering("{not json");
    let answers = Answers::Ignored;
    let ignoring = StreamMapping { answers, batch_size: 1, ..mapping(&stream) };
    let mapping = start(&services, ignoring, &function);
    delivered(&function, &["a", "b"]).await;
    mapping.stop().await;
}

// errors: BisectBatchOnFunctionError "splits a failed batch into two smaller batches, isolating
// bad records"; "splitting a batch doesn't count towards the retry quota".
#[tokio::test(flavor = "multi_thread")]
async fn bisecting_isolates_the_record_that_fails_and_the_others_get_through() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    let queue = services.queue("failed", []).await;
    services.put(&["a", "b", "c", "poison", "e"]).await;
    let function =
        function(
            |_, event| async move { if holds(&event, "poison") { error() } else { success() } },
        );
    let bisecting = StreamMapping {
        on_failure: OnFailure::Bisect,
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
    let message = services.message(&queue).await;
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
async fn with_bisect_a_partial_answer_splits_the_batch_at_the_reported_record() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c", "d", "e"]).await;
    let function = function(|number, event| async move {
        match number {
            0 => failures(&[&sequence_number(&event, "b")]),
            _ => success(),
        }
    });
    let on_failure = OnFailure::Bisect;
    let bisecting = StreamMapping { on_failure, maximum_retries: Some(0), ..mapping(&stream) };
    let mapping = start(&services, bisecting, &function);
    delivered(&function, &["a", "b", "c", "d", "e", "b", "c", "d", "e"]).await;
    mapping.stop().await;
}

// errors, "Configuring destinations for failed invocations": the example of a record.
#[tokio::test(flavor = "multi_thread")]
async fn after_its_last_retry_a_batch_is_described_to_the_destination_and_the_stream_goes_on() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    let queue = services.queue("failed", []).await;
    services.put(&["a", "b", "c"]).await;
    let function = ending(vec![error(), error(), error(), success()]);
    let limited = StreamMapping {
        batch_size: 2,
        maximum_retries: Some(2),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, limited, &function);
    delivered(&function, &["a", "b", "a", "b", "a", "b", "c"]).await;
    mapping.stop().await;
    let message = services.message(&queue).await;
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

// partial and errors: what succeeded before the reported record is not part of what is given up.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_begins_at_the_record_that_failed() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    let queue = services.queue("failed", []).await;
    services.put(&["a", "poison", "c"]).await;
    let function = function(|_, event| async move {
        match holds(&event, "poison") {
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
    let message = services.message(&queue).await;
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
async fn a_record_that_has_become_too_old_is_passed_by_and_described() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    let queue = services.queue("failed", []).await;
    services.put(&["old"]).await;
    let function =
        function(|_, event| async move { if holds(&event, "old") { error() } else { success() } });
    let aging = StreamMapping {
        maximum_age: Some(Duration::from_secs(2)),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, aging, &function);
    let message = services.message(&queue).await;
    services.put(&["young"]).await;
    until("the young record", async || {
        function.events().last().is_some_and(|event| holds(event, "young")).then_some(())
    })
    .await;
    mapping.stop().await;
    let message: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    assert_eq!(message["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1);
}

// errors: without a destination, "Lambda discards the records and continues".
#[tokio::test(flavor = "multi_thread")]
async fn without_a_destination_a_batch_that_is_given_up_is_passed_by() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["poison", "b"]).await;
    let function = ending(vec![error(), success()]);
    let limited = StreamMapping { batch_size: 1, maximum_retries: Some(0), ..mapping(&stream) };
    let mapping = start(&services, limited, &function);
    delivered(&function, &["poison", "b"]).await;
    mapping.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_passed_by_before_the_destination_has_taken_its_description() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    let queue = services.queue("failed", []).await;
    services.put(&["poison", "b"]).await;
    let mut left = 7;
    services.fault(move |operation, _| {
        if operation != "SendMessage" || left == 0 {
            return None;
        }
        left -= 1;
        Some((StatusCode::SERVICE_UNAVAILABLE, r#"{"__type":"ServiceUnavailable"}"#.to_owned()))
    });
    let function = ending(vec![error(), success()]);
    let limited = StreamMapping {
        batch_size: 1,
        maximum_retries: Some(0),
        failure_destination: Some(queue.url.clone()),
        ..mapping(&stream)
    };
    let mapping = start(&services, limited, &function);
    function.invoked(2).await;
    assert!(services.calls("SendMessage") >= 8);
    assert_eq!(services.counts(&queue).await, (1, 0));
    mapping.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_outlives_a_service_that_fails_and_an_iterator_that_expires() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    let mut calls = 0;
    services.fault(move |operation, _| {
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
    let function = answering("null");
    let mapping = start(&services, StreamMapping { batch_size: 1, ..mapping(&stream) }, &function);
    services.put(&["a", "b", "c", "d", "e", "f", "g", "h"]).await;
    delivered(&function, &["a", "b", "c", "d", "e", "f", "g", "h"]).await;
    mapping.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_stops_between_tries_stops_at_once() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a"]).await;
    let function = ending(vec![error()]);
    let pause = Duration::from_secs(300);
    let retry_pause = Backoff { first: pause, longest: pause };
    let mapping = start(&services, StreamMapping { retry_pause, ..mapping(&stream) }, &function);
    function.invoked(1).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), mapping.stop()).await;
    assert!(stopped.is_ok());
}

/// One life of a stack whose tables are on the disk.
async fn life(data: &Path, stream: Option<String>, ids: &[&str], function: &Arc<Fake>) -> String {
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
async fn with_its_tables_on_the_disk_a_stream_goes_on_where_it_was() {
    let data = tempfile::tempdir().unwrap();
    let before = answering("null");
    let stream = life(data.path(), None, &["a", "b", "c"], &before).await;
    let after = answering("null");
    life(data.path(), Some(stream), &["d"], &after).await;
    assert_eq!(before.batches(id).concat(), ["a", "b", "c"]);
    assert_eq!(after.batches(id).concat(), ["d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_not_seen_through_is_delivered_again_to_the_next_mapping() {
    let services = Services::start().await;
    let stream = services.streamed_table().await;
    services.put(&["a", "b", "c"]).await;
    let data = tempfile::tempdir().unwrap();
    let checkpoint_file = Some(data.path().join("stream.json"));
    let kept = StreamMapping { checkpoint_file, batch_size: 2, ..mapping(&stream) };
    let failing = function(|_, event| async move {
        match holds(&event, "b") {
            true => failures(&[&sequence_number(&event, "b")]),
            false => success(),
        }
    });
    let first = start(&services, kept.clone(), &failing);
    failing.invoked(3).await;
    first.stop().await;
    let working = answering("null");
    let second = start(&services, kept, &working);
    delivered(&working, &["b", "c"]).await;
    second.stop().await;
}
