//! Which edges of the state machine a run has taken: a check that never takes an edge proves nothing
//! about it.

use std::sync::atomic::{AtomicU64, Ordering};

use shared::ledger::{Precondition, Record, Transition};

/// The edges taken so far: one bit for each precondition of each transition.
#[derive(Debug, Default)]
pub struct Coverage([AtomicU64; 2]);

impl Coverage {
    /// Records that `transition` was applied to `record`.
    pub fn record(&self, transition: Transition, record: Option<&Record>) {
        // One bit per edge, of which there are fewer than 128: a lock would slow the checker's threads down.
        let taken = edges().position(|(t, precondition)| {
            t == transition && state_of(precondition) == record.map(|r| r.state)
        });
        if let Some(bit) = taken {
            self.0[bit / 64].fetch_or(1 << (bit % 64), Ordering::Relaxed);
        }
    }

    /// Adds the edges that `other` has taken.
    pub fn add(&self, other: &Self) {
        for (taken, others) in self.0.iter().zip(&other.0) {
            taken.fetch_or(others.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// The edges that were never taken.
    #[must_use]
    pub fn missing(&self) -> Vec<(Transition, Precondition)> {
        let is_taken =
            |bit: usize| self.0[bit / 64].load(Ordering::Relaxed) & (1 << (bit % 64)) != 0;
        let edges = edges().enumerate();
        edges.filter(|(bit, _)| !is_taken(*bit)).map(|(_, edge)| edge).collect()
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
