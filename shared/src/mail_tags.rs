//! The SES message tags that name a mail's notification: the mailer writes them, and SES returns them in its events.
//!
//! A tag's value holds letters, digits and `_-.@`, at most 256 of them
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html>). An order's id or a sort key may hold
//! any text, so both are in base64url, which no two texts share. A sort key may be longer than one tag: it goes on in
//! `waybill-notification-2`, `waybill-notification-3` and so on.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::contract::ids::OrderId;
use crate::contract::shop_id::ShopId;
use crate::notification::NotificationKey;
use crate::order_key::OrderKey;

/// The shop's name, as it is.
pub const SHOP: &str = "waybill-shop";
/// The shop's id of the order, in base64url.
pub const ORDER: &str = "waybill-order";
/// The ledger's sort key, in base64url, or its beginning.
pub const NOTIFICATION: &str = "waybill-notification";

/// The longest value of a tag, in characters.
const MAX_VALUE_LEN: usize = 256;

/// The tags, each a name and a value.
#[must_use]
pub fn tags_of(key: &NotificationKey) -> Vec<(String, String)> {
    let mut tags = vec![
        (SHOP.to_owned(), key.shop.to_string()),
        (ORDER.to_owned(), encoded(key.order_id.as_str())),
    ];
    let sort_key = encoded(&key.sort_key());
    let mut rest = sort_key.as_str();
    for n in 1.. {
        let (value, more) = rest.split_at(rest.len().min(MAX_VALUE_LEN));
        tags.push((notification_tag(n), value.to_owned()));
        if more.is_empty() {
            break;
        }
        rest = more;
    }
    tags
}

/// The order that tags name; `tag` gives the value of the tag of a name. `None` where it is not a mail of Waybill's.
#[must_use]
pub fn order_key<'a>(tag: impl Fn(&str) -> Option<&'a str>) -> Option<OrderKey> {
    let shop = ShopId::parse(tag(SHOP)?).ok()?;
    let order_id = OrderId::parse(&decoded(tag(ORDER)?)?).ok()?;
    Some(OrderKey { shop, order_id })
}

/// The notification that tags name, as [`order_key`].
#[must_use]
pub fn notification_key<'a>(tag: impl Fn(&str) -> Option<&'a str>) -> Option<NotificationKey> {
    let order = order_key(&tag)?;
    let mut sort_key = tag(NOTIFICATION)?.to_owned();
    for more in (2..).map_while(|n| tag(&notification_tag(n))) {
        sort_key.push_str(more);
    }
    NotificationKey::from_sort_key(order, &decoded(&sort_key)?).ok()
}

fn notification_tag(n: u32) -> String {
    if n == 1 { NOTIFICATION.to_owned() } else { format!("{NOTIFICATION}-{n}") }
}

fn encoded(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

fn decoded(value: &str) -> Option<String> {
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::kind::Kind;
    use crate::key_part::encode;
    use crate::notification::{Recipient, any_recipient};
    use proptest::prelude::*;

    fn read_back(tags: &[(String, String)]) -> Option<NotificationKey> {
        notification_key(|name| tags.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()))
    }

    proptest! {
        #[test]
        fn a_notification_is_read_back_from_tags_that_ses_takes(
            shop in "[a-z0-9-]{1,32}",
            order in "[A-Za-z0-9][A-Za-z0-9._:/-]{0,60}",
            scope in proptest::collection::vec("\\PC{1,128}", 1..=2),
            recipient in any_recipient(),
        ) {
            let key = NotificationKey {
                shop: ShopId::parse(&shop).expect("a shop"),
                order_id: OrderId::parse(&order).expect("an id"),
                kind: Kind::ShipmentUpdated,
                scope: scope.iter().map(|part| encode(part)).collect::<Vec<_>>().join("#"),
                recipient,
            };
            let tags = tags_of(&key);
            for (name, value) in &tags {
                let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-.@".contains(&b);
                prop_assert!((1..=MAX_VALUE_LEN).contains(&value.len()), "{}", name);
                prop_assert!(value.bytes().chain(name.bytes()).all(is_allowed), "{} {}", name, value);
            }
            prop_assert_eq!(read_back(&tags), Some(key));
        }
    }

    #[test]
    fn a_mail_without_a_shop_is_not_one_of_waybill_s() {
        let key = NotificationKey {
            shop: ShopId::default(),
            order_id: OrderId::parse("1001").expect("an id"),
            kind: Kind::OrderConfirmed,
            scope: String::new(),
            recipient: Recipient::Customer,
        };
        let mut tags = tags_of(&key);
        assert_eq!(read_back(&tags), Some(key));
        tags.retain(|(name, _)| name != SHOP);
        assert_eq!(read_back(&tags), None);
    }
}
