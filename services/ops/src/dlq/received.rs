//! A message as it was received from a dead-summary queue.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};
use serde_json::{Value, json};

/// A message. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// SQS's id of it: the same at every receive.
    pub id: String,
    /// What deletes this receive of it or gives it back.
    pub receipt: String,
    /// Its body.
    pub body: String,
    /// Its message attributes.
    pub attributes: BTreeMap<String, String>,
    /// When it was put on its first queue.
    pub queued_at: i64,
    /// When it was first received.
    pub first_received_at: i64,
    /// How often it was received, this look included.
    pub receives: u32,
}

impl Received {
    /// Reads SQS's answer.
    #[must_use]
    pub fn read(message: Message) -> Self {
        let system = |name: System| {
            let value = message.attributes()?.get(&name)?;
            value.parse::<i64>().ok()
        };
        let queued_at = system(System::SentTimestamp).unwrap_or_default();
        let first_received_at =
            system(System::ApproximateFirstReceiveTimestamp).unwrap_or(queued_at);
        let receives = system(System::ApproximateReceiveCount).unwrap_or(1);
        let attributes = message.message_attributes.unwrap_or_default();
        Self {
            id: message.message_id.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            attributes: attributes
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.string_value?)))
                .collect(),
            queued_at,
            first_received_at,
            receives: u32::try_from(receives).unwrap_or(u32::MAX),
        }
    }

    /// The body as JSON; a JSON string where it is none.
    #[must_use]
    pub fn json_body(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| Value::String(self.body.clone()))
    }

    /// The message as a line of a file that keeps it.
    #[must_use]
    pub fn to_line(&self) -> String {
        let line = json!({
            "message_id": self.id,
            "queued_at": self.queued_at,
            "attributes": self.attributes,
            "body": self.body,
        });
        format!("{line}\n")
    }
}
