//! What the dispatcher depends on.

use std::sync::Arc;

use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};

use crate::mail_groups::MailGroups;
use crate::order_before::EventReader;

/// The dispatcher's dependencies.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    /// Records the decisions.
    pub ledger: Ledger,
    /// Says how an order was before it was changed.
    pub events: EventReader,
    /// By which SQS delivers the mail requests of all shops fairly.
    pub groups: Arc<MailGroups>,
    /// Sends the mail requests.
    pub sqs: aws_sdk_sqs::Client,
    /// The mail queue's URL.
    pub mail_queue: String,
    /// The dispatch queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// Puts messages back on the dispatch queue while the ledger or the mail queue is unavailable.
    pub requeue: DelayedRequeue,
    /// Read for staleness and lateness.
    pub clock: Clock,
}
