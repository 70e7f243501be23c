//! Queues that lose their messages, by a purge or with the machine that kept them in memory: the sweep finds
//! the mails that nothing moves on, and each is mailed once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::resources::Settings;
use local::ses::settings::Sending;
use shared::ledger::State;
use waybill_tests::chaos::fault_rates::CallPhase::Before;

use crate::ops::process::{accept_mails_again, dead_letters, waybill, with_refused_mails};
use crate::support::events::{confirmed, customer, refunded, shipped};
use crate::support::killer::{BackgroundFault, Boundary, Killer};
use crate::support::simulated_pipeline::{FEEDBACK, MAIL, MAIL_DLQ, SimulatedPipeline};
use crate::support::{TestStack, config_without_sweep, eventually, settings};

/// The sweep checks an event five minutes after its acceptance, or after its last check.
const SWEPT: SignedDuration = SignedDuration::from_mins(20);

/// Reads of the stream fail, so that only the sweep moves events.
#[derive(Default)]
struct WithoutStream {
    ses_answers_are_lost: AtomicBool,
    /// Writes of items: of the ledger's, and of the send gate.
    writes: AtomicUsize,
}

impl Faults for WithoutStream {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        (call.service == Service::DynamoDbStreams).then_some(Fault::ServerError)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        if call.operation == "UpdateItem" {
            self.writes.fetch_add(1, Ordering::SeqCst);
        }
        let is_lost =
            call.operation == "SendEmail" && self.ses_answers_are_lost.load(Ordering::SeqCst);
        is_lost.then_some(Fault::HangUp)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        Vec::new()
    }
}

async fn without_stream() -> (TestStack, Arc<WithoutStream>) {
    let faults = Arc::<WithoutStream>::default();
    let config = Config { faults: Arc::clone(&faults) as _, ..config_without_sweep() };
    (TestStack::start_with(config).await, faults)
}

/// A pipeline that has put the dispatch messages of these events on its queue.
async fn swept_once<'a>(stack: &'a TestStack, lines: &[String]) -> SimulatedPipeline<'a> {
    stack.publish_only(lines).await;
    let pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, lines.len());
    pipeline
}

async fn state(stack: &TestStack, order: &str) -> Option<State> {
    stack.ledger_items(order).await.remove(0).state()
}

#[tokio::test(flavor = "multi_thread")]
async fn planned_mails_whose_requests_were_purged_are_mailed_once_after_the_sweep() {
    let (stack, _) = without_stream().await;
    let orders = ["Q1", "Q2", "Q3"];
    let mut pipeline = swept_once(&stack, &orders.map(shipped)).await;
    pipeline.plan().await;
    assert_eq!(pipeline.queues.take_all(MAIL).len(), 3, "purged");

    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 3);
    // The queue has not been read yet, so the mails look lost once more.
    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 3);
    pipeline.drain().await;
    for order in orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    pipeline.skip(SignedDuration::from_hours(3));
    assert_eq!(pipeline.sweep().await.queued_again, 0, "each is done");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waits_for_ses_is_not_queued_again_and_one_that_was_lost_meanwhile_is() {
    let (stack, _) = without_stream().await;
    stack.stack.ses.account().change(|account| account.sending = Sending::Paused);
    let mut pipeline = swept_once(&stack, &[shipped("Q1"), shipped("Q2")]).await;
    for _ in 0..24 {
        pipeline.run_for(SignedDuration::from_mins(5)).await;
        assert_eq!(pipeline.sweep().await.queued_again, 0, "SES is paused, and nothing is lost");
        assert_eq!(pipeline.queues.all(MAIL).len(), 2, "each waits, once");
    }
    assert_eq!(pipeline.queues.take_all(MAIL).len(), 2, "purged");
    stack.stack.ses.account().change(|account| account.sending = Sending::Enabled);
    // The sweep looks at each again after it has waited for as long as until now, or less.
    for _ in 0..60 {
        pipeline.skip(SignedDuration::from_mins(5));
        pipeline.sweep().await;
        pipeline.drain().await;
    }
    for order in ["Q1", "Q2"] {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_stand_in_line_for_the_send_rate_are_not_queued_again() {
    let (stack, _) = without_stream().await;
    let orders: Vec<String> = (1..=30).map(|n| format!("L{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    let mut pipeline = swept_once(&stack, &lines).await;
    // Twenty seconds a mail: ten minutes for all.
    pipeline.settings.send_rate = Some(0.05);
    for minute in [5, 10] {
        pipeline.run_for(SignedDuration::from_mins(5)).await;
        assert_eq!(pipeline.sweep().await.queued_again, 0, "after {minute} minutes");
        assert_eq!(pipeline.queues.all(MAIL).len() + stack.mails().len(), 30, "no copies");
        pipeline.use_other_mailer();
    }
    // A mail that comes from the line up to five seconds late loses as much.
    pipeline.run_for(SignedDuration::from_mins(3)).await;
    for order in orders {
        assert_eq!(stack.mails_to(&customer(&order)), 1, "{order}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_mail_that_became_stale_meanwhile_ends_as_stale() {
    let (stack, _) = without_stream().await;
    let mut pipeline = swept_once(&stack, &[confirmed("Q1")]).await;
    pipeline.plan().await;
    pipeline.queues.take_all(MAIL);
    pipeline.skip(SignedDuration::from_hours(4 * 24));
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    let item = stack.ledger_items("Q1").await.remove(0);
    assert_eq!((item.state(), item.reason.as_deref()), (Some(State::Skipped), Some("stale")));
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_whose_request_was_lost_is_resent_after_its_grace_period_and_a_held_one_is_left() {
    let (stack, faults) = without_stream().await;
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    let mut pipeline = swept_once(&stack, &[shipped("Q1"), refunded("Q2")]).await;
    pipeline.drain().await;
    for order in ["Q1", "Q2"] {
        assert_eq!(state(&stack, order).await, Some(State::InDoubt), "{order}");
    }
    assert_eq!(pipeline.queues.take_all(MAIL).len(), 1, "purged; the held doubt has no request");
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);

    pipeline.skip(SignedDuration::from_mins(10));
    assert_eq!(pipeline.sweep().await.queued_again, 0, "an SES event may still settle it");
    pipeline.skip(SignedDuration::from_hours(1));
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    // The queues of SES's events must look empty twice.
    pipeline.run_for(SignedDuration::from_mins(3)).await;
    // The named window: SES accepted it, and neither its answer nor any event arrived.
    assert_eq!(stack.mails_to(&customer("Q1")), 2);
    assert_eq!(state(&stack, "Q1").await, Some(State::Sent));
    pipeline.skip(SignedDuration::from_hours(48));
    assert_eq!(pipeline.sweep().await.queued_again, 0);
    assert_eq!(stack.mails_to(&customer("Q2")), 1);
    assert_eq!(state(&stack, "Q2").await, Some(State::InDoubt));
    assert_eq!(pipeline.queues.all(MAIL_DLQ).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_takes_no_turn_and_no_claim_while_it_waits() {
    let (stack, faults) = without_stream().await;
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    let mut pipeline = swept_once(&stack, &[confirmed("Q1")]).await;
    pipeline.settings.grace = SignedDuration::from_hours(11);
    pipeline.drain().await;
    assert_eq!(state(&stack, "Q1").await, Some(State::InDoubt));
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);

    let before = faults.writes.load(Ordering::SeqCst);
    pipeline.run_for(SignedDuration::from_hours(10)).await;
    assert_eq!(faults.writes.load(Ordering::SeqCst), before, "it comes back every 15 minutes");
    let waiting = pipeline.queues.all(MAIL);
    assert_eq!(waiting.len(), 1);
    assert_eq!(stack.mails_to(&customer("Q1")), 1);
    stack.stop().await;
}

/// As [`WithoutStream`], but the stream works, and the operator's command cannot put a message on a queue: as if
/// its message were lost.
#[derive(Default)]
struct LostRequest;

impl Faults for LostRequest {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_ours = *call.caller == Caller::Function("ops".to_owned());
        (is_ours && call.operation == "SendMessageBatch").then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_an_operator_resent_and_whose_request_was_lost_is_mailed_once_after_the_sweep()
{
    let config = Config { faults: Arc::new(LostRequest), ..with_refused_mails() };
    let stack = TestStack::start_with(config).await;
    dead_letters(&stack, &["A1"]).await;
    accept_mails_again(&stack);
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::from_mins(7));
    assert_eq!(pipeline.sweep().await.queued_again, 0, "a failed mail is done");
    let resent = waybill(&stack, &["resend", "A1", "order.confirmed"]).await;
    assert_eq!(resent.code, Some(1), "{resent:#?}");
    assert_eq!(state(&stack, "A1").await, Some(State::Planned));

    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_mail_is_watched_by_the_sweep_again() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::from_mins(7));
    pipeline.sweep().await;
    let args = ["dlq", "replay", "mail", "--yes", "--reason", "a test"];
    assert_eq!(waybill(&stack, &args).await.code, Some(0));
    let later = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(later.sweep().await.checked, 1, "its event is looked at once more");
    stack.stop().await;
}

/// Both a mailer that may still send and its message are gone.
async fn killed_while_sending_and_purged(line: &str) -> TestStack {
    let killer = Killer::with_background(
        Boundary {
            function: "mailer",
            service: Service::SesV2,
            operation: "SendEmail",
            phase: Before,
            body_contains: "",
            skip: 0,
        },
        BackgroundFault::None,
    );
    let stack = killer.start_stack().await;
    stack.publish_only(&[line.to_owned()]).await;
    eventually("the mailer was killed", async || killer.has_killed()).await;
    let mail = stack.stack.resources.queues.mail.clone();
    stack.purge(&mail).await;
    assert_eq!(stack.depth(&mail).await, 0);
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_killed_while_sending_whose_queue_is_purged_leaves_a_mail_that_is_mailed_once() {
    let stack = killed_while_sending_and_purged(&confirmed("Q1")).await;
    eventually("it is delivered", async || state(&stack, "Q1").await == Some(State::Delivered))
        .await;
    assert_eq!(stack.mails_to(&customer("Q1")), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_killed_while_sending_a_refund_whose_queue_is_purged_leaves_it_in_doubt() {
    let stack = killed_while_sending_and_purged(&refunded("Q1")).await;
    eventually("it is in doubt", async || state(&stack, "Q1").await == Some(State::InDoubt)).await;
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

/// The mailer's ledger does not answer, so every mail request waits with a delay.
#[derive(Default)]
struct NoClaims {
    is_over: AtomicBool,
}

impl Faults for NoClaims {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_claim = *call.caller == Caller::Function("mailer".to_owned())
            && call.service == Service::DynamoDb
            && !self.is_over.load(Ordering::SeqCst);
        is_claim.then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_queue_purged_on_a_running_stack_loses_no_planned_mail_and_mails_none_twice() {
    let faults = Arc::<NoClaims>::default();
    let settings = Settings {
        sweep_after: Duration::from_secs(7),
        sweep_interval: Duration::from_secs(1),
        ..settings()
    };
    let config = Config { settings, faults: Arc::clone(&faults) as _, ..Config::default() };
    let stack = TestStack::start_with(config).await;
    let orders = ["Q1", "Q2", "Q3"];
    stack.publish_only(&orders.map(confirmed)).await;
    let mail = stack.stack.resources.queues.mail.clone();
    eventually("the mail requests wait", async || stack.depth(&mail).await >= 3).await;
    stack.purge(&mail).await;
    faults.is_over.store(true, Ordering::SeqCst);
    for order in orders {
        eventually("it is delivered", async || {
            state(&stack, order).await == Some(State::Delivered)
        })
        .await;
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_that_waits_for_a_busy_feedback_queue_is_not_taken_for_a_lost_mail() {
    let (stack, faults) = without_stream().await;
    faults.ses_answers_are_lost.store(true, Ordering::SeqCst);
    let mut pipeline = swept_once(&stack, &[shipped("Q1")]).await;
    pipeline.drain().await;
    faults.ses_answers_are_lost.store(false, Ordering::SeqCst);
    // The queue of a busy shop is never empty. After the grace period, the mailer watches it as long again.
    for _ in 0..42 {
        let now = pipeline.clock().now_ms();
        pipeline.queues.put(FEEDBACK, "being read", now);
        assert_eq!(pipeline.queues.receive(FEEDBACK, 10, now).len(), 1);
        pipeline.run_for(SignedDuration::from_mins(1)).await;
        pipeline.queues.take_all(FEEDBACK);
        assert_eq!(pipeline.sweep().await.queued_again, 0);
    }
    assert_eq!(stack.mails_to(&customer("Q1")), 2, "the window was open, and is used once");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_of_a_planned_mail_renews_the_time_limit_that_counts_for_older_mail_requests() {
    let (stack, _) = without_stream().await;
    let mut pipeline = swept_once(&stack, &[confirmed("Q1")]).await;
    pipeline.plan().await;
    let limit = stack.ledger_items("Q1").await.remove(0).send_before;
    let resent = waybill(&stack, &["resend", "Q1", "order.confirmed", "--reason", "x"]).await;
    assert_eq!(resent.code, Some(0), "{resent:?}");
    assert!(stack.ledger_items("Q1").await.remove(0).send_before > limit);
    stack.stop().await;
}
