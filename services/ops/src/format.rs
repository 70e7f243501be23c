//! Numbers, plurals, times and durations, as every command writes them for people.

use jiff::{RoundMode, Span, SpanRound, Timestamp, Unit};
use serde::Serializer;

/// `1 message`, `3,000 messages`, `2 addresses`.
pub fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    let ending = match count {
        1 => "",
        _ if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", number(count))
}

/// The text with every character escaped that moves the cursor, changes colours, reorders or hides what a
/// terminal shows, as JSON escapes it. A dead letter, an id or an argument may hold any of them. `kept` are
/// left as they are.
pub fn printable(text: &str, kept: &[char]) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        let is_harmless = !c.is_control() && !is_invisible(c);
        if is_harmless || kept.contains(&c) {
            printable.push(c);
        } else {
            printable.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    printable
}

/// Whether the character reorders its neighbours or shows as nothing. Not the joiners, which scripts need.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// `is` after one thing, `are` after any other number of them.
pub const fn is_or_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// A whole number with its thousands apart: `120,000`.
pub fn number(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count for a table; empty for 0, so that [`crate::table::table`] leaves out columns without any.
pub fn nonzero(count: impl Into<u64>) -> String {
    match count.into() {
        0 => String::new(),
        count => number(count),
    }
}

/// A rate or quota: `3,000`, `11.2`, `0.5`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number for people")]
pub fn decimal(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 || tenths >= 100.0 {
        number(tenths.round() as u64)
    } else {
        format!("{tenths:.1}")
    }
}

/// A share as a percentage: `5.2 %`, and `0.08 %` where a tenth of a per cent would hide it.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 1.0 { format!("{percent:.2} %") } else { format!("{percent:.1} %") }
}

/// Milliseconds since 1970 as `2026-11-20 10:30:00Z`, which `--since` takes too. Always UTC: an
/// incident is read in several time zones.
pub fn format_time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| "never".to_owned(), |t| t.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// Milliseconds since 1970 as RFC 3339 with milliseconds, for JSON.
pub fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| "never".to_owned(), |t| format!("{t:.3}"))
}

/// A time that [`rfc3339`] wrote, as [`format_time`] writes it.
pub fn readable_time(rfc3339: &str) -> String {
    let at = rfc3339.parse::<Timestamp>();
    at.map_or_else(|_| rfc3339.to_owned(), |at| format_time(at.as_millisecond()))
}

/// For `serialize_with`: see [`rfc3339`].
pub fn as_rfc3339<S: Serializer>(milliseconds: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&rfc3339(*milliseconds))
}

/// For `serialize_with`: as [`as_rfc3339`], null where there is no time.
pub fn as_optional_rfc3339<S: Serializer>(
    milliseconds: &Option<i64>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match milliseconds {
        Some(milliseconds) => as_rfc3339(milliseconds, to),
        None => to.serialize_none(),
    }
}

/// Milliseconds in their two largest units: `3d 4h`, `12m`, `5s`.
pub fn format_duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let smallest = match seconds {
        0..3_600 => Unit::Second,
        3_600..86_400 => Unit::Minute,
        _ => Unit::Hour,
    };
    let rounding = SpanRound::new().largest(Unit::Day).smallest(smallest).mode(RoundMode::Trunc);
    let span = Span::new().seconds(seconds).round(rounding.days_are_24_hours());
    span.map_or_else(|_| "for ever".to_owned(), |span| format!("{span:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_singular_and_a_large_number_has_its_thousands_apart() {
        let counts = [0_usize, 1, 2, 999, 1000, 1_234_567].map(|n| counted(n, "event"));
        let expected =
            ["0 events", "1 event", "2 events", "999 events", "1,000 events", "1,234,567 events"];
        assert_eq!(counts, expected);
        assert_eq!(counted(2_u64, "address"), "2 addresses");
    }

    #[test]
    fn a_rate_or_a_share_has_no_more_digits_than_it_needs() {
        assert_eq!(
            [3000.0, 11.2, 0.5, 14.0, 49_999.6].map(decimal),
            ["3,000", "11.2", "0.5", "14", "50,000"]
        );
        assert_eq!([0.0517, 0.0008, 0.0].map(percent), ["5.2 %", "0.08 %", "0.00 %"]);
    }

    #[test]
    fn a_time_is_the_same_however_it_was_kept() {
        assert_eq!(format_time(1_763_900_000_000), "2025-11-23 12:13:20Z");
        assert_eq!(readable_time(&rfc3339(1_763_900_000_000)), "2025-11-23 12:13:20Z");
        assert_eq!(readable_time("not a time"), "not a time");
    }

    #[test]
    fn a_duration_is_written_in_its_two_largest_units() {
        let formatted = [0, 5_000, 61_000, 3_600_000, 270_000_000, -5].map(format_duration);
        assert_eq!(formatted, ["0s", "5s", "1m 1s", "1h", "3d 3h", "0s"]);
    }

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        let hostile = "a\u{1b}[31m\u{9b}2J\u{202e}\u{2066}\u{200b}\r\nz";
        let escaped = r"a\u001b[31m\u009b2J\u202e\u2066\u200b\u000d";
        assert_eq!(printable(hostile, &['\n']), format!("{escaped}\nz"));
        assert_eq!(printable("Zoë 山田 👩\u{200d}🚀", &[]), "Zoë 山田 👩\u{200d}🚀");
    }
}
