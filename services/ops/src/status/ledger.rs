//! What became of the last 24 hours' events. The ledger has no index by time, and needs none for
//! its work; the sweep index has one, so this walks the events and looks their records up.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use relay::Entry;
use serde::Serialize;
use shared::ledger::State;
use shared::outbox::{BUCKET_MS, MAX_SWEEP_DELAY_MS};

use crate::aws::Stack;
use crate::error::CliError;
use crate::outbox::entries;
use crate::store::{Key, records};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An event that was not decided after this time is late.
pub const LATE_MS: i64 = 10 * 60 * 1000;

/// A mail that waits for so long after it was due waits for nothing.
const STUCK_MS: i64 = 60 * 60 * 1000;

/// Counts over the last 24 hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LastDay {
    /// Events looked at.
    pub events: usize,
    /// Whether there were more than were to be looked at.
    pub more: bool,
    /// Mails by state.
    pub states: BTreeMap<String, usize>,
    /// Events that the ledger has not seen.
    pub undecided: usize,
    /// Of these, accepted more than ten minutes ago or queued again by the sweep.
    pub late: usize,
    /// Mails that were due more than an hour ago and are still planned.
    pub stuck: usize,
}

/// Counts, the latest events first, at most `most`.
///
/// # Errors
/// [`CliError::Service`] when a table does not answer.
pub async fn last_day(stack: &Stack, most: usize) -> Result<LastDay, CliError> {
    let now = Timestamp::now().as_millisecond();
    let since = now - DAY_MS;
    let tables = stack.tables();
    let mut day = LastDay::default();
    let mut seen: HashSet<Key> = HashSet::new();
    let mut hour = now + MAX_SWEEP_DELAY_MS;
    while hour >= since.div_euclid(BUCKET_MS) * BUCKET_MS {
        let start = hour.div_euclid(BUCKET_MS) * BUCKET_MS;
        let end = start + BUCKET_MS - 1;
        let found = entries(&tables, start, start.max(since), end).await?;
        day.more = day.events + found.len() > most;
        let found = latest(found, most - day.events);
        day.events += found.len();
        let keys: Vec<(Key, i64)> = found
            .into_iter()
            .map(|entry| ((entry.order_id, entry.ledger_key), entry.sweep_at))
            .filter(|(key, _)| seen.insert(key.clone()))
            .collect();
        count(stack, &keys, now, &mut day).await?;
        if day.more {
            break;
        }
        hour = start - 1;
    }
    Ok(day)
}

/// The latest `most`. The index answers partition by partition, in no order of time.
fn latest(mut entries: Vec<Entry>, most: usize) -> Vec<Entry> {
    entries.sort_by_key(|entry| Reverse(entry.sweep_at));
    entries.truncate(most);
    entries
}

async fn count(
    stack: &Stack,
    keys: &[(Key, i64)],
    now: i64,
    day: &mut LastDay,
) -> Result<(), CliError> {
    let known = records(stack, keys.iter().map(|(key, _)| key.clone())).await?;
    for (key, sweep_at) in keys {
        match known.get(key) {
            Some(item) => {
                *day.states.entry(item.state.clone()).or_default() += 1;
                let is_due = item.since.max(item.not_before) < now - STUCK_MS;
                let is_planned = item.state() == Some(State::Planned);
                day.stuck += usize::from(is_planned && is_due);
            }
            None => {
                day.undecided += 1;
                let is_late = *sweep_at > now || now - sweep_at > LATE_MS;
                day.late += usize::from(is_late);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_more_events_than_are_looked_at_the_latest_are() {
        let entry = |sweep_at| Entry {
            order_id: "1001".to_owned(),
            event: format!("https://shop.example/orders e-{sweep_at}"),
            ledger_key: "order.confirmed##customer".to_owned(),
            sweep_at,
        };
        let kept = latest([2, 5, 1, 4, 3].map(entry).into(), 3);
        assert_eq!(kept.iter().map(|entry| entry.sweep_at).collect::<Vec<_>>(), [5, 4, 3]);
    }
}
