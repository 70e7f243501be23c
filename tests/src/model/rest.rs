//! From every reachable state, everything can come to rest.
//!
//! "Can" means: by steps of Waybill and of time alone, without a fault, an SES event, or an
//! operator. The reachable states (through every fault) are found breadth first; then those from
//! which a state of rest can be reached by plain steps are found backwards from the states of rest.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use stateright::Model;

use super::action::Action;
use super::settings::Waybill;
use super::world::World;

/// What the search found.
#[derive(Debug)]
pub struct Rest {
    /// How many states are reachable.
    pub states: usize,
    /// The shortest way to a state from which there is no way to rest.
    pub trap: Option<Vec<Action>>,
}

struct Node {
    from: u32,
    action: Action,
    rests: bool,
}

/// Looks at every state that is reachable in `model`.
#[must_use]
pub fn everything_can_rest(model: &Waybill) -> Rest {
    let (nodes, plain) = explore(model);
    let rests = backwards(&nodes, &plain);
    let trap = rests.iter().position(|rests| !rests).map(|trapped| path(&nodes, trapped));
    Rest { states: nodes.len(), trap }
}

/// The nodes, and the plain steps between them.
fn explore(model: &Waybill) -> (Vec<Node>, Vec<(u32, u32)>) {
    let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
    let mut known: HashMap<u64, u32> = HashMap::new();
    let (mut nodes, mut plain, mut layer) = (Vec::new(), Vec::new(), Vec::new());
    for world in model.init_states() {
        known.insert(hasher.hash_one(&world), 0);
        nodes.push(Node { from: 0, action: Action::Tick, rests: rests(model, &world) });
        layer.push((0, world));
    }
    let mut actions = Vec::new();
    while !layer.is_empty() {
        for (from, world) in std::mem::take(&mut layer) {
            model.actions(&world, &mut actions);
            for action in actions.drain(..) {
                let Some(next) = model.next_state(&world, action) else { continue };
                let to = match known.entry(hasher.hash_one(&next)) {
                    Entry::Occupied(entry) => *entry.get(),
                    Entry::Vacant(entry) => {
                        let to = u32::try_from(nodes.len()).expect("the bounds keep this small");
                        nodes.push(Node { from, action, rests: rests(model, &next) });
                        layer.push((to, next));
                        *entry.insert(to)
                    }
                };
                if action.is_plain() {
                    plain.push((to, from));
                }
            }
        }
    }
    (nodes, plain)
}

fn rests(model: &Waybill, world: &World) -> bool {
    world.orders.iter().all(|order| model.is_quiet(order) && Waybill::is_settled(order))
}

fn backwards(nodes: &[Node], plain: &[(u32, u32)]) -> Vec<bool> {
    let mut into: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
    for (to, from) in plain {
        into[*to as usize].push(*from);
    }
    let mut can: Vec<bool> = nodes.iter().map(|node| node.rests).collect();
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

fn path(nodes: &[Node], mut at: usize) -> Vec<Action> {
    let mut actions = Vec::new();
    while at != 0 {
        actions.push(nodes[at].action);
        at = nodes[at].from as usize;
    }
    actions.reverse();
    actions
}
