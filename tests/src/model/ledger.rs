//! The ledger: [`Transition::apply`] is the conditional write, and every write is watched.

use shared::ledger::{Facts, MAX_DOUBTS, Record, State, Transition};
use shared::notification::DoubtPolicy;

use super::bug::Bug;
use super::settings::Waybill;
use super::world::{Breach, GRACE, Order};

/// What a conditional write came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Written.
    Recorded(Record),
    /// This record stood in the way.
    Refused(Record),
    /// There is no record.
    Absent,
}

/// Whether a write's answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Echo {
    /// It does.
    No,
    /// It is lost; the SDK makes the same write again and brings that answer.
    Yes,
}

impl Waybill {
    /// One conditional write, as a client sees it.
    pub(super) fn write(
        &self,
        order: &mut Order,
        transition: Transition,
        facts: Facts,
        echo: Echo,
    ) -> (Outcome, Option<Breach>) {
        let (first, breach) = self.write_once(order, transition, facts);
        match (first, echo) {
            // The claim's holder knows itself again.
            (Outcome::Recorded(_), Echo::Yes) if transition != Transition::Claim => {
                (self.write_once(order, transition, facts).0, breach)
            }
            _ => (first, breach),
        }
    }

    fn write_once(
        &self,
        order: &mut Order,
        transition: Transition,
        facts: Facts,
    ) -> (Outcome, Option<Breach>) {
        let before = order.record;
        match self.apply(transition, before, facts) {
            Some(after) => {
                self.coverage.note(transition, before.as_ref());
                order.record = Some(after);
                let breach = watch(order, transition, before, after, facts);
                (Outcome::Recorded(after), breach)
            }
            None => (before.map_or(Outcome::Absent, Outcome::Refused), None),
        }
    }

    /// The protocol, or what a bug makes of it.
    fn apply(&self, t: Transition, record: Option<Record>, facts: Facts) -> Option<Record> {
        let (seen, facts) = match record {
            Some(record) => {
                let (seen, facts) = self.misread(t, record, facts);
                (Some(seen), facts)
            }
            None => (None, facts),
        };
        let after = t.apply(seen.as_ref(), &facts)?;
        match (self.bug, t) {
            (Some(Bug::RejectFails), Transition::Reject) => {
                Some(Record { state: State::Failed, ..after })
            }
            _ => Some(after),
        }
    }

    /// What a missing condition amounts to: the record looks as if the condition held.
    fn misread(&self, t: Transition, record: Record, facts: Facts) -> (Record, Facts) {
        let planned = Record { state: State::Planned, not_before: i64::MIN, ..record };
        match (self.bug, t, record.state) {
            (Some(Bug::ClaimWithoutCondition), Transition::Claim, _) => (planned, facts),
            (Some(Bug::ExpiredLeaseIsFree), Transition::Claim, State::Sending)
                if record.lease_until < facts.now =>
            {
                (planned, facts)
            }
            (Some(Bug::ReplayUnguarded), Transition::Claim, State::Failed) => (planned, facts),
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
            (Some(Bug::EventMovesBack), Transition::Settle, _) => {
                (Record { state: State::Sending, ..record }, facts)
            }
            (
                Some(Bug::EventDisbelieved),
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

/// Notes what a write says about the truth, and finds what no write may do.
fn watch(
    order: &mut Order,
    transition: Transition,
    before: Option<Record>,
    after: Record,
    facts: Facts,
) -> Option<Breach> {
    let before = before?;
    // The accepted states are declared in the order in which they may follow each other.
    let goes_on = after.state.is_accepted() && after.state >= before.state;
    if before.state.is_accepted() && !goes_on {
        return Some(Breach::WentBack);
    }
    if is_own_answer(transition) && before.attempt != facts.attempt {
        return Some(Breach::Unfenced);
    }
    if transition == Transition::Claim {
        return watch_claim(order, before, facts);
    }
    order.truth.known |= after.state.is_accepted();
    None
}

const fn is_own_answer(transition: Transition) -> bool {
    matches!(
        transition,
        Transition::Accept | Transition::Defer | Transition::Fail | Transition::Doubt
    )
}

/// A claim out of doubt opens the named window; a later claim that follows a refusal is still in it.
fn watch_claim(order: &mut Order, before: Record, facts: Facts) -> Option<Breach> {
    let nobody_works_on_it = order.mail.iter().all(|message| message.attempts().next().is_none());
    let window = match before.state {
        State::InDoubt => {
            order.policy == DoubtPolicy::Resend && before.since <= -GRACE && nobody_works_on_it
        }
        State::Planned | State::Failed => order.truth.excused,
        _ => false,
    };
    order.truth.excused = window && !order.truth.known;
    match before.state {
        State::InDoubt if before.doubts >= MAX_DOUBTS => Some(Breach::TooManyDoubts),
        State::Failed if facts.enqueued_at <= before.since => Some(Breach::UnaskedRetry),
        _ => None,
    }
}
