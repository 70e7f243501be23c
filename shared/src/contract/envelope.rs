//! Reads an event: the attributes of CloudEvents, and what its type has in `data`.

use serde_json::Value;

use crate::contract::digest;
use crate::contract::error::InvalidValue;
use crate::contract::event::{Event, EventPayload, EventRef};
use crate::contract::ids::{CorrelationId, EventId, Source, percent_encoded};
use crate::contract::incident::{OrderUpdate, PaymentFailure, Withdrawal};
use crate::contract::kind::Kind;
use crate::contract::money::MoneyContext;
use crate::contract::order::Order;
use crate::contract::reader::{FieldErrors, FieldReader};
use crate::contract::refund::{Cancellation, Refund};
use crate::contract::shipment::Shipment;
use crate::contract::times::LocalTime;

/// How deep an event may be nested. Well below serde_json's limit of 128, because queue messages wrap the
/// event in further levels, and every later reader must be able to parse what intake accepted.
pub const MAX_NESTING: usize = 64;

/// The source of events that name none.
const UNNAMED_SOURCE: &str = "unnamed";

fn is_deeper_than(json: &Value, levels: usize) -> bool {
    // Stops at `levels`, so the recursion is bounded however deep the document is.
    let is_deeper = |value: &Value| is_deeper_than(value, levels - 1);
    match json {
        Value::Array(items) => levels == 0 || items.iter().any(is_deeper),
        Value::Object(members) => levels == 0 || members.values().any(is_deeper),
        _ => false,
    }
}

impl Event {
    /// Reads a whole CloudEvent. The event is valid only if no error was noted.
    pub(crate) fn read_document(json: &Value, errors: &FieldErrors) -> Option<Self> {
        let root = FieldReader::tolerant_root(json, errors);
        if is_deeper_than(json, MAX_NESTING) {
            return root.refuse(format!("JSON nested at most {MAX_NESTING} deep"));
        }
        Self::read(&root)
    }

    fn read(from: &FieldReader<'_>) -> Option<Self> {
        // Every field is read before the first `?`, so that all bad fields are reported at once.
        let reference = read_reference(from);
        let kind = from.required("type", |r| {
            r.mended(Kind::parse, |kind| kind.trim().to_owned(), "The white space was dropped.")
        });
        let time = from.tolerated("time", |r| LocalTime::read(&r));
        let _ = from.tolerated("datacontenttype", |r| r.text(parse_content_type));
        let correlation_id = from.tolerated("correlationid", |r| CorrelationId::read(&r));
        let data = from.required("data", |r| {
            r.set_money(MoneyContext::of_data(r.value()));
            Data::read(&r, kind, &Context { event_id: reference.as_ref()?.id.as_str(), time })
        });
        let Data { notify, order, payload } = data?;
        Some(Self {
            reference: reference?,
            time: time.map(LocalTime::timestamp),
            correlation_id,
            notify,
            order,
            payload: payload?,
        })
    }
}

/// Reads what names the event. Where the publisher does not, it is named by what it says, so that the same
/// again is a duplicate.
fn read_reference(from: &FieldReader<'_>) -> Option<EventRef> {
    let assumed = "1.0, the CloudEvents version, was assumed.";
    let _ = from.expected("specversion", assumed, |r| r.text(parse_spec_version));
    let source = from
        .expected("source", "The events without one count as of one source.", |r| {
            read_name(&r, Source::parse)
        })
        .or_else(|| Source::parse(UNNAMED_SOURCE).ok());
    let id = from.expected("id", "The event is named by a digest of its type and data.", |r| {
        read_name(&r, EventId::parse)
    });
    let id = id.or_else(|| {
        let value = |name| from.value().get(name).unwrap_or(&Value::Null);
        EventId::parse(&digest::short(&[value("type"), value("data")])).ok()
    });
    Some(EventRef { source: source?, id: id? })
}

/// A name of visible ASCII; of another text, its percent-encoding or, where that is too long, a digest.
fn read_name<T>(from: &FieldReader<'_>, parse: fn(&str) -> Result<T, InvalidValue>) -> Option<T> {
    from.text(|text| {
        let name = parse(text).or_else(|_| parse(&percent_encoded(text)));
        if parse(text).is_err() {
            from.warn("1 to 256 visible ASCII characters are expected; this was encoded.");
        }
        name.or_else(|_| parse(&digest::short(&text)))
    })
}

fn parse_spec_version(text: &str) -> Result<(), InvalidValue> {
    if text == "1.0" {
        Ok(())
    } else {
        Err(InvalidValue::expected("\"1.0\", the CloudEvents version"))
    }
}

fn parse_content_type(text: &str) -> Result<(), InvalidValue> {
    // Parameters such as a charset may follow the type (RFC 9110, section 8.3.1).
    let essence = text.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(InvalidValue::expected("application/json"))
    }
}

/// What of the envelope the data may need.
struct Context<'a> {
    event_id: &'a str,
    time: Option<LocalTime>,
}

/// The member `data`. `payload` is `None` when the event's type is unknown, an error that is already noted.
struct Data {
    notify: bool,
    order: Order,
    payload: Option<EventPayload>,
}

impl Data {
    fn read(from: &FieldReader<'_>, kind: Option<Kind>, context: &Context<'_>) -> Option<Self> {
        let notify = from.tolerated("notify", |r| r.boolean()).unwrap_or(true);
        let order = from.required("order", |r| Order::read(&r));
        // With an unknown type the order is still checked, so that its errors are reported too.
        let payload = match kind {
            Some(kind) => Some(read_payload(from, kind, context)?),
            None => None,
        };
        Some(Self { notify, order: order?, payload })
    }
}

fn read_payload(from: &FieldReader<'_>, kind: Kind, context: &Context<'_>) -> Option<EventPayload> {
    let shipment = || read_shipment(from);
    Some(match kind {
        Kind::OrderConfirmed => EventPayload::Confirmed,
        Kind::OrderUpdated => {
            let update = from.tolerated("update", |r| Some(OrderUpdate::read(&r)));
            EventPayload::OrderUpdated(update.unwrap_or_default())
        }
        Kind::OrderPaymentFailed => {
            let payment = from.tolerated("payment", |r| Some(PaymentFailure::read(&r)));
            EventPayload::PaymentFailed(payment.unwrap_or_default())
        }
        Kind::OrderCancelled => {
            let cancellation = from.tolerated("cancellation", |r| Some(Cancellation::read(&r)));
            EventPayload::Cancelled(cancellation.unwrap_or_default())
        }
        Kind::OrderRefunded => {
            EventPayload::Refunded(from.required("refund", |r| Refund::read(&r, context.event_id))?)
        }
        Kind::OrderWithdrawalReceived => EventPayload::WithdrawalReceived(
            from.required("withdrawal", |r| Withdrawal::read(&r, context.event_id, context.time))?,
        ),
        Kind::ShipmentShipped => EventPayload::Shipped(shipment()?),
        Kind::ShipmentUpdated => EventPayload::Updated(with_news(from, shipment()?)?),
        Kind::ShipmentDelayed => EventPayload::Delayed(shipment()?),
        Kind::ShipmentOutForDelivery => EventPayload::OutForDelivery(shipment()?),
        Kind::ShipmentDeliveryAttempted => EventPayload::DeliveryAttempted(shipment()?),
        Kind::ShipmentReadyForPickup => EventPayload::ReadyForPickup(shipment()?),
        Kind::ShipmentDelivered => EventPayload::Delivered(shipment()?),
        Kind::ShipmentReturned => EventPayload::Returned(shipment()?),
    })
}

/// The parcel. Without one, the event is about all that an order without parcels sends.
fn read_shipment(from: &FieldReader<'_>) -> Option<Shipment> {
    let missing = "The mail names no article, and the parcel has no name of its own.";
    let shipment = from.expected("shipment", missing, |r| {
        let shipment = r.is_object().then(|| Shipment::read(&r));
        shipment.or_else(|| r.refuse("an object"))
    });
    Some(shipment.unwrap_or_else(Shipment::unnamed))
}

/// An update must tell something.
fn with_news(from: &FieldReader<'_>, shipment: Shipment) -> Option<Shipment> {
    if shipment.has_route() {
        return Some(shipment);
    }
    from.refuse_member(
        "shipment",
        "a tracking number, a link, a carrier or a day: otherwise there is nothing to tell",
    )
}
