//! Outages of hours and days, simulated in seconds: the functions' code runs in this process, with a clock
//! that is ahead of the machine's.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kit::config::DEFAULT_FEEDBACK_RETRY_SECONDS;
use kit::ledger::Change;
use kit::queue::{OutgoingMessage, send_one};
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::run::publish::Answer;
use local::ses::settings::{self, Refusal, Sending};
use serde_json::{Value, json};
use shared::ledger::{Facts, State, Transition};
use shared::outbox::{BUCKET_MS, bucket};
use shared::queue::message::DispatchRequest;
use shared::{CorrelationId, Event, OrderId};

use crate::support::events::{confirmed, customer, refunded, sample, shipped};
use crate::support::simulated_pipeline::{
    DISPATCH, DISPATCH_DLQ, FEEDBACK, FEEDBACK_DLQ, MAIL, MAIL_DLQ, SimulatedPipeline,
};
use crate::support::{TestStack, config, eventually};

/// Faults that a test switches on and off. Initially only reads of the stream fail.
#[derive(Default)]
struct FaultSwitches {
    stream_is_back: AtomicBool,
    tables_are_down: AtomicBool,
    ses_answers_are_lost: AtomicBool,
    ses_events_are_lost: AtomicBool,
    feedback_is_throttled: AtomicBool,
}

impl Faults for FaultSwitches {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_feedback = *call.caller == Caller::Function("feedback".to_owned());
        if is_feedback && self.feedback_is_throttled.load(Ordering::SeqCst) {
            return (call.service == Service::DynamoDb).then_some(Fault::Throttled);
        }
        let down = match call.service {
            Service::DynamoDbStreams => !self.stream_is_back.load(Ordering::SeqCst),
            Service::DynamoDb => self.tables_are_down.load(Ordering::SeqCst),
            _ => false,
        };
        down.then_some(Fault::ServerError)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_lost = self.ses_answers_are_lost.load(Ordering::SeqCst);
        (call.operation == "SendEmail" && is_lost).then_some(Fault::HangUp)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        let lost = self.ses_events_are_lost.load(Ordering::SeqCst);
        if lost { Vec::new() } else { vec![Duration::ZERO] }
    }
}

async fn stack(faults: &Arc<FaultSwitches>, account: settings::Settings) -> TestStack {
    let faults: Arc<dyn Faults> = Arc::<FaultSwitches>::clone(faults);
    TestStack::start_with(Config { faults, account, ..config() }).await
}

const DAY_AND_AN_HOUR: SignedDuration = SignedDuration::from_hours(25);

#[tokio::test(flavor = "multi_thread")]
async fn after_25_hours_without_the_stream_the_sweep_recovers_every_event_and_mails_once() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let orders: Vec<String> = (1..=150).map(|n| format!("W{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    stack.publish_only(&lines).await;
    // Its kind may be mailed for 12 hours only, the others' for seven days.
    let out = out_for_delivery("W-late");
    stack.publish_only(&[out]).await;

    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, DAY_AND_AN_HOUR);
    assert_eq!(pipeline.sweep().await.queued_again, 151);
    // The queue has not been read yet. The sweep cannot know that, and queues every event again.
    pipeline.skip(SignedDuration::from_mins(10));
    assert_eq!(pipeline.sweep().await.queued_again, 151);
    pipeline.drain().await;
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    let stale = stack.ledger_items("W-late").await.remove(0);
    assert_eq!((stale.state(), stale.reason.as_deref()), (Some(State::Skipped), Some("stale")));
    pipeline.skip(SignedDuration::from_hours(2));
    assert_eq!(pipeline.sweep().await.queued_again, 0, "the ledger has seen them all");

    // The stream works again and delivers every record, all of which are duplicates by now.
    faults.stream_is_back.store(true, Ordering::SeqCst);
    eventually("the dispatcher has received every event again", async || {
        let again = stack.output().iter().filter(|line| line.contains("\"duplicate\"")).count();
        again >= 151
    })
    .await;
    assert_eq!(stack.mails().len(), 150);
    stack.stop().await;
}

/// The sweep of one hour ends where that of the next begins.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_due_exactly_on_the_hour_is_swept() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let line = shipped("H1");
    stack.publish_only(std::slice::from_ref(&line)).await;
    let hour = Timestamp::now().as_millisecond().div_euclid(BUCKET_MS) * BUCKET_MS;
    let order = OrderId::parse("H1").expect("valid");
    let update = stack.stack.dynamodb.update_item().table_name(local::resources::EVENTS_TABLE);
    let update = update.set_key(Some(events_key("H1", &line)));
    let update = update.update_expression("SET sweep_bucket = :bucket, sweep_at = :at");
    let update = update
        .expression_attribute_values(":bucket", AttributeValue::S(bucket(&order, hour)))
        .expression_attribute_values(":at", AttributeValue::N(hour.to_string()));
    update.send().await.expect("DynamoDB answers");

    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, DAY_AND_AN_HOUR);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(&customer("H1")), 1);
    stack.stop().await;
}

/// The events of one shard and hour may not fit into memory, so the sweep reads them in pages.
#[tokio::test(flavor = "multi_thread")]
async fn an_hour_read_in_pages_is_complete() {
    let stack = TestStack::start().await;
    let order = OrderId::parse("P1").expect("valid");
    let bucket = bucket(&order, 0);
    // The page size is three, so the first page cannot end within its first millisecond and has to grow.
    let times = [0, 0, 0, 0, 0, 1, 2, 2, 2, 5, 9, 9];
    for (n, at) in times.iter().enumerate() {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let put = stack.stack.dynamodb.put_item().table_name(local::resources::EVENTS_TABLE);
        let put = put.item("order_id", text(order.as_str())).item("event", text(&format!("e{n}")));
        let put = put.item("sweep_bucket", text(&bucket)).item("ledger_key", text("k"));
        let put = put.item("sweep_at", AttributeValue::N(at.to_string()));
        put.send().await.expect("DynamoDB answers");
    }
    let pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let (tables, mut from, mut seen) = (pipeline.relay().tables, 0, Vec::new());
    while from < 10 {
        let first = relay::Outbox(&tables).page(&bucket, from, 10, 3).await;
        let first = first.expect("the table answers");
        assert!(first.complete_until > from, "each page makes progress");
        assert!(
            first
                .entries
                .iter()
                .all(|entry| (from..first.complete_until).contains(&entry.sweep_at))
        );
        seen.extend(first.entries.into_iter().map(|entry| entry.sweep_at));
        from = first.complete_until;
    }
    assert_eq!(seen, times);
    stack.stop().await;
}

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
    let update = update.key("order_id", text("N1")).key("notification", text(&item.notification));
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
    pipeline.ledger().record("O1", &item.notification, reopen).await.expect("the ledger answers");
    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);
    pipeline.queues.put(MAIL, &mail_body(&request), pipeline.clock().now_ms());
    pipeline.run_for(SignedDuration::from_mins(15)).await;
    assert_eq!(stack.mails_to(&customer("O1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_6_hours_of_paused_sending_every_mail_goes_out_once() {
    // More than one batch.
    const MAILS: usize = 12;
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    stack.stack.ses.account().change(|account| account.sending = Sending::Paused);
    for n in 0..MAILS {
        let line = confirmed(&format!("P{n}"));
        publish(&pipeline, &line);
    }
    pipeline.run_for(SignedDuration::from_hours(6)).await;
    assert_eq!(stack.mails().len(), 0);
    assert_eq!(pipeline.queues.all(MAIL).len(), MAILS, "each waits, once");
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0, "no healthy message goes to the DLQ");
    assert_eq!(pipeline.queues.max_receives(), 1, "waiting uses up no receives");

    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);
    pipeline.run_for(SignedDuration::from_mins(15)).await;
    for n in 0..MAILS {
        assert_eq!(stack.mails_to(&customer(&format!("P{n}"))), 1);
    }
    assert_eq!(pipeline.queues.all(MAIL).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_does_not_answer_uses_up_no_receives_and_loses_no_mail() {
    const MAILS: usize = 5;
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for n in 0..MAILS {
        let body = dispatch_body(&shipped(&format!("L{n}")), pipeline.clock().now());
        pipeline.queues.put(DISPATCH, &body, pipeline.clock().now_ms());
    }
    stack.stack.ses.account().change(|account| account.sending = Sending::Paused);
    pipeline.drain().await;
    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);

    // Longer than the delay after SES's refusal, and then for more attempts than SQS allows receives.
    faults.tables_are_down.store(true, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(9)).await;
    assert_eq!(pipeline.queues.all(MAIL).len(), MAILS, "each waits, once");
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    faults.tables_are_down.store(false, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(5)).await;
    for n in 0..MAILS {
        assert_eq!(stack.mails_to(&customer(&format!("L{n}"))), 1);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_does_not_answer_moves_no_event_to_the_dispatchers_dead_letter_queue() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let body = dispatch_body(&shipped("L9"), pipeline.clock().now());
    pipeline.queues.put(DISPATCH, &body, pipeline.clock().now_ms());

    // For more deliveries than SQS allows receives.
    faults.tables_are_down.store(true, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(20)).await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 1, "it waits");
    assert_eq!(pipeline.queues.all(DISPATCH_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    faults.tables_are_down.store(false, Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_mins(2)).await;
    assert_eq!(stack.mails_to(&customer("L9")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_queue_that_takes_nothing_moves_no_event_to_the_dispatchers_dead_letter_queue() {
    let faults = Arc::new(FaultSwitches::default());
    let stack = stack(&faults, settings::Settings::default()).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    for n in 0..3 {
        let body = dispatch_body(&shipped(&format!("M{n}")), pipeline.clock().now());
        pipeline.queues.put(DISPATCH, &body, pipeline.clock().now_ms());
    }
    pipeline.queues.set_available(MAIL, false);
    pipeline.run_for(SignedDuration::from_mins(20)).await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 3, "they wait");
    assert_eq!(pipeline.queues.all(DISPATCH_DLQ).len(), 0);
    assert_eq!(pipeline.queues.max_receives(), 1);

    pipeline.queues.set_available(MAIL, true);
    pipeline.run_for(SignedDuration::from_mins(2)).await;
    for n in 0..3 {
        assert_eq!(stack.mails_to(&customer(&format!("M{n}"))), 1);
    }
    stack.stop().await;
}

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
    let copy = || OutgoingMessage {
        body: "the event".to_owned(),
        delay: i32::try_from(DEFAULT_FEEDBACK_RETRY_SECONDS).expect("minutes"),
        ..OutgoingMessage::default()
    };
    // Four minutes of delay and one in flight, five times: the grace period of twenty minutes ends in the
    // middle of the fourth of those minutes in flight.
    pipeline.run_for(SignedDuration::from_secs(30)).await;
    for _ in 0..5 {
        send_one(&pipeline.sqs(), FEEDBACK, copy()).await.expect("SQS takes it");
        pipeline.run_for(SignedDuration::from_secs(DEFAULT_FEEDBACK_RETRY_SECONDS)).await;
        let now = pipeline.clock().now_ms();
        assert_eq!(pipeline.queues.receive(FEEDBACK, FEEDBACK_DLQ, now).len(), 1);
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
    const MAILS: usize = 20;
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
        assert_eq!(pipeline.queues.receive(FEEDBACK, FEEDBACK_DLQ, now).len(), 1);
        pipeline.queues.put(FEEDBACK, "has just arrived", now);
        pipeline.run_for(SignedDuration::from_mins(1)).await;
        pipeline.queues.take_all(FEEDBACK);
    }
    assert_eq!(stack.mails_to(&customer("B1")), 2);
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
    let refusing =
        settings::Settings { refusal: Some(Refusal::Content), ..settings::Settings::default() };
    let stack = stack(&faults, refusing).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let lines: Vec<String> = (0..12).map(|n| shipped(&format!("D{n}"))).collect();
    for line in &lines {
        publish(&pipeline, line);
    }
    pipeline.drain().await;
    let dead = pipeline.queues.all(MAIL_DLQ);
    assert_eq!(dead.len(), 12);
    assert!(dead.iter().all(|message| message.code.as_deref() == Some("refused")));

    // The operator repairs the brand, waits a day, and replays the DLQ twice, the second time from a copy.
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
    let refusing =
        settings::Settings { refusal: Some(Refusal::Content), ..settings::Settings::default() };
    let stack = stack(&faults, refusing).await;
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

/// Queues an event as intake and relay do.
fn publish(pipeline: &SimulatedPipeline<'_>, line: &str) {
    let now = pipeline.clock().now();
    pipeline.queues.put(DISPATCH, &dispatch_body(line, now), now.as_millisecond());
}

fn events_key(order: &str, line: &str) -> HashMap<String, AttributeValue> {
    let json = serde_json::from_str(line).expect("JSON");
    let event = Event::parse(&json).expect("valid").reference.sort_key();
    HashMap::from([
        ("order_id".to_owned(), AttributeValue::S(order.to_owned())),
        ("event".to_owned(), AttributeValue::S(event)),
    ])
}

/// Deletes an order's records as DynamoDB's TTL does.
async fn expire(stack: &TestStack, order: &str) {
    for item in stack.ledger_items(order).await {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let delete = stack.stack.dynamodb.delete_item().table_name(local::resources::LEDGER_TABLE);
        let delete = delete.key("order_id", text(order));
        let delete = delete.key("notification", text(&item.notification));
        delete.send().await.expect("DynamoDB answers");
    }
}

/// An event whose mail is stale after half a day.
fn out_for_delivery(order: &str) -> String {
    let mut event = sample("1001-out");
    event["id"] = json!(format!("{order}-out"));
    event["data"]["order"]["id"] = json!(order);
    event["data"]["order"]["customer"]["email"] = json!(customer(order));
    event.to_string()
}

fn dispatch_body(line: &str, accepted_at: Timestamp) -> String {
    let event: Value = serde_json::from_str(line).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    DispatchRequest::body(&event, accepted_at, &id)
}

fn mail_body(dispatch_body: &str) -> String {
    let request = DispatchRequest::parse(dispatch_body).expect("a valid message");
    let send_before = request.send_before();
    request.into_mail_request(send_before).to_body()
}
