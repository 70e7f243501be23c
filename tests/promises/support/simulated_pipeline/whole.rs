//! The whole pipeline in simulated time, from the publisher to feedback: every stage runs when it would run
//! deployed.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::outages::Stage;
use super::{
    DISPATCH, FEEDBACK, INBOX, MAIL, STEP, Settings, SimulatedPipeline, SimulatedSes, millis,
};
use crate::support::TestStack;

/// How long whoever publishes waits before the same event is published again, and EventBridge before it sends an
/// SES event again.
const RETRY_MS: i64 = 5 * 60 * 1000;

/// Lambda waits longer before each retry of a failed batch of a stream, up to about a minute.
const MAX_STREAM_RETRY_MS: i64 = 60_000;

/// SES publishes `Send` and `Delivery` for each mail.
const EVENTS_PER_MAIL: usize = 2;

/// Between two sweeps while nothing waits anywhere, which is when they find only what was lost.
const IDLE_SWEEP_INTERVAL: SignedDuration = SignedDuration::from_mins(30);

/// All stages, and what waits between them.
pub struct WholePipeline<'a> {
    pub core: SimulatedPipeline<'a>,
    test: &'a TestStack,
    ses: Arc<SimulatedSes>,
    /// Stages that do not run, so that messages wait before them.
    held: BTreeSet<Stage>,
    publisher: Waiting,
    /// How often an event was published. Every second time, over the inbox queue.
    published: usize,
    ses_rule: Waiting,
    stream_retries: u32,
    stream_due: i64,
    /// Records that the event source mapping has given up.
    pub given_up: usize,
    sweep_due: i64,
}

/// Texts, each with the time at which it is due.
type Waiting = VecDeque<(i64, String)>;

impl<'a> WholePipeline<'a> {
    /// An empty pipeline whose clock runs `ahead` of now. `ses` is the stack's fault plan.
    pub fn new(
        test: &'a TestStack,
        ses: &Arc<SimulatedSes>,
        send_events: bool,
        ahead: SignedDuration,
    ) -> Self {
        Self::deployed(test, ses, Settings::deployed(send_events), ahead)
    }

    /// The same with these settings.
    pub fn deployed(
        test: &'a TestStack,
        ses: &Arc<SimulatedSes>,
        settings: Settings,
        ahead: SignedDuration,
    ) -> Self {
        let core = SimulatedPipeline::deployed(&test.stack, ahead, settings, ses.outages.clone());
        let sweep_due = core.clock().now_ms();
        Self {
            core,
            test,
            ses: Arc::clone(ses),
            held: BTreeSet::new(),
            publisher: VecDeque::new(),
            published: 0,
            ses_rule: VecDeque::new(),
            stream_retries: 0,
            stream_due: 0,
            given_up: 0,
            sweep_due,
        }
    }

    /// Publishes an event now, and again every few minutes until intake or the inbox queue has accepted it, as a shop
    /// does.
    pub fn publish(&mut self, line: String) {
        self.publisher.push_back((self.now(), line));
    }

    /// Publishes an event of `make` with the simulated time.
    pub fn publish_now(&mut self, line: &str) {
        let mut event: Value = serde_json::from_str(line).expect("JSON");
        event["time"] = self.core.clock().now().to_string().into();
        self.publish(event.to_string());
    }

    /// Only these stages run from now on, and the publisher.
    pub fn run_only(&mut self, stages: &[Stage]) {
        self.held = Stage::FUNCTIONS.into_iter().filter(|stage| !stages.contains(stage)).collect();
    }

    /// Every stage but this one runs from now on.
    pub fn run_without(&mut self, stage: Stage) {
        self.held = BTreeSet::from([stage]);
    }

    /// The stream forgets what relay has not passed, as after 24 hours.
    pub fn lose_stream(&mut self) {
        self.core.stream.advance(usize::MAX);
    }

    /// Every stage runs again.
    pub fn run_every_stage(&mut self) {
        self.held.clear();
    }

    /// The most messages that the mail queue has had at once.
    pub fn peak_of_mail_queue(&self) -> usize {
        self.core.queues.peak(MAIL)
    }

    /// How many events wait for the publisher's next try.
    pub fn unpublished(&self) -> usize {
        self.publisher.len()
    }

    /// Whether nothing waits anywhere.
    pub fn is_idle(&self) -> bool {
        self.is_settled() && self.core.queues.all(MAIL).is_empty()
    }

    /// Whether nothing waits anywhere but mail requests: a copy of one whose mail is out may wait for hours, as long as
    /// a mail in doubt.
    pub fn is_settled(&self) -> bool {
        let queues = [INBOX, DISPATCH, FEEDBACK];
        self.publisher.is_empty()
            && self.ses_rule.is_empty()
            && self.core.stream.len() == 0
            && queues.iter().all(|queue| self.core.queues.all(queue).is_empty())
    }

    /// Lets time pass while every stage runs when something is due for it.
    pub async fn run_for(&mut self, time: SignedDuration) {
        let end = self.now() + millis(time);
        loop {
            while self.run_once().await {}
            let now = self.now();
            match self.next_due(now) {
                Some(due) if due < end => {
                    self.core.skip(STEP.max(SignedDuration::from_millis(due - now)));
                }
                _ => return self.core.skip(SignedDuration::from_millis((end - now).max(0))),
            }
        }
    }

    /// Runs what is due once; whether anything was.
    async fn run_once(&mut self) -> bool {
        let mut any = self.take_in().await;
        any |= self.relay_records().await;
        any |= self.handle_queues().await;
        any |= self.forward_ses_events().await;
        self.sweep().await;
        any
    }

    fn now(&self) -> i64 {
        self.core.clock().now_ms()
    }

    fn runs(&self, stage: Stage) -> bool {
        !self.held.contains(&stage)
    }

    fn next_due(&self, now: i64) -> Option<i64> {
        let consumers = [
            (Stage::Intake, INBOX),
            (Stage::Dispatcher, DISPATCH),
            (Stage::Mailer, MAIL),
            (Stage::Feedback, FEEDBACK),
        ];
        let read: Vec<&str> =
            consumers.iter().filter(|(stage, _)| self.runs(*stage)).map(|(_, url)| *url).collect();
        let stream = self.runs(Stage::Relay) && self.core.stream.len() > 0;
        let times = [
            self.core.queues.next_due(&read, now),
            self.publisher.iter().map(|(at, _)| *at).min(),
            self.ses_rule.iter().map(|(at, _)| *at).min(),
            stream.then_some(self.stream_due),
            self.runs(Stage::Sweep).then_some(self.sweep_due),
        ];
        times.into_iter().flatten().min()
    }

    async fn take_in(&mut self) -> bool {
        let now = self.now();
        let due = take_due(&mut self.publisher, now);
        if due.is_empty() {
            return false;
        }
        let (intake, timeout) = (self.core.intake(), self.core.settings.intake_timeout);
        for line in due {
            self.published += 1;
            let deadline = SystemTime::now() + timeout;
            let is_taken = if self.published.is_multiple_of(2) {
                self.send_to_inbox(&line)
            } else {
                let answer = Box::pin(intake::handle(&intake, &line, deadline));
                let answer = self.core.outages.unless_killed(answer).await;
                matches!(answer, Some(Ok(_)))
            };
            if !is_taken {
                self.publisher.push_back((self.now() + RETRY_MS, line));
            }
        }
        true
    }

    /// As a publisher that does not wait for intake's answer, and EventBridge. Whether SQS has taken it.
    fn send_to_inbox(&self, line: &str) -> bool {
        let queues = &self.core.queues;
        if queues.is_away(Stage::EventBridge, "SendMessage", INBOX) {
            return false;
        }
        queues.put(INBOX, line, self.now());
        true
    }

    /// Invokes relay with the oldest records of the stream. A batch that fails is retried from the record that
    /// failed, until the mapping gives it up.
    async fn relay_records(&mut self) -> bool {
        let settings = self.core.settings.stream.clone();
        let records = self.core.stream.batch(settings.batch_size);
        if !self.runs(Stage::Relay) || records.is_empty() || self.now() < self.stream_due {
            return false;
        }
        let relay = self.core.relay_as(Stage::Relay);
        let payload = json!({ "Records": records });
        let invocation = Box::pin(relay::handle(&relay, payload, u64::MAX));
        let answer = self.core.outages.unless_killed(invocation).await;
        let failed = match answer.and_then(Result::ok) {
            Some(answer) => first_failed(&answer, &records),
            None => Some(0),
        };
        let Some(done) = failed else {
            self.core.stream.advance(records.len());
            self.stream_retries = 0;
            return true;
        };
        self.core.stream.advance(done);
        // A batch that starts at another record is another batch.
        self.stream_retries = if done == 0 { self.stream_retries + 1 } else { 1 };
        if settings.max_retries.is_some_and(|most| self.stream_retries > most) {
            self.given_up += records.len() - done;
            self.core.stream.advance(records.len() - done);
            self.stream_retries = 0;
        }
        let delay = (1000 << self.stream_retries.min(6)).min(MAX_STREAM_RETRY_MS);
        self.stream_due = self.now() + delay;
        true
    }

    async fn handle_queues(&mut self) -> bool {
        let mut any = false;
        if self.runs(Stage::Intake) && self.core.is_due(INBOX) {
            let intake = self.core.intake();
            any |= self.core.take_from_inbox(&intake).await;
        }
        if self.runs(Stage::Dispatcher) && self.core.is_due(DISPATCH) {
            let dispatcher = self.core.dispatcher();
            any |= self.core.dispatch(&dispatcher).await;
        }
        if self.runs(Stage::Mailer) && self.core.is_due(MAIL) {
            let mailer = self.core.mailer().await;
            any |= self.core.mail(&mailer).await;
            self.core.keep(mailer);
        }
        if self.runs(Stage::Feedback) && self.core.is_due(FEEDBACK) {
            let feedback = self.core.feedback();
            any |= self.core.feed_back(&feedback).await;
        }
        any
    }

    /// EventBridge tries for 24 hours to deliver an event to the queue.
    async fn forward_ses_events(&mut self) -> bool {
        let mails = self.test.mails().len();
        let now = self.now();
        for envelope in self.ses.events(mails * EVENTS_PER_MAIL).await {
            if self.core.settings.send_events || !is_send_event(&envelope) {
                self.ses_rule.push_back((now, envelope));
            }
        }
        let due = take_due(&mut self.ses_rule, now);
        let mut any = false;
        for envelope in due {
            if self.core.queues.is_away(Stage::EventBridge, "SendMessage", FEEDBACK) {
                self.ses_rule.push_back((now + RETRY_MS, envelope));
            } else {
                self.core.queues.put(FEEDBACK, &envelope, now);
                any = true;
            }
        }
        any
    }

    async fn sweep(&mut self) {
        if !self.runs(Stage::Sweep) || self.now() < self.sweep_due {
            return;
        }
        // A sweep that finds nothing costs the test as much as one that does.
        let interval = self.core.settings.sweep_interval;
        let interval = if self.is_idle() { interval.max(IDLE_SWEEP_INTERVAL) } else { interval };
        self.sweep_due = self.now() + millis(interval);
        let timeout = self.core.settings.relay_timeout.as_millis();
        let deadline = self.now() + i64::try_from(timeout).expect("seconds");
        let relay = self.core.relay_as(Stage::Sweep);
        let deadline = u64::try_from(deadline).expect("after 1970");
        let invocation = Box::pin(relay::handle(&relay, json!({}), deadline));
        // A failed sweep has no retry: the next one starts again from the watermark.
        drop(self.core.outages.unless_killed(invocation).await);
    }
}

/// Removes and returns what is due.
fn take_due(waiting: &mut Waiting, now: i64) -> Vec<String> {
    let (due, later): (Waiting, Waiting) =
        std::mem::take(waiting).into_iter().partition(|(at, _)| *at <= now);
    *waiting = later;
    due.into_iter().map(|(_, text)| text).collect()
}

/// The index of the first record that failed.
fn first_failed(answer: &Value, records: &[Value]) -> Option<usize> {
    let number = answer.pointer("/batchItemFailures/0/itemIdentifier")?;
    records.iter().position(|record| record["dynamodb"]["SequenceNumber"] == *number)
}

fn is_send_event(envelope: &str) -> bool {
    let envelope: Value = serde_json::from_str(envelope).expect("JSON");
    envelope["detail"]["eventType"] == "Send"
}
