//! Makes rustack's SQS accept and refuse what AWS's does.
//!
//! rustack takes messages of up to 256 KiB, AWS of up to 1 MiB. Larger ones are compressed while
//! they are in the queue: a client sees that by the MD5 of the body only. One that compression does
//! not bring below the limit is refused.
//!
//! rustack takes a message group for FIFO queues only, AWS for standard ones too. There, the group is an attribute of
//! the message while it is in the queue.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rustack_sqs_model::error::{SqsError, SqsErrorCode};
use rustack_sqs_model::operations::SqsOperation;
use serde_json::{Map, Value, json};

/// The most bytes in all bodies and attributes of a batch together
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>).
const MAX_BATCH_BYTES: usize = 1024 * 1024;

/// The largest `MaximumMessageSize` that rustack knows; AWS's is 1 MiB.
const MAX_MESSAGE_BYTES: usize = 262_144;

/// Changes a call into one that rustack takes.
///
/// # Errors
/// AWS refuses the call and rustack would not.
pub(super) fn adapt_request(operation: SqsOperation, call: &mut Value) -> Result<(), SqsError> {
    match operation {
        SqsOperation::CreateQueue | SqsOperation::SetQueueAttributes => {
            if let Some(Value::Object(attributes)) = call.get_mut("Attributes") {
                fix_receive_count(attributes);
                cap_message_size(attributes);
            }
        }
        SqsOperation::SendMessage => {
            let is_fifo = is_fifo(call);
            adapt_message(call, is_fifo);
        }
        SqsOperation::SendMessageBatch => {
            check_batch_size(call)?;
            let is_fifo = is_fifo(call);
            let entries = call.get_mut("Entries").and_then(Value::as_array_mut);
            entries.into_iter().flatten().for_each(|entry| adapt_message(entry, is_fifo));
        }
        _ => {}
    }
    Ok(())
}

/// Holds a message's group in a standard queue, and comes back as its system attribute.
const GROUP_ATTRIBUTE: &str = "waybill-local-group";

fn is_fifo(call: &Value) -> bool {
    call["QueueUrl"].as_str().is_some_and(|url| url.ends_with(".fifo"))
}

fn adapt_message(message: &mut Value, is_fifo: bool) {
    compress_body(message);
    let group =
        message.as_object_mut().filter(|_| !is_fifo).and_then(|m| m.remove("MessageGroupId"));
    if let Some(Value::String(group)) = group {
        message["MessageAttributes"][GROUP_ATTRIBUTE] =
            json!({ "DataType": "String", "StringValue": group });
    }
}

fn restore_group(message: &mut Value) {
    let attributes = message.get_mut("MessageAttributes").and_then(Value::as_object_mut);
    let group = attributes.and_then(|attributes| attributes.remove(GROUP_ATTRIBUTE));
    if let Some(group) = group {
        message["Attributes"]["MessageGroupId"] = group["StringValue"].clone();
    }
}

/// AWS takes `maxReceiveCount` as a number or as text (the CLI's documentation writes text);
/// rustack as a number only.
fn fix_receive_count(attributes: &mut Map<String, Value>) {
    let Some(Value::String(text)) = attributes.get_mut("RedrivePolicy") else { return };
    let Ok(mut policy) = serde_json::from_str::<Value>(text) else { return };
    let count = policy.get("maxReceiveCount").and_then(Value::as_str).map(str::parse::<u32>);
    if let Some(Ok(count)) = count {
        policy["maxReceiveCount"] = count.into();
        *text = policy.to_string();
    }
}

fn cap_message_size(attributes: &mut Map<String, Value>) {
    let Some(Value::String(size)) = attributes.get_mut("MaximumMessageSize") else { return };
    if size.parse::<usize>().is_ok_and(|s| s > MAX_MESSAGE_BYTES && s <= MAX_BATCH_BYTES) {
        *size = MAX_MESSAGE_BYTES.to_string();
    }
}

fn check_batch_size(call: &Value) -> Result<(), SqsError> {
    let bytes: usize = call["Entries"].as_array().into_iter().flatten().map(size).sum();
    if bytes <= MAX_BATCH_BYTES {
        return Ok(());
    }
    Err(SqsError::new(
        SqsErrorCode::BatchRequestTooLong,
        format!(
            "Batch requests cannot be longer than {MAX_BATCH_BYTES} bytes. \
             You have sent {bytes} bytes."
        ),
    ))
}

/// Whether a call sends a message with a character that AWS refuses as `InvalidMessageContents`, an
/// error that rustack does not have
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
pub(super) fn has_invalid_characters(call: &Value) -> bool {
    let entries = call["Entries"].as_array().into_iter().flatten();
    let mut bodies = entries.chain([call]).filter_map(|entry| entry["MessageBody"].as_str());
    bodies.any(|text| !text.chars().all(is_allowed))
}

const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

fn size(entry: &Value) -> usize {
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

/// Begins a body that is compressed.
const COMPRESSED_PREFIX: &str = "waybill-local:deflate:base64:";

fn compress_body(message: &mut Value) {
    let Some(Value::String(body)) = message.get_mut("MessageBody") else { return };
    if !(MAX_MESSAGE_BYTES + 1..=MAX_BATCH_BYTES).contains(&body.len()) {
        return;
    }
    let mut compressed = DeflateEncoder::new(Vec::new(), Compression::fast());
    let written = compressed.write_all(body.as_bytes()).and_then(|()| compressed.finish());
    *body =
        format!("{COMPRESSED_PREFIX}{}", STANDARD.encode(written.expect("a Vec takes every byte")));
}

/// The `ReceiveMessage` response with the messages as they were sent.
pub(super) fn restore_response(response: Bytes) -> Bytes {
    let holds = |mark: &str| response.windows(mark.len()).any(|window| window == mark.as_bytes());
    if ![COMPRESSED_PREFIX, GROUP_ATTRIBUTE].into_iter().any(holds) {
        return response;
    }
    let Ok(mut json) = serde_json::from_slice::<Value>(&response) else { return response };
    let messages = json.get_mut("Messages").and_then(Value::as_array_mut);
    messages.into_iter().flatten().for_each(|message| {
        restore_body(message);
        restore_group(message);
    });
    Bytes::from(json.to_string())
}

fn restore_body(message: &mut Value) {
    let Some(Value::String(body)) = message.get_mut("Body") else { return };
    let compressed = body.strip_prefix(COMPRESSED_PREFIX).and_then(|b| STANDARD.decode(b).ok());
    let mut text = String::new();
    // A body that only looks compressed is somebody's text, and stays as it is.
    if compressed
        .is_some_and(|p| DeflateDecoder::new(p.as_slice()).read_to_string(&mut text).is_ok())
    {
        *body = text;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receive_count_in_words_of_the_cli_becomes_a_number() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:0:d","maxReceiveCount":"5"}"#;
        let mut call = json!({"QueueName": "q", "Attributes": {"RedrivePolicy": policy}});
        adapt_request(SqsOperation::CreateQueue, &mut call).unwrap();
        let policy = call["Attributes"]["RedrivePolicy"].as_str().unwrap();
        let policy: Value = serde_json::from_str(policy).unwrap();
        assert_eq!(policy["maxReceiveCount"], 5);
        assert_eq!(policy["deadLetterTargetArn"], "arn:aws:sqs:r:0:d");
    }

    #[test]
    fn a_group_is_an_attribute_in_a_standard_queue_and_stays_as_it_is_for_a_fifo_queue() {
        let send = |queue: &str| {
            let entry = json!({"Id": "0", "MessageBody": "b", "MessageGroupId": "shop"});
            let mut call = json!({"QueueUrl": queue, "Entries": [entry]});
            adapt_request(SqsOperation::SendMessageBatch, &mut call).unwrap();
            call["Entries"][0].take()
        };
        assert_eq!(send("http://q/a.fifo")["MessageGroupId"], "shop");
        let mut entry = send("http://q/a");
        assert_eq!(entry.get("MessageGroupId"), None);
        let received = json!({"Messages": [{
            "Body": "b", "Attributes": {}, "MessageAttributes": entry["MessageAttributes"].take(),
        }]});
        let restored = restore_response(received.to_string().into());
        let restored: Value = serde_json::from_slice(&restored).unwrap();
        let message = &restored["Messages"][0];
        assert_eq!(message["Attributes"]["MessageGroupId"], "shop");
        assert_eq!(message["MessageAttributes"], json!({}));
    }

    #[test]
    fn characters_that_aws_refuses_are_seen() {
        let is_invalid = |text: &str| {
            let alone = json!({"QueueUrl": "u", "MessageBody": text});
            let batch = json!({"QueueUrl": "u", "Entries": [{"MessageBody": text}]});
            let seen = has_invalid_characters(&alone);
            assert_eq!(seen, has_invalid_characters(&batch));
            seen
        };
        for good in ["", "a\tb\n", "ß\u{fffd}\u{1f600}", r"\uffff"] {
            assert!(!is_invalid(good), "{good:?}");
        }
        for bad in ["\u{0}", "\u{b}", "\u{fffe}", "a\u{ffff}b"] {
            assert!(is_invalid(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_batch_over_one_mebibyte_is_refused_as_aws_refuses_it() {
        let send = |bytes: usize| {
            let entry =
                |i: usize| json!({"Id": i.to_string(), "MessageBody": "é".repeat(bytes / 8)});
            let entries: Vec<_> = (0..4).map(entry).collect();
            let mut call = json!({"QueueUrl": "u", "Entries": entries});
            adapt_request(SqsOperation::SendMessageBatch, &mut call)
        };
        assert!(send(MAX_BATCH_BYTES).is_ok());
        let error = send(MAX_BATCH_BYTES + 8).unwrap_err();
        assert_eq!(error.code, SqsErrorCode::BatchRequestTooLong);
    }
}
