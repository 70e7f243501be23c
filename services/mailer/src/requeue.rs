//! Requeues messages with a delay.

use kit::Clock;
use kit::queue::{BatchItemOutcome, MAX_DELAY_SECONDS, OutgoingMessage, send_one};
use kit::telemetry::{Count, count};

/// Requeues messages on the mail queue.
#[derive(Debug, Clone)]
pub struct DelayedRequeue {
    client: aws_sdk_sqs::Client,
    queue_url: String,
    clock: Clock,
}

impl DelayedRequeue {
    /// `queue_url` must be the queue that the messages come from.
    #[must_use]
    pub const fn new(client: aws_sdk_sqs::Client, queue_url: String, clock: Clock) -> Self {
        Self { client, queue_url, clock }
    }

    /// Sends a copy of `body` that is not visible before `until` (milliseconds since 1970), but at most for
    /// SQS's maximum of 15 minutes. A mail that has to wait longer is requeued again.
    ///
    /// Returns `Ack` once SQS has accepted the copy, otherwise `Retry`. The copy's receive count starts at
    /// zero, so waiting never moves a healthy mail to the dead-letter queue.
    pub async fn requeue_until(&self, body: String, until: i64) -> BatchItemOutcome {
        // Rounded up: a copy that is delivered a moment too early would only be requeued again.
        let seconds = (until - self.clock.now_ms() + 999).div_euclid(1000).max(1);
        let delay = i32::try_from(seconds).unwrap_or(MAX_DELAY_SECONDS).min(MAX_DELAY_SECONDS);
        let copy = OutgoingMessage { body, delay, attributes: Vec::new() };
        // The copy before the acknowledgement: a crash in between leaves two messages rather than none, and
        // only one of them can claim.
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
