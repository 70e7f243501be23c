//! What happens to a batch after the function's response.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use local::lambda::Invocation;
use local::mapping::sqs::QueueMapping;
use serde_json::json;

use super::{body, mapping, message_id, queue_with, retrying_queue_with, start};
use crate::support::function::{error, failures, function, gated, responding, returning, success};
use crate::support::responses::{EMPTY, MALFORMED};
use crate::support::services::Services;
use crate::support::wait::until;

// with-sqs: "When Lambda reads a batch, the messages stay in the queue but are hidden for the
// length of the queue's visibility timeout. If your function successfully processes all messages
// in the batch, Lambda deletes the messages from the queue."
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_hidden_while_the_function_works_and_deleted_after_its_response() {
    let (services, queue) = queue_with(&["a"]).await;
    let (function, gate) = gated();
    let mapping = start(&services, mapping(&queue), &function);
    function.wait_for_invocations(1).await;
    assert_eq!(services.counts(&queue).await, (0, 1));
    assert_eq!(services.calls("DeleteMessageBatch"), 0);
    gate.add_permits(1);
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
}

// errors: "all messages in that batch become visible in the queue again by default"; with-sqs:
// after the visibility timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_error_brings_the_whole_batch_back_after_the_visibility_timeout() {
    let (services, queue) = retrying_queue_with(&["a", "b"]).await;
    let function = returning(vec![error(), success()]);
    let batching = QueueMapping { window: Duration::from_millis(300), ..mapping(&queue) };
    let mapping = start(&services, batching, &function);
    services.wait_until_empty(&queue).await;
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
async fn only_the_messages_that_the_response_names_stay() {
    let (services, queue) = retrying_queue_with(&["a", "b", "c"]).await;
    let function = function(|number, event| async move {
        match number {
            0 => failures(&[&message_id(&event, "b")]),
            _ => success(),
        }
    });
    let batching = QueueMapping { window: Duration::from_millis(300), ..mapping(&queue) };
    let mapping = start(&services, batching, &function);
    function.wait_for_invocations(2).await;
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    let batches = function.batches(body);
    assert_eq!(batches[0].len(), 3);
    assert_eq!(batches[1..], [["b"]]);
}

// errors, "Success and failure conditions".
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_or_null_response_is_a_complete_success() {
    let services = Services::start().await;
    for (number, answer) in EMPTY.into_iter().enumerate() {
        let queue = services.queue(&format!("work-{number}"), []).await;
        services.send(&queue, &["a", "b"]).await;
        let function = responding(answer);
        let mapping = start(&services, mapping(&queue), &function);
        services.wait_until_empty(&queue).await;
        mapping.stop().await;
    }
}

// errors, "Success and failure conditions".
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_response_is_a_complete_failure() {
    let services = Services::start().await;
    for (number, answer) in MALFORMED.into_iter().enumerate() {
        let queue = services.queue(&format!("work-{number}"), []).await;
        services.send(&queue, &["a", "b"]).await;
        let function = responding(answer);
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
async fn without_report_batch_item_failures_any_response_is_a_success() {
    let (services, queue) = queue_with(&["a"]).await;
    let function = function(|_, event| async move { failures(&[&message_id(&event, "a")]) });
    let ignoring = QueueMapping { report_batch_item_failures: false, ..mapping(&queue) };
    let mapping = start(&services, ignoring, &function);
    services.wait_until_empty(&queue).await;
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
    let function = returning(vec![error()]);
    let mapping = start(&services, mapping(&queue), &function);
    let message = services.wait_for_message(&dead).await;
    mapping.stop().await;
    assert_eq!(message.body(), Some("poison"));
    assert_eq!(function.events().len(), 2);
}

/// Not a rule of AWS, but what makes the others worth something: what is received is either
/// deleted or comes back, whatever the function does.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_function_fails_at_every_other_batch() {
    let bodies: Vec<String> = (0..40).map(|n| format!("{n:02}")).collect();
    let texts: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let (services, queue) = retrying_queue_with(&texts).await;
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
    services.wait_until_empty(&queue).await;
    mapping.stop().await;
    let mut seen = function.batches(body).concat();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, bodies);
}
