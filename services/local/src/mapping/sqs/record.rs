//! A message as the function sees it
//! ([AWS: with-sqs](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)).

use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// What the mapping keeps of a received message.
pub(super) struct Record {
    pub message_id: String,
    pub receipt_handle: String,
    /// Its JSON in the event.
    pub json: String,
}

impl Record {
    pub fn new(message: &Message, queue_arn: &str, region: &str) -> Self {
        let system = message.attributes().into_iter().flatten();
        let system = system.map(|(name, value)| (name.to_string(), value.as_str().into()));
        let own = message.message_attributes().into_iter().flatten();
        let own = own.map(|(name, value)| (name.clone(), attribute(value)));
        let mut json = json!({
            "messageId": message.message_id(),
            "receiptHandle": message.receipt_handle(),
            "body": message.body(),
            "attributes": system.collect::<Map<String, Value>>(),
            "messageAttributes": own.collect::<Map<String, Value>>(),
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": region,
        });
        if let Some(md5) = message.md5_of_message_attributes() {
            json["md5OfMessageAttributes"] = md5.into();
        }
        Self {
            message_id: message.message_id().unwrap_or_default().to_owned(),
            receipt_handle: message.receipt_handle().unwrap_or_default().to_owned(),
            json: json.to_string(),
        }
    }
}

fn attribute(value: &MessageAttributeValue) -> Value {
    let mut json = json!({
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value.data_type(),
    });
    if let Some(text) = value.string_value() {
        json["stringValue"] = text.into();
    }
    if let Some(bytes) = value.binary_value() {
        json["binaryValue"] = STANDARD.encode(bytes).into();
    }
    json
}
