//! The ledger's state machine, as data.
//!
//! [`Transition::preconditions`] is the whole protocol: which states, under which guards, each
//! transition may leave. Three readers share it, so they cannot drift apart: [`Transition::apply`]
//! (the model checker and the tests), the DynamoDB condition expressions (`kit::ledger`), and the
//! operator's command.
//!
//! Delivery semantics that follow from it:
//! - A notification is claimed by at most one mailer at a time, and the claim's attempt number
//!   fences off every earlier claim.
//! - Once SES is known to have accepted a mail, no transition leads back to a state from which it
//!   could be sent.
//! - A second acceptance needs a claim out of `in_doubt`, which only the policy `resend` or an
//!   operator's word allows; the policy only after the grace period, and [`MAX_DOUBTS`] times.
//! - `skipped` and `failed` mean that it was certainly not sent: where an earlier attempt is in
//!   doubt, a later one that comes to nothing leads back to `in_doubt` ([`Transition::Hold`]).
//! - SES's own events are believed in every state that a claimed notification can be in.

use super::guard::{Facts, Guard, MAX_DOUBTS, Precondition};
use super::record::{Record, State};

/// Everything that can happen to a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// The dispatcher decides to notify.
    Plan,
    /// The dispatcher decides not to.
    SkipAtPlan,
    /// A mailer takes the lease.
    Claim,
    /// A mailer finds it stale before sending.
    Skip,
    /// SES answered: accepted.
    Accept,
    /// SES answered: not now.
    Defer,
    /// SES answered: never; or no mail can be made of it.
    Fail,
    /// The mailer that holds the lease got no answer, or one that proves nothing.
    Doubt,
    /// The lease ran out and its holder said nothing.
    Expire,
    /// An earlier attempt is in doubt, and there will be no later one: the last was refused for
    /// good, or it is no longer news, or the order was erased. From now on only SES's own event or
    /// an operator ends the doubt.
    Hold,
    /// An SES event proves that SES accepted it.
    Settle,
    /// An SES event: delivered.
    Deliver,
    /// An SES event: bounced.
    Bounce,
    /// An SES event: complained about.
    Complain,
    /// An SES event: accepted, and then not delivered because of a virus. To the customer that is a
    /// bounce, and like one it is never sent again.
    Reject,
    /// An operator says that it was not sent and may be sent (again): all doubts are over.
    Reopen,
}

/// What becomes of the attempt number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new record, attempt 0.
    Create,
    /// Attempt and lease are new.
    TakeLease,
    /// The attempt stays; one more doubt.
    CountDoubt,
    /// The attempt stays; so many doubts that the policy leaves it alone.
    ExhaustDoubts,
    /// The attempt stays; no doubt is left.
    ClearDoubts,
    /// The attempt stays; `not_before` is set.
    Postpone,
    /// The attempt stays.
    StateOnly,
}

use Guard::{
    Attempted, Due, HasDoubts, LeaseExpired, NoDoubts, OneDoubt, Replayed, ResendAllowed,
    SameAttempt,
};
use Precondition::{Absent, In};
use State::{Bounced, Complained, Delivered, Failed, InDoubt, Planned, Sending, Sent, Skipped};

/// SES's own events are proof whatever anybody believed before: also of a mail that was skipped or
/// failed when a later attempt came to nothing. Each kind of event may leave the first so many.
const EVENTS_LEAVE: &[Precondition] = &[
    // Any event: what is not known to be sent.
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    // One that says more than that SES accepted it.
    In(Sent, &[]),
    // One that says that it did not stay delivered.
    In(Delivered, &[]),
    // A complaint.
    In(Bounced, &[]),
];

impl Transition {
    /// Every transition.
    pub const ALL: [Self; 16] = [
        Self::Plan,
        Self::SkipAtPlan,
        Self::Claim,
        Self::Skip,
        Self::Accept,
        Self::Defer,
        Self::Fail,
        Self::Doubt,
        Self::Expire,
        Self::Hold,
        Self::Settle,
        Self::Deliver,
        Self::Bounce,
        Self::Complain,
        Self::Reject,
        Self::Reopen,
    ];

    /// From where it may happen; any one of these suffices.
    #[must_use]
    pub const fn preconditions(self) -> &'static [Precondition] {
        match self {
            Self::Plan | Self::SkipAtPlan => &[Absent],
            Self::Claim => {
                &[In(Planned, &[Due]), In(Failed, &[Replayed]), In(InDoubt, &[ResendAllowed])]
            }
            // A doubt is never skipped: it may have been sent.
            Self::Skip => &[In(Planned, &[NoDoubts]), In(Failed, &[Replayed])],
            // The answer to one's own attempt is proof, also after somebody doubted it.
            Self::Accept | Self::Defer => {
                &[In(Sending, &[SameAttempt]), In(InDoubt, &[SameAttempt])]
            }
            // Proof about this attempt says nothing of an earlier one.
            Self::Fail => {
                &[In(Sending, &[SameAttempt, NoDoubts]), In(InDoubt, &[SameAttempt, OneDoubt])]
            }
            Self::Doubt => &[In(Sending, &[SameAttempt])],
            Self::Expire => &[In(Sending, &[LeaseExpired])],
            Self::Hold => &[
                In(Planned, &[HasDoubts]),
                In(Sending, &[SameAttempt, HasDoubts]),
                In(InDoubt, &[SameAttempt]),
            ],
            Self::Settle => EVENTS_LEAVE.split_at(5).0,
            Self::Deliver => EVENTS_LEAVE.split_at(6).0,
            Self::Bounce | Self::Reject => EVENTS_LEAVE.split_at(7).0,
            Self::Complain => EVENTS_LEAVE.split_at(8).0,
            Self::Reopen => &[
                In(InDoubt, &[SameAttempt]),
                In(Failed, &[SameAttempt]),
                In(Skipped, &[SameAttempt]),
            ],
        }
    }

    /// Where it leads.
    #[must_use]
    pub const fn target(self) -> State {
        match self {
            Self::Plan | Self::Defer | Self::Reopen => Planned,
            Self::SkipAtPlan | Self::Skip => Skipped,
            Self::Claim => Sending,
            Self::Accept | Self::Settle => Sent,
            Self::Fail => Failed,
            Self::Doubt | Self::Expire | Self::Hold => InDoubt,
            Self::Deliver => Delivered,
            Self::Bounce | Self::Reject => Bounced,
            Self::Complain => Complained,
        }
    }

    /// What it does to the attempt number and the times.
    #[must_use]
    pub const fn write(self) -> Write {
        match self {
            Self::Plan | Self::SkipAtPlan => Write::Create,
            Self::Claim => Write::TakeLease,
            Self::Defer => Write::Postpone,
            Self::Doubt | Self::Expire => Write::CountDoubt,
            Self::Hold => Write::ExhaustDoubts,
            Self::Fail | Self::Reopen => Write::ClearDoubts,
            _ => Write::StateOnly,
        }
    }

    /// Whether it may happen to `record`.
    #[must_use]
    pub fn allows(self, record: Option<&Record>, facts: &Facts) -> bool {
        self.preconditions().iter().any(|precondition| precondition.holds(record, facts))
    }

    /// The record afterwards, or `None` when a precondition forbids it: one conditional write.
    #[must_use]
    pub fn apply(self, record: Option<&Record>, facts: &Facts) -> Option<Record> {
        if !self.allows(record, facts) {
            return None;
        }
        let before = record.copied().unwrap_or(Record {
            state: self.target(),
            attempt: 0,
            doubts: 0,
            since: facts.now,
            not_before: 0,
            lease_until: 0,
        });
        let after = Record { state: self.target(), since: facts.now, ..before };
        Some(match self.write() {
            Write::Create | Write::StateOnly => after,
            Write::TakeLease => {
                Record { attempt: before.attempt + 1, lease_until: facts.lease_until, ..after }
            }
            Write::CountDoubt => Record { doubts: before.doubts + 1, ..after },
            Write::ExhaustDoubts => Record { doubts: MAX_DOUBTS, ..after },
            Write::ClearDoubts => Record { doubts: 0, ..after },
            Write::Postpone => Record { not_before: facts.not_before, ..after },
        })
    }
}
