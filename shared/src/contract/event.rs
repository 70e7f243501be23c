//! The contract with the shop: order events as CloudEvents 1.0 in JSON
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::contract::error::{FieldError, InvalidValue};
use crate::contract::ids::{CorrelationId, EventId, Sku, Source, TrackingNumber};
use crate::contract::kind::Kind;
use crate::contract::money::Money;
use crate::contract::order::Order;
use crate::contract::reader::{FieldErrors, FieldReader};
use crate::contract::shipment::{Cancellation, ParcelLine, Refund, Shipment};
use crate::contract::shop_id::ShopId;
use crate::contract::times::parse_timestamp;

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

/// What happened: one variant for each event type, with the data that the type requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventPayload {
    /// `order.confirmed`
    Confirmed,
    /// `order.cancelled`
    Cancelled(Cancellation),
    /// `order.refunded`
    Refunded(Refund),
    /// `shipment.shipped`
    Shipped(Shipment),
    /// `shipment.updated`, with the new tracking number
    Updated(Shipment, TrackingNumber),
    /// `shipment.delayed`, with the new expected day
    Delayed(Shipment, Date),
    /// `shipment.out_for_delivery`
    OutForDelivery(Shipment),
    /// `shipment.delivered`
    Delivered(Shipment),
}

impl EventPayload {
    /// The event type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Confirmed => Kind::OrderConfirmed,
            Self::Cancelled(_) => Kind::OrderCancelled,
            Self::Refunded(_) => Kind::OrderRefunded,
            Self::Shipped(_) => Kind::ShipmentShipped,
            Self::Updated(..) => Kind::ShipmentUpdated,
            Self::Delayed(..) => Kind::ShipmentDelayed,
            Self::OutForDelivery(_) => Kind::ShipmentOutForDelivery,
            Self::Delivered(_) => Kind::ShipmentDelivered,
        }
    }
}

/// How deep an event may be nested. Well below serde_json's limit of 128, because queue messages wrap the
/// event in further levels, and every later reader must be able to parse what intake accepted.
pub const MAX_NESTING: usize = 64;

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
    /// Parses a CloudEvent. Unknown members are ignored: a newer shop or an extension may add some.
    ///
    /// # Errors
    /// Every bad field, by JSON Pointer. The error for an unknown `type` lists the known ones.
    pub fn parse(json: &Value) -> Result<Self, Vec<FieldError>> {
        let errors = FieldErrors::default();
        let event = Self::read_document(json, &errors);
        let errors = errors.into_vec();
        match event {
            Some(event) if errors.is_empty() => Ok(event),
            _ => Err(errors),
        }
    }

    /// Reads a whole CloudEvent. The event is valid only if no error was noted.
    pub(crate) fn read_document(json: &Value, errors: &FieldErrors) -> Option<Self> {
        let root = FieldReader::root(json, errors);
        if is_deeper_than(json, MAX_NESTING) {
            root.refuse::<()>(format!("JSON nested at most {MAX_NESTING} deep"));
        }
        Self::read(&root)
    }

    fn read(from: &FieldReader<'_>) -> Option<Self> {
        // Every field is read before the first `?`, so that all bad fields are reported at once.
        let version = from.required("specversion", |r| r.text(parse_spec_version));
        let source = from.required("source", |r| r.text(Source::parse));
        let id = from.required("id", |r| r.text(EventId::parse));
        let kind = from.required("type", |r| r.text(Kind::parse));
        let time = from.optional("time", |r| r.text(parse_timestamp));
        let content = from.optional("datacontenttype", |r| r.text(parse_content_type));
        let correlation_id = from.optional("correlationid", |r| r.text(CorrelationId::parse));
        let shop = from.optional("shop", |r| r.text(ShopId::parse));
        let data = from.required("data", |r| Data::read(&r, kind));
        let (Data { notify, order, payload }, ()) = (data?, version?);
        content?;
        Some(Self {
            shop: shop?.unwrap_or_default(),
            reference: EventRef { source: source?, id: id? },
            time: time?,
            correlation_id: correlation_id?,
            notify,
            order,
            payload: payload?,
        })
    }

    /// The event as JSON of the contract, without members that this version does not know.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut data = serde_json::json!({ "order": self.order });
        if !self.notify {
            data["notify"] = Value::Bool(false);
        }
        match &self.payload {
            EventPayload::Confirmed => {}
            EventPayload::Cancelled(cancellation) => data["cancellation"] = to_value(cancellation),
            EventPayload::Refunded(refund) => data["refund"] = to_value(refund),
            EventPayload::Shipped(s)
            | EventPayload::Updated(s, _)
            | EventPayload::Delayed(s, _)
            | EventPayload::OutForDelivery(s)
            | EventPayload::Delivered(s) => data["shipment"] = to_value(s),
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

fn to_value(part: &impl serde::Serialize) -> Value {
    serde_json::to_value(part).expect("the domain types serialise to JSON without fail")
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

/// The member `data`. `payload` is `None` when the event's type is unknown, an error that is already noted.
struct Data {
    notify: bool,
    order: Order,
    payload: Option<EventPayload>,
}

impl Data {
    fn read(from: &FieldReader<'_>, kind: Option<Kind>) -> Option<Self> {
        let notify = from.optional("notify", |r| r.boolean());
        let order = from.required("order", |r| Order::read(&r));
        // With an unknown type the order is still checked, so that its errors are reported too.
        let payload = kind.map(|kind| read_payload(from, kind));
        let payload = match payload {
            Some(read) => Some(read?),
            None => None,
        };
        let order = order?;
        if let Some(payload) = &payload {
            check_against_order(from, &order, payload)?;
        }
        Some(Self { notify: notify?.unwrap_or(true), order, payload })
    }
}

fn read_payload(from: &FieldReader<'_>, kind: Kind) -> Option<EventPayload> {
    let shipment = || from.required("shipment", |r| Shipment::read(&r));
    Some(match kind {
        Kind::OrderConfirmed => EventPayload::Confirmed,
        Kind::OrderCancelled => {
            let cancellation = from.optional("cancellation", |r| Cancellation::read(&r))?;
            EventPayload::Cancelled(cancellation.unwrap_or_default())
        }
        Kind::OrderRefunded => {
            EventPayload::Refunded(from.required("refund", |r| Refund::read(&r))?)
        }
        Kind::ShipmentShipped => EventPayload::Shipped(shipment()?),
        Kind::ShipmentUpdated => {
            let shipment = shipment()?;
            match shipment.tracking_number.clone() {
                Some(number) => EventPayload::Updated(shipment, number),
                None => return missing_in_shipment(from, "tracking_number"),
            }
        }
        Kind::ShipmentDelayed => {
            let shipment = shipment()?;
            match shipment.expected_on {
                Some(day) => EventPayload::Delayed(shipment, day),
                None => return missing_in_shipment(from, "expected_on"),
            }
        }
        Kind::ShipmentOutForDelivery => EventPayload::OutForDelivery(shipment()?),
        Kind::ShipmentDelivered => EventPayload::Delivered(shipment()?),
    })
}

fn missing_in_shipment<T>(from: &FieldReader<'_>, name: &'static str) -> Option<T> {
    from.required("shipment", |r| r.required(name, |_| None::<T>))
}

/// A parcel may contain only ordered articles, and a refund must be in the order's currency.
fn check_against_order(
    from: &FieldReader<'_>,
    order: &Order,
    payload: &EventPayload,
) -> Option<()> {
    let check_currency = |path: &str, paid_back: Money| {
        let currency = order.totals.total.currency;
        if paid_back.currency == currency {
            return Some(());
        }
        let expected = format_args!("{}, the order's currency", currency.code());
        from.refuse_at(format_args!("{path}/currency"), expected)
    };
    match payload {
        EventPayload::Confirmed => Some(()),
        EventPayload::Cancelled(c) => {
            c.refund.map_or(Some(()), |refund| check_currency("cancellation/refund", refund))
        }
        EventPayload::Refunded(r) => check_currency("refund/amount", r.amount),
        EventPayload::Shipped(s)
        | EventPayload::Updated(s, _)
        | EventPayload::Delayed(s, _)
        | EventPayload::OutForDelivery(s)
        | EventPayload::Delivered(s) => check_parcel(from, order, s),
    }
}

fn check_parcel(from: &FieldReader<'_>, order: &Order, shipment: &Shipment) -> Option<()> {
    // Both lists together: one article may be partly in the parcel and partly still to come.
    let mut unassigned: BTreeMap<&Sku, u64> = BTreeMap::new();
    for line in &order.lines {
        *unassigned.entry(&line.sku).or_default() += u64::from(line.quantity);
    }
    let lists = [("lines", &shipment.lines), ("still_to_come", &shipment.still_to_come)];
    let mut fits = Some(());
    for (list, lines) in lists {
        for (i, line) in lines.iter().enumerate() {
            let path = format!("shipment/{list}/{i}");
            fits = fits.and(check_parcel_line(from, &path, line, &mut unassigned));
        }
    }
    fits
}

/// Takes the line's articles from the order's that no line before it holds. An article number is the
/// shop's own word and no personal data, so the sentence names it.
fn check_parcel_line(
    from: &FieldReader<'_>,
    path: &str,
    line: &ParcelLine,
    unassigned: &mut BTreeMap<&Sku, u64>,
) -> Option<()> {
    let sku = &line.sku;
    let Some(left) = unassigned.get_mut(sku) else {
        let expected = format_args!("the sku of a line of the order; none has the sku {sku}");
        return from.refuse_at(format_args!("{path}/sku"), expected);
    };
    let Some(rest) = left.checked_sub(u64::from(line.quantity)) else {
        let expected =
            format_args!("no more of {sku} than were ordered, lines and still_to_come together");
        return from.refuse_at(format_args!("{path}/quantity"), expected);
    };
    *left = rest;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::money::MAX_AMOUNT;
    use serde_json::json;

    fn shipped() -> Value {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "shipment.shipped",
            "data": {
                "order": {
                    "id": "1", "number": "#1", "placed_at": "2026-11-20T09:15:00Z",
                    "customer": { "email": "jo@example.com" },
                    "lines": [
                        { "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": price },
                        { "sku": "POT", "title": "Pot", "quantity": 1, "unit_price": price },
                    ],
                    "totals": { "shipping": price, "total": price },
                },
                "shipment": { "id": "1-A", "lines": [{ "sku": "MUG", "quantity": 2 }] },
            },
        })
    }

    /// The errors of the event after `pointer` was set to `value`.
    fn errors(mut event: Value, pointer: &str, value: Value) -> Vec<(String, String)> {
        *event.pointer_mut(pointer).expect("a place of the event") = value;
        let errors = Event::parse(&event).expect_err("refused");
        errors.into_iter().map(|e| (e.pointer, e.detail)).collect()
    }

    #[test]
    fn an_unknown_article_in_a_parcel_is_named_at_its_line() {
        let lines = json!([{ "sku": "MUG", "quantity": 1 }, { "sku": "CUP", "quantity": 1 }]);
        let errors = errors(shipped(), "/data/shipment/lines", lines);
        let [(pointer, detail)] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!(pointer, "/data/shipment/lines/1/sku");
        assert!(detail.contains("none has the sku CUP"), "{detail}");
    }

    #[test]
    fn more_of_an_article_than_ordered_is_named_at_the_line_that_is_too_many() {
        let mut event = shipped();
        event["data"]["shipment"]["still_to_come"] = json!([{ "sku": "POT", "quantity": 1 }]);
        let lines = json!([{ "sku": "MUG", "quantity": 2 }, { "sku": "POT", "quantity": 1 }]);
        let errors = errors(event, "/data/shipment/lines", lines);
        let [(pointer, detail)] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!(pointer, "/data/shipment/still_to_come/0/quantity");
        assert!(detail.contains("no more of POT"), "{detail}");
    }

    #[test]
    fn of_mixed_currencies_the_one_that_differs_is_named() {
        for pointer in [
            "/data/order/lines/1/unit_price/currency",
            "/data/order/totals/shipping/currency",
            "/data/order/totals/total/currency",
        ] {
            let errors = errors(shipped(), pointer, json!("USD"));
            let [(place, detail)] = errors.as_slice() else { panic!("{errors:?}") };
            assert_eq!(place, pointer);
            assert!(detail.contains("EUR"), "{detail}");
        }
    }

    #[test]
    fn a_refund_in_another_currency_is_named_at_its_currency() {
        let mut event = shipped();
        event["type"] = json!("order.refunded");
        event["data"]["refund"] = json!({ "id": "R1", "amount": null });
        let amount = json!({ "amount": 1490, "currency": "USD" });
        let errors = errors(event, "/data/refund/amount", amount);
        let [(pointer, detail)] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!(pointer, "/data/refund/amount/currency");
        assert!(detail.contains("EUR"), "{detail}");
    }

    #[test]
    fn a_bad_amount_is_answered_with_what_minor_units_are() {
        for (pointer, value) in [
            ("/data/order/totals/total/amount", json!(14.90)),
            ("/data/order/totals/total/amount", json!("14.90")),
            ("/data/order/lines/0/unit_price", json!(14.90)),
        ] {
            let errors = errors(shipped(), pointer, value);
            let [(place, detail)] = errors.as_slice() else { panic!("{errors:?}") };
            assert_eq!(place, pointer);
            assert!(detail.contains("14.90 EUR") && detail.contains("1490"), "{detail}");
        }
    }

    #[test]
    fn a_line_that_costs_more_than_an_amount_may_is_named_at_its_price() {
        for (quantity, price) in [(2, MAX_AMOUNT / 2 + 1), (100_000, -MAX_AMOUNT)] {
            let mut event = shipped();
            let line = &mut event["data"]["order"]["lines"][0];
            line["quantity"] = json!(quantity);
            let errors = errors(event, "/data/order/lines/0/unit_price/amount", json!(price));
            let [(pointer, detail)] = errors.as_slice() else { panic!("{errors:?}") };
            assert_eq!(pointer, "/data/order/lines/0/unit_price/amount");
            assert!(detail.contains("times the quantity"), "{detail}");
        }
        let mut event = shipped();
        let line = &mut event["data"]["order"]["lines"][0];
        line["unit_price"]["amount"] = json!(MAX_AMOUNT / 2);
        assert!(Event::parse(&event).is_ok(), "the greatest line");
    }

    #[test]
    fn a_total_beyond_what_json_readers_keep_exact_is_refused() {
        for amount in [json!(i64::MAX), json!(u64::MAX), json!(MAX_AMOUNT + 1), json!(1e19)] {
            let errors = errors(shipped(), "/data/order/totals/total/amount", amount);
            let [(pointer, detail)] = errors.as_slice() else { panic!("{errors:?}") };
            assert_eq!(pointer, "/data/order/totals/total/amount");
            assert!(detail.contains("at most 9007199254740991"), "{detail}");
        }
    }
}
