//! Events that nobody took: Lambda's record of an asynchronous invocation that failed, with the
//! events in `requestPayload`, or the event itself, which EventBridge could not deliver.

use serde_json::Value;

use super::{Identity, first_problem};
use crate::store::Key;

/// The events of one invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// Their keys in the Events table, and their types.
    pub keys: Vec<(Key, String)>,
}

impl Events {
    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it, or with the first event that intake would refuse.
    pub fn read(body: &str) -> Result<Self, String> {
        let keys = cloud_events(payload(body)?)
            .iter()
            .map(|json| {
                let event = first_problem(json)?;
                let key = (event.order.id.to_string(), event.reference.sort_key());
                Ok((key, event.payload.kind().to_string()))
            })
            .collect::<Result<Vec<_>, String>>()?;
        if keys.is_empty() { Err("no event is in it".to_owned()) } else { Ok(Self { keys }) }
    }

    /// Order and kind of each.
    #[must_use]
    pub fn identities(&self) -> Vec<Identity> {
        let of = |((order, _), kind): &(Key, String)| (order.clone(), kind.clone(), String::new());
        self.keys.iter().map(of).collect()
    }

    /// The order, if all are of one.
    #[must_use]
    pub fn only_order(&self) -> Option<String> {
        let (first, _) = &self.keys.first()?.0;
        self.keys.iter().all(|((order, _), _)| order == first).then(|| first.clone())
    }

    /// The type, if all are of one.
    #[must_use]
    pub fn only_kind(&self) -> Option<String> {
        let (_, first) = self.keys.first()?;
        self.keys.iter().all(|(_, kind)| kind == first).then(|| first.clone())
    }
}

/// What intake is to be invoked with.
///
/// # Errors
/// When the body is not JSON.
pub fn payload(body: &str) -> Result<Value, String> {
    let mut body: Value = serde_json::from_str(body).map_err(|_| "expected JSON".to_owned())?;
    Ok(match body.get_mut("requestPayload") {
        Some(payload) => payload.take(),
        None => body,
    })
}

fn cloud_events(payload: Value) -> Vec<Value> {
    match payload {
        Value::Array(events) => events,
        envelope if envelope.get("detail-type").is_some() && envelope.get("detail").is_some() => {
            vec![::intake::to_cloud_event(envelope)]
        }
        one => vec![one],
    }
}
