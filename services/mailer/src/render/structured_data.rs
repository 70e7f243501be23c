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

use serde_json::{Map, Value, json};
use shared::Money;
use shared::contract::address::{Address, Pickup};
use shared::contract::articles::Named;
use shared::contract::event::{Event, EventPayload};
use shared::contract::order::Order;
use shared::contract::order_line::OrderLine;
use shared::contract::shipment::Shipment;

use super::Brand;
use super::autolink::has_link;
use super::parcel::Track;

/// The most articles named.
const MAX_ARTICLES: usize = 8;
/// The largest block, as it is written: with two full lists, the mail stays below 102 KB, where Gmail truncates it.
const MAX_BYTES: usize = 3_500;

/// The JSON of the block for the mail that `event` asks for, in the name of the shop `brand`: safe to stand in a
/// `script` element. `None` where something is missing that such a block has to have.
pub fn json_ld(event: &Event, brand: &Brand) -> Option<String> {
    let order = &event.order;
    let data = match &event.payload {
        EventPayload::Confirmed | EventPayload::OrderUpdated(_) => {
            order_data(order, brand, Some("OrderProcessing"))
        }
        EventPayload::Cancelled(cancellation) => {
            let status =
                if cancellation.is_partial() { "OrderProcessing" } else { "OrderCancelled" };
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
    data.map(|data| escaped(&data.to_string())).filter(|json| json.len() <= MAX_BYTES)
}

fn order_data(order: &Order, brand: &Brand, status: Option<&str>) -> Option<Value> {
    let total = order.totals.total?;
    let offers: Vec<Value> = order.lines.iter().take(MAX_ARTICLES).map(offer).collect();
    if offers.is_empty() {
        return None;
    }
    let mut data = named_order(order, brand);
    data.insert("@context".to_owned(), json!("http://schema.org"));
    data.insert("price".to_owned(), json!(decimal(total)));
    data.insert("priceCurrency".to_owned(), json!(total.currency.code()));
    data.insert("acceptedOffer".to_owned(), json!(offers));
    if let Some(status) = status {
        data.insert("orderStatus".to_owned(), json!(format!("http://schema.org/{status}")));
    }
    if let Some(placed) = order.placed_at.filter(|placed| !placed.is_day()) {
        data.insert("orderDate".to_owned(), json!(placed.timestamp().to_string()));
    }
    if let Some(url) = &order.url {
        let action = json!({ "@type": "ViewAction", "url": url.as_str() });
        data.insert("potentialAction".to_owned(), action);
        data.insert("url".to_owned(), json!(url.as_str()));
    }
    Some(Value::Object(data))
}

/// An order, as far as its name goes.
fn named_order(order: &Order, brand: &Brand) -> Map<String, Value> {
    let merchant = json!({ "@type": "Organization", "name": brand.name.as_str() });
    let members = [
        ("@type", json!("Order")),
        ("orderNumber", json!(order.number.as_str())),
        ("merchant", merchant),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn offer(line: &OrderLine) -> Value {
    let mut offer = json!({ "@type": "Offer", "itemOffered": product(line.title.as_str()) });
    if let Some(price) = line.unit_price {
        offer["price"] = json!(decimal(price));
        offer["priceCurrency"] = json!(price.currency.code());
    }
    if let Some(quantity) = line.quantity {
        offer["eligibleQuantity"] =
            json!({ "@type": "QuantitativeValue", "value": quantity.to_string() });
    }
    offer
}

fn product(name: &str) -> Value {
    json!({ "@type": "Product", "name": name })
}

fn parcel_data(order: &Order, shipment: &Shipment, brand: &Brand) -> Option<Value> {
    let articles = order.articles(&shipment.lines);
    let name = |named: &Named<'_>| match named {
        Named::Line(line) => Some(line.title.to_string()),
        Named::Part(_, part) => Some(part.title.to_string()),
        Named::Other(entry) => entry.title.as_ref().map(ToString::to_string),
        Named::OneOf(_) => None,
    };
    let names = articles.iter().filter_map(|article| name(&article.named)).take(MAX_ARTICLES);
    let items: Vec<Value> = names.map(|name| product(&name)).collect();
    let carrier = shipment.carrier.as_ref()?;
    let mut data = json!({
        "@context": "http://schema.org",
        "@type": "ParcelDelivery",
        "deliveryAddress": destination(order, shipment)?,
        "expectedArrivalUntil": shipment.expected_on?.to_string(),
        "carrier": { "@type": "Organization", "name": carrier.as_str() },
        "itemShipped": items,
        "partOfOrder": named_order(order, brand),
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
    (!items.is_empty()).then_some(data)
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
    let means_something = |c| {
        matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
    };
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
