//! What there is in the model: the deliveries with their records and messages, and whoever works on them.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::ledger::{Facts, Record, State, Transition};

use crate::model::coverage::Coverage;

/// The customer gets the news once.
pub const ARRIVES_ONCE: &str = "a mail arrives at one address at most";
/// Each address is mailed once.
pub const ONCE_PER_ADDRESS: &str = "SES accepts one mail to each address at most";
/// What goes to a corrected address goes to the old one no more.
pub const NOT_AFTER_ITS_MARK: &str =
    "no mail to an address is sent after its news goes to another one";
/// No corrected address is forgotten.
pub const CORRECTED_IN_THE_END: &str = "in the end, the news has been sent to each address that an event names, as long as it did not arrive";
/// A typo in a corrected address is no end.
pub const NOT_REFUSED: &str =
    "an operator's command is refused only where the news arrived, may have, or is under way";
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
    /// An event waits for a certain time from its own acceptance on, also while the mail before it is not even sent.
    GivesUpBeforeItIsSent,
    /// A bounce that passes is taken for one that is final.
    TransientIsFinal,
    /// After a bounce that passes, a delivery is not recorded any more.
    DeliveryAfterReplyIsRefused,
    /// The mail to a further address is rebuilt from the last delivery, whose address no event names if an operator did.
    RebuiltFromTheLastAddress,
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
    /// SES reports a bounce that passes: of a mail that bounced, or an automatic reply to one that arrived.
    pub transient: u8,
}

/// Addresses that a model may name, the first one included.
pub(super) const ADDRESSES: usize = 3;

/// A state: the deliveries, the messages, the workers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReaddressState {
    pub(super) deliveries: [Delivery; ADDRESSES],
    /// Messages of the dispatch queue for each who names an address, or commands that an operator is yet to run.
    pub(super) waiting: Vec<u8>,
    /// Sorted: which is which makes no difference.
    pub(super) workers: Vec<Worker>,
    /// Whether the time is over for which an event waits whether a mail that was sent arrives.
    pub(super) is_much_later: bool,
    /// Whether an event has waited for all of it.
    pub(super) waited_in_vain: bool,
    pub(super) remaining: ReaddressFaults,
    pub(super) violations: BTreeSet<&'static str>,
}

/// A delivery, its messages, and what really became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Delivery {
    pub(super) record: Option<Record>,
    /// Which address it is marked with.
    pub(super) next: Option<usize>,
    /// Who planned it; `None`: the first event.
    pub(super) by: Option<usize>,
    pub(super) mail: u8,
    /// A dead letter, and whether an operator has replayed it: then its message is newer than the failure.
    pub(super) dead_letters: u8,
    pub(super) is_replayed: bool,
    /// Of each mail that SES accepted: whether it arrives.
    pub(super) accepted: Vec<bool>,
}

/// Somebody at work: on the naming of an address, or as a mailer on the mail to one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Worker {
    pub(super) of: usize,
    pub(super) step: Step,
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
    SesEvent(usize, Transition),
    /// The time is over for which an event waits. It begins when a mail is sent.
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

    pub(super) fn has(&self, bug: ReaddressBug) -> bool {
        self.bug == Some(bug)
    }
}

impl ReaddressState {
    pub(super) fn is_idle(&self) -> bool {
        self.workers.is_empty()
            && self.waiting.iter().all(|waiting| *waiting == 0)
            && self.deliveries.iter().all(|delivery| delivery.mail == 0)
    }

    /// Whether a mail is yet to be sent: an event waits for as long as that takes.
    pub(super) fn has_unsent(&self) -> bool {
        let mut states = self.deliveries.iter().filter_map(Delivery::state);
        states.any(|state| matches!(state, State::Planned | State::Sending))
    }

    /// Whether feedback is yet to record that a mail was delivered of which an automatic reply came first, as it does
    /// within hours.
    pub(super) fn awaits_delivery(&self, model: &ReaddressModel) -> bool {
        self.deliveries.iter().any(|delivery| {
            delivery.state() == Some(State::Bounced)
                && model.events(self, delivery).contains(&Transition::Deliver)
        })
    }

    pub(super) fn has_arrived(&self) -> bool {
        self.deliveries.iter().any(|delivery| delivery.accepted.contains(&true))
    }
}

impl Delivery {
    pub(super) fn state(&self) -> Option<State> {
        self.record.map(|record| record.state)
    }
}

impl ReaddressModel {
    /// What SES has to say about the mail of `delivery` that feedback has not recorded, in any order.
    pub(super) fn events(&self, state: &ReaddressState, delivery: &Delivery) -> Vec<Transition> {
        let Some(arrives) = delivery.accepted.first() else { return Vec::new() };
        let is_final = if *arrives { Transition::Deliver } else { Transition::Bounce };
        let transient = (state.remaining.transient > 0).then_some(Transition::BounceTransiently);
        let events = transient.into_iter().chain([is_final]);
        let refuses = self.has(ReaddressBug::DeliveryAfterReplyIsRefused);
        let may_be_recorded = |event: &Transition| {
            let is_refused = refuses
                && *event == Transition::Deliver
                && delivery.state() == Some(State::Bounced);
            !is_refused && event.allows(delivery.record.as_ref(), &Facts::new(0))
        };
        events.filter(may_be_recorded).collect()
    }
}

/// A worker's next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Who names an address reads the order's records.
    Read,
    /// It marks the last delivery.
    Mark { last: usize },
    /// It puts the further one.
    Put,
    /// It requests its mail.
    Request,
    /// A mailer claims.
    Claim,
    /// It calls SES.
    Send { attempt: u32 },
    /// It records the answer.
    Record { attempt: u32, answer: Answer },
}

/// SES's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// Accepted; the mail arrives, or bounces.
    Accepted {
        /// Whether it arrives.
        arrives: bool,
    },
    /// Accepted, and nobody heard of it.
    AcceptedUnheard {
        /// Whether it arrives.
        arrives: bool,
    },
    /// Not accepted, and nobody heard of it.
    DroppedUnheard,
    /// Refused permanently.
    Permanent,
}

impl Step {
    pub(super) const fn is_mailers(&self) -> bool {
        matches!(self, Self::Claim | Self::Send { .. } | Self::Record { .. })
    }
}
