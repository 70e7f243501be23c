//! Standing in line: when the mails without a turn are told to come again.

use std::collections::{BTreeMap, BTreeSet};

use super::item::GateItem;
use super::known_lines::QUIET_LINE;
use super::table::{Line, Written};
use super::{HORIZON, Place, RATE_RETRY_MS, SendGate, as_i64, micros, spread};

/// By how much a mail comes back from the line before its slot is due, in microseconds. It then finds slots that
/// are taken for at most the rest of [`HORIZON`], and the mails behind it have time to be late.
const EARLY: i64 = 3_000_000;

/// How long a line may be, in microseconds. SQS delays by 15 minutes at most; mails for which the line is too
/// long come back at random in the last five of them, when it has become shorter.
const MAX_LINE: i64 = 600_000_000;

/// Mails that could not be told when to come come at random within this time, in milliseconds.
const UNTOLD_SPREAD_MS: u64 = 300_000;

/// A quiet shop's: its line is no longer.
const UNTOLD_QUIET_SPREAD_MS: u64 = QUIET_LINE.unsigned_abs() / 1000;

/// Where some mails of a batch stand.
#[derive(Debug, Clone, Copy)]
enum Standing {
    /// In line: the first of them has this place (microseconds since 1970).
    At(i64),
    /// The line is too long.
    Outside,
    /// The line could not be written.
    Untold,
}

/// The mails of one shop in a batch, and the line that they stand in.
#[derive(Debug, Clone, Copy)]
struct Group {
    count: usize,
    is_quiet: bool,
    /// `None` in the common line. Otherwise, the shop's own line is slower than the account's rate by this factor.
    stretch: Option<i64>,
}

/// What standing in line depends on, at one moment.
#[derive(Debug, Clone, Copy)]
struct Moment {
    now: i64,
    /// When a line begins in which nobody stands.
    from: i64,
    /// A line that ends later comes from a clock that was wrong.
    max: i64,
    /// The time from one place to the next.
    interval: i64,
}

impl SendGate {
    /// When a mail of each of these `shops`, which have no turn, is to come again, in their order. If the lines cannot
    /// be written, or there is no time for that before the slots of other mails, at random.
    pub(super) async fn line_up(
        &self,
        item: &GateItem,
        shops: &[&str],
        now: i64,
        has_time: impl Fn() -> bool,
    ) -> Vec<Place> {
        // The rate is about to be known, and probably higher than the one that the line would run at.
        if !item.rate_was_read && self.fixed_rate.is_none() {
            let at = now / 1000 + RATE_RETRY_MS;
            return shops.iter().map(|_| Place::Later(at + spread(1_000))).collect();
        }
        let (from, max) = (now + micros(HORIZON), now + 2 * MAX_LINE);
        let moment = Moment { now, from, max, interval: item.interval() };
        let groups = self.groups(item, shops, moment);
        let in_common = groups.values().filter(|group| group.stretch.is_none());
        let in_common = in_common.map(|group| group.count).sum();
        // At the same time: all before the slots of the other mails.
        let own = groups.iter().map(async |(shop, group)| {
            let end = self.known().lines.end(shop);
            (*shop, self.stand(Line::Shop(shop), end, group.count, moment, &has_time).await)
        });
        let common = self.stand(Line::Common, item.line_at, in_common, moment, &has_time);
        let (own, common) = tokio::join!(futures::future::join_all(own), common);
        let own: BTreeMap<&str, Standing> = own.into_iter().collect();
        // Shops that turned out to be busy: the common line tells the sweep how long mails wait.
        let is_late = self.latecomers(shops, &groups, moment);
        let count = shops.iter().filter(|shop| is_late.contains(*shop)).count();
        let common_end = self.known().item.line_at;
        let late = self.stand(Line::Common, common_end, count, moment, &has_time).await;
        let mut ahead: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        let mut places = Vec::with_capacity(shops.len());
        for shop in shops {
            let group = groups[shop];
            let is_late = is_late.contains(shop) && matches!(late, Standing::At(_));
            let (line, standing) = match group.stretch {
                _ if is_late => ("", late),
                None => ("", common),
                Some(_) => (*shop, own[shop]),
            };
            let ahead = ahead.entry((line, is_late)).or_default();
            places.push(Place::Later(moment.comes_at(standing, group, *ahead)));
            *ahead += 1;
        }
        places
    }

    /// The shops that were taken for quiet and belong into the common line.
    fn latecomers<'a>(
        &self,
        shops: &[&'a str],
        groups: &BTreeMap<&'a str, Group>,
        moment: Moment,
    ) -> BTreeSet<&'a str> {
        let item = self.known().item.clone();
        let now = self.groups(&item, shops, moment);
        let is_late = |shop: &&str| groups[shop].is_quiet && now[shop].stretch.is_none();
        now.keys().copied().filter(is_late).collect()
    }

    /// The mails by shop, and where they stand.
    fn groups<'a>(
        &self,
        item: &GateItem,
        shops: &[&'a str],
        moment: Moment,
    ) -> BTreeMap<&'a str, Group> {
        let known = self.known();
        let busy_shops = known.lines.busy_shops(moment.now);
        let common = moment.length(item.line_at);
        let mut groups = BTreeMap::new();
        for shop in shops {
            let new = || {
                let is_quiet = !known.lines.is_busy(shop, moment.now);
                let own = moment.length(known.lines.end(shop)).saturating_mul(busy_shops);
                let stretch = if is_quiet { Some(1) } else { Some(busy_shops) };
                let stretch = stretch.filter(|_| is_quiet || own <= common);
                Group { count: 0, is_quiet, stretch }
            };
            groups.entry(*shop).or_insert_with(new).count += 1;
        }
        groups
    }

    /// Appends `count` places to a line that is believed to end at `end`. A shop's own line is also the count of its
    /// mails that wait, wherever they stand.
    async fn stand(
        &self,
        line: Line<'_>,
        end: i64,
        count: usize,
        moment: Moment,
        has_time: &impl Fn() -> bool,
    ) -> Standing {
        let Moment { now, from, max, interval } = moment;
        let in_line = |at: i64| if at > max { 0 } else { at };
        let mut line_at = in_line(end);
        let span = interval * as_i64(count);
        // Twice: a line that was refused is no longer where it was.
        for _ in 0..2 {
            if count == 0 || line_at > now + MAX_LINE || !has_time() {
                break;
            }
            let written = if line_at > from {
                self.table.extend_line(line, from, max, span).await
            } else {
                self.table.begin_line(line, from, max, span).await
            };
            match written {
                Ok(written) => {
                    self.learn(line, written.item(), now);
                    line_at = in_line(written.item().line_at);
                    if matches!(written, Written::Yes(_)) {
                        return Standing::At(line_at - span);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "no place in the line");
                    break;
                }
            }
        }
        if line_at > now + MAX_LINE { Standing::Outside } else { Standing::Untold }
    }

    fn learn(&self, line: Line<'_>, item: &GateItem, now: i64) {
        match line {
            Line::Common => self.remember(item, None),
            Line::Shop(shop) => self.known().lines.learn(shop, item.line_at, now),
        }
    }
}

impl Moment {
    /// How long a line is that ends then.
    fn length(&self, end: i64) -> i64 {
        if end > self.max { 0 } else { (end - self.from).max(0) }
    }

    /// When a mail of the group comes again that has so many of the batch's `ahead` of it in its line (milliseconds
    /// since 1970).
    fn comes_at(&self, standing: Standing, group: Group, ahead: usize) -> i64 {
        let now = self.now / 1000;
        let outside = MAX_LINE / 1000 + spread(UNTOLD_SPREAD_MS);
        match standing {
            Standing::At(first) => {
                let place = first + self.interval * as_i64(ahead) - self.from;
                let place = place.saturating_mul(group.stretch.unwrap_or(1));
                if place > MAX_LINE { now + outside } else { (self.from + place - EARLY) / 1000 }
            }
            Standing::Outside => now + outside,
            Standing::Untold => {
                let within = if group.is_quiet { UNTOLD_QUIET_SPREAD_MS } else { UNTOLD_SPREAD_MS };
                now + 1_000 + spread(within)
            }
        }
    }
}
