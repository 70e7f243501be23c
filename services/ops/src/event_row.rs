//! An event of an order, and what happens next because of it.

use kit::ledger::{Correction, Item, NamedAddress};
use serde::Serialize;

use crate::pii::PiiMode;
use crate::store::StoredEvent;

#[derive(Debug, Serialize)]
pub struct EventRow {
    #[serde(flatten)]
    pub event: StoredEvent,
    /// Whether the ledger has a record for each of its recipients.
    pub decided: bool,
    /// What happens next.
    pub next: &'static str,
}

impl EventRow {
    /// `now` in milliseconds since 1970.
    pub fn new(event: &StoredEvent, items: &[Item], pii: PiiMode, now: i64) -> Self {
        // By the records' keys, since two events may ask for the same mail: one of them is recorded.
        let record = |key: String| items.iter().find(|item| item.notification == key);
        let decisions: Option<Vec<&Item>> = event.ledger_keys().map(record).collect();
        let is_own = |item: &&Item| item.event == event.event;
        let next = match &decisions {
            None => "waits for the dispatcher; the sweep queues it again if that takes too long",
            Some(own) if own.iter().any(is_own) => "",
            Some(_) if items.iter().any(|item| item.event == event.event) => "",
            Some(_) => next_of_second(event, items, now),
        };
        let decided = decisions.is_some();
        let event = StoredEvent { event: pii.text(&event.event), ..event.clone() };
        Self { event, decided, next }
    }

    /// Whether something is yet to be decided about it, which no mail of its order shows.
    pub fn waits(&self) -> bool {
        self.next.starts_with("waits")
    }

    /// Whether it has no mail of its own, and will have none.
    pub fn came_to_nothing(&self) -> bool {
        self.next.starts_with("nothing")
    }
}

/// What happens next because of an event whose mail another event has planned.
fn next_of_second(event: &StoredEvent, items: &[Item], now: i64) -> &'static str {
    let request = event.request();
    let named = request.as_ref().and_then(|request| NamedAddress::new(request, &event.event));
    let correction = named
        .map_or(Correction::None, |named| Correction::new(items, &event.ledger_key, &named, now));
    match correction {
        Correction::Waits { .. } => {
            "waits, for 15 hours after it was sent at most, whether the same mail arrives at the address before: if it \
             bounces or fails, this event's address gets it"
        }
        Correction::Due { .. } => {
            "waits for the dispatcher: the same mail did not arrive at the address before, and this event's address gets it"
        }
        Correction::TooLate(_) => "nothing: the same mail may have arrived at the address before",
        Correction::None | Correction::Decided(_) => {
            "nothing: another event asked for the same mail"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;
    use shared::CorrelationId;
    use shared::ledger::State;
    use shared::queue::message::DispatchRequest;

    const NOW: i64 = 1_763_900_000_000;

    #[test]
    fn an_event_that_corrects_the_address_says_what_becomes_of_it() {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-2", "type": "order.confirmed",
            "data": { "order": {
                "id": "1001", "customer": { "email": "new@example.com" },
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": price }],
                "totals": { "total": price },
            } }
        });
        let accepted_at = Timestamp::from_millisecond(NOW).unwrap();
        let id = CorrelationId::parse("c-1").unwrap();
        let stored = StoredEvent {
            event: "shop e-2".to_owned(),
            message: DispatchRequest::body(&event, accepted_at, &id),
            ledger_key: "order.confirmed##customer".to_owned(),
            ..StoredEvent::default()
        };
        let first = |state: State, next: Option<&str>| Item {
            order_key: "default/1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            event: "shop e-1".to_owned(),
            state: state.to_string(),
            since: NOW,
            address_hash: Some("AAAAAAAA".to_owned()),
            readdressed_to: next.map(str::to_owned),
            ..Item::default()
        };
        let hours = |hours: i64| NOW + hours * 60 * 60 * 1000;
        for (item, now, next, waits) in [
            (first(State::Sent, None), NOW, "waits, for 15 hours", true),
            (first(State::Sent, None), hours(15), "nothing: the same mail may have arrived", false),
            (first(State::Planned, None), hours(15), "waits, for 15 hours", true),
            (first(State::Bounced, None), NOW, "waits for the dispatcher: the same mail did", true),
            (first(State::Bounced, Some("BBBBBBBB")), NOW, "waits, for 15 hours", true),
            (first(State::Delivered, None), NOW, "nothing: another event asked", false),
        ] {
            let row = EventRow::new(&stored, std::slice::from_ref(&item), PiiMode::Masked, now);
            assert!(row.next.starts_with(next), "{} {now}: {}", item.state, row.next);
            assert_eq!(row.waits(), waits, "{}", item.state);
        }
    }
}
