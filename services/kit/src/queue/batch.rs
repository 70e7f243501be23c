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
pub async fn run_concurrently<I, T, F, Fut>(items: I, handle: F) -> Vec<Option<T>>
where
    I: IntoIterator,
    F: Fn(I::Item) -> Fut,
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

/// The attribute of each copy that a function requeues: when the first of the message and its copies was put on the
/// queue, in milliseconds since 1970.
pub(super) const FIRST_SENT_AT: &str = "waybill-first-sent-at";

/// When the message was put on this queue, in milliseconds since 1970: its `SentTimestamp`, or that of the message which
/// a function requeued. A replay puts a new message on the queue; a redelivery and a requeued copy keep the time.
#[must_use]
pub fn sent_at(message: &SqsMessage) -> i64 {
    let sent = message.attributes.get("SentTimestamp").and_then(|at| at.parse().ok());
    let first = message.message_attributes.get(FIRST_SENT_AT);
    let first = first.and_then(|at| at.string_value.as_deref()?.parse().ok());
    // The earlier one: a sender of the queue can write the attribute, and nothing was queued after SQS says so.
    // Without either, the message counts as old, so that it cannot pass for a replay.
    first.into_iter().chain(sent).min().unwrap_or(i64::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_to_be_retried_stays_on_the_queue() {
        let message = |id: &str| {
            let mut message = SqsMessage::default();
            message.message_id = Some(id.to_owned());
            message
        };
        let messages = ["a", "b", "c"].map(message);
        let outcomes = [BatchItemOutcome::Retry, BatchItemOutcome::Ack, BatchItemOutcome::Retry];
        let response = partial_batch_response(&messages, &outcomes);
        let kept = response.batch_item_failures.iter().map(|failure| &*failure.item_identifier);
        assert_eq!(kept.collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn a_copy_was_sent_when_its_message_was_and_never_later_than_sqs_says() {
        let message = |sent: Option<&str>, first: Option<&str>| {
            let mut message = SqsMessage::default();
            let sent = sent.map(|at| ("SentTimestamp".to_owned(), at.to_owned()));
            message.attributes = sent.into_iter().collect();
            if let Some(at) = first {
                let attribute = message.message_attributes.entry(FIRST_SENT_AT.to_owned());
                attribute.or_default().string_value = Some(at.to_owned());
            }
            sent_at(&message)
        };
        assert_eq!(message(Some("20"), None), 20);
        assert_eq!(message(Some("20"), Some("10")), 10);
        assert_eq!(message(Some("20"), Some("30")), 20);
        assert_eq!(message(Some("20"), Some("soon")), 20);
        assert_eq!(message(None, None), i64::MIN);
    }
}
