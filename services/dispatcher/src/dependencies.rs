//! What the dispatcher reads from and writes to.

use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::DeadLetterQueue;

/// The dispatcher and everything it talks to.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    /// Where decisions are recorded.
    pub ledger: Ledger,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// The mail queue's URL.
    pub mail_queue: String,
    /// The dispatch queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// The time.
    pub clock: Clock,
}
