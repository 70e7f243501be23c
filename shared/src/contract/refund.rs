//! Money on its way back, and orders that are cancelled.

use jiff::civil::Date;

use crate::contract::digest;
use crate::contract::ids::{IncidentId, RefundId};
use crate::contract::money::{Money, in_currency_of};
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::shipment::ParcelLine;
use crate::contract::text::Line;
use crate::contract::times::read_day;

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Refund {
    /// The shop's own id of the refund.
    pub id: RefundId,
    /// How much, as a positive amount.
    #[cfg_attr(test, schemars(schema_with = "schema::positive_money"))]
    pub amount: Money,
    /// Why, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// Where it goes, in words for the customer: `Visa ending 4242`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Line>,
    /// The day by which it should have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

/// What was cancelled, why, and what the shop says of the money.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Cancellation {
    /// The shop's own id of the cancellation; it tells several of one order apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<IncidentId>,
    /// What is cancelled; absent: the whole order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(with = "Option<Vec<ParcelLine>>", length(max = 500)))]
    pub lines: Vec<ParcelLine>,
    /// Why, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// What is paid back; absent: nothing is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::positive_money_or_null", default))]
    pub refund: Option<Money>,
    /// The id of that refund, which an `order.refunded` of it has too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    /// `false`: nothing had been charged, and the mail says so. Otherwise nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charged: Option<bool>,
    /// Where the refund goes, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Line>,
    /// The day by which it should have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

impl Refund {
    /// Reads a refund; `None` without an amount. One without an id is told apart from others by `event_id`.
    pub(crate) fn read(from: &FieldReader<'_>, event_id: &str) -> Option<Self> {
        let id = from.tolerated("id", |r| RefundId::read(&r)).or_else(|| {
            from.warn_member("id", "This is missing; the refund is told apart by the event's id.");
            RefundId::parse(&digest::id_of_event(event_id)).ok()
        });
        let amount = in_currency_of(from, || from.required("amount", |r| Money::read_positive(&r)));
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let (reason, method) = (text("reason"), text("method"));
        let expected_on = from.tolerated("expected_on", |r| read_day(&r));
        Some(Self { id: id?, amount: amount?, reason, method, expected_on })
    }
}

impl Cancellation {
    pub(crate) fn read(from: &FieldReader<'_>) -> Self {
        let text = |name| from.tolerated(name, |r| Line::read(&r));
        let lines = from.tolerated("lines", |r| Some(ParcelLine::read_list(&r)));
        Self {
            id: from.tolerated("id", |r| IncidentId::read(&r)),
            lines: lines.unwrap_or_default(),
            reason: text("reason"),
            refund: in_currency_of(from, || from.tolerated("refund", |r| Money::read_positive(&r))),
            refund_id: from.tolerated("refund_id", |r| RefundId::read(&r)),
            charged: from.tolerated("charged", |r| r.boolean()),
            method: text("method"),
            expected_on: from.tolerated("expected_on", |r| read_day(&r)),
        }
    }

    /// Whether only a part of the order is cancelled.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        !self.lines.is_empty()
    }
}
