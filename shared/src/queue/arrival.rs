//! When a published event arrived, which may be long before intake could store it: from then on its news ages.
//!
//! A message of the inbox queue that is put back, moved to the dead-letter queue or replayed is a new one to SQS, with
//! a new `SentTimestamp`. So each copy carries the first one's time as an attribute. Only AWS's clock counts: a
//! publisher who writes the attribute can make its own event older, and never younger.

use jiff::{SignedDuration, Timestamp};

/// When the event arrived: milliseconds since 1970, as an SQS message attribute of type `String`.
pub const RECEIVED_AT: &str = "waybill-received-at";
/// When an operator had an event mailed although it was stale: milliseconds since 1970, as [`RECEIVED_AT`].
pub const FORCED_AT: &str = "waybill-forced-at";

/// A shorter wait is not recorded with the event: limits are hours long, and each byte of an item is paid for.
const SHORT_WAIT: SignedDuration = SignedDuration::from_mins(1);

/// EventBridge delivers an event for at most a day
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>). An envelope's `time` that
/// is older is not from when EventBridge took it: publishers may set it.
const MAX_DELIVERY: SignedDuration = SignedDuration::from_hours(24);

/// The first moments of the years 1970 and 9999: within them, any limit can be added.
const POSSIBLE: std::ops::Range<i64> = 0..253_370_764_800_000;

/// When a published event arrived, as far as that differs from its acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrival {
    /// When AWS took it from its publisher; `None` where that is when intake stored it.
    pub received_at: Option<Timestamp>,
    /// When an operator had it mailed although it was stale.
    pub forced_at: Option<Timestamp>,
}

impl Arrival {
    /// The arrival of an event of a message that was sent at `sent_at` and carries these attributes. `put_at` is the
    /// `time` of EventBridge's envelope. A time that is missing or unreadable says nothing.
    #[must_use]
    pub fn new<'a>(
        attribute: impl Fn(&str) -> Option<&'a str>,
        put_at: Option<Timestamp>,
        sent_at: Option<Timestamp>,
    ) -> Self {
        let sent_at = sent_at.filter(|at| POSSIBLE.contains(&at.as_millisecond()));
        // Nothing was noted after the copy that carries the note was sent.
        let by_then = |at: Timestamp| sent_at.map_or(at, |sent_at| at.min(sent_at));
        let time = |name| attribute(name).and_then(timestamp_from_text).map(by_then);
        let since_put = |sent_at: Timestamp| put_at.unwrap_or(sent_at).max(sent_at - MAX_DELIVERY);
        let first = [time(RECEIVED_AT), sent_at.map(since_put).map(by_then)];
        Self { received_at: first.into_iter().flatten().min(), forced_at: time(FORCED_AT) }
    }

    /// When the event arrived, if that was long enough before its acceptance to be told.
    #[must_use]
    pub fn before(&self, accepted_at: Timestamp) -> Option<Timestamp> {
        self.received_at.filter(|at| accepted_at.duration_since(*at) >= SHORT_WAIT)
    }
}

fn timestamp_from_text(milliseconds: &str) -> Option<Timestamp> {
    let milliseconds: i64 = milliseconds.parse().ok()?;
    POSSIBLE.contains(&milliseconds).then(|| Timestamp::from_millisecond(milliseconds).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Timestamp = Timestamp::constant(1_763_900_000, 0);
    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn received(noted: Option<&str>, put_at: Option<Timestamp>) -> Option<Timestamp> {
        let noted = |name: &str| noted.filter(|_| name == RECEIVED_AT);
        Arrival::new(noted, put_at, Some(SENT)).received_at
    }

    #[test]
    fn the_first_time_that_aws_names_counts() {
        assert_eq!(received(None, None), Some(SENT));
        assert_eq!(received(None, Some(SENT - HOUR)), Some(SENT - HOUR));
        let earlier = (SENT - HOUR * 40).as_millisecond().to_string();
        assert_eq!(received(Some(&earlier), Some(SENT - HOUR)), Some(SENT - HOUR * 40));
        assert_eq!(Arrival::new(|_| None, Some(SENT), None), Arrival::default());
    }

    #[test]
    fn nobody_makes_an_event_younger_and_a_publishers_clock_makes_it_a_day_older_at_most() {
        let later = (SENT + HOUR).as_millisecond().to_string();
        for noted in [later.as_str(), "", "soon", "-1", "99999999999999999"] {
            assert_eq!(received(Some(noted), Some(SENT + HOUR)), Some(SENT), "{noted}");
        }
        assert_eq!(received(None, Some(Timestamp::UNIX_EPOCH)), Some(SENT - HOUR * 24));
    }

    #[test]
    fn a_wait_of_less_than_a_minute_is_not_told() {
        let arrival = Arrival { received_at: Some(SENT), forced_at: None };
        assert_eq!(arrival.before(SENT + SHORT_WAIT - SignedDuration::from_millis(1)), None);
        assert_eq!(arrival.before(SENT + SHORT_WAIT), Some(SENT));
        assert_eq!(arrival.before(SENT - HOUR), None);
    }
}
