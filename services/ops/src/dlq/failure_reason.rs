//! Why a message is in a dead-letter queue.

use shared::queue::dead_letter::{CODE, DeadLetterCode, FAILED_AT, REASON};

use super::payload::DlqPayload;
use super::receive::Received;

/// The code of a message whose attribute holds none that our functions write.
const FOREIGN_CODE: &str = "foreign";

/// The code of a message that SQS moved by its redrive policy, or that somebody put there: neither leaves a reason or a
/// time.
const UNANSWERED: &str = "unanswered";

/// Whether messages that failed for this reason are dated by when somebody first received them, since nothing tells when
/// they failed.
pub fn is_dated_by_receipt(code: &str) -> bool {
    code == UNANSWERED
}

/// Why and when a message failed for good.
pub struct FailureReason {
    /// As one word.
    pub code: String,
    /// As whoever moved it wrote it: perhaps with personal data.
    pub sentence: String,
    /// Milliseconds since 1970.
    pub failed_at: i64,
}

impl FailureReason {
    /// One of our functions, EventBridge, Lambda or SQS itself may have put it there. Each leaves the
    /// reason in another place.
    pub fn new(payload: &DlqPayload, message: &Received) -> Self {
        Self::from_function(message)
            .or_else(|| Self::from_event_bridge(message))
            .or_else(|| Self::from_lambda(payload))
            .unwrap_or_else(|| Self::from_redrive(message))
    }

    /// Our functions write the reason into attributes.
    fn from_function(message: &Received) -> Option<Self> {
        let failed_at = message.attributes.get(FAILED_AT).and_then(|at| at.parse().ok());
        let code = DeadLetterCode::parse(message.attributes.get(CODE)?);
        Some(Self {
            code: code.map_or(FOREIGN_CODE, DeadLetterCode::as_str).to_owned(),
            sentence: message.attributes.get(REASON).cloned().unwrap_or_default(),
            failed_at: failed_at.unwrap_or(message.queued_at),
        })
    }

    /// EventBridge could not deliver it to its target
    /// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
    fn from_event_bridge(message: &Received) -> Option<Self> {
        let attribute = |name: &str| message.attributes.get(name).map(String::as_str);
        let code = attribute("ERROR_CODE")?;
        let mut sentence = format!("EventBridge could not deliver it: {code}");
        // Of the message nothing else: it may quote what the shop's system answered.
        if let Some(status) = attribute("ERROR_MESSAGE").and_then(http_status) {
            sentence.push_str(&format!(" (HTTP {status})"));
        }
        if let (Some(attempts), Some(limit)) =
            (attribute("RETRY_ATTEMPTS"), attribute("EXHAUSTED_RETRY_CONDITION"))
        {
            sentence.push_str(&format!(", after {attempts} retries: {limit}"));
        }
        let code = "undelivered".to_owned();
        Some(Self { code, sentence, failed_at: message.queued_at })
    }

    /// Lambda reports records of a stream that it has discarded.
    fn from_lambda(payload: &DlqPayload) -> Option<Self> {
        let DlqPayload::StreamBatch(batch) = payload else { return None };
        Some(Self {
            code: "discarded".to_owned(),
            sentence: batch.describe(),
            failed_at: batch.discarded_at.as_millisecond(),
        })
    }

    /// SQS moved it by its redrive policy, which records no reason.
    fn from_redrive(message: &Received) -> Self {
        Self {
            code: UNANSWERED.to_owned(),
            sentence: "received too often without being processed; see the function's log"
                .to_owned(),
            failed_at: message.first_received_at,
        }
    }
}

/// The status of an HTTP answer that a text of EventBridge's names.
fn http_status(message: &str) -> Option<u16> {
    let mut numbers = message.split(|c: char| !c.is_ascii_alphanumeric()).filter(|s| s.len() == 3);
    numbers.find_map(|number| number.parse().ok().filter(|status| (300..600).contains(status)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::Dlq;
    use crate::dlq::parse::parse;
    use crate::dlq::stream_batch::samples;

    fn message(body: impl ToString) -> Received {
        Received { body: body.to_string(), ..Received::default() }
    }

    #[test]
    fn a_message_that_sqs_moved_was_received_too_often() {
        let message = Received { first_received_at: 5, receives: 6, ..Received::default() };
        let (summary, _) = parse(Dlq::Dispatch, &message);
        assert_eq!((summary.code.as_str(), summary.failed_at), ("unanswered", 5));
    }

    #[test]
    fn what_eventbridge_did_not_deliver_says_why_and_quotes_nothing_that_was_answered() {
        let given = [
            ("ERROR_CODE", "SDK_CLIENT_ERROR"),
            ("ERROR_MESSAGE", "API destination returned HTTP status 503 with payload: Zoë Krüger"),
            ("RETRY_ATTEMPTS", "185"),
            ("EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"),
        ];
        let attributes = given.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let (summary, _) = parse(Dlq::MailHook, &Received { attributes, ..message("{}") });
        assert_eq!(
            (summary.code.as_str(), summary.reason.as_str()),
            (
                "undelivered",
                "EventBridge could not deliver it: SDK_CLIENT_ERROR (HTTP 503), after 185 retries: \
                 MaximumRetryAttempts"
            )
        );
        for (text, status) in [("HTTP 404", Some(404)), ("4040 of 12", None), ("port 999", None)] {
            assert_eq!(http_status(text), status, "{text}");
        }
    }

    #[test]
    fn what_lambda_gave_up_says_when_and_why() {
        let report = samples::report();
        let (summary, _) = parse(Dlq::Publisher, &message(report));
        assert_eq!((summary.code.as_str(), summary.failed_at), ("discarded", 1_763_900_000_123));
        assert!(summary.reason.contains("RecordAgeExceeded"), "{}", summary.reason);
        let keys = json!({
            "order_key": { "S": "north/1001" }, "notification": { "S": "order.confirmed##customer" },
        });
        let order = parse(Dlq::Publisher, &message(keys)).0.order().unwrap();
        assert_eq!(order.to_string(), "north/1001");
    }
}
