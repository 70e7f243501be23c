//! The sweep: what the stream lost, found again.

use futures::{StreamExt, TryStreamExt, stream};
use kit::queue::{DeadLetter, Disposition, Outgoing, SendFailure, send_all};
use kit::telemetry::{Count, count};
use serde_json::json;
use shared::OrderId;
use shared::dead_letter::Code;
use shared::outbox::{BUCKET_MS, buckets};

use crate::outbox::{Entry, MOST_KEYS, Outbox, OutboxError};
use crate::sources::Relay;
use crate::watermark;

/// How far back the very first sweep looks: twice a stream's memory of 24 hours.
const FIRST_LOOK_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// After so many sweeps, over two days, an event that never reaches the ledger goes to the
/// dead-letter queue instead of the dispatch queue.
const MOST_SWEEPS: u32 = 9;

/// How many events are queued again at the same time.
const AT_ONCE: usize = 8;

/// The sweep stops when this part of its time is left, so that what it began can end.
const RESERVE: i64 = 4;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Events it looked at.
    pub looked_at: usize,
    /// Events that it queued again.
    pub queued_again: usize,
}

/// Looks at every event that has come of age since the last sweep. Broken off at any point, the
/// next sweep does the rest: an event is moved in the index only after it was queued, and the
/// watermark only after everything before it was looked at. `deadline` in milliseconds since 1970.
///
/// # Errors
/// [`OutboxError`] when a table did not answer.
pub async fn sweep(relay: &Relay, deadline: i64) -> Result<Swept, OutboxError> {
    let now = relay.clock.now_ms();
    let stop_at = deadline.saturating_sub(deadline.saturating_sub(now) / RESERVE);
    let until = now - relay.sweep_after_ms;
    let mut from = watermark::read(&relay.tables).await?.unwrap_or(until - FIRST_LOOK_MS);
    let mut swept = Swept::default();
    let mut written_at = swept;
    while from < until {
        if !sweep_hour(relay, from, until, stop_at, &mut swept).await? {
            tracing::info!("the sweep ran out of time, the next one goes on");
            watermark::write(&relay.tables, from).await?;
            break;
        }
        from = next_hour(from).min(until);
        // Empty hours are not worth a write each.
        if swept != written_at || from == until {
            watermark::write(&relay.tables, from).await?;
            written_at = swept;
        }
    }
    tracing::info!(looked_at = swept.looked_at, queued_again = swept.queued_again, "swept");
    Ok(swept)
}

const fn next_hour(at: i64) -> i64 {
    (at.div_euclid(BUCKET_MS) + 1) * BUCKET_MS
}

/// Whether all buckets of the hour were looked at in time.
async fn sweep_hour(
    relay: &Relay,
    from: i64,
    until: i64,
    stop_at: i64,
    swept: &mut Swept,
) -> Result<bool, OutboxError> {
    let outbox = Outbox(&relay.tables);
    let hour: Vec<Vec<Entry>> = stream::iter(buckets(from))
        .map(|bucket| async move { outbox.entries(&bucket, from, until).await })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for entries in hour.concat().chunks(MOST_KEYS) {
        if relay.clock.now_ms() > stop_at {
            return Ok(false);
        }
        let unseen = outbox.unseen(entries).await?;
        swept.looked_at += entries.len();
        swept.queued_again += unseen.len();
        stream::iter(unseen.iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |entry| queue_again(relay, entry))
            .await?;
    }
    Ok(true)
}

async fn queue_again(relay: &Relay, entry: &Entry) -> Result<(), OutboxError> {
    let outbox = Outbox(&relay.tables);
    let Some(stored) = outbox.stored(entry).await? else {
        return Ok(());
    };
    let Some(message) = stored.message else {
        let reason = "the item in the Events table has no message that intake wrote";
        return give_up(relay, entry, keys(entry), Code::Unreadable, reason.to_owned()).await;
    };
    tracing::warn!(
        order_id = entry.order_id,
        event = entry.event,
        sweeps = stored.sweeps,
        "queued again"
    );
    if stored.sweeps >= MOST_SWEEPS {
        let reason = format!("swept {} times without ever reaching the ledger", stored.sweeps);
        return give_up(relay, entry, message, Code::Unplannable, reason).await;
    }
    let message = Outgoing { body: message, ..Outgoing::default() };
    let sent = send_all(&relay.queues.client, &relay.queues.dispatch, vec![message]).await;
    match sent.into_iter().next() {
        // Its neighbours must not wait for it.
        Some(Err(error @ SendFailure::Refused)) => {
            give_up(relay, entry, keys(entry), Code::Unplannable, error.to_string()).await
        }
        Some(Err(error @ SendFailure::NotTaken(_))) => Err(OutboxError(error.to_string())),
        Some(Ok(())) | None => {
            count(Count::Swept);
            outbox.look_again(entry, relay.clock.now_ms() + pause(relay, stored.sweeps)).await
        }
    }
}

/// Twice as long after each sweep: an event that waits behind a long backlog is not multiplied.
fn pause(relay: &Relay, sweeps: u32) -> i64 {
    relay.sweep_after_ms.saturating_mul(1 << sweeps.min(MOST_SWEEPS))
}

/// Names the item in a dead letter that cannot hold it.
fn keys(entry: &Entry) -> String {
    json!({ "order_id": { "S": entry.order_id }, "event": { "S": entry.event } }).to_string()
}

async fn give_up(
    relay: &Relay,
    entry: &Entry,
    body: String,
    code: Code,
    reason: String,
) -> Result<(), OutboxError> {
    let order_id = OrderId::parse(&entry.order_id).ok();
    let letter = DeadLetter { body, code, reason, order_id, kind: None };
    match relay.queues.dead_letters.take(letter).await {
        Disposition::Done => Outbox(&relay.tables).forget(entry).await,
        Disposition::Retry => Err(OutboxError("the dead-letter queue is out of reach".to_owned())),
    }
}
