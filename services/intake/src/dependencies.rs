//! What intake depends on.

use crate::publishers::Publishers;
use crate::store::EventStore;

/// Intake's dependencies.
#[derive(Debug)]
pub struct Intake {
    /// The Events table.
    pub store: EventStore,
    /// Who may publish over HTTP.
    pub publishers: Publishers,
}
