//! Running a model to its end, and telling how far it got.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use super::rest::everything_can_rest;
use super::settings::Waybill;

/// How many threads search.
const THREADS: usize = 2;

/// What an exhaustive search found.
#[derive(Debug)]
pub struct Checked {
    /// States, each once.
    pub unique: usize,
    /// States, as often as a step led to them.
    pub total: usize,
    /// The longest of the shortest ways to a state, in steps.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Promises that do not hold, each with the shortest way there that was found.
    pub broken: Vec<(&'static str, String)>,
    /// Things that were to be seen and were.
    pub seen: BTreeSet<&'static str>,
}

impl Checked {
    /// Whether `promise` was broken.
    #[must_use]
    pub fn breaks(&self, promise: &str) -> bool {
        self.broken.iter().any(|(name, _)| *name == promise)
    }
}

impl std::fmt::Display for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { unique, total, depth, took, .. } = self;
        write!(
            f,
            "{unique} states ({total} with repeats), {depth} deep, {:.1} s",
            took.as_secs_f64()
        )
    }
}

/// Visits every reachable state.
#[must_use]
pub fn exhaustively(model: &Waybill) -> Checked {
    search(model, HasDiscoveries::All)
}

/// Visits states until `promise` is broken.
#[must_use]
pub fn until_broken(model: &Waybill, promise: &'static str) -> Checked {
    search(model, HasDiscoveries::AnyOf(BTreeSet::from([promise])))
}

fn search(model: &Waybill, until: HasDiscoveries) -> Checked {
    let start = Instant::now();
    let checker = model.clone().checker().threads(THREADS).finish_when(until).spawn_bfs().join();
    let is_promise = |name| model.property(name).expectation == Expectation::Always;
    let (promises, sights): (Vec<_>, Vec<_>) =
        checker.discoveries().into_iter().partition(|(name, _)| is_promise(name));
    Checked {
        unique: checker.unique_state_count(),
        total: checker.state_count(),
        depth: checker.max_depth(),
        took: start.elapsed(),
        broken: promises
            .into_iter()
            .map(|(name, path)| (name, story(model, &path.into_actions())))
            .collect(),
        seen: sights.into_iter().map(|(name, _)| name).collect(),
    }
}

/// The states of `model`, and the way into a trap if there is one.
#[must_use]
pub fn looks_for_rest(model: &Waybill) -> (usize, Option<String>) {
    let rest = everything_can_rest(model);
    (rest.states, rest.trap.map(|actions| story(model, &actions)))
}

/// The steps, one a line, and where they end.
fn story(model: &Waybill, actions: &[super::action::Action]) -> String {
    let mut story = String::new();
    let mut world = model.init_states().into_iter().next().expect("there is a first state");
    for action in actions {
        let _ = writeln!(story, "  {action:?}");
        world = model.next_state(&world, *action).unwrap_or(world);
    }
    let _ = write!(story, "  {world:?}");
    story
}
