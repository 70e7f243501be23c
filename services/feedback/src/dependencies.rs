//! What feedback depends on.

use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::DeadLetterQueue;

/// The feedback function's dependencies.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// Records the outcome of each mail.
    pub ledger: Ledger,
    /// The feedback queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// Read for the time of each change.
    pub clock: Clock,
}
