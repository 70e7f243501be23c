//! Arguments that several commands take.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SpanRelativeTo, Timestamp};
use shared::{Kind, OrderId, OrderKey};

use crate::aws::Stack;
use crate::error::CliError;
use crate::pii::without_addresses;

/// The order of this id in the shop of `--shop`, or else in the shop `default`.
pub fn order(stack: &Stack, typed: &str) -> Result<OrderKey, CliError> {
    let key = |order_id| OrderKey { shop: stack.shop_or_default(), order_id };
    OrderId::parse(typed).map(key).map_err(|invalid| {
        // An operator may have typed the customer's address.
        let typed = without_addresses(typed);
        CliError::input(format!(
            "{typed} is not an order id: {invalid}. `waybill order` finds an order's id by its number \
             or its customer's address."
        ))
        .caused_by(invalid)
    })
}

pub fn kind(typed: &str) -> Result<Kind, CliError> {
    Kind::parse(typed).map_err(|invalid| {
        CliError::input(format!("{typed} is not a kind of event: {invalid}.")).caused_by(invalid)
    })
}

/// Parses a time: `2h`, `90m`, `3d` (that long ago), `2026-11-20` (its first second in UTC) or RFC 3339.
/// Returns milliseconds since 1970.
pub fn time(typed: &str) -> Result<i64, String> {
    time_at(typed, Timestamp::now())
}

fn time_at(typed: &str, now: Timestamp) -> Result<i64, String> {
    let at = before(now, typed)
        .or_else(|| typed.parse::<Timestamp>().ok())
        .or_else(|| Some(typed.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    at.map(Timestamp::as_millisecond).ok_or_else(|| {
        "expected how long ago (30m, 2h, 3d), a day (2026-11-20) or a time in RFC 3339 \
         (2026-11-20T10:30:00Z)"
            .to_owned()
    })
}

fn before(now: Timestamp, typed: &str) -> Option<Timestamp> {
    let span: jiff::Span = typed.parse().ok()?;
    // Time that has passed, not days of a calendar: there is no time zone to have one in.
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    if duration.is_negative() { None } else { now.checked_sub(duration).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_duration_ago_a_day_or_rfc_3339() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let read = |typed| {
            let at = time_at(typed, now).unwrap();
            Timestamp::from_millisecond(at).unwrap().to_string()
        };
        assert_eq!(read("2h"), "2026-11-20T10:00:00Z");
        assert_eq!(read("90m"), "2026-11-20T10:30:00Z");
        assert_eq!(read("3d"), "2026-11-17T12:00:00Z");
        assert_eq!(read("2w"), "2026-11-06T12:00:00Z");
        assert_eq!(read("2026-11-19"), "2026-11-19T00:00:00Z");
        assert_eq!(read("2026-11-19T01:00:00+01:00"), "2026-11-19T00:00:00Z");
        // As every command prints it.
        let printed = crate::output::format_time(1_763_900_000_000);
        assert_eq!(read(&printed), "2025-11-23T12:13:20Z");
    }

    #[test]
    fn anything_else_is_refused_with_examples() {
        for typed in ["", "yesterday", "5", "-2h", "99999999999999d", "2026-13-01", "ü"] {
            let refused = time(typed).unwrap_err();
            assert!(refused.contains("2026-11-20T10:30:00Z"), "{typed}: {refused}");
        }
    }
}
