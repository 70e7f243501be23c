//! Whether a message of a queue is about an order.

use shared::OrderKey;

use super::delivery;
use super::parse::{orders_named_by, parse};
use super::payload::DlqPayload;
use super::receive::Received;
use crate::aws::Dlq;

/// Whether a message is about an order; the more certain is the lesser one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderMatch {
    /// It is about this order alone.
    Only,
    /// It mentions the order and cannot be parsed, or is about other orders too: a person decides.
    Possible,
    /// It is about another order, or none.
    Other,
}

/// Whether a message of that contract is about `order`, whose customers have these `addresses`.
pub fn match_order(
    contract: Dlq,
    message: &Received,
    order: &OrderKey,
    addresses: &[String],
) -> OrderMatch {
    MessageOrders::read(contract, message).is_about(order, addresses)
}

/// The orders of a message, parsed once for however many orders it is compared with.
#[derive(Debug)]
pub struct MessageOrders<'a> {
    contract: Dlq,
    message: &'a Received,
    /// The order that it is about.
    own: Option<OrderKey>,
    /// Where it is about none alone: those that its body names; `None` is no order's id.
    named: Vec<Option<OrderKey>>,
    is_unreadable: bool,
}

impl<'a> MessageOrders<'a> {
    pub fn read(contract: Dlq, message: &'a Received) -> Self {
        let (summary, payload) = parse(contract, message);
        let own = summary.order();
        let named = match own {
            Some(_) => Vec::new(),
            None => orders_named_by(contract, &message.body),
        };
        let is_unreadable = matches!(payload, DlqPayload::Unreadable(_));
        Self { contract, message, own, named, is_unreadable }
    }

    /// Whether the message is about `order`, whose customers have these `addresses`.
    pub fn is_about(&self, order: &OrderKey, addresses: &[String]) -> OrderMatch {
        if let Some(own) = &self.own {
            return if own == order { OrderMatch::Only } else { OrderMatch::Other };
        }
        let mentions = || mentions(self.contract, self.message, order, addresses);
        if self.named.iter().flatten().any(|own| own == order)
            || self.named.is_empty() && self.is_unreadable && mentions()
        {
            OrderMatch::Possible
        } else {
            OrderMatch::Other
        }
    }
}

/// Whether a body that nobody can read mentions the order or one of the addresses.
fn mentions(contract: Dlq, message: &Received, order: &OrderKey, addresses: &[String]) -> bool {
    // A delivery may be compressed.
    let text = (contract == Dlq::Deliveries).then(|| delivery::text(&message.body)).flatten();
    let text = text.unwrap_or_else(|| message.body.clone());
    let lower = text.to_lowercase();
    if addresses.iter().any(|address| lower.contains(&address.to_lowercase())) {
        return true;
    }
    let id = order.order_id.as_str();
    match contract {
        // The systems write ids as numbers.
        Dlq::Deliveries => is_word_in(&text, id),
        // In quotes: 1001 is not mentioned by 10010.
        _ => text.contains(&format!("\"{id}\"")),
    }
}

fn is_word_in(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(body: impl ToString) -> Received {
        Received { body: body.to_string(), ..Received::default() }
    }

    #[test]
    fn a_message_is_matched_by_where_the_contracts_have_the_order_id() {
        let event = |id: &str| json!({"data": {"order": {"id": id}}});
        let keys =
            json!({"order_key": {"S": "default/1001"}, "event": {"S": "https://shop.example e-1"}});
        let order = OrderKey::parse("default/1001").unwrap();
        let order_of_another = json!({"id": "2002", "lines": [{"sku": "1001"}]});
        for (body, expected) in [
            (json!({"v": 9, "event": event("1001")}), OrderMatch::Only),
            (json!({"v": 9, "notification": {"order_id": "1001"}}), OrderMatch::Only),
            (json!({"data": {"order": {"id": 1001}}}), OrderMatch::Only),
            (json!({"detail-type": "x", "detail": {"order": {"id": "1001"}}}), OrderMatch::Only),
            (json!([event("1001")]), OrderMatch::Only),
            (
                json!({"detail": {"mail": {"tags": {
                    "waybill-shop": ["default"], "waybill-order": ["MTAwMQ"],
                }}}}),
                OrderMatch::Only,
            ),
            (keys, OrderMatch::Only),
            // The order of this id of another shop.
            (
                json!({"v": 9, "event": {"shop": "north", "data": {"order": {"id": "1001"}}}}),
                OrderMatch::Other,
            ),
            (
                json!({"v": 9, "notification": {"shop": "north", "order_id": "1001"}}),
                OrderMatch::Other,
            ),
            // Another customer's order may quote this one's number, as an article's for instance.
            (json!({"v": 9, "event": {"data": {"order": order_of_another}}}), OrderMatch::Other),
            (json!({"order": "10010"}), OrderMatch::Other),
            // A person decides.
            (json!([event("1001"), event("2002")]), OrderMatch::Possible),
            (json!({"order": "1001"}), OrderMatch::Possible),
            (json!(r#"cut off: "id":"1001","#), OrderMatch::Possible),
        ] {
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            for contract in [Dlq::Inbox, Dlq::Dispatch, Dlq::Mail] {
                assert_eq!(match_order(contract, &message(&body), &order, &[]), expected, "{body}");
            }
        }
    }

    /// A delivery of the shop `north`.
    fn delivery(body: &str) -> Received {
        let message_of = json!({
            "shop": "north", "system": "woocommerce", "topic": "order.updated",
            "received_at": "2026-11-27T16:30:00Z", "body": body,
        });
        message(message_of)
    }

    #[test]
    fn a_delivery_is_named_by_its_message_and_matched_by_the_order_in_its_body_or_a_mention() {
        let order = OrderKey::parse("north/1001").unwrap();
        let addresses = ["zoe@customers.example".to_owned()];
        for (body, expected) in [
            (r#"{"id":1001,"line_items":[]}"#, OrderMatch::Only),
            (r#"{"id":7,"order_id":1001}"#, OrderMatch::Only),
            // Another order of the same customer.
            (r#"{"id":1002,"line_items":[],"x":"Zoe@customers.example"}"#, OrderMatch::Other),
            (r#"cut {"id":1001,"li"#, OrderMatch::Possible),
            ("for Zoe@Customers.example", OrderMatch::Possible),
            ("cut {\"id\":10010", OrderMatch::Other),
        ] {
            let letter = delivery(body);
            let found = match_order(Dlq::Deliveries, &letter, &order, &addresses);
            assert_eq!(found, expected, "{body}");
            let summary = parse(Dlq::Deliveries, &letter).0;
            let of = [summary.shop, summary.system, summary.topic].map(Option::unwrap_or_default);
            assert_eq!(of, ["north", "woocommerce", "order.updated"]);
        }
        let elsewhere = OrderKey::parse("default/1001").unwrap();
        let letter = delivery(r#"{"id":1001,"line_items":[]}"#);
        let found = match_order(Dlq::Deliveries, &letter, &elsewhere, &addresses);
        assert_eq!(found, OrderMatch::Other);
    }
}
