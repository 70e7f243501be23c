//! What intake writes to, and who may publish.

use crate::publishers::Publishers;
use crate::store::EventStore;

/// Intake and its settings.
#[derive(Debug)]
pub struct Intake {
    /// Where events are stored.
    pub store: EventStore,
    /// Who may publish over HTTP.
    pub publishers: Publishers,
}
