//! The events of a simulated run, and what must have become of them.

use std::sync::Arc;

use jiff::SignedDuration;
use local::Config;
use local::ses::Mail;
use shared::ledger::State;

use crate::support::events::{confirmed, customer, refunded, shipped};
use crate::support::simulated_pipeline::{
    DISPATCH, DISPATCH_DLQ, FEEDBACK, FEEDBACK_DLQ, INBOX, INBOX_DLQ, MAIL, MAIL_DLQ, SimulatedSes,
    WholePipeline,
};
use crate::support::{TestStack, config_without_sweep};

/// How often a recovery is looked at.
const LOOK: SignedDuration = SignedDuration::from_secs(30);

/// A stack whose SES events the simulation delivers.
pub async fn simulated_stack() -> (TestStack, Arc<SimulatedSes>) {
    let ses = Arc::<SimulatedSes>::default();
    let faults = Arc::<SimulatedSes>::clone(&ses);
    (TestStack::start_with(Config { faults, ..config_without_sweep() }).await, ses)
}

/// The events of a run.
pub struct Run<'a> {
    pub pipeline: WholePipeline<'a>,
    /// Whether every third event is a refund, whose mail is held where it may have been sent.
    pub with_refunds: bool,
    stack: &'a TestStack,
    orders: Vec<String>,
    name: String,
}

impl<'a> Run<'a> {
    /// `name` begins the id of each order of the run, and ends with no digit.
    pub fn new(name: &str, stack: &'a TestStack, pipeline: WholePipeline<'a>) -> Self {
        Self { pipeline, with_refunds: false, stack, orders: Vec::new(), name: name.to_owned() }
    }

    /// Publishes events of so many new orders.
    pub fn publish(&mut self, count: usize) {
        for _ in 0..count {
            let order = format!("{}-{}", self.name, self.orders.len());
            let line = match self.orders.len() % 3 {
                0 if self.with_refunds => refunded(&order),
                1 => confirmed(&order),
                _ => shipped(&order),
            };
            self.pipeline.publish_now(&line);
            self.orders.push(order);
        }
    }

    /// How many events were published.
    pub fn events(&self) -> usize {
        self.orders.len()
    }

    /// Runs until every mail is out and nothing waits anywhere but copies of mail requests, for at most `most`, and tells how long that took.
    pub async fn recover(&mut self, most: SignedDuration) {
        let took = self.recover_silently(most).await;
        let (minutes, seconds) = (took.as_mins(), took.as_secs() % 60);
        println!(
            "{}: recovered in {minutes} min {seconds} s of simulated time after the outage ended",
            self.name
        );
    }

    /// As [`Run::recover`], and returns how long it took.
    pub async fn recover_silently(&mut self, most: SignedDuration) -> SignedDuration {
        let mut took = SignedDuration::ZERO;
        while !(self.pipeline.is_settled() && self.mails() >= self.orders.len()) {
            let (name, mails, events) = (&self.name, self.mails(), self.orders.len());
            let waiting = self.waiting();
            assert!(took < most, "{name}: not in {most:#}: {mails} of {events} mails, {waiting}");
            self.pipeline.run_for(LOOK).await;
            took += LOOK;
        }
        took
    }

    /// No dead letter, nothing lost, nothing twice.
    pub async fn check(&self) {
        let Self { pipeline, name, .. } = self;
        for dead_letters in [INBOX_DLQ, DISPATCH_DLQ, MAIL_DLQ, FEEDBACK_DLQ] {
            assert_eq!(pipeline.core.queues.all(dead_letters).len(), 0, "{name}: {dead_letters}");
        }
        // Where the mapping gives records up, the sweep has recovered them.
        if pipeline.core.settings.stream.max_retries.is_none() {
            assert_eq!(pipeline.given_up, 0, "{name}: records that the stream gave up");
        }
        for order in &self.orders {
            assert_eq!(self.stack.mails_to(&customer(order)), 1, "{order}");
            let item = self.stack.ledger_items(order).await.remove(0);
            assert_eq!(item.state(), Some(State::Delivered), "{order}");
        }
    }

    /// No mail was sent twice so far.
    pub fn check_nothing_twice(&self) {
        for order in &self.orders {
            assert!(self.stack.mails_to(&customer(order)) <= 1, "{order}");
        }
    }

    fn mails(&self) -> usize {
        let prefix = format!("{}-", self.name);
        let is_ours =
            |mail: &Arc<Mail>| mail.content.to.iter().any(|to| to.email.starts_with(&prefix));
        self.stack.mails().iter().filter(|mail| is_ours(mail)).count()
    }

    /// What waits where.
    pub fn waiting(&self) -> String {
        let queues = &self.pipeline.core.queues;
        let counts = [INBOX, DISPATCH, MAIL, FEEDBACK, DISPATCH_DLQ, MAIL_DLQ, FEEDBACK_DLQ]
            .map(|queue| (queue.rsplit('/').next().unwrap_or_default(), queues.all(queue).len()));
        format!("{counts:?}, {} unpublished", self.pipeline.unpublished())
    }
}
