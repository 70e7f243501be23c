//! The sweep: finds events whose message was lost and queues them again.
//!
//! An event is checked some minutes after its acceptance. If the ledger has no record of it, the stream or the
//! dispatch queue lost it. If its mail is not in a terminal state and no mailer moves it on, the mail queue lost
//! it. In both cases the event's dispatch message is queued again: the dispatcher makes the plan, or sends the
//! mail request again. A mail that waits for its time (SES refused it temporarily, a mailer holds the lease, it
//! is in doubt) is checked again when it is overdue. So an event stays in the index until its mail is done, and
//! a mail that was sent in time costs one look.
//!
//! A mail that is only late, because it waits in a long backlog, looks like a lost one. Queuing it again is
//! harmless, since one claim lets one mail through, and rare, since the delay between two sweeps of an event
//! doubles.
//!
//! Delivery semantics: at least once. There are three writes, in this order: the event is queued, its entry
//! is moved in the index, and the watermark advances past it. So after a crash between the first two, the
//! event is queued again; after a crash between the last two, it is checked again; it is never lost.

use futures::{StreamExt, TryStreamExt, stream};
use kit::MAX_BATCH_GET_KEYS;
use kit::queue::{BatchItemOutcome, DeadLetter, OutgoingMessage, SendError, send_one};
use kit::telemetry::{Count, count};
use serde_json::json;
use shared::OrderId;
use shared::outbox::{BUCKET_MS, MAX_SWEEP_DELAY_MS, buckets};
use shared::queue::dead_letter::DeadLetterCode;

use crate::dependencies::Relay;
use crate::error::OutboxError;
use crate::index_page::{IndexEntry, IndexPage};
use crate::outbox::{Outbox, StoredEvent};
use crate::progress::Progress;
use crate::stream::UNREADABLE_ITEM_REASON;
use crate::watermark;

/// How far back the first sweep looks: twice the 24 hours for which a stream keeps records.
const INITIAL_LOOKBACK_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// About how many entries of a bucket are read at a time, because a busy hour may not fit into memory.
const PAGE_SIZE: i32 = 500;

/// After this many sweeps, which take nearly two days by default, an event that still has not reached the
/// ledger goes to the dead-letter queue.
const MAX_SWEEPS: u32 = 9;

/// How many events are queued again at the same time.
const MAX_CONCURRENCY: usize = 8;

/// The sweep stops when this fraction of its time remains (1/4), so that it can finish what it has begun.
const TIME_RESERVE_DIVISOR: i64 = 4;

/// The results of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepStats {
    /// Number of events that were checked against the ledger.
    pub checked: usize,
    /// Number of events that were queued again.
    pub queued_again: usize,
}

/// A running sweep. Times are milliseconds since 1970.
struct Sweep<'a> {
    relay: &'a Relay,
    /// The watermark: every event before it has been checked, and queued again if necessary.
    from: i64,
    until: i64,
    stop_at: i64,
    stats: SweepStats,
}

/// Checks every event that has become due since the last sweep, in order of time. If a sweep ends early, at
/// any point, the next one continues. `deadline` is in milliseconds since 1970.
///
/// # Errors
/// [`OutboxError`] when a table or a queue did not answer.
pub async fn sweep(relay: &Relay, deadline: i64) -> Result<SweepStats, OutboxError> {
    let now = relay.clock.now_ms();
    let until = now - relay.sweep_after_ms;
    let from = watermark::read(&relay.tables).await?.unwrap_or(until - INITIAL_LOOKBACK_MS);
    let stop_at = deadline.saturating_sub(deadline.saturating_sub(now) / TIME_RESERVE_DIVISOR);
    let mut sweep = Sweep { relay, from, until, stop_at, stats: SweepStats::default() };
    let result = sweep.run().await;
    // Written last, and also after a failure: everything before the watermark is done, and the next sweep
    // starts with what is not.
    if sweep.from > from {
        watermark::write(&relay.tables, sweep.from).await?;
    }
    let SweepStats { checked, queued_again } = sweep.stats;
    tracing::info!(checked, queued_again, "sweep ended");
    result.map(|()| sweep.stats)
}

impl Sweep<'_> {
    async fn run(&mut self) -> Result<(), OutboxError> {
        while self.from < self.until && self.has_time() {
            let page = self.page().await?;
            for (watermark, chunk) in page.chunks(MAX_BATCH_GET_KEYS) {
                // Never backwards: the index may still contain an entry that another sweep has moved.
                self.from = self.from.max(watermark);
                if !self.has_time() {
                    return Ok(());
                }
                self.check(chunk).await?;
            }
            self.from = page.complete_until;
        }
        Ok(())
    }

    fn has_time(&self) -> bool {
        let has_time = self.relay.clock.now_ms() <= self.stop_at;
        if !has_time {
            tracing::info!("the sweep ran out of time; the next one continues");
        }
        has_time
    }

    /// The next entries, all from the hour that contains the watermark.
    async fn page(&self) -> Result<IndexPage, OutboxError> {
        let (outbox, from) = (Outbox(&self.relay.tables), self.from);
        let until = next_hour(from).min(self.until);
        let pages: Vec<IndexPage> = stream::iter(buckets(from))
            .map(|bucket| async move { outbox.page(&bucket, from, until, PAGE_SIZE).await })
            .buffer_unordered(MAX_CONCURRENCY)
            .try_collect()
            .await?;
        Ok(IndexPage::merge(pages, until))
    }

    async fn check(&mut self, entries: &[IndexEntry]) -> Result<(), OutboxError> {
        let records = Outbox(&self.relay.tables).records(entries).await?;
        self.stats.checked += entries.len();
        let (relay, until) = (self.relay, self.until);
        let progress =
            |(entry, record)| (entry, Progress::new(entry, &record, relay.grace_ms, until));
        let unfinished = entries.iter().zip(records).map(progress);
        let mut outcomes = stream::iter(unfinished.filter(|(_, p)| *p != Progress::Done))
            .map(|(entry, progress)| follow_up(relay, entry, progress))
            .buffer_unordered(MAX_CONCURRENCY);
        while let Some(outcome) = outcomes.try_next().await? {
            self.stats.queued_again += usize::from(outcome == SweepOutcome::Queued);
        }
        Ok(())
    }
}

const fn next_hour(at: i64) -> i64 {
    (at.div_euclid(BUCKET_MS) + 1) * BUCKET_MS
}

/// The outcome of an event that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SweepOutcome {
    Queued,
    /// Its mail is not due for long enough yet.
    Postponed,
    DeadLettered,
    /// The event has been erased since the index was read.
    Erased,
}

/// What to do with an event whose message was lost.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Put this message on the dispatch queue.
    Queue(String),
    /// Put it on the dead-letter queue: it can never reach the ledger.
    DeadLetter { body: String, code: DeadLetterCode, reason: String },
}

fn next_step(entry: &IndexEntry, stored: StoredEvent, progress: Progress) -> Step {
    let StoredEvent { message, sweeps } = stored;
    match message {
        None => Step::DeadLetter {
            body: keys_json(entry),
            code: DeadLetterCode::Unreadable,
            reason: UNREADABLE_ITEM_REASON.to_owned(),
        },
        // The dispatcher keeps failing on it; without a limit it would be queued for ever. What the ledger knows
        // needs no limit: once its time limit has passed, the next mail request ends it as stale.
        Some(body) if progress == Progress::Unseen && sweeps >= MAX_SWEEPS => Step::DeadLetter {
            body,
            code: DeadLetterCode::Unplannable,
            reason: format!("swept {sweeps} times without ever reaching the ledger"),
        },
        Some(message) => Step::Queue(message),
    }
}

async fn follow_up(
    relay: &Relay,
    entry: &IndexEntry,
    progress: Progress,
) -> Result<SweepOutcome, OutboxError> {
    match progress {
        Progress::Waits { due } => postpone(relay, entry, due).await,
        _ => queue_again(relay, entry, progress).await,
    }
}

async fn postpone(
    relay: &Relay,
    entry: &IndexEntry,
    due: i64,
) -> Result<SweepOutcome, OutboxError> {
    let now = relay.clock.now_ms();
    // Not before now, although the mail may have been due a moment ago: an overlapping sweep may be further,
    // and must not pass the entry's new place before the entry is there.
    let again = due.clamp(now, now + MAX_SWEEP_DELAY_MS);
    let outbox = Outbox(&relay.tables);
    outbox.postpone(entry, again).await.map(|()| SweepOutcome::Postponed)
}

async fn queue_again(
    relay: &Relay,
    entry: &IndexEntry,
    progress: Progress,
) -> Result<SweepOutcome, OutboxError> {
    let Some(stored) = Outbox(&relay.tables).stored(entry).await? else {
        return Ok(SweepOutcome::Erased);
    };
    let sweeps = stored.sweeps;
    match next_step(entry, stored, progress) {
        Step::Queue(message) => queue(relay, entry, message, sweeps, progress).await,
        Step::DeadLetter { body, code, reason } => {
            move_to_dlq(relay, entry, body, code, reason).await
        }
    }
}

async fn queue(
    relay: &Relay,
    entry: &IndexEntry,
    message: String,
    sweeps: u32,
    progress: Progress,
) -> Result<SweepOutcome, OutboxError> {
    let message = OutgoingMessage { body: message, ..OutgoingMessage::default() };
    match send_one(&relay.queues.client, &relay.queues.dispatch, message).await {
        // SQS will never accept it, and other events must not wait for it.
        Err(error @ SendError::Refused) => {
            move_to_dlq(
                relay,
                entry,
                keys_json(entry),
                DeadLetterCode::Unplannable,
                error.to_string(),
            )
            .await
        }
        Err(error) => Err(OutboxError::Queue(error)),
        Ok(()) => {
            count(Count::Swept);
            let IndexEntry { order_id, event, .. } = entry;
            tracing::warn!(order_id, event, sweeps, ?progress, "queued again");
            // Only after SQS has accepted it: after a crash before this line, the next sweep finds the
            // entry where it was.
            let again = relay.clock.now_ms() + sweep_delay(relay.sweep_after_ms, sweeps);
            let outbox = Outbox(&relay.tables);
            outbox.reschedule(entry, again).await.map(|()| SweepOutcome::Queued)
        }
    }
}

/// Milliseconds until an event is checked again. Doubles with each sweep, so that an event that waits
/// behind a long backlog is not queued many times.
fn sweep_delay(sweep_after_ms: i64, sweeps: u32) -> i64 {
    let doubled = sweep_after_ms.saturating_mul(1 << sweeps.min(MAX_SWEEPS));
    doubled.min(MAX_SWEEP_DELAY_MS)
}

/// The item's keys, as the body of a dead letter for an item without a usable message.
fn keys_json(entry: &IndexEntry) -> String {
    json!({ "order_id": { "S": entry.order_id }, "event": { "S": entry.event } }).to_string()
}

async fn move_to_dlq(
    relay: &Relay,
    entry: &IndexEntry,
    body: String,
    code: DeadLetterCode,
    reason: String,
) -> Result<SweepOutcome, OutboxError> {
    let order_id = OrderId::parse(&entry.order_id).ok();
    let dead_letter = DeadLetter { body, code, reason, order_id, kind: None };
    match relay.queues.dead_letters.move_message(dead_letter).await {
        // The dead letter first: a crash in between leaves the event in both places rather than in none.
        BatchItemOutcome::Ack => {
            let outbox = Outbox(&relay.tables);
            outbox.remove_from_index(entry).await.map(|()| SweepOutcome::DeadLettered)
        }
        BatchItemOutcome::Retry => Err(OutboxError::DeadLetterQueue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE_MINUTES: i64 = 300_000;

    fn entry() -> IndexEntry {
        IndexEntry {
            order_id: "1001".to_owned(),
            event: "shop e-1".to_owned(),
            ledger_key: "order.confirmed##customer".to_owned(),
            sweep_at: 0,
        }
    }

    fn stored(message: Option<&str>, sweeps: u32) -> StoredEvent {
        StoredEvent { message: message.map(str::to_owned), sweeps }
    }

    #[test]
    fn the_delay_doubles_with_each_sweep_up_to_two_days() {
        let pauses: Vec<i64> = (0..4).map(|sweeps| sweep_delay(FIVE_MINUTES, sweeps)).collect();
        assert_eq!(pauses, [300_000, 600_000, 1_200_000, 2_400_000]);
        assert_eq!(sweep_delay(FIVE_MINUTES, MAX_SWEEPS), 512 * FIVE_MINUTES);
        assert_eq!(sweep_delay(FIVE_MINUTES, u32::MAX), sweep_delay(FIVE_MINUTES, MAX_SWEEPS));
        assert_eq!(sweep_delay(i64::MAX / 2, 5), MAX_SWEEP_DELAY_MS);
    }

    #[test]
    fn an_event_is_queued_as_it_was_stored_until_it_was_swept_too_often() {
        let unseen = |sweeps| next_step(&entry(), stored(Some("{}"), sweeps), Progress::Unseen);
        assert_eq!(unseen(MAX_SWEEPS - 1), Step::Queue("{}".to_owned()));
        let step = unseen(MAX_SWEEPS);
        let Step::DeadLetter { body, code, reason } = step else { panic!("{step:?}") };
        assert_eq!(
            (body.as_str(), code),
            ("{}", DeadLetterCode::Unplannable),
            "replayable as it is"
        );
        assert!(reason.contains("9 times"), "{reason}");
    }

    #[test]
    fn an_overdue_mail_is_never_given_up() {
        let step = next_step(&entry(), stored(Some("{}"), u32::MAX), Progress::Overdue);
        assert_eq!(step, Step::Queue("{}".to_owned()));
    }

    #[test]
    fn an_item_without_a_message_is_named_by_its_keys_in_the_dead_letter() {
        let step = next_step(&entry(), stored(None, 0), Progress::Unseen);
        let Step::DeadLetter { body, code, .. } = step else { panic!("{step:?}") };
        assert_eq!(code, DeadLetterCode::Unreadable);
        assert_eq!(body, r#"{"event":{"S":"shop e-1"},"order_id":{"S":"1001"}}"#);
    }

    #[test]
    fn an_hour_ends_where_the_next_bucket_begins() {
        assert_eq!(next_hour(0), BUCKET_MS);
        assert_eq!(next_hour(BUCKET_MS - 1), BUCKET_MS);
        assert_eq!(next_hour(BUCKET_MS), 2 * BUCKET_MS);
    }
}
