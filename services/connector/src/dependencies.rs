//! What the connector depends on.

use aws_sdk_sqs::Client;
use kit::Clock;
use kit::queue::{DeadLetterQueue, DelayedRequeue};

use crate::events::EventReader;
use crate::secrets::SystemSecrets;

/// The connector's dependencies.
#[derive(Debug)]
pub struct Connector {
    /// What shop systems sign with.
    pub secrets: SystemSecrets,
    /// The queues.
    pub sqs: Client,
    /// The URL of the queue of deliveries.
    pub deliveries: String,
    /// The URL of the queue before intake.
    pub inbox: String,
    /// Takes deliveries that cannot be translated.
    pub dead_letters: DeadLetterQueue,
    /// Puts deliveries back that wait.
    pub requeue: DelayedRequeue,
    /// The stored events, for deliveries that carry no order.
    pub events: EventReader,
    /// Tells how long a delivery has waited.
    pub clock: Clock,
}
