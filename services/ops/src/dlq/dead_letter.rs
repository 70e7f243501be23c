//! Why a message is in its dead-summary queue.

use serde::Serialize;
use serde_json::Value;
use shared::queue::dead_letter::{CODE, FAILED_AT, KIND, ORDER_ID, REASON};

use super::order_match::only_order_named;
use super::received::Received;
use crate::aws::Dlq;
use crate::output::rfc3339;

/// What is known of a dead summary without asking the ledger. Small: ten thousand of them are held
/// at once; bodies are not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeadLetterSummary {
    /// SQS's id of the message.
    pub message_id: String,
    /// Which order, where that is known.
    pub order_id: Option<String>,
    /// Which kind of event, where that is known.
    pub kind: Option<String>,
    /// About which parcel, refund, tracking number or day.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Why, as one word.
    pub code: String,
    /// Why, as a sentence.
    pub reason: String,
    /// When it failed for good, in milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub failed_at: i64,
    /// When it was first put on a queue, in milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub queued_at: i64,
    /// How often it was received, looks of operators included.
    pub receives: u32,
    /// The size of its body.
    pub bytes: usize,
}

fn as_rfc3339<S: serde::Serializer>(at: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&rfc3339(*at))
}

/// Why and when.
struct FailureReason {
    code: String,
    reason: String,
    failed_at: i64,
}

impl DeadLetterSummary {
    /// Reads why `message` is in `dlq`.
    #[must_use]
    pub fn of(dlq: Dlq, message: &Received) -> Self {
        let why = reason_from_attributes(message)
            .or_else(|| reason_from_event_bridge(message))
            .or_else(|| reason_from_lambda(dlq, message))
            .unwrap_or_else(|| reason_from_sqs(message));
        Self {
            message_id: message.id.clone(),
            order_id: order_id_of(message),
            kind: message.attributes.get(KIND).cloned(),
            scope: String::new(),
            code: why.code,
            reason: why.reason,
            failed_at: why.failed_at,
            queued_at: message.queued_at,
            receives: message.receives,
            bytes: message.body.len(),
        }
    }
}

/// The order as the message's attribute has it; where nobody could tell it, as the body does.
fn order_id_of(message: &Received) -> Option<String> {
    message.attributes.get(ORDER_ID).cloned().or_else(|| only_order_named(&message.body))
}

/// A function of ours put it there.
fn reason_from_attributes(message: &Received) -> Option<FailureReason> {
    let code = message.attributes.get(CODE)?.clone();
    let reason = message.attributes.get(REASON).cloned().unwrap_or_default();
    let failed_at = message.attributes.get(FAILED_AT).and_then(|at| at.parse().ok());
    Some(FailureReason { code, reason, failed_at: failed_at.unwrap_or(message.queued_at) })
}

/// EventBridge could not hand it to its target
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
fn reason_from_event_bridge(message: &Received) -> Option<FailureReason> {
    let code = message.attributes.get("ERROR_CODE")?;
    Some(FailureReason {
        code: "undelivered".to_owned(),
        reason: format!("EventBridge could not deliver it: {code}"),
        failed_at: message.queued_at,
    })
}

/// Lambda's own record of an invocation that failed
/// (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>), or S3's
/// word that it stored one.
fn reason_from_lambda(dlq: Dlq, message: &Received) -> Option<FailureReason> {
    if !matches!(dlq, Dlq::Relay | Dlq::Intake) {
        return None;
    }
    let record: Value = serde_json::from_str(&message.body).ok()?;
    let at = |pointer: &str| record.pointer(pointer)?.as_str()?.parse::<jiff::Timestamp>().ok();
    if let Some(condition) = record.pointer("/requestContext/condition").and_then(Value::as_str) {
        return Some(FailureReason {
            code: kebab(condition),
            reason: lambda_reason(&record, condition),
            failed_at: at("/timestamp").map_or(message.queued_at, jiff::Timestamp::as_millisecond),
        });
    }
    (record["detail-type"] == "Object Created").then(|| FailureReason {
        code: "records-given-up".to_owned(),
        reason: "relay gave up a batch of the stream; its records are in the failed-records bucket"
            .to_owned(),
        failed_at: at("/time").map_or(message.queued_at, jiff::Timestamp::as_millisecond),
    })
}

/// Our functions' error messages hold no personal data; others' are cut to a line.
fn lambda_reason(record: &Value, condition: &str) -> String {
    let told = record.pointer("/responsePayload/errorMessage").and_then(Value::as_str);
    let batch = record.pointer("/DDBStreamBatchInfo/batchSize").and_then(Value::as_u64);
    match (told, batch) {
        (Some(told), _) => told.lines().next().unwrap_or_default().chars().take(300).collect(),
        (None, Some(size)) => format!("relay gave up {size} record(s) of the stream: {condition}"),
        (None, None) => format!("the invocation was given up: {condition}"),
    }
}

/// SQS put it there: it says nothing but how often it was received.
fn reason_from_sqs(message: &Received) -> FailureReason {
    FailureReason {
        code: "unanswered".to_owned(),
        reason: "received again and again without an answer; the function's log has more"
            .to_owned(),
        failed_at: message.first_received_at,
    }
}

fn kebab(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_letter_of_ours_tells_its_own_reason() {
        let attributes = [
            (CODE, "refused"),
            (REASON, "SES refused the mail for good: MessageRejected"),
            (FAILED_AT, "1763900000000"),
            (ORDER_ID, "1001"),
            (KIND, "order.confirmed"),
        ];
        let attributes = attributes.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let summary =
            DeadLetterSummary::of(Dlq::Mail, &Received { attributes, ..Received::default() });
        assert_eq!((summary.code.as_str(), summary.failed_at), ("refused", 1_763_900_000_000));
        assert_eq!(summary.order_id.as_deref(), Some("1001"));
    }

    #[test]
    fn a_letter_that_sqs_moved_says_that_nobody_answered() {
        let message = Received { first_received_at: 5, receives: 6, ..Received::default() };
        let summary = DeadLetterSummary::of(Dlq::Dispatch, &message);
        assert_eq!((summary.code.as_str(), summary.failed_at), ("unanswered", 5));
    }

    #[test]
    fn a_letter_that_holds_but_an_item_s_keys_tells_its_order() {
        let keys = json!({"order_id": {"S": "1001"}, "event": {"S": "https://shop.example e-1"}});
        let order = |body: String| {
            DeadLetterSummary::of(Dlq::Dispatch, &Received { body, ..Received::default() }).order_id
        };
        assert_eq!(order(keys.to_string()).as_deref(), Some("1001"));
        let record = json!({"eventName": "INSERT", "dynamodb": {"Keys": keys}});
        assert_eq!(order(record.to_string()).as_deref(), Some("1001"));
        let no_id = json!({"order_id": {"S": "\u{1b}[2J"}});
        assert_eq!(order(no_id.to_string()), None, "what is no order's id is not shown as one");
    }

    #[test]
    fn a_record_of_lambda_tells_its_condition_and_its_error() {
        let body = json!({
            "timestamp": "2026-11-20T10:00:00.000Z",
            "requestContext": {"condition": "RetriesExhausted"},
            "responsePayload": {"errorMessage": "the event was not accepted: x\nmore"},
        });
        let message = Received { body: body.to_string(), ..Received::default() };
        let summary = DeadLetterSummary::of(Dlq::Intake, &message);
        assert_eq!(summary.code, "retries-exhausted");
        assert_eq!(summary.reason, "the event was not accepted: x");
        assert_eq!(rfc3339(summary.failed_at), "2026-11-20T10:00:00.000Z");
    }
}
