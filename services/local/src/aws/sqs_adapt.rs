//! Evens out where rustack's SQS and AWS's differ.

use bytes::Bytes;
use rustack_sqs_model::error::{SqsError, SqsErrorCode};
use rustack_sqs_model::operations::SqsOperation;
use serde_json::{Map, Value};

use super::sqs_large::pack;

/// The most that all bodies and attributes of one batch may weigh together
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>).
pub const MAX_BATCH_EVENTS: usize = 1024 * 1024;

/// The largest `MaximumMessageSize` that rustack knows; AWS's is 1 MiB.
pub const MAX_MESSAGE_BYTES: usize = 262_144;

/// The body of a call as rustack takes it.
///
/// # Errors
/// What AWS would refuse and rustack would not.
pub fn adapt(operation: SqsOperation, body: Bytes) -> Result<Bytes, SqsError> {
    match operation {
        SqsOperation::CreateQueue | SqsOperation::SetQueueAttributes => Ok(attributes(body)),
        SqsOperation::SendMessage => Ok(pack(body)),
        SqsOperation::SendMessageBatch => within_batch_limit(body).map(pack),
        _ => Ok(body),
    }
}

fn attributes(body: Bytes) -> Bytes {
    let Ok(mut call) = serde_json::from_slice::<Value>(&body) else { return body };
    let Some(Value::Object(attributes)) = call.get_mut("Attributes") else { return body };
    redrive_policy(attributes);
    largest_message(attributes);
    Bytes::from(call.to_string())
}

/// AWS takes `maxReceiveCount` as a number or as text (the CLI's documentation writes text);
/// rustack as a number only.
fn redrive_policy(attributes: &mut Map<String, Value>) {
    let Some(Value::String(text)) = attributes.get_mut("RedrivePolicy") else { return };
    let Ok(mut policy) = serde_json::from_str::<Value>(text) else { return };
    let count = policy.get("maxReceiveCount").and_then(Value::as_str).map(str::parse::<u32>);
    if let Some(Ok(count)) = count {
        policy["maxReceiveCount"] = count.into();
        *text = policy.to_string();
    }
}

fn largest_message(attributes: &mut Map<String, Value>) {
    let Some(Value::String(size)) = attributes.get_mut("MaximumMessageSize") else { return };
    if size.parse::<usize>().is_ok_and(|s| s > MAX_MESSAGE_BYTES && s <= MAX_BATCH_EVENTS) {
        *size = MAX_MESSAGE_BYTES.to_string();
    }
}

fn within_batch_limit(body: Bytes) -> Result<Bytes, SqsError> {
    // JSON text is never shorter than what it says, so a small call needs no closer look.
    if body.len() <= MAX_BATCH_EVENTS {
        return Ok(body);
    }
    let call: Value = serde_json::from_slice(&body).unwrap_or_default();
    let entries = call["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let weight: usize = entries.iter().map(weight).sum();
    if weight <= MAX_BATCH_EVENTS {
        return Ok(body);
    }
    Err(SqsError::new(
        SqsErrorCode::BatchRequestTooLong,
        format!(
            "Batch requests cannot be longer than {MAX_BATCH_EVENTS} bytes. \
             You have sent {weight} bytes."
        ),
    ))
}

/// Whether a call sends a message with a character that AWS refuses (`InvalidMessageContents`, for
/// which rustack has no word)
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
#[must_use]
pub fn has_bad_characters(call: &[u8]) -> bool {
    let call: Value = serde_json::from_slice(call).unwrap_or_default();
    let entries = call["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut bodies = entries.iter().chain([&call]).filter_map(|e| e["MessageBody"].as_str());
    bodies.any(|text| !text.chars().all(is_good))
}

const fn is_good(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

fn weight(entry: &Value) -> usize {
    let text = |v: &Value| v.as_str().map_or(0, str::len);
    let attribute = |(name, a): (&String, &Value)| {
        name.len()
            + text(&a["DataType"])
            + text(&a["StringValue"])
            + text(&a["BinaryValue"]) / 4 * 3
    };
    let attributes = entry["MessageAttributes"].as_object();
    text(&entry["MessageBody"]) + attributes.map_or(0, |a| a.iter().map(attribute).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receive_count_in_words_of_the_cli_becomes_a_number() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:0:d","maxReceiveCount":"5"}"#;
        let call = serde_json::json!({"QueueName": "q", "Attributes": {"RedrivePolicy": policy}});
        let adapted = adapt(SqsOperation::CreateQueue, Bytes::from(call.to_string())).unwrap();
        let adapted: Value = serde_json::from_slice(&adapted).unwrap();
        let policy = adapted["Attributes"]["RedrivePolicy"].as_str().unwrap();
        let policy: Value = serde_json::from_str(policy).unwrap();
        assert_eq!(policy["maxReceiveCount"], 5);
        assert_eq!(policy["deadLetterTargetArn"], "arn:aws:sqs:r:0:d");
    }

    #[test]
    fn characters_that_aws_refuses_are_seen() {
        let is_bad = |text: &str| {
            let alone = serde_json::json!({"QueueUrl": "u", "MessageBody": text});
            let batch = serde_json::json!({"QueueUrl": "u", "Entries": [{"MessageBody": text}]});
            let seen = has_bad_characters(alone.to_string().as_bytes());
            assert_eq!(seen, has_bad_characters(batch.to_string().as_bytes()));
            seen
        };
        for good in ["", "a\tb\n", "ß\u{fffd}\u{1f600}", r"\uffff"] {
            assert!(!is_bad(good), "{good:?}");
        }
        for bad in ["\u{0}", "\u{b}", "\u{fffe}", "a\u{ffff}b"] {
            assert!(is_bad(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_batch_over_one_mebibyte_is_refused_as_aws_refuses_it() {
        let batch = |bytes: usize| {
            let entry = |i: usize| serde_json::json!({"Id": i.to_string(), "MessageBody": "é".repeat(bytes / 8)});
            let entries: Vec<_> = (0..4).map(entry).collect();
            Bytes::from(serde_json::json!({"QueueUrl": "u", "Entries": entries}).to_string())
        };
        assert!(adapt(SqsOperation::SendMessageBatch, batch(MAX_BATCH_EVENTS)).is_ok());
        let error = adapt(SqsOperation::SendMessageBatch, batch(MAX_BATCH_EVENTS + 8)).unwrap_err();
        assert_eq!(error.code, SqsErrorCode::BatchRequestTooLong);
    }
}
