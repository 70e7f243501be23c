//! What is translated, and what becomes of it.

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
    /// What its header names as the topic. It is signed by nobody, so it decides nothing but what an id alone means.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_the_name_in_its_path_alone() {
        for system in System::ALL {
            assert_eq!(system.to_string().parse(), Ok(system));
        }
        for other in ["Shopify", "woo", ""] {
            assert!(other.parse::<System>().is_err(), "{other:?} was taken");
        }
    }
}
