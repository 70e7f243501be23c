//! An event of an order, and what happens next because of it.

use kit::ledger::{Deliveries, Item, Readdressing};
use serde::Serialize;
use shared::notification::AddressHash;

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
    pub fn new(event: &StoredEvent, items: &[Item], pii: PiiMode) -> Self {
        // By the records' keys, since two events may ask for the same mail: one of them is recorded.
        let record = |key: String| items.iter().find(|item| item.notification == key);
        let decisions: Option<Vec<&Item>> = event.ledger_keys().map(record).collect();
        let is_own = |item: &&Item| item.event == event.event;
        let next = match &decisions {
            None => "waits for the dispatcher; the sweep queues it again if that takes too long",
            Some(own) if own.iter().any(is_own) => "",
            Some(_) if items.iter().any(|item| item.event == event.event) => "",
            Some(_) if waits(event, items) => {
                "waits, for 15 hours after it was sent at most, whether the same mail arrives at the address before: if it \
                 bounces or fails, this event's address gets it"
            }
            Some(_) => "nothing: another event asked for the same mail",
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

/// Whether the event's address gets another event's mail, if that does not arrive at the address before.
fn waits(event: &StoredEvent, items: &[Item]) -> bool {
    let is_open = || {
        let first = items.iter().find(|item| item.notification == event.ledger_key)?;
        let event = event.request()?.event;
        let address = AddressHash::new(&event.shop, &event.order.customer.email);
        let deliveries = Deliveries::new(items, &first.key()?)?;
        let is_open = matches!(deliveries.readdress(address), Readdressing::Open(_));
        Some(is_open && !deliveries.know(address))
    };
    is_open().unwrap_or(false)
}
