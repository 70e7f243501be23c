//! Formats days and times in English.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A formatted day: `Tuesday, 24 November`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// `Tuesday`
    pub weekday: String,
    /// `24 November` or `5 January 2027`. Templates keep it on one line.
    pub date: String,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.weekday, self.date)
    }
}

/// Formats days relative to the year of the event: only another year is included.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    year: i16,
}

impl Calendar {
    /// For the mail of an event that happened at `now`.
    pub fn for_event_at(now: Timestamp) -> Self {
        Self { year: Offset::UTC.to_datetime(now).year() }
    }

    /// Formats `day`, with its year if that differs from the event's.
    pub fn day(self, day: Date) -> Day {
        let date = if day.year() == self.year { "%-d %B" } else { "%-d %B %Y" };
        Day { weekday: day.strftime("%A").to_string(), date: day.strftime(date).to_string() }
    }
}

/// `20 November 2026, 10:30 UTC`. In UTC, because the event does not contain the customer's time zone.
pub fn format_utc(time: Timestamp) -> String {
    time.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_names_its_year_only_when_it_is_another_one() {
        let calendar = Calendar::for_event_at("2026-12-30T23:59:59Z".parse().expect("a time"));
        assert_eq!(calendar.day(date(2026, 11, 24)).to_string(), "Tuesday, 24 November");
        assert_eq!(calendar.day(date(2027, 1, 5)).to_string(), "Tuesday, 5 January 2027");
    }

    #[test]
    fn a_time_names_its_time_zone() {
        let time = "2026-11-20T11:30:00+01:00".parse().expect("a time");
        assert_eq!(format_utc(time), "20 November 2026, 10:30 UTC");
    }
}
