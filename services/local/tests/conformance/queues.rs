//! The mapping of a queue.
//!
//! Sources: [with-sqs], [errors], [scaling], [params].
//!
//! [with-sqs]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
//! [errors]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
//! [scaling]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
//! [params]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use http::StatusCode;
use local::lambda::Invocation;
use local::mapping::sqs::QueueMapping;
use local::mapping::{Answers, Mapping};
use local::resources::Queue;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::function::{Fake, answering, ending, error, failures, function, success};
use crate::support::services::{REGION, Services};
use crate::support::wait::until;

fn mapping(queue: &Queue) -> QueueMapping {
    QueueMapping {
        queue_url: queue.url.clone(),
        queue_arn: queue.arn.clone(),
        region: REGION.to_owned(),
        batch_size: 10,
        window: Duration::ZERO,
        concurrency: 1,
        answers: Answers::ReportBatchItemFailures,
    }
}

fn start(services: &Services, mapping: QueueMapping, function: &Arc<Fake>) -> Mapping {
    mapping.start(services.sqs.clone(), Arc::clone(function) as _)
}

/// A queue whose messages come back a second after they were received.
async fn short_queue(services: &Services) -> Queue {
    services.queue("work", [(QueueAttributeName::VisibilityTimeout, "1".to_owned())]).await
}

fn body(record: &Value) -> String {
    record["body"].as_str().unwrap().to_owned()
}

fn message_id(event: &Value, body: &str) -> String {
    let records = event["Records"].as_array().unwrap();
    let record = records.iter().find(|record| record["body"] == body).unwrap();
    record["messageId"].as_str().unwrap().to_owned()
}

// with-sqs, "Example standard queue message event".
#[tokio::test(flavor = "multi_thread")]
async fn the_event_has_every_field_that_lambda_gives_it() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("blue");
    let bytes =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new(*b"hi"));
    let request = services.sqs.send_message().queue_url(&queue.url).message_body("hello");
    let request = request.message_attributes("colour", text.build().unwrap());
    let sent = request.message_attributes("raw", bytes.build().unwrap()).send().await.unwrap();
    let function = answering("null");
    let mapping = start(&services, mapping(&queue), &function);

    let mut event = function.invoked(1).await.remove(0);
    let record = &mut event["Records"][0];
    assert!(record["receiptHandle"].take().as_str().is_some_and(|handle| !handle.is_empty()));
    let attributes = &mut record["attributes"];
    let sent_at = attributes["SentTimestamp"].take();
    assert!(sent_at.as_str().unwrap().parse::<u64>().is_ok(), "{sent_at}");
    let received_at = attributes["ApproximateFirstReceiveTimestamp"].take();
    assert!(received_at.as_str().unwrap() >= sent_at.as_str().unwrap());
    assert_eq!(
        event,
        json!({ "Records": [{
            "messageId": sent.message_id().unwrap(),
            "receiptHandle": null,
            "body": "hello",
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": null,
                "SenderId": attributes_sender(&event),
                "ApproximateFirstReceiveTimestamp": null,
            },
            "messageAttributes": {
                "colour": {
                    "stringValue": "blue",
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "String",
                },
                "raw": {
                    "binaryValue": "aGk=",
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "Binary",
                },
            },
            "md5OfMessageAttributes": sent.md5_of_message_attributes().unwrap(),
            "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:work",
            "awsRegion": "us-east-1",
        }]})
    );
    mapping.stop().await;
}

/// Whatever the service says: who the sender is, is its own business.
fn attributes_sender(event: &Value) -> Value {
    let sender = event["Records"][0]["attributes"]["SenderId"].clone();
    assert!(sender.is_string(), "{sender}");
    sender
}

// with-sqs: "your function is invoked … with an event that contains a batch of messages";
// params, BatchSize: "the maximum number of records in each batch".
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_has_no_more_messages_than_its_size() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a", "b", "c", "d", "e"]).await;
    let function = answering("null");
    let mapping = start(&services, QueueMapping { batch_size: 2, ..mapping(&queue) }, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    let batches = function.batches(body);
    assert!(batches.iter().all(|batch| batch.len() <= 2), "{batches:?}");
    let mut all = batches.concat();
    all.sort();
    assert_eq!(all, ["a", "b", "c", "d", "e"]);
}

// with-sqs: "When Lambda reads a batch, the messages stay in the queue but are hidden for the
// length of the queue's visibility timeout. If your function successfully processes all messages
// in the batch, Lambda deletes the messages from the queue."
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_hidden_while_the_function_works_and_deleted_after_its_answer() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a"]).await;
    let answer_now = Arc::new(Semaphore::new(0));
    let gate = Arc::clone(&answer_now);
    let function = function(move |_, _| {
        let gate = Arc::clone(&gate);
        async move {
            let _permit = gate.acquire().await.unwrap();
            success()
        }
    });
    let mapping = start(&services, mapping(&queue), &function);
    function.invoked(1).await;
    assert_eq!(services.counts(&queue).await, (0, 1));
    assert_eq!(services.calls("DeleteMessageBatch"), 0);
    answer_now.add_permits(1);
    services.drained(&queue).await;
    mapping.stop().await;
}

// errors: "all messages in that batch become visible in the queue again by default"; with-sqs:
// after the visibility timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_error_brings_the_whole_batch_back_after_the_visibility_timeout() {
    let services = Services::start().await;
    let queue = short_queue(&services).await;
    services.send(&queue, &["a", "b"]).await;
    let function = ending(vec![error(), success()]);
    let batching = QueueMapping { window: Duration::from_millis(300), ..mapping(&queue) };
    let mapping = start(&services, batching, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    let mut batches = function.batches(|record| {
        format!("{} {}", body(record), record["attributes"]["ApproximateReceiveCount"])
    });
    batches.iter_mut().for_each(|batch| batch.sort());
    assert_eq!(batches[0], [r#"a "1""#, r#"b "1""#]);
    let mut later = batches[1..].concat();
    later.sort();
    assert_eq!(later, [r#"a "2""#, r#"b "2""#]);
}

// errors, "Implementing partial batch responses": "make only the failed messages visible again".
#[tokio::test(flavor = "multi_thread")]
async fn only_the_messages_that_the_answer_names_stay() {
    let services = Services::start().await;
    let queue = short_queue(&services).await;
    services.send(&queue, &["a", "b", "c"]).await;
    let function = function(|number, event| async move {
        match number {
            0 => failures(&[&message_id(&event, "b")]),
            _ => success(),
        }
    });
    let batching = QueueMapping { window: Duration::from_millis(300), ..mapping(&queue) };
    let mapping = start(&services, batching, &function);
    function.invoked(2).await;
    services.drained(&queue).await;
    mapping.stop().await;
    let batches = function.batches(body);
    assert_eq!(batches[0].len(), 3);
    assert_eq!(batches[1..], [["b"]]);
}

// errors, "Success and failure conditions": "Lambda treats a batch as a complete success if your
// function returns any of the following: an empty batchItemFailures list, a null
// batchItemFailures list, an empty EventResponse, a null EventResponse".
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_or_null_answer_is_a_complete_success() {
    let services = Services::start().await;
    for (number, answer) in
        ["null", "{}", "", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#]
            .into_iter()
            .enumerate()
    {
        let queue = services.queue(&format!("work-{number}"), []).await;
        services.send(&queue, &["a", "b"]).await;
        let function = answering(answer);
        let mapping = start(&services, mapping(&queue), &function);
        services.drained(&queue).await;
        mapping.stop().await;
    }
}

// errors, "Success and failure conditions": "Lambda treats a batch as a complete failure if your
// function returns any of the following: an invalid JSON response, an empty string
// itemIdentifier, a null itemIdentifier, an itemIdentifier with a bad key name, an
// itemIdentifier value with a message ID that doesn't exist".
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_answer_is_a_complete_failure() {
    let services = Services::start().await;
    for (number, answer) in [
        "{not json",
        "[]",
        r#"{"batchItemFailures":"a"}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
        r#"{"batchItemFailures":[{"id":"a"}]}"#,
        r#"{"batchItemFailures":[{"itemIdentifier":"no message's id"}]}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let queue = services.queue(&format!("work-{number}"), []).await;
        services.send(&queue, &["a", "b"]).await;
        let function = answering(answer);
        let mapping = start(&services, mapping(&queue), &function);
        until("both messages received", async || {
            (function.batches(body).concat().len() == 2).then_some(())
        })
        .await;
        mapping.stop().await;
        assert_eq!(services.counts(&queue).await, (0, 2), "{answer}");
        assert_eq!(services.calls("DeleteMessageBatch"), 0, "{answer}");
    }
}

// errors: partial batch responses count only with ReportBatchItemFailures in
// FunctionResponseTypes.
#[tokio::test(flavor = "multi_thread")]
async fn without_report_batch_item_failures_any_answer_is_a_success() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a"]).await;
    let function = function(|_, event| async move { failures(&[&message_id(&event, "a")]) });
    let ignoring = QueueMapping { answers: Answers::Ignored, ..mapping(&queue) };
    let mapping = start(&services, ignoring, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    assert_eq!(function.events().len(), 1);
}

// with-sqs, "Configuring a dead-letter queue": after maxReceiveCount receives the queue moves the
// message.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_always_fails_is_redriven_after_its_last_receive() {
    let services = Services::start().await;
    let dead = services.queue("dead", []).await;
    let policy = json!({ "deadLetterTargetArn": dead.arn, "maxReceiveCount": 2 });
    let attributes = [
        (QueueAttributeName::VisibilityTimeout, "1".to_owned()),
        (QueueAttributeName::RedrivePolicy, policy.to_string()),
    ];
    let queue = services.queue("work", attributes).await;
    services.send(&queue, &["poison"]).await;
    let function = ending(vec![error()]);
    let mapping = start(&services, mapping(&queue), &function);
    let message = services.message(&dead).await;
    mapping.stop().await;
    assert_eq!(message.body(), Some("poison"));
    assert_eq!(function.events().len(), 2);
}

// with-sqs, "Batching behavior": "the batching window … expires", "the batch size is met".
#[tokio::test(flavor = "multi_thread")]
async fn a_window_gathers_what_comes_before_it_is_over() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    let function = answering("null");
    let batching = QueueMapping { window: Duration::from_secs(2), ..mapping(&queue) };
    let mapping = start(&services, batching, &function);
    services.send(&queue, &["a"]).await;
    until("the first message taken", async || {
        (services.counts(&queue).await == (0, 1)).then_some(())
    })
    .await;
    services.send(&queue, &["b", "c"]).await;
    services.drained(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(body), [["a", "b", "c"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_does_not_wait_for_its_window_and_may_be_larger_than_one_receive() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    let bodies: Vec<String> = (0..12).map(|n| format!("{n:02}")).collect();
    services.send(&queue, &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let function = answering("null");
    let window = Duration::from_secs(300);
    let mapping =
        start(&services, QueueMapping { batch_size: 12, window, ..mapping(&queue) }, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(body), [bodies]);
}

// with-sqs, "Batching behavior": "the payload size reaches 6 MB".
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_holds_no_more_than_six_megabytes() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    let large = "x".repeat(250_000);
    services.send(&queue, &[large.as_str(); 30]).await;
    let function = answering("null");
    let (batch_size, window) = (30, Duration::from_secs(5));
    let patient = QueueMapping { batch_size, window, ..mapping(&queue) };
    let mapping = start(&services, patient, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    let sizes: Vec<usize> = function.batches(body).iter().map(Vec::len).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 30);
    assert!(sizes.iter().all(|size| size * large.len() <= 6 * 1024 * 1024), "{sizes:?}");
    assert!(sizes.iter().any(|size| *size > 20), "{sizes:?}");
}

// scaling, "Configuring maximum concurrency".
#[tokio::test(flavor = "multi_thread")]
async fn no_more_batches_than_the_maximum_concurrency_are_with_the_function_at_once() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a", "b", "c", "d", "e", "f"]).await;
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counting, peak) = (Arc::clone(&now), Arc::clone(&most));
    let both_there = Arc::new(tokio::sync::Barrier::new(2));
    let function = function(move |_, _| {
        let (now, most) = (Arc::clone(&counting), Arc::clone(&peak));
        let both_there = Arc::clone(&both_there);
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            both_there.wait().await;
            now.fetch_sub(1, Ordering::SeqCst);
            success()
        }
    });
    let two = QueueMapping { batch_size: 1, concurrency: 2, ..mapping(&queue) };
    let mapping = start(&services, two, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

// DeleteMessageBatch: "the result of the action on each message is reported individually".
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_the_service_refused_in_part_is_tried_again() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a"]).await;
    let mut refused = false;
    services.fault(move |operation, body| {
        if operation != "DeleteMessageBatch" || std::mem::replace(&mut refused, true) {
            return None;
        }
        let request: Value = serde_json::from_str(body).unwrap();
        let id = &request["Entries"][0]["Id"];
        let failed = json!({ "Id": id, "Code": "InternalError", "SenderFault": false });
        Some((StatusCode::OK, json!({ "Successful": [], "Failed": [failed] }).to_string()))
    });
    let function = answering("null");
    let mapping = start(&services, mapping(&queue), &function);
    services.drained(&queue).await;
    mapping.stop().await;
    assert_eq!(services.calls("DeleteMessageBatch"), 2);
    assert_eq!(function.events().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_outlives_a_service_that_fails() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a"]).await;
    let mut left = 7;
    services.fault(move |operation, _| {
        if operation != "ReceiveMessage" || left == 0 {
            return None;
        }
        left -= 1;
        Some((StatusCode::SERVICE_UNAVAILABLE, r#"{"__type":"ServiceUnavailable"}"#.to_owned()))
    });
    let function = answering("null");
    let mapping = start(&services, mapping(&queue), &function);
    services.drained(&queue).await;
    mapping.stop().await;
    assert_eq!(function.batches(body), [["a"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_stops_settles_the_batch_that_is_under_way_and_reads_no_more() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    services.send(&queue, &["a"]).await;
    let gate = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&gate);
    let function = function(move |_, _| {
        let gate = Arc::clone(&waiting);
        async move {
            let _permit = gate.acquire().await.unwrap();
            success()
        }
    });
    let mapping = start(&services, mapping(&queue), &function);
    function.invoked(1).await;
    let stopping = tokio::spawn(mapping.stop());
    services.send(&queue, &["b"]).await;
    assert!(!stopping.is_finished());
    gate.add_permits(1);
    stopping.await.unwrap();
    assert_eq!(services.counts(&queue).await, (1, 0));
    assert_eq!(function.events().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_waits_for_messages_stops_at_once() {
    let services = Services::start().await;
    let queue = services.queue("work", []).await;
    let function = answering("null");
    let mapping = start(&services, mapping(&queue), &function);
    until("a long poll", async || (services.calls("ReceiveMessage") == 1).then_some(())).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), mapping.stop()).await;
    assert!(stopped.is_ok(), "a long poll lasts 20 s");
}

/// Not a rule of AWS, but what makes the others worth something: what is received is either
/// deleted or comes back, whatever the function does.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_function_fails_at_every_other_batch() {
    let services = Services::start().await;
    let queue = short_queue(&services).await;
    let bodies: Vec<String> = (0..40).map(|n| format!("{n:02}")).collect();
    services.send(&queue, &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let function = function(|number, event| async move {
        let first = event["Records"][0]["messageId"].as_str().unwrap().to_owned();
        match number % 4 {
            0 => error(),
            1 => failures(&[&first]),
            2 => Invocation::Answered("nonsense".into()),
            _ => success(),
        }
    });
    let two = QueueMapping { concurrency: 2, ..mapping(&queue) };
    let mapping = start(&services, two, &function);
    services.drained(&queue).await;
    mapping.stop().await;
    let mut seen = function.batches(body).concat();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, bodies);
}
