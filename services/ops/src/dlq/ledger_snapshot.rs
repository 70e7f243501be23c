//! What the tables know about a group of dead letters: read at once, for all of them.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use kit::ledger::{Item, superseding_item};
use shared::notification::{AddressHash, News};
use shared::{NotificationKey, OrderKey};

use super::payload::{DlqPayload, PublishedEvent};
use super::republish::is_in_stream;
use super::stream_batch::StreamBatch;
use crate::aws::Stack;
use crate::error::CliError;
use crate::notification;
use crate::store::{Key, has_events, keyed, payload_hashes, records, records_of_order};

const MAX_ORDERS: usize = 16;

/// What the tables know about a group of messages.
#[derive(Debug, Default)]
pub struct LedgerSnapshot {
    pub records: HashMap<Key, Item>,
    /// The hashes of the payloads that are stored under the keys of the events of these messages.
    pub stored: HashMap<Key, Vec<u8>>,
    /// The orders of which an event is stored, of those that deliveries need.
    pub known_orders: HashSet<OrderKey>,
    /// The table whose changes the publisher publishes.
    pub ledger_table: String,
    /// The batches whose records the ledger's stream still has, by shard and first sequence number.
    pub in_stream: HashSet<(String, String)>,
}

impl LedgerSnapshot {
    /// Reads the tables: for each mail one key of the ledger, or all records of its order where others of them may
    /// supersede it; for each event all records of its order, since its news may have gone to a corrected address.
    pub async fn load(stack: &Stack, payloads: &[&DlqPayload]) -> Result<Self, CliError> {
        let mut keys = Vec::new();
        let mut events = Vec::new();
        let mut whole_orders = HashSet::new();
        let (mut needed_orders, mut batches) = (HashSet::new(), Vec::new());
        for payload in payloads {
            match payload {
                DlqPayload::Events(given) => events.extend(given.iter().map(event_key)),
                DlqPayload::Mail { key, .. } => keys.extend(key_about(key, &mut whole_orders)),
                DlqPayload::Dispatch(dispatch) => {
                    whole_orders.insert(dispatch.key.order_key().to_string());
                }
                DlqPayload::Feedback(event) => keys.push(ledger_key(&event.key)),
                DlqPayload::NeedsOrder(order) => {
                    needed_orders.insert(order);
                }
                DlqPayload::StreamBatch(batch) => batches.push(batch),
                DlqPayload::ForeignFeedback
                | DlqPayload::Ignored(_)
                | DlqPayload::Change(_)
                | DlqPayload::MailEvent(_)
                | DlqPayload::Unreadable(_) => {}
            }
        }
        let (mut records, stored, of_orders, known_orders, in_stream) = futures::try_join!(
            records(stack, keys),
            payload_hashes(stack, events),
            orders(stack, whole_orders),
            known_orders(stack, needed_orders),
            in_stream(stack, batches)
        )?;
        // The two may have read a record at different moments; either is as good.
        records.extend(of_orders);
        Ok(Self { records, stored, known_orders, ledger_table: stack.ledger_table(), in_stream })
    }

    pub fn record(&self, order: &OrderKey, sort_key: &str) -> Option<&Item> {
        self.records.get(&(order.to_string(), sort_key.to_owned()))
    }

    pub fn of_order(&self, order_key: &str) -> Vec<Item> {
        let of_order = self.records.values().filter(|item| item.order_key == order_key);
        of_order.cloned().collect()
    }

    /// The name of a decided mail that supersedes the one for `key` to this address, which tells `own`.
    pub fn superseding(
        &self,
        (key, address): (&NotificationKey, AddressHash),
        own: &News,
        now: i64,
    ) -> Option<String> {
        let items = self.of_order(&key.order_key().to_string());
        superseding_item(&items, (&key.sort_key(), address), own, now).map(notification::name)
    }
}

/// Where the Events table has an event.
pub fn event_key(event: &PublishedEvent) -> Key {
    (event.key.order_key().to_string(), event.event.clone())
}

fn ledger_key(key: &NotificationKey) -> Key {
    (key.order_key().to_string(), key.sort_key())
}

/// The record of a mail. Where others may supersede it, its order goes to `whole_orders` instead: their keys cannot
/// be named.
fn key_about(key: &NotificationKey, whole_orders: &mut HashSet<String>) -> Option<Key> {
    if key.kind.superseded_by().is_empty() && !key.kind.ends_with_cancellation() {
        return Some(ledger_key(key));
    }
    whole_orders.insert(key.order_key().to_string());
    None
}

async fn orders(stack: &Stack, orders: HashSet<String>) -> Result<HashMap<Key, Item>, CliError> {
    let items: Vec<Vec<Item>> = stream::iter(orders)
        .map(|order| async move { records_of_order(stack, &order).await })
        .buffer_unordered(MAX_ORDERS)
        .try_collect()
        .await?;
    Ok(keyed(items.into_iter().flatten()))
}

async fn known_orders(
    stack: &Stack,
    orders: HashSet<&OrderKey>,
) -> Result<HashSet<OrderKey>, CliError> {
    let known = stream::iter(orders)
        .map(async |order| Ok::<_, CliError>((order, has_events(stack, &order.to_string()).await?)))
        .buffer_unordered(MAX_ORDERS);
    let known: Vec<(&OrderKey, bool)> = known.try_collect().await?;
    Ok(known.into_iter().filter(|(_, is_known)| *is_known).map(|(key, _)| key.clone()).collect())
}

async fn in_stream(
    stack: &Stack,
    batches: Vec<&StreamBatch>,
) -> Result<HashSet<(String, String)>, CliError> {
    let mut found = HashSet::new();
    for batch in batches {
        if is_in_stream(stack, batch).await? {
            found.insert(batch.place());
        }
    }
    Ok(found)
}
