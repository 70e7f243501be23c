//! What an order of a run goes through: some of its news comes late, twice, or says the opposite of what was said
//! before.

use shared::Kind;

/// Every order has so many events.
pub const EVENTS_PER_ORDER: usize = 5;

/// One event of a story. They are published in the order in which they stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// Its type.
    pub kind: Kind,
    /// When it happened, in minutes after the order was placed. Not in the order of publishing where it is late.
    pub minute: u8,
    /// What it says of the parcel, or of the order: of two events that say the same, one may be nothing new.
    pub says: &'static str,
}

/// All stories; the orders of a run take turns.
pub const STORIES: [[Chapter; EVENTS_PER_ORDER]; 5] =
    [AS_USUAL, LATE, CONTRADICTORY, TROUBLE, CANCELLED];

const fn chapter(kind: Kind, minute: u8, says: &'static str) -> Chapter {
    Chapter { kind, minute, says }
}

/// The policy for refunds is to hold doubts.
const AS_USUAL: [Chapter; EVENTS_PER_ORDER] = [
    chapter(Kind::OrderConfirmed, 0, ""),
    chapter(Kind::ShipmentShipped, 1, "100"),
    chapter(Kind::OrderRefunded, 2, ""),
    chapter(Kind::OrderWithdrawalReceived, 3, ""),
    // Where the customer's mail bounced, at another address.
    chapter(Kind::OrderConfirmed, 0, "again"),
];

const LATE: [Chapter; EVENTS_PER_ORDER] = [
    chapter(Kind::ShipmentUpdated, 3, "102"),
    chapter(Kind::ShipmentDelivered, 5, ""),
    chapter(Kind::ShipmentShipped, 1, "100"),
    chapter(Kind::ShipmentUpdated, 2, "101"),
    chapter(Kind::OrderConfirmed, 0, ""),
];

const CONTRADICTORY: [Chapter; EVENTS_PER_ORDER] = [
    chapter(Kind::ShipmentShipped, 1, "100"),
    chapter(Kind::ShipmentUpdated, 2, "101"),
    chapter(Kind::ShipmentUpdated, 3, "100"),
    chapter(Kind::ShipmentUpdated, 4, "101"),
    chapter(Kind::ShipmentUpdated, 5, "100"),
];

const TROUBLE: [Chapter; EVENTS_PER_ORDER] = [
    chapter(Kind::OrderPaymentFailed, 0, ""),
    chapter(Kind::OrderUpdated, 1, ""),
    chapter(Kind::ShipmentDeliveryAttempted, 3, ""),
    chapter(Kind::ShipmentReadyForPickup, 2, ""),
    chapter(Kind::ShipmentReturned, 9, ""),
];

const CANCELLED: [Chapter; EVENTS_PER_ORDER] = [
    chapter(Kind::OrderConfirmed, 0, ""),
    chapter(Kind::ShipmentDelayed, 4, ""),
    chapter(Kind::OrderCancelled, 3, ""),
    chapter(Kind::ShipmentShipped, 1, "100"),
    chapter(Kind::OrderRefunded, 30, ""),
];
