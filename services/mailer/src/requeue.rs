//! Putting a message back with a delay.

use kit::Clock;
use kit::queue::{BatchItemOutcome, MAX_DELAY_SECONDS, OutgoingMessage, send_all};
use kit::telemetry::{Count, count};

/// The mail queue as a place to wait.
#[derive(Debug, Clone)]
pub struct DelayedRequeue {
    client: aws_sdk_sqs::Client,
    queue: String,
    clock: Clock,
}

impl DelayedRequeue {
    /// The queue at `queue`.
    #[must_use]
    pub const fn new(client: aws_sdk_sqs::Client, queue: String, clock: Clock) -> Self {
        Self { client, queue, clock }
    }

    /// Queues `body` anew, not to be received before `until` (milliseconds since 1970) or for 15
    /// minutes, whichever is sooner: what waits longer is parked again. The new message starts with
    /// a receive count of zero: waiting must not lead a healthy mail to the dead-letter queue. A
    /// crash before the old one is deleted leaves two, of which the ledger lets one through.
    pub async fn requeue_until(&self, body: String, until: i64) -> BatchItemOutcome {
        let seconds = (until - self.clock.now_ms() + 999).div_euclid(1000).max(1);
        let delay = i32::try_from(seconds).unwrap_or(MAX_DELAY_SECONDS).min(MAX_DELAY_SECONDS);
        let message = OutgoingMessage { body, delay, attributes: Vec::new() };
        match send_all(&self.client, &self.queue, vec![message]).await.into_iter().next() {
            Some(Ok(())) => {
                count(Count::Requeued);
                BatchItemOutcome::Ack
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "not parked; the message comes back");
                BatchItemOutcome::Retry
            }
            None => BatchItemOutcome::Retry,
        }
    }
}
