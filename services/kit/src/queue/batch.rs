//! Partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>).

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsMessage};
use futures::{FutureExt, StreamExt, stream};

/// How many messages of a batch are worked on at the same time: all of the ten that the mappings hand
/// over.
pub const AT_ONCE: usize = 10;

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It is dealt with: the mapping deletes it.
    Done,
    /// It comes back after its visibility timeout.
    Retry,
}

/// Handles the items, [`AT_ONCE`] at a time, and answers in their order. A handler that panics
/// answers `None` and leaves the others alone.
pub async fn in_parallel<'a, I, T, F, Fut>(items: &'a [I], handle: F) -> Vec<Option<T>>
where
    F: Fn(&'a I) -> Fut,
    Fut: Future<Output = T>,
{
    stream::iter(items)
        .map(|item| AssertUnwindSafe(handle(item)).catch_unwind().map(Result::ok))
        .buffered(AT_ONCE)
        .collect()
        .await
}

/// The answer that leaves exactly the messages to be retried on the queue.
#[must_use]
pub fn answer(messages: &[SqsMessage], dispositions: &[Disposition]) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for (message, disposition) in messages.iter().zip(dispositions) {
        if *disposition == Disposition::Retry {
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
