//! Mails that fail for good: SES is asked once, and what was not sent is not in doubt.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use local::ses::settings::{self, Refusal, Sending};
use mailer::render::{Brand, Mail, MailContext, RenderError};
use shared::Event;
use shared::ledger::State;

use super::{FaultSwitches, publish, stack};
use crate::support::events::{customer, shipped};
use crate::support::simulated_pipeline::{
    Failure, MAIL, MAIL_DLQ, Outage, Outages, Service, Settings, SimulatedPipeline, Stage,
};

/// A bug in a template or in what it is given, which only some orders meet.
fn panics_on_one_order(
    event: &Event,
    accepted_at: Timestamp,
    context: &MailContext,
    brand: &Brand,
) -> Result<Mail, RenderError> {
    assert_ne!(event.order.id.as_str(), "R1", "a bug");
    mailer::render::render_in_context(event, accepted_at, context, brand)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_on_whose_rendering_the_mailer_panics_fails_at_once_and_is_not_in_doubt() {
    let stack = stack(&Arc::new(FaultSwitches::default()), settings::Settings::default()).await;
    let settings = Settings { render: panics_on_one_order, ..Settings::deployed(true) };
    let (now, outages) = (SignedDuration::ZERO, Outages::default());
    let mut pipeline = SimulatedPipeline::deployed(&stack.stack, now, settings, outages);
    publish(&pipeline, &shipped("R1"));
    publish(&pipeline, &shipped("R2"));
    pipeline.run_for(SignedDuration::from_mins(10)).await;
    let item = stack.ledger_items("R1").await.remove(0);
    assert_eq!(item.state(), Some(State::Failed));
    assert_eq!((item.reason.as_deref(), item.doubts), (Some("unrenderable"), 0));
    let dead = pipeline.queues.all(MAIL_DLQ);
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].code.as_deref(), Some("unrenderable"));
    assert_eq!(stack.mails_to(&customer("R1")), 0);
    assert_eq!(stack.mails_to(&customer("R2")), 1, "its neighbour");
    stack.stop().await;
}

/// A spare copy was queued before SES refused the mail, and is requeued afterwards because its turn has not come.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_requeued_after_its_mail_failed_does_not_pass_for_an_operators_replay() {
    let refused =
        settings::Settings { refusal: Some(Refusal::Content), ..settings::Settings::default() };
    let stack = stack(&Arc::new(FaultSwitches::default()), refused).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    publish(&pipeline, &shipped("C1"));
    pipeline.plan().await;
    let request = pipeline.queues.all(MAIL).remove(0).body;
    let before = pipeline.clock().now_ms();
    pipeline.drain().await;
    assert_eq!(stack.ledger_items("C1").await[0].state(), Some(State::Failed));

    let account = stack.stack.ses.account();
    account.change(|account| account.sending = Sending::Paused);
    publish(&pipeline, &shipped("C2"));
    pipeline.run_for(SignedDuration::from_secs(60)).await;
    // The spare copy, which was queued before its mail failed, is delivered while the send gate is closed.
    pipeline.queues.put(MAIL, &request, before);
    pipeline.run_for(SignedDuration::from_mins(4)).await;
    assert!(pipeline.queues.all(MAIL).iter().any(|m| m.body == request), "it was requeued");
    account.change(|account| account.sending = Sending::Enabled);
    pipeline.run_for(SignedDuration::from_mins(30)).await;
    let item = stack.ledger_items("C1").await.remove(0);
    assert_eq!((item.state(), item.attempt), (Some(State::Failed), 1), "SES was asked once");

    // Unlike a replay.
    account.change(|account| account.refusal = None);
    pipeline.queues.put(MAIL, &request, pipeline.clock().now_ms());
    pipeline.run_for(SignedDuration::from_mins(1)).await;
    assert_eq!(stack.mails_to(&customer("C1")), 1);
    stack.stop().await;
}

/// SQS carries out each send to this queue, and its answers are lost.
fn without_answers(queue: &'static str) -> Outage {
    let failure = Failure::LostAnswer;
    let outage = Outage { queue: Some(queue), failure, ..Outage::of(Service::Sqs) };
    outage.for_stage(Stage::Mailer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_whose_confirmation_is_lost_is_sent_once_and_not_once_for_each_attempt_of_the_sdk() {
    let paused = settings::Settings { sending: Sending::Paused, ..settings::Settings::default() };
    let stack = stack(&Arc::new(FaultSwitches::default()), paused).await;
    let settings = Settings { sqs_attempts: kit::aws::MAX_ATTEMPTS, ..Settings::deployed(true) };
    let (now, outages) = (SignedDuration::ZERO, Outages::default());
    let mut pipeline = SimulatedPipeline::deployed(&stack.stack, now, settings, outages);
    publish(&pipeline, &shipped("S1"));
    pipeline.outages.begin(without_answers(MAIL));
    pipeline.drain().await;
    assert_eq!(pipeline.queues.all(MAIL).len(), 2, "the message, and the copy that waits");

    // A mail that fails for good.
    pipeline.outages.end();
    let account = stack.stack.ses.account();
    account.change(|account| account.refusal = Some(Refusal::Content));
    account.change(|account| account.sending = Sending::Enabled);
    pipeline.outages.begin(without_answers(MAIL_DLQ));
    let started = pipeline.clock().now_ms();
    while pipeline.queues.all(MAIL_DLQ).is_empty() {
        assert!(pipeline.clock().now_ms() < started + 3_600_000, "it fails");
        pipeline.run_for(SignedDuration::from_secs(5)).await;
    }
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 1, "one dead letter for each delivery");
    stack.stop().await;
}
