//! The states of the last 24 hours' mails. The ledger has no index by time; the sweep index has one, so
//! this reads the events from it and looks up their records.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use kit::ledger::Item;
use relay::IndexEntry;
use serde::Serialize;
use shared::ledger::State;
use shared::outbox::{BUCKET_MS, MAX_SWEEP_DELAY_MS};

use super::hours::{Hours, TimeToSend};
use crate::aws::Stack;
use crate::error::CliError;
use crate::notification::due_since;
use crate::order_name::OrderName;
use crate::outbox::entries;
use crate::output::{as_optional_rfc3339, counted};
use crate::store::{Key, ledger_keys, records};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An event that is undecided for longer is late.
const LATE_MS: i64 = 10 * 60 * 1000;

/// An event that seems to be accepted this much later than the reading began is new: it came while the day was read, or
/// intake's clock is ahead of this machine's.
const NEW_MS: i64 = 2 * 60 * 1000;

/// A mail that was due for longer is overdue: by then, relay's sweep has queued it again, and it should have
/// been sent.
const OVERDUE_MS: i64 = 15 * 60 * 1000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LastDay {
    /// How many events were counted.
    pub events: usize,
    /// Whether there are more.
    pub more: bool,
    /// Where there are: since when all were counted, as the sweep's index dates them.
    #[serde(
        rename = "counted_since",
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_optional_rfc3339"
    )]
    pub cut_at: Option<i64>,
    /// Mails by state.
    pub states: BTreeMap<String, usize>,
    /// Mails that bounced as SES counts it for an account's reputation; told with that.
    #[serde(skip)]
    pub counted_bounces: usize,
    /// Events that the ledger has no record of.
    pub undecided: usize,
    /// Of these, accepted more than ten minutes ago or queued again by the sweep.
    pub late: usize,
    /// Mails that are planned or being sent although a mailer should have moved them on 15 minutes ago.
    pub overdue: usize,
    /// Mails by state and hour.
    #[serde(skip_serializing_if = "Hours::is_empty")]
    pub hours: Hours,
    /// Of the mails that SES accepted. `None` without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_send: Option<TimeToSend>,
    /// The orders of the mails that need a person, by state; overdue ones under `overdue`. Without those of which the same
    /// news went to a corrected address.
    pub orders: BTreeMap<String, BTreeSet<OrderName>>,
}

/// The states about which a person may have to do something, or is asked.
const NAMED: [State; 4] = [State::Failed, State::InDoubt, State::Bounced, State::Complained];

impl LastDay {
    /// The time that everything here is of, as the end of a phrase: `in 24 hours`, or less where there are more events.
    pub fn span(&self) -> String {
        self.cut_at.map_or_else(|| "in 24 hours".to_owned(), since)
    }

    /// That not all of the day's events were counted; `None` where they were.
    pub fn omission(&self) -> Option<String> {
        let cut_at = self.cut_at?;
        Some(format!(
            "only the latest {} ({}) were looked at; older problems may be missing",
            counted(self.events, "event"),
            since(cut_at)
        ))
    }

    /// Counts the mail of one recipient. `now` in milliseconds since 1970.
    fn count_mail(&mut self, item: &Item, now: i64) {
        *self.states.entry(item.state.clone()).or_default() += 1;
        self.hours.add(item.accepted_at, &item.state);
        self.counted_bounces += usize::from(is_counted_bounce(item));
        let is_overdue = due_since(item, now).is_some_and(|due| now - due > OVERDUE_MS);
        self.overdue += usize::from(is_overdue);
        if is_overdue {
            self.name_order("overdue", &item.order_key);
        }
        let is_settled = item.readdressed_to.is_some();
        if !is_settled && item.state().is_some_and(|state| NAMED.contains(&state)) {
            self.name_order(&item.state, &item.order_key);
        }
    }

    fn name_order(&mut self, state: &str, order_key: &str) {
        let orders = self.orders.entry(state.to_owned()).or_default();
        orders.insert(OrderName::from_key(order_key));
    }
}

/// Counts the latest `max` events, hour by hour from the latest on.
pub async fn last_day(stack: &Stack, max: usize) -> Result<LastDay, CliError> {
    let now = Timestamp::now().as_millisecond();
    let since = now - DAY_MS;
    let tables = stack.tables();
    let hour_of = |milliseconds: i64| milliseconds.div_euclid(BUCKET_MS);
    let mut day = LastDay::default();
    // Two events may ask for the same mail.
    let mut counted: HashSet<Key> = HashSet::new();
    let mut times_to_send = Vec::new();
    // Relay's sweep moves entries ahead, so the latest may lie in the future.
    for hour in (hour_of(since)..=hour_of(now + MAX_SWEEP_DELAY_MS)).rev() {
        let start = hour * BUCKET_MS;
        let end = start + BUCKET_MS - 1;
        let mut found = entries(&tables, start, start.max(since), end).await?;
        found.retain(|entry| stack.shows_shop(&OrderName::from_key(&entry.order_key).shop));
        day.more = day.events + found.len() > max;
        let found = latest(found, max - day.events);
        if day.more {
            // The sweep moves entries ahead, and then all that were counted may be of the future.
            day.cut_at = Some(found.last().map_or(end, |entry| entry.sweep_at).min(now));
        }
        day.events += found.len();
        let mails = new_mails(stack, &found, &mut counted, now, &mut day).await?;
        times_to_send.extend(mails.iter().filter_map(time_to_send));
        mails.iter().for_each(|item| day.count_mail(item, now));
        if day.more {
            break;
        }
    }
    day.time_to_send = TimeToSend::new(times_to_send);
    Ok(day)
}

/// `since 28 Nov, 06:41 UTC`, of milliseconds since 1970.
pub fn since(milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    at.strftime("since %-d %b, %H:%M UTC").to_string()
}

/// From when the event was accepted until SES accepted the mail, in milliseconds; `None` where it has not, and of a mail
/// that waited for an operator.
fn time_to_send(item: &Item) -> Option<i64> {
    let sent_at = item.sent_at.filter(|_| item.asked_by.is_none())?;
    Some((sent_at - item.accepted_at).max(0))
}

/// The index returns partition by partition, so not in the order of time.
fn latest(mut entries: Vec<IndexEntry>, max: usize) -> Vec<IndexEntry> {
    entries.sort_by_key(|entry| Reverse(entry.sweep_at));
    entries.truncate(max);
    entries
}

/// Counts the events, and returns their mails' records, without those that were counted before.
async fn new_mails(
    stack: &Stack,
    entries: &[IndexEntry],
    counted: &mut HashSet<Key>,
    now: i64,
    day: &mut LastDay,
) -> Result<Vec<Item>, CliError> {
    let mut records = records(stack, entries.iter().flat_map(ledger_keys)).await?;
    let mut mails = Vec::new();
    for entry in entries {
        let mut is_undecided = false;
        for key in ledger_keys(entry).filter(|key| counted.insert(key.clone())) {
            match records.remove(&key) {
                Some(item) => mails.push(item),
                None => is_undecided = true,
            }
        }
        if is_undecided {
            day.undecided += 1;
            day.late += usize::from(is_late(entry.sweep_at, now));
        }
    }
    Ok(mails)
}

/// Whether an undecided event is late by its place in the sweep's index, in milliseconds since 1970.
fn is_late(sweep_at: i64, now: i64) -> bool {
    // What lies further ahead was queued again by relay's sweep, which moved it.
    !(now - LATE_MS..=now + NEW_MS).contains(&sweep_at)
}

/// Whether SES counts the bounce: those for good, but of addresses that are on the account's suppression list
/// (<https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types>).
fn is_counted_bounce(item: &Item) -> bool {
    let reason = item.reason.as_deref().unwrap_or_default();
    item.state() == Some(State::Bounced)
        && reason.starts_with("Permanent/")
        && reason != "Permanent/OnAccountSuppressionList"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_came_while_the_day_was_read_is_not_late_and_one_that_was_swept_is() {
        let now = 1_764_000_000_000;
        let minutes = |count: i64| now + count * 60_000;
        for (sweep_at, expected) in [
            (minutes(-11), true),
            (minutes(-9), false),
            (minutes(0), false),
            (minutes(1), false),
            (minutes(5), true),
        ] {
            assert_eq!(is_late(sweep_at, now), expected, "{}", sweep_at - now);
        }
    }

    #[test]
    fn a_mail_that_went_to_a_corrected_address_needs_nobody_any_more() {
        let bounced = |order: &str, readdressed_to: Option<&str>| Item {
            order_key: order.to_owned(),
            state: State::Bounced.to_string(),
            readdressed_to: readdressed_to.map(str::to_owned),
            ..Item::default()
        };
        let mut day = LastDay::default();
        day.count_mail(&bounced("default/1001", None), 0);
        day.count_mail(&bounced("default/1002", Some("hash")), 0);
        assert_eq!(day.states["bounced"], 2);
        let named: Vec<_> = day.orders["bounced"].iter().map(|order| order.id.as_str()).collect();
        assert_eq!(named, ["1001"]);
    }

    #[test]
    fn only_bounces_for_good_count_for_the_reputation() {
        let counts = |state: State, reason: Option<&str>| {
            let (state, reason) = (state.to_string(), reason.map(str::to_owned));
            is_counted_bounce(&Item { state, reason, ..Item::default() })
        };
        for (reason, expected) in [
            (Some("Permanent/General"), true),
            (Some("Permanent/NoEmail"), true),
            (Some("Permanent/Suppressed"), true),
            (Some("Permanent/OnAccountSuppressionList"), false),
            (Some("Transient/MailboxFull"), false),
            (Some("Undetermined/Undetermined"), false),
            (Some("rejected"), false),
            (None, false),
        ] {
            assert_eq!(counts(State::Bounced, reason), expected, "{reason:?}");
        }
        assert!(!counts(State::Delivered, Some("Permanent/General")));
    }

    #[test]
    fn of_more_events_than_are_counted_the_latest_are() {
        let entry = |sweep_at| IndexEntry {
            order_key: "default/1001".to_owned(),
            event: format!("https://shop.example/orders e-{sweep_at}"),
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: Vec::new(),
            to: None,
            accepted_at: 0,
            sweep_at,
        };
        let kept = latest([2, 5, 1, 4, 3].map(entry).into(), 3);
        assert_eq!(kept.iter().map(|entry| entry.sweep_at).collect::<Vec<_>>(), [5, 4, 3]);
    }
}
