//! What a delivery does next.

use kit::ledger::Item;
use kit::queue::BatchItemOutcome;
use shared::ledger::{Facts, FailReason};
use shared::queue::dead_letter::Code;

use crate::send_outcome::SendOutcome;

/// The next step of a delivery. Each step makes at most one write or one call, so that a crash
/// between two steps leaves one of the rows of the table in [`crate::delivery`].
#[derive(Debug)]
pub enum Step {
    /// Skip it, since it is no longer news.
    SkipStale,
    /// Take the lease, where these facts allow it.
    Claim(Facts),
    /// Call SES under the lease with this attempt number.
    Send {
        /// The fencing token.
        attempt: u32,
    },
    /// Record what SES answered.
    Record {
        /// The fencing token.
        attempt: u32,
        /// The answer.
        outcome: SendOutcome,
    },
    /// Record that it will never be sent.
    Fail {
        /// The fencing token.
        attempt: u32,
        /// For the ledger.
        reason: FailReason,
        /// For the dead letter, as one word.
        code: Code,
        /// For the dead letter, as a sentence.
        description: String,
    },
    /// Decide by the item that refused a claim or a record.
    HandleConflict(Box<Item>),
    /// Record that the holder of the lease is gone and nobody knows what it did.
    Expire,
    /// Claim again out of doubt, if no unread SES event may settle it.
    Resend,
    /// Record that there will be no further attempt, while an earlier one stays in doubt.
    KeepAmbiguous {
        /// The fencing token of the last attempt.
        attempt: u32,
        /// Why there will be none.
        reason: String,
    },
    /// Send a copy that is not visible before then (milliseconds since 1970), and end.
    Requeue {
        /// When it is to be received.
        until: i64,
    },
    /// Move the message to the dead-letter queue, and end.
    DeadLetter {
        /// The reason as one word.
        code: Code,
        /// The reason as a sentence.
        reason: String,
    },
    /// End.
    Finish(BatchItemOutcome),
}

impl Step {
    /// The message has done its work.
    pub const ACK: Self = Self::Finish(BatchItemOutcome::Ack);

    /// The message is received again after its visibility timeout.
    pub const RETRY: Self = Self::Finish(BatchItemOutcome::Retry);
}
