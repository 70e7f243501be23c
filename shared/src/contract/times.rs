//! Times and calendar days, in the forms that shops write.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::contract::error::InvalidValue;

/// The first moment of the year 0 in UTC: an earlier one has no four-digit year to be written with.
const YEAR_0: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// A moment: RFC 3339, and what common libraries write in its place. Java leaves out seconds that are 0
/// and adds the time zone in brackets, Python puts a space before the time, PHP no colon into the offset.
///
/// # Errors
/// [`InvalidValue`] for anything else, and for a moment outside the years 0 to 9999 in UTC.
pub(crate) fn parse_timestamp(text: &str) -> Result<Timestamp, InvalidValue> {
    // jiff takes more than is documented here, such as years of six digits.
    let time = if has_form_of_a_time(text) { text.parse().ok() } else { None };
    time.filter(|time| *time >= YEAR_0).ok_or_else(|| {
        InvalidValue::expected("an RFC 3339 time such as 2026-11-20T10:30:00Z, with its offset")
    })
}

/// A calendar day.
///
/// # Errors
/// [`InvalidValue`] for anything else, a time on that day included: which day it means depends on the time
/// zone, and a customer who is told the wrong day waits in vain.
pub(crate) fn parse_day(text: &str) -> Result<Date, InvalidValue> {
    let day = if form(text) == "0000-00-00" { text.parse().ok() } else { None };
    day.ok_or_else(|| {
        InvalidValue::expected("a calendar day such as 2026-11-24, without a time of day")
    })
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

/// [`parse_day`] as a regular expression of ECMA 262: the calendar, leap years included.
#[cfg(test)]
macro_rules! day_pattern {
    () => {
        "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)\
         |02-(?:0[1-9]|1[0-9]|2[0-8]))\
         |(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
    };
}

#[cfg(test)]
pub(super) const DAY_PATTERN: &str = concat!("^", day_pattern!(), "$");

/// [`parse_timestamp`] as a regular expression of ECMA 262, but for its years in UTC.
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
            assert_eq!(parse_timestamp(text).map(|time| time.to_string()), Ok(same.to_owned()));
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
            assert!(parse_timestamp(bad).is_err(), "{bad:?} was taken");
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
}
