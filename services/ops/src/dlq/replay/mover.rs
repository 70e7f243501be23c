//! Moving messages out of a dead-letter queue: send, confirmed, then delete.
//!
//! Delivery semantics: at least once. A crash between the two leaves the message in both places,
//! and the ledger lets one mail of them through. A crash before leaves it where it was. Each
//! message is judged anew right before it is moved.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::time::Duration;

use futures::{StreamExt, stream};
use jiff::Timestamp;
use kit::queue::{OutgoingMessage, send_all};

use super::deed::{Individual, Repaired, ReplayAction};
use super::outcome::Outcome;
use super::pace::Pace;
use crate::aws::{Dlq, Queue, Stack};
use crate::dlq::delete::delete;
use crate::dlq::edit::Edit;
use crate::dlq::judge::ReplayClassifier;
use crate::dlq::peek::{End, QueueDepth, QueueScanner, hold_for};
use crate::dlq::received::Received;
use crate::dlq::subject::{DlqPayload, Window};
use crate::dlq::verdict::Stale;
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::notification;
use crate::outbox::UnseenEvents;
use crate::progress::Progress;
use crate::publish::{PublishOutcome, Publisher};

/// How many batches are on their way at the same time.
const MAX_CONCURRENCY: usize = 8;

/// What a hold has to spare.
const SPARE: Duration = Duration::from_secs(60);

/// SQS hides a message for twelve hours at most.
const MAX_HOLD: Duration = Duration::from_secs(11 * 60 * 60);

/// What is to be moved and how.
#[derive(Debug)]
pub struct ReplayOptions<'a> {
    /// Out of which queue.
    pub dlq: Dlq,
    /// The ids of the messages.
    pub selected: HashSet<String>,
    /// The repair.
    pub edit: Option<&'a Edit>,
    /// What becomes of stale messages.
    pub stale: Stale,
    /// Messages a second.
    pub rate: f64,
    /// How long messages stay hidden, if not as the rate suggests.
    pub hold: Option<Duration>,
}

/// Moves them. What came of it is in `outcome` also when this fails.
///
/// # Errors
/// [`CliError::Service`] when a service does not answer, [`CliError::Interrupted`] when the operator
/// stops it. Messages that were not moved are given back in any case.
pub async fn carry_out(
    stack: &Stack,
    orders: ReplayOptions<'_>,
    stop: &Interrupt,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let url = stack.url(Queue::Dead(orders.dlq)).await?;
    let target = match orders.dlq {
        Dlq::Relay => stack.url(Queue::Dispatch).await?,
        dlq => match dlq.source() {
            Some(queue) => stack.url(queue).await?,
            None => String::new(),
        },
    };
    let depth = QueueDepth::of(&stack.sqs, &url).await?;
    let progress = Progress::moving(orders.selected.len() as u64);
    let pace = Pace::new(orders.rate);
    let hold = || hold_of(&pace, orders.selected.len(), depth.visible);
    let mut peek = QueueScanner::new(&stack.sqs, &url, orders.hold.unwrap_or_else(hold));
    let mover = Mover {
        stack,
        url: &url,
        target,
        pace,
        judge: ReplayClassifier::new(stack),
        missing: UnseenEvents::new(stack),
        requeued: RefCell::default(),
        publisher: Publisher::new(stack),
        progress: &progress,
        done: Cell::new(0),
        stop,
        orders,
    };
    let result = mover.run(&mut peek, outcome).await;
    outcome.not_given_back = peek.give_back().await;
    progress.finish();
    result
}

struct Mover<'a> {
    stack: &'a Stack,
    url: &'a str,
    target: String,
    pace: Pace,
    judge: ReplayClassifier<'a>,
    missing: UnseenEvents<'a>,
    /// Events that were queued in this run: windows overlap.
    requeued: RefCell<HashSet<(String, String)>>,
    publisher: Publisher,
    progress: &'a Progress,
    done: Cell<usize>,
    stop: &'a Interrupt,
    orders: ReplayOptions<'a>,
}

/// What became of one message.
enum Fate {
    Moved,
    SentButNotDeleted,
    Failed(String),
    /// Not begun: the operator stopped it.
    Left,
}

impl Mover<'_> {
    async fn run(
        &self,
        peek: &mut QueueScanner<'_>,
        outcome: &mut Outcome,
    ) -> Result<(), CliError> {
        let mut remaining = self.orders.selected.clone();
        let result = self.groups(&mut remaining, peek, outcome).await;
        if result.is_ok() && !self.stop.is_requested() {
            outcome.not_seen = remaining.len();
            return Ok(());
        }
        outcome.not_begun += remaining.len();
        result?;
        if outcome.not_begun == 0 {
            return Ok(());
        }
        self.stop.check(
            "Stopped. What was not moved is in the dead-letter queue as before; the same command \
             goes on with it.",
        )
    }

    async fn groups(
        &self,
        remaining: &mut HashSet<String>,
        peek: &mut QueueScanner<'_>,
        outcome: &mut Outcome,
    ) -> Result<(), CliError> {
        while !remaining.is_empty() && peek.end() == End::NotYet && !self.stop.is_requested() {
            let received = peek.next(self.pace.calls()).await?;
            let mine: Vec<Received> =
                received.into_iter().filter(|m| remaining.remove(&m.id)).collect();
            let count = mine.len();
            if let Err(failure) = self.group(mine, peek, outcome).await {
                outcome.not_begun += count;
                return Err(failure);
            }
        }
        Ok(())
    }

    /// Judges the messages anew and moves those that may still be moved.
    async fn group(
        &self,
        messages: Vec<Received>,
        peek: &mut QueueScanner<'_>,
        outcome: &mut Outcome,
    ) -> Result<(), CliError> {
        let repaired: Vec<Repaired> = messages
            .into_iter()
            .map(|message| Repaired::of(self.orders.dlq, message, self.orders.edit))
            .collect();
        let subjects: Vec<DlqPayload> = repaired.iter().map(|r| r.subject.clone()).collect();
        let now = Timestamp::now().as_millisecond();
        let judgements = self.judge.judge(&subjects, now).await?;
        let mut movable = Vec::with_capacity(repaired.len());
        for (repaired, judgement) in repaired.into_iter().zip(judgements) {
            if judgement.verdict.moves(self.orders.stale) {
                movable.push((repaired, judgement));
            } else {
                outcome.changed(judgement.verdict);
            }
        }
        let batches: Vec<Vec<_>> = chunks(movable, self.pace.batch());
        let fates: Vec<Vec<(String, Fate)>> = stream::iter(batches)
            .map(|batch| {
                let turn = self.pace.turn(batch.len());
                async move {
                    self.stop.sleep_until(turn).await;
                    self.batch(batch).await
                }
            })
            .buffer_unordered(MAX_CONCURRENCY)
            .collect()
            .await;
        for (id, fate) in fates.into_iter().flatten() {
            match fate {
                Fate::Moved => {
                    peek.forget(&id);
                    outcome.moved += 1;
                }
                Fate::SentButNotDeleted => {
                    outcome.moved += 1;
                    outcome.not_deleted += 1;
                }
                Fate::Failed(why) => outcome.failed(&id, why),
                Fate::Left => outcome.not_begun += 1,
            }
        }
        Ok(())
    }

    async fn batch(
        &self,
        batch: Vec<(Repaired, crate::dlq::verdict::ReplayAssessment)>,
    ) -> Vec<(String, Fate)> {
        if self.stop.is_requested() {
            return batch.into_iter().map(|(r, _)| (r.message.id, Fate::Left)).collect();
        }
        let mut fates = Vec::with_capacity(batch.len());
        let mut sending = Vec::with_capacity(batch.len());
        for (repaired, judgement) in batch {
            let (message, deed) = repaired.deed(self.stack, &judgement).await;
            match deed {
                Err(why) => fates.push((message.id, Fate::Failed(why))),
                Ok(ReplayAction::Send(body)) => sending.push((message, body)),
                Ok(ReplayAction::Individual(deed)) => fates.push(self.one(message, deed).await),
            }
        }
        fates.extend(self.send(sending).await);
        self.done.set(self.done.get() + fates.len());
        self.progress.set(self.done.get());
        fates
    }

    async fn one(&self, message: Received, deed: Individual) -> (String, Fate) {
        let done = match deed {
            Individual::Mail(request) => {
                notification::queue_request(self.stack, &request).await.map_err(|e| e.to_string())
            }
            Individual::Publish(payload) => match self.publisher.publish(&payload).await {
                Ok(PublishOutcome::Stored) => Ok(()),
                Ok(PublishOutcome::Rejected(why)) => Err(why),
                Err(failure) => Err(failure.to_string()),
            },
            Individual::Requeue(window) => match self.requeue(window).await {
                Err(CliError::Interrupted(_)) => return (message.id, Fate::Left),
                done => done.map_err(|failure| failure.to_string()),
            },
        };
        self.after(message, done).await
    }

    /// Deletes a message whose deed was done.
    async fn after(&self, message: Received, done: Result<(), String>) -> (String, Fate) {
        match done {
            Ok(()) => self.deleted(vec![message]).await.remove(0),
            Err(why) => (message.id, Fate::Failed(why)),
        }
    }

    async fn send(&self, sending: Vec<(Received, String)>) -> Vec<(String, Fate)> {
        let (messages, bodies): (Vec<Received>, Vec<String>) = sending.into_iter().unzip();
        let outgoing = bodies
            .into_iter()
            .map(|body| OutgoingMessage { body, ..OutgoingMessage::default() })
            .collect();
        let results = send_all(&self.stack.sqs, &self.target, outgoing).await;
        let mut fates = Vec::with_capacity(messages.len());
        let mut sent = Vec::with_capacity(messages.len());
        for (message, result) in messages.into_iter().zip(results) {
            match result {
                Ok(()) => sent.push(message),
                Err(error) => fates.push((message.id, Fate::Failed(error.to_string()))),
            }
        }
        fates.extend(self.deleted(sent).await);
        fates
    }

    async fn deleted(&self, messages: Vec<Received>) -> Vec<(String, Fate)> {
        let deleted = delete(&self.stack.sqs, self.url, &messages).await;
        let fate = |gone| if gone { Fate::Moved } else { Fate::SentButNotDeleted };
        messages.into_iter().zip(deleted).map(|(m, gone)| (m.id, fate(gone))).collect()
    }

    /// Stopped in between, the letter stays, and what was queued is no longer missing.
    async fn requeue(&self, window: Window) -> Result<(), CliError> {
        let now = Timestamp::now().as_millisecond();
        for lost in self.missing.within(window.from, window.until.min(now)).await? {
            let key = (lost.entry.order_id.clone(), lost.entry.event.clone());
            if self.requeued.borrow().contains(&key) {
                continue;
            }
            let Some(body) = self.missing.message(&lost).await? else { continue };
            self.stop.sleep_until(self.pace.turn(1)).await;
            self.stop.check("Stopped between two events of a batch.")?;
            let message = OutgoingMessage { body, ..OutgoingMessage::default() };
            let sent = send_all(&self.stack.sqs, &self.target, vec![message]).await;
            if let Some(Err(error)) = sent.into_iter().next() {
                return Err(CliError::service(error.to_string()));
            }
            self.requeued.borrow_mut().insert(key);
        }
        Ok(())
    }
}

/// How long messages stay hidden: until their group is moved, until the queue is looked through,
/// and, where others than the selected ones are in it, until all is done. Else those come back and
/// are met again and again, while the selected ones wait behind them.
fn hold_of(pace: &Pace, selected: usize, in_queue: u64) -> Duration {
    let has_others = in_queue > selected as u64;
    let all = if has_others { pace.takes(selected) + SPARE } else { Duration::ZERO };
    pace.hold().max(hold_for(in_queue)).max(all).min(MAX_HOLD)
}

fn chunks<T>(items: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut chunks = Vec::with_capacity(items.len().div_ceil(size));
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        chunks.push(items.by_ref().take(size).collect());
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selective_slow_replay_does_not_meet_what_it_leaves_again_and_again() {
        let slow = Pace::new(1.0);
        assert!(hold_of(&slow, 1000, 10_000) >= Duration::from_secs(1000));
        assert!(hold_of(&slow, 1000, 1000) < Duration::from_secs(120));
        assert!(hold_of(&slow, 100_000, 1_000_000) <= MAX_HOLD);
        assert!(hold_of(&Pace::new(500.0), 5, 10_000) >= hold_for(10_000));
    }
}
