//! Reads from the Events table and the ledger table.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use kit::MAX_BATCH_GET_KEYS;
use kit::batch_get::Attributes;
use kit::ledger::Item;
use relay::IndexEntry;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::OrderKey;
use shared::contract::order::Order;
use shared::notification::copy_keys;
use shared::outbox::unpack;
use shared::queue::message::DispatchRequest;

use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::output::as_rfc3339;

/// An order's key and a sort key.
pub type Key = (String, String);

const MAX_CONCURRENCY: usize = 8;

/// An event as intake stored it, and as `waybill order` reports it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredEvent {
    /// Its sort key: source, a space, id.
    pub event: String,
    /// Its type, such as `order.confirmed`.
    #[serde(rename(deserialize = "type"))]
    pub kind: String,
    /// Milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub accepted_at: i64,
    /// The dispatch message; empty where this version cannot read it.
    #[serde(skip)]
    pub message: String,
    pub correlation_id: String,
    /// The sort key of the customer's ledger record.
    #[serde(skip_serializing)]
    pub ledger_key: String,
    /// The address hashes of those who get a copy.
    #[serde(skip_serializing)]
    pub copies: Vec<String>,
    /// How often relay's sweep has queued it again.
    pub sweeps: u32,
}

impl StoredEvent {
    /// The sort keys of its ledger records, the customer's first.
    pub fn ledger_keys(&self) -> impl Iterator<Item = String> + '_ {
        std::iter::once(self.ledger_key.clone()).chain(copy_keys(&self.ledger_key, &self.copies))
    }

    /// The parsed dispatch message; `None` where this version cannot read it.
    pub fn request(&self) -> Option<DispatchRequest> {
        DispatchRequest::parse(&self.message).ok()
    }
}

/// All that the tables hold of one order.
#[derive(Debug, Clone)]
pub struct StoredOrder {
    pub order: OrderKey,
    /// The earliest accepted first.
    pub events: Vec<StoredEvent>,
    pub records: Vec<Item>,
}

impl StoredOrder {
    /// The order as its latest event has it; `None` where this version can read no event.
    pub fn latest(&self) -> Option<Order> {
        latest_order(&self.events)
    }
}

/// The order as the latest of its events has it. The shop may have changed it since the first.
pub fn latest_order(events: &[StoredEvent]) -> Option<Order> {
    events.iter().rev().find_map(StoredEvent::request).map(|request| request.event.order)
}

/// Reads an order: one query of each table. `None` where neither knows of it.
pub async fn stored_order(stack: &Stack, order: OrderKey) -> Result<Option<StoredOrder>, CliError> {
    let key = order.to_string();
    let (events, records) =
        futures::try_join!(events_of_order(stack, &key), records_of_order(stack, &key))?;
    let is_known = !events.is_empty() || !records.is_empty();
    Ok(is_known.then_some(StoredOrder { order, events, records }))
}

/// Whether any event of the order is stored.
pub async fn has_events(stack: &Stack, order_key: &str) -> Result<bool, CliError> {
    let table = stack.events_table();
    let call = stack.dynamodb.query().table_name(&table).limit(1).consistent_read(true);
    let call = call
        .key_condition_expression("order_key = :order")
        .expression_attribute_values(":order", AttributeValue::S(order_key.to_owned()));
    let answer = call.send().await.map_err(service_error(format!("read the table {table}")))?;
    Ok(answer.count() > 0)
}

/// Every event of an order, the earliest accepted first.
pub async fn events_of_order(stack: &Stack, order_key: &str) -> Result<Vec<StoredEvent>, CliError> {
    let table = stack.events_table();
    let items = stack
        .dynamodb
        .query()
        .table_name(&table)
        .key_condition_expression("order_key = :order")
        .expression_attribute_values(":order", AttributeValue::S(order_key.to_owned()))
        // An event that was accepted a moment ago must not look as if it had never come.
        .consistent_read(true)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(service_error(format!("read the table {table}")))?;
    let mut events: Vec<StoredEvent> = items.into_iter().map(stored_event).collect();
    events.sort_by_key(|event| event.accepted_at);
    Ok(events)
}

fn stored_event(mut item: Attributes) -> StoredEvent {
    let message = item.remove("message").and_then(|v| unpack(v.as_b().ok()?.as_ref()).ok());
    // A customer's right to be erased does not depend on an attribute that this version misreads.
    StoredEvent { message: message.unwrap_or_default(), ..parse_readable(item) }
}

/// What can be read of an item: an attribute of an unexpected type counts as absent. `T` has a default
/// for each member.
pub fn parse_readable<T: DeserializeOwned + Default>(mut item: Attributes) -> T {
    item.retain(|name, value| {
        let alone = Attributes::from([(name.clone(), value.clone())]);
        serde_dynamo::from_item::<_, T>(alone).is_ok()
    });
    serde_dynamo::from_item(item).unwrap_or_default()
}

pub async fn records_of_order(stack: &Stack, order_key: &str) -> Result<Vec<Item>, CliError> {
    stack.ledger().list_by_order(order_key).await.map_err(CliError::ledger_read)
}

/// The ledger's records of these keys, without those that are absent.
pub async fn records(
    stack: &Stack,
    keys: impl IntoIterator<Item = Key>,
) -> Result<HashMap<Key, Item>, CliError> {
    let table = stack.ledger_table();
    let items = get_all(stack, &table, "notification", None, keys).await?;
    let records: Vec<Item> =
        items.into_iter().map(|item| parse(&table, item)).collect::<Result<_, _>>()?;
    Ok(keyed(records))
}

/// The keys of the ledger's records of an event.
pub fn ledger_keys(entry: &IndexEntry) -> impl Iterator<Item = Key> + '_ {
    entry.ledger_keys().map(|notification| (entry.order_key.clone(), notification))
}

/// Ledger records by their keys.
pub fn keyed(items: impl IntoIterator<Item = Item>) -> HashMap<Key, Item> {
    let keyed = |item: Item| ((item.order_key.clone(), item.notification.clone()), item);
    items.into_iter().map(keyed).collect()
}

/// When each of these events was accepted, in milliseconds since 1970, without those that are
/// absent.
pub async fn accepted_at(
    stack: &Stack,
    keys: impl IntoIterator<Item = Key>,
) -> Result<HashMap<Key, i64>, CliError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Row {
        order_key: String,
        event: String,
        accepted_at: Option<i64>,
    }
    let projection = Some("order_key, event, accepted_at");
    let items = get_all(stack, &stack.events_table(), "event", projection, keys).await?;
    let accepted = |row: Row| Some(((row.order_key, row.event), row.accepted_at?));
    Ok(items.into_iter().map(parse_readable).filter_map(accepted).collect())
}

/// The hash of the payload of each of these events, without those that are absent.
pub async fn payload_hashes(
    stack: &Stack,
    keys: impl IntoIterator<Item = Key>,
) -> Result<HashMap<Key, Vec<u8>>, CliError> {
    let projection = Some("order_key, event, digest");
    let items = get_all(stack, &stack.events_table(), "event", projection, keys).await?;
    let hash = |item: Attributes| {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        // Without a hash it is no event of ours, and equal to none.
        let hash = item.get("digest").and_then(|hash| hash.as_b().ok());
        let hash = hash.map(|hash| hash.as_ref().to_vec()).unwrap_or_default();
        Some(((text("order_key")?, text("event")?), hash))
    };
    Ok(items.into_iter().filter_map(hash).collect())
}

async fn get_all(
    stack: &Stack,
    table: &str,
    sort_key: &str,
    projection: Option<&str>,
    keys: impl IntoIterator<Item = Key>,
) -> Result<Vec<Attributes>, CliError> {
    // A set: BatchGetItem refuses a call that names a key twice.
    let keys: HashSet<Key> = keys.into_iter().collect();
    stream::iter(keys)
        .map(|(order_key, value)| {
            Attributes::from([
                ("order_key".to_owned(), AttributeValue::S(order_key)),
                (sort_key.to_owned(), AttributeValue::S(value)),
            ])
        })
        .chunks(MAX_BATCH_GET_KEYS)
        .map(|keys| kit::batch_get(&stack.dynamodb, table, projection, keys))
        .buffer_unordered(MAX_CONCURRENCY)
        .try_concat()
        .await
        .map_err(service_error(format!("read the table {table}")))
}

fn parse<T: DeserializeOwned>(table: &str, item: Attributes) -> Result<T, CliError> {
    serde_dynamo::from_item(item).map_err(|error| {
        CliError::service(format!(
            "The table {table} holds an item that this version cannot read. Is it the table of this \
             stack?"
        ))
        .caused_by(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::primitives::Blob;

    #[test]
    fn an_event_is_read_even_if_some_of_its_attributes_cannot_be() {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = |value: &str| AttributeValue::N(value.to_owned());
        let item: Attributes = [
            ("order_key", text("default/1001")),
            ("event", text("https://shop.example/orders e-1")),
            ("type", text("order.confirmed")),
            ("accepted_at", number("1763900000000")),
            ("message", AttributeValue::B(Blob::new("not what intake packs"))),
            ("sweeps", text("not a number")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let event = stored_event(item);
        assert_eq!(
            (event.kind.as_str(), event.accepted_at),
            ("order.confirmed", 1_763_900_000_000)
        );
        assert_eq!((event.message.as_str(), event.sweeps), ("", 0));
        assert_eq!(event.request(), None);
    }
}
