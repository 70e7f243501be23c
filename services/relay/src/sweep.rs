//! The sweep: finds events whose message was lost and queues them again.
//!
//! An event is checked some minutes after its acceptance. If the ledger has no record of it, the stream or the
//! dispatch queue lost it; so it did if a record of one of its copies is missing. If its mail is not in a terminal state and no mailer moves it on, the mail queue lost
//! it. In both cases the event's dispatch message is queued again: the dispatcher makes the plan, or sends the
//! mail request again. A mail that waits for its time (SES refused it temporarily, a mailer holds the lease, it
//! is in doubt, the send gate is closed) is checked again when it is overdue. So an event stays in the index
//! until its mail is done, and a mail that was sent in time costs one look.
//!
//! A mail that is only late, because it waits in a long backlog, looks like a lost one. One claim lets one mail
//! through, so that queuing it again sends nothing twice; but each copy takes a turn in the account's send rate,
//! which delays the others. So while mails stand in line for their turns, none is queued again. Where the mailers
//! themselves are what binds, there is no line, and turns are left over for the copies: they become few, since the
//! delay between two sweeps of an event doubles.
//!
//! Delivery semantics: at least once. There are three writes, in this order: the event is queued, its entry
//! is moved in the index, and the watermark advances past it. So after a crash between the first two, the
//! event is queued again; after a crash between the last two, it is checked again; it is never lost.
//!
//! The index is eventually consistent: an entry may appear when the watermark has passed its time. So the sweep looks at
//! each hour twice, with a watermark for each look: the second time at least an hour after its end, at one read for
//! each event. What the index shows even later is not found, should its message have been lost too.
//!
//! Entries are checked in chunks, several at the same time, and the watermark never passes a chunk that was not
//! checked to its end, whatever became of the later ones. It is written after each page, so that a sweep that
//! Lambda ends loses little of its progress.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use kit::MAX_BATCH_GET_KEYS;
use kit::telemetry::record_sweep_lag;
use shared::outbox::{BUCKET_MS, buckets};

use crate::dependencies::Relay;
use crate::error::OutboxError;
use crate::follow_up::{FollowUp, follow_up};
use crate::index_page::{IndexEntry, IndexPage};
use crate::outbox::Outbox;
use crate::progress::{Criteria, Progress};
use crate::watermark::Look;
use crate::{send_gate, watermark};

/// How far back the first sweep looks: twice the 24 hours for which a stream keeps records.
const INITIAL_LOOKBACK_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// A watermark that is ahead of the window's end by more, or behind it by more, was written by a clock that was wrong,
/// or by hand. Ahead, no event would be checked before that time has come.
const MAX_AHEAD_MS: i64 = 15 * 60 * 1000;
const MAX_BEHIND_MS: i64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// About how many entries of a bucket are read at a time, because a busy hour may not fit into memory.
const PAGE_SIZE: i32 = 250;

/// How many buckets are read at the same time.
const CONCURRENT_BUCKETS: usize = 8;

/// How many chunks are checked at the same time. With calls of 10 ms that is 80,000 events a second that are
/// done, so that the processor is what binds.
const CONCURRENT_CHUNKS: usize = 8;

/// The sweep begins nothing in the last 30 seconds of its time, or the last quarter of a short time: what has begun, a
/// chunk's reads or a group of its events, needs at most three calls one after another, and the watermark a fourth, each
/// of at most 7 s. Only of events of over 100 KB does a group need more than one call of SQS.
const TIME_RESERVE_MS: i64 = 30_000;
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
    look: Look,
    /// The end of the window that is looked at.
    until: i64,
    /// The watermark: every event before it has been checked, and queued again if necessary.
    from: i64,
    /// The watermark as it was last read or written.
    saved: i64,
    /// Whether there is no watermark yet.
    is_first: bool,
    criteria: Criteria,
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
    let known = watermark::read(&relay.tables, Look::First).await?;
    let from = known.map_or(until - INITIAL_LOOKBACK_MS, |known| or_set_back(known, until));
    let gate_waits_until = send_gate::waits_until(&relay.tables, now).await?;
    let criteria = Criteria { grace: relay.grace_ms, until, gate_waits_until };
    let mut sweep = Sweep {
        relay,
        look: Look::First,
        until,
        from,
        // One that was set back is written even if this sweep comes no further.
        saved: if known.is_none_or(|known| known == from) { from } else { i64::MIN },
        is_first: known.is_none(),
        criteria,
        stop_at: stop_at(now, deadline),
        stats: SweepStats::default(),
    };
    let result = sweep.run_and_save().await;
    sweep.report_lag();
    let result = match result {
        Ok(()) if sweep.from >= until => sweep.look_again().await,
        other => other,
    };
    let SweepStats { checked, queued_again } = sweep.stats;
    tracing::info!(checked, queued_again, "sweep ended");
    result.map(|()| sweep.stats)
}

/// When a sweep that began at `now` begins nothing any more (all in milliseconds since 1970).
pub(crate) fn stop_at(now: i64, deadline: i64) -> i64 {
    let reserve = (deadline.saturating_sub(now) / TIME_RESERVE_DIVISOR).min(TIME_RESERVE_MS);
    deadline.saturating_sub(reserve)
}

fn is_possible(watermark: i64, until: i64) -> bool {
    (until - MAX_BEHIND_MS..=until + MAX_AHEAD_MS).contains(&watermark)
}

/// The watermark `known`, or that of a first sweep if it cannot be.
fn or_set_back(known: i64, until: i64) -> i64 {
    if is_possible(known, until) {
        return known;
    }
    let from = until - INITIAL_LOOKBACK_MS;
    tracing::error!(
        watermark = known,
        set_to = from,
        "the sweep's watermark can't be right: was a clock wrong? Events of the last two days are checked again"
    );
    from
}

impl Sweep<'_> {
    async fn run_and_save(&mut self) -> Result<(), OutboxError> {
        let result = self.run().await;
        // Also after a failure: everything before the watermark is done, and the next sweep starts with what is not.
        let saved = self.save().await;
        result.and(saved)
    }

    /// The second look at the hours that were over an hour ago. Only where the first look has come to its end.
    async fn look_again(&mut self) -> Result<(), OutboxError> {
        (self.look, self.until, self.is_first) =
            (Look::Second, second_look_until(self.until), false);
        let known = watermark::read(&self.relay.tables, self.look).await?;
        match known.filter(|known| is_possible(*known, self.until)) {
            Some(known) => (self.from, self.saved) = (known, known),
            // Of a new stack, or of a wrong clock: from now on.
            None => (self.from, self.saved) = (self.until, i64::MIN),
        }
        self.run_and_save().await
    }

    async fn run(&mut self) -> Result<(), OutboxError> {
        while self.from < self.until && self.has_time() {
            // Only reads, so that it may end at any point.
            let Ok(page) = tokio::time::timeout(self.time_left(), self.page()).await else { break };
            let page = page?;
            if !self.check_page(&page).await? {
                tracing::info!("the sweep ran out of time; the next one continues");
                return Ok(());
            }
            self.advance(page.complete_until);
            self.save().await?;
        }
        Ok(())
    }

    fn has_time(&self) -> bool {
        self.relay.clock.now_ms() <= self.stop_at
    }

    fn time_left(&self) -> Duration {
        let left = self.stop_at.saturating_sub(self.relay.clock.now_ms());
        Duration::from_millis(u64::try_from(left).unwrap_or_default())
    }

    /// Never backwards: the index may still contain an entry that another sweep has moved.
    fn advance(&mut self, watermark: i64) {
        self.from = self.from.max(watermark);
    }

    async fn save(&mut self) -> Result<(), OutboxError> {
        // On a new stack, the hours before its first event would tell of a sweep that is days behind. But a sweep that
        // runs out of time there saves how far it came: the next would else begin with the same hours, and never come to
        // the first event.
        let is_before_events = self.is_first && self.stats.checked == 0 && self.from < self.until;
        if is_before_events && self.has_time() {
            return Ok(());
        }
        if self.from > self.saved {
            watermark::write(&self.relay.tables, self.look, self.from).await?;
            self.saved = self.from;
        }
        Ok(())
    }

    /// How far the watermark is behind the events that are due at the end of the sweep.
    fn report_lag(&self) {
        let due = self.relay.clock.now_ms() - self.relay.sweep_after_ms;
        record_sweep_lag(due.saturating_sub(self.from));
    }

    /// The next entries, all from the hour that contains the watermark.
    async fn page(&self) -> Result<IndexPage, OutboxError> {
        let (outbox, from) = (Outbox(&self.relay.tables), self.from);
        let until = next_hour(from).min(self.until);
        let pages: Vec<IndexPage> = stream::iter(buckets(from))
            .map(|bucket| async move { outbox.page(&bucket, from, until, PAGE_SIZE).await })
            .buffer_unordered(CONCURRENT_BUCKETS)
            .try_collect()
            .await?;
        Ok(IndexPage::merge(pages, until))
    }

    /// Checks the page's chunks, several at the same time. Returns whether all were checked; where not, time ran
    /// out. The watermark then stands before the first chunk that was not checked to its end.
    async fn check_page(&mut self, page: &IndexPage) -> Result<bool, OutboxError> {
        let this = &*self;
        let has_failed = &AtomicBool::new(false);
        // After a failure, no chunk is begun any more. Those that have begun come to their end: their events are
        // queued, and dropped halfway the next sweep would queue them again.
        let check = |(before, chunk)| async move {
            if has_failed.load(Ordering::Relaxed) || !this.has_time() {
                return (before, ChunkOutcome::NotBegun);
            }
            let outcome = this.check(chunk).await;
            if matches!(outcome, ChunkOutcome::Failed(..)) {
                has_failed.store(true, Ordering::Relaxed);
            }
            (before, outcome)
        };
        let chunks = stream::iter(page.chunks(MAX_BATCH_GET_KEYS)).map(check);
        // `buffered`, not `buffer_unordered`: the outcomes come in the order of time.
        let outcomes: Vec<(i64, ChunkOutcome)> = chunks.buffered(CONCURRENT_CHUNKS).collect().await;
        self.settle(outcomes)
    }

    /// Moves the watermark up to the first chunk that was not checked to its end. `outcomes` are in the order of
    /// time, each with the watermark before its chunk.
    fn settle(&mut self, outcomes: Vec<(i64, ChunkOutcome)>) -> Result<bool, OutboxError> {
        let mut result = Ok(true);
        for (before, outcome) in outcomes {
            if matches!(result, Ok(true)) {
                self.advance(before);
            }
            if let ChunkOutcome::Checked(stats)
            | ChunkOutcome::Unfinished(stats)
            | ChunkOutcome::Failed(stats, _) = outcome
            {
                self.stats.checked += stats.checked;
                self.stats.queued_again += stats.queued_again;
            }
            match outcome {
                ChunkOutcome::Checked(_) => {}
                ChunkOutcome::NotBegun | ChunkOutcome::Unfinished(_) => {
                    result = result.map(|_| false);
                }
                ChunkOutcome::Failed(_, error) => result = result.and(Err(error)),
            }
        }
        result
    }

    async fn check(&self, entries: &[IndexEntry]) -> ChunkOutcome {
        let relay = self.relay;
        let mut stats = SweepStats::default();
        // Of each event all recipients' records: one that is lost is found whatever became of the others.
        let records = match Outbox(&relay.tables).records(entries).await {
            Ok(records) => records,
            Err(error) => return ChunkOutcome::Failed(stats, error),
        };
        stats.checked = entries.len();
        let unfinished: Vec<(&IndexEntry, Progress)> = entries
            .iter()
            .zip(records)
            .map(|(entry, records)| (entry, Progress::of_all(entry, &records, self.criteria)))
            .filter(|(_, progress)| *progress != Progress::Done)
            .collect();
        let (queued_again, result) = follow_up(relay, &unfinished, self.stop_at).await;
        stats.queued_again = queued_again;
        match result {
            Ok(FollowUp::Whole) => ChunkOutcome::Checked(stats),
            Ok(FollowUp::OutOfTime) => ChunkOutcome::Unfinished(stats),
            Err(error) => ChunkOutcome::Failed(stats, error),
        }
    }
}

/// What became of a chunk of entries.
enum ChunkOutcome {
    /// Every entry was checked, and what was lost is queued again.
    Checked(SweepStats),
    /// Time ran out before every entry had its turn.
    Unfinished(SweepStats),
    /// At least one entry was not, because of this error; others were.
    Failed(SweepStats, OutboxError),
    /// Time ran out before it, or another chunk failed.
    NotBegun,
}

/// The end of the second look, where the first has come to `until`: a full hour, so that it reads each bucket once.
pub const fn second_look_until(until: i64) -> i64 {
    next_hour(until) - 2 * BUCKET_MS
}

const fn next_hour(at: i64) -> i64 {
    (at.div_euclid(BUCKET_MS) + 1) * BUCKET_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_ends_where_the_next_bucket_begins() {
        assert_eq!(next_hour(0), BUCKET_MS);
        assert_eq!(next_hour(BUCKET_MS - 1), BUCKET_MS);
        assert_eq!(next_hour(BUCKET_MS), 2 * BUCKET_MS);
    }

    #[test]
    fn an_hour_is_looked_at_again_once_it_is_over_for_an_hour() {
        let looked_at = |until| second_look_until(until);
        assert_eq!(looked_at(5 * BUCKET_MS), 4 * BUCKET_MS);
        assert_eq!(looked_at(6 * BUCKET_MS - 1), 4 * BUCKET_MS);
    }
}
