//! What the relay depends on.

use kit::Clock;
use kit::queue::DeadLetterQueue;

/// The relay's dependencies.
#[derive(Debug, Clone)]
pub struct Relay {
    /// The tables that it reads.
    pub tables: Tables,
    /// The queues that it sends to.
    pub queues: Queues,
    /// The age from which the sweep checks whether an event has reached the ledger, in milliseconds.
    pub sweep_after_ms: i64,
    /// How long a mail in doubt waits for an SES event before a mailer sends it again, in milliseconds.
    pub grace_ms: i64,
    /// Read for the age of events.
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
