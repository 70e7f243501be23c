//! Runs the model checker and reports what it found.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::hash::Hash;
use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use super::liveness::{Terminates, Termination, check_termination};

/// Threads of the checker; the CI machine has two cores.
const THREADS: usize = 2;

/// What an exhaustive search found.
#[derive(Debug)]
pub struct CheckResult {
    /// Number of distinct states.
    pub unique: usize,
    /// Number of generated states, repeats included.
    pub total: usize,
    /// Length of the longest shortest path to a state, in steps.
    pub depth: usize,
    /// Wall-clock time of the search.
    pub elapsed: Duration,
    /// The properties that are violated, each with the trace of a counterexample.
    pub violated: Vec<(&'static str, String)>,
    /// The `sometimes` properties that were reached.
    pub reached: BTreeSet<&'static str>,
}

impl CheckResult {
    /// Whether `promise` is violated.
    #[must_use]
    pub fn violates(&self, promise: &str) -> bool {
        self.violated.iter().any(|(name, _)| *name == promise)
    }
}

impl std::fmt::Display for CheckResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { unique, total, depth, elapsed, .. } = self;
        write!(
            f,
            "{unique} states ({total} with repeats), {depth} deep, {:.1} s",
            elapsed.as_secs_f64()
        )
    }
}

/// A model that several threads can check.
pub trait Checkable:
    Model<State: Debug + Hash + Clone + PartialEq + Send + Sync, Action: Debug + Copy + PartialEq>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<M> Checkable for M where
    M: Model<
            State: Debug + Hash + Clone + PartialEq + Send + Sync,
            Action: Debug + Copy + PartialEq,
        > + Clone
        + Send
        + Sync
        + 'static
{
}

/// Visits every reachable state.
#[must_use]
pub fn check_exhaustively<M: Checkable>(model: &M) -> CheckResult {
    search(model, HasDiscoveries::All)
}

/// Visits states until `promise` is violated.
#[must_use]
pub fn check_until_violated<M: Checkable>(model: &M, promise: &'static str) -> CheckResult {
    search(model, HasDiscoveries::AnyOf(BTreeSet::from([promise])))
}

fn search<M: Checkable>(model: &M, until: HasDiscoveries) -> CheckResult {
    let start = Instant::now();
    // Breadth first, so that a counterexample is a shortest one.
    let checker = model.clone().checker().threads(THREADS).finish_when(until).spawn_bfs().join();
    // A discovery is a counterexample for an `always` property, and an example for a `sometimes` property.
    let is_promise = |name| model.property(name).expectation == Expectation::Always;
    let (promises, sometimes): (Vec<_>, Vec<_>) =
        checker.discoveries().into_iter().partition(|(name, _)| is_promise(name));
    CheckResult {
        unique: checker.unique_state_count(),
        total: checker.state_count(),
        depth: checker.max_depth(),
        elapsed: start.elapsed(),
        violated: promises
            .into_iter()
            .map(|(name, path)| (name, trace(model, &path.into_actions())))
            .collect(),
        reached: sometimes.into_iter().map(|(name, _)| name).collect(),
    }
}

/// The number of states of `model`, and the trace of a dead end if there is one: a state from which
/// no terminal state can be reached.
#[must_use]
pub fn find_dead_end<M: Checkable + Terminates>(model: &M) -> (usize, Option<String>) {
    let Termination { states, dead_end } = check_termination(model);
    (states, dead_end.map(|actions| trace(model, &actions)))
}

/// The actions, one a line, and the state that they end in.
fn trace<M: Checkable>(model: &M, actions: &[M::Action]) -> String {
    let mut trace = String::new();
    let mut system = model.init_states().into_iter().next().expect("there is a first state");
    for action in actions {
        let _ = writeln!(trace, "  {action:?}");
        system = model.next_state(&system, *action).unwrap_or(system);
    }
    let _ = write!(trace, "  {system:?}");
    trace
}
