//! Taking slots: one conditional write for all mails of a batch, quiet shops' first.

use kit::ledger::LedgerError;

use super::item::GateItem;
use super::table::{Slots, Written};
use super::{HORIZON, Place, Round, SendGate, Turn, as_i64, micros};

/// After so many turns of quiet shops without one of a busy shop, a busy one may reach as far.
pub const MAX_PASSED_OVER: usize = 30;

/// A slot that has passed by more than this when DynamoDB's answer arrives is not used, in microseconds: mails
/// that are sent late come together with those of the slots that follow.
const MAX_LATENESS: i64 = 100_000;

/// How far ahead of now the first slot is at most, as a share of [`HORIZON`]: behind it must be room for others.
const MAX_LEAD: (i64, i64) = (3, 4);

/// How far ahead of now slots are taken, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// From then on, for any mail: the write takes so long.
    lead: i64,
    /// Until then, for a mail of a quiet shop.
    quiet: i64,
    /// Until then, for a mail of a busy shop.
    busy: i64,
}

/// The mails of a batch, by their places in it.
struct Plan {
    /// Those that take slots, in this order.
    takers: Vec<usize>,
    /// How many of the takers are of quiet shops.
    quiet: usize,
    /// The others.
    waiting: Vec<usize>,
}

impl SendGate {
    /// How far ahead slots are taken by a write with this `lead`, where none may be further away than `horizon`. A
    /// write that is slow needs what is otherwise left free for quiet shops.
    pub(super) fn reach(&self, lead: i64, horizon: i64) -> Reach {
        let reserved = horizon / 4;
        let is_overdue = self.known().passed_over >= MAX_PASSED_OVER;
        let busy = if is_overdue { horizon } else { (horizon - reserved).max(lead + reserved) };
        Reach { lead, quiet: horizon, busy: busy.min(horizon) }
    }

    /// How far ahead of now slots are taken: they must not have passed when DynamoDB has answered to this write and to
    /// that for the line, which may take a quarter longer than the last one.
    pub(super) fn lead(&self, horizon: i64) -> i64 {
        let write_time = self.known().write_time;
        let (share, of) = MAX_LEAD;
        (2 * (write_time + write_time / 4)).clamp(0, horizon / of * share)
    }

    /// Takes as many slots as there are within reach, and places in the line for the other mails.
    pub(super) async fn reserve(
        &self,
        item: &GateItem,
        append: bool,
        shops: &[&str],
        reach: Reach,
        now: &impl Fn() -> i64,
    ) -> Result<Round, LedgerError> {
        let (at, interval) = (now(), item.interval());
        let (from, max_next_at) = (at + reach.lead, item.max_next_at(at, micros(HORIZON)));
        let next_at = if item.next_at > max_next_at { from } else { item.next_at.max(from) };
        let room = |reach: i64| {
            let room = (at + reach - next_at).div_euclid(interval) + 1;
            usize::try_from(room).unwrap_or_default()
        };
        let plan = self.plan(shops, at, room(reach.quiet), room(reach.busy));
        let taken = plan.takers.len();
        if taken == 0 {
            let places = self.line_up(item, shops, at, || true).await;
            return Ok(Round::Done(places));
        }
        let span = interval * as_i64(taken);
        // The last slot is a busy shop's, if one takes any.
        let furthest = if plan.quiet < taken { reach.busy } else { reach.quiet };
        let latest = at + furthest - (span - interval);
        let slots = Slots { from, latest, span, max_next_at, rate: item.rate };
        let written =
            if append { self.table.append(slots).await? } else { self.table.begin(slots).await? };
        let answered = now();
        self.known().write_time = answered - at;
        let item = match written {
            Written::No(item) => {
                self.remember(&item, None);
                return Ok(Round::Again(item));
            }
            Written::Yes(item) => item,
        };
        self.remember(&item, Some(append));
        let first = item.next_at - span;
        // The next ones are taken further ahead: the write was slower than the last one.
        if first + MAX_LATENESS < answered {
            return Ok(Round::Again(item));
        }
        self.count_turns(&plan);
        let left: Vec<&str> = plan.waiting.iter().map(|mail| shops[*mail]).collect();
        let has_time = || now() + (answered - at) <= first + MAX_LATENESS;
        let later = self.line_up(&item, &left, at, has_time).await;
        let turn = |n| Place::Turn(Turn { slot: first + interval * as_i64(n), probe: None });
        Ok(Round::Done(plan.places((0..taken).map(turn).chain(later))))
    }

    /// Which mails take slots, where there is `room` for so many, and for `busy_room` of busy shops.
    fn plan(&self, shops: &[&str], now: i64, room: usize, busy_room: usize) -> Plan {
        let known = self.known();
        let is_busy = |mail: &usize| known.lines.is_busy(shops[*mail], now);
        let (busy, mut takers): (Vec<usize>, Vec<usize>) = (0..shops.len()).partition(is_busy);
        let mut waiting = takers.split_off(room.min(takers.len()));
        let quiet = takers.len();
        let (more, left) = busy.split_at(busy_room.saturating_sub(quiet).min(busy.len()));
        takers.extend(more);
        waiting.extend(left);
        Plan { takers, quiet, waiting }
    }

    fn count_turns(&self, plan: &Plan) {
        let mut known = self.known();
        let is_passed_over = plan.quiet == plan.takers.len();
        known.passed_over = if is_passed_over { known.passed_over + plan.quiet } else { 0 };
    }
}

impl Plan {
    /// The places of a batch's mails in their order, from those of the takers and then of the waiting.
    fn places(&self, places: impl Iterator<Item = Place>) -> Vec<Place> {
        let mails = self.takers.iter().chain(&self.waiting);
        let mut placed: Vec<(usize, Place)> = mails.copied().zip(places).collect();
        placed.sort_unstable_by_key(|(mail, _)| *mail);
        placed.into_iter().map(|(_, place)| place).collect()
    }
}
