//! What feedback depends on.

use jiff::SignedDuration;
use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};

/// The feedback function's dependencies.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// Records the outcome of each mail.
    pub ledger: Ledger,
    /// The feedback queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// Puts events that cannot be recorded yet back on the feedback queue.
    pub requeue: DelayedRequeue,
    /// How long such an event waits. The mailer relies on it before it sends a mail in doubt again: see
    /// `mailer::BacklogWatch`.
    pub retry_after: SignedDuration,
    /// Read for the time of each change.
    pub clock: Clock,
}
