//! The headers by which a mail program keeps the mails of one order together, and apart from those of others.
//!
//! SES gives every mail a Message-ID of its own and overwrites any other
//! (<https://docs.aws.amazon.com/ses/latest/dg/header-fields.html>), so no mail can name the one before it. Instead all
//! name the order, as if it were the message that they answer: programs that thread by RFC 5256 (Apple Mail, Thunderbird
//! and most webmail) join what has an ancestor in common, whether or not that message is there.
//!
//! - Gmail joins only what also has the same subject (<https://developers.google.com/workspace/gmail/api/guides/threads>):
//!   two parcels of an order, but not its confirmation and its refund.
//! - Outlook and Exchange know no ancestors, but the topic: without an index of their own, what has the same
//!   `Thread-Topic` is one conversation (\[MS-OXOMSG\] 2.2.1.2), which they show under that name.
//! - `X-Entity-Ref-ID` is no standard: Gmail keeps apart what has another value there, though the subject is the same.
//!   With a value for each mail, as it is often used, no two mails of an order would be joined; so it names the order,
//!   and keeps two orders apart where a shop's own subject does not.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use shared::notification::NotificationKey;

use crate::encoded_word::header_text;

/// The most characters of the shop's name and of the order's number in the topic. Encoded, they stay below the 870 that
/// a header's value may have.
const MAX_TOPIC_PART: usize = 50;

/// The headers of a mail of the order of `key`, sent from the mailbox `from`, which mail programs may show as
/// `brand` and `number`. Each is a name and a value of printable ASCII.
pub fn headers(
    key: &NotificationKey,
    from: &str,
    (brand, number): (&str, &str),
) -> Vec<(&'static str, String)> {
    let order = order_id(key);
    let mut headers = vec![("Thread-Topic", topic(brand, number))];
    if let Some(domain) = domain(from) {
        let message_id = format!("<{order}@{domain}>");
        headers.push(("References", message_id.clone()));
        headers.push(("In-Reply-To", message_id));
    }
    headers.push(("X-Entity-Ref-ID", order));
    headers
}

/// The order in characters that the left side of a message id may have (RFC 5322 section 3.6.4). No two orders share it.
fn order_id(key: &NotificationKey) -> String {
    format!("order.{}.{}", key.shop, BASE64_URL_SAFE_NO_PAD.encode(key.order_id.as_str()))
}

/// The domain of a mailbox such as `Shop <orders@shop.example>`, if a message id may have it.
fn domain(mailbox: &str) -> Option<&str> {
    let (_, domain) = mailbox.trim_end_matches('>').rsplit_once('@')?;
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.split('.').all(is_label).then_some(domain)
}

fn topic(brand: &str, number: &str) -> String {
    let cut = |text: &str| text.chars().take(MAX_TOPIC_PART).collect::<String>();
    header_text(&format!("{} {}", cut(brand), cut(number))).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::contract::ids::OrderId;
    use shared::contract::kind::Kind;
    use shared::contract::shop_id::ShopId;
    use shared::notification::Recipient;

    fn key(shop: &str, order: &str) -> NotificationKey {
        NotificationKey {
            shop: ShopId::parse(shop).expect("a shop"),
            order_id: OrderId::parse(order).expect("an id"),
            kind: Kind::OrderConfirmed,
            scope: String::new(),
            recipient: Recipient::Customer,
        }
    }

    fn of(key: &NotificationKey) -> Vec<(&'static str, String)> {
        headers(key, "Shop <orders@shop.example>", ("Shop", "#1001"))
    }

    #[test]
    fn the_mails_of_one_order_have_an_ancestor_in_common_and_no_two_orders_have() {
        let confirmed = key("default", "1001");
        let shipped = NotificationKey {
            kind: Kind::ShipmentShipped,
            scope: "parcel".to_owned(),
            ..confirmed.clone()
        };
        assert_eq!(of(&confirmed), of(&shipped));
        let root = "<order.default.MTAwMQ@shop.example>";
        assert!(of(&confirmed).contains(&("References", root.to_owned())));
        assert!(of(&confirmed).contains(&("In-Reply-To", root.to_owned())));
        for other in [key("default", "1002"), key("north", "1001")] {
            let theirs = of(&other);
            let shared = of(&confirmed).into_iter().filter(|header| theirs.contains(header));
            assert!(shared.into_iter().all(|(name, _)| name == "Thread-Topic"), "{other:?}");
        }
    }

    #[test]
    fn every_header_is_one_that_ses_takes_whatever_the_names_hold() {
        let long = "ü€😀".repeat(200);
        for (id, brand, number) in [
            ("1001", "Shop", "#1"),
            (&"x".repeat(64), long.as_str(), long.as_str()),
            ("=?", "=?x?=", "א"),
        ] {
            let key = key(&"s".repeat(32), id);
            for (name, value) in headers(&key, "orders@shop.example", (brand, number)) {
                let is_printable = value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
                assert!(is_printable && (1..=870).contains(&value.len()), "{name}: {value}");
                assert!(value.split(' ').all(|word| name != "Thread-Topic" || word.len() <= 75));
            }
        }
    }

    #[test]
    fn a_sender_whose_domain_no_message_id_may_have_gets_none() {
        for from in
            ["orders", "orders@", "orders@shop..example", "orders@shop example", "o@[192.0.2.1]"]
        {
            let names: Vec<_> = headers(&key("default", "1"), from, ("Shop", "1"))
                .into_iter()
                .map(|(n, _)| n)
                .collect();
            assert_eq!(names, ["Thread-Topic", "X-Entity-Ref-ID"], "{from}");
        }
    }
}
