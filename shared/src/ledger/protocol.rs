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
//!   operator allows; the policy only after the grace period, and at most [`MAX_DOUBTS`] times.
//! - `skipped` and `failed` mean that it was certainly not sent: where an earlier attempt is in
//!   doubt, a later one that is not sent leads back to `in_doubt` ([`Transition::Hold`]).
//! - We trust SES's own events over our own record, in every state that a claimed notification can
//!   be in.

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
    /// SES accepted it.
    Accept,
    /// SES refused it for now: it is due again later.
    Defer,
    /// SES refused it for good, or no mail can be rendered from it.
    Fail,
    /// The mailer that holds the lease got no answer, or one that does not tell whether SES accepted it.
    Doubt,
    /// The lease ran out and its holder recorded nothing.
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
    /// An SES event: accepted, and then not delivered because of a virus. It is recorded as a bounce,
    /// and like one it is never sent again.
    Reject,
    /// An operator states that it was not sent and may be sent again: clears all doubts.
    Reopen,
}

/// What a transition writes beside the state and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new record, attempt 0.
    Create,
    /// The next attempt number, and when its lease runs out.
    TakeLease,
    /// One more attempt that ended in doubt.
    CountDoubt,
    /// As many doubts as the policy `resend` allows, so that it never sends this one again.
    ExhaustDoubts,
    /// No doubts.
    ClearDoubts,
    /// `not_before`: when it is due again.
    Postpone,
    /// Nothing else.
    StateOnly,
}

use Guard::{
    Attempted, Due, HasDoubts, LeaseExpired, NoDoubts, OneDoubt, Replayed, ResendAllowed,
    SameAttempt,
};
use Precondition::{Absent, In};
use State::{Bounced, Complained, Delivered, Failed, InDoubt, Planned, Sending, Sent, Skipped};

// SES's own events are proof, whatever the record says. They come late, twice and in any order, and a
// mailer may crash between SES's acceptance and its own record: so an event may leave every state that
// a claimed notification can be in, also `skipped` and `failed`, which a later attempt may have led to.
// Only a state that says as much as the event, or more, stays.

/// SES accepted it: leaves every state that does not say so yet.
const SETTLE_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
];

/// It was delivered: leaves also `sent`.
const DELIVER_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    In(Sent, &[]),
];

/// It came back, which may happen after a delivery was reported: leaves also `delivered`.
const BOUNCE_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    In(Sent, &[]),
    In(Delivered, &[]),
];

/// The recipient complained, the last that can be heard of a mail: leaves also `bounced`.
const COMPLAIN_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    In(Sent, &[]),
    In(Delivered, &[]),
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

    /// Where it may start from: one of these suffices.
    #[must_use]
    pub const fn preconditions(self) -> &'static [Precondition] {
        match self {
            Self::Plan | Self::SkipAtPlan => &[Absent],
            Self::Claim => {
                &[In(Planned, &[Due]), In(Failed, &[Replayed]), In(InDoubt, &[ResendAllowed])]
            }
            // With a doubt it may have been sent, and `skipped` would say that it was not.
            Self::Skip => &[In(Planned, &[NoDoubts]), In(Failed, &[Replayed])],
            // SES's answer to this attempt is proof, also after another mailer recorded a doubt.
            Self::Accept | Self::Defer => {
                &[In(Sending, &[SameAttempt]), In(InDoubt, &[SameAttempt])]
            }
            // That this attempt was refused proves nothing about an earlier one that is in doubt.
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
            Self::Settle => SETTLE_FROM,
            Self::Deliver => DELIVER_FROM,
            Self::Bounce | Self::Reject => BOUNCE_FROM,
            Self::Complain => COMPLAIN_FROM,
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

    /// What it writes beside the state and its time.
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

    /// The record afterwards, or `None` when no precondition holds: what one conditional write does.
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
