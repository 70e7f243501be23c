//! What happened to an order, in the order of time.

use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;

use crate::event_row::EventRow;
use crate::notification::name;
use crate::output::as_rfc3339;

/// Something that happened to the order.
#[derive(Debug, Serialize)]
pub struct Moment {
    #[serde(serialize_with = "as_rfc3339")]
    pub at: i64,
    pub what: &'static str,
    /// The event or mail that it happened to.
    pub about: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What happened, the earliest first. A record keeps one time for each state, so of a state that was
/// entered twice only the later time is known.
pub fn timeline(events: &[EventRow], items: &[Item]) -> Vec<Moment> {
    let accepted = events.iter().map(|row| Moment {
        at: row.event.accepted_at,
        what: "accepted",
        about: row.event.kind.clone(),
        detail: match row.came_to_nothing() {
            true => format!("{}: {}", row.event.event, row.next),
            false => row.event.event.clone(),
        },
    });
    let mut moments: Vec<Moment> = accepted.chain(items.iter().flat_map(record_moments)).collect();
    // A stable sort: within a millisecond an event is accepted before its mail is planned.
    moments.sort_by_key(|moment| moment.at);
    moments
}

fn record_moments(item: &Item) -> Vec<Moment> {
    let about = name(item);
    // The record keeps one reason: that of its current state.
    let reason = |state: State| {
        let is_current = item.state() == Some(state);
        item.reason.clone().filter(|_| is_current).unwrap_or_default()
    };
    // The id is known from the first word of SES on, which may be any of these.
    let accepted = [item.sent_at, item.delivered_at, item.bounced_at, item.complained_at];
    let first_accepted = accepted.into_iter().flatten().min();
    let id = |at: Option<i64>, otherwise: String| match &item.message_id {
        Some(id) if at.is_some() && at == first_accepted => {
            if otherwise.is_empty() {
                id.clone()
            } else {
                format!("{otherwise}, {id}")
            }
        }
        _ => otherwise,
    };
    let steps = [
        (item.planned_at, "planned", asked(item)),
        (item.sending_at, "sending", format!("attempt {}", item.attempt)),
        (item.in_doubt_at, "in doubt", reason(State::InDoubt)),
        (item.sent_at, "sent", id(item.sent_at, String::new())),
        (item.skipped_at, "skipped", reason(State::Skipped)),
        (item.failed_at, "failed", reason(State::Failed)),
        (item.delivered_at, "delivered", id(item.delivered_at, String::new())),
        (item.bounced_at, "bounced", id(item.bounced_at, reason(State::Bounced))),
        (item.complained_at, "complained about", id(item.complained_at, reason(State::Complained))),
    ];
    let moment = |(at, what, detail)| Some(Moment { at: at?, what, about: about.clone(), detail });
    steps.into_iter().filter_map(moment).collect()
}

/// Who asked for it to be sent to this address, and why; empty where an event did.
fn asked(item: &Item) -> String {
    match (&item.asked_by, &item.asked_because) {
        (Some(operator), Some(reason)) => format!("asked for by {operator}: {reason}"),
        _ => String::new(),
    }
}
