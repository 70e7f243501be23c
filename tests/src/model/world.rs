//! The state: what is stored, what is queued, who is working, and what really happened.
//!
//! All times are in ticks relative to now: now is 0, the past is negative. `World::tick` moves
//! everything one tick into the past, and `Order::normalise` forgets what no guard can tell apart
//! any more, so that time may go on for ever in finitely many states.

use shared::ledger::Record;
use shared::notification::DoubtPolicy;

use super::drivers::Drivers;
use super::settings::Faults;

/// How long a lease lasts. It runs out in the tick after its last one (the guard is `<`).
pub const LEASE: i64 = 1;
/// How long an SES event is waited for before a doubt may be resent.
pub const GRACE: i64 = 1;
/// When a mail that SES refused for now is due again.
pub const PAUSE: i64 = 1;

/// The whole system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// Sorted: the orders of one policy are interchangeable.
    pub orders: Vec<Order>,
    /// Faults that may still happen.
    pub left: Faults,
    /// The first promise that was broken. Nothing happens after that.
    pub breach: Option<Breach>,
}

/// A broken promise that shows in a step, not in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Breach {
    /// SES accepted a notification again, outside the named window.
    SecondAcceptance,
    /// A notification that SES had accepted went back.
    WentBack,
    /// A worker recorded over an attempt that was not its own.
    Unfenced,
    /// An SES event was read and not believed.
    ProofIgnored,
    /// A failure was retried by a message that had been queued before it.
    UnaskedRetry,
    /// The policy resent a doubt more often than it may.
    TooManyDoubts,
}

/// One order with its one notification.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Order {
    /// What its kind does with doubts.
    pub policy: DoubtPolicy,
    /// Its events in the Events table, and their stream records.
    pub events: [Outbox; 2],
    /// The ledger: the protocol's own record.
    pub record: Option<Record>,
    /// With [`Bug::EventIdAsKey`](super::bug::Bug): the record of the second event.
    pub second_record: Option<Record>,
    /// Which event planned it.
    pub planned_by: u8,
    /// How long ago the moment passed from which on its mail is stale.
    pub stale_for: Option<i8>,
    /// The dispatch queue.
    pub dispatch: Vec<Message<Dispatching>>,
    /// The mail queue.
    pub mail: Vec<Message<Mailing>>,
    /// Whether the dispatch dead-letter queue holds a message of each event.
    pub dispatch_dead: [bool; 2],
    /// Whether the mail dead-letter queue holds a message of it.
    pub mail_dead: bool,
    /// What really happened at SES; no component reads it.
    pub truth: Truth,
}

/// What really happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Truth {
    /// How often SES accepted the mail; 2 stands for more.
    pub accepted: u8,
    /// Whether Waybill has been told so (an answer recorded, or an SES event).
    pub known: bool,
    /// Whether the next acceptance lies in the named window, or an operator asked for it.
    pub excused: bool,
    /// Whether an operator has said that it was not sent, and so answers for what follows.
    pub vouched: bool,
}

/// Where an event is between intake and the dispatch queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outbox {
    /// The shop will not publish it.
    Never,
    /// The shop has not published it yet.
    Unpublished,
    /// Stored; its stream record waits for the relay.
    InStream,
    /// The relay has taken the first of its two steps: send to the queue, acknowledge the record.
    Halfway,
    /// The stream is done with it.
    Relayed,
    /// The stream has lost it.
    Lost,
}

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Message<Step> {
    /// Of which event.
    pub event: u8,
    /// SQS's `SentTimestamp`.
    pub enqueued_at: i8,
    /// Not to be received before.
    pub visible_at: i8,
    /// Deleted, while a worker still holds it.
    pub gone: bool,
    /// Who works on it.
    pub hands: Drivers<Step>,
}

/// A worker's work on one message. Its crash is its disappearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hand<Step> {
    /// Ticks since it received the message.
    pub age: u8,
    /// What it does next.
    pub step: Step,
}

/// What a dispatcher does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dispatching {
    /// Decide and record the decision.
    Decide,
    /// Send the mail request.
    Send,
    /// Delete the message.
    Delete,
}

/// What a mailer does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mailing {
    /// Claim it, or skip what was stale when the clock was read.
    Start {
        /// What the clock said.
        stale: bool,
    },
    /// Call SES for this attempt.
    Send {
        /// The fencing token.
        attempt: u8,
    },
    /// Record SES's answer.
    Record {
        /// The fencing token.
        attempt: u8,
        /// What SES said.
        answer: SendOutcome,
    },
    /// Record that a lease has run out.
    Expire,
    /// Claim a doubt that is due.
    Resend,
    /// Record that an earlier doubt stays.
    Hold {
        /// The attempt that the record is in.
        attempt: u8,
    },
    /// Queue the message anew, for then.
    Requeue {
        /// When it is to come back.
        until: i8,
    },
    /// Put it into the dead-letter queue.
    Bury,
    /// Delete the message.
    Delete,
}

/// SES's answer, as the mailer classifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SendOutcome {
    /// Accepted.
    Accepted,
    /// Proof of refusal, for now.
    Retryable,
    /// Proof of refusal, for good.
    Permanent,
    /// No proof of anything.
    Ambiguous,
}

impl Order {
    /// Before its first event.
    #[must_use]
    pub fn new(policy: DoubtPolicy, events: u8) -> Self {
        let second = if events > 1 { Outbox::Unpublished } else { Outbox::Never };
        Self {
            policy,
            events: [Outbox::Unpublished, second],
            record: None,
            second_record: None,
            planned_by: 0,
            stale_for: None,
            dispatch: Vec::new(),
            mail: Vec::new(),
            dispatch_dead: [false; 2],
            mail_dead: false,
            truth: Truth::default(),
        }
    }
}

impl<Step: Copy + Ord> Message<Step> {
    pub(super) const fn new(event: u8) -> Self {
        Self { event, enqueued_at: 0, visible_at: 0, gone: false, hands: Drivers::NONE }
    }

    /// A worker is done with the message or dead: it is visible again, unless it was deleted.
    pub(super) fn leave(queue: &mut Vec<Self>, place: usize, hand: usize) {
        let message = &mut queue[place];
        message.hands.remove(hand);
        if message.gone && message.hands.len() == 0 {
            queue.remove(place);
        }
    }
}

impl Truth {
    /// SES accepts the mail, of the last attempt or of one that was given up before.
    pub(super) fn accept(&mut self, is_last: bool) -> Option<Breach> {
        let breach = self.accepted > 0 && !self.excused;
        self.accepted = (self.accepted + 1).min(2);
        // The excuse belongs to the claim that it was given for.
        self.excused &= !is_last;
        breach.then_some(Breach::SecondAcceptance)
    }
}
