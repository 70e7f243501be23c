//! How an order is found without its id: by its customer's e-mail address, or by its number.
//!
//! Not by the address of a copy. A shop's settings may send a copy of every mail to one address: its entries would be one
//! partition of an index, and such a shop could then write no more than 1,000 events or mails a second (see below).
//!
//! Each is an attribute of an event's item in the Events table and the partition key of an index of
//! its own, sparse and with keys only. An entry costs one write unit, so an order whose number shows
//! its id ([`ids_spelled_like`]) has none for its number. Entries expire, and are erased, with their
//! event.
//!
//! A key is the shop, a slash and a hash, so that no address is stored, logged or traced in clear as a key, and a
//! policy can tell the keys of one shop from those of another. The hash has no secret, although addresses can be guessed: whoever may read the item also reads the event in it,
//! with the address. The hash only has to keep the address out of what is printed and passed on.
//!
//! All events of one address, or of one number, are one partition of an index, which takes 1,000 writes a
//! second (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>).
//! Beyond that, the table's own writes are throttled: a load test has to use several addresses, and a shop
//! must not give all its orders the same number.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::contract::order::Order;
use crate::contract::shop_id::ShopId;

/// An index by which events are found: what it is called, and its partition key. The sort key of both
/// is the time of acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookupIndex {
    /// The index.
    pub name: &'static str,
    /// The attribute that is its partition key.
    pub attribute: &'static str,
}

/// Events by their customer's address.
pub const BY_ADDRESS: LookupIndex = LookupIndex { name: "by_address", attribute: "address_key" };

/// Events by their order's number.
pub const BY_NUMBER: LookupIndex = LookupIndex { name: "by_number", attribute: "number_key" };

/// Enough that no two addresses of a shop share a key, and short, because a write unit covers 1 KB of an item; a
/// multiple of three wastes no character of base64.
const KEY_LEN: usize = 12;

/// The key of an e-mail address in a shop.
#[must_use]
pub fn address_key(shop: &ShopId, address: &str) -> String {
    key(shop, "waybill address", &comparable_address(address))
}

/// An e-mail address as people compare it: the same however its case is written, and whether its domain is in Unicode
/// or in punycode.
///
/// A local part may distinguish cases (RFC 5321), but no large provider does, and customers write
/// theirs one way today and another way tomorrow.
#[must_use]
pub fn comparable_address(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let ascii = address.rsplit_once('@').and_then(|(local, domain)| {
        // What is no domain stays as it is: it is found by exactly that.
        let domain = url::Host::parse(domain).ok()?;
        Some(format!("{local}@{domain}"))
    });
    ascii.unwrap_or(address)
}

/// The key of an order's number in a shop; `None` where nothing of it can be told apart.
#[must_use]
pub fn number_key(shop: &ShopId, number: &str) -> Option<String> {
    let number = comparable(number);
    (!number.is_empty()).then(|| key(shop, "waybill number", &number))
}

/// The key that an order's events carry for its number; `None` where the number shows the id.
#[must_use]
pub fn indexed_number_key(shop: &ShopId, order: &Order) -> Option<String> {
    number_unlike_id(order).and_then(|number| number_key(shop, number))
}

/// An order's number; `None` where it shows the id.
#[must_use]
pub fn number_unlike_id(order: &Order) -> Option<&str> {
    let number = order.number.as_str();
    let shows_id = ids_spelled_like(number).iter().any(|id| id == order.id.as_str());
    (!shows_id).then_some(number)
}

/// The ids that a number shows: an order with one of them needs no entry in the index, since whoever
/// looks for the number also looks for these ids.
#[must_use]
pub fn ids_spelled_like(number: &str) -> [String; 2] {
    let number = comparable(number);
    // Ids distinguish cases and numbers do not, so `#r1001` shows R1001 too.
    [number.to_uppercase(), number]
}

/// A number as people compare it: without `#` in front, white space and case.
fn comparable(number: &str) -> String {
    let visible: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    visible.trim_start_matches('#').to_lowercase()
}

/// The same text has another key as an address than as a number, or in another system.
fn key(shop: &ShopId, domain: &str, text: &str) -> String {
    let digest = Sha256::digest(format!("{domain}\0{text}"));
    format!("{shop}/{}", BASE64_URL_SAFE_NO_PAD.encode(&digest[..KEY_LEN]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::Event;
    use serde_json::json;

    fn shop() -> ShopId {
        ShopId::default()
    }

    fn order(id: &str, number: &str) -> Order {
        let money = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
        let line = json!({ "sku": "A", "title": "A", "quantity": 1, "unit_price": money(100) });
        let event = json!({
            "specversion": "1.0", "id": "e-1", "source": "shop", "type": "order.confirmed",
            "time": "2026-11-20T10:30:00Z",
            "data": { "order": {
                "id": id, "number": number, "placed_at": "2026-11-20T10:30:00Z",
                "customer": { "email": "jo@example.com" }, "lines": [line],
                "totals": { "total": money(100) },
            }},
        });
        Event::parse(&event).expect("valid").order
    }

    #[test]
    fn an_address_has_one_key_however_it_is_written() {
        let key = address_key(&shop(), "zoe@müller.example");
        for same in
            [" Zoe@MÜLLER.example\n", "ZOE@xn--mller-kva.example", "zoe@xn--MLLER-kva.EXAMPLE"]
        {
            assert_eq!(address_key(&shop(), same), key, "{same}");
        }
        for other in ["zoe@muller.example", "zoe.k@müller.example", "zoe", ""] {
            assert_ne!(address_key(&shop(), other), key, "{other}");
        }
    }

    #[test]
    fn a_key_tells_nothing_of_what_it_was_made_from() {
        let key = address_key(&shop(), "jo@example.com");
        assert_eq!(key.len(), "default/".len() + 16);
        assert!(!key.contains("jo"), "{key}");
        assert_ne!(Some(key), number_key(&shop(), "jo@example.com"));
    }

    #[test]
    fn the_keys_of_two_shops_differ_and_each_begins_with_its_shop() {
        let north = ShopId::parse("north").expect("a shop");
        assert!(address_key(&north, "jo@example.com").starts_with("north/"));
        assert_ne!(number_key(&north, "1001"), number_key(&shop(), "1001"));
    }

    // A stored key is found only by versions that compute the same.
    #[test]
    fn keys_stay_the_same_between_versions() {
        assert_eq!(address_key(&shop(), "jo@example.com"), "default/tdkqnZiNm5cMeMbd");
        assert_eq!(number_key(&shop(), "#1001").as_deref(), Some("default/kEG4LQtP75SXJtb1"));
    }

    #[test]
    fn a_number_has_one_key_with_and_without_its_mark_spaces_and_case() {
        for same in ["#1001a", "1001A", " # 1001 A ", "##1001a"] {
            assert_eq!(number_key(&shop(), same), number_key(&shop(), "1001a"), "{same}");
        }
        assert_ne!(number_key(&shop(), "1001"), number_key(&shop(), "10010"));
        assert_eq!((number_key(&shop(), "#"), number_key(&shop(), " ")), (None, None));
    }

    #[test]
    fn an_order_is_indexed_by_its_number_only_where_the_number_does_not_show_its_id() {
        for (id, number) in [("1001", "#1001"), ("R1001", "# r1001"), ("r-7", "R-7"), ("1001", "#")]
        {
            assert_eq!(indexed_number_key(&shop(), &order(id, number)), None, "{id} {number}");
        }
        for (id, number) in [("5551234", "#1001"), ("SHOP-1001", "1001"), ("Ab1", "#AB1")] {
            let key = indexed_number_key(&shop(), &order(id, number));
            assert_eq!(key, number_key(&shop(), number), "{id} {number}");
            assert!(key.is_some(), "{id} {number}");
        }
    }
}
