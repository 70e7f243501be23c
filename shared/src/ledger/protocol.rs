//! The ledger's state machine, as data.
//!
//! [`Transition::preconditions`] lists for each transition the states that it may leave, and under which
//! guards. [`Transition::apply`] (for the model checker and the tests), the DynamoDB condition expressions
//! (`kit::ledger`) and the operator's command are all derived from it, so they cannot disagree.
//!
//! It follows that:
//! - A notification is claimed by at most one mailer at a time, and the claim's attempt number
//!   fences off every earlier claim.
//! - Once SES is known to have accepted a mail, no transition leads back to a state from which it
//!   could be sent.
//! - A second acceptance needs a claim out of `in_doubt`, which only the policy `resend` or an
//!   operator allows; the policy only after the grace period, and at most [`MAX_DOUBTS`] times.
//! - `skipped` and `failed` mean that the mail was certainly not sent. If an earlier attempt is in doubt,
//!   a later one that sends nothing leads back to `in_doubt` ([`Transition::Hold`]).
//! - We trust SES events over our own record, in every state that a claimed notification can be in.
//! - A notification that did not reach the customer is readdressed once ([`Transition::Readdress`]). From then on its
//!   mail can't be sent: the same news goes to the corrected address, as a notification of its own.

use super::guard::{Facts, Guard, MAX_DOUBTS, Precondition};
use super::record::{Record, State};

/// For so many milliseconds after a bounce that passes, its mail's delivery may yet be reported. SES publishes the two
/// within seconds of each other, and in no promised order; feedback records them within minutes, or at the end of an
/// outage, both within minutes then.
pub const TRANSIENT_BOUNCE_MS: i64 = 4 * 60 * 60 * 1000;

/// Everything that can happen to a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// The dispatcher decides to notify.
    Plan,
    /// The dispatcher decides not to notify.
    SkipAtPlan,
    /// A mailer takes the lease.
    Claim,
    /// The mail is no news any more, before it is sent: a mailer finds it stale or superseded, or the dispatcher
    /// superseded or nothing new.
    Skip,
    /// The dispatcher has a planned mail wait until an older one is told. There is no mail request for it yet.
    Wait,
    /// SES answered that it accepted the mail.
    Accept,
    /// SES refused it temporarily: it is due again later.
    Defer,
    /// SES refused it permanently, or the mail cannot be rendered.
    Fail,
    /// The mailer that holds the lease got no answer, or an ambiguous one.
    Doubt,
    /// The lease expired, and its holder recorded no outcome.
    Expire,
    /// An earlier attempt is in doubt, and there will be no other: the last one was refused permanently,
    /// the mail is stale, or the order was erased. From now on, only an SES event or an operator settles
    /// the doubt.
    Hold,
    /// An SES event proves that SES accepted the mail.
    Settle,
    /// An SES event: delivered.
    Deliver,
    /// An SES event: bounced.
    Bounce,
    /// An SES event: bounced for a reason that passes. Also an automatic reply to a mail that arrived is one, so that for
    /// [`TRANSIENT_BOUNCE_MS`] it is open whether the mail arrived: its delivery may yet be reported.
    BounceTransiently,
    /// An SES event: the recipient marked it as spam.
    Complain,
    /// An SES event: SES accepted the mail and then found a virus in it. It is recorded as a bounce, and
    /// like a bounce it is never sent again.
    Reject,
    /// An operator states that the mail was not sent and is to be sent now. Of a planned mail without a
    /// doubt that is known; then it only need not wait any longer.
    Reopen,
    /// The same news goes to a corrected address, as a further delivery with a record of its own, which this one names
    /// from now on. Only where it certainly did not reach the customer, and once: of two that try, one is refused.
    Readdress,
}

/// What a transition writes, in addition to the state and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Write {
    /// A new record, attempt 0.
    Create,
    /// The next attempt number, and when its lease expires.
    TakeLease,
    /// Adds one to the number of doubts.
    CountDoubt,
    /// Sets the number of doubts to [`MAX_DOUBTS`], so that the policy `resend` never sends it again.
    ExhaustDoubts,
    /// Sets the number of doubts to zero.
    ClearDoubts,
    /// Sets the number of doubts and `not_before` to zero: it is due at once.
    StartOver,
    /// `not_before`: when it is due again, or when its bounce is final.
    Postpone,
    /// Sets `not_before` to zero: its bounce is final.
    EndWait,
    /// Nothing else.
    StateOnly,
    /// Which further delivery follows, and neither state nor time: what happened stays as it is.
    FurtherDelivery,
}

use Guard::{
    Attempted, Due, HasDoubts, LeaseExpired, MayPass, NoDoubts, NotReaddressed, OneDoubt, Replayed,
    ResendAllowed, SameAttempt,
};
use Precondition::{Absent, In};
use State::{Bounced, Complained, Delivered, Failed, InDoubt, Planned, Sending, Sent, Skipped};

// SES events are proof, whatever the record says. They arrive late, twice and in any order, and a mailer
// may crash after SES accepted the mail and before it recorded that. So an event may leave every state
// that a claimed notification can be in, including `skipped` and `failed`, to which a later attempt may
// have led. Only a state that is as far as the event, or further, is kept.

/// SES accepted it.
const SETTLE_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
];

/// The recipient's server accepted it: also leaves `sent`, and a bounce that was an automatic reply, whose event came
/// first. Not once the same news goes to another address.
const DELIVER_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    In(Sent, &[]),
    In(Bounced, &[MayPass, NotReaddressed]),
];

/// The recipient's server refused it, possibly after it had reported a delivery, or a bounce that passes: also leaves
/// `delivered` and such a bounce.
const BOUNCE_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    In(Sent, &[]),
    In(Delivered, &[]),
    In(Bounced, &[MayPass]),
];

/// The recipient's server refused it for a reason that passes, or its mailbox answered by itself that nobody reads it now.
/// What was delivered stays so: after `bounced`, its news could go to another address too.
const BOUNCE_TRANSIENTLY_FROM: &[Precondition] = &[
    In(Sending, &[]),
    In(InDoubt, &[]),
    In(Planned, &[Attempted]),
    In(Skipped, &[Attempted]),
    In(Failed, &[]),
    In(Sent, &[]),
];

/// The recipient marked it as spam, the last possible event: also leaves `bounced`.
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
    pub const ALL: [Self; 19] = [
        Self::Plan,
        Self::SkipAtPlan,
        Self::Claim,
        Self::Skip,
        Self::Wait,
        Self::Accept,
        Self::Defer,
        Self::Fail,
        Self::Doubt,
        Self::Expire,
        Self::Hold,
        Self::Settle,
        Self::Deliver,
        Self::Bounce,
        Self::BounceTransiently,
        Self::Complain,
        Self::Reject,
        Self::Reopen,
        Self::Readdress,
    ];

    /// The alternatives under which it is allowed: one of them must hold.
    #[must_use]
    pub const fn preconditions(self) -> &'static [Precondition] {
        match self {
            Self::Plan | Self::SkipAtPlan => &[Absent],
            // Not out of `sending`, even when the lease has expired: its holder may have called SES, so
            // that is recorded as a doubt first (`Expire`).
            Self::Claim => &[
                In(Planned, &[Due]),
                In(Failed, &[Replayed, NotReaddressed]),
                In(InDoubt, &[ResendAllowed]),
            ],
            // A mail with a doubt may have been sent, and `skipped` would mean that it was not. Out of `sending`
            // only by the holder of the lease, who knows that it has not called SES.
            Self::Skip => &[
                In(Planned, &[NoDoubts]),
                In(Sending, &[SameAttempt, NoDoubts]),
                In(Failed, &[Replayed, NotReaddressed]),
            ],
            // Never claimed: the writer's attempt is 0.
            Self::Wait => &[In(Planned, &[SameAttempt, NoDoubts])],
            // SES's answer to this attempt is proof, even after another mailer recorded a doubt about it.
            Self::Accept | Self::Defer => {
                &[In(Sending, &[SameAttempt]), In(InDoubt, &[SameAttempt])]
            }
            // A refusal of this attempt proves nothing about an earlier one that is in doubt.
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
            Self::BounceTransiently => BOUNCE_TRANSIENTLY_FROM,
            Self::Complain => COMPLAIN_FROM,
            // The attempt that the operator saw: after a later claim, their statement is about the past.
            Self::Reopen => &[
                In(Planned, &[SameAttempt]),
                In(InDoubt, &[SameAttempt]),
                In(Failed, &[SameAttempt, NotReaddressed]),
                In(Skipped, &[SameAttempt]),
            ],
            // A suppressed address bounces too. Every other mail may have arrived, or may yet.
            // So may one of which an automatic reply has come, for as long as its delivery may yet be reported.
            Self::Readdress => {
                &[In(Bounced, &[NotReaddressed, Due]), In(Failed, &[NotReaddressed])]
            }
        }
    }

    /// The state that it leads to; `None`: the record stays in its state.
    #[must_use]
    pub const fn target(self) -> Option<State> {
        Some(match self {
            Self::Plan | Self::Wait | Self::Defer | Self::Reopen => Planned,
            Self::SkipAtPlan | Self::Skip => Skipped,
            Self::Claim => Sending,
            Self::Accept | Self::Settle => Sent,
            Self::Fail => Failed,
            Self::Doubt | Self::Expire | Self::Hold => InDoubt,
            Self::Deliver => Delivered,
            Self::Bounce | Self::BounceTransiently | Self::Reject => Bounced,
            Self::Complain => Complained,
            Self::Readdress => return None,
        })
    }

    /// What it writes, in addition to the state and its time.
    #[must_use]
    pub const fn write(self) -> Write {
        match self {
            Self::Plan | Self::SkipAtPlan => Write::Create,
            Self::Claim => Write::TakeLease,
            Self::Defer | Self::BounceTransiently => Write::Postpone,
            Self::Bounce | Self::Reject => Write::EndWait,
            Self::Doubt | Self::Expire => Write::CountDoubt,
            Self::Hold => Write::ExhaustDoubts,
            // `Fail` out of `in_doubt` requires `OneDoubt`, so this clears only the doubt that it settles.
            Self::Fail => Write::ClearDoubts,
            Self::Reopen => Write::StartOver,
            Self::Readdress => Write::FurtherDelivery,
            _ => Write::StateOnly,
        }
    }

    /// Whether it is allowed for `record`.
    #[must_use]
    pub fn allows(self, record: Option<&Record>, facts: &Facts) -> bool {
        self.preconditions().iter().any(|precondition| precondition.holds(record, facts))
    }

    /// The record after the transition, as one conditional write leaves it; `None` when no precondition
    /// holds.
    #[must_use]
    pub fn apply(self, record: Option<&Record>, facts: &Facts) -> Option<Record> {
        if !self.allows(record, facts) {
            return None;
        }
        let new = |state| Record {
            state,
            attempt: 0,
            doubts: 0,
            since: facts.now,
            not_before: 0,
            lease_until: 0,
            readdressed: false,
        };
        let before = match (record, self.target()) {
            (Some(record), _) => *record,
            (None, state) => new(state?),
        };
        let after = match self.target() {
            Some(state) => Record { state, since: facts.now, ..before },
            None => before,
        };
        Some(match self.write() {
            Write::Create | Write::StateOnly => after,
            Write::TakeLease => {
                Record { attempt: before.attempt + 1, lease_until: facts.lease_until, ..after }
            }
            Write::CountDoubt => Record { doubts: before.doubts + 1, ..after },
            Write::ExhaustDoubts => Record { doubts: MAX_DOUBTS, ..after },
            Write::ClearDoubts => Record { doubts: 0, ..after },
            Write::StartOver => Record { doubts: 0, not_before: 0, ..after },
            Write::Postpone => Record { not_before: facts.not_before, ..after },
            Write::EndWait => Record { not_before: 0, ..after },
            Write::FurtherDelivery => Record { readdressed: true, ..after },
        })
    }
}

#[cfg(test)]
mod tests;
