//! Moves messages to a dead-letter queue, with the reason.

use aws_sdk_sqs::Client;
use jiff::Timestamp;
use shared::queue::arrival::RECEIVED_AT;
use shared::queue::dead_letter::{CODE, DeadLetterCode, FAILED_AT, KIND, ORDER_ID, REASON, SHOP};
use shared::{Kind, OrderKey};

use super::batch::BatchItemOutcome;
use super::send::{OutgoingMessage, send_once};
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
    pub order: Option<OrderKey>,
    /// The kind of mail, if the body could be parsed.
    pub kind: Option<Kind>,
}

impl DeadLetter {
    /// A body that violates its queue's contract.
    #[must_use]
    pub const fn unreadable(body: String, reason: String) -> Self {
        Self { body, code: DeadLetterCode::Unreadable, reason, order: None, kind: None }
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
    /// At least once: a crash before the acknowledgement leaves the message in both queues. SQS is asked once: the
    /// visibility timeout is the retry.
    pub async fn move_message(&self, dead_letter: DeadLetter) -> BatchItemOutcome {
        self.move_published(dead_letter, None).await
    }

    /// As [`Self::move_message`], of a published event that arrived at `received_at`: a replay must not make it
    /// younger.
    pub async fn move_published(
        &self,
        dead_letter: DeadLetter,
        received_at: Option<Timestamp>,
    ) -> BatchItemOutcome {
        let (code, reason) = (dead_letter.code.as_str(), dead_letter.reason.clone());
        // The copy before the acknowledgement: the other way round, a crash in between would lose the
        // message.
        match send_once(&self.client, &self.url, self.message(dead_letter, received_at)).await {
            Ok(()) => {
                tracing::warn!(code, reason, "dead-lettered");
                count(Count::DeadLettered);
                BatchItemOutcome::Ack
            }
            Err(error) => {
                tracing::error!(%error, code, reason, "not dead-lettered; the message stays on its queue");
                BatchItemOutcome::Retry
            }
        }
    }

    /// The body whole, and as much of why it failed as SQS takes beside it: a body may have nearly its limit.
    fn message(&self, dead_letter: DeadLetter, received_at: Option<Timestamp>) -> OutgoingMessage {
        let mut message = OutgoingMessage { body: dead_letter.body, ..OutgoingMessage::default() };
        if let Some(at) = received_at {
            message.add_if_it_fits(RECEIVED_AT, at.as_millisecond().to_string());
        }
        message.add_if_it_fits(CODE, dead_letter.code.as_str().to_owned());
        message.add_if_it_fits(FAILED_AT, self.clock.now_ms().to_string());
        if let Some(OrderKey { shop, order_id }) = dead_letter.order {
            message.add_if_it_fits(ORDER_ID, order_id.to_string());
            message.add_if_it_fits(SHOP, shop.to_string());
        }
        if let Some(kind) = dead_letter.kind {
            message.add_if_it_fits(KIND, kind.to_string());
        }
        // Last, since it alone may be cut.
        let reason = without_addresses(&dead_letter.reason);
        let reason = &reason[..reason.floor_char_boundary(message.room_for(REASON))];
        // SQS takes no empty attribute.
        if !reason.is_empty() {
            message.add_if_it_fits(REASON, reason.to_owned());
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::send::MAX_BATCH_BYTES;

    fn message(bytes: usize, received_at: Option<Timestamp>) -> OutgoingMessage {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .build();
        let queue = DeadLetterQueue::new(Client::from_conf(config), String::new(), Clock::system());
        let dead_letter = DeadLetter {
            body: "x".repeat(bytes),
            code: DeadLetterCode::Invalid,
            reason: "ü".repeat(400),
            order: Some(OrderKey::parse("default/1001").unwrap()),
            kind: Some(Kind::OrderConfirmed),
        };
        queue.message(dead_letter, received_at)
    }

    #[test]
    fn a_body_near_the_limit_of_sqs_is_kept_whole_with_as_much_of_the_reason_as_there_is_room_for()
    {
        let names = |message: &OutgoingMessage| -> Vec<String> {
            message.attributes.iter().map(|(name, _)| name.clone()).collect()
        };
        let all = [CODE, FAILED_AT, ORDER_ID, SHOP, KIND, REASON];
        for (left, attributes) in [
            (2000, &all[..]),
            (400, &all[..]),
            (160, &all[..5]),
            (61, &all[..2]),
            (30, &all[..1]),
            (10, &[]),
            (0, &[]),
        ] {
            let message = message(MAX_BATCH_BYTES - left, None);
            assert!(message.size() <= MAX_BATCH_BYTES, "{left} left: {}", message.size());
            assert_eq!(message.body.len(), MAX_BATCH_BYTES - left);
            assert_eq!(names(&message), attributes, "{left} left");
        }
        let published = message(MAX_BATCH_BYTES - 30, Some(Timestamp::UNIX_EPOCH));
        assert_eq!(names(&published), [RECEIVED_AT], "it decides whether the mail is stale");
    }
}
