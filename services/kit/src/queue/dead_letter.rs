//! Moving a message to its dead-letter queue with the reason.

use aws_sdk_sqs::Client;
use shared::queue::dead_letter::{CODE, Code, FAILED_AT, KIND, ORDER_ID, REASON};
use shared::{Kind, OrderId};

use super::batch::BatchItemOutcome;
use super::send::{OutgoingMessage, send_all};
use crate::clock::Clock;
use crate::telemetry::{Count, count};

/// A message that no retry can help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its body, as it came.
    pub body: String,
    /// Why, as one word.
    pub code: Code,
    /// Why, as a sentence without personal data.
    pub reason: String,
    /// Of which order, where the body told.
    pub order_id: Option<OrderId>,
    /// Which kind of mail, where the body told.
    pub kind: Option<Kind>,
}

impl DeadLetter {
    /// Of a body that is not of its queue's contract.
    #[must_use]
    pub const fn unreadable(body: String, reason: String) -> Self {
        Self { body, code: Code::Unreadable, reason, order_id: None, kind: None }
    }
}

/// A dead-letter queue that functions write to themselves.
#[derive(Debug, Clone)]
pub struct DeadLetterQueue {
    client: Client,
    url: String,
    clock: Clock,
}

impl DeadLetterQueue {
    /// The queue at `url`.
    #[must_use]
    pub const fn new(client: Client, url: String, clock: Clock) -> Self {
        Self { client, url, clock }
    }

    /// Moves the message: `Ack` once it is in the dead-letter queue, so that a crash in between
    /// leaves it in both queues rather than in none; `Retry` when the queue did not take it.
    pub async fn move_message(&self, letter: DeadLetter) -> BatchItemOutcome {
        tracing::warn!(code = letter.code.as_str(), reason = letter.reason, "dead-lettered");
        let message = self.message(letter);
        let sent = send_all(&self.client, &self.url, vec![message]).await;
        match sent.into_iter().next() {
            Some(Ok(())) => {
                count(Count::DeadLettered);
                BatchItemOutcome::Ack
            }
            Some(Err(error)) => {
                tracing::error!(%error, "the dead-letter queue is out of reach; the message stays");
                BatchItemOutcome::Retry
            }
            None => BatchItemOutcome::Retry,
        }
    }

    fn message(&self, letter: DeadLetter) -> OutgoingMessage {
        let mut attributes = vec![
            (CODE, letter.code.as_str().to_owned()),
            (REASON, letter.reason),
            (FAILED_AT, self.clock.now_ms().to_string()),
        ];
        attributes.extend(letter.order_id.map(|id| (ORDER_ID, id.to_string())));
        attributes.extend(letter.kind.map(|kind| (KIND, kind.to_string())));
        OutgoingMessage { body: letter.body, delay: 0, attributes }
    }
}
