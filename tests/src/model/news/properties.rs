//! What must hold of the news that is told.

use shared::ledger::State;
use shared::notification::Told;
use shared::notification::news::supersedes;
use stateright::Property;

use super::state::{EventState, MUCH_LATER, NewsModel, NewsState};
use super::truth::Violation;

/// What was true is never told after what is true now.
pub const NO_OLDER_AFTER_NEWER: &str = "no older truth is mailed after a newer one";
/// A change is told once.
pub const NOT_TWICE_IN_A_ROW: &str = "no change is told twice in a row";
/// The last word is the true one.
pub const LAST_IS_NEWEST: &str = "in the end, the last mail names the newest truth";
/// Each event ends.
pub const NEWS_LOST_NOWHERE: &str = "in the end, each event is mailed, skipped, failed or in doubt";
/// A skipped event has its reason.
pub const REASONS_ARE_TRUE: &str =
    "in the end, what is superseded has newer news, and nothing new was told before";

pub(super) fn properties() -> Vec<Property<NewsModel>> {
    vec![
        Property::always(NO_OLDER_AFTER_NEWER, |_, state: &NewsState| {
            state.violation != Some(Violation::OlderAfterNewer)
        }),
        Property::always(NOT_TWICE_IN_A_ROW, |_, state: &NewsState| {
            state.violation != Some(Violation::TwiceInARow)
        }),
        Property::always(LAST_IS_NEWEST, |model: &NewsModel, state: &NewsState| {
            !state.is_idle() || ends_with_the_newest(model, state)
        }),
        Property::always(NEWS_LOST_NOWHERE, |_, state: &NewsState| {
            let is_open = |event: &EventState| {
                matches!(event.state(), None | Some(State::Planned | State::Sending))
            };
            !state.is_idle() || !state.events.iter().any(is_open)
        }),
        Property::always(REASONS_ARE_TRUE, |model: &NewsModel, state: &NewsState| {
            !state.is_idle() || reasons_are_true(model, state)
        }),
    ]
}

/// Whether the last mail that was read says what the newest news says that neither failed nor bounced. A doubt that is
/// left tells nothing.
fn ends_with_the_newest(model: &NewsModel, state: &NewsState) -> bool {
    let is_doubted = |event: &EventState| event.state() == Some(State::InDoubt);
    if state.events.iter().any(is_doubted) {
        return true;
    }
    let is_news = |at: &usize| {
        let event = &state.events[*at];
        !matches!(event.state(), Some(State::Failed | State::Bounced))
            && model.news[*at].told != Told::default()
    };
    let newest = (0..model.news.len())
        .filter(is_news)
        .max_by(|a, b| model.news[*a].position().cmp(&model.news[*b].position()));
    let Some(newest) = newest else { return true };
    // Without the one that made it old, older news that was skipped stays untold: an operator has that one's failure.
    let made_old = |at: usize| {
        state.events[at].state() == Some(State::Skipped) && !state.events[at].nothing_new
    };
    made_old(newest)
        || state.truth.last.is_some_and(|last| model.news[last].told == model.news[newest].told)
}

fn reasons_are_true(model: &NewsModel, state: &NewsState) -> bool {
    let all = || 0..model.news.len();
    all().filter(|at| state.events[*at].state() == Some(State::Skipped)).all(|at| {
        let own = &model.news[at];
        if state.events[at].nothing_new {
            // In doubt: it may have been told.
            let told = |other: usize| {
                let is_doubted = state.events[other].state() == Some(State::InDoubt);
                state.truth.has_told(other) || is_doubted
            };
            return all()
                .any(|other| other != at && told(other) && model.news[other].told == own.told);
        }
        all().any(|other| {
            let newer = &model.news[other];
            other != at
                && (supersedes(newer, own, MUCH_LATER).is_some()
                    || (newer.cancels_order && own.kind.ends_with_cancellation()))
        })
    })
}
