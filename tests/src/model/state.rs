//! A state of the model: what is stored, what is queued, who works on what, and the ground truth.
//!
//! All times are in ticks relative to now: now is 0, the past is negative. `SystemState::tick` moves
//! everything one tick into the past, and `Order::normalize` drops what no guard can observe any
//! more, so that unbounded time needs finitely many states.

use shared::ledger::Record;
use shared::notification::DoubtPolicy;

use super::drivers::Drivers;
use super::gate::{AfterGate, Gate, SesAccount};
use super::settings::Faults;

/// Duration of a lease in ticks. It expires in the tick after its last one (the guard is `<`).
pub const LEASE: i64 = 1;
/// Ticks to wait for an SES event before a mail in doubt may be resent.
pub const GRACE: i64 = 1;
/// Ticks until a mail that SES refused temporarily is due again.
pub const PAUSE: i64 = 1;

/// A state of the whole system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SystemState {
    /// Sorted: the orders of one policy are interchangeable.
    pub orders: Vec<Order>,
    /// The send gate, which all mailers share.
    pub gate: Gate,
    /// Whether SES takes mails of the account.
    pub ses: SesAccount,
    /// Whether a mailer has set the gate because of an SES that is silent now. No component sees this ground truth.
    pub silence_noted: bool,
    /// The faults that may still happen.
    pub remaining: Faults,
    /// The first violation. No action follows it.
    pub violation: Option<Violation>,
}

/// A broken promise that is visible in a step, not in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Violation {
    /// SES accepted a notification again, outside the named window.
    SecondAcceptance,
    /// An accepted notification left the accepted states, or went back among them.
    MovedBackwards,
    /// A worker recorded the result of an attempt that the record has moved on from.
    Unfenced,
    /// Feedback read an SES event, and the ledger does not show the mail as accepted.
    SesEventIgnored,
    /// A failed mail was retried by a message that had been queued before the failure.
    RetryWithoutReplay,
    /// A mail in doubt was resent more often than the policy allows.
    TooManyDoubts,
    /// A mail fell into doubt that had no turn at SES.
    DoubtWithoutTurn,
    /// A second mailer asked SES while the gate was closed and a probe was out.
    AskedWhileClosed,
    /// A mail took its turn at an SES that was known to be silent, and was not the probe.
    AskedInSilence,
}

/// One order with its one notification.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Order {
    /// What the policy does with a mail in doubt.
    pub policy: DoubtPolicy,
    /// Its events, between the Events table and the dispatch queue.
    pub events: [Outbox; 2],
    /// The ledger: the protocol's own record.
    pub record: Option<Record>,
    /// With [`Bug::EventIdAsKey`](super::bug::Bug): the record of the second event.
    pub second_record: Option<Record>,
    /// Index of the event that planned the notification.
    pub planned_by: u8,
    /// Whether the sweep has found it done, and looks at its event no more.
    pub swept: bool,
    /// For how many ticks its mail has been stale.
    pub stale_for: Option<i8>,
    /// The dispatch queue.
    pub dispatch: Vec<Message<DispatcherStep>>,
    /// The mail queue.
    pub mail: Vec<Message<MailerStep>>,
    /// Whether the dispatch dead-letter queue holds a message of each event.
    pub dispatch_dlq: [bool; 2],
    /// Whether the mail dead-letter queue holds a message of it.
    pub mail_dlq: bool,
    /// What happened at SES. Only the properties read it, no component does.
    pub ground_truth: GroundTruth,
}

/// What really happened, whatever the ledger says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct GroundTruth {
    /// How often SES accepted the mail; 2 stands for two or more.
    pub accepted: u8,
    /// Whether the ledger has recorded the acceptance, from SES's answer or from an SES event.
    pub acceptance_known: bool,
    /// Whether SES may accept the mail once more: in the named window, or after an operator reopened
    /// it.
    pub may_accept_again: bool,
    /// Whether an operator stated that the mail was not sent. If that was wrong, the ledger may be too.
    pub reopened_by_operator: bool,
    /// Whether its last claim was made without a turn, and none was taken since.
    pub claimed_without_turn: bool,
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
    RelayInProgress,
    /// Its stream record is acknowledged.
    Relayed,
    /// The stream lost its record.
    Lost,
}

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Message<Step> {
    /// Index of the event that it is about.
    pub event: u8,
    /// When the mailer takes it to be queued: SQS's `SentTimestamp`, of a requeued copy that of its original.
    pub enqueued_at: i8,
    /// When it was queued by anybody but a mailer that requeued it: the ground truth.
    pub first_enqueued_at: i8,
    /// Ticks until it can be received.
    pub visible_at: i8,
    /// Deleted, but still held by another driver.
    pub deleted: bool,
    /// The workers that hold it.
    pub drivers: Drivers<Step>,
}

/// What a dispatcher does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DispatcherStep {
    /// Decide and record the decision.
    Decide,
    /// Send the mail request.
    Send,
    /// Delete the message.
    Delete,
}

/// What a mailer does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MailerStep {
    /// Claim the notification, or skip it when it was stale at the clock reading.
    Start {
        /// Whether the mail was stale when the clock was read.
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
        /// SES's answer.
        answer: SendOutcome,
    },
    /// Close or open the gate, as SES's answer says.
    SetGate {
        /// Whether it closes.
        closes: bool,
        /// What comes after it.
        then: AfterGate,
    },
    /// Record that the lease of an earlier attempt has expired.
    Expire,
    /// Claim a notification in doubt whose grace period is over.
    Resend,
    /// Record that an earlier attempt stays in doubt.
    KeepAmbiguous {
        /// The attempt number in the record.
        attempt: u8,
    },
    /// Queue a delayed copy of the message.
    Requeue {
        /// The tick in which the copy becomes visible.
        until: i8,
    },
    /// Send the message to the dead-letter queue.
    DeadLetter,
    /// Delete the message.
    Delete,
}

/// SES's answer, as the mailer classifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SendOutcome {
    /// Accepted.
    Accepted,
    /// Refused temporarily: proof that the mail was not sent.
    Retryable,
    /// Refused for the account's sake: the same proof, and true of every other mail.
    AccountFault,
    /// Refused permanently: proof that the mail was not sent.
    Permanent,
    /// No answer, or one that proves nothing.
    Ambiguous,
}

impl Order {
    /// An order whose shop will publish `events` events, and has published none yet.
    #[must_use]
    pub fn new(policy: DoubtPolicy, events: u8) -> Self {
        let second = if events > 1 { Outbox::Unpublished } else { Outbox::Never };
        Self {
            policy,
            events: [Outbox::Unpublished, second],
            record: None,
            second_record: None,
            planned_by: 0,
            swept: false,
            stale_for: None,
            dispatch: Vec::new(),
            mail: Vec::new(),
            dispatch_dlq: [false; 2],
            mail_dlq: false,
            ground_truth: GroundTruth::default(),
        }
    }
}

impl<Step: Copy + Ord> Message<Step> {
    pub(super) const fn new(event: u8) -> Self {
        Self {
            event,
            enqueued_at: 0,
            first_enqueued_at: 0,
            visible_at: 0,
            deleted: false,
            drivers: Drivers::NONE,
        }
    }

    /// The queue loses its messages. Whoever holds one works on.
    pub(super) fn purge(queue: &mut Vec<Self>) {
        queue.retain(|message| message.drivers.len() > 0);
        queue.iter_mut().for_each(|message| message.deleted = true);
    }

    /// Removes a driver that is finished with the message, or has crashed. The message is visible again unless
    /// it was deleted.
    pub(super) fn release(queue: &mut Vec<Self>, index: usize, driver: usize) {
        let message = &mut queue[index];
        message.drivers.remove(driver);
        if message.deleted && message.drivers.len() == 0 {
            queue.remove(index);
        }
    }
}

impl GroundTruth {
    /// SES accepts the mail of the last attempt, or of an earlier one whose worker has lost its lease.
    pub(super) fn accept(&mut self, is_last: bool) -> Option<Violation> {
        let violation = self.accepted > 0 && !self.may_accept_again;
        // Counting further would make the number of states infinite, and two acceptances are one too many.
        self.accepted = (self.accepted + 1).min(2);
        // The permission belongs to one claim. An acceptance of an earlier attempt, whose worker was
        // only slow, does not use it up.
        self.may_accept_again &= !is_last;
        violation.then_some(Violation::SecondAcceptance)
    }
}
