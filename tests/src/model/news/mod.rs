//! The news of one order: several events about it, in any order, repeated and late, two dispatchers and two mailers.
//!
//! [`super::settings`] models one notification through everything that can happen to it; here are several, and what
//! they make of each other. Who is skipped for whom is decided by the code that is deployed
//! ([`shared::notification::judge`] and [`shared::notification::superseding`]), and every write of the ledger is
//! [`shared::ledger::Transition::apply`]. All events are accepted at the beginning: that each is handled at any time
//! is their arrival in any order. Everything here happened more than a minute ago, so that the leniency of
//! [`LATE_AFTER_MS`] hides nothing.
//!
//! Each write, each read and each call is a step, and a worker may die before any of them. A mailer that lives keeps
//! its lease. The messages are counted; a third copy would only make it harder to lose one.

mod dispatcher;
mod mailer;
mod truth;

use std::sync::Arc;

use shared::ledger::{Record, State};
use shared::notification::news::LATE_AFTER_MS;
use shared::notification::{Known, News, Standing};
use stateright::{Model, Property};

use super::coverage::Coverage;
use super::liveness::Terminates;
pub use truth::{
    LAST_IS_NEWEST, NEWS_LOST_NOWHERE, NO_OLDER_AFTER_NEWER, NOT_TWICE_IN_A_ROW, REASONS_ARE_TRUE,
};
use truth::{Truth, Violation};

/// Late, and within the time for which a correction waits.
const NOW: i64 = 2 * LATE_AFTER_MS;
/// After that time.
const MUCH_LATER: i64 = 2 * shared::notification::judge::MAX_WAIT_MS;

/// Copies of a message that its queue may hold.
const MAX_COPIES: u8 = 2;

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
}

/// The events of one order, with the bounds.
#[derive(Debug, Clone)]
pub struct NewsModel {
    /// What each event tells, and when.
    pub news: Vec<News>,
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
}

/// A state: the records, the messages, the workers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewsState {
    /// In the order of [`NewsModel::news`].
    pub events: Vec<EventState>,
    /// Sorted: which is which makes no difference.
    workers: Vec<Worker>,
    /// Whether the time is over for which a correction waits.
    is_much_later: bool,
    remaining: NewsFaults,
    truth: Truth,
    violation: Option<Violation>,
}

/// An event, its record and its messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventState {
    record: Option<Record>,
    nothing_new: bool,
    judging: Judging,
    /// Whether an operator's message is newer than its failure.
    is_replayed: bool,
    /// `Item::was_out_of_sight`.
    was_out_of_sight: bool,
    dispatch: u8,
    mail: u8,
}

/// `kit::ledger::Judging`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Judging {
    Once,
    Again,
    Waits,
}

/// Somebody at work on a message of this event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Worker {
    event: usize,
    step: Step,
}

/// A worker's next step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
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
enum Then {
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
        Self { news, workers: 2, faults, bug: None, coverage }
    }

    fn has(&self, bug: NewsBug) -> bool {
        self.bug == Some(bug)
    }

    fn now(state: &NewsState) -> i64 {
        if state.is_much_later { MUCH_LATER } else { NOW }
    }

    /// What the code knows of an event's time.
    fn seen(&self, event: usize) -> News {
        let news = self.news[event].clone();
        if self.has(NewsBug::OrderedByAcceptance) {
            News { happened_at: None, ..news }
        } else {
            news
        }
    }

    /// The other records, as a reader finds them. `young`: what is planned was planned just now.
    fn others(&self, state: &NewsState, own: usize, young: bool) -> (Vec<usize>, Vec<Known>) {
        let since = if young { Self::now(state) } else { 0 };
        let others = state.events.iter().enumerate().filter(|(at, _)| *at != own);
        let known = others.filter_map(|(at, event)| {
            let record = Record { since, ..event.record? };
            let standing =
                Standing::new(&record, event.judging == Judging::Waits, event.nothing_new);
            let silent = self.has(NewsBug::NothingNewIsSilent) && standing == Standing::NothingNew;
            let standing = if silent { Standing::Silent } else { standing };
            Some((at, Known { news: self.seen(at), standing }))
        });
        known.unzip()
    }
}

impl NewsState {
    /// Whether a mailer holds the claim of this event's record.
    fn has_holder(&self, event: usize) -> bool {
        self.workers.iter().any(|worker| {
            worker.event == event && !worker.step.is_dispatchers() && worker.step != Step::Claim
        })
    }

    fn busy(&self, dispatchers: bool) -> usize {
        self.workers.iter().filter(|worker| worker.step.is_dispatchers() == dispatchers).count()
    }

    /// Attempts are only compared with each other and with zero, so their ranks serve as well: otherwise a mail that is
    /// postponed again and again would have infinitely many states.
    fn renumber_attempts(&mut self) {
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

    fn is_idle(&self) -> bool {
        let waits = |event: &EventState| event.dispatch > 0 || event.mail > 0;
        self.workers.is_empty() && !self.events.iter().any(waits)
    }
}

impl EventState {
    fn put(queue: &mut u8) {
        *queue = (*queue + 1).min(MAX_COPIES);
    }

    fn state(&self) -> Option<State> {
        self.record.map(|record| record.state)
    }
}

impl Step {
    const fn attempt(&mut self) -> Option<&mut u32> {
        match self {
            Self::Look { attempt, .. }
            | Self::SkipOlder { attempt, .. }
            | Self::Withdraw { attempt, .. }
            | Self::Send { attempt }
            | Self::Record { attempt, .. } => Some(attempt),
            _ => None,
        }
    }

    const fn is_dispatchers(&self) -> bool {
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

impl Model for NewsModel {
    type State = NewsState;
    type Action = NewsAction;

    fn init_states(&self) -> Vec<NewsState> {
        let event = EventState {
            record: None,
            nothing_new: false,
            judging: Judging::Once,
            is_replayed: false,
            was_out_of_sight: false,
            dispatch: 1,
            mail: 0,
        };
        vec![NewsState {
            events: vec![event; self.news.len()],
            workers: Vec::new(),
            is_much_later: false,
            remaining: self.faults,
            truth: Truth::default(),
            violation: None,
        }]
    }

    fn actions(&self, state: &NewsState, actions: &mut Vec<NewsAction>) {
        if state.violation.is_some() {
            return;
        }
        let duplicates: &[bool] =
            if state.remaining.duplicates > 0 { &[false, true] } else { &[false] };
        for (at, event) in state.events.iter().enumerate() {
            if event.dispatch > 0 && state.busy(true) < self.workers {
                actions.extend(duplicates.iter().map(|again| NewsAction::Dispatch(at, *again)));
            }
            if event.mail > 0 && state.busy(false) < self.workers {
                actions.extend(duplicates.iter().map(|again| NewsAction::Mail(at, *again)));
            }
            if event.state() == Some(State::Failed) && state.remaining.replays > 0 {
                actions.push(NewsAction::Replay(at));
            }
        }
        if !state.is_much_later {
            actions.push(NewsAction::MuchLater);
        }
        for (at, worker) in state.workers.iter().enumerate() {
            match worker.step {
                Step::Send { .. } => {
                    let answers = mailer::answers(state.remaining);
                    actions.extend(answers.map(|it| NewsAction::Step(at, Some(it), false)));
                }
                Step::Read { .. } => {
                    actions.extend([false, true].map(|it| NewsAction::Step(at, None, it)));
                }
                _ => actions.push(NewsAction::Step(at, None, false)),
            }
            if state.remaining.crashes > 0 {
                actions.push(NewsAction::Crash(at));
            }
        }
    }

    fn next_state(&self, last: &NewsState, action: NewsAction) -> Option<NewsState> {
        let mut state = last.clone();
        match action {
            NewsAction::Dispatch(event, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.events[event].dispatch -= u8::from(!again);
                state.workers.push(Worker { event, step: self.first_step(&state, event) });
            }
            NewsAction::Mail(event, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.events[event].mail -= u8::from(!again);
                state.workers.push(Worker { event, step: Step::Claim });
            }
            NewsAction::Replay(event) => {
                state.remaining.replays -= 1;
                state.events[event].is_replayed = true;
                EventState::put(&mut state.events[event].mail);
            }
            NewsAction::MuchLater => state.is_much_later = true,
            NewsAction::Step(at, answer, young) => {
                let Worker { event, step } = state.workers.remove(at);
                let next = match answer {
                    _ if step.is_dispatchers() => self.dispatch(&mut state, event, step, young),
                    answer => self.deliver(&mut state, event, step, answer),
                };
                state.workers.extend(next.map(|step| Worker { event, step }));
            }
            NewsAction::Crash(at) => {
                state.remaining.crashes -= 1;
                let Worker { event, step } = state.workers.remove(at);
                let event = &mut state.events[event];
                let queue =
                    if step.is_dispatchers() { &mut event.dispatch } else { &mut event.mail };
                EventState::put(queue);
            }
        }
        state.renumber_attempts();
        state.workers.sort_unstable();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        truth::properties()
    }
}

impl Terminates for NewsModel {
    fn is_terminal(&self, state: &NewsState) -> bool {
        state.is_idle()
    }

    fn is_fault_free(action: &NewsAction) -> bool {
        match action {
            NewsAction::Dispatch(_, again) | NewsAction::Mail(_, again) => !again,
            NewsAction::Step(_, answer, _) => {
                matches!(answer, None | Some(Answer::Accepted))
            }
            NewsAction::MuchLater => true,
            NewsAction::Replay(_) | NewsAction::Crash(_) => false,
        }
    }
}
