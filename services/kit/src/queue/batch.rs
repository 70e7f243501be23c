//! Partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use futures::{FutureExt, StreamExt, stream};

/// How many messages of a batch are handled at the same time: all, since the event source mappings deliver
/// at most ten.
pub const MAX_CONCURRENCY: usize = 10;

/// The outcome of a message, as reported to the event source mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchItemOutcome {
    /// Handled: the mapping deletes it.
    Ack,
    /// Not handled: SQS delivers it again after its visibility timeout, which uses up a receive.
    Retry,
}

/// Handles the items, [`MAX_CONCURRENCY`] at a time, and returns the results in the order of the items.
/// The result is `None` if the handler panicked; other items are not affected.
pub async fn run_concurrently<'a, I, T, F, Fut>(items: &'a [I], handle: F) -> Vec<Option<T>>
where
    F: Fn(&'a I) -> Fut,
    Fut: Future<Output = T>,
{
    stream::iter(items)
        // A panic must fail only its own message. If it unwound further, the whole batch would fail and
        // the healthy messages would use up receives. Asserting unwind safety is sound here, because
        // handlers share no state that a panic could leave inconsistent.
        .map(|item| AssertUnwindSafe(handle(item)).catch_unwind().map(Result::ok))
        .buffered(MAX_CONCURRENCY)
        .collect()
        .await
}

/// The response that keeps only the messages with [`BatchItemOutcome::Retry`] on the queue. `outcomes` are
/// in the order of `messages`.
#[must_use]
pub fn partial_batch_response(
    messages: &[SqsMessage],
    outcomes: &[BatchItemOutcome],
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for (message, outcome) in messages.iter().zip(outcomes) {
        if *outcome == BatchItemOutcome::Retry {
            response.add_failure(message.message_id.clone().unwrap_or_default());
        }
    }
    response
}

/// When the message was put on this queue, in milliseconds since 1970 (`SentTimestamp`). A replay puts a
/// new message on the queue; a redelivery keeps the time.
#[must_use]
pub fn sent_at(message: &SqsMessage) -> i64 {
    // Without the attribute the message counts as old, so that it cannot pass for a replay.
    message.attributes.get("SentTimestamp").and_then(|at| at.parse().ok()).unwrap_or(i64::MIN)
}
