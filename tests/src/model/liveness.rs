//! Liveness: from every reachable state a terminal state can be reached.
//!
//! "Can" means by steps of Waybill and of time alone, without a fault, an SES event, or an operator. The
//! reachable states (through every fault) are found breadth first. A backward search from the terminal
//! states, over fault-free steps only, then finds those that can reach one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use stateright::Model;

use super::action::Action;
use super::settings::PipelineModel;

/// Outcome of the search.
#[derive(Debug)]
pub struct Termination {
    /// Number of reachable states.
    pub states: usize,
    /// A shortest path to a state from which no terminal state can be reached.
    pub dead_end: Option<Vec<Action>>,
}

struct Node {
    from: u32,
    action: Action,
    is_terminal: bool,
}

/// Visits every reachable state of `model`.
#[must_use]
pub fn check_termination(model: &PipelineModel) -> Termination {
    let (nodes, fault_free) = explore(model);
    let terminates = can_reach_terminal(&nodes, &fault_free);
    let dead_end = terminates.iter().position(|terminates| !terminates);
    Termination { states: nodes.len(), dead_end: dead_end.map(|node| path_to(&nodes, node)) }
}

/// The reachable states, and the fault-free steps between them as (to, from).
fn explore(model: &PipelineModel) -> (Vec<Node>, Vec<(u32, u32)>) {
    // States are known by their hashes alone: keeping all of them would take gigabytes.
    let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
    let mut known: HashMap<u64, u32> = HashMap::new();
    let (mut nodes, mut fault_free, mut layer) = (Vec::new(), Vec::new(), Vec::new());
    for system in model.init_states() {
        known.insert(hasher.hash_one(&system), 0);
        nodes.push(Node { from: 0, action: Action::Tick, is_terminal: model.is_terminal(&system) });
        layer.push((0, system));
    }
    let mut actions = Vec::new();
    while !layer.is_empty() {
        for (from, system) in std::mem::take(&mut layer) {
            model.actions(&system, &mut actions);
            for action in actions.drain(..) {
                let Some(next) = model.next_state(&system, action) else { continue };
                // Breadth first, so the first path to a state is a shortest one.
                let to = match known.entry(hasher.hash_one(&next)) {
                    Entry::Occupied(entry) => *entry.get(),
                    Entry::Vacant(entry) => {
                        let to = u32::try_from(nodes.len()).expect("the bounds effect this small");
                        nodes.push(Node { from, action, is_terminal: model.is_terminal(&next) });
                        layer.push((to, next));
                        *entry.insert(to)
                    }
                };
                if action.is_fault_free() {
                    fault_free.push((to, from));
                }
            }
        }
    }
    (nodes, fault_free)
}

fn can_reach_terminal(nodes: &[Node], fault_free: &[(u32, u32)]) -> Vec<bool> {
    // Backwards from the terminal states; forwards, every state would need a search of its own.
    let mut into: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
    for (to, from) in fault_free {
        into[*to as usize].push(*from);
    }
    let mut can: Vec<bool> = nodes.iter().map(|node| node.is_terminal).collect();
    let mut todo: Vec<usize> = (0..nodes.len()).filter(|i| can[*i]).collect();
    while let Some(node) = todo.pop() {
        for from in std::mem::take(&mut into[node]) {
            if !std::mem::replace(&mut can[from as usize], true) {
                todo.push(from as usize);
            }
        }
    }
    can
}

fn path_to(nodes: &[Node], mut at: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    while at != 0 {
        actions.push(nodes[at].action);
        at = nodes[at].from as usize;
    }
    actions.reverse();
    actions
}
