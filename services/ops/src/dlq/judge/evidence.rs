//! What the tables know about a group of messages.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use kit::ledger::Item;
use shared::notification::Recipient;
use shared::{Kind, NotificationKey, OrderId};

use crate::aws::Stack;
use crate::dlq::subject::DlqPayload;
use crate::error::CliError;
use crate::store::{Key, records, stored_events};

/// How many orders are asked for at the same time.
const MAX_CONCURRENCY: usize = 16;

/// Records and stored events, by their keys.
#[derive(Debug, Default)]
pub struct LedgerSnapshot {
    /// Ledger records.
    pub records: HashMap<Key, Item>,
    /// Events that the Events table holds.
    pub stored: HashSet<Key>,
}

impl LedgerSnapshot {
    /// Asks the tables: one key of the ledger for each message, a few more for what might make it
    /// old news, and all records of an order whose confirmation is to be sent, since any of its
    /// parcels would make that old news.
    ///
    /// # Errors
    /// [`CliError::Service`] when a table does not answer.
    pub async fn gather(stack: &Stack, subjects: &[DlqPayload]) -> Result<Self, CliError> {
        let (confirmations, others): (Vec<&DlqPayload>, Vec<&DlqPayload>) =
            subjects.iter().partition(|s| asks_for_whole_order(s));
        let keys = others.iter().flat_map(|subject| keys(subject));
        let events = subjects.iter().flat_map(|subject| match subject {
            DlqPayload::Intake(events) => events.keys.iter().map(|(key, _)| key.clone()).collect(),
            _ => Vec::new(),
        });
        let orders: HashSet<String> = confirmations.iter().filter_map(|s| order(s)).collect();
        let (mut known, stored, of_orders) = futures::try_join!(
            records(stack, keys),
            stored_events(stack, events),
            whole_orders(stack, orders)
        )?;
        known.extend(of_orders);
        Ok(Self { records: known, stored })
    }

    /// The record of that key.
    #[must_use]
    pub fn record(&self, order: &OrderId, sort_key: &str) -> Option<&Item> {
        self.records.get(&(order.to_string(), sort_key.to_owned()))
    }

    /// A decided mail that makes one for `key` old news.
    pub fn superseder(&self, key: &NotificationKey) -> Option<NotificationKey> {
        self.records.values().find(|item| item.supersedes(key))?.key()
    }
}

async fn whole_orders(
    stack: &Stack,
    orders: HashSet<String>,
) -> Result<HashMap<Key, Item>, CliError> {
    let ledger = &stack.ledger();
    let items: Vec<Vec<Item>> = stream::iter(orders)
        .map(|order| async move { ledger.list_by_order(&order).await })
        .buffer_unordered(MAX_CONCURRENCY)
        .try_collect()
        .await
        .map_err(|error| CliError::service(format!("Can't read the ledger: {error}.")))?;
    let keyed = |item: Item| ((item.order_id.clone(), item.notification.clone()), item);
    Ok(items.into_iter().flatten().map(keyed).collect())
}

fn key_of(subject: &DlqPayload) -> Option<&NotificationKey> {
    match subject {
        DlqPayload::Mail { key, .. } | DlqPayload::Dispatch { key, .. } => Some(key),
        DlqPayload::Feedback(event) => Some(&event.key),
        _ => None,
    }
}

fn order(subject: &DlqPayload) -> Option<String> {
    key_of(subject).map(|key| key.order_id.to_string())
}

fn asks_for_whole_order(subject: &DlqPayload) -> bool {
    matches!(subject, DlqPayload::Mail { key, .. } | DlqPayload::Dispatch { key, .. }
        if key.kind == Kind::OrderConfirmed)
}

fn keys(subject: &DlqPayload) -> Vec<Key> {
    let Some(key) = key_of(subject) else { return Vec::new() };
    let own = match subject {
        DlqPayload::Dispatch { ledger_key, .. } => ledger_key.clone(),
        _ => key.sort_key(),
    };
    let mut keys = vec![(key.order_id.to_string(), own)];
    if !matches!(subject, DlqPayload::Feedback(_)) {
        keys.extend(later_keys(key).map(|later| (later.order_id.to_string(), later.sort_key())));
    }
    keys
}

/// The keys that could make `key` old news, where they can be named: those of its own parcel.
fn later_keys(key: &NotificationKey) -> impl Iterator<Item = NotificationKey> + '_ {
    let parcel = key.scope.split('#').next().unwrap_or_default();
    key.kind.superseded_by().iter().map(move |kind| NotificationKey {
        order_id: key.order_id.clone(),
        kind: *kind,
        scope: parcel.to_owned(),
        recipient: Recipient::Customer,
    })
}
