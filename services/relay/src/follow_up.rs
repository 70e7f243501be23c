//! What the sweep does about an event that is not done: queue it again, look at it later, or give it up with a
//! dead letter.
//!
//! Each event on its own: one that fails keeps no other from being queued. What failed is found where it was by
//! the next sweep.

use futures::{FutureExt, StreamExt, future, stream};
use kit::queue::{
    BatchItemOutcome, DeadLetter, MAX_BATCH_ENTRIES, OutgoingMessage, SendError, send_all,
};
use kit::telemetry::{Count, count};
use serde_json::json;
use shared::OrderKey;
use shared::outbox::MAX_SWEEP_DELAY_MS;
use shared::queue::dead_letter::DeadLetterCode;

use crate::dependencies::Relay;
use crate::error::OutboxError;
use crate::index_page::IndexEntry;
use crate::outbox::{Outbox, StoredEvent};
use crate::progress::Progress;
use crate::stream::UNREADABLE_ITEM_REASON;

/// After this many sweeps, which take nearly two days by default, an event that still has not reached the
/// ledger goes to the dead-letter queue.
const MAX_SWEEPS: u32 = 9;

/// How many groups of ten events of a chunk are queued at the same time. Each holds its messages in memory.
const CONCURRENT_GROUPS: usize = 2;

/// How many entries of a chunk are postponed at the same time.
const CONCURRENT_MOVES: usize = 16;

/// An event that is not done.
type Unfinished<'a> = (&'a IndexEntry, Progress);

/// How far a chunk's events were followed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// Each had its turn.
    Whole,
    /// Some had none.
    OutOfTime,
}

/// Follows up each event of a chunk, and begins none after `stop_at` (milliseconds since 1970). Returns how many were
/// queued again, and the first error, after every event has had its turn.
pub async fn follow_up(
    relay: &Relay,
    unfinished: &[Unfinished<'_>],
    stop_at: i64,
) -> (usize, Result<FollowUp, OutboxError>) {
    let has_time = &|| relay.clock.now_ms() <= stop_at;
    let (mut waiting, mut lost) = (Vec::new(), Vec::new());
    for (entry, progress) in unfinished {
        match *progress {
            Progress::Waits { due } => waiting.push((*entry, due)),
            progress => lost.push((*entry, progress)),
        }
    }
    let postponed = stream::iter(waiting)
        .map(async |(entry, due)| match has_time() {
            true => postpone(relay, entry, due).await.map(|()| FollowUp::Whole),
            false => Ok(FollowUp::OutOfTime),
        })
        .buffer_unordered(CONCURRENT_MOVES)
        .fold(Ok(FollowUp::Whole), async |all, one| both(all, one));
    let queued = stream::iter(lost.chunks(MAX_BATCH_ENTRIES))
        .map(async |group| match has_time() {
            true => {
                let (count, result) = queue_again(relay, group).await;
                (count, result.map(|()| FollowUp::Whole))
            }
            false => (0, Ok(FollowUp::OutOfTime)),
        })
        .buffer_unordered(CONCURRENT_GROUPS)
        .fold((0, Ok(FollowUp::Whole)), async |(count, all), (more, one)| {
            (count + more, both(all, one))
        });
    let (postponed, (count, queued)) = future::join(postponed, queued).await;
    (count, both(queued, postponed))
}

/// The first error; without one, whether both are whole.
fn both(
    one: Result<FollowUp, OutboxError>,
    other: Result<FollowUp, OutboxError>,
) -> Result<FollowUp, OutboxError> {
    match (one?, other?) {
        (FollowUp::Whole, other) => Ok(other),
        (FollowUp::OutOfTime, _) => Ok(FollowUp::OutOfTime),
    }
}

async fn postpone(relay: &Relay, entry: &IndexEntry, due: i64) -> Result<(), OutboxError> {
    let now = relay.clock.now_ms();
    // Not before now, although the mail may have been due a moment ago: an overlapping sweep may be further,
    // and must not pass the entry's new place before the entry is there.
    let again = due.clamp(now, now + MAX_SWEEP_DELAY_MS);
    Outbox(&relay.tables).postpone(entry, again).await
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

/// A message of the dispatch queue, and the event that it is of.
struct Queued<'a> {
    entry: &'a IndexEntry,
    sweeps: u32,
    progress: Progress,
}

/// Queues at most [`MAX_BATCH_ENTRIES`] events with one read and, unless they are very large, one call of SQS.
/// Returns how many SQS accepted, and the first error.
async fn queue_again(relay: &Relay, group: &[Unfinished<'_>]) -> (usize, Result<(), OutboxError>) {
    let entries: Vec<&IndexEntry> = group.iter().map(|(entry, _)| *entry).collect();
    let stored = match Outbox(&relay.tables).stored(&entries).await {
        Ok(stored) => stored,
        Err(error) => return (0, Err(error)),
    };
    let (mut queued, mut messages, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    for (&(entry, progress), stored) in group.iter().zip(stored) {
        // An event that was erased since the index was read has no step.
        let Some(stored) = stored else { continue };
        let sweeps = stored.sweeps;
        match next_step(entry, stored, progress) {
            Step::Queue(body) => {
                messages.push(OutgoingMessage { body, ..OutgoingMessage::default() });
                queued.push(Queued { entry, sweeps, progress });
            }
            Step::DeadLetter { body, code, reason } => {
                ends.push(move_to_dlq(relay, entry, body, code, reason).boxed());
            }
        }
    }
    let results = send_all(&relay.queues.client, &relay.queues.dispatch, messages).await;
    let accepted = results.iter().filter(|result| result.is_ok()).count();
    ends.extend(
        queued.iter().zip(results).map(|(queued, sent)| after_send(relay, queued, sent).boxed()),
    );
    let ends = future::join_all(ends).await;
    (accepted, ends.into_iter().collect())
}

async fn after_send(
    relay: &Relay,
    queued: &Queued<'_>,
    sent: Result<(), SendError>,
) -> Result<(), OutboxError> {
    let Queued { entry, sweeps, progress } = *queued;
    match sent {
        // SQS will never accept it, and other events must not wait for it.
        Err(error @ SendError::Refused) => {
            let (body, code) = (keys_json(entry), DeadLetterCode::Unplannable);
            move_to_dlq(relay, entry, body, code, error.to_string()).await
        }
        Err(error) => Err(OutboxError::Queue(error)),
        Ok(()) => {
            count(Count::Swept);
            let IndexEntry { order_key, event, .. } = entry;
            tracing::warn!(order_key, event, sweeps, ?progress, "queued again");
            // Only after SQS has accepted it: after a crash before this line, the next sweep finds the
            // entry where it was.
            let again = relay.clock.now_ms() + sweep_delay(relay.sweep_after_ms, sweeps);
            Outbox(&relay.tables).reschedule(entry, again).await
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
    json!({ "order_key": { "S": entry.order_key }, "event": { "S": entry.event } }).to_string()
}

async fn move_to_dlq(
    relay: &Relay,
    entry: &IndexEntry,
    body: String,
    code: DeadLetterCode,
    reason: String,
) -> Result<(), OutboxError> {
    let order = OrderKey::parse(&entry.order_key).ok();
    let dead_letter = DeadLetter { body, code, reason, order, kind: None };
    match relay.queues.dead_letters.move_message(dead_letter).await {
        // The dead letter first: a crash in between leaves the event in both places rather than in none.
        BatchItemOutcome::Ack => Outbox(&relay.tables).remove_from_index(entry).await,
        BatchItemOutcome::Retry => Err(OutboxError::DeadLetterQueue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE_MINUTES: i64 = 300_000;

    fn entry() -> IndexEntry {
        IndexEntry {
            order_key: "default/1001".to_owned(),
            event: "shop e-1".to_owned(),
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: Vec::new(),
            to: None,
            accepted_at: 0,
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
        assert_eq!(body, r#"{"event":{"S":"shop e-1"},"order_key":{"S":"default/1001"}}"#);
    }
}
