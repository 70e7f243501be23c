//! What can happen to an order: parcels, refunds and cancellation.

use jiff::civil::Date;

use crate::contract::ids::{RefundId, ShipmentId, Sku, TrackingNumber};
use crate::contract::link::{HttpUrl, read_link};
use crate::contract::money::Money;
use crate::contract::order::read_quantity;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;
use crate::contract::times::parse_day;

/// One parcel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Shipment {
    /// The shop's own id of the parcel.
    pub id: ShipmentId,
    /// What is in this parcel: 1 to 500 entries. An article's title comes from the order.
    #[cfg_attr(test, schemars(length(min = 1, max = 500)))]
    pub lines: Vec<ParcelLine>,
    /// What is not in this parcel nor in an earlier one. Absent or empty: nothing is said of it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(test, schemars(with = "Option<Vec<ParcelLine>>", length(max = 500)))]
    pub still_to_come: Vec<ParcelLine>,
    /// Who carries it, such as `DHL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Line>,
    /// What the carrier calls it. Required for `shipment.updated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<TrackingNumber>,
    /// Where the customer follows it. A link that is not http or https is dropped, not refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<HttpUrl>,
    /// The day it should arrive. Required for `shipment.delayed`: the new day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

/// So many of one article.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ParcelLine {
    /// An article of the order.
    pub sku: Sku,
    /// How many, 1 to 100,000.
    #[cfg_attr(test, schemars(range(min = 1, max = 100_000)))]
    pub quantity: u32,
    /// For what is still to come: the day it should arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

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

/// Why an order was cancelled and what happens to the money.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cancellation {
    /// Why, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// What is paid back; absent: nothing had been charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::positive_money_or_null", default))]
    pub refund: Option<Money>,
    /// Where it goes, in words for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Line>,
    /// The day by which it should have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(schema_with = "schema::day", default))]
    pub expected_on: Option<Date>,
}

impl Shipment {
    /// Reads a parcel; `None` after noting every bad field.
    pub fn read(from: &FieldReader<'_>) -> Option<Self> {
        let id = from.required("id", |r| r.text(ShipmentId::parse));
        let lines = from.required("lines", |r| r.list(1..=500, |line| ParcelLine::read(&line)));
        let still_to_come =
            from.optional("still_to_come", |r| r.list(0..=500, |line| ParcelLine::read(&line)));
        let carrier = from.optional("carrier", |r| r.text(Line::parse));
        let tracking_number = from.optional("tracking_number", |r| r.text(TrackingNumber::parse));
        let tracking_url = from.optional("tracking_url", |r| read_link(&r));
        let expected_on = from.optional("expected_on", |r| r.text(parse_day));
        Some(Self {
            id: id?,
            lines: lines?,
            still_to_come: still_to_come?.unwrap_or_default(),
            carrier: carrier?,
            tracking_number: tracking_number?,
            tracking_url: tracking_url?.flatten(),
            expected_on: expected_on?,
        })
    }
}

impl ParcelLine {
    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let sku = from.required("sku", |r| r.text(Sku::parse));
        let quantity = from.required("quantity", |r| read_quantity(&r));
        let expected_on = from.optional("expected_on", |r| r.text(parse_day));
        Some(Self { sku: sku?, quantity: quantity?, expected_on: expected_on? })
    }
}

impl Refund {
    /// Reads a refund; `None` after noting every bad field.
    pub fn read(from: &FieldReader<'_>) -> Option<Self> {
        let id = from.required("id", |r| r.text(RefundId::parse));
        let amount = from.required("amount", |r| Money::read_positive(&r));
        let reason = from.optional("reason", |r| r.text(Line::parse));
        let method = from.optional("method", |r| r.text(Line::parse));
        let expected_on = from.optional("expected_on", |r| r.text(parse_day));
        Some(Self {
            id: id?,
            amount: amount?,
            reason: reason?,
            method: method?,
            expected_on: expected_on?,
        })
    }
}

impl Cancellation {
    /// Reads a cancellation; `None` after noting every bad field.
    pub fn read(from: &FieldReader<'_>) -> Option<Self> {
        let reason = from.optional("reason", |r| r.text(Line::parse));
        let refund = from.optional("refund", |r| Money::read_positive(&r));
        let method = from.optional("method", |r| r.text(Line::parse));
        let expected_on = from.optional("expected_on", |r| r.text(parse_day));
        Some(Self { reason: reason?, refund: refund?, method: method?, expected_on: expected_on? })
    }
}
