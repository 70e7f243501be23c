//! The event that a function gets for a batch of messages
//! ([AWS: with-sqs](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)).

use std::collections::BTreeMap;

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;

use crate::mapping::event::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    message_id: &'a str,
    receipt_handle: &'a str,
    body: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
    message_attributes: BTreeMap<&'a str, Attribute<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<&'a str>,
    md5_of_body: &'a str,
    event_source: &'static str,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: &'a str,
    aws_region: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attribute<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
    string_list_values: [(); 0],
    binary_list_values: [(); 0],
    data_type: &'a str,
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "Records")]
    records: Vec<Record<'a>>,
}

/// The event for a batch of messages.
pub(super) fn batch_event(messages: &[Message], queue_arn: &str, region: &str) -> Bytes {
    let records = messages.iter().map(|message| record(message, queue_arn, region)).collect();
    to_json(&Event { records }).into()
}

/// About how many bytes a message adds to the event.
pub(super) fn size(message: &Message) -> usize {
    const RECORD_OVERHEAD: usize = 1024;
    let attributes = message.message_attributes().into_iter().flatten();
    let attributes: usize = attributes
        .map(|(name, value)| {
            let text = value.string_value().map_or(0, str::len);
            let binary = value.binary_value().map_or(0, |blob| blob.as_ref().len() * 4 / 3);
            name.len() + text + binary
        })
        .sum();
    message.body().map_or(0, str::len) + attributes + RECORD_OVERHEAD
}

fn record<'a>(message: &'a Message, queue_arn: &'a str, region: &'a str) -> Record<'a> {
    let system = message.attributes().into_iter().flatten();
    let own = message.message_attributes().into_iter().flatten();
    Record {
        message_id: message.message_id().unwrap_or_default(),
        receipt_handle: message.receipt_handle().unwrap_or_default(),
        body: message.body().unwrap_or_default(),
        attributes: system.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        message_attributes: own.map(|(name, value)| (name.as_str(), attribute(value))).collect(),
        md5_of_message_attributes: message.md5_of_message_attributes(),
        md5_of_body: message.md5_of_body().unwrap_or_default(),
        event_source: "aws:sqs",
        event_source_arn: queue_arn,
        aws_region: region,
    }
}

fn attribute(value: &MessageAttributeValue) -> Attribute<'_> {
    let base64 = |blob: &Blob| STANDARD.encode(blob.as_ref());
    Attribute {
        string_value: value.string_value(),
        binary_value: value.binary_value().map(base64),
        string_list_values: [],
        binary_list_values: [],
        data_type: value.data_type(),
    }
}
