//! The send gate's item.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::send_gate::{CLOSED_REASON, CLOSED_UNTIL, LINE_AT};

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

/// Mails go out at this share of the account's rate. What is left absorbs that calls take unequally long from
/// their slot to SES, and that clocks differ: 2 % of a second are 20 ms.
const PACE: f64 = 0.98;

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
    /// Nobody may send but one probe, which sets this `closed_until` to its lease.
    ProbeDue(i64),
}

impl GateItem {
    /// Reads the item. An attribute of another type counts as absent: it is written again when it is needed.
    pub fn read(item: &HashMap<String, AttributeValue>) -> Self {
        Self {
            next_at: number(item, NEXT_AT).unwrap_or_default(),
            line_at: number(item, LINE_AT).unwrap_or_default(),
            rate: number(item, RATE).unwrap_or_default(),
            rate_was_read: item.contains_key(RATE_WAS_READ),
            rate_due: number(item, RATE_DUE).unwrap_or_default(),
            closed_until: number(item, CLOSED_UNTIL),
            closed_reason: item.get(CLOSED_REASON).and_then(|v| v.as_s().ok()).cloned(),
            probe_until: number(item, PROBE_UNTIL),
        }
    }

    /// What the gate allows at `now` (milliseconds since 1970).
    pub fn phase(&self, now: i64) -> Phase {
        match self.closed_until {
            None => Phase::Open,
            Some(until) if until <= now => Phase::ProbeDue(until),
            Some(_) if self.probe_until.is_some() => Phase::Probing,
            Some(until) => Phase::Closed(until),
        }
    }

    /// The time from one slot to the next, in microseconds, rounded up: never faster than the rate.
    pub fn interval(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10^8 for a rate of 0.01")]
        let interval = (1_000_000.0 / (self.rate * PACE)).ceil() as i64;
        interval
    }
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
        assert_eq!(closed.phase(10), Phase::ProbeDue(10));
        let probing = GateItem { closed_until: Some(70), probe_until: Some(70), ..closed };
        assert_eq!(probing.phase(69), Phase::Probing);
        assert_eq!(probing.phase(70), Phase::ProbeDue(70));
    }
}
