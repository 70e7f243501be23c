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
use kit::queue::{Outgoing, send_all};

use super::deed::{Deed, Repaired};
use super::outcome::Outcome;
use super::pace::Pace;
use crate::aws::{Dlq, Queue, Stack};
use crate::dlq::delete::delete;
use crate::dlq::edit::Edit;
use crate::dlq::judge::Judge;
use crate::dlq::peek::{End, Peek};
use crate::dlq::received::Received;
use crate::dlq::subject::{Subject, Window};
use crate::dlq::verdict::Stale;
use crate::failure::Failure;
use crate::outbox::Missing;
use crate::progress::Progress;
use crate::publish::{Published, Publisher};
use crate::stop::Stop;

/// How many batches are on their way at the same time.
const AT_ONCE: usize = 8;

/// What is to be moved and how.
#[derive(Debug)]
pub struct Orders<'a> {
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
/// [`Failure::Service`] when a service does not answer, [`Failure::Interrupted`] when the operator
/// stops it. Messages that were not moved are given back in any case.
pub async fn carry_out(
    stack: &Stack,
    orders: Orders<'_>,
    stop: &Stop,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let url = stack.url(Queue::Dead(orders.dlq)).await?;
    let target = match orders.dlq {
        Dlq::Relay => stack.url(Queue::Dispatch).await?,
        dlq => match dlq.source() {
            Some(queue) => stack.url(queue).await?,
            None => String::new(),
        },
    };
    let progress = Progress::moving(orders.selected.len() as u64);
    let pace = Pace::new(orders.rate);
    let mut peek = Peek::new(&stack.sqs, &url, orders.hold.unwrap_or_else(|| pace.hold()));
    let mover = Mover {
        stack,
        url: &url,
        target,
        pace,
        judge: Judge::new(stack),
        missing: Missing::new(stack),
        requeued: RefCell::default(),
        publisher: Publisher::new(stack),
        progress: &progress,
        done: Cell::new(0),
        stop,
        orders,
    };
    let result = mover.run(&mut peek, outcome).await;
    outcome.not_given_back = peek.give_back().await;
    progress.end();
    result
}

struct Mover<'a> {
    stack: &'a Stack,
    url: &'a str,
    target: String,
    pace: Pace,
    judge: Judge<'a>,
    missing: Missing<'a>,
    /// Events that were queued in this run: windows overlap.
    requeued: RefCell<HashSet<(String, String)>>,
    publisher: Publisher,
    progress: &'a Progress,
    done: Cell<usize>,
    stop: &'a Stop,
    orders: Orders<'a>,
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
    async fn run(&self, peek: &mut Peek<'_>, outcome: &mut Outcome) -> Result<(), Failure> {
        let mut remaining = self.orders.selected.clone();
        while !remaining.is_empty() && peek.end() == End::NotYet {
            self.check_stop(&remaining)?;
            let received = peek.next(self.pace.calls()).await?;
            let mine = received.into_iter().filter(|m| remaining.remove(&m.id)).collect();
            self.group(mine, peek, outcome).await?;
        }
        outcome.not_seen = remaining.len();
        self.check_stop(&remaining)
    }

    fn check_stop(&self, remaining: &HashSet<String>) -> Result<(), Failure> {
        if remaining.is_empty() {
            return Ok(());
        }
        self.stop.check(
            "Stopped. What was not moved is in the dead-letter queue as before; the same command \
             goes on with it.",
        )
    }

    /// Judges the messages anew and moves those that may still be moved.
    async fn group(
        &self,
        messages: Vec<Received>,
        peek: &mut Peek<'_>,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let repaired: Vec<Repaired> = messages
            .into_iter()
            .map(|message| Repaired::of(self.orders.dlq, message, self.orders.edit))
            .collect();
        let subjects: Vec<Subject> = repaired.iter().map(|r| r.subject.clone()).collect();
        let now = Timestamp::now().as_millisecond();
        let judgements = self.judge.judge(&subjects, now).await?;
        let mut movable = Vec::with_capacity(repaired.len());
        for (repaired, judgement) in repaired.into_iter().zip(judgements) {
            if judgement.verdict.moves(self.orders.stale) {
                movable.push((repaired, judgement));
            } else {
                outcome.changed(&repaired.message.id, judgement.verdict);
            }
        }
        let batches: Vec<Vec<_>> = chunks(movable, self.pace.batch());
        let fates: Vec<Vec<(String, Fate)>> = stream::iter(batches)
            .map(|batch| {
                let turn = self.pace.turn(batch.len());
                async move {
                    tokio::time::sleep_until(turn).await;
                    self.batch(batch).await
                }
            })
            .buffer_unordered(AT_ONCE)
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
        batch: Vec<(Repaired, crate::dlq::verdict::Judgement)>,
    ) -> Vec<(String, Fate)> {
        if self.stop.is_asked_for() {
            return batch.into_iter().map(|(r, _)| (r.message.id, Fate::Left)).collect();
        }
        let mut fates = Vec::with_capacity(batch.len());
        let mut sending = Vec::with_capacity(batch.len());
        for (repaired, judgement) in batch {
            match repaired.deed(self.stack, &judgement).await {
                Err(why) => fates.push((repaired.message.id, Fate::Failed(why))),
                Ok(Deed::Send(body)) => sending.push((repaired.message, body)),
                Ok(Deed::Publish(payload)) => {
                    let done = match self.publisher.publish(&payload).await {
                        Ok(Published::Taken) => Ok(()),
                        Ok(Published::Refused(why)) => Err(why),
                        Err(failure) => Err(failure.to_string()),
                    };
                    fates.push(self.after(repaired.message, done).await);
                }
                Ok(Deed::Requeue(window)) => {
                    let done = self.requeue(window).await.map_err(|e| e.to_string());
                    fates.push(self.after(repaired.message, done).await);
                }
            }
        }
        fates.extend(self.send(sending).await);
        self.done.set(self.done.get() + fates.len());
        self.progress.at(self.done.get());
        fates
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
        let outgoing =
            bodies.into_iter().map(|body| Outgoing { body, ..Outgoing::default() }).collect();
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

    async fn requeue(&self, window: Window) -> Result<(), Failure> {
        let now = Timestamp::now().as_millisecond();
        for entry in self.missing.within(window.from, window.until.min(now)).await? {
            let key = (entry.order_id.clone(), entry.event.clone());
            if !self.requeued.borrow_mut().insert(key) {
                continue;
            }
            let Some(body) = self.missing.message(&entry).await? else { continue };
            tokio::time::sleep_until(self.pace.turn(1)).await;
            let message = Outgoing { body, ..Outgoing::default() };
            let sent = send_all(&self.stack.sqs, &self.target, vec![message]).await;
            if let Some(Err(error)) = sent.into_iter().next() {
                return Err(Failure::service(error.to_string()));
            }
        }
        Ok(())
    }
}

fn chunks<T>(items: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut chunks = Vec::with_capacity(items.len().div_ceil(size));
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        chunks.push(items.by_ref().take(size).collect());
    }
    chunks
}
