//! The block for programs, against what Google's pages ask of it.

use serde_json::{Value, json};

use super::{BLOCK_START, render_sample, sample, samples};
use crate::render::Mail;

/// What the smallest examples of Google's pages have
/// (<https://developers.google.com/workspace/gmail/markup/reference/order>, `…/parcel-delivery`), as JSON Schema.
fn google() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let named = |kind: &str| {
        json!({
            "type": "object", "required": ["@type", "name"],
            "properties": { "@type": { "const": kind }, "name": text }
        })
    };
    let price = json!({ "type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$" });
    let currency = json!({ "type": "string", "pattern": "^[A-Z]{3}$" });
    let link = json!({ "type": "string", "pattern": "^https?://[^ ]+$" });
    let order = json!({
        "required": ["orderNumber", "priceCurrency", "price", "acceptedOffer", "merchant"],
        "properties": {
            "@context": { "const": "http://schema.org" }, "@type": { "const": "Order" },
            "merchant": named("Organization"), "orderNumber": text, "price": price,
            "priceCurrency": currency, "url": link, "orderDate": { "format": "date-time" },
            "orderStatus": { "enum": ["http://schema.org/OrderProcessing", "http://schema.org/OrderCancelled"] },
            "potentialAction": {
                "required": ["url"], "properties": { "@type": { "const": "ViewAction" }, "url": link }
            },
            "acceptedOffer": { "type": "array", "minItems": 1, "maxItems": 8, "items": {
                "required": ["@type", "itemOffered"],
                "properties": {
                    "@type": { "const": "Offer" }, "itemOffered": named("Product"),
                    "price": price, "priceCurrency": currency,
                    "eligibleQuantity": { "properties": { "value": { "pattern": "^[0-9.]+$" } } }
                },
                "additionalProperties": false
            } }
        },
        "additionalProperties": false
    });
    let parcel = json!({
        "required": ["deliveryAddress", "expectedArrivalUntil", "carrier", "itemShipped", "partOfOrder"],
        "properties": {
            "@context": { "const": "http://schema.org" }, "@type": { "const": "ParcelDelivery" },
            "deliveryAddress": {
                "required": ["streetAddress", "addressLocality", "postalCode", "addressCountry"],
                "properties": {
                    "@type": { "const": "PostalAddress" }, "name": text, "streetAddress": text,
                    "addressLocality": text, "addressRegion": text, "postalCode": text,
                    "addressCountry": { "pattern": "^[A-Z]{2}$" }
                },
                "additionalProperties": false
            },
            "expectedArrivalUntil": { "type": "string", "format": "date" },
            "carrier": named("Organization"),
            "itemShipped": { "type": "array", "minItems": 1, "maxItems": 8, "items": named("Product") },
            "partOfOrder": {
                "required": ["@type", "orderNumber", "merchant"],
                "properties": {
                    "@type": { "const": "Order" }, "orderNumber": text, "merchant": named("Organization")
                },
                "additionalProperties": false
            },
            "trackingNumber": text, "trackingUrl": link,
            "potentialAction": {
                "required": ["target"], "properties": { "@type": { "const": "TrackAction" }, "target": link }
            }
        },
        "additionalProperties": false
    });
    json!({ "type": "object", "oneOf": [order, parcel] })
}

fn check(data: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("urn:google", google()).expect("a schema");
    let schema = compiler.compile("urn:google", &mut schemas).expect("a schema");
    if let Err(errors) = schemas.validate(data, schema) {
        panic!("{errors:#}\n{data:#}");
    }
}

/// The block's text, if the mail has one.
fn block(mail: &Mail) -> Option<&str> {
    let (_, rest) = mail.html.split_once(BLOCK_START)?;
    Some(rest.split_once("</script>").expect("the end of the block").0)
}

fn data(mail: &Mail) -> Option<Value> {
    block(mail).map(|text| serde_json::from_str(text).expect("JSON"))
}

/// A parcel of which everything is known.
fn parcel() -> Value {
    let mut event = sample("shipped_with_pictures_and_links");
    event["data"]["order"]["shipping_address"]["region"] = json!("HH");
    event
}

#[test]
fn every_block_has_what_google_asks_for_and_nothing_else() {
    let mut kinds = std::collections::BTreeSet::new();
    for (name, event) in samples() {
        let mail = render_sample(&event);
        let Some(data) = data(&mail) else { continue };
        check(&data);
        assert_eq!(mail.html.matches("<script").count(), 1, "{name}");
        kinds.insert(event["type"].as_str().expect("a type").to_owned());
    }
    for kind in [
        "order.confirmed",
        "order.cancelled",
        "order.refunded",
        "order.updated",
        "shipment.shipped",
    ] {
        assert!(kinds.contains(kind), "no sample of {kind} has a block: {kinds:?}");
    }
}

#[test]
fn a_block_says_what_the_event_says() {
    let order = data(&render_sample(&sample("confirmed_jpy_east_asian"))).expect("a block");
    assert_eq!((&order["price"], &order["priceCurrency"]), (&json!("20800"), &json!("JPY")));
    assert_eq!(order["acceptedOffer"][1]["eligibleQuantity"]["value"], "2");
    assert_eq!(order["orderStatus"], "http://schema.org/OrderProcessing");
    let cancelled = data(&render_sample(&sample("cancelled_with_refund"))).expect("a block");
    assert_eq!(cancelled["orderStatus"], "http://schema.org/OrderCancelled");
    assert_eq!(cancelled["price"], "349.41");
    let parcel = data(&render_sample(&parcel())).expect("a block");
    assert_eq!(parcel["expectedArrivalUntil"], "2026-11-24");
    assert_eq!(parcel["trackingNumber"], "00340434161094015902");
    assert_eq!(parcel["deliveryAddress"]["addressRegion"], "HH");
    assert_eq!(parcel["partOfOrder"]["orderNumber"], "#1001");
    assert_eq!(parcel["itemShipped"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_lacks_something_has_no_block() {
    for pointer in [
        "/data/order/shipping_address/city",
        "/data/order/shipping_address/postal_code",
        "/data/order/shipping_address/country",
        "/data/order/shipping_address/lines",
        "/data/order/shipping_address",
        "/data/shipment/expected_on",
        "/data/shipment/carrier",
        "/data/shipment/lines",
    ] {
        let mut event = parcel();
        *event.pointer_mut(pointer).expect(pointer) = Value::Null;
        assert_eq!(block(&render_sample(&event)), None, "{pointer}");
    }
    let mut event = sample("confirmed_jpy_east_asian");
    event["data"]["order"]["totals"] = json!({});
    assert_eq!(block(&render_sample(&event)), None);
}

#[test]
fn nothing_in_a_block_ends_it_or_becomes_a_link() {
    let hostile = "</script><script>alert(1)</script><!-- &lt; \"}\\";
    let mut event = parcel();
    event["data"]["order"]["number"] = json!(hostile);
    event["data"]["order"]["lines"][0]["title"] = json!(hostile);
    event["data"]["shipment"]["carrier"] = json!(hostile);
    event["data"]["order"]["shipping_address"]["city"] = json!("</script>");
    let mail = render_sample(&event);
    let text = block(&mail).expect("a block");
    assert!(!text.contains(['<', '>', '&']), "{text}");
    let data = data(&mail).expect("a block");
    assert_eq!(data["itemShipped"][0]["name"], hostile);
    check(&data);
    for link in ["evil.example/claim", "https://evil.example", "0900 1234567"] {
        event["data"]["order"]["shipping_address"]["lines"] = json!([link]);
        assert_eq!(block(&render_sample(&event)), None, "{link}");
    }
}

#[test]
fn a_block_that_is_too_large_is_left_out() {
    let mut event = parcel();
    event["data"]["order"]["lines"][0]["title"] = json!("<".repeat(300));
    assert!(block(&render_sample(&event)).is_some_and(|text| text.len() <= 3_500));
    event["data"]["order"]["lines"][1]["title"] = json!("<".repeat(300));
    assert_eq!(block(&render_sample(&event)), None);
}
