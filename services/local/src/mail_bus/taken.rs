//! What the bus keeps of an event until it is delivered.

use jiff::Timestamp;
use serde_json::Value;

/// An event that the bus has taken.
#[derive(Debug, Clone)]
pub(super) struct TakenEvent {
    /// Its place in the file, if there is one.
    pub position: Option<i64>,
    /// EventBridge's envelope, whose `detail` is the CloudEvent.
    pub envelope: Value,
    /// From when on it is tried to deliver it.
    pub taken_at: Timestamp,
}
