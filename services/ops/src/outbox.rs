//! Stored events that the ledger has no record of, and the records of those that it has, found through the sweep index.

use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use kit::MAX_BATCH_GET_KEYS;
use kit::ledger::Item;
use relay::{IndexEntry, LedgerRecord, Outbox, OutboxError, Tables};
use shared::OrderKey;
use shared::outbox::{BUCKET_MS, MAX_SWEEP_DELAY_MS, buckets};

use crate::aws::Stack;
use crate::error::CliError;
use crate::store;

/// How many calls are made at the same time for one hour: one for each of its buckets.
const MAX_CONCURRENCY: usize = shared::outbox::SHARDS as usize;

const MAX_CONCURRENT_HOURS: usize = 4;

/// A stored event that the ledger has no record of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenEvent {
    pub entry: IndexEntry,
    /// Milliseconds since 1970.
    pub accepted_at: i64,
}

/// Reads unseen events hour by hour.
#[derive(Debug)]
pub struct UnseenEvents<'a> {
    stack: &'a Stack,
    tables: Tables,
}

impl<'a> UnseenEvents<'a> {
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, tables: stack.tables() }
    }

    /// The unseen events accepted from `from` to `until`, in milliseconds since 1970, including those
    /// that relay's sweep has postponed.
    pub async fn within(&self, from: i64, until: i64) -> Result<Vec<UnseenEvent>, CliError> {
        // Relay's sweep moves an entry up to this far ahead, however old the event is.
        let ahead = Timestamp::now().as_millisecond() + MAX_SWEEP_DELAY_MS;
        let hours: Vec<Vec<UnseenEvent>> = stream::iter(hours(from, until.max(ahead)))
            .map(|hour| self.in_hour(hour))
            .buffered(MAX_CONCURRENT_HOURS)
            .try_collect()
            .await?;
        let mut found = HashSet::new();
        let mut unseen = Vec::new();
        for event in hours.into_iter().flatten() {
            // An entry that relay's sweep moves during this read is found in both places.
            let mut is_new =
                || found.insert((event.entry.order_key.clone(), event.entry.event.clone()));
            if (from..=until).contains(&event.accepted_at) && is_new() {
                unseen.push(event);
            }
        }
        Ok(unseen)
    }

    async fn in_hour(&self, hour: i64) -> Result<Vec<UnseenEvent>, CliError> {
        let entries = entries(&self.tables, hour, hour, hour + BUCKET_MS - 1).await?;
        let outbox = Outbox(&self.tables);
        // By the ledger, not by the index: relay leaves an entry there when it has queued the event.
        let unseen: Vec<IndexEntry> = stream::iter(relay::chunks(&entries, MAX_BATCH_GET_KEYS))
            .map(|chunk| outbox.unseen(chunk))
            .buffer_unordered(MAX_CONCURRENCY)
            .try_concat()
            .await
            .map_err(read_error)?;
        self.with_acceptance(unseen).await
    }

    /// The events are read once more, since one may have been erased meanwhile. Few are unseen.
    async fn with_acceptance(&self, unseen: Vec<IndexEntry>) -> Result<Vec<UnseenEvent>, CliError> {
        let keys = unseen.iter().map(|entry| (entry.order_key.clone(), entry.event.clone()));
        let accepted = store::accepted_at(self.stack, keys).await?;
        let with_time = |entry: IndexEntry| {
            let key = (entry.order_key.clone(), entry.event.clone());
            // An event that was erased since the index was read is no longer missing.
            accepted.get(&key).map(|at| UnseenEvent { entry, accepted_at: *at })
        };
        Ok(unseen.into_iter().filter_map(with_time).collect())
    }

    /// The event's dispatch message; `None` when the event has been erased meanwhile, or intake did
    /// not write it.
    pub async fn message(&self, unseen: &UnseenEvent) -> Result<Option<String>, CliError> {
        let stored = Outbox(&self.tables).stored(&[&unseen.entry]).await.map_err(read_error)?;
        Ok(stored.into_iter().flatten().find_map(|stored| stored.message))
    }
}

/// The ledger's records of the events accepted from `from` to `until`, in milliseconds since 1970, also of those that
/// relay's sweep has postponed, and those of further deliveries to a corrected address. Not a copy that an operator asked
/// for: no event names it. A record that two events ask for may come twice.
pub async fn decided_within(stack: &Stack, from: i64, until: i64) -> Result<Vec<Item>, CliError> {
    let tables = &stack.tables();
    let ahead = Timestamp::now().as_millisecond() + MAX_SWEEP_DELAY_MS;
    let in_hour = |hour| async move {
        let entries = entries(tables, hour, hour, hour + BUCKET_MS - 1).await?;
        let records: Vec<Vec<LedgerRecord>> =
            stream::iter(relay::chunks(&entries, MAX_BATCH_GET_KEYS))
                .map(|chunk| Outbox(tables).records(chunk))
                .buffer_unordered(MAX_CONCURRENCY)
                .try_concat()
                .await
                .map_err(read_error)?;
        let records = records.into_iter().flatten().filter_map(read);
        let records: Vec<Item> = records.collect::<Result<_, _>>()?;
        let events = records.iter().map(|item| (item.order_key.clone(), item.event.clone()));
        let accepted = store::accepted_at(stack, events).await?;
        let is_within = |item: &Item| {
            let at = accepted.get(&(item.order_key.clone(), item.event.clone()));
            at.is_some_and(|at| (from..=until).contains(at))
        };
        Ok(records.into_iter().filter(is_within).collect::<Vec<Item>>())
    };
    let hours: Vec<Vec<Item>> = stream::iter(hours(from, until.max(ahead)))
        .map(in_hour)
        .buffered(MAX_CONCURRENT_HOURS)
        .try_collect()
        .await?;
    Ok(hours.into_iter().flatten().collect())
}

fn read(record: LedgerRecord) -> Option<Result<Item, CliError>> {
    match record {
        LedgerRecord::Read(item) => Some(Ok(*item)),
        LedgerRecord::Absent => None,
        LedgerRecord::Unreadable => Some(Err(CliError::service(
            "The ledger holds an item that this version cannot read. Is it the table of this stack?",
        ))),
    }
}

/// How far the clock of the operator's machine may be behind relay's.
const MAX_CLOCK_LAG: SignedDuration = SignedDuration::from_mins(5);

/// Has relay's sweep watch an event as if it were new. Its notification was done, so the sweep has passed it;
/// once an operator opens the notification again, a lost message would leave it open for ever. One write.
pub async fn watch_again(stack: &Stack, order_key: &str, event: &str) -> Result<(), CliError> {
    let Ok(order) = OrderKey::parse(order_key) else { return Ok(()) };
    // Ahead, because the sweep never looks back.
    let at = (Timestamp::now() + MAX_CLOCK_LAG).as_millisecond();
    let moved = Outbox(&stack.tables()).watch_again(&order, event, at).await;
    moved.map_err(|error| {
        CliError::service(format!("Can't write the Events table: {error}.")).caused_by(error)
    })
}

/// The start of each hour from `from` to `until`.
fn hours(from: i64, until: i64) -> impl Iterator<Item = i64> {
    (from.div_euclid(BUCKET_MS)..=until.div_euclid(BUCKET_MS)).map(|hour| hour * BUCKET_MS)
}

/// The index entries from `from` to `until` within the hour of `at`.
pub async fn entries(
    tables: &Tables,
    at: i64,
    from: i64,
    until: i64,
) -> Result<Vec<IndexEntry>, CliError> {
    let outbox = Outbox(tables);
    stream::iter(buckets(at))
        .map(|bucket| async move { outbox.entries(&bucket, from, until).await })
        .buffer_unordered(MAX_CONCURRENCY)
        .try_concat()
        .await
        .map_err(read_error)
}

fn read_error(error: OutboxError) -> CliError {
    CliError::service(format!("Can't read the Events table: {error}.")).caused_by(error)
}
