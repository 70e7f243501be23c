//! A service is away for long, at the deployed settings, while events wait before every stage: no dead letter,
//! nothing lost, nothing twice, and the time to recover is told.

use jiff::SignedDuration;
use local::ses::settings::Sending;

use super::run::{Run, simulated_stack};
use crate::support::TestStack;
use crate::support::simulated_pipeline::{
    DISPATCH, FEEDBACK, Failure, INBOX, MAIL, Outage, Outages, Service, SesMode, Stage,
    WholePipeline,
};

const SIX_HOURS: SignedDuration = SignedDuration::from_hours(6);
const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);

/// When a service that has come back goes away again. Longer than the visibility timeouts: a message that is received in
/// vain each three minutes comes once in between. If it came in neither gap, 42 minutes would be one outage, and longer than
/// its twelve receives last.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(4);
const MOMENT: SignedDuration = SignedDuration::from_secs(1);

/// The functions that an event passes, in this order.
const STAGES: [Stage; 4] = [Stage::Intake, Stage::Relay, Stage::Dispatcher, Stage::Mailer];

/// How a service goes away and comes back.
struct Away<'a> {
    name: &'a str,
    send_events: bool,
    lasts: SignedDuration,
    /// Events that wait before each stage when it begins.
    before_each_stage: usize,
    begin: &'a dyn Fn(&TestStack, &mut WholePipeline<'_>),
    end: &'a dyn Fn(&TestStack, &mut WholePipeline<'_>),
    /// A bound on the recovery.
    recovers_in: SignedDuration,
}

impl Away<'_> {
    /// At least 50 events, before, during and after the outage, which comes again during the recovery.
    async fn proves_that_every_mail_goes_out_once(&self) {
        let (stack, ses) = simulated_stack().await;
        let whole = WholePipeline::new(&stack, &ses, self.send_events, SignedDuration::ZERO);
        let mut run = Run::new(self.name, &stack, whole);
        run.with_refunds = true;
        run.publish(14);
        run.pipeline.run_for(SignedDuration::from_mins(1)).await;
        fill_every_stage(&mut run, &ses.outages, self.before_each_stage).await;

        (self.begin)(&stack, &mut run.pipeline);
        run.publish(2);
        run.pipeline.run_for(self.lasts - SignedDuration::from_mins(5)).await;
        run.publish(14);
        run.pipeline.run_for(SignedDuration::from_mins(5)).await;
        println!("{}: at the end of the outage: {}", self.name, run.waiting());
        run.check_nothing_twice();

        (self.end)(&stack, &mut run.pipeline);
        run.pipeline.run_for(AGAIN_AFTER).await;
        (self.begin)(&stack, &mut run.pipeline);
        run.pipeline.run_for(SignedDuration::from_mins(10)).await;
        (self.end)(&stack, &mut run.pipeline);
        run.publish(16);
        run.recover(self.recovers_in).await;
        let (peak, events) = (run.pipeline.peak_of_mail_queue(), run.events());
        println!("{}: at most {peak} mail requests at once for {events} mails", self.name);
        assert!(events >= 50, "{events}");
        run.check().await;
        stack.stop().await;
    }
}

/// Leaves events waiting before each stage: mails that SES has accepted and the ledger does not know of, SES
/// events before feedback, mails before the mailer, events before the dispatcher, and records in the stream.
async fn fill_every_stage(run: &mut Run<'_>, outages: &Outages, count: usize) {
    run.pipeline.run_only(&STAGES[..3]);
    run.publish(count);
    run.pipeline.run_for(MOMENT).await;
    outages.begin_after_send(Outage::of(Service::DynamoDb));
    run.pipeline.run_only(&STAGES[3..]);
    run.pipeline.run_for(MOMENT).await;
    outages.end();
    for last in (1..=STAGES.len()).rev() {
        run.pipeline.run_only(&STAGES[..last]);
        run.publish(count);
        run.pipeline.run_for(MOMENT).await;
    }
    for queue in [DISPATCH, MAIL, FEEDBACK] {
        let waiting = run.pipeline.core.queues.all(queue).len();
        assert!(waiting >= count, "{queue}: {waiting}");
    }
    run.pipeline.run_every_stage();
}

/// An outage of a service on which nothing but the simulation depends.
async fn outlives(name: &str, outage: Outage, lasts: SignedDuration, send_events: bool) {
    Away {
        name,
        send_events,
        lasts,
        before_each_stage: 2,
        begin: &|_, pipeline| pipeline.core.outages.begin(outage),
        end: &|_, pipeline| pipeline.core.outages.end(),
        recovers_in: SignedDuration::from_mins(45),
    }
    .proves_that_every_mail_goes_out_once()
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_dynamodb_away_for_6_hours_every_mail_goes_out_once() {
    outlives("dynamodb", Outage::of(Service::DynamoDb), SIX_HOURS, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_dynamodb_away_for_6_hours_and_send_events_on_every_mail_goes_out_once() {
    outlives("dynamodb-on", Outage::of(Service::DynamoDb), SIX_HOURS, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_sqs_away_for_30_minutes_every_mail_goes_out_once() {
    outlives("sqs", Outage::of(Service::Sqs), HALF_AN_HOUR, false).await;
    outlives("sqs-on", Outage::of(Service::Sqs), HALF_AN_HOUR, true).await;
}

/// Lambda still receives: each delivery uses up a receive, as nothing can be requeued.
#[tokio::test(flavor = "multi_thread")]
async fn with_sqs_giving_messages_and_taking_none_for_30_minutes_every_mail_goes_out_once() {
    for (name, send_events) in [("sends", false), ("sends-on", true)] {
        let sends = Outage { operation: Some("SendMessageBatch"), ..Outage::of(Service::Sqs) };
        outlives(name, sends, HALF_AN_HOUR, send_events).await;
    }
}

/// What was handled is delivered again after each visibility timeout.
#[tokio::test(flavor = "multi_thread")]
async fn with_sqs_deleting_nothing_for_30_minutes_every_mail_goes_out_once() {
    for (name, queue) in
        [("deletes-inbox", INBOX), ("deletes-dispatch", DISPATCH), ("deletes-mail", MAIL)]
    {
        let deletes = Outage {
            operation: Some("DeleteMessageBatch"),
            queue: Some(queue),
            ..Outage::of(Service::Sqs)
        };
        outlives(name, deletes, HALF_AN_HOUR, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_sending_paused_for_6_hours_every_mail_goes_out_once() {
    for (name, send_events) in [("paused", false), ("paused-on", true)] {
        let set = |stack: &TestStack, sending| {
            stack.stack.ses.account().change(|account| account.sending = sending);
        };
        Away {
            name,
            send_events,
            lasts: SIX_HOURS,
            before_each_stage: 2,
            begin: &|stack, _| set(stack, Sending::Paused),
            end: &|stack, _| set(stack, Sending::Enabled),
            recovers_in: SignedDuration::from_mins(30),
        }
        .proves_that_every_mail_goes_out_once()
        .await;
    }
}

/// Few events wait, because each of their mails tries every half minute.
async fn outlives_no_connection_to_ses(name: &str, send_events: bool, lasts: SignedDuration) {
    Away {
        name,
        send_events,
        lasts,
        before_each_stage: 1,
        begin: &|_, pipeline| pipeline.core.ses_is_reachable = false,
        end: &|_, pipeline| pipeline.core.ses_is_reachable = true,
        recovers_in: SignedDuration::from_mins(30),
    }
    .proves_that_every_mail_goes_out_once()
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_connection_to_ses_for_6_hours_every_mail_goes_out_once() {
    outlives_no_connection_to_ses("unreachable", false, SIX_HOURS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_connection_to_ses_for_an_hour_and_send_events_on_every_mail_goes_out_once() {
    outlives_no_connection_to_ses("unreachable-on", true, SignedDuration::from_hours(1)).await;
}

/// SES has accepted the mails, and its answers are lost: only its events say so, and feedback can't record them
/// for longer than the grace period.
#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_not_sent_again_while_feedback_cannot_record_its_event() {
    let (stack, ses) = simulated_stack().await;
    let mut ahead = SignedDuration::ZERO;
    for (name, send_events) in [("unrecorded", false), ("unrecorded-on", true)] {
        let whole = WholePipeline::new(&stack, &ses, send_events, ahead);
        let mut run = Run::new(name, &stack, whole);
        ses.outages.begin(Outage::of(Service::DynamoDb).for_stage(Stage::Feedback));
        ses.set_mode(SesMode::LostAnswer);
        run.publish(3);
        run.pipeline.run_for(SignedDuration::from_mins(1)).await;
        ses.set_mode(SesMode::Up);
        let longer_than_grace = run.pipeline.core.settings.grace + SIX_HOURS;
        run.pipeline.run_for(longer_than_grace).await;
        run.check_nothing_twice();
        ses.outages.end();
        run.recover(SignedDuration::from_hours(12)).await;
        run.check().await;
        ahead = run.pipeline.core.ahead() + SignedDuration::from_mins(1);
    }
    stack.stop().await;
}

/// Feedback is killed each time that it receives the event, but for the last.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_on_which_feedback_is_killed_comes_back_within_the_grace_period() {
    let (stack, ses) = simulated_stack().await;
    let mut ahead = SignedDuration::ZERO;
    for (name, send_events) in [("hidden", false), ("hidden-on", true)] {
        let whole = WholePipeline::new(&stack, &ses, send_events, ahead);
        let mut run = Run::new(name, &stack, whole);
        let receives = run.pipeline.core.settings.queues[FEEDBACK].max_receives;
        let kills = Outage {
            failure: Failure::Killed,
            calls: Some(receives - 1),
            ..Outage::of(Service::DynamoDb)
        };
        ses.outages.begin(kills.for_stage(Stage::Feedback));
        ses.set_mode(SesMode::LostAnswer);
        run.publish(1);
        run.pipeline.run_for(MOMENT).await;
        ses.set_mode(SesMode::Up);
        run.recover(SignedDuration::from_hours(12)).await;
        run.check().await;
        ahead = run.pipeline.core.ahead() + SignedDuration::from_mins(1);
    }
    stack.stop().await;
}
