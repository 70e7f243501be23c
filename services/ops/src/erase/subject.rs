//! What is erased.

use shared::OrderKey;

use crate::store::StoredEvent;

/// An order, and its customer's addresses.
#[derive(Debug)]
pub struct Subject<'a> {
    pub order: &'a OrderKey,
    /// The customer's, of every event of the order: to find messages that nobody can read.
    pub addresses: Vec<String>,
}

impl<'a> Subject<'a> {
    pub fn new(order: &'a OrderKey, events: &[StoredEvent]) -> Self {
        let requests = events.iter().filter_map(StoredEvent::request);
        let mut addresses: Vec<String> = requests
            .map(|request| request.event.order.customer.email.expose().to_owned())
            .collect();
        addresses.sort();
        addresses.dedup();
        Self { order, addresses }
    }
}
