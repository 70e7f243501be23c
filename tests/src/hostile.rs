//! What must hold of every input, however it was made. The property tests and the fuzz targets
//! (`tests/fuzz/`) call the same functions; each panics when its property is broken.

use serde_dynamo::{AttributeValue, Item};
use serde_json::Value;
use shared::contract::json::parse_strict;
use shared::outbox::unpack;
use shared::queue::message::{DispatchRequest, MailRequest};
use shared::{Event, FieldError};

use feedback::{Reading, read};

/// Intake's parser: what it takes, it can write and read again as the same; what it refuses, it
/// refuses with at least one place and without repeating what it read.
pub fn event(bytes: &[u8]) {
    let Ok(json) = parse_strict(bytes) else { return };
    let lenient: Value = serde_json::from_slice(bytes).expect("strict JSON is JSON");
    assert_eq!(json, lenient, "the strict parser reads something else");
    match Event::parse(&json) {
        Ok(event) => {
            let again = Event::parse(&event.to_json()).expect("what was taken is taken again");
            assert_eq!(event, again);
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems.iter().for_each(points_into_the_event);
        }
    }
}

fn points_into_the_event(problem: &FieldError) {
    assert!(problem.pointer.is_empty() || problem.pointer.starts_with('/'), "{problem}");
    assert!(problem.detail.len() < 500, "{problem}");
}

/// The SES event parser: what it calls ours names a notification that the ledger could hold, and
/// nothing that may be logged holds an address.
pub fn ses_event(text: &str) {
    match read(text) {
        Reading::Ours(event) => {
            let key = event.key.sort_key();
            let again = shared::NotificationKey::from_sort_key(event.key.order_id.clone(), &key);
            assert_eq!(again.as_ref(), Ok(&event.key));
            assert!(!event.message_id.contains('@') && event.message_id.len() <= 100);
            let reason = event.reason.unwrap_or_default();
            assert!(!reason.contains('@') && reason.len() <= 201, "{reason}");
        }
        Reading::Other { event_type } => {
            assert!(!event_type.contains('@') && event_type.len() <= 100);
        }
        Reading::Unreadable(reason) => assert!(!reason.is_empty()),
    }
}

/// The stream's image of an item: relay finds in it the message that another reader of DynamoDB's
/// JSON (serde_dynamo) finds there, or nothing.
pub fn stream_image(bytes: &[u8]) {
    let Ok(record) = serde_json::from_slice::<Value>(bytes) else { return };
    let seen = relay::message(&record);
    let Ok(image) = serde_json::from_value::<Item>(record["dynamodb"]["NewImage"].clone()) else {
        return;
    };
    let there = match image.get("message") {
        Some(AttributeValue::B(packed)) => unpack(packed).ok(),
        _ => None,
    };
    assert_eq!(seen, there);
}

/// The queue messages: what is read is written and read as the same, what is written is text that
/// SQS takes, and until when it is news can be told.
pub fn queue_message(text: &str) {
    if let Ok(request) = DispatchRequest::parse(text) {
        let is_news_for_a_while = request.send_before() > request.accepted_at;
        assert!(is_news_for_a_while || request.forced_until.is_some());
        let json: Value = serde_json::from_str(text).expect("what was read is JSON");
        let body =
            DispatchRequest::body(&json["event"], request.accepted_at, &request.correlation_id);
        sqs_takes(&body);
        let again = DispatchRequest::parse(&body).expect("what was read is read again");
        assert_eq!(again, DispatchRequest { forced_until: None, ..request });
    }
    if let Ok(request) = MailRequest::parse(text) {
        let body = request.to_body();
        sqs_takes(&body);
        assert_eq!(MailRequest::parse(&body), Ok(request));
    }
}

/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>)
fn sqs_takes(body: &str) {
    let refused =
        |c: char| c < ' ' && !"\t\n\r".contains(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!body.contains(refused), "SQS refuses a character of it");
}
