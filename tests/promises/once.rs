//! One mail, whatever comes twice.

use crate::support::events::{confirmed, customer, shipped};
use crate::support::{TestStack, eventually};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::message::{DispatchRequest, MailRequest};

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_message_delivered_twice_mails_once() {
    let stack = TestStack::start().await;
    let line = shipped("A1");
    let outcomes = stack.publish(std::slice::from_ref(&line)).await;
    let queues = &stack.stack.resources.queues;
    for _ in 0..3 {
        stack.send(&queues.dispatch, &dispatch_body(&line)).await;
    }
    stack.rest(&outcomes.published).await;
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_delivered_many_times_at_once_mails_once() {
    let stack = TestStack::start().await;
    let outcomes = stack.publish(&[shipped("A1")]).await;
    let line = shipped("B1");
    let queues = &stack.stack.resources.queues;
    // Ten mail requests for one notification, beside the dispatcher's own.
    for _ in 0..10 {
        stack.send(&queues.mail, &mail_body(&line)).await;
    }
    let published = stack.publish_only(&[line]).await;
    stack.rest(&published).await;
    assert_eq!(stack.mails_to(&customer("B1")), 1);
    assert_eq!(outcomes.published.len(), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_events_that_mean_the_same_mail_once() {
    let stack = TestStack::start().await;
    let first = confirmed("A1");
    let mut second: Value = serde_json::from_str(&first).expect("JSON");
    second["id"] = json!("A1-confirmed-by-a-restarted-backend");
    let outcomes = stack.publish(&[first, second.to_string()]).await;
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    let duplicate = outcomes.of("A1-confirmed-by-a-restarted-backend");
    assert!(duplicate.reason.as_deref().is_some_and(|r| r.starts_with("duplicate")));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_without_a_ledger_record_is_not_sent() {
    let stack = TestStack::start().await;
    let queues = &stack.stack.resources.queues;
    stack.send(&queues.mail, &mail_body(&shipped("A1"))).await;
    let letter = stack.receive(&queues.mail_dlq).await;
    let code = &letter.message_attributes.expect("attributes")["waybill-code"];
    assert_eq!(code.string_value(), Some("unknown"));
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_replayed_weeks_later_is_skipped_as_stale() {
    let stack = TestStack::start().await;
    let queues = &stack.stack.resources.queues;
    let three_weeks_ago = Timestamp::now() - jiff::SignedDuration::from_hours(21 * 24);
    let event: Value = serde_json::from_str(&shipped("A1")).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    let body = DispatchRequest::body(&event, three_weeks_ago, &id);
    stack.send(&queues.dispatch, &body).await;
    eventually("the ledger says skipped", async || {
        let ledger = stack.ledger_of("A1").await;
        ledger.iter().any(|item| item.reason.as_deref() == Some("stale"))
    })
    .await;
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

fn dispatch_body(line: &str) -> String {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    DispatchRequest::body(&event, Timestamp::now(), &id)
}

fn mail_body(line: &str) -> String {
    let request = DispatchRequest::parse(&dispatch_body(line)).expect("a valid message");
    let request = MailRequest {
        key: shared::NotificationKey::of(&request.event),
        accepted_at: request.accepted_at,
        send_before: request.accepted_at + jiff::SignedDuration::from_hours(1),
        correlation_id: request.correlation_id,
        event: request.event,
    };
    request.to_body()
}
