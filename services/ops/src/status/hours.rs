//! The last day's mails hour by hour, and how long they took to be sent.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use shared::outbox::BUCKET_MS;

use crate::output::{counted, format_duration, rfc3339};

/// Mails by state, by the hour in which their event was accepted. An hour is named by its first millisecond since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours(BTreeMap<i64, BTreeMap<String, usize>>);

impl Hours {
    /// Counts a mail whose event was accepted at `accepted_at`, in milliseconds since 1970.
    pub fn add(&mut self, accepted_at: i64, state: &str) {
        let states = self.0.entry(hour_of(accepted_at)).or_default();
        *states.entry(state.to_owned()).or_default() += 1;
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The 24 hours before `now` with the one that it is in, the earliest first; where those before `cut_at` were not
    /// counted, from the one on that it is in.
    pub fn last_day(
        &self,
        now: i64,
        cut_at: Option<i64>,
    ) -> impl Iterator<Item = (i64, BTreeMap<String, usize>)> + '_ {
        let last = hour_of(now);
        let first = cut_at.map_or(i64::MIN, hour_of).max(last - 24 * BUCKET_MS).min(last);
        (0..=(last - first) / BUCKET_MS).map(move |i| {
            let hour = first + i * BUCKET_MS;
            (hour, self.0.get(&hour).cloned().unwrap_or_default())
        })
    }

    /// How many mails the busiest hour had.
    pub fn busiest(&self) -> usize {
        self.0.values().map(|states| states.values().sum()).max().unwrap_or_default()
    }
}

fn hour_of(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(BUCKET_MS) * BUCKET_MS
}

/// By the time of each hour in RFC 3339.
impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(hour, states)| (rfc3339(*hour), states)))
    }
}

/// How long it took from when an event was accepted until SES accepted its mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeToSend {
    pub mails: usize,
    pub p50_ms: i64,
    pub p99_ms: i64,
}

impl TimeToSend {
    /// `None` without any mail. `times` in milliseconds, in any order.
    pub fn new(mut times: Vec<i64>) -> Option<Self> {
        times.sort_unstable();
        // The nearest rank: a time that one of the mails took.
        let rank = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1);
        let (p50_ms, p99_ms) = (*rank(50)?, *rank(99)?);
        Some(Self { mails: times.len(), p50_ms, p99_ms })
    }

    /// As a phrase.
    pub fn describe(&self) -> String {
        let time = |milliseconds: i64| match milliseconds {
            0..1000 => "a second".to_owned(),
            longer => format_duration(longer),
        };
        let (p50, p99) = (time(self.p50_ms), time(self.p99_ms));
        format!("half within {p50}, 99 % within {p99}, of {}", counted(self.mails, "mail"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_763_899_200_000;

    #[test]
    fn a_day_has_every_hour_and_each_mail_in_that_of_its_event() {
        let mut hours = Hours::default();
        hours.add(NOON, "sent");
        hours.add(NOON + BUCKET_MS - 1, "delivered");
        hours.add(NOON - BUCKET_MS, "failed");
        let day: Vec<_> = hours.last_day(NOON + 1, None).collect();
        assert_eq!(day.len(), 25);
        let count = |(_, states): &(i64, BTreeMap<String, usize>)| states.values().sum::<usize>();
        assert_eq!(day[22..].iter().map(count).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!((day[24].0, hours.busiest()), (NOON, 2));
        let cut: Vec<_> = hours.last_day(NOON + 1, Some(NOON - 1)).collect();
        assert_eq!(
            cut.iter().map(count).collect::<Vec<_>>(),
            [1, 2],
            "the hours that were counted"
        );
        let json = serde_json::to_value(&hours).unwrap();
        assert_eq!(json["2025-11-23T12:00:00.000Z"]["delivered"], 1);
    }

    #[test]
    fn the_times_to_send_are_those_of_mails() {
        assert_eq!(TimeToSend::new(Vec::new()), None);
        let times = TimeToSend::new((1..=200).rev().map(|n| n * 1000).collect()).unwrap();
        assert_eq!((times.p50_ms, times.p99_ms), (100_000, 198_000));
        assert_eq!(times.describe(), "half within 1m 40s, 99 % within 3m 18s, of 200 mails");
        let one = TimeToSend::new(vec![700]).unwrap();
        assert_eq!((one.p50_ms, one.p99_ms), (700, 700));
        assert_eq!(one.describe(), "half within a second, 99 % within a second, of 1 mail");
    }
}
