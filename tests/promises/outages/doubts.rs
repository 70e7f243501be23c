//! Mails in doubt while SES events are unread, for longer than the grace period.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use kit::queue::{OutgoingMessage, send_one};
use local::ses::settings;
use shared::ledger::State;

use super::{FaultSwitches, publish, stack};
use crate::support::events::{customer, shipped};
use crate::support::eventually;
use crate::support::simulated_pipeline::{FEEDBACK, FEEDBACK_DLQ, SimulatedPipeline};

/// SES accepted the mail and its answer was lost. Its event waits in feedback's queue for longer than the
/// grace period, as feedback is down.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_not_sent_again_while_ses_events_wait_unread() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    faults.ses_events_are_lost.store(true, Ordering::SeqCst);
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    publish(&pipeline, &shipped("U1"));
    pipeline.drain().await;
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);
    assert_eq!(stack.mails_to(&customer("U1")), 1);
    // The simulated pipeline does not run feedback, so this message stays unread.
    pipeline.queues.put(FEEDBACK, "the event", pipeline.clock().now_ms());

    pipeline.run_for(SignedDuration::from_hours(2)).await;
    assert_eq!(stack.mails_to(&customer("U1")), 1, "the event may say that it was accepted");
    assert_eq!(pipeline.queues.max_receives(), 1, "waiting uses up no receives");
    let dead = pipeline.queues.take_all(FEEDBACK).remove(0);
    pipeline.queues.put(FEEDBACK_DLQ, &dead.body, pipeline.clock().now_ms());
    pipeline.run_for(SignedDuration::from_hours(2)).await;
    assert_eq!(stack.mails_to(&customer("U1")), 1, "so may it in the dead-letter queue");

    // The event was about another mail. Nothing can settle the doubt any more, and the policy is to resend.
    pipeline.queues.take_all(FEEDBACK_DLQ);
    // The wait until the next check, half a grace period, and a grace period in which nothing is unread.
    pipeline.run_for(SignedDuration::from_mins(33)).await;
    assert_eq!(stack.mails_to(&customer("U1")), 2);
    stack.stop().await;
}

/// The event reaches feedback's queue just before the grace period ends, and SQS's counts lag by a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_not_sent_again_because_sqs_does_not_count_its_event_yet() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    faults.ses_events_are_lost.store(true, Ordering::SeqCst);
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    publish(&pipeline, &shipped("Y1"));
    pipeline.drain().await;
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);
    pipeline.queues.set_counts_lag(SignedDuration::from_mins(1));
    pipeline.run_for(pipeline.settings.grace - SignedDuration::from_secs(20)).await;
    pipeline.queues.put(FEEDBACK, "the event", pipeline.clock().now_ms());
    pipeline.run_for(SignedDuration::from_hours(1)).await;
    assert_eq!(stack.mails_to(&customer("Y1")), 1, "the event may say that it was accepted");

    pipeline.queues.take_all(FEEDBACK);
    pipeline.run_for(SignedDuration::from_mins(33)).await;
    assert_eq!(stack.mails_to(&customer("Y1")), 2, "it was about another mail");
    stack.stop().await;
}

/// Feedback fails on an event again and again. Each time it requeues the event, but the grace period ends while
/// the event is in flight, as one is that is being recorded.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_not_sent_again_while_feedback_is_failing_on_an_event() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    faults.ses_events_are_lost.store(true, Ordering::SeqCst);
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    publish(&pipeline, &shipped("F1"));
    pipeline.drain().await;
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);
    let retry = pipeline.settings.feedback_retry;
    let copy = || OutgoingMessage {
        body: "the event".to_owned(),
        delay: i32::try_from(retry.as_secs()).expect("minutes"),
        ..OutgoingMessage::default()
    };
    // Four minutes of delay and one in flight, five times: the grace period of twenty minutes ends in the
    // middle of the fourth of those minutes in flight.
    pipeline.run_for(SignedDuration::from_secs(30)).await;
    for _ in 0..5 {
        send_one(&pipeline.sqs(), FEEDBACK, copy()).await.expect("SQS takes it");
        pipeline.run_for(retry).await;
        let now = pipeline.clock().now_ms();
        assert_eq!(pipeline.queues.receive(FEEDBACK, 10, now).len(), 1);
        pipeline.run_for(SignedDuration::from_mins(1)).await;
        assert_eq!(stack.mails_to(&customer("F1")), 1, "the event may say that it was accepted");
        pipeline.queues.take_all(FEEDBACK);
    }

    // It was about another mail. Nothing can settle the doubt any more, and the policy is to resend.
    pipeline.run_for(SignedDuration::from_mins(33)).await;
    assert_eq!(stack.mails_to(&customer("F1")), 2);
    stack.stop().await;
}

/// The same with real functions: SES accepted the mails, its answers were lost, and feedback's calls of the
/// ledger are throttled for longer than the grace period.
#[tokio::test(flavor = "multi_thread")]
async fn mails_in_doubt_go_out_once_when_feedback_is_throttled_for_longer_than_the_grace_period() {
    // After three mails without an answer, the send gate closes: the others would not be in doubt.
    const MAILS: usize = 3;
    let faults = Arc::new(FaultSwitches::default());
    for fault in
        [&faults.stream_is_back, &faults.ses_answers_are_lost, &faults.feedback_is_throttled]
    {
        fault.store(true, Ordering::SeqCst);
    }
    let stack = stack(&faults, settings::Settings::default()).await;
    let orders: Vec<String> = (1..=MAILS).map(|n| format!("G{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    let published = stack.publish_only(&lines).await;
    let times = crate::support::settings();
    let longer_than_the_grace = times.doubt_grace + times.feedback.retry;
    eventually("each mail has been in doubt for longer than the grace period", async || {
        let mut all = true;
        for order in &orders {
            let items = stack.ledger_items(order).await;
            all &= items.iter().any(|item| {
                let since = Timestamp::from_millisecond(item.since).expect("a time");
                let age = Timestamp::now().duration_since(since);
                item.state() == Some(State::InDoubt) && age.unsigned_abs() > longer_than_the_grace
            });
        }
        all
    })
    .await;
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);
    let queues = &stack.stack.resources.queues;
    assert_eq!(stack.depth(&queues.feedback_dlq).await, 0, "waiting uses up no receives");

    faults.feedback_is_throttled.store(false, Ordering::SeqCst);
    stack.wait_until_terminal(&published).await;
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
        assert_eq!(stack.ledger_items(order).await[0].state(), Some(State::Delivered), "{order}");
    }
    stack.stop().await;
}

/// Its queue is never empty, because new SES events keep arriving while feedback reads others.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shops_events_do_not_keep_a_doubt_from_being_sent_again() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    faults.ses_events_are_lost.store(true, Ordering::SeqCst);
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    publish(&pipeline, &shipped("B1"));
    pipeline.drain().await;
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);

    pipeline.run_for(SignedDuration::from_mins(19)).await;
    assert_eq!(stack.mails_to(&customer("B1")), 1);
    // Until the end of the grace period, and for as long again.
    for _ in 0..24 {
        let now = pipeline.clock().now_ms();
        // As many messages in flight as waiting: feedback is not behind.
        pipeline.queues.put(FEEDBACK, "being read", now);
        assert_eq!(pipeline.queues.receive(FEEDBACK, 10, now).len(), 1);
        pipeline.queues.put(FEEDBACK, "has just arrived", now);
        pipeline.run_for(SignedDuration::from_mins(1)).await;
        pipeline.queues.take_all(FEEDBACK);
    }
    assert_eq!(stack.mails_to(&customer("B1")), 2);
    stack.stop().await;
}
