//! What there is in the model: the order's events with their records and messages, and whoever works on them.

use std::sync::Arc;

use shared::Kind;
use shared::ledger::{Facts, MAX_BOUNCE_WAIT_MS, Record, State, Transition};
use shared::notification::news::LATE_AFTER_MS;
use shared::notification::{Known, News, Standing};

use super::truth::{Truth, Violation};
use crate::model::coverage::Coverage;

/// Late, and within the time for which a correction waits.
pub(super) const NOW: i64 = 2 * LATE_AFTER_MS;
/// After that time, and after that for which it is waited whether a mail bounces.
pub(super) const MUCH_LATER: i64 = MAX_BOUNCE_WAIT_MS;

/// Copies of a message that its queue may hold.
pub(super) const MAX_COPIES: u8 = 2;

/// A bug in how news is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewsBug {
    /// The dispatcher reads the others before it puts its own record, and not after.
    ReadsBeforePut,
    /// Older news that is not sent yet is left as it is.
    LeavesOlder,
    /// Older news that is being sent is not waited for.
    IgnoresSending,
    /// The record of its own is skipped before the older ones are.
    SkipsItselfFirst,
    /// News is nothing new where an older record says the same that is not told yet.
    YieldsToUntold,
    /// News is nothing new where it was told at any time before.
    NothingNewForEver,
    /// What told nothing new supersedes nothing.
    NothingNewIsSilent,
    /// Nothing is ever nothing new.
    TellsAgain,
    /// News is ordered by acceptance.
    OrderedByAcceptance,
    /// A correction is marked as waiting although another delivery may have sent a mail request for it.
    WaitsAfterRequest,
    /// A mail is sent out of a doubt without another look at the ledger.
    DoubtUnchecked,
    /// A mail that failed is sent by a replay without another look at the ledger.
    ReplayUnchecked,
    /// That look is before the claim.
    LooksBeforeClaim,
    /// A parcel's arrival and its return stand beside each other, whichever came last.
    ReturnLeavesArrival,
    /// An order that changes is no reason not to tell that it was cancelled before.
    CancelledForEver,
    /// What was sent to another address is told, although it may yet bounce there.
    SentElsewhereIsTold,
    /// What bounced at another address is told.
    BouncedElsewhereIsTold,
    /// What told nothing new at another address supersedes nothing.
    NothingNewElsewhereIsSilent,
    /// What told nothing new at another address counts, although what it repeats has bounced since.
    NothingNewElsewhereIsTold,
}

/// The events of one order, with the bounds.
#[derive(Debug, Clone)]
pub struct NewsModel {
    /// What each event tells, and when.
    pub news: Vec<News>,
    /// The address that each event names; empty: all name the same.
    pub addresses: Vec<u8>,
    /// How many dispatchers, and how many mailers, work at the same time.
    pub workers: usize,
    /// The bounds on faults.
    pub faults: NewsFaults,
    /// A bug that is seeded on purpose.
    pub bug: Option<NewsBug>,
    /// The edges of the state machine that were taken.
    pub coverage: Arc<Coverage>,
}

/// How many of each fault may still happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NewsFaults {
    /// A worker dies.
    pub crashes: u8,
    /// A message is delivered to a second worker, or again after it was deleted.
    pub duplicates: u8,
    /// SES's answer is lost.
    pub unanswered: u8,
    /// SES refuses temporarily.
    pub retryable: u8,
    /// SES refuses permanently.
    pub permanent: u8,
    /// An operator replays what failed.
    pub replays: u8,
    /// A mail that SES accepted bounces.
    pub bounces: u8,
}

/// A state: the records, the messages, the workers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewsState {
    /// In the order of [`NewsModel::news`].
    pub events: Vec<EventState>,
    /// Sorted: which is which makes no difference.
    pub(super) workers: Vec<Worker>,
    /// Whether the time is over for which a correction waits.
    pub(super) is_much_later: bool,
    pub(super) remaining: NewsFaults,
    pub(super) truth: Truth,
    pub(super) violation: Option<Violation>,
}

/// An event, its record and its messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventState {
    pub(super) record: Option<Record>,
    pub(super) nothing_new: bool,
    pub(super) judging: Judging,
    /// Whether an operator's message is newer than its failure.
    pub(super) is_replayed: bool,
    /// `Item::was_out_of_sight`.
    pub(super) was_out_of_sight: bool,
    /// Whether its mail bounces: SES says so within hours.
    pub(super) bounces: bool,
    pub(super) dispatch: u8,
    pub(super) mail: u8,
}

/// `kit::ledger::Judging`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Judging {
    Once,
    Again,
    Waits,
}

/// Somebody at work on a message of this event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Worker {
    pub(super) event: usize,
    pub(super) step: Step,
}

/// A worker's next step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// A dispatcher puts the plan.
    Put,
    /// It keeps the delivery that planned the record from recording a wait.
    TakeOver,
    /// It reads the order's records and judges.
    Read { may_wait: bool },
    /// It skips these others first.
    SkipOthers { rest: Vec<usize>, then: Then, may_wait: bool },
    /// It does what follows.
    Conclude(Then, bool),
    /// A mailer claims.
    Claim,
    /// It judges whether the mail is news.
    Look { attempt: u32, doubted: bool },
    /// It skips these others first.
    SkipOlder { rest: Vec<usize>, then: Then, attempt: u32, doubted: bool },
    /// It records that its mail is no news any more.
    Withdraw { then: Then, attempt: u32, doubted: bool },
    /// It calls SES.
    Send { attempt: u32 },
    /// It records the answer.
    Record { attempt: u32, answer: Answer },
}

/// What follows from a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Then {
    Mail,
    SkipSuperseded,
    SkipNothingNew,
    Wait,
}

/// SES's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// Accepted.
    Accepted,
    /// Accepted, and it bounces.
    Bounces,
    /// Accepted, and nobody heard of it.
    AcceptedUnheard,
    /// Not accepted, and nobody heard of it.
    DroppedUnheard,
    /// Refused temporarily.
    Retryable,
    /// Refused permanently.
    Permanent,
}

/// What can happen. A `usize` is the index of an event, or of a worker in the last two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewsAction {
    /// A dispatcher receives a message; `true`: one that stays in the queue.
    Dispatch(usize, bool),
    /// A mailer receives a message.
    Mail(usize, bool),
    /// An operator replays what failed.
    Replay(usize),
    /// Feedback records that its mail bounced.
    Bounce(usize),
    /// The time is over for which a correction waits.
    MuchLater,
    /// A worker takes its next step; a mailer that calls SES gets this answer, and to a dispatcher that reads, what
    /// was planned lately looks as if it was (`true`) or not.
    Step(usize, Option<Answer>, bool),
    /// A worker dies.
    Crash(usize),
}

impl NewsModel {
    /// These events without faults.
    #[must_use]
    pub fn new(news: Vec<News>) -> Self {
        let (faults, coverage) = (NewsFaults::default(), Arc::default());
        Self { news, addresses: Vec::new(), workers: 2, faults, bug: None, coverage }
    }

    pub(super) fn has(&self, bug: NewsBug) -> bool {
        self.bug == Some(bug)
    }

    pub(super) fn now(state: &NewsState) -> i64 {
        if state.is_much_later { MUCH_LATER } else { NOW }
    }

    /// What the code knows of an event's time.
    pub(super) fn seen(&self, event: usize) -> News {
        let news = self.news[event].clone();
        if self.has(NewsBug::OrderedByAcceptance) {
            News { happened_at: None, ..news }
        } else {
            news
        }
    }

    /// Whether the event `own` is judged as if there were no `other`.
    fn overlooks(&self, own: usize, other: usize) -> bool {
        let kinds = [self.news[own].kind, self.news[other].kind];
        let are = |one, two| kinds == [one, two] || kinds == [two, one];
        match self.bug {
            Some(NewsBug::ReturnLeavesArrival) => {
                are(Kind::ShipmentDelivered, Kind::ShipmentReturned)
            }
            Some(NewsBug::CancelledForEver) => are(Kind::OrderCancelled, Kind::OrderUpdated),
            _ => false,
        }
    }

    /// The other records, as a reader finds them. `young`: what is planned was planned just now.
    pub(super) fn others(
        &self,
        state: &NewsState,
        own: usize,
        young: bool,
    ) -> (Vec<usize>, Vec<Known>) {
        let since = if young { Self::now(state) } else { 0 };
        let others = state.events.iter().enumerate();
        let others = others.filter(|(at, _)| *at != own && !self.overlooks(own, *at));
        let known = others.filter_map(|(at, event)| {
            let record = Record { since, ..event.record? };
            let standing =
                Standing::new(&record, event.judging == Judging::Waits, event.nothing_new);
            let standing = match self.addresses.get(own) != self.addresses.get(at) {
                true => self.elsewhere(standing, &record, Self::now(state)),
                false => standing,
            };
            let silent = self.has(NewsBug::NothingNewIsSilent) && standing == Standing::NothingNew;
            let standing = if silent { Standing::Silent } else { standing };
            Some((at, Known { news: self.seen(at), standing }))
        });
        known.unzip()
    }

    fn elsewhere(&self, standing: Standing, record: &Record, now: i64) -> Standing {
        match (self.bug, record.state) {
            (Some(NewsBug::SentElsewhereIsTold), State::Sent | State::InDoubt)
            | (Some(NewsBug::BouncedElsewhereIsTold), State::Bounced)
            | (Some(NewsBug::NothingNewElsewhereIsTold), State::Skipped) => standing,
            (Some(NewsBug::NothingNewElsewhereIsSilent), State::Skipped) => Standing::Silent,
            _ => standing.elsewhere(record, now),
        }
    }
}

impl NewsState {
    /// Whether a mailer holds the claim of this event's record.
    pub(super) fn has_holder(&self, event: usize) -> bool {
        self.workers.iter().any(|worker| {
            worker.event == event && !worker.step.is_dispatchers() && worker.step != Step::Claim
        })
    }

    pub(super) fn busy(&self, dispatchers: bool) -> usize {
        self.workers.iter().filter(|worker| worker.step.is_dispatchers() == dispatchers).count()
    }

    /// Attempts are only compared with each other and with zero, so their ranks serve as well: otherwise a mail that is
    /// postponed again and again would have infinitely many states.
    pub(super) fn renumber_attempts(&mut self) {
        for (at, event) in self.events.iter_mut().enumerate() {
            let Some(record) = &mut event.record else { continue };
            let of_event = self.workers.iter_mut().filter(|worker| worker.event == at);
            let mut held: Vec<&mut u32> =
                of_event.filter_map(|worker| worker.step.attempt()).collect();
            held.push(&mut record.attempt);
            let mut ranks: Vec<u32> = held.iter().map(|attempt| **attempt).collect();
            ranks.push(0);
            ranks.sort_unstable();
            ranks.dedup();
            for attempt in held {
                let rank = ranks.iter().position(|it| it == attempt).unwrap_or_default();
                *attempt = u32::try_from(rank).unwrap_or(u32::MAX);
            }
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        let waits =
            |event: &EventState| event.dispatch > 0 || event.mail > 0 || event.awaits_bounce();
        self.workers.is_empty() && !self.events.iter().any(waits)
    }
}

impl EventState {
    pub(super) fn put(queue: &mut u8) {
        *queue = (*queue + 1).min(MAX_COPIES);
    }

    pub(super) fn state(&self) -> Option<State> {
        self.record.map(|record| record.state)
    }

    /// Whether feedback is yet to record that its mail bounced, as it does within hours, whatever the mailer has recorded.
    pub(super) fn awaits_bounce(&self) -> bool {
        self.bounces && Transition::Bounce.allows(self.record.as_ref(), &Facts::new(0))
    }
}

impl Step {
    pub(super) const fn attempt(&mut self) -> Option<&mut u32> {
        match self {
            Self::Look { attempt, .. }
            | Self::SkipOlder { attempt, .. }
            | Self::Withdraw { attempt, .. }
            | Self::Send { attempt }
            | Self::Record { attempt, .. } => Some(attempt),
            _ => None,
        }
    }

    pub(super) const fn is_dispatchers(&self) -> bool {
        matches!(
            self,
            Self::Put
                | Self::TakeOver
                | Self::Read { .. }
                | Self::SkipOthers { .. }
                | Self::Conclude(..)
        )
    }
}
