//! What a shop system's delivery says, as events of the contract: a pure function, so that the webhooks and
//! `waybill reconcile` make the same events of the same order.
//!
//! A snapshot of an order becomes the set of all facts that it shows, not of what changed since the last one: deliveries
//! come repeated, late, in any order or not at all. The ids of the events are made from the facts, and the ledger's
//! business keys mail each fact once.

mod address;
mod bill;
mod fact;
mod json;
mod money;
mod order_lines;
mod parcel;
mod shopify;
mod text;
mod untranslatable;
mod woocommerce;

pub use untranslatable::Untranslatable;

use jiff::Timestamp;
use serde_json::Value;
use shared::{InvalidValue, ShopId};

/// A shop system whose webhooks are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Shopify.
    Shopify,
    /// WooCommerce.
    WooCommerce,
}

impl System {
    /// Every system.
    pub const ALL: [Self; 2] = [Self::Shopify, Self::WooCommerce];

    /// Its name in paths, sources and secrets.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
        }
    }
}

impl std::fmt::Display for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for System {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let system = Self::ALL.into_iter().find(|system| system.as_str() == text);
        system.ok_or_else(|| InvalidValue::expected("shopify or woocommerce"))
    }
}

/// One delivery of a shop system's webhook, whose signature was checked; or an order that was read over its API, which has
/// the same shape.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The shop whose secret signed it.
    pub shop: &'a ShopId,
    /// The system that sent it.
    pub system: System,
    /// What its header names as the topic. It is signed by nobody, so it decides nothing.
    pub topic: Option<&'a str>,
    /// JSON: an order, a fulfilment, a fulfilment event or a refund.
    pub body: &'a str,
    /// When it arrived. The time of facts that say none.
    pub received_at: Timestamp,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Translation {
    /// CloudEvents of the contract, each as JSON; the same facts have the same `source` and `id`. May be empty: an order
    /// that is no order yet.
    Events(Vec<Value>),
    /// It carries no order. Translate it again with the newest stored event of this one.
    NeedsOrder {
        /// The order's id, as the contract has it.
        order_id: String,
    },
    /// Nobody is to be mailed because of it: why, without personal data.
    Ignored(&'static str),
}

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
