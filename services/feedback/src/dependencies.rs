//! What feedback reads from and writes to.

use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::DeadLetterQueue;

/// The feedback function and everything it talks to.
#[derive(Debug, Clone)]
pub struct Feedback {
    /// Where each event is recorded.
    pub ledger: Ledger,
    /// The feedback queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// The time.
    pub clock: Clock,
}
