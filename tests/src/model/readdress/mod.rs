//! A corrected address: one notification, whose mail to the first address may bounce, fail or be in doubt, and events and
//! operators that name other addresses, all at the same time.
//!
//! Who may send where is decided by the code that is deployed ([`kit::ledger::Deliveries`]), and every write of the
//! ledger is [`shared::ledger::Transition::apply`]. Each read, each write and each call is a step, and a worker may die
//! before any of them: an event's message is delivered again, and an operator repeats the command. Whether a mail that SES
//! accepts arrives or bounces is decided when it accepts it, and nobody knows until an SES event says so.
//!
//! The policy is `hold`: a mail in doubt is not sent again, whatever that policy decides elsewhere.

mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::ledger::{Facts, Record, State, Transition};
use stateright::{Model, Property};

use super::coverage::Coverage;
use super::liveness::Terminates;
pub use steps::Answer;
use steps::Step;

/// The customer gets the news once.
pub const ARRIVES_ONCE: &str = "a mail arrives at one address at most";
/// Each address is mailed once.
pub const ONCE_PER_ADDRESS: &str = "SES accepts one mail to each address at most";
/// What goes to a corrected address goes to the old one no more.
pub const NOT_AFTER_ITS_MARK: &str =
    "no mail to an address is sent after its news goes to another one";
/// No corrected address is forgotten.
pub const CORRECTED_IN_THE_END: &str = "in the end, the news has been sent to each address that an event names, as long as it did not arrive";
/// All of that is reached.
pub const REACHES_THE_THIRD: &str =
    "the news goes to a second corrected address after the first bounced";

/// A bug in how news goes to a corrected address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaddressBug {
    /// A mail in doubt is taken for one that did not arrive.
    DoubtIsReaddressed,
    /// So is one that SES has accepted.
    SentIsReaddressed,
    /// The mark is written without a condition: of two addresses the later one overwrites it.
    MarkUnguarded,
    /// The further delivery is planned and its mail requested before the first one is marked.
    RequestBeforeMark,
    /// A replay sends a failed mail although its news goes to another address.
    ReplayIgnoresMark,
    /// A crash after the mark is taken for somebody else's delivery.
    MarkedIsForgotten,
}

/// Who names another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A later event, by a message of the dispatch queue.
    Event,
    /// An operator.
    Operator,
}

/// The addresses that are named, with the bounds. The first mail goes to address 0.
#[derive(Debug, Clone)]
pub struct ReaddressModel {
    /// Who names which address.
    pub named: Vec<(Who, usize)>,
    /// The bounds on faults.
    pub faults: ReaddressFaults,
    /// A bug that is seeded on purpose.
    pub bug: Option<ReaddressBug>,
    /// The edges of the state machine that were taken.
    pub coverage: Arc<Coverage>,
}

/// How many of each fault may still happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ReaddressFaults {
    /// A worker dies.
    pub crashes: u8,
    /// A message is delivered to a second worker, or again after it was deleted.
    pub duplicates: u8,
    /// SES's answer is lost.
    pub unanswered: u8,
    /// SES refuses permanently.
    pub permanent: u8,
    /// A mail that SES accepted bounces.
    pub bounces: u8,
    /// An operator replays the dead letter of a mail.
    pub replays: u8,
}

/// Addresses that a model may name, the first one included.
const ADDRESSES: usize = 3;

/// A state: the deliveries, the messages, the workers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReaddressState {
    deliveries: [Delivery; ADDRESSES],
    /// Messages of the dispatch queue for each who names an address, or commands that an operator is yet to run.
    waiting: Vec<u8>,
    /// Sorted: which is which makes no difference.
    workers: Vec<Worker>,
    /// Whether the time is over for which an event waits.
    is_much_later: bool,
    remaining: ReaddressFaults,
    violations: BTreeSet<&'static str>,
}

/// A delivery, its messages, and what really became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Delivery {
    record: Option<Record>,
    /// Which address it is marked with.
    next: Option<usize>,
    /// Who planned it; `None`: the first event.
    by: Option<usize>,
    mail: u8,
    /// A dead letter, and whether an operator has replayed it: then its message is newer than the failure.
    dead_letters: u8,
    is_replayed: bool,
    /// Of each mail that SES accepted: whether it arrives.
    accepted: Vec<bool>,
}

/// Somebody at work: on the naming of an address, or as a mailer on the mail to one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Worker {
    of: usize,
    step: Step,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaddressAction {
    /// A dispatcher receives the message, or an operator types the command; `true`: the message stays in the queue.
    Name(usize, bool),
    /// A mailer receives a message about the mail to this address.
    Mail(usize, bool),
    /// An operator replays the dead letter of the mail to this address.
    Replay(usize),
    /// Feedback reads SES's event about the mail to this address.
    SesEvent(usize),
    /// The time is over for which an event waits.
    MuchLater,
    /// A worker takes its next step; SES gives this answer to a mailer that calls it.
    Step(usize, Option<Answer>),
    /// A worker dies.
    Crash(usize),
}

impl ReaddressModel {
    /// These addresses without faults.
    #[must_use]
    pub fn new(named: &[(Who, usize)]) -> Self {
        let (faults, coverage) = (ReaddressFaults::default(), Arc::default());
        Self { named: named.to_vec(), faults, bug: None, coverage }
    }

    fn has(&self, bug: ReaddressBug) -> bool {
        self.bug == Some(bug)
    }
}

impl ReaddressState {
    fn is_idle(&self) -> bool {
        self.workers.is_empty()
            && self.waiting.iter().all(|waiting| *waiting == 0)
            && self.deliveries.iter().all(|delivery| delivery.mail == 0)
    }

    fn has_arrived(&self) -> bool {
        self.deliveries.iter().any(|delivery| delivery.accepted.contains(&true))
    }
}

impl Delivery {
    fn state(&self) -> Option<State> {
        self.record.map(|record| record.state)
    }

    /// What SES has to say about its mail that feedback has not recorded.
    fn event(&self) -> Option<Transition> {
        let event = if *self.accepted.first()? { Transition::Deliver } else { Transition::Bounce };
        event.allows(self.record.as_ref(), &Facts::new(0)).then_some(event)
    }
}

impl Model for ReaddressModel {
    type State = ReaddressState;
    type Action = ReaddressAction;

    fn init_states(&self) -> Vec<ReaddressState> {
        let mut deliveries: [Delivery; ADDRESSES] = Default::default();
        deliveries[0].record = Transition::Plan.apply(None, &Facts::new(0));
        deliveries[0].mail = 1;
        vec![ReaddressState {
            deliveries,
            waiting: vec![1; self.named.len()],
            workers: Vec::new(),
            is_much_later: false,
            remaining: self.faults,
            violations: BTreeSet::new(),
        }]
    }

    fn actions(&self, state: &ReaddressState, actions: &mut Vec<ReaddressAction>) {
        if !state.violations.is_empty() {
            return;
        }
        let duplicates: &[bool] =
            if state.remaining.duplicates > 0 { &[false, true] } else { &[false] };
        for (at, waiting) in state.waiting.iter().enumerate().filter(|(_, waiting)| **waiting > 0) {
            debug_assert!(*waiting > 0);
            actions.extend(duplicates.iter().map(|again| ReaddressAction::Name(at, *again)));
        }
        for (at, delivery) in state.deliveries.iter().enumerate() {
            if delivery.mail > 0 {
                actions.extend(duplicates.iter().map(|again| ReaddressAction::Mail(at, *again)));
            }
            if delivery.dead_letters > 0 && state.remaining.replays > 0 {
                actions.push(ReaddressAction::Replay(at));
            }
            if delivery.event().is_some() {
                actions.push(ReaddressAction::SesEvent(at));
            }
        }
        if !state.is_much_later {
            actions.push(ReaddressAction::MuchLater);
        }
        for (at, worker) in state.workers.iter().enumerate() {
            match worker.step {
                Step::Send { .. } => {
                    let answers = steps::answers(state.remaining);
                    actions.extend(answers.map(|it| ReaddressAction::Step(at, Some(it))));
                }
                _ => actions.push(ReaddressAction::Step(at, None)),
            }
            if state.remaining.crashes > 0 {
                actions.push(ReaddressAction::Crash(at));
            }
        }
    }

    fn next_state(&self, last: &ReaddressState, action: ReaddressAction) -> Option<ReaddressState> {
        let mut state = last.clone();
        match action {
            ReaddressAction::Name(of, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.waiting[of] -= u8::from(!again);
                state.workers.push(Worker { of, step: Step::Read });
            }
            ReaddressAction::Mail(of, again) => {
                state.remaining.duplicates -= u8::from(again);
                state.deliveries[of].mail -= u8::from(!again);
                state.workers.push(Worker { of, step: Step::Claim });
            }
            ReaddressAction::Replay(of) => {
                state.remaining.replays -= 1;
                let delivery = &mut state.deliveries[of];
                delivery.dead_letters -= 1;
                delivery.is_replayed = true;
                steps::queue(&mut delivery.mail);
            }
            ReaddressAction::SesEvent(of) => {
                let event = state.deliveries[of].event()?;
                self.write(&mut state, of, event, Facts::new(0));
            }
            ReaddressAction::MuchLater => state.is_much_later = true,
            ReaddressAction::Step(at, answer) => {
                let Worker { of, step } = state.workers.remove(at);
                let next = self.step(&mut state, of, step, answer);
                state.workers.extend(next.map(|step| Worker { of, step }));
            }
            ReaddressAction::Crash(at) => {
                state.remaining.crashes -= 1;
                let Worker { of, step } = state.workers.remove(at);
                match step.is_mailers() {
                    true => steps::queue(&mut state.deliveries[of].mail),
                    false => steps::queue(&mut state.waiting[of]),
                }
            }
        }
        state.workers.sort_unstable();
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(CORRECTED_IN_THE_END, |model: &Self, state: &ReaddressState| {
                !state.is_idle() || is_corrected(model, state)
            }),
            Property::sometimes(REACHES_THE_THIRD, |_, state: &ReaddressState| {
                state.deliveries[1..].iter().all(|delivery| !delivery.accepted.is_empty())
            }),
        ];
        properties.push(Property::always(ARRIVES_ONCE, |_, state: &ReaddressState| {
            !state.violations.contains(ARRIVES_ONCE)
        }));
        properties.push(Property::always(ONCE_PER_ADDRESS, |_, state: &ReaddressState| {
            !state.violations.contains(ONCE_PER_ADDRESS)
        }));
        properties.push(Property::always(NOT_AFTER_ITS_MARK, |_, state: &ReaddressState| {
            !state.violations.contains(NOT_AFTER_ITS_MARK)
        }));
        properties
    }
}

/// Whether each address that an event names was mailed, unless the news arrived, may have, or the event waited in vain.
fn is_corrected(model: &ReaddressModel, state: &ReaddressState) -> bool {
    let may_have_arrived = |delivery: &Delivery| {
        matches!(delivery.state(), Some(State::Sent | State::InDoubt | State::Delivered))
    };
    let is_decided = |named: &(Who, usize)| {
        named.0 == Who::Operator || state.deliveries[named.1].record.is_some()
    };
    state.is_much_later
        || state.has_arrived()
        || state.deliveries.iter().any(may_have_arrived)
        || model.named.iter().all(is_decided)
}

impl Terminates for ReaddressModel {
    fn is_terminal(&self, state: &ReaddressState) -> bool {
        state.is_idle()
    }

    fn is_fault_free(action: &ReaddressAction) -> bool {
        match action {
            ReaddressAction::Name(_, again) | ReaddressAction::Mail(_, again) => !again,
            ReaddressAction::Step(_, answer) => {
                matches!(answer, None | Some(Answer::Accepted { arrives: true }))
            }
            ReaddressAction::MuchLater => true,
            // Nothing relies on SES's events, nor on an operator.
            ReaddressAction::SesEvent(_)
            | ReaddressAction::Replay(_)
            | ReaddressAction::Crash(_) => false,
        }
    }
}
