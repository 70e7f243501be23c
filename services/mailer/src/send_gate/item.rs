//! The send gate's item.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::send_gate::{CLOSED_REASON, CLOSED_UNTIL, LINE_AT, MAX_CLOSED_MS};

/// The attribute of [`GateItem::next_at`].
pub const NEXT_AT: &str = "next_at";
/// The attribute of [`GateItem::rate`].
pub const RATE: &str = "send_rate";
/// The attribute of [`GateItem::rate_due`].
pub const RATE_DUE: &str = "rate_due";
/// The attribute of [`GateItem::rate_was_read`].
pub const RATE_WAS_READ: &str = "send_rate_was_read";
/// The attribute of [`GateItem::probe_until`].
pub const PROBE_UNTIL: &str = "probe_until";

/// The attribute of [`GateItem::unanswered`].
pub const UNANSWERED: &str = "unanswered";
/// The attribute of [`GateItem::unanswered_at`].
pub const UNANSWERED_AT: &str = "unanswered_at";

/// Mails go out at this share of the account's rate. What is left absorbs that calls take unequally long from
/// their slot to SES, and that clocks differ: 2 % of a second are 20 ms.
const PACE: f64 = 0.98;

/// Rates of which an item tells another one were not written by a mailer (mails a second).
const POSSIBLE_RATES: RangeInclusive<f64> = 0.001..=1_000_000.0;

/// How far the clock of the mailer that wrote the item may be ahead, in microseconds.
const MAX_CLOCK_SKEW: i64 = 60_000_000;

/// The item as a mailer last saw it. Attributes that are absent are 0 or `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GateItem {
    /// The time of the next free slot (microseconds since 1970). It never goes back.
    pub next_at: i64,
    /// Until when the mails without a turn are told to come again (microseconds since 1970).
    pub line_at: i64,
    /// The account's mails per second; 0 if unknown.
    pub rate: f64,
    /// Whether SES, or a setting, has ever told the rate: otherwise it is a guess.
    pub rate_was_read: bool,
    /// From when on the rate is to be read again (milliseconds since 1970).
    pub rate_due: i64,
    /// Until when no mail is sent (milliseconds since 1970); `None` while SES takes mails.
    pub closed_until: Option<i64>,
    /// SES's code for why.
    pub closed_reason: Option<String>,
    /// While a probe is under way, when its lease expires. [`GateItem::closed_until`] is the same then.
    pub probe_until: Option<i64>,
    /// How many mails in a row SES gave no answer to that proves anything: since it last accepted one.
    pub unanswered: i64,
    /// When the last of them got none (milliseconds since 1970).
    pub unanswered_at: i64,
}

/// What the gate allows at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// SES takes mails.
    Open,
    /// No mail is sent before then (milliseconds since 1970).
    Closed(i64),
    /// A probe is under way, and its answer decides.
    Probing,
    /// Nobody may send but one probe, which sets `closed_until` to its lease.
    ProbeDue,
}

impl GateItem {
    /// Reads the item. An attribute of another type counts as absent, here and in the conditions of all writes: it is
    /// replaced when it is next written.
    pub fn read(item: &HashMap<String, AttributeValue>) -> Self {
        Self {
            next_at: time(item, NEXT_AT).unwrap_or_default(),
            line_at: time(item, LINE_AT).unwrap_or_default(),
            rate: number(item, RATE).filter(|r| POSSIBLE_RATES.contains(r)).unwrap_or_default(),
            rate_was_read: item.contains_key(RATE_WAS_READ),
            rate_due: time(item, RATE_DUE).unwrap_or_default(),
            closed_until: time(item, CLOSED_UNTIL),
            closed_reason: item.get(CLOSED_REASON).and_then(|v| v.as_s().ok()).cloned(),
            probe_until: time(item, PROBE_UNTIL),
            unanswered: time(item, UNANSWERED).unwrap_or_default().max(0),
            unanswered_at: time(item, UNANSWERED_AT).unwrap_or_default(),
        }
    }

    /// What the gate allows at `now` (milliseconds since 1970).
    pub fn phase(&self, now: i64) -> Phase {
        match self.closed_until {
            None => Phase::Open,
            // Also where it is closed for longer than any answer says: an item that was written by a wrong clock, or by
            // hand. The probe's lease replaces it.
            Some(until) if until <= now || until > now.saturating_add(MAX_CLOSED_MS) => {
                Phase::ProbeDue
            }
            Some(_) if self.probe_until.is_some() => Phase::Probing,
            Some(until) => Phase::Closed(until),
        }
    }

    /// The latest time of the next free slot that mailers leave behind at `now`: slots are taken up to `horizon`
    /// ahead. A later one comes from a clock that was wrong. All in microseconds (since 1970).
    pub fn max_next_at(&self, now: i64, horizon: i64) -> i64 {
        now.saturating_add(horizon + MAX_CLOCK_SKEW).saturating_add(self.interval())
    }

    /// The time from one slot to the next, in microseconds, rounded up: never faster than the rate.
    pub fn interval(&self) -> i64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "at most about 10^9: POSSIBLE_RATES; saturates where there is none"
        )]
        let interval = (1_000_000.0 / (self.rate * PACE)).ceil() as i64;
        interval
    }
}

/// A fraction is rounded down, and what is out of range is the nearest that is not. Every condition that a mailer writes
/// about such a value is a comparison, so it holds for the value as it is stored too.
fn time(item: &HashMap<String, AttributeValue>, name: &str) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    number::<i64>(item, name).or_else(|| number::<f64>(item, name).map(|at| at.floor() as i64))
}

fn number<T: FromStr>(item: &HashMap<String, AttributeValue>, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_below_the_rate_and_within_5_percent_of_it() {
        for rate in [0.01, 0.5, 1.0, 1.5, 14.0, 200.0, 2_000.0, 100_000.0] {
            #[expect(clippy::cast_precision_loss, reason = "below 2^52")]
            let pace = 1e6 / GateItem { rate, ..GateItem::default() }.interval() as f64;
            assert!(pace < rate, "{rate}: {pace}");
            // Above 5,000 a second, whole microseconds are too coarse for that; one item takes 1,000 writes.
            assert!(rate > 5_000.0 || pace > 0.95 * rate, "{rate}: {pace}");
        }
    }

    #[test]
    fn a_closed_gate_is_probed_when_its_time_is_over_or_a_probes_lease() {
        let open = GateItem::default();
        assert_eq!(open.phase(5), Phase::Open);
        let closed = GateItem { closed_until: Some(10), ..open };
        assert_eq!(closed.phase(9), Phase::Closed(10));
        assert_eq!(closed.phase(10), Phase::ProbeDue);
        let probing = GateItem { closed_until: Some(70), probe_until: Some(70), ..closed };
        assert_eq!(probing.phase(69), Phase::Probing);
        assert_eq!(probing.phase(70), Phase::ProbeDue);
        let for_ever = GateItem { closed_until: Some(i64::MAX), ..probing };
        assert_eq!(for_ever.phase(69), Phase::ProbeDue);
    }
}
