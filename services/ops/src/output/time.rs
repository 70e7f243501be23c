//! Times, always in UTC: an incident is read in several time zones.

use jiff::Timestamp;

/// Milliseconds since 1970 as `2026-11-20 10:30:00`.
#[must_use]
pub fn format_time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| "never".to_owned(), |t| t.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// Milliseconds since 1970 as RFC 3339 with milliseconds, for JSON.
#[must_use]
pub fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| "never".to_owned(), |t| format!("{t:.3}"))
}

/// A duration in milliseconds in the two largest of its units: `3d 4h`, `12m`, `5s`.
#[must_use]
pub fn format_duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let units = [
        (seconds / 86400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
    ];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let worded: Vec<String> = units[first..]
        .iter()
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if worded.is_empty() { "0s".to_owned() } else { worded.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_two_largest_units() {
        let told: Vec<String> = [0, 5_000, 61_000, 3_600_000, 270_000_000, -5]
            .into_iter()
            .map(format_duration)
            .collect();
        assert_eq!(told, ["0s", "5s", "1m 1s", "1h", "3d 3h", "0s"]);
    }
}
