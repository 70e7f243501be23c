//! The stored events of an order, for deliveries that carry no order.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use kit::AwsError;
use kit::batch_get::Attributes;
use serde_json::Value;
use shared::order_key::ORDER_KEY;
use shared::outbox::unpack;
use shared::{Kind, OrderKey};

/// The Events table, to read the events of one order.
#[derive(Debug, Clone)]
pub struct EventReader {
    client: Client,
    table: String,
}

impl EventReader {
    /// Reads the table `table`.
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The `data` of the event of `order` that tells the latest news, of those that were published with `source`;
    /// `None` where there is none, or none that this version understands. Of news of the same moment, that which tells
    /// of no money counts: beside a refund and a cancellation, the order stands as it was bought.
    ///
    /// Eventually consistent: a delivery that finds nothing waits and asks again.
    ///
    /// # Errors
    /// DynamoDB did not answer.
    pub async fn newest(&self, order: &OrderKey, source: &str) -> Result<Option<Value>, AwsError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            // The sort key is the source, a space and the id ([`shared::EventRef::sort_key`]).
            .key_condition_expression(format!(
                "{ORDER_KEY} = :order AND begins_with(event, :source)"
            ))
            .expression_attribute_values(":order", AttributeValue::S(order.to_string()))
            .expression_attribute_values(":source", AttributeValue::S(format!("{source} ")))
            .projection_expression("accepted_at, message");
        let items = query.into_paginator().items().send();
        let items: Vec<Attributes> = items.collect::<Result<_, _>>().await?;
        Ok(newest(items))
    }
}

fn newest(items: Vec<Attributes>) -> Option<Value> {
    let stored = items.iter().filter_map(Stored::read);
    stored.max_by_key(|it| it.position).map(|it| it.data)
}

/// An event, as far as it is read.
struct Stored {
    /// When it happened, in milliseconds since 1970, whether it leaves money aside, and when it was accepted.
    position: (i64, bool, i64),
    data: Value,
}

impl Stored {
    fn read(item: &Attributes) -> Option<Self> {
        let accepted_at = accepted_at(item)?;
        let mut event = event(item)?;
        let data = event.get_mut("data").map(Value::take)?;
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        let happened_at = text("time").and_then(|time| time.parse::<Timestamp>().ok());
        // Nothing happens after it was accepted: a clock is wrong that says so.
        let happened_at =
            happened_at.map_or(accepted_at, |at| at.as_millisecond().min(accepted_at));
        let kind = text("type").and_then(|kind| Kind::parse(kind).ok());
        let is_of_money = matches!(kind, Some(Kind::OrderCancelled | Kind::OrderRefunded));
        Some(Self { position: (happened_at, !is_of_money, accepted_at), data })
    }
}

fn accepted_at(item: &Attributes) -> Option<i64> {
    item.get("accepted_at")?.as_n().ok()?.parse().ok()
}

fn event(item: &Attributes) -> Option<Value> {
    let packed = item.get("message")?.as_b().ok()?;
    let message = unpack(packed.as_ref()).ok()?;
    let mut message: Value = serde_json::from_str(&message).ok()?;
    message.get_mut("event").map(Value::take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::primitives::Blob;
    use serde_json::json;
    use shared::outbox::pack;

    fn item(accepted_at: i64, message: &str) -> Attributes {
        let message = AttributeValue::B(Blob::new(pack(message)));
        let accepted_at = AttributeValue::N(accepted_at.to_string());
        [("accepted_at".to_owned(), accepted_at), ("message".to_owned(), message)].into()
    }

    #[test]
    fn the_event_that_happened_last_and_can_be_read_counts() {
        let event = |n: i64| json!({ "v": 1, "event": { "data": { "n": n } } }).to_string();
        let items =
            vec![item(2, &event(2)), item(10, "{}"), item(9, &event(9)), item(1, &event(1))];
        assert_eq!(newest(items), Some(json!({ "n": 9 })), "undated, by when it was accepted");
        assert_eq!(newest(vec![item(1, "no JSON"), Attributes::default()]), None);
    }

    #[test]
    fn an_event_of_old_news_that_comes_late_does_not_count_nor_does_money_beside_other_news() {
        const ACCEPTED_AT: i64 = 1_795_788_000_000;
        let stored = |later: i64, kind: &str, time: &str| {
            let event =
                json!({ "type": kind, "time": time, "data": { "kind": kind, "later": later } });
            item(ACCEPTED_AT + later, &json!({ "v": 1, "event": event }).to_string())
        };
        let (nine, ten) = ("2026-11-27T09:00:00Z", "2026-11-27T10:00:00Z");
        for (events, expected) in [
            (vec![(1, "order.updated", ten), (2, "order.confirmed", nine)], 1_i64),
            (vec![(1, "order.updated", ten), (2, "order.refunded", ten)], 1),
            (vec![(1, "order.cancelled", ten), (2, "shipment.shipped", ten)], 2),
            (vec![(1, "order.refunded", ten), (2, "order.updated", nine)], 1),
            (vec![(1, "order.updated", ten), (2, "shipment.shipped", ten)], 2),
            (vec![(1, "order.updated", "2027-11-27T10:00:00Z"), (2, "order.updated", "")], 2),
        ] {
            let items = events.iter().map(|&(later, kind, time)| stored(later, kind, time));
            let newest = newest(items.collect()).expect("one");
            assert_eq!(newest["later"], expected, "{events:?}");
        }
    }
}
