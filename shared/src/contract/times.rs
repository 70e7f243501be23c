//! Times and calendar days, in the forms that shops write.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use serde_json::Value;

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;
use crate::contract::values::whole_number;

/// The first moment of the year 0 in UTC: an earlier one has no four-digit year to be written with.
const YEAR_0: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// An earlier time or day is none that a shop means.
const FIRST_YEAR: i16 = 2000;

/// A smaller number of seconds since 1970 was before 1973, and is another thing: a day without hyphens, a 0.
const FIRST_SECONDS: i64 = 100_000_000;

/// From here on, a number of seconds since 1970 would be after the year 5000: milliseconds are meant.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// A moment as a clock on the wall showed it, where it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    at: Timestamp,
    offset: Offset,
    known: Known,
}

/// What is known of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The moment, and what clocks showed there.
    Offset,
    /// What clocks showed, nobody says where; the moment is the one in UTC.
    ClockAlone,
    /// The day alone; the moment is its beginning in UTC.
    Day,
}

impl LocalTime {
    /// RFC 3339, and what common libraries write in its place. Java leaves out seconds that are 0
    /// and adds the time zone in brackets, Python puts a space before the time, PHP no colon into the offset.
    ///
    /// # Errors
    /// [`InvalidValue`] for anything else, and for a moment outside the years 0 to 9999 in UTC.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        // jiff takes more than is documented here, such as years of six digits.
        let parse = || {
            let at: Timestamp = text.parse().ok().filter(|at| *at >= YEAR_0)?;
            let offset = Pieces::parse(text).ok()?.to_numeric_offset()?;
            Some(Self { at, offset, known: Known::Offset })
        };
        let time = if has_form_of_a_time(text) { parse() } else { None };
        time.ok_or_else(|| {
            InvalidValue::expected("an RFC 3339 time such as 2026-11-20T10:30:00Z, with its offset")
        })
    }

    /// A moment of which nobody says what clocks showed there.
    #[must_use]
    pub const fn utc(at: Timestamp) -> Self {
        Self { at, offset: Offset::UTC, known: Known::Offset }
    }

    fn of_day(day: Date) -> Option<Self> {
        let at = Offset::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok()?;
        Some(Self { at, offset: Offset::UTC, known: Known::Day })
    }

    /// The moment.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.at
    }

    /// What the calendar and the clock showed.
    #[must_use]
    pub fn datetime(self) -> DateTime {
        self.offset.to_datetime(self.at)
    }

    /// Whether the time is said to be one in UTC, or of a place that has the same.
    #[must_use]
    pub fn is_utc(self) -> bool {
        self.known == Known::Offset && self.offset == Offset::UTC
    }

    /// Whether only the day is known.
    #[must_use]
    pub const fn is_day(self) -> bool {
        matches!(self.known, Known::Day)
    }

    /// Reads a time. Beside those of [`LocalTime::parse`], with a warning: a time without an offset counts as
    /// one in UTC; seconds or milliseconds since 1970; a day.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        Self::read_any(from).filter(|time| is_meant(from, time.datetime().date()))
    }

    fn read_any(from: &FieldReader<'_>) -> Option<Self> {
        let Value::String(text) = from.value() else {
            return since_1970(from, whole_number(from.value()));
        };
        if let Ok(time) = Self::parse(text) {
            return Some(time);
        }
        let text = text.trim();
        if let Ok(time) = Self::parse(text) {
            from.warn(TRIMMED);
            return Some(time);
        }
        if let Ok(time) = Self::parse(&format!("{text}Z")) {
            from.warn("A time needs its offset; this one counts as one in UTC, and a mail shows it without.");
            return Some(Self { known: Known::ClockAlone, ..time });
        }
        if let Some(time) = parse_day(text).ok().and_then(Self::of_day) {
            from.warn("A time is expected; of this day, no time is known.");
            return Some(time);
        }
        match text.parse() {
            Ok(number) => since_1970(from, Some(number)),
            Err(_) => from.text(Self::parse),
        }
    }
}

/// Whether a program set the day: what is not set begins in the year 1, in 1900 or in 1970.
fn is_meant(from: &FieldReader<'_>, day: Date) -> bool {
    let is_meant = day.year() >= FIRST_YEAR;
    if !is_meant {
        from.warn(format_args!(
            "This is before the year {FIRST_YEAR}, as what was not set is; it counts as none."
        ));
    }
    is_meant
}

const TRIMMED: &str = "The white space around this was dropped.";

fn since_1970(from: &FieldReader<'_>, number: Option<i64>) -> Option<LocalTime> {
    let (unit, at) = match number {
        Some(n) if n >= FIRST_MILLISECONDS => ("milliseconds", Timestamp::from_millisecond(n).ok()),
        Some(n) if n >= FIRST_SECONDS => ("seconds", Timestamp::from_second(n).ok()),
        _ => ("seconds", None),
    };
    let Some(at) = at.filter(|at| *at >= YEAR_0 && *at < YEAR_9999) else {
        return from.refuse("an RFC 3339 time such as 2026-11-20T10:30:00Z, with its offset");
    };
    from.warn(format_args!("A time is expected as text; this was taken as {unit} since 1970."));
    Some(LocalTime::utc(at))
}

const YEAR_9999: Timestamp = Timestamp::constant(253_370_764_800, 0);

impl serde::Serialize for LocalTime {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.known {
            Known::Day => to.collect_str(&self.datetime().date()),
            Known::ClockAlone => to.collect_str(&self.datetime()),
            Known::Offset if self.is_utc() => to.collect_str(&self.at),
            Known::Offset => to.collect_str(&self.at.display_with_offset(self.offset)),
        }
    }
}

/// A calendar day.
///
/// # Errors
/// [`InvalidValue`] for anything else.
pub(crate) fn parse_day(text: &str) -> Result<Date, InvalidValue> {
    let day = if form(text) == "0000-00-00" { text.parse().ok() } else { None };
    day.ok_or_else(|| {
        InvalidValue::expected("a calendar day such as 2026-11-24, without a time of day")
    })
}

/// Reads a calendar day. Of a time, the day is taken that it names, with a warning: it may be another one
/// where the customer is.
pub(crate) fn read_day(from: &FieldReader<'_>) -> Option<Date> {
    read_any_day(from).filter(|day| is_meant(from, *day))
}

fn read_any_day(from: &FieldReader<'_>) -> Option<Date> {
    if let Value::String(text) = from.value() {
        if let Ok(day) = parse_day(text) {
            return Some(day);
        }
        let text = text.trim();
        if let Ok(day) = parse_day(text) {
            from.warn(TRIMMED);
            return Some(day);
        }
        let is_time = LocalTime::parse(text).or_else(|_| LocalTime::parse(&format!("{text}Z")));
        if let (Ok(_), Some(Ok(day))) = (is_time, text.get(..10).map(parse_day)) {
            from.warn("A day is expected; of this time, the day that it names was taken.");
            return Some(day);
        }
    } else if let Some(number) = whole_number(from.value()) {
        return since_1970(from, Some(number)).map(|time| time.datetime().date());
    }
    from.text(parse_day)
}

/// The text with a 0 for each digit.
fn form(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// Whether the text looks like a time; its numbers may still be none of a calendar or clock.
fn has_form_of_a_time(text: &str) -> bool {
    let form = form(text);
    let time = form.strip_prefix("0000-00-00").and_then(|rest| rest.strip_prefix(['T', 't', ' ']));
    let Some(rest) = time.and_then(|time| time.strip_prefix("00:00")) else { return false };
    let rest = rest.strip_prefix(":00").map_or(rest, without_fraction);
    let offset = rest.split_once('[').map_or(rest, |(offset, _)| offset);
    is_offset(offset) && is_zone(&rest[offset.len()..])
}

fn without_fraction(rest: &str) -> &str {
    let Some(digits) = rest.strip_prefix(['.', ',']) else { return rest };
    let after = digits.trim_start_matches('0');
    match digits.len() - after.len() {
        1..=9 => after,
        _ => rest,
    }
}

fn is_offset(form: &str) -> bool {
    let hours = form.strip_prefix(['+', '-']);
    matches!(form, "Z" | "z") || hours.is_some_and(|h| matches!(h, "00" | "0000" | "00:00"))
}

/// Nothing, or the name of a time zone in brackets (RFC 9557).
fn is_zone(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    };
    let name = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    text.is_empty() || name.is_some_and(|name| name.split('/').all(is_part))
}

/// [`read_day`] as a regular expression of ECMA 262: the calendar from 2000 on, leap years included.
#[cfg(test)]
macro_rules! day_pattern {
    () => {
        "(?:[2-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)\
         |02-(?:0[1-9]|1[0-9]|2[0-8]))\
         |(?:[2-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[3579][26])00)-02-29)"
    };
}

#[cfg(test)]
pub(super) const DAY_PATTERN: &str = concat!("^", day_pattern!(), "$");

/// [`LocalTime::read`] as a regular expression of ECMA 262, but for its last year in UTC.
#[cfg(test)]
pub(super) const TIME_PATTERN: &str = concat!(
    "^",
    day_pattern!(),
    "[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]{1,9})?)?",
    "(?:[Zz]|[+-](?:[01][0-9]|2[0-5])(?::?[0-5][0-9])?)",
    "(?:\\[[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z][A-Za-z0-9_+-]*)*\\])?$",
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::reader::FieldErrors;
    use serde_json::json;

    #[test]
    fn a_time_is_taken_as_common_libraries_write_it() {
        for (text, same) in [
            ("2026-11-20T10:30:00.123456789Z", "2026-11-20T10:30:00.123456789Z"),
            ("2026-11-20t10:30:00,5z", "2026-11-20T10:30:00.5Z"),
            ("2026-11-20 10:30:00+02:00", "2026-11-20T08:30:00Z"),
            ("2026-11-20T10:30:00+0200", "2026-11-20T08:30:00Z"),
            ("2026-11-20T10:30:00-02", "2026-11-20T12:30:00Z"),
            ("2026-11-20T10:30Z", "2026-11-20T10:30:00Z"),
            ("2026-11-20T10:30+01:00[Europe/Berlin]", "2026-11-20T09:30:00Z"),
            ("2026-06-30T23:59:60Z", "2026-06-30T23:59:59Z"),
        ] {
            let time = LocalTime::parse(text).map(|time| time.timestamp().to_string());
            assert_eq!(time, Ok(same.to_owned()));
        }
    }

    #[test]
    fn a_time_without_offset_or_of_another_form_is_refused() {
        for bad in [
            "",
            "yesterday",
            "2026-11-20",
            "2026-11-20T10:30:00",
            "20261120T103000Z",
            "+002026-11-20T10:30:00Z",
            "-009999-01-02T10:30:00Z",
            "0000-01-01T00:00:00+01:00",
            "2026-02-30T10:30:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T10Z",
            "2026-11-20T10:30:00.Z",
            "2026-11-20T10:30:00.1234567890Z",
            "2026-11-20T10:30:00+02:00:00",
            "2026-11-20T10:30:00Z[",
            "2026-11-20T10:30:00Z[!u-ca=iso8601]",
            " 2026-11-20T10:30:00Z",
        ] {
            assert!(LocalTime::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_day_is_nothing_but_a_day() {
        assert!(parse_day("2028-02-29").is_ok());
        for bad in [
            "",
            "soon",
            "2026-02-29",
            "20261124",
            "2026-11-24T00:00:00Z",
            "2026-11-24T00:00:00",
            "2026-11-24 00:00",
            "-009999-01-01",
            "+002026-11-24",
            "2026-W48-2",
            "24.11.2026",
        ] {
            assert!(parse_day(bad).is_err(), "{bad:?} was taken");
        }
    }

    /// What is read of a value, and how many warnings it costs.
    fn read<T>(value: Value, read: fn(&FieldReader<'_>) -> Option<T>) -> (Option<T>, usize) {
        let errors = FieldErrors::default();
        let read = read(&FieldReader::tolerant_root(&value, &errors).as_optional());
        (read, errors.into_parts().1.len())
    }

    fn written(value: Value) -> (Option<Value>, usize) {
        let (time, warnings) = read(value, LocalTime::read);
        (time.map(|time| serde_json::to_value(time).expect("JSON")), warnings)
    }

    #[test]
    fn a_time_keeps_its_offset_and_says_what_its_clock_showed() {
        let (time, warnings) = read(json!("2026-11-20T22:30:00-05:00"), LocalTime::read);
        let time = time.expect("a time");
        assert_eq!((time.datetime().to_string().as_str(), warnings), ("2026-11-20T22:30:00", 0));
        assert!(!time.is_utc());
        let same = |text: &str| (Some(json!(text)), 0);
        for text in
            ["2026-11-20T22:30:00-05:00", "2026-11-20T10:30:00Z", "2026-11-20T01:00:00.5+05:30"]
        {
            assert_eq!(written(json!(text)), same(text));
        }
    }

    #[test]
    fn a_time_in_another_form_is_taken_with_a_warning() {
        for (value, text) in [
            (json!("2026-11-20T10:30:00"), "2026-11-20T10:30:00"),
            (json!("2026-11-20 10:30"), "2026-11-20T10:30:00"),
            (json!(1_763_634_600), "2025-11-20T10:30:00Z"),
            (json!("1763634600"), "2025-11-20T10:30:00Z"),
            (json!(1_763_634_600_000_i64), "2025-11-20T10:30:00Z"),
            (json!("2026-11-20"), "2026-11-20"),
        ] {
            assert_eq!(written(value.clone()), (Some(json!(text)), 1), "{value}");
        }
        for bad in
            [json!("soon"), json!(i64::MAX), json!("20261120"), json!(true), json!("20.11.2026")]
        {
            assert_eq!(written(bad.clone()), (None, 1), "{bad}");
        }
    }

    #[test]
    fn a_time_or_a_day_that_was_not_set_is_none() {
        for unset in ["0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "1899-12-30", "1999-12-31"] {
            let (time, warnings) = written(json!(unset));
            assert!(time.is_none() && warnings > 0, "{unset}");
            assert!(matches!(read(json!(unset), read_day), (None, 1..)), "{unset}");
        }
        assert_eq!(written(json!("2000-01-01T00:00:00+14:00")).1, 0);
        assert_eq!(read(json!("2000-01-01"), read_day).1, 0);
    }

    #[test]
    fn the_day_of_a_time_is_the_one_that_it_names() {
        let day = |text: &str| Some(text.parse().expect("a day"));
        for (value, expected) in [
            (json!("2026-11-24"), (day("2026-11-24"), 0)),
            (json!("2026-11-24T23:30:00-05:00"), (day("2026-11-24"), 1)),
            (json!("2026-11-24 00:00:00"), (day("2026-11-24"), 1)),
            (json!(1_763_634_600), (day("2025-11-20"), 1)),
            (json!("soon"), (None, 1)),
        ] {
            assert_eq!(read(value.clone(), read_day), expected, "{value}");
        }
    }
}
