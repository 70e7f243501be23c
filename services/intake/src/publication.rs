//! What a payload publishes, by the inbox queue or a direct invocation.

use jiff::Timestamp;
use serde_json::Value;

use crate::event_bridge;

/// What one payload publishes.
pub enum Publication {
    Single(Value),
    Batch(Vec<Value>),
}

impl From<Value> for Publication {
    fn from(payload: Value) -> Self {
        match payload {
            Value::Array(events) => Self::Batch(events),
            envelope if is_from_event_bridge(&envelope) => {
                Self::Single(event_bridge::to_cloud_event(envelope))
            }
            event => Self::Single(event),
        }
    }
}

/// When EventBridge took the event of an envelope, unless its publisher has set that; `None` for another payload.
pub fn put_at(payload: &Value) -> Option<Timestamp> {
    let time = payload.get("time").filter(|_| is_from_event_bridge(payload))?;
    time.as_str()?.parse().ok()
}

fn is_from_event_bridge(payload: &Value) -> bool {
    payload.get("detail-type").is_some() && payload.get("detail").is_some()
}
