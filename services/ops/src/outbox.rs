//! Events that the ledger has not seen, found through the sweep index.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use futures::{StreamExt, TryStreamExt, stream};
use relay::{Entry, MOST_KEYS, Outbox, Tables};
use shared::outbox::{BUCKET_MS, buckets};

use crate::aws::Stack;
use crate::failure::Failure;

/// How many index partitions are asked at the same time.
const AT_ONCE: usize = 16;

/// The missing events of each hour that was asked for, so that a thousand windows of one hour
/// read it once.
#[derive(Debug)]
pub struct Missing<'a> {
    tables: Tables,
    hours: RefCell<BTreeMap<i64, Rc<Vec<Entry>>>>,
    _stack: std::marker::PhantomData<&'a Stack>,
}

impl Missing<'_> {
    /// Of this stack.
    #[must_use]
    pub fn new(stack: &Stack) -> Self {
        Self { tables: stack.tables(), hours: RefCell::default(), _stack: std::marker::PhantomData }
    }

    /// The events accepted from `from` to `until` (milliseconds since 1970) that the ledger has
    /// not seen.
    ///
    /// # Errors
    /// [`Failure::Service`] when a table does not answer.
    pub async fn within(&self, from: i64, until: i64) -> Result<Vec<Entry>, Failure> {
        let mut missing = Vec::new();
        let mut hour = from.div_euclid(BUCKET_MS) * BUCKET_MS;
        while hour <= until {
            let of_hour = self.of_hour(hour).await?;
            missing
                .extend(of_hour.iter().filter(|e| (from..=until).contains(&e.sweep_at)).cloned());
            hour += BUCKET_MS;
        }
        Ok(missing)
    }

    async fn of_hour(&self, hour: i64) -> Result<Rc<Vec<Entry>>, Failure> {
        if let Some(known) = self.hours.borrow().get(&hour) {
            return Ok(Rc::clone(known));
        }
        let entries = entries(&self.tables, hour, hour, hour + BUCKET_MS - 1).await?;
        let outbox = Outbox(&self.tables);
        let missing: Vec<Entry> = stream::iter(entries.chunks(MOST_KEYS))
            .map(|chunk| outbox.unseen(chunk))
            .buffer_unordered(AT_ONCE)
            .try_concat()
            .await
            .map_err(unread)?;
        let missing = Rc::new(missing);
        self.hours.borrow_mut().insert(hour, Rc::clone(&missing));
        Ok(missing)
    }

    /// The dispatch message of a missing event; `None` when the event has been erased since.
    ///
    /// # Errors
    /// [`Failure::Service`] when the Events table does not answer.
    pub async fn message(&self, entry: &Entry) -> Result<Option<String>, Failure> {
        let stored = Outbox(&self.tables).stored(entry).await.map_err(unread)?;
        Ok(stored.map(|stored| stored.message))
    }
}

/// The entries of the hour that `at` falls into, from `from` to `until`.
///
/// # Errors
/// [`Failure::Service`] when the index does not answer.
pub async fn entries(
    tables: &Tables,
    at: i64,
    from: i64,
    until: i64,
) -> Result<Vec<Entry>, Failure> {
    let outbox = Outbox(tables);
    stream::iter(buckets(at))
        .map(|bucket| async move { outbox.entries(&bucket, from - 1, until).await })
        .buffer_unordered(AT_ONCE)
        .try_concat()
        .await
        .map_err(unread)
}

fn unread(error: relay::OutboxError) -> Failure {
    Failure::service(format!("Can't read the Events table: {error}."))
}
