//! What a shop system's delivery says, as events of the contract: a pure function, so that the webhooks and
//! `waybill reconcile` make the same events of the same order.
//!
//! A snapshot of an order becomes the set of all facts that it shows, not of what changed since the last one: deliveries
//! come repeated, late, in any order or not at all. The ids of the events are made from the facts, and the ledger's
//! business keys mail each fact once.
//!
//! Of some facts, a snapshot does not say when they happened, or whether:
//!
//! | fact | what a snapshot shows | what is made of it |
//! | --- | --- | --- |
//! | an edit | the order as it is, and when it was last changed | an `order.updated` of that time, with each change: the ledger drops those that tell nothing new. Within three days of the order and until something is sent: of an order that Waybill knows nothing of, each would be news |
//! | another number of a parcel | the parcel, and when it was last changed | a `shipment.updated` in the same way, within seven days |
//! | how a parcel is on its way | where it is now | the news of that, dated by the last change. What came before can only be told if a snapshot of then arrives |
//! | a cancellation or refund that is not dated (WooCommerce) | that it is there | the news, dated by the last change; none if the order's last date is longer ago than such news is mailed |
//!
//! No reason that the staff or the system gives becomes part of an event: it was not written for the customer.

mod address;
mod bill;
mod delivery;
mod fact;
mod json;
mod money;
mod order_lines;
mod parcel;
mod shopify;
mod text;
mod untranslatable;
mod woocommerce;

pub use delivery::{Delivery, System, Translation};
pub use untranslatable::Untranslatable;

use serde_json::Value;

/// Translates one delivery. `stored` is the `data` of the newest stored event of its order, where there is one: what a
/// fulfilment, its events and a refund do not carry is taken from there. A delivery that carries its order needs none, and
/// becomes the same events with one.
///
/// Events are sorted by the time of their facts. Of an order with dozens of parcels there may be more than one message or
/// request may hold ([`shared::contract::event::MAX_BATCH_EVENTS`]): split them, in this order.
///
/// # Errors
/// [`Untranslatable`] when the body is not what the system documents; the same delivery fails again until the code
/// changes.
pub fn translate(
    delivery: &Delivery<'_>,
    stored: Option<&Value>,
) -> Result<Translation, Untranslatable> {
    let body: Value = serde_json::from_str(delivery.body).map_err(|_| Untranslatable::NotJson)?;
    match delivery.system {
        System::Shopify => shopify::translate(delivery, &body, stored),
        System::WooCommerce => woocommerce::translate(delivery, &body),
    }
}

#[cfg(test)]
mod tests;
