//! The contract with the shop: order events as CloudEvents 1.0 in JSON
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>).

use jiff::Timestamp;
use serde_json::Value;

use crate::contract::attachment::Attachment;
pub use crate::contract::envelope::MAX_NESTING;
use crate::contract::error::{FieldError, InvalidValue};
use crate::contract::ids::{CorrelationId, EventId, Source};
use crate::contract::incident::{OrderUpdate, PaymentFailure, Withdrawal};
use crate::contract::kind::Kind;
use crate::contract::order::Order;
use crate::contract::reader::FieldErrors;
use crate::contract::refund::{Cancellation, Refund};
use crate::contract::shipment::Shipment;
use crate::contract::shop_id::ShopId;

/// The largest event that intake accepts, in bytes of JSON: 256 KiB.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

/// The most events in one request.
pub const MAX_BATCH_EVENTS: usize = 100;

/// The largest request, in bytes: 1 MiB, which is four of the largest events or a hundred orders of 50 lines.
/// Intake has the memory and the time for it.
pub const MAX_REQUEST_BYTES: usize = 1024 * 1024;

/// A valid event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The shop that it is about, from the extension attribute `shop`; `default` where it names none.
    pub shop: ShopId,
    /// `source` and `id`, which identify the event within its order.
    pub reference: EventRef,
    /// When it happened, if the shop provides it.
    pub time: Option<Timestamp>,
    /// The shop's own correlation id, from the extension attribute `correlationid`.
    pub correlation_id: Option<CorrelationId>,
    /// `false`: the event is recorded and nobody is mailed, for example when old orders are imported.
    pub notify: bool,
    /// The files that go with its mail.
    pub attachments: Vec<Attachment>,
    /// The order at the time of the event.
    pub order: Order,
    /// What happened to it.
    pub payload: EventPayload,
}

/// What identifies an event within its order.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct EventRef {
    /// The publishing system.
    pub source: Source,
    /// The event's id there.
    pub id: EventId,
}

impl EventRef {
    /// The sort key of the event in the Events table. Neither part can contain the space between them.
    #[must_use]
    pub fn sort_key(&self) -> String {
        format!("{} {}", self.source, self.id)
    }

    /// Parses a key that [`EventRef::sort_key`] wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other text.
    pub fn from_sort_key(key: &str) -> Result<Self, InvalidValue> {
        let (source, id) = key
            .split_once(' ')
            .ok_or_else(|| InvalidValue::expected("a source, a space and an id"))?;
        Ok(Self { source: Source::parse(source)?, id: EventId::parse(id)? })
    }
}

/// What happened: one variant for each event type, with the data that the type has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventPayload {
    /// `order.confirmed`
    Confirmed,
    /// `order.updated`
    OrderUpdated(OrderUpdate),
    /// `order.payment_failed`
    PaymentFailed(PaymentFailure),
    /// `order.cancelled`
    Cancelled(Cancellation),
    /// `order.refunded`
    Refunded(Refund),
    /// `order.withdrawal_received`
    WithdrawalReceived(Withdrawal),
    /// `shipment.shipped`
    Shipped(Shipment),
    /// `shipment.updated`, with a number, a carrier, a link, a day or a pickup
    Updated(Shipment),
    /// `shipment.delayed`, with the new day if it is known
    Delayed(Shipment),
    /// `shipment.out_for_delivery`
    OutForDelivery(Shipment),
    /// `shipment.delivery_attempted`
    DeliveryAttempted(Shipment),
    /// `shipment.ready_for_pickup`
    ReadyForPickup(Shipment),
    /// `shipment.delivered`
    Delivered(Shipment),
    /// `shipment.returned`
    Returned(Shipment),
}

impl EventPayload {
    /// The event type.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Confirmed => Kind::OrderConfirmed,
            Self::OrderUpdated(_) => Kind::OrderUpdated,
            Self::PaymentFailed(_) => Kind::OrderPaymentFailed,
            Self::Cancelled(_) => Kind::OrderCancelled,
            Self::Refunded(_) => Kind::OrderRefunded,
            Self::WithdrawalReceived(_) => Kind::OrderWithdrawalReceived,
            Self::Shipped(_) => Kind::ShipmentShipped,
            Self::Updated(_) => Kind::ShipmentUpdated,
            Self::Delayed(_) => Kind::ShipmentDelayed,
            Self::OutForDelivery(_) => Kind::ShipmentOutForDelivery,
            Self::DeliveryAttempted(_) => Kind::ShipmentDeliveryAttempted,
            Self::ReadyForPickup(_) => Kind::ShipmentReadyForPickup,
            Self::Delivered(_) => Kind::ShipmentDelivered,
            Self::Returned(_) => Kind::ShipmentReturned,
        }
    }

    /// The parcel that it is about.
    #[must_use]
    pub const fn shipment(&self) -> Option<&Shipment> {
        match self {
            Self::Confirmed
            | Self::OrderUpdated(_)
            | Self::PaymentFailed(_)
            | Self::Cancelled(_)
            | Self::Refunded(_)
            | Self::WithdrawalReceived(_) => None,
            Self::Shipped(s)
            | Self::Updated(s)
            | Self::Delayed(s)
            | Self::OutForDelivery(s)
            | Self::DeliveryAttempted(s)
            | Self::ReadyForPickup(s)
            | Self::Delivered(s)
            | Self::Returned(s) => Some(s),
        }
    }

    /// What it is about, by the name of the member of `data` that holds it.
    fn to_member(&self) -> Option<(&'static str, Value)> {
        Some(match self {
            Self::Confirmed => return None,
            Self::OrderUpdated(update) => ("update", to_value(update)),
            Self::PaymentFailed(payment) => ("payment", to_value(payment)),
            Self::Cancelled(cancellation) => ("cancellation", to_value(cancellation)),
            Self::Refunded(refund) => ("refund", to_value(refund)),
            Self::WithdrawalReceived(withdrawal) => ("withdrawal", to_value(withdrawal)),
            Self::Shipped(_)
            | Self::Updated(_)
            | Self::Delayed(_)
            | Self::OutForDelivery(_)
            | Self::DeliveryAttempted(_)
            | Self::ReadyForPickup(_)
            | Self::Delivered(_)
            | Self::Returned(_) => ("shipment", to_value(&self.shipment())),
        })
    }
}

impl Event {
    /// Parses a CloudEvent. Unknown members are ignored: a newer shop or an extension may add some. What the mail
    /// can do without is left out where it is bad; [`parse_with_warnings`] says what.
    ///
    /// # Errors
    /// What makes a mail impossible, by JSON Pointer: no order id, no or an impossible address, an unknown
    /// `type` (with the known ones), nothing to tell.
    ///
    /// [`parse_with_warnings`]: crate::contract::warnings::parse_with_warnings
    pub fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        let errors = FieldErrors::default();
        let (event, _) = Self::read_document(json, &errors);
        let errors = errors.into_vec();
        match event {
            Some(event) if errors.is_empty() => Ok(event),
            _ => Err(errors),
        }
    }

    /// The event as JSON of the contract, without members that this version does not know.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut data = serde_json::json!({ "order": with_removed_lines(&self.order) });
        if !self.notify {
            data["notify"] = Value::Bool(false);
        }
        if !self.attachments.is_empty() {
            data["attachments"] = to_value(&self.attachments);
        }
        if let Some((name, member)) = self.payload.to_member() {
            data[name] = member;
        }
        let mut event = serde_json::json!({
            "specversion": "1.0",
            "source": self.reference.source,
            "id": self.reference.id,
            "type": self.payload.kind().as_str(),
            "data": data,
        });
        if let Some(time) = self.time {
            event["time"] = Value::String(time.to_string());
        }
        if !self.shop.is_default() {
            event["shop"] = Value::String(self.shop.to_string());
        }
        if let Some(correlation_id) = &self.correlation_id {
            event["correlationid"] = Value::String(correlation_id.to_string());
        }
        event
    }
}

fn with_removed_lines(order: &Order) -> Value {
    let mut json = to_value(order);
    let removed = order.removed.iter().map(|line| {
        let mut line = to_value(line);
        line["quantity"] = 0.into();
        line
    });
    let mut lines: Vec<Value> = order.lines.iter().map(to_value).collect();
    lines.extend(removed);
    if !lines.is_empty() {
        json["lines"] = Value::Array(lines);
    }
    json
}

fn to_value(part: &impl serde::Serialize) -> Value {
    serde_json::to_value(part).expect("the domain types serialise to JSON without fail")
}
