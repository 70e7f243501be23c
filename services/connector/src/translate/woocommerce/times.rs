//! Times of WooCommerce's orders: what happened when, as far as an order says so.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::Kind;

use crate::translate::Untranslatable;
use crate::translate::fact::When;
use crate::translate::json::text;

/// How long after the order's last date that is still news which the order does not date: whoever saves an older one
/// tidies up. As long as it would be news if it had happened then; of what follows a parcel, twice as long as of the
/// parcel, since it takes as long to get there.
fn undated_within(kind: Kind) -> SignedDuration {
    match kind {
        Kind::ShipmentShipped | Kind::OrderCancelled | Kind::OrderRefunded => kind.send_within(),
        _ => Kind::ShipmentShipped.send_within() * 2,
    }
}

/// When an order was placed, paid, completed and last changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub created: Timestamp,
    pub paid: Option<Timestamp>,
    completed: Option<Timestamp>,
    pub modified: Timestamp,
    /// Whether it is paid when it is handed over, which WooCommerce takes for the moment when it is completed.
    is_paid_on_delivery: bool,
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
            is_paid_on_delivery: text(order, "payment_method") == Some("cod"),
        })
    }

    /// When the shop took the order. One that waits for its money is taken when that comes.
    pub(super) fn confirmed(&self) -> Timestamp {
        let paid = self.paid.filter(|_| !self.is_paid_on_delivery);
        paid.unwrap_or(self.created).max(self.created)
    }

    /// When something of this kind happened that the order shows and does not date.
    pub(super) fn undated(&self, kind: Kind) -> When {
        let dates = [Some(self.created), self.paid, self.completed];
        let last = dates.into_iter().flatten().max().unwrap_or(self.created);
        let is_news = self.modified.duration_since(last) <= undated_within(kind);
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
