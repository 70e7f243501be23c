//! The key of an order: its shop, and its id within the shop.

use crate::contract::error::InvalidValue;
use crate::contract::event::Event;
use crate::contract::ids::OrderId;
use crate::contract::shop_id::ShopId;
use crate::key_part::{decode, encode};

/// The attribute that is the partition key of the Events table and of the ledger: an [`OrderKey`] as text.
pub const ORDER_KEY: &str = "order_key";

/// One order of one shop. As text `SHOP/ID`, the id percent-encoded ([`crate::key_part`]): so no two orders share a
/// key, whatever their ids hold, and all keys of a shop begin with `SHOP/`, by which a policy can tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// The shop.
    pub shop: ShopId,
    /// The shop's own id of the order.
    pub order_id: OrderId,
}

impl OrderKey {
    /// The order of `event`.
    #[must_use]
    pub fn of_event(event: &Event) -> Self {
        Self { shop: event.shop.clone(), order_id: event.order.id.clone() }
    }

    /// Parses the text of a key.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other text, also for another spelling of a key.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let invalid = || InvalidValue::expected("the key of an order, SHOP/ID");
        let (shop, id) = text.split_once('/').ok_or_else(invalid)?;
        let key = Self { shop: ShopId::parse(shop)?, order_id: OrderId::parse(&decode(id)?)? };
        // An id may be normalised when it is parsed; then the text was no key.
        if key.to_string() == text { Ok(key) } else { Err(invalid()) }
    }
}

impl std::fmt::Display for OrderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.shop, encode(self.order_id.as_str()))
    }
}

impl serde::Serialize for OrderKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(shop: &str, id: &str) -> OrderKey {
        OrderKey {
            shop: ShopId::parse(shop).expect("a shop"),
            order_id: OrderId::parse(id).expect("an id"),
        }
    }

    #[test]
    fn two_shops_have_an_order_of_the_same_id_each() {
        assert_eq!(key("north", "2026/DE:1001").to_string(), "north/2026%2FDE%3A1001");
        assert_ne!(key("north", "1001").to_string(), key("south", "1001").to_string());
    }

    #[test]
    fn what_is_no_key_of_an_order_is_refused() {
        for bad in ["", "1001", "north/", "North/1", "north/a/b", "north/%31", "#sweep", "/1"] {
            assert!(OrderKey::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_read_back_and_two_orders_have_two_keys(
            a in ("[a-z0-9-]{1,32}", "[A-Za-z0-9][A-Za-z0-9._:/-]{0,40}|\\PC{1,30}"),
            b in ("[a-z0-9-]{1,32}", "[A-Za-z0-9][A-Za-z0-9._:/-]{0,40}|\\PC{1,30}"),
        ) {
            let order = |(shop, id): &(String, String)| {
                let order_id = OrderId::parse(id).ok()?;
                Some(OrderKey { shop: ShopId::parse(shop).ok()?, order_id })
            };
            let (Some(a), Some(b)) = (order(&a), order(&b)) else { return Ok(()) };
            prop_assert_eq!(OrderKey::parse(&a.to_string()), Ok(a.clone()));
            prop_assert_eq!(a.to_string() == b.to_string(), a == b);
        }
    }
}
