//! Reading many items at once.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use kit::MAX_BATCH_GET_KEYS;
use kit::batch_get::Attributes;
use kit::ledger::Item;

use crate::aws::{Stack, refused};
use crate::error::CliError;

/// Order id and sort key.
pub type Key = (String, String);

/// How many `BatchGetItem` calls run at the same time.
const MAX_CONCURRENCY: usize = 8;

/// The ledger's records of these keys; absent ones are not in the answer.
///
/// # Errors
/// [`CliError::Service`] when DynamoDB does not answer, or the table is not Waybill's.
pub async fn records(
    stack: &Stack,
    keys: impl IntoIterator<Item = Key>,
) -> Result<HashMap<Key, Item>, CliError> {
    let table = stack.ledger_table();
    let items = all(&stack.dynamodb, &table, "notification", None, keys).await?;
    items
        .into_iter()
        .map(|item| {
            let item = Item::read(item).map_err(|_| not_ours(&table))?;
            Ok(((item.order_id.clone(), item.notification.clone()), item))
        })
        .collect()
}

/// Which of these events the Events table holds.
///
/// # Errors
/// [`CliError::Service`] when DynamoDB does not answer.
pub async fn stored_events(
    stack: &Stack,
    keys: impl IntoIterator<Item = Key>,
) -> Result<HashSet<Key>, CliError> {
    let table = stack.events_table();
    let items = all(&stack.dynamodb, &table, "event", Some("order_id, event"), keys).await?;
    let text = |item: &Attributes, name: &str| item.get(name)?.as_s().ok().cloned();
    Ok(items.iter().filter_map(|i| Some((text(i, "order_id")?, text(i, "event")?))).collect())
}

/// When each of these events was accepted, in milliseconds since 1970; absent ones are not in the
/// answer.
///
/// # Errors
/// [`CliError::Service`] when DynamoDB does not answer.
pub async fn accepted_at(
    stack: &Stack,
    keys: impl IntoIterator<Item = Key>,
) -> Result<HashMap<Key, i64>, CliError> {
    let table = stack.events_table();
    let projection = Some("order_id, event, accepted_at");
    let items = all(&stack.dynamodb, &table, "event", projection, keys).await?;
    let text = |item: &Attributes, name: &str| item.get(name)?.as_s().ok().cloned();
    let at = |item: &Attributes| item.get("accepted_at")?.as_n().ok()?.parse().ok();
    let read = |i: &Attributes| Some(((text(i, "order_id")?, text(i, "event")?), at(i)?));
    Ok(items.iter().filter_map(read).collect())
}

async fn all(
    client: &Client,
    table: &str,
    sort: &str,
    projection: Option<&str>,
    keys: impl IntoIterator<Item = Key>,
) -> Result<Vec<Attributes>, CliError> {
    let keys: HashSet<Key> = keys.into_iter().collect();
    let keys: Vec<Attributes> =
        keys.into_iter().map(|(order, value)| attributes(sort, order, value)).collect();
    stream::iter(keys.chunks(MAX_BATCH_GET_KEYS).map(<[Attributes]>::to_vec))
        .map(|keys| kit::batch_get(client, table, projection, keys))
        .buffer_unordered(MAX_CONCURRENCY)
        .try_concat()
        .await
        .map_err(refused(format!("read the table {table}")))
}

fn attributes(sort: &str, order: String, value: String) -> Attributes {
    HashMap::from([
        ("order_id".to_owned(), AttributeValue::S(order)),
        (sort.to_owned(), AttributeValue::S(value)),
    ])
}

fn not_ours(table: &str) -> CliError {
    CliError::service(format!(
        "The table {table} holds an item that is no ledger record of this version. Is it the ledger \
         of this stack?"
    ))
}
