//! The properties that must hold in every state.

use shared::ledger::State;
use stateright::Property;

use super::settings::PipelineModel;
use super::state::{Order, SystemState, Violation};

/// Nothing accepted is lost.
pub const NOTHING_LOST: &str =
    "an idle order is sent, skipped, in doubt, or in a dead-letter queue";
/// Nobody gets the same mail twice.
pub const AT_MOST_ONE_MAIL: &str = "SES accepts a notification once, but in the named window";
/// Accepted states only move forward.
pub const FORWARD_ONLY: &str = "what SES accepted stays accepted";
/// The attempt number is a fencing token.
pub const FENCED: &str = "a worker that lost its lease records nothing";
/// The ledger agrees with the ground truth.
pub const LEDGER_IS_TRUTHFUL: &str =
    "the ledger says sent only of what SES accepted, and skipped or failed only of what it did not";
/// SES events are trusted over the ledger's own record.
pub const SES_EVENTS_TRUSTED: &str = "an SES event that is read is recorded";
/// A failed mail waits for an operator.
pub const RETRIED_ONLY_BY_REPLAY: &str =
    "a failed mail is retried only by a message queued after the failure";
/// Resending out of doubt is bounded.
pub const BOUNDED_RESENDS: &str = "a mail in doubt is resent a bounded number of times";
/// A mail in doubt is one about which SES may have been asked.
pub const TURN_BEFORE_CLAIM: &str = "a mail that had no turn at SES is never in doubt";
/// One probe at a time.
pub const ONE_PROBE: &str = "while the send gate is closed, one mailer at a time asks SES";
/// An SES that gives no answer puts no more mails in doubt than ask it.
pub const ONE_ASKS_IN_SILENCE: &str =
    "an SES that is known to give no answer is asked only by a probe";
/// Not a promise: it checks that the model really opens the named window.
pub const WINDOW_REACHED: &str = "SES accepts a notification twice in the named window";

/// All properties, for the checker.
#[must_use]
pub fn all() -> Vec<Property<PipelineModel>> {
    vec![
        Property::always(NOTHING_LOST, |model: &PipelineModel, system: &SystemState| {
            // Only an idle order can be lost: otherwise, a queue or the sweep may still deliver it.
            let lost =
                |order: &Order| model.is_idle(order) && !PipelineModel::is_accounted_for(order);
            !system.orders.iter().any(lost)
        }),
        Property::always(AT_MOST_ONE_MAIL, |_, system| {
            without(system, Violation::SecondAcceptance)
        }),
        Property::always(FORWARD_ONLY, |_, system| without(system, Violation::MovedBackwards)),
        Property::always(FENCED, |_, system| without(system, Violation::Unfenced)),
        Property::always(LEDGER_IS_TRUTHFUL, |_, system: &SystemState| {
            !system.orders.iter().any(misreports)
        }),
        Property::always(SES_EVENTS_TRUSTED, |_, system| {
            without(system, Violation::SesEventIgnored)
        }),
        Property::always(RETRIED_ONLY_BY_REPLAY, |_, system| {
            without(system, Violation::RetryWithoutReplay)
        }),
        Property::always(BOUNDED_RESENDS, |_, system| without(system, Violation::TooManyDoubts)),
        Property::always(TURN_BEFORE_CLAIM, |_, system| {
            without(system, Violation::DoubtWithoutTurn)
        }),
        Property::always(ONE_PROBE, |_, system| without(system, Violation::AskedWhileClosed)),
        Property::always(ONE_ASKS_IN_SILENCE, |_, system| {
            without(system, Violation::AskedInSilence)
        }),
        Property::sometimes(WINDOW_REACHED, |_, system: &SystemState| {
            system.violation.is_none()
                && system.orders.iter().any(|order| order.ground_truth.accepted > 1)
        }),
    ]
}

fn without(system: &SystemState, violation: Violation) -> bool {
    system.violation != Some(violation)
}

/// Whether the ledger contradicts the ground truth. Where an operator wrongly stated that nothing was
/// sent, a later refusal is recorded in good faith.
fn misreports(order: &Order) -> bool {
    let accepted = order.ground_truth.accepted > 0;
    order.record.is_some_and(|record| match record.state {
        State::Skipped | State::Failed => accepted && !order.ground_truth.reopened_by_operator,
        state => state.is_accepted() && !accepted,
    })
}
