//! Which edges of the state machine a run has taken: a check that never takes an edge proves nothing
//! about it.

use std::sync::atomic::{AtomicU64, Ordering};

use shared::ledger::{Precondition, Record, Transition};

/// The edges taken so far: one bit for each precondition of each transition.
#[derive(Debug, Default)]
pub struct Coverage(AtomicU64);

impl Coverage {
    /// Records that `transition` was applied to `record`.
    pub fn record(&self, transition: Transition, record: Option<&Record>) {
        // One bit per edge, of which there are fewer than 64: a lock would slow the checker's threads down.
        let taken = edges().position(|(t, precondition)| {
            t == transition && state_of(precondition) == record.map(|r| r.state)
        });
        if let Some(bit) = taken {
            self.0.fetch_or(1 << bit, Ordering::Relaxed);
        }
    }

    /// Adds the edges that `other` has taken.
    pub fn add(&self, other: &Self) {
        self.0.fetch_or(other.0.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The edges that were never taken.
    #[must_use]
    pub fn missing(&self) -> Vec<(Transition, Precondition)> {
        let taken = self.0.load(Ordering::Relaxed);
        let edges = edges().enumerate();
        edges.filter(|(bit, _)| taken & (1 << bit) == 0).map(|(_, edge)| edge).collect()
    }
}

/// Every edge of the state machine: each transition with each of its preconditions.
pub fn edges() -> impl Iterator<Item = (Transition, Precondition)> {
    Transition::ALL.into_iter().flat_map(|t| t.preconditions().iter().map(move |p| (t, *p)))
}

const fn state_of(precondition: Precondition) -> Option<shared::ledger::State> {
    match precondition {
        Precondition::Absent => None,
        Precondition::In(state, _) => Some(state),
    }
}
