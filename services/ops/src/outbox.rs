//! Events that the ledger has not seen, found through the sweep index.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use kit::MAX_BATCH_GET_KEYS;
use relay::{Entry, Outbox, Tables};
use shared::outbox::{BUCKET_MS, MAX_SWEEP_DELAY_MS, buckets};

use crate::aws::Stack;
use crate::error::CliError;
use crate::store;

/// How many index partitions are asked at the same time.
const MAX_CONCURRENCY: usize = 16;

/// How many hours are read at the same time.
const HOURS_AT_ONCE: usize = 4;

/// A stored event that the ledger has not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnseenEvent {
    /// Where the index has it.
    pub entry: Entry,
    /// When intake stored it; milliseconds since 1970.
    pub accepted_at: i64,
}

/// The lost events of each hour of the index that was asked for, so that a thousand windows of one
/// hour read it once.
#[derive(Debug)]
pub struct UnseenEvents<'a> {
    stack: &'a Stack,
    tables: Tables,
    hours: RefCell<BTreeMap<i64, Rc<Vec<UnseenEvent>>>>,
}

impl<'a> UnseenEvents<'a> {
    /// Of this stack.
    #[must_use]
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, tables: stack.tables(), hours: RefCell::default() }
    }

    /// The events accepted from `from` to `until` (milliseconds since 1970) that the ledger has
    /// not seen, also those that relay's sweep has put off.
    ///
    /// # Errors
    /// [`CliError::Service`] when a table does not answer.
    pub async fn within(&self, from: i64, until: i64) -> Result<Vec<UnseenEvent>, CliError> {
        // An event of any age may stand in the index up to there.
        let ahead = Timestamp::now().as_millisecond() + MAX_SWEEP_DELAY_MS;
        let hours: Vec<Rc<Vec<UnseenEvent>>> = stream::iter(hours(from, until.max(ahead)))
            .map(|hour| self.of_hour(hour))
            .buffered(HOURS_AT_ONCE)
            .try_collect()
            .await?;
        let mut seen = HashSet::new();
        let mut lost = Vec::new();
        for event in hours.iter().flat_map(|hour| hour.iter()) {
            // One that the sweep moves while this reads is met in both its places.
            let mut is_new =
                || seen.insert((event.entry.order_id.clone(), event.entry.event.clone()));
            if (from..=until).contains(&event.accepted_at) && is_new() {
                lost.push(event.clone());
            }
        }
        Ok(lost)
    }

    async fn of_hour(&self, hour: i64) -> Result<Rc<Vec<UnseenEvent>>, CliError> {
        if let Some(known) = self.hours.borrow().get(&hour) {
            return Ok(Rc::clone(known));
        }
        let entries = entries(&self.tables, hour, hour, hour + BUCKET_MS - 1).await?;
        let outbox = Outbox(&self.tables);
        let unseen: Vec<Entry> = stream::iter(entries.chunks(MAX_BATCH_GET_KEYS))
            .map(|chunk| outbox.unseen(chunk))
            .buffer_unordered(MAX_CONCURRENCY)
            .try_concat()
            .await
            .map_err(unread)?;
        let lost = Rc::new(self.with_acceptance(unseen).await?);
        self.hours.borrow_mut().insert(hour, Rc::clone(&lost));
        Ok(lost)
    }

    /// The index does not tell when an event was accepted; its item does. Few are lost.
    async fn with_acceptance(&self, unseen: Vec<Entry>) -> Result<Vec<UnseenEvent>, CliError> {
        let keys = unseen.iter().map(|entry| (entry.order_id.clone(), entry.event.clone()));
        let accepted = store::accepted_at(self.stack, keys).await?;
        let lost = |entry: Entry| {
            let key = (entry.order_id.clone(), entry.event.clone());
            accepted.get(&key).map(|at| UnseenEvent { entry, accepted_at: *at })
        };
        Ok(unseen.into_iter().filter_map(lost).collect())
    }

    /// The dispatch message of a lost event; `None` when the event has been erased since, or was
    /// not written by intake.
    ///
    /// # Errors
    /// [`CliError::Service`] when the Events table does not answer.
    pub async fn message(&self, lost: &UnseenEvent) -> Result<Option<String>, CliError> {
        let stored = Outbox(&self.tables).stored(&lost.entry).await.map_err(unread)?;
        Ok(stored.and_then(|stored| stored.message))
    }
}

/// The first moment of each hour from `from` to `until`.
fn hours(from: i64, until: i64) -> impl Iterator<Item = i64> {
    (from.div_euclid(BUCKET_MS)..=until.div_euclid(BUCKET_MS)).map(|hour| hour * BUCKET_MS)
}

/// The entries of the hour that `at` falls into, from `from` to `until`.
///
/// # Errors
/// [`CliError::Service`] when the index does not answer.
pub async fn entries(
    tables: &Tables,
    at: i64,
    from: i64,
    until: i64,
) -> Result<Vec<Entry>, CliError> {
    let outbox = Outbox(tables);
    stream::iter(buckets(at))
        .map(|bucket| async move { outbox.entries(&bucket, from, until).await })
        .buffer_unordered(MAX_CONCURRENCY)
        .try_concat()
        .await
        .map_err(unread)
}

/// Relay words its errors for its log, where the next sweep goes on; here nothing does.
fn unread(error: relay::OutboxError) -> CliError {
    CliError::service(format!("Can't read the Events table: {}.", error.0))
}
