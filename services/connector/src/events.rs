//! The stored events of an order, for deliveries that carry no order.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::AwsError;
use kit::batch_get::Attributes;
use serde_json::Value;
use shared::OrderKey;
use shared::order_key::ORDER_KEY;
use shared::outbox::unpack;

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

    /// The `data` of the event of `order` that was accepted last, of those that were published with `source`; `None`
    /// where there is none, or none that this version understands.
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

fn newest(mut items: Vec<Attributes>) -> Option<Value> {
    items.sort_by_key(accepted_at);
    items.into_iter().rev().find_map(|item| data(&item))
}

fn accepted_at(item: &Attributes) -> Option<i64> {
    item.get("accepted_at")?.as_n().ok()?.parse().ok()
}

fn data(item: &Attributes) -> Option<Value> {
    let packed = item.get("message")?.as_b().ok()?;
    let message = unpack(packed.as_ref()).ok()?;
    let mut message: Value = serde_json::from_str(&message).ok()?;
    message.pointer_mut("/event/data").map(Value::take)
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
    fn the_event_that_was_accepted_last_and_can_be_read_counts() {
        let event = |n: i64| json!({ "v": 1, "event": { "data": { "n": n } } }).to_string();
        let items =
            vec![item(2, &event(2)), item(10, "{}"), item(9, &event(9)), item(1, &event(1))];
        assert_eq!(newest(items), Some(json!({ "n": 9 })));
        assert_eq!(newest(vec![item(1, "no JSON"), Attributes::default()]), None);
    }
}
