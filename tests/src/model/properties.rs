//! What must hold in every state.

use shared::ledger::State;
use stateright::Property;

use super::settings::Waybill;
use super::world::{Breach, Order, World};

/// Nothing accepted is lost.
pub const NOTHING_LOST: &str =
    "what is at rest is sent, skipped, in doubt, or in a dead-letter queue";
/// One mail.
pub const ONE_MAIL: &str = "SES accepts a notification once, but in the named window";
/// Only forward.
pub const NEVER_BACK: &str = "what SES accepted stays accepted";
/// Fencing.
pub const FENCED: &str = "a worker that lost its lease records nothing";
/// The ledger's word.
pub const TRUE_WORD: &str =
    "the ledger says sent only of what SES accepted, and skipped or failed only of what it did not";
/// SES's word.
pub const BELIEVED: &str = "an SES event that is read is believed";
/// Refused for good.
pub const ASKED_FOR: &str = "a failure is tried again only by a message queued after it";
/// A cap.
pub const FEW_DOUBTS: &str = "the policy resends a doubt a bounded number of times";
/// Not a promise but a check that the window is really open in the model.
pub const WINDOW_SEEN: &str = "SES accepts a notification twice in the named window";

/// All of them.
#[must_use]
pub fn all() -> Vec<Property<Waybill>> {
    vec![
        Property::always(NOTHING_LOST, |model: &Waybill, world: &World| {
            let lost = |order: &Order| model.is_quiet(order) && !Waybill::is_settled(order);
            !world.orders.iter().any(lost)
        }),
        Property::always(ONE_MAIL, |_, world| without(world, Breach::SecondAcceptance)),
        Property::always(NEVER_BACK, |_, world| without(world, Breach::WentBack)),
        Property::always(FENCED, |_, world| without(world, Breach::Unfenced)),
        Property::always(TRUE_WORD, |_, world: &World| !world.orders.iter().any(lies)),
        Property::always(BELIEVED, |_, world| without(world, Breach::ProofIgnored)),
        Property::always(ASKED_FOR, |_, world| without(world, Breach::UnaskedRetry)),
        Property::always(FEW_DOUBTS, |_, world| without(world, Breach::TooManyDoubts)),
        Property::sometimes(WINDOW_SEEN, |_, world: &World| {
            world.breach.is_none() && world.orders.iter().any(|order| order.truth.accepted > 1)
        }),
    ]
}

fn without(world: &World, breach: Breach) -> bool {
    world.breach != Some(breach)
}

/// Where an operator said wrongly that nothing was sent, a later refusal says nothing about what
/// was.
fn lies(order: &Order) -> bool {
    let accepted = order.truth.accepted > 0;
    order.record.is_some_and(|record| match record.state {
        State::Skipped | State::Failed => accepted && !order.truth.vouched,
        state => state.is_accepted() && !accepted,
    })
}
