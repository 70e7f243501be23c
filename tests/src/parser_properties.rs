//! Properties that every parser of untrusted input must have for every input. The property tests and the
//! fuzz targets (`tests/fuzz/`) call the same functions; each panics when its property is violated.

use jiff::Timestamp;
use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;
use shared::contract::json::parse_strict;
use shared::contract::warnings::parse_with_warnings;
use shared::outbox::unpack;
use shared::queue::message::{DispatchRequest, MailRequest};
use shared::{Event, FieldError};

use feedback::FeedbackMessage;

/// Intake's parser. An event that it accepts survives a round trip through JSON; one that it refuses has
/// at least one error, which points into the event and does not repeat its text.
pub fn check_event(bytes: &[u8]) {
    // Refused text needs no further check: nothing of it is used.
    let Ok(json) = parse_strict(bytes) else { return };
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let lenient: Value = serde_json::from_slice(text).expect("strict JSON is JSON");
    assert_eq!(json, lenient, "the strict parser reads something else");
    let (read, warnings) = parse_with_warnings(&json, Timestamp::UNIX_EPOCH);
    assert_eq!(read, Event::parse(&json), "warnings change what is read");
    for warning in &warnings {
        // What is missing is named where it should be.
        let parent = warning.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(json.pointer(parent).is_some(), "{warning:?}");
    }
    match read {
        // What was mended is as it should be, once it is written again.
        Ok(event) => {
            let again =
                Event::parse(&event.to_json()).expect("an accepted event is accepted again");
            assert_eq!(event, again);
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems.iter().for_each(assert_points_into_the_event);
        }
    }
}

fn assert_points_into_the_event(problem: &FieldError) {
    assert!(problem.pointer.is_empty() || problem.pointer.starts_with('/'), "{problem}");
    assert!(problem.detail.len() < 500, "{problem}");
}

/// Feedback's parser of SES events. An event of ours has a ledger key that survives a round trip, and no
/// field that may be logged contains an address.
pub fn check_ses_event(text: &str) {
    match FeedbackMessage::parse(text) {
        FeedbackMessage::OwnMail(event) => {
            let key = event.key.sort_key();
            let again = shared::NotificationKey::from_sort_key(event.key.order_key(), &key);
            assert_eq!(again.as_ref(), Ok(&event.key));
            assert!(!event.message_id.contains('@') && event.message_id.len() <= 100);
            let reason = event.reason.unwrap_or_default();
            assert!(!reason.contains('@') && reason.len() <= 201, "{reason}");
        }
        FeedbackMessage::OfNewerVersion { event_type }
        | FeedbackMessage::Ignored { event_type } => {
            assert!(!event_type.contains('@') && event_type.len() <= 100);
        }
        FeedbackMessage::Unreadable(reason) => assert!(!reason.is_empty()),
    }
}

/// Relay's parser of stream records. It finds the same message as serde_dynamo, an independent parser of
/// DynamoDB's JSON, or none.
pub fn check_stream_image(bytes: &[u8]) {
    let Ok(record) = serde_json::from_slice::<Value>(bytes) else { return };
    let seen = relay::dispatch_message(&record);
    let Ok(image) = serde_json::from_value::<Item>(record["dynamodb"]["NewImage"].clone()) else {
        return;
    };
    let there = match image.get("message") {
        Some(AttributeValue::B(packed)) => unpack(packed).ok(),
        _ => None,
    };
    assert_eq!(seen, there);
}

/// The parsers of queue messages. A message survives a round trip, its text is accepted by SQS, and it
/// stays fresh for a while after its arrival unless an operator set the time.
pub fn check_queue_message(text: &str) {
    if let Ok(request) = DispatchRequest::parse(text) {
        let arrived_at = request.received_at.unwrap_or(request.accepted_at);
        let is_fresh_for_a_while = request.send_before() > arrived_at.min(request.accepted_at);
        assert!(is_fresh_for_a_while || request.forced_until.is_some());
        let json: Value = serde_json::from_str(text).expect("an accepted message is JSON");
        let body =
            DispatchRequest::body(&json["event"], request.accepted_at, &request.correlation_id);
        assert_sqs_accepts(&body);
        let again = DispatchRequest::parse(&body).expect("an accepted message is accepted again");
        assert_eq!(again.event, request.event);
        // Not its own time limit, which of a message from 9998 is too late for any message.
        let accepted_at = request.accepted_at;
        let mail = request.into_mail_request(accepted_at);
        assert_eq!(MailRequest::parse(&mail.to_body()), Ok(mail));
    }
    if let Ok(request) = MailRequest::parse(text) {
        let body = request.to_body();
        assert_sqs_accepts(&body);
        assert_eq!(MailRequest::parse(&body), Ok(request));
    }
}

/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>)
fn assert_sqs_accepts(body: &str) {
    let refused =
        |c: char| c < ' ' && !"\t\n\r".contains(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!body.contains(refused), "a character that SQS refuses");
}
