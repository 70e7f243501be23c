//! What the relay reads from and writes to.

use kit::Clock;
use kit::queue::DeadLetterQueue;

/// The relay and everything it talks to.
#[derive(Debug, Clone)]
pub struct Relay {
    /// What it reads.
    pub tables: Tables,
    /// What it writes.
    pub queues: Queues,
    /// How old an event must be before the sweep looks for it in the ledger, in milliseconds.
    pub sweep_after_ms: i64,
    /// The time.
    pub clock: Clock,
}

/// The two tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// DynamoDB.
    pub client: aws_sdk_dynamodb::Client,
    /// The name of the Events table.
    pub events: String,
    /// The name of the ledger table.
    pub ledger: String,
}

/// The dispatch queue and its dead-letter queue.
#[derive(Debug, Clone)]
pub struct Queues {
    /// SQS.
    pub client: aws_sdk_sqs::Client,
    /// The dispatch queue's URL.
    pub dispatch: String,
    /// The dispatch queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
}
