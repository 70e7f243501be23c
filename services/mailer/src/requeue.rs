//! Requeuing with a delay.

use kit::Clock;
use kit::queue::{BatchItemOutcome, MAX_DELAY_SECONDS, OutgoingMessage, send_one};
use kit::telemetry::{Count, count};

/// The mail queue as a place to wait.
#[derive(Debug, Clone)]
pub struct DelayedRequeue {
    client: aws_sdk_sqs::Client,
    queue_url: String,
    clock: Clock,
}

impl DelayedRequeue {
    /// Requeues on the queue at `queue_url`, which must be the one that the messages come from.
    #[must_use]
    pub const fn new(client: aws_sdk_sqs::Client, queue_url: String, clock: Clock) -> Self {
        Self { client, queue_url, clock }
    }

    /// Sends a copy of `body` that is not visible before `until` (milliseconds since 1970) or for
    /// SQS's 15 minutes, whichever is sooner: what waits for longer is requeued again.
    ///
    /// `Ack` once the copy is on the queue, `Retry` if SQS did not take it. The copy's receive count
    /// is zero, so that waiting never moves a healthy mail to the dead-letter queue.
    pub async fn requeue_until(&self, body: String, until: i64) -> BatchItemOutcome {
        // Rounded up: a copy that comes a moment too soon would only be requeued again.
        let seconds = (until - self.clock.now_ms() + 999).div_euclid(1000).max(1);
        let delay = i32::try_from(seconds).unwrap_or(MAX_DELAY_SECONDS).min(MAX_DELAY_SECONDS);
        let copy = OutgoingMessage { body, delay, attributes: Vec::new() };
        // The copy before the acknowledgement: a crash in between leaves two messages rather than
        // none, and the ledger lets one of them through.
        match send_one(&self.client, &self.queue_url, copy).await {
            Ok(()) => {
                count(Count::Requeued);
                BatchItemOutcome::Ack
            }
            Err(error) => {
                tracing::warn!(%error, "not requeued; retried after the visibility timeout");
                BatchItemOutcome::Retry
            }
        }
    }
}
