//! The ledger: [`Transition::apply`] is the conditional write, and every write is checked for
//! violations.

use shared::ledger::{Facts, MAX_DOUBTS, Record, State, Transition};
use shared::notification::DoubtPolicy;

use super::bug::Bug;
use super::settings::PipelineModel;
use super::state::{GRACE, Order, Violation};

/// Outcome of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The write took effect; this is the record after it.
    Recorded(Record),
    /// The condition did not hold for this record.
    Refused(Record),
    /// There is no record.
    Absent,
}

/// Whether a write's answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LedgerAnswer {
    /// It arrives.
    Arrives,
    /// It is lost; the SDK retries the same write, and the caller sees the answer to the retry.
    LostAndRetried,
}

impl PipelineModel {
    /// One conditional write, as a client sees it.
    pub(super) fn write(
        &self,
        order: &mut Order,
        transition: Transition,
        facts: Facts,
        answer: LedgerAnswer,
    ) -> (WriteOutcome, Option<Violation>) {
        let (first, violation) = self.write_once(order, transition, facts);
        match (first, answer) {
            // A claim names its holder, so its retry recognises the claim as its own.
            (WriteOutcome::Recorded(_), LedgerAnswer::LostAndRetried)
                if transition != Transition::Claim =>
            {
                (self.write_once(order, transition, facts).0, violation)
            }
            _ => (first, violation),
        }
    }

    fn write_once(
        &self,
        order: &mut Order,
        transition: Transition,
        facts: Facts,
    ) -> (WriteOutcome, Option<Violation>) {
        let before = order.record;
        match self.apply(transition, before, facts) {
            Some(after) => {
                self.coverage.record(transition, before.as_ref());
                order.record = Some(after);
                let violation = check_write(order, transition, before, after, facts);
                (WriteOutcome::Recorded(after), violation)
            }
            None => (before.map_or(WriteOutcome::Absent, WriteOutcome::Refused), None),
        }
    }

    /// The protocol's transition, or what a seeded bug makes of it.
    fn apply(&self, t: Transition, record: Option<Record>, facts: Facts) -> Option<Record> {
        let (seen, facts) = match record {
            Some(record) => {
                let (seen, facts) = self.inject_bug(t, record, facts);
                (Some(seen), facts)
            }
            None => (None, facts),
        };
        let after = t.apply(seen.as_ref(), &facts)?;
        match (self.bug, t) {
            (Some(Bug::RejectFailsAcceptedMail), Transition::Reject) => {
                Some(Record { state: State::Failed, ..after })
            }
            _ => Some(after),
        }
    }

    /// A bug that leaves a condition out is modelled by showing the protocol a record, or facts, for
    /// which the condition holds.
    fn inject_bug(&self, t: Transition, record: Record, facts: Facts) -> (Record, Facts) {
        let planned = Record { state: State::Planned, not_before: i64::MIN, ..record };
        match (self.bug, t, record.state) {
            (Some(Bug::ClaimWithoutCondition), Transition::Claim, _) => (planned, facts),
            (Some(Bug::ExpiredLeaseIsFree), Transition::Claim, State::Sending)
                if record.lease_until < facts.now =>
            {
                (planned, facts)
            }
            (Some(Bug::RetryUnguarded), Transition::Claim, State::Failed) => (planned, facts),
            (Some(Bug::DoubtsUncounted), Transition::Claim, State::InDoubt) => {
                let uncounted = record.doubts.min(MAX_DOUBTS - 1);
                (Record { doubts: uncounted, ..record }, facts)
            }
            (Some(Bug::SkipOutOfDoubt), Transition::Skip, State::InDoubt) => {
                (Record { doubts: 0, ..planned }, facts)
            }
            (Some(Bug::StaleSkipsDoubt), Transition::Skip, _)
            | (Some(Bug::FailureForgetsDoubt), Transition::Fail, State::Sending) => {
                (Record { doubts: 0, ..record }, facts)
            }
            (Some(Bug::EventMovesStateBack), Transition::Settle, _) => {
                (Record { state: State::Sending, ..record }, facts)
            }
            (
                Some(Bug::EventIgnored),
                Transition::Settle,
                State::Planned | State::Failed | State::Skipped,
            ) => (Record { state: State::Sent, ..record }, facts),
            (Some(Bug::FinishWithoutFence), Transition::Accept | Transition::Defer, _) => {
                (record, Facts { attempt: record.attempt, ..facts })
            }
            _ => (record, facts),
        }
    }
}

/// Updates the ground truth after a write, and detects what no write may do.
fn check_write(
    order: &mut Order,
    transition: Transition,
    before: Option<Record>,
    after: Record,
    facts: Facts,
) -> Option<Violation> {
    let before = before?;
    // The accepted states are declared in the order in which they may follow each other, but that a bounce may turn out to
    // have been an automatic reply.
    let passes = before.state == State::Bounced && before.not_before > 0;
    let moves_forward = after.state.is_accepted()
        && (after.state >= before.state || passes && after.state == State::Delivered);
    if before.state.is_accepted() && !moves_forward {
        return Some(Violation::MovedBackwards);
    }
    // The fencing token: a result counts only for the attempt that the record is in.
    if records_an_attempt(transition) && before.attempt != facts.attempt {
        return Some(Violation::Unfenced);
    }
    if transition == Transition::Claim {
        return check_claim(order, before, facts);
    }
    if matches!(transition, Transition::Doubt | Transition::Expire)
        && order.ground_truth.claimed_without_turn
    {
        return Some(Violation::DoubtWithoutTurn);
    }
    order.ground_truth.acceptance_known |= after.state.is_accepted();
    None
}

const fn records_an_attempt(transition: Transition) -> bool {
    matches!(
        transition,
        Transition::Accept | Transition::Defer | Transition::Fail | Transition::Doubt
    )
}

/// A claim out of doubt opens the named window, in which SES may accept a second mail. A later claim,
/// after a refusal, is still in it.
fn check_claim(order: &mut Order, before: Record, facts: Facts) -> Option<Violation> {
    let no_attempt_in_progress =
        order.mail.iter().all(|message| message.attempts().next().is_none());
    let window = match before.state {
        // Only after the grace period, only if the policy is to resend, and only when the worker of the
        // earlier attempt has ended.
        State::InDoubt => {
            order.policy == DoubtPolicy::Resend && before.since <= -GRACE && no_attempt_in_progress
        }
        // The attempt in between was refused and so sent nothing: the window stays as it was.
        State::Planned | State::Failed => order.ground_truth.may_accept_again,
        _ => false,
    };
    order.ground_truth.may_accept_again = window && !order.ground_truth.acceptance_known;
    match before.state {
        State::InDoubt if before.doubts >= MAX_DOUBTS => Some(Violation::TooManyDoubts),
        State::Failed if facts.enqueued_at <= before.since => Some(Violation::RetryWithoutReplay),
        _ => None,
    }
}
