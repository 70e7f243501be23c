//! What a payload publishes, by the inbox queue or a direct invocation.

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

fn is_from_event_bridge(payload: &Value) -> bool {
    payload.get("detail-type").is_some() && payload.get("detail").is_some()
}
