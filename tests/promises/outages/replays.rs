//! Messages that come again long after: from a dead-letter queue, an operator, or the shop.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use kit::ledger::Change;
use local::run::publish::Answer;
use local::ses::settings::{self, Refusal, Sending};
use shared::ledger::{Facts, State, Transition};

use super::{FaultSwitches, dispatch_body, events_key, mail_body, publish, stack};
use crate::support::events::{customer, refunded, shipped};
use crate::support::simulated_pipeline::{
    DISPATCH, DISPATCH_DLQ, MAIL, MAIL_DLQ, SimulatedPipeline,
};
use crate::support::{TestStack, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_record_is_of_a_newer_version_goes_to_the_dlq_after_a_bounded_time() {
    let stack = stack(&Arc::new(FaultSwitches::default()), settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let request = dispatch_body(&shipped("N1"), pipeline.clock().now());
    pipeline.queues.put(DISPATCH, &request, pipeline.clock().now_ms());
    pipeline.drain().await;
    let item = stack.ledger_items("N1").await.remove(0);
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let update = stack.stack.dynamodb.update_item().table_name(local::resources::LEDGER_TABLE);
    let update =
        update.key("order_key", text("default/N1")).key("notification", text(&item.notification));
    let update = update.update_expression("SET #state = :newer");
    let update = update.expression_attribute_names("#state", "state");
    let update = update.expression_attribute_values(":newer", text("scheduled"));
    update.send().await.expect("DynamoDB answers");

    // Also when stale: the mailer must not skip, or keep requeuing, a record that it cannot interpret.
    for stale in [false, true] {
        if stale {
            pipeline.skip(SignedDuration::from_hours(8 * 24));
        }
        pipeline.queues.take_all(MAIL_DLQ);
        pipeline.queues.put(MAIL, &mail_body(&request), pipeline.clock().now_ms());
        pipeline.run_for(SignedDuration::from_hours(1)).await;
        assert_eq!(pipeline.queues.all(MAIL).len(), 0, "stale: {stale}");
        assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 1, "stale: {stale}");
    }
    assert_eq!(stack.mails_to(&customer("N1")), 1);
    stack.stop().await;
}

/// A delayed copy of the mail request was still queued when the operator reopened the mail.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_mail_request_does_not_skip_a_mail_that_an_operator_has_reopened() {
    let stack = stack(&Arc::new(FaultSwitches::default()), settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    stack.stack.ses.account().change(|account| account.sending = Sending::Paused);
    let request = dispatch_body(&shipped("O1"), pipeline.clock().now());
    pipeline.queues.put(DISPATCH, &request, pipeline.clock().now_ms());
    pipeline.drain().await;
    pipeline.skip(SignedDuration::from_hours(8 * 24));
    pipeline.drain().await;
    let item = stack.ledger_items("O1").await.remove(0);
    assert_eq!((item.state(), item.reason.as_deref()), (Some(State::Skipped), Some("stale")));

    // As `waybill resend` does.
    let until = pipeline.clock().now() + SignedDuration::from_hours(24);
    let facts = Facts::for_attempt(pipeline.clock().now_ms(), item.attempt);
    let reopen = Change::new(Transition::Reopen, facts);
    let reopen = reopen.with_number("send_before", until.as_millisecond());
    pipeline
        .ledger()
        .record("default/O1", &item.notification, reopen)
        .await
        .expect("the ledger answers");
    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);
    pipeline.queues.put(MAIL, &mail_body(&request), pipeline.clock().now_ms());
    pipeline.run_for(SignedDuration::from_mins(15)).await;
    assert_eq!(stack.mails_to(&customer("O1")), 1);
    stack.stop().await;
}

/// The Events table keeps events for 90 days, the ledger its records for 400: a shop that publishes its
/// whole history again mails nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_published_again_after_the_events_table_expired_it_is_not_mailed_again() {
    let stack = TestStack::start().await;
    let line = shipped("T3");
    stack.publish(std::slice::from_ref(&line)).await;
    let key = events_key("T3", &line);
    let delete = stack.stack.dynamodb.delete_item().table_name(local::resources::EVENTS_TABLE);
    delete.set_key(Some(key)).send().await.expect("DynamoDB answers");

    let published = stack.publish_only(&[line]).await;
    assert_eq!(published[0].answer, Answer::Accepted, "intake has forgotten it");
    eventually("the dispatcher has received it again", async || {
        stack.output().iter().any(|line| line.contains("\"duplicate\""))
    })
    .await;
    assert_eq!(stack.mails_to(&customer("T3")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_queue_replayed_twice_mails_once() {
    let faults = Arc::new(FaultSwitches::default());
    let unverified =
        settings::Settings { refusal: Some(Refusal::Content), ..settings::Settings::default() };
    let stack = stack(&faults, unverified).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let lines: Vec<String> = (0..12).map(|n| shipped(&format!("D{n}"))).collect();
    for line in &lines {
        publish(&pipeline, line);
    }
    // Who takes no turn in the send rate now has one in a moment.
    pipeline.run_for(SignedDuration::from_mins(10)).await;
    let dead = pipeline.queues.all(MAIL_DLQ);
    assert_eq!(dead.len(), 12);
    assert!(dead.iter().all(|message| message.code.as_deref() == Some("refused")));

    // The operator verifies the sender, waits a day, and replays the DLQ twice, the second time from a copy.
    stack.stack.ses.account().change(|account| account.refusal = None);
    pipeline.skip(SignedDuration::from_hours(24));
    for replay in 0..2 {
        for message in &dead {
            pipeline.queues.put(MAIL, &message.body, pipeline.clock().now_ms());
        }
        if replay == 0 {
            pipeline.drain().await;
        }
    }
    pipeline.run_for(SignedDuration::from_mins(30)).await;
    for n in 0..12 {
        assert_eq!(stack.mails_to(&customer(&format!("D{n}"))), 1);
    }
    assert_eq!(stack.mails().len(), 12);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_copies_of_a_dead_letter_replayed_at_once_mail_once() {
    let faults = Arc::new(FaultSwitches::default());
    let unverified =
        settings::Settings { refusal: Some(Refusal::Content), ..settings::Settings::default() };
    let stack = stack(&faults, unverified).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    publish(&pipeline, &refunded("D1"));
    pipeline.drain().await;
    let dead = pipeline.queues.take_all(MAIL_DLQ);
    stack.stack.ses.account().change(|account| account.refusal = None);
    pipeline.skip(SignedDuration::from_hours(1));
    for _ in 0..5 {
        pipeline.queues.put(MAIL, &dead[0].body, pipeline.clock().now_ms());
    }
    pipeline.run_for(SignedDuration::from_mins(30)).await;
    assert_eq!(stack.mails_to(&customer("D1")), 1);
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_request_replayed_after_the_ledger_expired_it_goes_to_the_dlq_and_is_not_mailed_again()
 {
    let stack = stack(&Arc::new(FaultSwitches::default()), settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let request = dispatch_body(&shipped("T1"), pipeline.clock().now());
    pipeline.queues.put(DISPATCH, &request, pipeline.clock().now_ms());
    pipeline.drain().await;
    assert_eq!(stack.mails_to(&customer("T1")), 1);

    // Without a record, the mailer cannot know whether the mail was sent, so it must not send it.
    expire(&stack, "T1").await;
    pipeline.skip(SignedDuration::from_hours(2));
    let mail_request = mail_body(&request);
    pipeline.queues.put(MAIL, &mail_request, pipeline.clock().now_ms());
    pipeline.drain().await;
    let dead = pipeline.queues.all(MAIL_DLQ);
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].code.as_deref(), &dead[0].body), (Some("unknown"), &mail_request));
    assert_eq!(stack.mails_to(&customer("T1")), 1);
    stack.stop().await;
}

/// The ledger keeps a record for 400 days; every kind of mail is stale after 14 at most.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_replayed_after_the_ledgers_retention_is_stale_and_not_mailed_again() {
    let stack = stack(&Arc::new(FaultSwitches::default()), settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let request = dispatch_body(&refunded("T2"), pipeline.clock().now());
    pipeline.queues.put(DISPATCH, &request, pipeline.clock().now_ms());
    pipeline.drain().await;
    let item = stack.ledger_items("T2").await.remove(0);
    let kept_for = item.expires_at - Timestamp::now().as_second();
    assert!(kept_for > 399 * 24 * 3600, "the ledger keeps it for more than a year");

    expire(&stack, "T2").await;
    pipeline.skip(SignedDuration::from_hours(401 * 24));
    pipeline.queues.put(DISPATCH, &request, pipeline.clock().now_ms());
    pipeline.queues.put(MAIL, &mail_body(&request), pipeline.clock().now_ms());
    pipeline.drain().await;
    let item = stack.ledger_items("T2").await.remove(0);
    assert_eq!((item.state(), item.reason.as_deref()), (Some(State::Skipped), Some("stale")));
    assert_eq!(stack.mails_to(&customer("T2")), 1);
    assert!(pipeline.queues.all(DISPATCH_DLQ).is_empty());
    stack.stop().await;
}

/// Deletes an order's records as DynamoDB's TTL does.
async fn expire(stack: &TestStack, order: &str) {
    for item in stack.ledger_items(order).await {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let delete = stack.stack.dynamodb.delete_item().table_name(local::resources::LEDGER_TABLE);
        let delete = delete.key("order_key", text(&item.order_key));
        let delete = delete.key("notification", text(&item.notification));
        delete.send().await.expect("DynamoDB answers");
    }
}
