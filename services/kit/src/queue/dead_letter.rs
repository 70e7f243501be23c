//! Moves messages to a dead-letter queue, with the reason.

use aws_sdk_sqs::Client;
use shared::queue::dead_letter::{CODE, DeadLetterCode, FAILED_AT, KIND, ORDER_ID, REASON};
use shared::{Kind, OrderId};

use super::batch::BatchItemOutcome;
use super::send::{OutgoingMessage, send_one};
use crate::clock::Clock;
use crate::mask::without_addresses;
use crate::telemetry::{Count, count};

/// A message that can never succeed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The original body, so that a replay can send it unchanged.
    pub body: String,
    /// The reason as a code, for filters.
    pub code: DeadLetterCode,
    /// The reason as a sentence without personal data. It may quote a shop's id: what looks like an address
    /// in it is masked.
    pub reason: String,
    /// The order, if the body could be parsed.
    pub order_id: Option<OrderId>,
    /// The kind of mail, if the body could be parsed.
    pub kind: Option<Kind>,
}

impl DeadLetter {
    /// A body that violates its queue's contract.
    #[must_use]
    pub const fn unreadable(body: String, reason: String) -> Self {
        Self { body, code: DeadLetterCode::Unreadable, reason, order_id: None, kind: None }
    }
}

/// A dead-letter queue to which the functions send messages themselves.
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

    /// Sends a message to the dead-letter queue. Returns `Ack` once SQS has accepted it, otherwise `Retry`.
    /// At least once: a crash before the acknowledgement leaves the message in both queues.
    pub async fn move_message(&self, dead_letter: DeadLetter) -> BatchItemOutcome {
        let (code, reason) = (dead_letter.code.as_str(), dead_letter.reason.as_str());
        tracing::warn!(code, reason, "dead-lettered");
        // The copy before the acknowledgement: the other way round, a crash in between would lose the
        // message.
        match send_one(&self.client, &self.url, self.message(dead_letter)).await {
            Ok(()) => {
                count(Count::DeadLettered);
                BatchItemOutcome::Ack
            }
            Err(error) => {
                tracing::error!(%error, "not dead-lettered; the message stays on its queue");
                BatchItemOutcome::Retry
            }
        }
    }

    fn message(&self, dead_letter: DeadLetter) -> OutgoingMessage {
        let mut attributes = vec![
            (CODE, dead_letter.code.as_str().to_owned()),
            (REASON, without_addresses(&dead_letter.reason).into_owned()),
            (FAILED_AT, self.clock.now_ms().to_string()),
        ];
        attributes.extend(dead_letter.order_id.map(|id| (ORDER_ID, id.to_string())));
        attributes.extend(dead_letter.kind.map(|kind| (KIND, kind.to_string())));
        let attributes =
            attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        OutgoingMessage { body: dead_letter.body, delay: 0, attributes }
    }
}
