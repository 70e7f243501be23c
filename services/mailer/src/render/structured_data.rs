//! What a mail is about, for the programs that read it: schema.org's `Order` and `ParcelDelivery` as JSON-LD, by which
//! Gmail, Apple Mail and others show an order or a parcel beside the mail.
//!
//! As Google's pages ask (<https://developers.google.com/workspace/gmail/markup/reference/order>, `…/parcel-delivery`):
//! what their smallest examples have is all there, or there is no block. Two things differ. An address without a region
//! has none: most countries' addresses have none, and a made-up one would be shown. The day of arrival is a date, as the
//! event has no time of day; schema.org takes both.
//!
//! Whatever the event holds, the block stays a block: JSON in which `<`, `>`, `&` and the line separators of JavaScript
//! are written as escapes, so that nothing in it ends the element. What a customer typed is there only as the address,
//! and not if it holds a link: a program that shows it would make one of it.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};
use shared::contract::address::{Address, Pickup};
use shared::contract::articles;
use shared::contract::event::{Event, EventPayload};
use shared::contract::order::Order;
use shared::contract::order_line::OrderLine;
use shared::contract::shipment::Shipment;
use shared::{HttpUrl, Money};

use super::Brand;
use super::autolink::has_link;
use super::parcel::Track;

/// The most articles named.
const MAX_ARTICLES: usize = 8;
/// The largest block, as it is written: with two full lists, the mail stays below 102 KB, where Gmail truncates it.
const MAX_BYTES: usize = 3_500;

/// The status of an order that goes on.
const PROCESSING: &str = "http://schema.org/OrderProcessing";
/// The status of one that does not.
const CANCELLED: &str = "http://schema.org/OrderCancelled";

/// The JSON of the block for the mail that `event` asks for, in the name of the shop `brand`: safe to stand in a
/// `script` element. `None` where something is missing that such a block has to have.
pub fn json_ld(event: &Event, brand: &Brand) -> Option<String> {
    let order = &event.order;
    let data = match &event.payload {
        EventPayload::Confirmed | EventPayload::OrderUpdated(_) => {
            order_data(order, brand, Some(PROCESSING))
        }
        EventPayload::Cancelled(cancellation) => {
            let status = if cancellation.is_partial() { PROCESSING } else { CANCELLED };
            order_data(order, brand, Some(status))
        }
        // Money goes back for many reasons; no status of schema.org says just that.
        EventPayload::Refunded(_) => order_data(order, brand, None),
        EventPayload::PaymentFailed(_) | EventPayload::WithdrawalReceived(_) => None,
        EventPayload::Shipped(shipment)
        | EventPayload::Updated(shipment)
        | EventPayload::Delayed(shipment)
        | EventPayload::OutForDelivery(shipment)
        | EventPayload::DeliveryAttempted(shipment)
        | EventPayload::ReadyForPickup(shipment)
        | EventPayload::Delivered(shipment)
        | EventPayload::Returned(shipment) => parcel_data(order, shipment, brand),
    };
    data.map(|json| escaped(&json)).filter(|json| json.len() <= MAX_BYTES)
}

/// The JSON of a block.
fn written(data: &impl Serialize) -> Option<String> {
    serde_json::to_string(data).ok()
}

fn order_data(order: &Order, brand: &Brand, status: Option<&'static str>) -> Option<String> {
    let total = order.totals.total?;
    let accepted_offer: Vec<Offer<'_>> =
        order.lines.iter().take(MAX_ARTICLES).map(Offer::new).collect();
    if accepted_offer.is_empty() {
        return None;
    }
    let placed = order.placed_at.filter(|placed| !placed.is_day());
    let url = order.url.as_ref().map(HttpUrl::as_str);
    written(&OrderData {
        context: "http://schema.org",
        kind: "Order",
        accepted_offer,
        merchant: Named::new("Organization", brand.name.as_str()),
        order_date: placed.map(|placed| placed.timestamp().to_string()),
        order_number: order.number.as_str(),
        order_status: status,
        potential_action: url.map(|url| ViewAction { kind: "ViewAction", url }),
        price: decimal(total),
        price_currency: total.currency.code(),
        url,
    })
}

// Members in the order of their names, as `json!` writes them.

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderData<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    accepted_offer: Vec<Offer<'a>>,
    merchant: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_date: Option<String>,
    order_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    potential_action: Option<ViewAction<'a>>,
    price: String,
    price_currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct ViewAction<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    url: &'a str,
}

/// An `Organization` or a `Product`, as far as its name goes.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Offer<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    eligible_quantity: Option<QuantitativeValue>,
    item_offered: Named<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_currency: Option<&'a str>,
}

#[derive(Serialize)]
struct QuantitativeValue {
    #[serde(rename = "@type")]
    kind: &'static str,
    value: String,
}

impl<'a> Named<'a> {
    const fn new(kind: &'static str, name: &'a str) -> Self {
        Self { kind, name }
    }
}

impl<'a> Offer<'a> {
    fn new(line: &'a OrderLine) -> Self {
        let quantity = |value| QuantitativeValue { kind: "QuantitativeValue", value };
        Self {
            kind: "Offer",
            eligible_quantity: line.quantity.map(|it| quantity(it.to_string())),
            item_offered: Named::new("Product", line.title.as_str()),
            price: line.unit_price.map(decimal),
            price_currency: line.unit_price.as_ref().map(|price| price.currency.code()),
        }
    }
}

fn parcel_data(order: &Order, shipment: &Shipment, brand: &Brand) -> Option<String> {
    let articles = order.articles(&shipment.lines);
    let name = |named: &articles::Named<'_>| match named {
        articles::Named::Line(line) => Some(line.title.to_string()),
        articles::Named::Part(_, part) => Some(part.title.to_string()),
        articles::Named::Other(entry) => entry.title.as_ref().map(ToString::to_string),
        articles::Named::OneOf(_) => None,
    };
    let names = articles.iter().filter_map(|article| name(&article.named)).take(MAX_ARTICLES);
    let items: Vec<Value> = names.map(|name| json!(Named::new("Product", &name))).collect();
    let carrier = shipment.carrier.as_ref()?;
    let mut data = json!({
        "@context": "http://schema.org",
        "@type": "ParcelDelivery",
        "deliveryAddress": destination(order, shipment)?,
        "expectedArrivalUntil": shipment.expected_on?.to_string(),
        "carrier": Named::new("Organization", carrier.as_str()),
        "itemShipped": items,
        "partOfOrder": {
            "@type": "Order",
            "merchant": Named::new("Organization", brand.name.as_str()),
            "orderNumber": order.number.as_str(),
        },
    });
    if let [track] = Track::list(order, shipment).as_slice() {
        if let Some(number) = &track.number {
            data["trackingNumber"] = json!(number.as_str());
        }
        if let Some(url) = track.url.as_deref() {
            data["trackingUrl"] = json!(url);
            data["potentialAction"] = json!({ "@type": "TrackAction", "target": url });
        }
    }
    if items.is_empty() { None } else { written(&data) }
}

/// Where the parcel goes: to the place where it is fetched, or to the customer, without a name.
fn destination(order: &Order, shipment: &Shipment) -> Option<Value> {
    let fetched = match &shipment.pickup {
        Some(place) => Some(place.clone().or(order.pickup.as_ref())),
        None => order.pickup.clone(),
    };
    match &fetched {
        Some(Pickup { name, address, .. }) => {
            postal_address(address.as_ref()?, name.as_ref().map(|name| name.as_str()))
        }
        None => {
            let address = order.shipping_address.as_ref().filter(|address| !holds_link(address))?;
            postal_address(address, None)
        }
    }
}

fn holds_link(address: &Address) -> bool {
    let parts = [&address.city, &address.postal_code, &address.region].into_iter().flatten();
    parts.chain(&address.lines).any(|part| has_link(part.as_str()))
}

fn postal_address(address: &Address, name: Option<&str>) -> Option<Value> {
    let street: Vec<&str> = address.lines.iter().map(|line| line.as_str()).collect();
    let mut data = json!({
        "@type": "PostalAddress",
        "streetAddress": Some(street.join(", ")).filter(|street| !street.is_empty())?,
        "addressLocality": address.city.as_ref()?.as_str(),
        "postalCode": address.postal_code.as_ref()?.as_str(),
        "addressCountry": address.country.as_ref().filter(|c| c.is_code())?.as_str(),
    });
    if let Some(region) = &address.region {
        data["addressRegion"] = json!(region.as_str());
    }
    if let Some(name) = name {
        data["name"] = json!(name);
    }
    Some(data)
}

/// `349.41`, for machines: a point, and no other sign but a minus.
fn decimal(money: Money) -> String {
    let decimals = money.currency.minor_digits() as usize;
    let digits = format!("{:0>width$}", money.amount.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let minus = if money.amount < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{minus}{whole}{point}{fraction}")
}

/// JSON in which no character means anything to HTML, or ends a line in JavaScript. All of them can only be within texts.
fn escaped(json: &str) -> String {
    // And the isolates, of which the rest of the mail takes out those that it does not need, pair by pair.
    let means_something =
        |c| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}');
    let mut escaped = String::with_capacity(json.len());
    let mut rest = 0;
    for (at, found) in json.match_indices(means_something) {
        escaped.push_str(&json[rest..at]);
        rest = at + found.len();
        for c in found.chars() {
            write!(escaped, "\\u{:04x}", u32::from(c)).expect("a String takes every write");
        }
    }
    escaped.push_str(&json[rest..]);
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_or_javascript_reads_is_escaped_and_means_the_same() {
        let text = "</script>&\u{2028}\u{2029}é";
        let json = json!([text]).to_string();
        let written = escaped(&json);
        assert!(!written.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), json!([text]));
    }
}
