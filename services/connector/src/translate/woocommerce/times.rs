//! Times of WooCommerce's orders: what happened when, as far as an order says so.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::translate::Untranslatable;
use crate::translate::fact::When;
use crate::translate::json::text;

/// What an order does not date is no news if the order's last date is longer ago than this: whoever saves an old order
/// tidies up. Less than the 90 days for which the ledger knows what was told.
const UNDATED_WITHIN: SignedDuration = SignedDuration::from_hours(60 * 24);

/// When an order was placed, paid, completed and last changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub created: Timestamp,
    pub paid: Option<Timestamp>,
    completed: Option<Timestamp>,
    pub modified: Timestamp,
}

impl Times {
    pub(super) fn new(order: &Value) -> Result<Self, Untranslatable> {
        let created = gmt(order, "date_created_gmt").ok_or_else(|| {
            Untranslatable::field("date_created_gmt", "a time such as 2026-11-20T10:30:00")
        })?;
        let modified = gmt(order, "date_modified_gmt").unwrap_or(created);
        Ok(Self {
            created,
            paid: gmt(order, "date_paid_gmt"),
            completed: gmt(order, "date_completed_gmt"),
            modified: modified.max(created),
        })
    }

    /// When the shop took the order. One that waits for its money is taken when that comes.
    pub(super) fn confirmed(&self) -> Timestamp {
        self.paid.unwrap_or(self.created).max(self.created)
    }

    /// When something happened that the order shows and does not date.
    pub(super) fn undated(&self) -> When {
        let dates = [Some(self.created), self.paid, self.completed];
        let last = dates.into_iter().flatten().max().unwrap_or(self.created);
        let is_news = self.modified.duration_since(last) <= UNDATED_WITHIN;
        When::By(if is_news { self.modified } else { last })
    }
}

/// A time in UTC, which has no offset on it.
pub(super) fn gmt(of: &Value, name: &str) -> Option<Timestamp> {
    utc(text(of, name)?)
}

/// As [`gmt`], of the text itself.
pub(super) fn utc(text: &str) -> Option<Timestamp> {
    let time: DateTime = text.trim_end_matches('Z').replace(' ', "T").parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// When the order was placed by the shop's clock, with its offset: the difference of the two times that the order has.
pub(super) fn placed_at(order: &Value) -> Option<String> {
    let at = gmt(order, "date_created_gmt")?;
    let local = text(order, "date_created").and_then(utc);
    let seconds = local.map_or(0, |local| local.duration_since(at).as_secs());
    let offset = i32::try_from(seconds).ok().and_then(|it| Offset::from_seconds(it).ok());
    // Offsets are of whole quarters of an hour; another difference is none.
    let offset = offset.filter(|it| it.seconds() % 900 == 0 && it.seconds().abs() <= 14 * 3600);
    Some(at.display_with_offset(offset.unwrap_or(Offset::UTC)).to_string())
}
