//! Shopify's deliveries that carry no order: joined with the newest stored event of theirs.

use serde_json::Value;
use shared::Currency;

use super::fulfillment::{Fulfillment, told_of, under_way};
use super::order::SAMPLE_ORDER;
use super::refund::Refund;
use crate::translate::fact::{Fact, When, into_events};
use crate::translate::json::{id, list, maybe_count, required_id, text, time};
use crate::translate::parcel::{Parcel, Pieces};
use crate::translate::{Delivery, Translation, Untranslatable};

pub(super) fn fulfillment(
    delivery: &Delivery<'_>,
    body: &Value,
    stored: Option<&Value>,
) -> Result<Translation, Untranslatable> {
    // Its order is never stored then: it would be waited for in vain.
    if body.get("email").is_some() && text(body, "email").is_none() {
        return Ok(Translation::Ignored("the order has no e-mail address, so nobody is mailed"));
    }
    let Some(fulfillment) = Fulfillment::new(body) else {
        return Ok(Translation::Ignored(
            "a fulfillment that did not take place, or of nothing that is shipped",
        ));
    };
    with_order(delivery, body, stored, |order| {
        let is_pickup = order.get("pickup").is_some();
        // What is in the other parcels is not known here.
        Ok(fulfillment.facts(&fulfillment.parcel(Vec::new()), order, is_pickup))
    })
}

pub(super) fn fulfillment_event(
    delivery: &Delivery<'_>,
    body: &Value,
    stored: Option<&Value>,
) -> Result<Translation, Untranslatable> {
    let Some(kind) = text(body, "status").and_then(told_of) else {
        return Ok(Translation::Ignored("a status that no customer is told"));
    };
    let parcel_id = required_id(body, "fulfillment_id")?;
    let happened = ["happened_at", "created_at"].into_iter().find_map(|name| time(body, name));
    let happened = happened.unwrap_or(delivery.received_at);
    with_order(delivery, body, stored, |order| {
        let parcel = stored_parcel(stored, &parcel_id);
        let expected = text(body, "estimated_delivery_at");
        let shipment = under_way(&parcel, kind, happened, expected);
        Ok(vec![Fact::of_part(kind, When::At(happened), order.clone(), ("shipment", shipment))])
    })
}

pub(super) fn refund(
    delivery: &Delivery<'_>,
    body: &Value,
    stored: Option<&Value>,
) -> Result<Translation, Untranslatable> {
    let refund = Refund { json: body };
    if !refund.moved_money() {
        return Ok(Translation::Ignored("a refund without money"));
    }
    if refund.is_test() {
        return Ok(Translation::Ignored("a refund of a test payment"));
    }
    with_order(delivery, body, stored, |order| {
        let currency = text(order, "currency").and_then(|code| Currency::parse(code).ok());
        let expected = "an amount above 0, beside the id of the refund and its created_at";
        let money = refund.money(currency);
        let money = money.ok_or_else(|| Untranslatable::field("transactions", expected))?;
        Ok(vec![money.into_fact(order.clone())])
    })
}

/// The facts that `of` makes with the stored order; where there is none, what has to be waited for.
fn with_order(
    delivery: &Delivery<'_>,
    body: &Value,
    stored: Option<&Value>,
    of: impl FnOnce(&Value) -> Result<Vec<Fact>, Untranslatable>,
) -> Result<Translation, Untranslatable> {
    let order_id = required_id(body, "order_id")?;
    if order_id == SAMPLE_ORDER {
        return Ok(Translation::Ignored("a test order"));
    }
    match stored.and_then(|data| data.get("order")) {
        Some(order) => Ok(Translation::Events(into_events(of(order)?, delivery))),
        None => Ok(Translation::NeedsOrder { order_id }),
    }
}

/// What the stored event says of the parcel, if it is about this one.
fn stored_parcel(stored: Option<&Value>, parcel_id: &str) -> Parcel {
    let unknown = Parcel { id: parcel_id.to_owned(), ..Parcel::default() };
    let shipment = stored.and_then(|data| data.get("shipment"));
    let Some(shipment) = shipment.filter(|it| text(it, "id") == Some(parcel_id)) else {
        return unknown;
    };
    let pieces = |entry: &Value| {
        Some(Pieces { line_id: id(entry, "line_id")?, quantity: maybe_count(entry, "quantity")? })
    };
    let owned = |of: &Value, name: &str| text(of, name).map(str::to_owned);
    let tracking = list(shipment, "tracking").into_iter();
    Parcel {
        lines: list(shipment, "lines").into_iter().filter_map(pieces).collect(),
        carrier: owned(shipment, "carrier"),
        tracking: tracking.map(|it| (owned(it, "number"), owned(it, "url"))).collect(),
        ..unknown
    }
}
