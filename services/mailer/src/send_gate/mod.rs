//! The send gate: all mailers together keep to the account's send rate, and ask SES only while it takes mails.
//!
//! The gate is one item of the ledger's table ([`shared::send_gate`]). Before any claim, a batch takes a slot
//! for each of its mails with one conditional write. Slots are absolute times, evenly spaced at 98 % of the
//! account's rate, so that the mailers need not know how many they are. A mailer that dies leaves its slots
//! unused: at most ten. What this costs is one write unit a batch; a tenth of one a mail where batches are full.
//!
//! # Shops share the rate
//!
//! A shop is *quiet* or *busy* by the length of its own line: how long the account would need for its mails that have
//! found no slot and wait. Up to [`QUIET_LINE`] it is quiet, also while nothing is known of it. A quiet shop takes
//! slots up to [`HORIZON`] ahead, a busy one only up to three quarters of that. So however long a busy shop's line is,
//! the last quarter, a second, is left free for the others, and that second passes and comes anew: a quiet shop's
//! mails get a turn as fast as the rate allows. In a batch of several shops the quiet ones' mails take the first slots.
//! The order of a batch costs nothing: it is one write for all of them, as before.
//!
//! - **Where a shop's line is kept.** An item of its own for each shop that has had to wait, beside the gate's
//!   (`line#SHOP`; DynamoDB deletes it a day later), so that any number of shops fits, and the gate's item stays as it
//!   is. It is written only where mails wait, which costs a write anyway. A process remembers the lines that it has
//!   written; one that has just started takes a busy shop for a quiet one until its first mail without a slot.
//! - **Two lines.** A busy shop's mails stand in the common line, which runs at the account's rate. Where its own line,
//!   at the rate divided by the number of busy shops, is shorter, they stand in that: a shop with 200 mails does not
//!   stand behind one with 50,000. A quiet shop's mails stand in their own. Together the lines may be too fast, so that
//!   some mails come for nothing and stand in line again, each behind its own shop's. They are never too slow.
//!   The sweep looks at the common line only: a quiet shop's mails wait for seconds.
//! - **Nobody starves.** If quiet shops alone use up the rate, a mailer lets a busy one reach as far as they do after
//!   every [`MAX_PASSED_OVER`] of their turns.
//! - **Being received** comes before a turn, and is SQS's matter: each message names its shop as its group, and a
//!   *fair* queue delivers a quiet group's messages before those of one that uses up the consumers
//!   (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>). A copy that
//!   is requeued keeps the group. Where so few mailers run that the slots ahead are never all taken, as two at 14 a
//!   second, this alone decides.
//!
//! What follows, by the tests of `fair_send_rate`: while other shops have 50,000 mails, the last of ten mails of a quiet
//! shop is sent within 30 s of their publication at one mail a second, of which they need ten themselves, and within 15 s
//! at 14 and 200 a second; whether one shop is busy, or three, or a hundred. But while a hundred shops are just queueing
//! theirs, within 5 minutes. How long a busy shop waits is its backlog over its share of the rate.
//!
//! # Mails without a turn
//!
//! Slots are taken at most [`HORIZON`] ahead. A mail that finds none is requeued with a delay, without a claim.
//! Such mails stand in line, by a second counter that runs at the same rate: each is told to come again when it is its
//! turn to take a slot, and not all at once. New mails may be faster, so a mail may have to stand in line again. A batch
//! that finds no slots costs one more write for each of its shops, and one for the common line.
//!
//! # While SES takes no mail
//!
//! An answer for which the account is at fault ([`SendOutcome::AccountFault`]) closes the gate for the time that
//! the answer says, and so does an SES that gives several mails in a row no answer that proves anything (`silence`).
//! Until then every mail is requeued without a claim. Then one mailer wins the
//! conditional write that moves the end of the closure ahead by a lease; it sends one mail, the probe. Whatever
//! SES answers to it opens the gate, unless the account is still at fault, or the answer proves nothing. If SES
//! could not be asked, another mail is the probe a little later. If the probe dies, only its lease is lost.
//!
//! # An item that no mailer can have written
//!
//! A mailer whose clock is ahead, or somebody's hand, may leave times that lie too far ahead, or values of another
//! type. They count as absent (a closure: as over), and are replaced by the next write.

mod account_rate;
mod item;
mod known_lines;
mod line_up;
mod reserve;
mod silence;
mod table;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_sesv2::Client as Ses;
use jiff::SignedDuration;
use kit::ledger::LedgerError;

use crate::send_outcome::SendOutcome;
use account_rate::max_send_rate;
use item::{GateItem, Phase};
use known_lines::KnownLines;
use table::{GateTable, Written};

pub use known_lines::QUIET_LINE;
pub use reserve::MAX_PASSED_OVER;

/// How far ahead slots are taken: the longest wait inside an invocation.
///
/// It has to bridge the coming back of mails that stand in line: SQS delays by whole seconds, and the mapping
/// collects a batch for a second, so a mail comes up to 2 s late, and slots that are not taken by then are lost.
/// Longer waits only cost: a mailer of 256 MB waits for 0.0000033 USD a second, and a batch of ten that is
/// requeued instead costs 0.0000050 (10 sends, a receive, a delete, an invocation).
pub const HORIZON: Duration = Duration::from_secs(4);

/// Mails a second while the account's rate is not known: that of an account in the sandbox.
const FALLBACK_RATE: f64 = 1.0;

/// AWS may change an account's rate.
const RATE_IS_GOOD_FOR_MS: i64 = 900_000;

/// A later time for the next reading comes from a clock that was wrong.
const MAX_RATE_DUE_MS: i64 = RATE_IS_GOOD_FOR_MS + 60_000;

/// When the rate is read again after SES did not tell it.
const RATE_RETRY_MS: i64 = 10_000;

/// Mails that wait for SES come back at random within this time after it is over, in milliseconds.
const CLOSED_SPREAD_MS: u64 = 60_000;

/// Mails that wait for a probe come back after this time, and within the spread, in milliseconds.
const PROBE_RETRY_MS: i64 = 5_000;
const PROBE_SPREAD_MS: u64 = 10_000;

/// How often a refused write is tried anew with the item that refused it. Whoever tries most: the item has a
/// due rate (2 writes), a stale copy of it was known, and others took slots from now on at the same moment.
const MAX_ROUNDS: usize = 6;

/// A mail's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The mail may be sent.
    Turn(Turn),
    /// There is no free slot: come again then (milliseconds since 1970).
    Later(i64),
    /// SES takes no mails: come again then (milliseconds since 1970).
    Closed(i64),
}

/// A turn: the right to call SES once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Not before then (microseconds since 1970).
    pub slot: i64,
    /// The lease of a probe, if this is one.
    probe: Option<i64>,
}

impl Turn {
    /// One at `slot`; of a probe with this lease.
    #[cfg(test)]
    pub(crate) const fn new(slot: i64, probe: Option<i64>) -> Self {
        Self { slot, probe }
    }

    /// Whether this mail finds out whether SES takes mails again.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        self.probe.is_some()
    }
}

/// The gate, as one mailer process sees it.
#[derive(Debug)]
pub struct SendGate {
    table: GateTable,
    ses: Ses,
    fixed_rate: Option<f64>,
    probe_lease_ms: i64,
    known: Mutex<Known>,
}

/// What a process remembers, so that the next write is refused less often.
#[derive(Debug, Default)]
struct Known {
    item: GateItem,
    /// Whether the last slots that it took followed others.
    was_appended: bool,
    /// How long the last write took, in microseconds.
    write_time: i64,
    /// How long the shops' own lines are.
    lines: KnownLines,
    /// How many turns quiet shops have taken since a busy one got one.
    passed_over: usize,
}

/// A round of [`SendGate::take`].
enum Round {
    Done(Vec<Place>),
    /// Refused by this item.
    Again(GateItem),
}

impl SendGate {
    /// The gate in the ledger's `table`. `ses` tells the account's rate, unless `fixed_rate` replaces it. A probe
    /// that has no answer after `probe_lease` is dead; longer than the function's timeout.
    #[must_use]
    pub fn new(
        dynamodb: aws_sdk_dynamodb::Client,
        table: String,
        ses: Ses,
        fixed_rate: Option<f64>,
        probe_lease: SignedDuration,
    ) -> Self {
        Self {
            table: GateTable::new(dynamodb, table),
            ses,
            fixed_rate,
            probe_lease_ms: i64::try_from(probe_lease.as_millis()).unwrap_or(i64::MAX / 2),
            known: Mutex::default(),
        }
    }

    /// Takes a place for a mail of each of these `shops`, in their order. No slot is further away than `max_wait` or
    /// [`HORIZON`]. `now` reads the clock (microseconds since 1970).
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer: there is no turn then. Slots that it took nevertheless stay
    /// unused.
    pub async fn take(
        &self,
        shops: &[&str],
        max_wait: Duration,
        now: impl Fn() -> i64,
    ) -> Result<Vec<Place>, LedgerError> {
        let (count, horizon) = (shops.len(), micros(max_wait.min(HORIZON)));
        let (mut item, mut append) = self.last_known();
        let mut lead = self.lead(horizon);
        for _ in 0..MAX_ROUNDS {
            let at = now();
            let round = match item.phase(at / 1000) {
                Phase::Closed(until) => Round::Done(closed(until, count)),
                Phase::Probing => Round::Done(probing(at / 1000, count)),
                Phase::ProbeDue => self.probe(at, count).await?,
                Phase::Open if self.must_refresh(&item, at / 1000) => {
                    Round::Again(self.refresh(at / 1000).await?)
                }
                Phase::Open => {
                    let reach = self.reach(lead, horizon);
                    self.reserve(&item, append, shops, reach, &now).await?
                }
            };
            match round {
                Round::Done(places) => return Ok(places),
                Round::Again(newer) => {
                    item = newer;
                    lead = lead.max(self.lead(horizon));
                    let from = now() + lead;
                    append =
                        (from..=item.max_next_at(from, micros(HORIZON))).contains(&item.next_at);
                }
            }
        }
        let at = now() / 1000;
        Ok((0..count).map(|_| Place::Later(at + 1_000 + spread(2_000))).collect())
    }

    /// Until when SES takes no mails, as far as this process knows (milliseconds since 1970). A batch learns it
    /// from the first of its mails.
    pub fn closed_until(&self, now: i64) -> Option<i64> {
        match self.known().item.phase(now) {
            Phase::Closed(until) => Some(until + spread(CLOSED_SPREAD_MS)),
            _ => None,
        }
    }

    /// Closes the gate if the answer says that SES takes no mails, or there was none to several mails in a row, and
    /// opens it if `turn` was the probe and SES takes them. `now` in milliseconds since 1970. What cannot be written is logged: the next answer tells.
    pub async fn report(&self, turn: Turn, outcome: &SendOutcome, now: i64) {
        let written = match (outcome, turn.probe) {
            (SendOutcome::AccountFault { code, retry_after }, probe) => {
                let until = now + i64::try_from(retry_after.as_millis()).unwrap_or(i64::MAX / 2);
                if !self.is_news(until, code, now) {
                    return;
                }
                tracing::error!(code, "SES takes no mail: all mails wait");
                self.table.close(now, until, code, probe).await
            }
            // Proves nothing. Opened, the gate would let all mails go in doubt.
            (SendOutcome::Ambiguous { .. }, probe) => {
                return self.note_unanswered(probe, now).await;
            }
            (SendOutcome::Accepted { .. }, None) => return self.note_acceptance().await,
            (_, None) => return,
            // SES was not asked. The next probe is, once this one's mail would be tried again.
            (SendOutcome::Retryable { retry_after, .. }, Some(lease)) if outcome.is_unasked() => {
                let wait = i64::try_from(retry_after.as_millis()).unwrap_or(i64::MAX / 2);
                self.table.return_probe(lease, now + wait).await
            }
            (_, Some(lease)) => self.table.open(lease).await,
        };
        self.log(written);
    }

    /// Gives back a turn with which SES was not called. Its slot stays unused, but another mail may be the probe.
    pub async fn give_back(&self, turn: Turn, now: i64) {
        if let Some(lease) = turn.probe {
            let written = self.table.return_probe(lease, now).await;
            self.log(written);
        }
    }

    /// Remembers that the gate is closed. False if this process knew.
    fn is_news(&self, until: i64, code: &str, now: i64) -> bool {
        let mut known = self.known();
        let is_news = !matches!(known.item.phase(now), Phase::Closed(_));
        if is_news {
            known.item.closed_until = Some(until);
            known.item.closed_reason = Some(code.to_owned());
            known.item.probe_until = None;
        }
        is_news
    }

    fn log(&self, written: Result<Written, LedgerError>) {
        match written {
            Ok(written) => self.remember(written.item(), None),
            Err(error) => tracing::warn!(%error, "the send gate could not be written"),
        }
    }

    /// Takes the probe, for the first mail; the others wait for its answer.
    async fn probe(&self, now: i64, count: usize) -> Result<Round, LedgerError> {
        let lease = now / 1000 + self.probe_lease_ms;
        let written = self.table.lease_probe(now / 1000, lease).await?;
        self.remember(written.item(), None);
        Ok(match written {
            Written::No(item) => Round::Again(item),
            Written::Yes(_) => {
                let mut places = vec![Place::Turn(Turn { slot: now, probe: Some(lease) })];
                places.extend(probing(now / 1000, count - 1));
                Round::Done(places)
            }
        })
    }

    fn must_refresh(&self, item: &GateItem, now: i64) -> bool {
        match self.fixed_rate {
            Some(rate) => (item.rate - rate).abs() > f64::EPSILON,
            None => {
                item.rate <= 0.0 || item.rate_due <= now || item.rate_due > now + MAX_RATE_DUE_MS
            }
        }
    }

    /// Reads the rate, if no other mailer does. A process that has just started learns the rate by the refusal.
    async fn refresh(&self, now: i64) -> Result<GateItem, LedgerError> {
        let written = if let Some(rate) = self.fixed_rate {
            // Due at once where the rate is no longer fixed.
            self.table.store_rate(rate, 0).await?
        } else {
            let (until, max) = (now + RATE_RETRY_MS, now + MAX_RATE_DUE_MS);
            let leased = self.table.lease_rate(now, max, until, FALLBACK_RATE).await?;
            let rate = match leased {
                Written::Yes(_) => max_send_rate(&self.ses).await,
                Written::No(_) => None,
            };
            match rate {
                Some(rate) => self.table.store_rate(rate, now + RATE_IS_GOOD_FOR_MS).await?,
                // There is one, but none that mails could be sent at.
                None if leased.item().rate <= 0.0 => {
                    self.table.store_rate(FALLBACK_RATE, until).await?
                }
                None => leased,
            }
        };
        self.remember(written.item(), None);
        Ok(written.item().clone())
    }

    /// The item as this process last saw it, and whether slots are likely to follow others.
    fn last_known(&self) -> (GateItem, bool) {
        let Known { item, was_appended, .. } = &*self.known();
        let mut item = item.clone();
        // A probe may have been answered since, or an operator may have asked for one. So the probe is tried for: the
        // write is refused if it is not due, with the item as it is now.
        if item.closed_until.is_some() {
            item.closed_until = Some(0);
        }
        (item, *was_appended)
    }

    fn remember(&self, item: &GateItem, was_appended: Option<bool>) {
        let mut known = self.known();
        known.item = item.clone();
        known.was_appended = was_appended.unwrap_or(known.was_appended);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed(until: i64, count: usize) -> Vec<Place> {
    (0..count).map(|_| Place::Closed(until + spread(CLOSED_SPREAD_MS))).collect()
}

fn probing(now: i64, count: usize) -> Vec<Place> {
    let place = |_| Place::Closed(now + PROBE_RETRY_MS + spread(PROBE_SPREAD_MS));
    (0..count).map(place).collect()
}

/// At random, at least 0 and below `end`.
fn spread(end: u64) -> i64 {
    let random = uuid::Uuid::new_v4().as_u64_pair().1 % end;
    i64::try_from(random).unwrap_or_default()
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 1_000_000_000)
}
