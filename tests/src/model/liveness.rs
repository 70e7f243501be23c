//! Liveness: from every reachable state a terminal state can be reached.
//!
//! "Can" means by steps of Waybill and of time alone, without a fault, an SES event, or an operator. The
//! reachable states (through every fault) are found breadth first. A backward search from the terminal
//! states, over fault-free steps only, then finds those that can reach one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash};

use stateright::Model;

/// A model that says where it may end, and which of its steps are no fault.
pub trait Terminates: Model<State: Hash, Action: Copy> {
    /// Whether nothing is left to do in this state, and everything is accounted for.
    fn is_terminal(&self, state: &Self::State) -> bool;

    /// Whether the step remains possible once all faults are over.
    fn is_fault_free(action: &Self::Action) -> bool;
}

/// Outcome of the search.
#[derive(Debug)]
pub struct Termination<Action> {
    /// Number of reachable states.
    pub states: usize,
    /// A shortest path to a state from which no terminal state can be reached.
    pub dead_end: Option<Vec<Action>>,
}

type Nodes<M> = Vec<Node<<M as Model>::Action>>;

struct Node<Action> {
    from: u32,
    /// Of the first state: none.
    action: Option<Action>,
    is_terminal: bool,
}

/// Visits every reachable state of `model`.
#[must_use]
pub fn check_termination<M: Terminates>(model: &M) -> Termination<M::Action> {
    let (nodes, fault_free) = explore(model);
    let terminates = can_reach_terminal(&nodes, &fault_free);
    let dead_end = terminates.iter().position(|terminates| !terminates);
    Termination { states: nodes.len(), dead_end: dead_end.map(|node| path_to(&nodes, node)) }
}

/// A step between two nodes, as (to, from).
type StepInto = (u32, u32);

/// The reachable states, and the fault-free steps between them.
fn explore<M: Terminates>(model: &M) -> (Nodes<M>, Vec<StepInto>) {
    // States are known by their hashes alone: keeping all of them would take gigabytes.
    let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
    let mut known: HashMap<u64, u32> = HashMap::new();
    let (mut nodes, mut fault_free, mut layer) = (Vec::new(), Vec::new(), Vec::new());
    for system in model.init_states() {
        known.insert(hasher.hash_one(&system), 0);
        nodes.push(Node { from: 0, action: None, is_terminal: model.is_terminal(&system) });
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
                        let is_terminal = model.is_terminal(&next);
                        nodes.push(Node { from, action: Some(action), is_terminal });
                        layer.push((to, next));
                        *entry.insert(to)
                    }
                };
                if M::is_fault_free(&action) {
                    fault_free.push((to, from));
                }
            }
        }
    }
    (nodes, fault_free)
}

fn can_reach_terminal<A>(nodes: &[Node<A>], fault_free: &[StepInto]) -> Vec<bool> {
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

fn path_to<A: Copy>(nodes: &[Node<A>], mut at: usize) -> Vec<A> {
    let mut actions = Vec::new();
    while let Some(action) = nodes[at].action {
        actions.push(action);
        at = nodes[at].from as usize;
    }
    actions.reverse();
    actions
}
