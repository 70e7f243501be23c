//! What happened to an order, in the order of time.

use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;

use super::kind_and_scope;
use crate::events::StoredEvent;
use crate::output::rfc3339;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When, in RFC 3339.
    pub at: String,
    /// What.
    pub what: String,
    /// To which event or mail.
    pub about: String,
    /// More about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    #[serde(skip)]
    milliseconds: i64,
}

impl Moment {
    fn new(milliseconds: i64, what: &str, about: String, detail: String) -> Self {
        Self { at: rfc3339(milliseconds), what: what.to_owned(), about, detail, milliseconds }
    }

    /// When, in milliseconds since 1970.
    #[must_use]
    pub const fn milliseconds(&self) -> i64 {
        self.milliseconds
    }
}

/// All moments that the tables remember. A state that was entered twice is remembered once, the
/// later time.
pub fn timeline(events: &[StoredEvent], items: &[Item]) -> Vec<Moment> {
    let accepted = events.iter().map(|event| {
        Moment::new(event.accepted_at, "accepted", event.kind.clone(), event.event.clone())
    });
    let mut moments: Vec<Moment> = accepted.chain(items.iter().flat_map(of_item)).collect();
    moments.sort_by_key(|moment| moment.milliseconds);
    moments
}

fn of_item(item: &Item) -> Vec<Moment> {
    let (kind, scope) = kind_and_scope(item);
    let about = if scope.is_empty() { kind } else { format!("{kind} {scope}") };
    let attempt = || format!("attempt {}", item.attempt);
    // The record remembers one reason: that of the state in which it is.
    let reason = |state: State| {
        let is_in_it = item.state() == Some(state);
        item.reason.clone().filter(|_| is_in_it).unwrap_or_default()
    };
    let id = || item.message_id.clone().unwrap_or_default();
    let steps = [
        (item.planned_at, "planned", String::new()),
        (item.sending_at, "sending", attempt()),
        (item.in_doubt_at, "in doubt", reason(State::InDoubt)),
        (item.sent_at, "sent", id()),
        (item.skipped_at, "skipped", reason(State::Skipped)),
        (item.failed_at, "failed", reason(State::Failed)),
        (item.delivered_at, "delivered", String::new()),
        (item.bounced_at, "bounced", reason(State::Bounced)),
        (item.complained_at, "complained about", reason(State::Complained)),
    ];
    steps
        .into_iter()
        .filter_map(|(at, what, detail)| Some(Moment::new(at?, what, about.clone(), detail)))
        .collect()
}
