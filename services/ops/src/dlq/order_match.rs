//! Whether a message is about an order.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use shared::OrderId;

use super::dead_letter::DeadLetterSummary;
use super::payload::DlqPayload;
use super::received::Received;
use crate::aws::Dlq;

/// Where the contracts of the queues have the order's id; below `requestPayload` in Lambda's record
/// of an invocation, and in each event of a batch.
const PLACES: [&str; 7] = [
    "/notification/order_id",
    "/event/data/order/id",
    "/data/order/id",
    "/detail/data/order/id",
    "/detail/order/id",
    // An item's keys, where relay could not send its message.
    "/order_id/S",
    "/dynamodb/Keys/order_id/S",
];

/// Where an SES event has it, encoded as its tags must be.
const TAG: &str = "/detail/mail/tags/waybill-order/0";

/// What a message has to do with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderMatch {
    /// It is about this order alone.
    Only,
    /// It cannot be read and mentions the order, or it is about other orders too: for a person to
    /// look at.
    Possible,
    /// It is about another order, or none.
    Other,
}

/// Judges a message of that contract by its attributes, or else by the places in its body where the
/// contracts have the order's id. A mere mention proves nothing: another customer's order may quote
/// this one's number as an article.
#[must_use]
pub fn match_order(contract: Dlq, message: &Received, order: &str) -> OrderMatch {
    let mut summary = DeadLetterSummary::of(contract, message);
    let payload = DlqPayload::of(contract, &message.body);
    payload.complete(&mut summary);
    if let Some(id) = summary.order_id {
        return if id == order { OrderMatch::Only } else { OrderMatch::Other };
    }
    let named = orders_named(&message.json_body());
    let is_unreadable = matches!(payload, DlqPayload::Unreadable(_));
    let may_be = named.is_empty() && is_unreadable && mentions(message, order);
    if may_be || named.iter().any(|id| id == order) {
        OrderMatch::Possible
    } else {
        OrderMatch::Other
    }
}

/// The one order that a body names where the contracts have it; `None` for what is no order's id.
#[must_use]
pub fn only_order_named(body: &str) -> Option<String> {
    let named = orders_named(&serde_json::from_str(body).ok()?);
    let (first, rest) = named.split_first()?;
    let id = OrderId::parse(first).ok().filter(|_| rest.iter().all(|id| id == first))?;
    Some(id.to_string())
}

/// The orders that a body names where the contracts have them.
#[must_use]
pub fn orders_named(body: &Value) -> Vec<String> {
    let body = body.get("requestPayload").unwrap_or(body);
    let events = match body {
        Value::Array(events) => events.as_slice(),
        one => std::slice::from_ref(one),
    };
    let of_event = |event: &Value| -> Vec<String> {
        let told = PLACES.iter().filter_map(|place| text(event.pointer(place)?));
        told.chain(event.pointer(TAG).and_then(decoded)).collect()
    };
    events.iter().flat_map(of_event).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn decoded(tag: &Value) -> Option<String> {
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(tag.as_str()?).ok()?).ok()
}

fn mentions(message: &Received, order: &str) -> bool {
    message.body.contains(&format!("\"{order}\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(contract: Dlq, body: &str) -> OrderMatch {
        let message = Received { body: body.to_owned(), ..Received::default() };
        match_order(contract, &message, "1001")
    }

    #[test]
    fn an_unreadable_message_of_another_order_that_mentions_this_one_is_another_s() {
        let body = json!({"v": 9, "event": {"data": {
            "order": {"id": "2002", "lines": [{"sku": "1001"}]},
        }}});
        assert_eq!(of(Dlq::Dispatch, &body.to_string()), OrderMatch::Other);
        assert_eq!(of(Dlq::Mail, &body.to_string()), OrderMatch::Other);
    }

    #[test]
    fn an_unreadable_message_is_known_by_the_place_of_its_order_id() {
        for body in [
            json!({"v": 9, "event": {"data": {"order": {"id": "1001"}}}}),
            json!({"v": 9, "notification": {"order_id": "1001"}}),
            json!({"data": {"order": {"id": 1001}}}),
            json!({"detail-type": "x", "detail": {"order": {"id": "1001"}}}),
            json!({"requestPayload": [{"data": {"order": {"id": "1001"}}}]}),
            json!({"detail": {"mail": {"tags": {"waybill-order": ["MTAwMQ"]}}}}),
            json!({"order_id": {"S": "1001"}, "event": {"S": "https://shop.example/orders e-1"}}),
            json!({"eventName": "INSERT", "dynamodb": {"Keys": {"order_id": {"S": "1001"}}}}),
        ] {
            assert_eq!(of(Dlq::Intake, &body.to_string()), OrderMatch::Only, "{body}");
        }
    }

    #[test]
    fn what_merely_mentions_the_order_or_is_about_others_too_is_for_a_person_to_look_at() {
        let event = |id: &str| json!({"data": {"order": {"id": id}}});
        let mixed = json!({"requestPayload": [event("1001"), event("2002")]});
        assert_eq!(of(Dlq::Intake, &mixed.to_string()), OrderMatch::Possible);
        assert_eq!(of(Dlq::Mail, r#"{"order": "1001"}"#), OrderMatch::Possible);
        assert_eq!(of(Dlq::Mail, r#"cut off: "id":"1001","#), OrderMatch::Possible);
        assert_eq!(of(Dlq::Mail, r#"{"order": "10010"}"#), OrderMatch::Other);
    }
}
