//! Formats days and times in English.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use shared::contract::times::LocalTime;

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

/// Formats days relative to the year in which the mail is sent: only another year is included.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    year: i16,
}

impl Calendar {
    /// For a mail of which the event was accepted at `now`: that of the event itself may be of another year.
    pub fn for_mail_at(now: Timestamp) -> Self {
        Self { year: Offset::UTC.to_datetime(now).year() }
    }

    /// Formats `day`, with its year if that differs from the mail's.
    pub fn day(self, day: Date) -> Day {
        let date = if day.year() == self.year { "%-d %B" } else { "%-d %B %Y" };
        Day { weekday: day.strftime("%A").to_string(), date: day.strftime(date).to_string() }
    }
}

/// `20 November 2026, 10:30`, as a clock showed it where the customer was; `… UTC` where the shop says UTC, and the day
/// alone where the time is not known.
pub fn format_local(time: LocalTime) -> String {
    let form = match time {
        time if time.is_day() => "%-d %B %Y",
        time if time.is_utc() => "%-d %B %Y, %H:%M UTC",
        _ => "%-d %B %Y, %H:%M",
    };
    time.datetime().strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_names_its_year_only_when_it_is_another_one() {
        let calendar = Calendar::for_mail_at("2026-12-30T23:59:59Z".parse().expect("a time"));
        assert_eq!(calendar.day(date(2026, 11, 24)).to_string(), "Tuesday, 24 November");
        assert_eq!(calendar.day(date(2027, 1, 5)).to_string(), "Tuesday, 5 January 2027");
    }

    #[test]
    fn a_time_is_the_one_that_the_customers_clock_showed() {
        for (time, text) in [
            ("2026-11-20T22:30:00-05:00", "20 November 2026, 22:30"),
            ("2026-11-20T10:30:00Z", "20 November 2026, 10:30 UTC"),
        ] {
            assert_eq!(format_local(LocalTime::parse(time).expect("a time")), text);
        }
    }
}
