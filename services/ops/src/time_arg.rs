//! Moments as an operator types them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::CliError;

/// Reads a moment: `2h`, `90m`, `3d` (so long before `now`), `2026-11-20` (its first second in
/// UTC) or RFC 3339. Answers milliseconds since 1970.
///
/// # Errors
/// [`CliError::Input`] that says what `flag` takes.
pub fn parse(flag: &str, typed: &str, now: Timestamp) -> Result<i64, CliError> {
    let moment = ago(typed)
        .map(|duration| now - duration)
        .or_else(|| typed.parse::<Timestamp>().ok())
        .or_else(|| Some(typed.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    moment.map(Timestamp::as_millisecond).ok_or_else(|| {
        CliError::input(format!(
            "{flag} {typed} is no moment: say how long ago (30m, 2h, 3d), a day (2026-11-20) or a \
             time in RFC 3339 (2026-11-20T10:30:00Z)."
        ))
    })
}

fn ago(typed: &str) -> Option<SignedDuration> {
    let unit = typed.chars().last()?;
    let count: i64 = typed[..typed.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    // A thousand years are enough, and keep the subtraction within what a timestamp can hold.
    let seconds = count.checked_mul(seconds).filter(|s| (0..=31_557_600_000).contains(s))?;
    Some(SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_typed_as_people_think_of_it() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let read = |typed| {
            let at = parse("--since", typed, now).unwrap();
            Timestamp::from_millisecond(at).unwrap().to_string()
        };
        assert_eq!(read("2h"), "2026-11-20T10:00:00Z");
        assert_eq!(read("3d"), "2026-11-17T12:00:00Z");
        assert_eq!(read("2026-11-19"), "2026-11-19T00:00:00Z");
        assert_eq!(read("2026-11-19T01:00:00+01:00"), "2026-11-19T00:00:00Z");
    }

    #[test]
    fn what_is_no_moment_is_refused_with_examples() {
        let now = Timestamp::now();
        for typed in ["", "yesterday", "5", "-2h", "99999999999999d", "2026-13-01", "ü"] {
            let refused = parse("--since", typed, now).unwrap_err().to_string();
            assert!(refused.contains("2026-11-20T10:30:00Z"), "{typed}: {refused}");
        }
    }
}
