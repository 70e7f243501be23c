//! Reading and moving entries of the sweep index.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::describe_sdk_error;
use shared::OrderId;
use shared::outbox::{SWEEP_INDEX, bucket, unpack};

use crate::sources::Tables;

/// An event in the sweep index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IndexEntry {
    /// Partition key of the Events table.
    pub order_id: String,
    /// Sort key of the Events table.
    pub event: String,
    /// Where the ledger would know it.
    pub ledger_key: String,
    /// When it is to be looked at, in milliseconds since 1970.
    pub sweep_at: i64,
}

/// The first entries of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPage {
    /// In the order of time.
    pub entries: Vec<IndexEntry>,
    /// Every entry before this moment is among them.
    pub complete_until: i64,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The dispatch message; `None` if it is not one that intake wrote.
    pub message: Option<String>,
    /// How often it was swept.
    pub sweeps: u32,
}

/// A table did not answer. The sweep is tried again at its next time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sweep was broken off, the next one goes on: {0}")]
pub struct OutboxError(pub String);

/// The sweep index and the ledger's keys.
#[derive(Debug, Clone, Copy)]
pub struct Outbox<'a>(pub &'a Tables);

impl Outbox<'_> {
    /// The first entries of a bucket from `from` on and before `until`, about `most` of them.
    pub async fn page(
        self,
        bucket: &str,
        from: i64,
        until: i64,
        most: i32,
    ) -> Result<IndexPage, OutboxError> {
        let mut limit = most;
        loop {
            let query = self.query(bucket, from, until - 1).limit(limit);
            let page = query.send().await.map_err(|e| OutboxError(describe_sdk_error(&e)))?;
            let mut entries: Vec<IndexEntry> = page.items().iter().filter_map(entry).collect();
            let Some(last) = page.last_evaluated_key().and_then(sweep_at) else {
                return Ok(IndexPage { entries, complete_until: until });
            };
            // Of the last one's millisecond there may be more.
            if last > from {
                entries.retain(|entry| entry.sweep_at < last);
                return Ok(IndexPage { entries, complete_until: last });
            }
            limit = limit.saturating_mul(2);
        }
    }

    /// The entries of a bucket that are to be looked at from `from` to `until`, both inclusive.
    pub async fn entries(
        self,
        bucket: &str,
        from: i64,
        until: i64,
    ) -> Result<Vec<IndexEntry>, OutboxError> {
        let pages = self
            .query(bucket, from, until)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let items = pages.map_err(|e| OutboxError(describe_sdk_error(&e)))?;
        Ok(items.iter().filter_map(entry).collect())
    }

    fn query(self, bucket: &str, from: i64, until: i64) -> QueryFluentBuilder {
        self.0
            .client
            .query()
            .table_name(&self.0.events)
            .index_name(SWEEP_INDEX)
            .key_condition_expression(
                "sweep_bucket = :bucket AND sweep_at BETWEEN :from AND :until",
            )
            .expression_attribute_values(":bucket", text(bucket))
            .expression_attribute_values(":from", number(from))
            .expression_attribute_values(":until", number(until))
    }

    /// Those of at most [`MAX_BATCH_GET_KEYS`](kit::MAX_BATCH_GET_KEYS) entries that the ledger has not seen.
    pub async fn unseen(self, entries: &[IndexEntry]) -> Result<Vec<IndexEntry>, OutboxError> {
        let keys: HashSet<(&str, &str)> =
            entries.iter().map(|e| (e.order_id.as_str(), e.ledger_key.as_str())).collect();
        let keys = keys.into_iter().map(|(o, n)| ledger_key(o, n)).collect();
        let (client, table) = (&self.0.client, &self.0.ledger);
        let found = kit::batch_get(client, table, Some("order_id, notification"), keys).await;
        let found = found.map_err(|e| OutboxError(describe_sdk_error(&e)))?;
        let seen: HashSet<(String, String)> = found
            .iter()
            .filter_map(|item| Some((string(item, "order_id")?, string(item, "notification")?)))
            .collect();
        let is_unseen =
            |e: &&IndexEntry| !seen.contains(&(e.order_id.clone(), e.ledger_key.clone()));
        Ok(entries.iter().filter(is_unseen).cloned().collect())
    }

    /// The event of an entry; `None` when it has been erased.
    pub async fn stored(self, entry: &IndexEntry) -> Result<Option<StoredEvent>, OutboxError> {
        let call = self
            .0
            .client
            .get_item()
            .table_name(&self.0.events)
            .set_key(Some(event_key(entry)))
            .projection_expression("message, sweeps");
        let answer = call.send().await.map_err(|e| OutboxError(describe_sdk_error(&e)))?;
        Ok(answer.item.map(|item| StoredEvent {
            message: item.get("message").and_then(|v| unpack(v.as_b().ok()?.as_ref()).ok()),
            sweeps: item.get("sweeps").and_then(|n| n.as_n().ok()?.parse().ok()).unwrap_or(0),
        }))
    }

    /// Lets the entry be looked at again at `sweep_at`, unless another sweep moved it meanwhile.
    pub async fn reschedule(self, entry: &IndexEntry, sweep_at: i64) -> Result<(), OutboxError> {
        let Ok(order_id) = OrderId::parse(&entry.order_id) else {
            return self.remove_from_index(entry).await;
        };
        let update = "SET sweep_bucket = :bucket, sweep_at = :at ADD sweeps :one";
        let values = HashMap::from([
            (":bucket".to_owned(), text(&bucket(&order_id, sweep_at))),
            (":at".to_owned(), number(sweep_at)),
            (":one".to_owned(), number(1)),
        ]);
        self.update(entry, update, values).await
    }

    /// Takes the entry out of the index.
    pub async fn remove_from_index(self, entry: &IndexEntry) -> Result<(), OutboxError> {
        self.update(entry, "REMOVE sweep_bucket", HashMap::new()).await
    }

    async fn update(
        self,
        entry: &IndexEntry,
        update: &str,
        mut values: HashMap<String, AttributeValue>,
    ) -> Result<(), OutboxError> {
        values.insert(":was".to_owned(), number(entry.sweep_at));
        let call = self
            .0
            .client
            .update_item()
            .table_name(&self.0.events)
            .set_key(Some(event_key(entry)))
            .update_expression(update)
            .condition_expression("sweep_at = :was")
            .set_expression_attribute_values(Some(values));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(OutboxError(describe_sdk_error(&error))),
        }
    }
}

fn entry(item: &HashMap<String, AttributeValue>) -> Option<IndexEntry> {
    Some(IndexEntry {
        order_id: string(item, "order_id")?,
        event: string(item, "event")?,
        ledger_key: string(item, "ledger_key")?,
        sweep_at: sweep_at(item)?,
    })
}

fn sweep_at(item: &HashMap<String, AttributeValue>) -> Option<i64> {
    item.get("sweep_at")?.as_n().ok()?.parse().ok()
}

fn event_key(entry: &IndexEntry) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("order_id".to_owned(), text(&entry.order_id)),
        ("event".to_owned(), text(&entry.event)),
    ])
}

fn ledger_key(order_id: &str, notification: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("order_id".to_owned(), text(order_id)),
        ("notification".to_owned(), text(notification)),
    ])
}

fn string(item: &HashMap<String, AttributeValue>, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
