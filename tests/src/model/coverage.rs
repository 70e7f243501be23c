//! Which ways of the protocol a run has taken: a check that never gets anywhere proves nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use shared::ledger::{Precondition, Record, Transition};

/// One bit for each precondition of each transition.
#[derive(Debug, Default)]
pub struct Coverage(AtomicU64);

impl Coverage {
    /// Notes that `transition` happened to `record`.
    pub fn note(&self, transition: Transition, record: Option<&Record>) {
        let taken = ways().position(|(t, precondition)| {
            t == transition && state_of(precondition) == record.map(|r| r.state)
        });
        if let Some(bit) = taken {
            self.0.fetch_or(1 << bit, Ordering::Relaxed);
        }
    }

    /// Adds what `other` has taken.
    pub fn add(&self, other: &Self) {
        self.0.fetch_or(other.0.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The ways that were never taken.
    #[must_use]
    pub fn missing(&self) -> Vec<(Transition, Precondition)> {
        let taken = self.0.load(Ordering::Relaxed);
        let ways = ways().enumerate();
        ways.filter(|(bit, _)| taken & (1 << bit) == 0).map(|(_, way)| way).collect()
    }
}

/// Every precondition of every transition.
pub fn ways() -> impl Iterator<Item = (Transition, Precondition)> {
    Transition::ALL.into_iter().flat_map(|t| t.preconditions().iter().map(move |p| (t, *p)))
}

const fn state_of(precondition: Precondition) -> Option<shared::ledger::State> {
    match precondition {
        Precondition::Absent => None,
        Precondition::In(state, _) => Some(state),
    }
}
