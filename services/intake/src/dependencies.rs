//! What intake depends on.

use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory};
use shared::ShopId;

use crate::accept::Publishing;
use crate::publishers::Publishers;
use crate::store::EventStore;

/// Intake's dependencies.
#[derive(Debug)]
pub struct Intake {
    /// The Events table.
    pub store: EventStore,
    /// The settings of the shops.
    pub shops: ShopDirectory,
    /// Who may publish over HTTP.
    pub publishers: Publishers,
    /// The queue of events whose publisher does not wait for the answer.
    pub inbox: Inbox,
}

impl Intake {
    /// Publishing for the shop `only`, or for any.
    pub(crate) const fn publishing<'a>(&'a self, only: Option<&'a ShopId>) -> Publishing<'a> {
        Publishing { store: &self.store, shops: &self.shops, only }
    }
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
