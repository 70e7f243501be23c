//! What the status of an order says: those of the core, and those of plugins.

use shared::Kind;

/// What a status says of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Not paid, or waiting for money: `pending`, `on-hold`, `failed`, `checkout-draft`, `trash`, and what is not known. It
    /// is an order only if it was paid all the same.
    Open,
    /// The shop has taken it.
    Taken,
    /// A plugin's status of its parcels: what it is told as.
    OnItsWay(Kind),
    /// It is cancelled, perhaps without ever having been paid.
    Cancelled,
    /// All of its money went back.
    Refunded,
}

impl Status {
    pub(super) fn new(status: &str) -> Self {
        let status = status.to_ascii_lowercase().replace('_', "-");
        match status.strip_prefix("wc-").unwrap_or(&status) {
            "processing" | "completed" | "partial-shipped" | "partially-shipped"
            | "updated-tracking" | "packed" | "packing" => Self::Taken,
            "cancelled" | "canceled" => Self::Cancelled,
            "refunded" => Self::Refunded,
            "shipped" | "dispatched" | "in-transit" => Self::OnItsWay(Kind::ShipmentShipped),
            "out-for-delivery" => Self::OnItsWay(Kind::ShipmentOutForDelivery),
            "delivered" | "picked-up" | "pickup" | "collected" => {
                Self::OnItsWay(Kind::ShipmentDelivered)
            }
            "ready-pickup" | "ready-for-pickup" | "ready-to-pickup" | "awaiting-pickup" => {
                Self::OnItsWay(Kind::ShipmentReadyForPickup)
            }
            _ => Self::Open,
        }
    }
}
