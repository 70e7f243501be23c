//! Moves messages out of a dead-letter queue: classify again, send, wait for SQS to confirm, delete.
//!
//! Delivery semantics: at least once. A crash before the send leaves the message where it was. A crash
//! between send and delete leaves it on both queues, and the ledger lets only one mail of the two
//! through. So a replay may be stopped at any point and repeated.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures::{StreamExt, stream};
use indicatif::ProgressBar;
use jiff::Timestamp;
use kit::RateLimiter;
use kit::queue::{OutgoingMessage, send_all};
use shared::queue::arrival::{FORCED_AT, RECEIVED_AT};
use shared::queue::message::MailRequest;
use shared::queue::sqs_json::escape_noncharacters;

use super::classify::ReplayClassifier;
use super::edit::{Edit, Edited};
use super::force_stale::force_stale;
use super::outcome::ReplayOutcome;
use super::payload::{Dispatch, DlqPayload};
use super::receive::{QueueScanner, Received};
use super::republish::{republish_batch, republish_record};
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::{Dlq, Origin, Queue, Stack};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::outbox::watch_again;
use crate::progress::RunControl;
use crate::rate::Throughput;

const MAX_CONCURRENCY: usize = 8;

/// How much of what a slow service cost is caught up with at once.
const MAX_CATCH_UP: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct ReplayOptions<'a> {
    pub dlq: Dlq,
    pub selected: HashSet<String>,
    /// Applied to each body before it is classified and sent.
    pub edit: Option<&'a Edit>,
    /// Whether stale messages are moved, with a new deadline.
    pub force_stale: bool,
    /// Messages a second.
    pub rate: f64,
    /// How long messages stay hidden, if not as long as the rate demands.
    pub hold: Option<Duration>,
}

/// Moves the selected messages; `progress` tells how many so far. What was done is in `outcome`, also when this fails.
///
/// # Errors
/// [`CliError::Service`] when a service does not answer, [`CliError::Interrupted`] when the operator
/// stops it. In both cases every message that was not moved is visible again.
pub async fn move_messages(
    stack: &Stack,
    options: ReplayOptions<'_>,
    RunControl { interrupt, progress }: RunControl<'_>,
    outcome: &mut ReplayOutcome,
) -> Result<(), CliError> {
    let url = stack.url(Queue::Dead(options.dlq)).await?;
    let target = match options.dlq.origin() {
        Origin::Queue(source) => Some(stack.url(source).await?),
        Origin::LedgerStream | Origin::MailBus => None,
    };
    let depth = stack.queue_depth(Queue::Dead(options.dlq)).await?;
    let throughput = Throughput(options.rate);
    let hold = || throughput.hold(options.selected.len(), depth.visible);
    let mut scanner = QueueScanner::new(&stack.sqs, &url, options.hold.unwrap_or_else(hold));
    let mover = Mover {
        stack,
        target,
        throughput,
        limiter: RateLimiter::with_catch_up(options.rate, MAX_CATCH_UP),
        classifier: ReplayClassifier::new(stack),
        progress,
        outcome: RefCell::new(outcome),
        interrupt,
        options,
    };
    let result = mover.run(&mut scanner).await;
    // After errors and Ctrl-C too: what was received and not moved would stay hidden until the hold ends.
    let still_hidden = scanner.release().await;
    mover.outcome.borrow_mut().still_hidden = still_hidden;
    result
}

/// A received message with its edited body, and what that asks for.
struct Candidate {
    message: Received,
    payload: DlqPayload,
    assessment: ReplayAssessment,
}

struct Mover<'a> {
    stack: &'a Stack,
    /// The URL of the queue that the messages come from, if they come from one.
    target: Option<String>,
    throughput: Throughput,
    limiter: RateLimiter,
    classifier: ReplayClassifier<'a>,
    progress: &'a ProgressBar,
    outcome: RefCell<&'a mut ReplayOutcome>,
    interrupt: &'a Interrupt,
    options: ReplayOptions<'a>,
}

impl Mover<'_> {
    async fn run(&self, scanner: &mut QueueScanner<'_>) -> Result<(), CliError> {
        let result = self.move_all(scanner).await;
        let mut outcome = self.outcome.borrow_mut();
        let left = self.options.selected.len() - outcome.handled();
        // A replay that ran to the end of the queue did not find the rest; one that stopped did not try.
        if result.is_ok() && !self.interrupt.is_requested() {
            outcome.not_seen = left;
            return Ok(());
        }
        outcome.not_begun = left;
        result?;
        // Ctrl-C came after the last message: nothing was stopped by it.
        if left == 0 {
            return Ok(());
        }
        self.interrupt.check(
            "Stopped. What was not moved is in the dead-letter queue as before; the same command \
             continues with it.",
        )
    }

    async fn move_all(&self, scanner: &mut QueueScanner<'_>) -> Result<(), CliError> {
        let mut remaining = self.options.selected.clone();
        while !remaining.is_empty() && !self.interrupt.is_requested() {
            let Some(received) = scanner.next(self.throughput.calls()).await? else { break };
            // Exactly the planned messages: one that arrived since then was not shown to the operator.
            let selected = received.into_iter().filter(|message| remaining.remove(&message.id));
            self.move_group(selected.collect(), scanner).await?;
        }
        Ok(())
    }

    async fn move_group(
        &self,
        mut messages: Vec<Received>,
        scanner: &QueueScanner<'_>,
    ) -> Result<(), CliError> {
        let payloads: Vec<DlqPayload> = messages.iter_mut().map(|m| self.edit(m)).collect();
        // Judged again at the moment of moving: since the plan, the mail may have been sent, erased or
        // superseded, and a replay may be hours long at a low rate.
        let now = Timestamp::now().as_millisecond();
        let assessments =
            self.classifier.classify(&payloads.iter().collect::<Vec<_>>(), now).await?;
        let mut movable = Vec::with_capacity(messages.len());
        for ((message, payload), assessment) in messages.into_iter().zip(payloads).zip(assessments)
        {
            if assessment.verdict.is_movable(self.options.force_stale) {
                movable.push(Candidate { message, payload, assessment });
            } else {
                self.outcome.borrow_mut().add_changed(assessment.verdict);
            }
        }
        stream::iter(movable)
            .chunks(self.throughput.batch())
            .for_each_concurrent(MAX_CONCURRENCY, |batch| self.move_batch(batch, scanner))
            .await;
        Ok(())
    }

    fn edit(&self, message: &mut Received) -> DlqPayload {
        let dlq = self.options.dlq;
        let received_at = message.received_at(dlq);
        if dlq == Dlq::Inbox {
            // Before the edit, which takes EventBridge's envelope away, and that's where the time may be.
            let at = received_at.as_millisecond().to_string();
            message.attributes.insert(RECEIVED_AT.to_owned(), at);
        }
        let edited = self.options.edit.map(|edit| edit.apply(dlq, message));
        let payload = edited.as_ref().and_then(|edited| edited.payload(dlq, received_at));
        if let Some(Edited::Changed(body)) = edited {
            message.body = body;
        }
        payload.unwrap_or_else(|| DlqPayload::parse(dlq, &message.body, received_at))
    }

    async fn move_batch(&self, batch: Vec<Candidate>, scanner: &QueueScanner<'_>) {
        self.interrupt.sleep_until(self.limiter.reserve(batch.len())).await;
        // The last point at which Ctrl-C stops this batch. From here on it is sent and deleted whole, so
        // that no message is left on both queues.
        if self.interrupt.is_requested() {
            return;
        }
        let mut to_send = Vec::with_capacity(batch.len());
        for candidate in batch {
            match self.replay(&candidate).await {
                Ok(Some(body)) => {
                    let attributes = attributes(self.options.dlq, &candidate);
                    to_send.push(Received { body, attributes, ..candidate.message });
                }
                Ok(None) => self.delete(vec![candidate.message], scanner).await,
                Err(error) => self.add_failure(&candidate.message.id, &error),
            }
        }
        self.send_and_delete(to_send, scanner).await;
        self.progress.set_position(self.outcome.borrow().handled() as u64);
    }

    /// Replays a message, or returns the body that is to be sent for it to the queue that it comes from, so that bodies go
    /// in batches.
    async fn replay(&self, candidate: &Candidate) -> Result<Option<String>, CliError> {
        let body = &candidate.message.body;
        self.watch_again(&candidate.payload, body).await?;
        match &candidate.payload {
            DlqPayload::StreamBatch(batch) => {
                republish_batch(self.stack, batch).await.map(|()| None)
            }
            DlqPayload::Change(key) => republish_record(self.stack, key).await.map(|()| None),
            DlqPayload::MailEvent(event) => event.publish(self.stack).await.map(|()| None),
            payload if candidate.assessment.verdict == Verdict::Stale => {
                force_stale(self.stack, payload, body).await
            }
            _ => Ok(Some(body.clone())),
        }
    }

    /// Before a mail is moved: the sweep may have passed its event long ago, and would not find the notification
    /// if this copy of its message were lost too.
    async fn watch_again(&self, payload: &DlqPayload, body: &str) -> Result<(), CliError> {
        let (key, event) = match payload {
            DlqPayload::Mail { key, .. } => {
                let request = MailRequest::parse(body);
                (key, request.map(|request| request.event.reference.sort_key()).ok())
            }
            DlqPayload::Dispatch(Dispatch { key, event, .. }) => (key, Some(event.clone())),
            _ => return Ok(()),
        };
        match event {
            Some(event) => watch_again(self.stack, &key.order_key().to_string(), &event).await,
            None => Ok(()),
        }
    }

    async fn send_and_delete(&self, messages: Vec<Received>, scanner: &QueueScanner<'_>) {
        let Some(target) = &self.target else { return };
        let outgoing = messages.iter().map(outgoing).collect();
        let results = send_all(&self.stack.sqs, target, outgoing).await;
        let mut sent = Vec::with_capacity(messages.len());
        for (message, result) in messages.into_iter().zip(results) {
            match result {
                Ok(()) => sent.push(message),
                // Without a confirmation it stays, though its answer may only have been lost: two
                // copies are one mail, none is a lost one.
                Err(error) => self.add_failure(&message.id, &error),
            }
        }
        self.delete(sent, scanner).await;
    }

    /// Deletes messages that were sent. Never before that is confirmed: a crash would lose them.
    async fn delete(&self, sent: Vec<Received>, scanner: &QueueScanner<'_>) {
        let confirmed = scanner.delete(&sent).await;
        let mut outcome = self.outcome.borrow_mut();
        outcome.moved += sent.len();
        outcome.not_deleted += sent.len() - confirmed;
    }

    fn add_failure(&self, id: &str, error: &dyn std::error::Error) {
        self.outcome.borrow_mut().add_failure(id, error.to_string());
    }
}

/// The attributes that the replayed message carries: when what it publishes arrived, so that the replay makes it no
/// younger, and that an operator wants it mailed although it is old. A delivery says in its body when it arrived.
fn attributes(dlq: Dlq, candidate: &Candidate) -> BTreeMap<String, String> {
    let DlqPayload::Events(_) = candidate.payload else { return BTreeMap::new() };
    let received_at = candidate.message.attributes.get(RECEIVED_AT).cloned();
    let received_at = received_at.filter(|_| dlq == Dlq::Inbox);
    let is_forced = candidate.assessment.verdict == Verdict::Stale;
    let forced_at = is_forced.then(|| Timestamp::now().as_millisecond().to_string());
    let all = [(RECEIVED_AT, received_at), (FORCED_AT, forced_at)];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn outgoing(message: &Received) -> OutgoingMessage {
    // An edit may have written characters that SQS refuses.
    let body = escape_noncharacters(message.body.clone());
    let mut outgoing = OutgoingMessage { body, ..OutgoingMessage::default() };
    for (name, value) in &message.attributes {
        outgoing.add_if_it_fits(name, value.clone());
    }
    outgoing
}

#[cfg(test)]
mod tests;
