//! Partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use futures::{FutureExt, StreamExt, stream};

/// How many messages of a batch are handled at the same time: all ten that the event source mappings
/// deliver at most.
pub const MAX_CONCURRENCY: usize = 10;

/// What the event source mapping is told about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchItemOutcome {
    /// Handled: the mapping deletes it.
    Ack,
    /// Received again after its visibility timeout, which counts as one more receive.
    Retry,
}

/// Handles the items, [`MAX_CONCURRENCY`] at a time, and returns the results in their order. `None`
/// stands for a handler that panicked; the others are not affected.
pub async fn run_concurrently<'a, I, T, F, Fut>(items: &'a [I], handle: F) -> Vec<Option<T>>
where
    F: Fn(&'a I) -> Fut,
    Fut: Future<Output = T>,
{
    stream::iter(items)
        // A panic must fail its own message only; unwinding further would fail the whole batch, and
        // the healthy messages would use up receives. Handlers share nothing that a panic can break.
        .map(|item| AssertUnwindSafe(handle(item)).catch_unwind().map(Result::ok))
        .buffered(MAX_CONCURRENCY)
        .collect()
        .await
}

/// The response that leaves exactly the messages to be retried on the queue. `outcomes` are in the order
/// of `messages`.
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
