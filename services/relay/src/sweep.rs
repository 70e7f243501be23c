//! The sweep: what the stream lost, found again.

use futures::{StreamExt, TryStreamExt, stream};
use kit::MAX_BATCH_GET_KEYS;
use kit::queue::{BatchItemOutcome, DeadLetter, OutgoingMessage, SendError, send_all};
use kit::telemetry::{Count, count};
use serde_json::json;
use shared::OrderId;
use shared::outbox::{BUCKET_MS, MAX_SWEEP_DELAY_MS, buckets};
use shared::queue::dead_letter::Code;

use crate::outbox::{Entry, IndexPage, Outbox, OutboxError};
use crate::sources::Relay;
use crate::stream::NOT_INTAKES;
use crate::watermark;

/// How far back the very first sweep looks: twice a stream's memory of 24 hours.
const INITIAL_LOOKBACK_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// About how many entries of a bucket are read at once: a busy hour must fit into memory.
const PAGE: i32 = 500;

/// After so many sweeps, nearly two days by default, an event that never reaches the ledger goes to
/// the dead-letter queue instead of the dispatch queue.
const MAX_SWEEPS: u32 = 9;

/// How many events are queued again at the same time.
const MAX_CONCURRENCY: usize = 8;

/// The sweep stops when this part of its time is left, so that what it began can end.
const RESERVE: i64 = 4;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepStats {
    /// Events it looked at.
    pub looked_at: usize,
    /// Events that it queued again.
    pub queued_again: usize,
}

/// A sweep under way.
struct Sweep<'a> {
    relay: &'a Relay,
    /// Everything before it has been looked at.
    from: i64,
    until: i64,
    stop_at: i64,
    swept: SweepStats,
}

/// Looks at every event that has come of age since the last sweep, in the order of time. Broken off
/// at any point, the next sweep does the rest: an event is moved in the index only after it was
/// queued, and the watermark only after everything before it was looked at. `deadline` in
/// milliseconds since 1970.
///
/// # Errors
/// [`OutboxError`] when a table did not answer.
pub async fn sweep(relay: &Relay, deadline: i64) -> Result<SweepStats, OutboxError> {
    let now = relay.clock.now_ms();
    let until = now - relay.sweep_after_ms;
    let from = watermark::read(&relay.tables).await?.unwrap_or(until - INITIAL_LOOKBACK_MS);
    let stop_at = deadline.saturating_sub(deadline.saturating_sub(now) / RESERVE);
    let mut sweep = Sweep { relay, from, until, stop_at, swept: SweepStats::default() };
    let result = sweep.run().await;
    // Also what a failure left undone begins there.
    if sweep.from > from {
        watermark::write(&relay.tables, sweep.from).await?;
    }
    let SweepStats { looked_at, queued_again } = sweep.swept;
    tracing::info!(looked_at, queued_again, "swept");
    result.map(|()| sweep.swept)
}

impl Sweep<'_> {
    async fn run(&mut self) -> Result<(), OutboxError> {
        while self.from < self.until && self.has_time() {
            let IndexPage { entries, complete_until } = self.page().await?;
            for chunk in entries.chunks(MAX_BATCH_GET_KEYS) {
                self.from = self.from.max(chunk[0].sweep_at);
                if !self.has_time() {
                    return Ok(());
                }
                self.look_at(chunk).await?;
            }
            self.from = complete_until;
        }
        Ok(())
    }

    fn has_time(&self) -> bool {
        let has_time = self.relay.clock.now_ms() <= self.stop_at;
        if !has_time {
            tracing::info!("the sweep ran out of time, the next one goes on");
        }
        has_time
    }

    /// The next entries, of the hour that the sweep stands in.
    async fn page(&self) -> Result<IndexPage, OutboxError> {
        let (outbox, from) = (Outbox(&self.relay.tables), self.from);
        let until = next_hour(from).min(self.until);
        let of_buckets: Vec<IndexPage> = stream::iter(buckets(from))
            .map(|bucket| async move { outbox.page(&bucket, from, until, PAGE).await })
            .buffer_unordered(MAX_CONCURRENCY)
            .try_collect()
            .await?;
        let complete_until =
            of_buckets.iter().map(|first| first.complete_until).min().unwrap_or(until);
        let all = of_buckets.into_iter().flat_map(|first| first.entries);
        let mut entries: Vec<Entry> = all.filter(|entry| entry.sweep_at < complete_until).collect();
        entries.sort_unstable_by_key(|entry| entry.sweep_at);
        Ok(IndexPage { entries, complete_until })
    }

    async fn look_at(&mut self, entries: &[Entry]) -> Result<(), OutboxError> {
        let unseen = Outbox(&self.relay.tables).unseen(entries).await?;
        self.swept.looked_at += entries.len();
        let relay = self.relay;
        let mut moved = stream::iter(&unseen)
            .map(|entry| queue_again(relay, entry))
            .buffer_unordered(MAX_CONCURRENCY);
        while let Some(fate) = moved.try_next().await? {
            self.swept.queued_again += usize::from(fate == SweepOutcome::Queued);
        }
        Ok(())
    }
}

const fn next_hour(at: i64) -> i64 {
    (at.div_euclid(BUCKET_MS) + 1) * BUCKET_MS
}

/// What became of an event that the ledger has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SweepOutcome {
    Queued,
    DeadLettered,
    /// Erased meanwhile.
    Gone,
}

async fn queue_again(relay: &Relay, entry: &Entry) -> Result<SweepOutcome, OutboxError> {
    let outbox = Outbox(&relay.tables);
    let Some(stored) = outbox.stored(entry).await? else {
        return Ok(SweepOutcome::Gone);
    };
    let Some(message) = stored.message else {
        return dead_letter(relay, entry, keys(entry), Code::Unreadable, NOT_INTAKES.to_owned())
            .await;
    };
    if stored.sweeps >= MAX_SWEEPS {
        let reason = format!("swept {} times without ever reaching the ledger", stored.sweeps);
        return dead_letter(relay, entry, message, Code::Unplannable, reason).await;
    }
    let message = OutgoingMessage { body: message, ..OutgoingMessage::default() };
    let sent = send_all(&relay.queues.client, &relay.queues.dispatch, vec![message]).await;
    match sent.into_iter().next() {
        // Its neighbours must not wait for it.
        Some(Err(error @ SendError::Refused)) => {
            dead_letter(relay, entry, keys(entry), Code::Unplannable, error.to_string()).await
        }
        Some(Err(error @ SendError::Unavailable(_))) => Err(OutboxError(error.to_string())),
        Some(Ok(())) | None => {
            count(Count::Swept);
            let Entry { order_id, event, .. } = entry;
            tracing::warn!(order_id, event, sweeps = stored.sweeps, "queued again");
            let again = relay.clock.now_ms() + pause(relay, stored.sweeps);
            outbox.look_again(entry, again).await.map(|()| SweepOutcome::Queued)
        }
    }
}

/// Twice as long after each sweep: an event that waits behind a long backlog is not multiplied.
fn pause(relay: &Relay, sweeps: u32) -> i64 {
    let doubled = relay.sweep_after_ms.saturating_mul(1 << sweeps.min(MAX_SWEEPS));
    doubled.min(MAX_SWEEP_DELAY_MS)
}

/// Names the item in a dead letter that cannot hold it.
fn keys(entry: &Entry) -> String {
    json!({ "order_id": { "S": entry.order_id }, "event": { "S": entry.event } }).to_string()
}

async fn dead_letter(
    relay: &Relay,
    entry: &Entry,
    body: String,
    code: Code,
    reason: String,
) -> Result<SweepOutcome, OutboxError> {
    let order_id = OrderId::parse(&entry.order_id).ok();
    let letter = DeadLetter { body, code, reason, order_id, kind: None };
    match relay.queues.dead_letters.move_message(letter).await {
        BatchItemOutcome::Ack => {
            Outbox(&relay.tables).forget(entry).await.map(|()| SweepOutcome::DeadLettered)
        }
        BatchItemOutcome::Retry => {
            Err(OutboxError("the dead-letter queue is out of reach".to_owned()))
        }
    }
}
