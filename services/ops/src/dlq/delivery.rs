//! A delivery of a shop's system, as the connector keeps it on its queue, for an operator to read and edit.

use connector::message::QueuedDelivery;
use connector::{Translation, translate};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{OrderId, OrderKey, ShopId};

/// What the connector makes of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Translated {
    /// Events of the contract, each a CloudEvent.
    Events(Vec<Value>),
    /// It has to be joined with this order.
    NeedsOrder(OrderKey),
    /// Nobody is mailed because of it, with the reason.
    Ignored(&'static str),
}

/// What a delivery's message says of itself, also where its body is not there or cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Labels {
    pub shop: Option<String>,
    pub system: Option<String>,
    pub topic: Option<String>,
}

impl Labels {
    /// Those of a message; a topic may stand in what a rule on a bus made of an event.
    pub fn read(message: &str) -> Self {
        let mut labels: Self = serde_json::from_str(message).unwrap_or_default();
        if labels.topic.is_none() {
            labels.topic = QueuedDelivery::parse(message).ok().and_then(|delivery| delivery.topic);
        }
        labels
    }
}

/// Reads a message of the queue.
///
/// # Errors
/// Why it is no delivery, without personal data.
pub fn read(message: &str) -> Result<QueuedDelivery, String> {
    QueuedDelivery::parse(message).map_err(|error| error.to_string())
}

/// What the connector makes of it, by its own rules; a newer one may understand more.
///
/// # Errors
/// Why nothing can be made of it, without personal data.
pub fn translated(delivery: &QueuedDelivery) -> Result<Translated, String> {
    match translate(&delivery.delivery(), None).map_err(|error| error.to_string())? {
        Translation::Events(events) => Ok(Translated::Events(events)),
        Translation::Ignored(why) => Ok(Translated::Ignored(why)),
        Translation::NeedsOrder { order_id } => {
            let order_id = OrderId::parse(&order_id).map_err(|error| error.to_string())?;
            Ok(Translated::NeedsOrder(OrderKey { shop: delivery.shop.clone(), order_id }))
        }
    }
}

/// The events that the connector makes of a message, as an array; empty where it makes none.
pub fn events(message: &str) -> Value {
    match read(message).and_then(|delivery| translated(&delivery)) {
        Ok(Translated::Events(events)) => Value::Array(events),
        _ => Value::Array(Vec::new()),
    }
}

/// The order that a message is about: by what the connector makes of it or, where that is nothing, by where the systems
/// have an order's id.
pub fn order(message: &str) -> Option<OrderKey> {
    let delivery = read(message).ok()?;
    match translated(&delivery) {
        Ok(Translated::NeedsOrder(order)) => Some(order),
        _ => delivery.order(),
    }
}

/// What the system sent, as text.
pub fn text(message: &str) -> Option<String> {
    String::from_utf8(read(message).ok()?.body).ok()
}

/// What an operator sees of a message and edits: its members, the body not compressed, and as JSON where it is that.
/// `None` where it cannot be read.
pub fn content(message: &str) -> Option<Value> {
    let delivery = read(message).ok()?;
    let text = String::from_utf8_lossy(&delivery.body);
    Some(json!({
        "shop": delivery.shop,
        "system": delivery.system.as_str(),
        "topic": delivery.topic,
        "received_at": delivery.received_at,
        "body": serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned())),
    }))
}

/// The message of a content that an operator has edited. What is none any more stays as it is: the connector would refuse
/// it, and so does a replay.
pub fn message_of(content: Value) -> String {
    #[derive(Deserialize)]
    struct Content {
        shop: ShopId,
        system: String,
        topic: Option<String>,
        received_at: Timestamp,
        body: Value,
    }
    let read = || -> Option<String> {
        let Content { shop, system, topic, received_at, body } =
            serde_json::from_value(content.clone()).ok()?;
        let body = match body {
            Value::Null => return None,
            Value::String(text) => text,
            json => json.to_string(),
        };
        let system = system.parse().ok()?;
        let body = body.into_bytes();
        QueuedDelivery { shop, system, topic, received_at, body, is_test: false }.to_message().ok()
    };
    read().unwrap_or_else(|| content.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message about the order 4711 of the shop `north`, with this body.
    fn message(body: &str) -> String {
        let delivery = QueuedDelivery {
            shop: ShopId::parse("north").unwrap(),
            system: connector::System::WooCommerce,
            topic: Some("order.updated".to_owned()),
            received_at: Timestamp::UNIX_EPOCH,
            body: body.as_bytes().to_vec(),
            is_test: false,
        };
        delivery.to_message().unwrap()
    }

    #[test]
    fn a_compressed_body_is_seen_and_edited_as_the_json_that_it_is() {
        let long = "ü".repeat(100_000);
        let compressed = message(&format!(r#"{{"id":4711,"line_items":[],"note":"{long}"}}"#));
        assert!(compressed.len() < 10_000);
        let mut seen = content(&compressed).unwrap();
        assert_eq!(
            (&seen["topic"], &seen["body"]["note"]),
            (&json!("order.updated"), &json!(long))
        );
        seen["body"]["note"] = json!("short");
        let edited = message_of(seen);
        assert!(text(&edited).unwrap().contains("short"));
        assert_eq!(order(&edited).unwrap().to_string(), "north/4711");
    }

    #[test]
    fn a_body_that_is_no_json_is_a_text_and_can_become_json() {
        let mut seen = content(&message("cut {")).unwrap();
        assert_eq!(seen["body"], "cut {");
        seen["body"] = json!({"id": 1});
        assert_eq!(text(&message_of(seen)).as_deref(), Some(r#"{"id":1}"#));
    }

    #[test]
    fn what_an_edit_leaves_without_a_shop_or_a_body_is_no_delivery() {
        for missing in ["shop", "system", "received_at", "body"] {
            let mut seen = content(&message("{}")).unwrap();
            seen[missing] = Value::Null;
            assert!(read(&message_of(seen)).is_err(), "{missing}");
        }
    }

    #[test]
    fn a_message_without_its_body_still_says_whose_it_is() {
        let kept = r#"{"shop":"north","system":"shopify","topic":"orders/paid","received_at":"2026-11-27T16:30:00Z","body":null}"#;
        let labels = Labels::read(kept);
        assert_eq!(labels.shop.as_deref(), Some("north"));
        assert_eq!(labels.topic.as_deref(), Some("orders/paid"));
        assert!(read(kept).unwrap_err().contains("waybill reconcile"));
        assert_eq!(Labels::read("no JSON"), Labels::default());
    }
}
