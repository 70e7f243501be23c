//! What the publisher depends on.

use kit::queue::DeadLetterQueue;

use crate::bus::MailBus;

/// The publisher's dependencies.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// The bus of mail events.
    pub bus: MailBus,
    /// Takes what cannot be published, by its keys.
    pub dead_letters: DeadLetterQueue,
    /// The stack's name, from which the events come.
    pub stack: String,
}
