//! Partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use futures::{FutureExt, StreamExt, stream};

/// How many messages of a batch are worked on at the same time: all of the ten that the mappings hand
/// over.
pub const MAX_CONCURRENCY: usize = 10;

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchItemOutcome {
    /// It is dealt with: the mapping deletes it.
    Ack,
    /// It comes back after its visibility timeout.
    Retry,
}

/// Handles the items, [`MAX_CONCURRENCY`] at a time, and answers in their order. A handler that panics
/// answers `None` and leaves the others alone.
pub async fn run_concurrently<'a, I, T, F, Fut>(items: &'a [I], handle: F) -> Vec<Option<T>>
where
    F: Fn(&'a I) -> Fut,
    Fut: Future<Output = T>,
{
    stream::iter(items)
        .map(|item| AssertUnwindSafe(handle(item)).catch_unwind().map(Result::ok))
        .buffered(MAX_CONCURRENCY)
        .collect()
        .await
}

/// The answer that leaves exactly the messages to be retried on the queue.
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

/// When the message was put on this queue, in milliseconds since 1970 (`SentTimestamp`). A redrive
/// and a replay set it anew; a redelivery does not.
#[must_use]
pub fn sent_at(message: &SqsMessage) -> i64 {
    message.attributes.get("SentTimestamp").and_then(|at| at.parse().ok()).unwrap_or(i64::MIN)
}
