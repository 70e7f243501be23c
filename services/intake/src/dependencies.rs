//! What intake depends on.

use kit::Clock;
use kit::queue::{DeadLetterQueue, DelayedRequeue};

use crate::publishers::Publishers;
use crate::store::EventStore;

/// Intake's dependencies.
#[derive(Debug)]
pub struct Intake {
    /// The Events table.
    pub store: EventStore,
    /// Who may publish over HTTP.
    pub publishers: Publishers,
    /// The queue of events whose publisher does not wait for the answer.
    pub inbox: Inbox,
}

/// What intake does with a message of the inbox queue that is not stored.
#[derive(Debug)]
pub struct Inbox {
    /// Takes refused messages.
    pub dead_letters: DeadLetterQueue,
    /// Puts messages back on the inbox queue while DynamoDB does not answer.
    pub requeue: DelayedRequeue,
    /// Tells when a requeued message is due.
    pub clock: Clock,
}
