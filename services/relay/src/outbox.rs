//! The sweep index of the Events table, and what the ledger says about its events.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::batch_get::Attributes;
use kit::ledger::Item;
use serde::{Deserialize, Serialize};
use shared::OrderKey;
use shared::notification::MAX_SORT_KEY_BYTES;
use shared::outbox::{SWEEP_INDEX, bucket, unpack};

use crate::dependencies::Tables;
use crate::error::OutboxError;
use crate::index_page::{IndexEntry, IndexPage};
use crate::progress::LedgerRecord;

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The dispatch message; `None` if intake did not write the item.
    pub message: Option<String>,
    /// How often the sweep has queued it.
    pub sweeps: u32,
}

/// The part of an Events item that the sweep reads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EventItem {
    #[serde(with = "serde_bytes")]
    message: Vec<u8>,
    sweeps: u32,
}

/// The key of an Events item.
#[derive(Serialize)]
struct EventKey<'a> {
    order_key: &'a str,
    event: &'a str,
}

/// The key of an Events item that was read.
#[derive(Deserialize)]
struct EventKeyRead {
    order_key: String,
    event: String,
}

/// Further deliveries of one event's news that the sweep looks at. Nobody's address is corrected more often.
const MAX_FURTHER: usize = 10;

/// The key of a ledger item.
#[derive(PartialEq, Eq, Hash, Serialize, Deserialize)]
struct LedgerKey {
    order_key: String,
    notification: String,
}

impl LedgerKey {
    /// Whether DynamoDB takes the key. There is no record with another one, and there never will be: the event of such
    /// a key is queued some times, and then moved to the dead-letter queue.
    fn can_exist(&self) -> bool {
        (1..=MAX_SORT_KEY_BYTES).contains(&self.notification.len())
    }
}

/// Reads and moves entries of the sweep index, and compares them with the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Outbox<'a>(pub &'a Tables);

impl Outbox<'_> {
    /// About `page_size` of the first entries of a bucket, from `from` up to, but not including, `until`.
    ///
    /// # Errors
    /// [`OutboxError::ReadIndex`].
    pub async fn page(
        self,
        bucket: &str,
        from: i64,
        until: i64,
        page_size: i32,
    ) -> Result<IndexPage, OutboxError> {
        let mut limit = page_size;
        loop {
            let query = self.query(bucket, from, until - 1).limit(limit);
            let page = query.send().await.map_err(|e| OutboxError::ReadIndex(Box::new(e)))?;
            let entries =
                page.items.into_iter().flatten().filter_map(IndexEntry::from_item).collect();
            let last = page.last_evaluated_key.and_then(IndexEntry::sweep_at_of_key);
            if let Some(page) = IndexPage::from_query(entries, last, from, until) {
                return Ok(page);
            }
            // The page ended within one millisecond, so the watermark could not advance past it.
            limit = limit.saturating_mul(2);
        }
    }

    /// The entries of a bucket that are due from `from` to `until`, both inclusive.
    ///
    /// # Errors
    /// [`OutboxError::ReadIndex`].
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
        let items = pages.map_err(|e| OutboxError::ReadIndex(Box::new(e)))?;
        Ok(items.into_iter().filter_map(IndexEntry::from_item).collect())
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
            .expression_attribute_values(":bucket", AttributeValue::S(bucket.to_owned()))
            .expression_attribute_values(":from", number(from))
            .expression_attribute_values(":until", number(until))
    }

    /// Those of `entries` of which at least one recipient's record has not reached the ledger.
    ///
    /// # Errors
    /// [`OutboxError::ReadLedger`].
    pub async fn unseen(self, entries: &[IndexEntry]) -> Result<Vec<IndexEntry>, OutboxError> {
        let records = self.records(entries).await?;
        let unseen = entries.iter().zip(records).filter(|(_, r)| r.contains(&LedgerRecord::Absent));
        Ok(unseen.map(|(entry, _)| entry.clone()).collect())
    }

    /// The ledger's records of each of `entries`, in the order of its [keys](IndexEntry::ledger_keys), and then those of
    /// further deliveries to a corrected address: one call for [`MAX_BATCH_GET_KEYS`](kit::MAX_BATCH_GET_KEYS) records.
    ///
    /// # Errors
    /// [`OutboxError::ReadLedger`].
    pub async fn records(
        self,
        entries: &[IndexEntry],
    ) -> Result<Vec<Vec<LedgerRecord>>, OutboxError> {
        // Two events may lead to the same notification, and BatchGetItem refuses a repeated key.
        let mut records: HashMap<LedgerKey, LedgerRecord> =
            entries.iter().flat_map(ledger_keys).map(|key| (key, LedgerRecord::Absent)).collect();
        // With one key that it refuses, DynamoDB would read none of the others, and the sweep never get past them.
        let mut unread: Vec<Attributes> =
            records.keys().filter(|key| key.can_exist()).map(to_item).collect();
        while !unread.is_empty() {
            let found = self.read(&unread).await?;
            // Each names another address than those before it, so this comes to an end.
            let further = found.iter().filter_map(|(key, record)| further_key(key, record));
            unread =
                further.filter(|key| !records.contains_key(key)).map(|k| to_item(&k)).collect();
            records.extend(found);
        }
        Ok(entries.iter().map(|entry| records_of(entry, &records)).collect())
    }

    async fn read(
        self,
        keys: &[Attributes],
    ) -> Result<HashMap<LedgerKey, LedgerRecord>, OutboxError> {
        let (client, table) = (&self.0.client, &self.0.ledger);
        let mut records = HashMap::new();
        for keys in keys.chunks(kit::MAX_BATCH_GET_KEYS) {
            // Whole items: DynamoDB charges for the whole item in any case.
            let found = kit::batch_get(client, table, None, keys.to_vec()).await;
            let found = found.map_err(|e| OutboxError::ReadLedger(Box::new(e)))?;
            records.extend(found.into_iter().filter_map(ledger_record));
        }
        Ok(records)
    }

    /// The event of each of `entries`, in their order; `None` for one that has been erased. At most
    /// [`MAX_BATCH_GET_KEYS`](kit::MAX_BATCH_GET_KEYS) entries, of different events.
    ///
    /// # Errors
    /// [`OutboxError::ReadEvents`].
    pub async fn stored(
        self,
        entries: &[&IndexEntry],
    ) -> Result<Vec<Option<StoredEvent>>, OutboxError> {
        let keys = entries.iter().map(|entry| event_key(entry)).collect();
        let found = kit::batch_get(&self.0.client, &self.0.events, None, keys).await;
        let found = found.map_err(|e| OutboxError::ReadEvents(Box::new(e)))?;
        let mut events: HashMap<(String, String), StoredEvent> =
            found.into_iter().filter_map(stored_event).collect();
        let event =
            |entry: &&IndexEntry| events.remove(&(entry.order_key.clone(), entry.event.clone()));
        Ok(entries.iter().map(event).collect())
    }

    /// Moves the entry of an event that was queued again, so that it is checked again at `sweep_at`, and counts
    /// the sweep. Does nothing if another sweep has moved it.
    ///
    /// # Errors
    /// [`OutboxError::MoveEntry`].
    pub async fn reschedule(self, entry: &IndexEntry, sweep_at: i64) -> Result<(), OutboxError> {
        self.move_entry(entry, sweep_at, " ADD sweeps :one", Some((":one", number(1)))).await
    }

    /// Moves the entry of an event whose mail is not due yet, so that it is checked again at `sweep_at`. Does
    /// nothing if another sweep has moved it.
    ///
    /// # Errors
    /// [`OutboxError::MoveEntry`].
    pub async fn postpone(self, entry: &IndexEntry, sweep_at: i64) -> Result<(), OutboxError> {
        self.move_entry(entry, sweep_at, "", None).await
    }

    async fn move_entry(
        self,
        entry: &IndexEntry,
        sweep_at: i64,
        also: &str,
        value: Option<(&str, AttributeValue)>,
    ) -> Result<(), OutboxError> {
        // Without an order's key there is no bucket to move it to.
        let Ok(order) = OrderKey::parse(&entry.order_key) else {
            return self.remove_from_index(entry).await;
        };
        let mut values = place(&order, sweep_at);
        values.extend(value.map(|(name, value)| (name.to_owned(), value)));
        self.update(entry, &format!("{SET_PLACE}{also}"), values).await
    }

    /// Puts an event back into the index as if it had never been swept: it is checked at `sweep_at`. For an
    /// operator who reopens a notification that was done, since the sweep has passed its entry. Does nothing if
    /// the event has been erased.
    ///
    /// # Errors
    /// [`OutboxError::MoveEntry`].
    pub async fn watch_again(
        self,
        order: &OrderKey,
        event: &str,
        sweep_at: i64,
    ) -> Result<(), OutboxError> {
        let key = to_item(&EventKey { order_key: &order.to_string(), event });
        let update = format!("{SET_PLACE} REMOVE sweeps");
        self.update_event(key, &update, place(order, sweep_at), "attribute_exists(order_key)").await
    }

    /// Removes the entry from the index, not the event from the table.
    ///
    /// # Errors
    /// [`OutboxError::MoveEntry`].
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
        // Two sweeps may overlap: the second one must not move the entry again.
        self.update_event(event_key(entry), update, values, "sweep_at = :was").await
    }

    /// `condition` must not hold for an absent item: else an update of an erased event would create a new item
    /// of three attributes.
    async fn update_event(
        self,
        key: Attributes,
        update: &str,
        values: Attributes,
        condition: &str,
    ) -> Result<(), OutboxError> {
        let call = self
            .0
            .client
            .update_item()
            .table_name(&self.0.events)
            .set_key(Some(key))
            .update_expression(update)
            .condition_expression(condition)
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
            Err(error) => Err(OutboxError::MoveEntry(Box::new(error))),
        }
    }
}

impl StoredEvent {
    // An item that intake did not write has no message, and so goes to the dead-letter queue.
    fn from_item(item: HashMap<String, AttributeValue>) -> Self {
        let EventItem { message, sweeps } = serde_dynamo::from_item(item).unwrap_or_default();
        Self { message: unpack(&message).ok(), sweeps }
    }
}

/// Places an event in the index, see [`place`].
const SET_PLACE: &str = "SET sweep_bucket = :bucket, sweep_at = :at";

/// The values of [`SET_PLACE`].
fn place(order: &OrderKey, sweep_at: i64) -> Attributes {
    HashMap::from([
        (":bucket".to_owned(), AttributeValue::S(bucket(order, sweep_at))),
        (":at".to_owned(), number(sweep_at)),
    ])
}

/// An event with its key.
fn stored_event(item: Attributes) -> Option<((String, String), StoredEvent)> {
    let EventKeyRead { order_key, event } = serde_dynamo::from_item(item.clone()).ok()?;
    Some(((order_key, event), StoredEvent::from_item(item)))
}

/// A ledger item with its key.
fn ledger_record(item: Attributes) -> Option<(LedgerKey, LedgerRecord)> {
    let key: LedgerKey = serde_dynamo::from_item(item.clone()).ok()?;
    let record =
        Item::read(item).map_or(LedgerRecord::Unreadable, |item| LedgerRecord::Read(item.into()));
    Some((key, record))
}

/// The records of an event, and those of further deliveries of its news that were put.
fn records_of(entry: &IndexEntry, records: &HashMap<LedgerKey, LedgerRecord>) -> Vec<LedgerRecord> {
    let mut own = Vec::new();
    for key in ledger_keys(entry) {
        let record = records.get(&key).cloned().unwrap_or(LedgerRecord::Absent);
        let next = |(key, record): &(&LedgerKey, &LedgerRecord)| {
            records.get_key_value(&further_key(key, record)?)
        };
        let further = std::iter::successors(next(&(&key, &record)), next);
        let further: Vec<_> = further.take(MAX_FURTHER).map(|(_, record)| record.clone()).collect();
        own.push(record);
        own.extend(further);
    }
    own
}

fn further_key(key: &LedgerKey, record: &LedgerRecord) -> Option<LedgerKey> {
    let LedgerRecord::Read(item) = record else { return None };
    Some(LedgerKey { order_key: key.order_key.clone(), notification: item.further_key()? })
}

fn ledger_keys(entry: &IndexEntry) -> impl Iterator<Item = LedgerKey> + '_ {
    let key = |notification| LedgerKey { order_key: entry.order_key.clone(), notification };
    entry.ledger_keys().map(key)
}

fn event_key(entry: &IndexEntry) -> HashMap<String, AttributeValue> {
    to_item(&EventKey { order_key: &entry.order_key, event: &entry.event })
}

/// The attributes of a struct of strings and numbers.
pub fn to_item(fields: &impl Serialize) -> HashMap<String, AttributeValue> {
    serde_dynamo::to_item(fields).expect("strings and numbers are attributes without fail")
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::primitives::Blob;
    use shared::outbox::pack;

    fn item(message: AttributeValue) -> HashMap<String, AttributeValue> {
        HashMap::from([("message".to_owned(), message), ("sweeps".to_owned(), number(2))])
    }

    #[test]
    fn a_stored_message_is_unpacked() {
        let stored = StoredEvent::from_item(item(AttributeValue::B(Blob::new(pack("{}")))));
        assert_eq!(stored, StoredEvent { message: Some("{}".to_owned()), sweeps: 2 });
    }

    #[test]
    fn an_event_that_was_never_swept_has_no_count() {
        let mut item = item(AttributeValue::B(Blob::new(pack("{}"))));
        item.remove("sweeps");
        assert_eq!(StoredEvent::from_item(item).sweeps, 0);
    }

    #[test]
    fn an_item_that_intake_did_not_write_has_no_message() {
        for message in [AttributeValue::S("{}".to_owned()), AttributeValue::B(Blob::new("{}"))] {
            assert_eq!(StoredEvent::from_item(item(message)).message, None);
        }
        assert_eq!(StoredEvent::from_item(HashMap::new()).message, None);
    }

    #[test]
    fn keys_have_the_attribute_names_of_their_tables() {
        let entry = IndexEntry {
            order_key: "default/1001".to_owned(),
            event: "shop e-1".to_owned(),
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: Vec::new(),
            to: None,
            accepted_at: 0,
            sweep_at: 5,
        };
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let of_event = HashMap::from([
            ("order_key".to_owned(), text("default/1001")),
            ("event".to_owned(), text("shop e-1")),
        ]);
        assert_eq!(event_key(&entry), of_event);
        let of_ledger = HashMap::from([
            ("order_key".to_owned(), text("default/1001")),
            ("notification".to_owned(), text("order.confirmed##customer")),
        ]);
        assert_eq!(ledger_keys(&entry).map(|key| to_item(&key)).collect::<Vec<_>>(), [of_ledger]);
    }
}
