//! How a delivery ends: what becomes of its message.

use kit::queue::BatchItemOutcome;
use shared::queue::dead_letter::DeadLetterCode;

use super::context::Delivery;
use super::due::Due;
use crate::backlog_watch::BacklogWatch;

/// How a delivery ends.
#[derive(Debug)]
pub enum End {
    /// Send a copy that checks for unread SES events again.
    CheckAgain {
        /// When the copy becomes visible (milliseconds since 1970).
        until: i64,
        /// The checks so far, for the copy.
        watch: BacklogWatch,
    },
    /// Send a copy that is not visible before then (milliseconds since 1970).
    Requeue {
        /// When the copy becomes visible.
        until: i64,
    },
    /// Send a copy that does nothing before the mail is due.
    WaitUntilDue(Due),
    /// Send a copy that is not visible before then (milliseconds since 1970), when SES may take mails again.
    RequeueUntilOpen {
        /// When the copy becomes visible.
        until: i64,
    },
    /// Move the message to the dead-letter queue.
    DeadLetter {
        /// The reason as a code.
        code: DeadLetterCode,
        /// The reason as a sentence.
        reason: String,
    },
    /// With this outcome of the message, and no call.
    Message(BatchItemOutcome),
}

impl End {
    /// Ends the delivery. Where SQS does not take the copy or the dead letter, the message is left to its visibility timeout.
    pub async fn of(self, delivery: &Delivery<'_>) -> BatchItemOutcome {
        match self {
            Self::CheckAgain { until, watch } => delivery.check_again(until, watch).await,
            Self::Requeue { until } => delivery.requeue_until(until).await,
            Self::WaitUntilDue(due) => delivery.wait_until_due(due).await,
            Self::RequeueUntilOpen { until } => delivery.requeue_until_open(until).await,
            Self::DeadLetter { code, reason } => delivery.dead_letter(code, reason).await,
            Self::Message(outcome) => outcome,
        }
    }
}
