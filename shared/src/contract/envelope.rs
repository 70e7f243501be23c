//! Reads an event: the attributes of CloudEvents, and what its type has in `data`.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::contract::attachment::Attachment;
use crate::contract::digest;
use crate::contract::error::InvalidValue;
use crate::contract::event::{Event, EventPayload, EventRef};
use crate::contract::ids::{CorrelationId, EventId, Source, percent_encoded};
use crate::contract::incident::{OrderUpdate, PaymentFailure, Withdrawal};
use crate::contract::json::parse_strict;
use crate::contract::kind::Kind;
use crate::contract::money_context::MoneyContext;
use crate::contract::order::Order;
use crate::contract::own_object::{
    CANCELLATION, OwnObject, PAYMENT, REFUND, SHIPMENT, UPDATE, WITHDRAWAL,
};
use crate::contract::reader::{FieldErrors, FieldReader};
use crate::contract::refund::{Cancellation, Refund};
use crate::contract::shipment::Shipment;
use crate::contract::shop_id::ShopId;
use crate::contract::times::LocalTime;
use crate::contract::values::trim_invisible;

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
    /// Reads a whole CloudEvent, and gives it with the document whose members were read: `json`, but for data that is a
    /// text of JSON. The event is valid only if no error was noted.
    pub(crate) fn read_document<'a>(
        json: &'a Value,
        errors: &FieldErrors,
    ) -> (Option<Self>, Cow<'a, Value>) {
        let root = FieldReader::tolerant_root(json, errors);
        let too_deep = || root.refuse(format!("JSON nested at most {MAX_NESTING} deep"));
        if is_deeper_than(json, MAX_NESTING) {
            return (too_deep(), Cow::Borrowed(json));
        }
        match with_data_of_text(&root) {
            Some(read) if is_deeper_than(&read, MAX_NESTING) => (too_deep(), Cow::Borrowed(json)),
            Some(read) => {
                let event = Self::read(&FieldReader::tolerant_root(&read, errors));
                (event, Cow::Owned(read))
            }
            None => (Self::read(&root), Cow::Borrowed(json)),
        }
    }

    fn read(from: &FieldReader<'_>) -> Option<Self> {
        // Every field is read before the first `?`, so that all bad fields are reported at once.
        let reference = read_reference(from);
        let kind = from.required("type", |r| {
            let mend = |kind: &str| trim_invisible(kind).to_ascii_lowercase();
            r.mended(
                Kind::parse,
                mend,
                "A type has lower-case letters alone; it was taken as such.",
            )
        });
        let time = from.tolerated("time", |r| LocalTime::read(&r));
        let _ = from.tolerated("datacontenttype", |r| r.text(parse_content_type));
        let correlation_id = from.tolerated("correlationid", |r| CorrelationId::read(&r));
        let shop = from.optional("shop", |r| r.text(ShopId::parse));
        let data = from.required("data", |r| {
            r.set_money(MoneyContext::of_data(r.value()));
            Data::read(&r, kind, &Context { event_id: reference.as_ref()?.id.as_str(), time })
        });
        let Data { notify, attachments, order, payload } = data?;
        Some(Self {
            shop: shop?.unwrap_or_default(),
            reference: reference?,
            time: time.map(LocalTime::timestamp),
            correlation_id,
            notify,
            attachments,
            order,
            payload: payload?,
        })
    }
}

/// The event with the JSON of its data in place of the text that holds it, or of base64 (CloudEvents' `data_base64`);
/// `None` where the data is no such text.
fn with_data_of_text(from: &FieldReader<'_>) -> Option<Value> {
    let member = |name: &str| from.value().get(name).and_then(Value::as_str);
    let (name, text) = match (member("data"), member("data_base64")) {
        (Some(text), _) => ("data", text.as_bytes().to_vec()),
        (None, Some(text)) => ("data_base64", BASE64_STANDARD.decode(text).ok()?),
        (None, None) => return None,
    };
    let data = parse_strict(&text).ok().filter(Value::is_object)?;
    let mut event = from.value().clone();
    let members = event.as_object_mut()?;
    if name == "data" {
        from.warn_member(
            name,
            "An object is expected; this text was read as the JSON that it holds.",
        );
    } else {
        members.remove(name);
    }
    members.insert("data".to_owned(), data);
    Some(event)
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
    attachments: Vec<Attachment>,
    order: Order,
    payload: Option<EventPayload>,
}

impl Data {
    fn read(from: &FieldReader<'_>, kind: Option<Kind>, context: &Context<'_>) -> Option<Self> {
        let notify = from.tolerated("notify", |r| r.boolean()).unwrap_or(true);
        let attachments = from.tolerated("attachments", |r| Some(Attachment::read_list(&r)));
        let order = from.required("order", |r| Order::read(&r));
        // With an unknown type the order is still checked, so that its errors are reported too.
        let payload = match kind {
            Some(kind) => Some(read_payload(from, kind, context)?),
            None => None,
        };
        Some(Self { notify, attachments: attachments.unwrap_or_default(), order: order?, payload })
    }
}

fn read_payload(from: &FieldReader<'_>, kind: Kind, context: &Context<'_>) -> Option<EventPayload> {
    let shipment = || read_shipment(from);
    Some(match kind {
        Kind::OrderConfirmed => EventPayload::Confirmed,
        Kind::OrderUpdated => {
            EventPayload::OrderUpdated(read_own(from, &UPDATE, OrderUpdate::read))
        }
        Kind::OrderPaymentFailed => {
            EventPayload::PaymentFailed(read_own(from, &PAYMENT, PaymentFailure::read))
        }
        Kind::OrderCancelled => {
            let cancellation = read_own(from, &CANCELLATION, Cancellation::read);
            EventPayload::Cancelled(cancellation.or_of_what_is_beside(&from.as_optional()))
        }
        Kind::OrderRefunded => {
            let read = |r: &FieldReader<'_>| Refund::read(r, context.event_id, context.time);
            EventPayload::Refunded(read_required(from, &REFUND, read)?)
        }
        Kind::OrderWithdrawalReceived => {
            let read = |r: &FieldReader<'_>| Withdrawal::read(r, context.event_id, context.time);
            EventPayload::WithdrawalReceived(read_required(from, &WITHDRAWAL, read)?)
        }
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

/// The object of a type that tells something without it too.
fn read_own<T: Default>(
    from: &FieldReader<'_>,
    own: &OwnObject,
    read: fn(&FieldReader<'_>) -> T,
) -> T {
    let elsewhere = own.elsewhere(&from.as_optional(), |r| Some(read(r)));
    let in_place = || from.tolerated(own.name, |r| Some(read(&r)));
    elsewhere.unwrap_or_else(in_place).unwrap_or_default()
}

/// The object of a type that tells nothing without it.
fn read_required<T>(
    from: &FieldReader<'_>,
    own: &OwnObject,
    read: impl Fn(&FieldReader<'_>) -> Option<T>,
) -> Option<T> {
    let elsewhere = own.elsewhere(from, &read);
    elsewhere.unwrap_or_else(|| from.required(own.name, |r| read(&r)))
}

/// The parcel. Without one, the event is about all that an order without parcels sends.
fn read_shipment(from: &FieldReader<'_>) -> Option<Shipment> {
    let missing = "The mail names no article, and the parcel has no name of its own.";
    let read = |r: &FieldReader<'_>| {
        let shipment = r.is_object().then(|| Shipment::read(r));
        shipment.or_else(|| r.refuse("an object"))
    };
    let elsewhere = SHIPMENT.elsewhere(&from.as_optional(), read);
    let in_place = || from.expected(SHIPMENT.name, missing, |r| read(&r));
    Some(elsewhere.unwrap_or_else(in_place).unwrap_or_else(Shipment::unnamed))
}

/// An update must tell something.
fn with_news(from: &FieldReader<'_>, shipment: Shipment) -> Option<Shipment> {
    if shipment.has_route() {
        return Some(shipment);
    }
    from.refuse_member(
        "shipment",
        "a tracking number, a link, a carrier, a day or a pickup: otherwise there is nothing to tell",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::warnings::read_form;
    use serde_json::json;

    fn event(kind: &str, name: &str, member: Value) -> Value {
        let price = json!({ "amount": 1490, "currency": "EUR" });
        let line = json!({ "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": price });
        json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": kind,
            "data": {
                "order": {
                    "id": "1", "customer": { "email": "jo@example.com" }, "lines": [line],
                    "totals": { "total": price },
                },
                name: member,
            },
        })
    }

    /// The event, and where it was warned of.
    fn read(json: &Value) -> (Event, Vec<String>) {
        let (event, warnings) = read_form(json);
        let event = event.unwrap_or_else(|errors| panic!("{errors:?}"));
        (event, warnings.into_iter().map(|warning| warning.pointer).collect())
    }

    #[test]
    fn an_event_that_names_neither_its_source_nor_itself_is_named_by_what_it_says() {
        let bare = |title: &str| {
            let mut bare = event("order.confirmed", "notify", json!(null));
            bare["data"]["order"]["lines"][0]["title"] = json!(title);
            let members = bare.as_object_mut().expect("an object");
            members.retain(|name, _| matches!(name.as_str(), "type" | "data"));
            read(&bare)
        };
        let (first, warnings) = bare("Mug");
        assert_eq!(warnings, ["/specversion", "/source", "/id"]);
        assert_eq!(bare("Mug").0.reference, first.reference, "the same again is a duplicate");
        assert_ne!(bare("Cup").0.reference, first.reference);
    }

    #[test]
    fn data_that_is_a_text_of_json_is_read() {
        let plain = event("\u{feff}Order.Confirmed ", "notify", json!(null));
        let mut text = plain.clone();
        text["data"] = json!(plain["data"].to_string());
        let mut base64 = plain.clone();
        base64.as_object_mut().expect("an object").remove("data");
        base64["data_base64"] = json!(BASE64_STANDARD.encode(plain["data"].to_string()));
        let order = read(&plain).0;
        assert_eq!(read(&text), (order.clone(), vec!["/data".to_owned(), "/type".to_owned()]));
        assert_eq!(read(&base64), (order, vec!["/type".to_owned()]));
        text["data"] = json!("no JSON");
        assert!(Event::parse(&text).is_err());
    }

    #[test]
    fn a_name_of_other_letters_is_encoded_and_a_long_one_is_told_by_a_digest() {
        let named = |id: &str| {
            let mut event = event("order.confirmed", "notify", json!(null));
            event["id"] = json!(id);
            read(&event).0.reference.id.as_str().to_owned()
        };
        assert_eq!(named("Größe 1"), "Gr%C3%B6%C3%9Fe%201");
        assert_eq!(named("e-2"), "e-2");
        let long = named(&"x".repeat(300));
        assert!(long.len() == 32 && long != named(&"x".repeat(301)), "{long}");
    }

    #[test]
    fn a_parcel_without_an_id_is_the_same_one_in_the_next_event_about_it() {
        let id = |kind: &str, shipment: Value| {
            let (event, _) = read(&event(kind, "shipment", shipment));
            event.payload.shipment().expect("a parcel").id.as_str().to_owned()
        };
        let numbered = json!({ "tracking_number": "JD 1", "carrier": "DHL" });
        assert_eq!(id("shipment.shipped", numbered), "JD 1");
        let mugs = |quantity: u32| json!({ "lines": [{ "sku": "MUG", "quantity": quantity }] });
        assert_eq!(id("shipment.shipped", mugs(1)), id("shipment.delivered", mugs(1)));
        assert_ne!(id("shipment.shipped", mugs(1)), id("shipment.shipped", mugs(2)));
        assert_eq!(id("shipment.shipped", json!(null)), id("shipment.delivered", json!({})));
    }

    #[test]
    fn a_refund_without_an_id_is_one_per_event() {
        let refund = json!({ "amount": { "amount": 100, "currency": "EUR" } });
        let (event, warnings) = read(&event("order.refunded", "refund", refund));
        let EventPayload::Refunded(refund) = event.payload else { panic!("a refund") };
        assert_eq!(
            (refund.id.as_str(), warnings.as_slice()),
            ("e-1", &["/data/refund/id".to_owned()][..])
        );
    }

    #[test]
    fn a_withdrawal_without_a_time_arrived_when_its_event_happened() {
        let mut event = event("order.withdrawal_received", "withdrawal", json!({ "id": "W" }));
        event["time"] = json!("2026-11-20T22:30:00+01:00");
        let (event, warnings) = read(&event);
        let EventPayload::WithdrawalReceived(withdrawal) = event.payload else { panic!("one") };
        let received = withdrawal.received_at.map(|time| time.datetime().to_string());
        assert_eq!(received.as_deref(), Some("2026-11-20T22:30:00"));
        assert_eq!(warnings, ["/data/withdrawal/received_at"]);
    }

    #[test]
    fn a_withdrawal_that_is_a_text_is_its_content_and_has_no_number_for_the_customer() {
        let withdrawal = |member: Value| {
            let (event, warnings) = read(&event("order.withdrawal_received", "withdrawal", member));
            assert_eq!(Event::parse(&event.to_json()).as_ref(), Ok(&event), "again");
            let EventPayload::WithdrawalReceived(withdrawal) = event.payload else { panic!("one") };
            (withdrawal, warnings)
        };
        let (of_text, warnings) = withdrawal(json!("I withdraw."));
        assert!(warnings.contains(&"/data/withdrawal".to_owned()), "{warnings:?}");
        assert_eq!(of_text, withdrawal(json!({ "content": "I withdraw." })).0);
        assert_eq!(of_text.content.as_ref().and_then(|it| it.lines().next()), Some("I withdraw."));
        assert_eq!(of_text.number(), None);
        assert_eq!(withdrawal(json!({ "id": "W-1" })).0.number(), Some("W-1"));
    }

    #[test]
    fn an_update_of_a_parcel_has_something_to_tell() {
        let update =
            |shipment: Value| Event::parse(&event("shipment.updated", "shipment", shipment));
        for news in [
            json!({ "carrier": "UPS" }),
            json!({ "tracking_url": "https://t.example/1" }),
            json!({ "tracking": [{ "number": "1" }] }),
            json!({ "expected_on": "2026-11-30" }),
            json!({ "pickup": { "code": "4711" } }),
        ] {
            assert!(update(news.clone()).is_ok(), "{news}");
        }
        let refused = update(json!({ "id": "S", "carrier": "" })).expect_err("nothing to tell");
        assert_eq!(refused[0].pointer, "/data/shipment");
    }

    #[test]
    fn amounts_in_several_currencies_and_articles_that_nobody_ordered_refuse_nothing() {
        let lines = json!([{ "sku": "MUG", "quantity": 3 }, { "sku": "GIFT", "quantity": 1 }]);
        let mut event = event("shipment.shipped", "shipment", json!({ "id": "S", "lines": lines }));
        event["data"]["order"]["totals"]["total"]["currency"] = json!("USD");
        let (event, warnings) = read(&event);
        assert_eq!(warnings, [] as [String; 0], "its form is right");
        assert!(event.order.sums().is_some_and(|sums| sums.rows.is_empty()));
    }
}
