//! Deliveries of shop systems: orders of invented people in the systems' own shapes, signed as the systems sign.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use connector::System;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;

/// What the shop `default` signs with in these tests, whichever system it has.
pub const SECRET: &str = "hush-hush-hush-hush-hush";

/// Base64 of the HMAC-SHA256 over the body.
///
/// # Panics
/// Never: an HMAC takes a key of any length.
#[must_use]
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(body);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// The headers that the system sends, signed with `secret`.
#[must_use]
pub fn headers(
    system: System,
    topic: &str,
    secret: &str,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    let [of_topic, of_signature] = match system {
        System::Shopify => ["X-Shopify-Topic", "X-Shopify-Hmac-SHA256"],
        System::WooCommerce => ["X-WC-Webhook-Topic", "X-WC-Webhook-Signature"],
    };
    vec![
        ("Content-Type", "application/json".to_owned()),
        (of_topic, topic.to_owned()),
        (of_signature, signature(secret, body)),
    ]
}

/// The path of the connector's URL.
#[must_use]
pub fn path(shop: &str, system: System) -> String {
    format!("/v1/shops/{shop}/{system}")
}

/// The customer of the order with this id.
#[must_use]
pub fn customer(id: u64) -> String {
    format!("c{id}@customers.example")
}

/// An order of this system that was paid just now.
#[must_use]
pub fn paid_order(system: System, id: u64) -> Value {
    paid_order_at(system, id, Timestamp::now() - SignedDuration::from_mins(1))
}

/// An order of this system that was placed and paid at `at`.
#[must_use]
pub fn paid_order_at(system: System, id: u64, at: Timestamp) -> Value {
    match system {
        System::Shopify => shopify_order(id, at),
        System::WooCommerce => woocommerce_order(id, at),
    }
}

fn money(amount: &str) -> Value {
    let money = json!({ "amount": amount, "currency_code": "EUR" });
    json!({ "shop_money": money, "presentment_money": money })
}

/// One object of the members of several.
fn merged<const N: usize>(parts: [Value; N]) -> Value {
    let members = parts.into_iter().flat_map(|part| match part {
        Value::Object(members) => members,
        _ => serde_json::Map::new(),
    });
    Value::Object(members.collect())
}

fn shopify_order(id: u64, at: Timestamp) -> Value {
    let at = format!("{at:.0}");
    let email = customer(id);
    let address = json!({
        "first_name": "Zoë", "last_name": "Example", "name": "Zoë Example", "company": null,
        "address1": "Main Street 1", "address2": null, "city": "Dublin", "zip": "D02 X285",
        "province": null, "province_code": null, "country": "Ireland", "country_code": "IE", "phone": null,
    });
    let head = json!({
        "id": id, "admin_graphql_api_id": format!("gid://shopify/Order/{id}"), "name": format!("#{id}"),
        "order_number": id, "number": id, "test": false, "confirmed": true,
        "email": email, "contact_email": email, "customer_locale": "en-IE",
        "created_at": at, "processed_at": at, "updated_at": at, "closed_at": null,
        "cancelled_at": null, "cancel_reason": null,
        "currency": "EUR", "presentment_currency": "EUR", "financial_status": "paid",
        "fulfillment_status": null, "taxes_included": true,
        "order_status_url": format!("https://shop.example/1/orders/{id}/authenticate?key=secret"),
    });
    let amounts = json!({
        "total_line_items_price_set": money("29.80"), "subtotal_price_set": money("29.80"),
        "total_discounts_set": money("0.00"), "total_shipping_price_set": money("4.90"),
        "total_tax_set": money("5.54"), "total_price_set": money("34.70"),
        "current_total_price_set": money("34.70"), "total_tip_received": "0.00",
    });
    let rest = json!({
        "note": null, "note_attributes": [], "discount_codes": [], "payment_gateway_names": ["bogus"],
        "customer": { "id": 7, "email": email, "first_name": "Zoë", "last_name": "Example" },
        "billing_address": address, "shipping_address": address,
        "line_items": [{
            "id": id * 10 + 1, "sku": "MUG-BLUE", "title": "Stoneware mug", "variant_title": "blue",
            "name": "Stoneware mug - blue", "quantity": 2, "current_quantity": 2,
            "fulfillable_quantity": 2, "fulfillment_status": null, "requires_shipping": true,
            "gift_card": false, "price": "14.90", "price_set": money("14.90"),
            "total_discount_set": money("0.00"), "discount_allocations": [], "properties": [],
            "tax_lines": [],
        }],
        "shipping_lines": [{ "id": 1, "title": "DHL", "price_set": money("4.90"), "discounted_price_set": money("4.90") }],
        "tax_lines": [], "fulfillments": [], "refunds": [],
    });
    merged([head, amounts, rest])
}

/// A parcel with everything of [`paid_order`], as `fulfillments/create` sends it: without the order.
#[must_use]
pub fn shopify_fulfillment(order: u64) -> Value {
    shopify_fulfillment_at(order, Timestamp::now())
}

/// The same, sent at `at`.
#[must_use]
pub fn shopify_fulfillment_at(order: u64, at: Timestamp) -> Value {
    let at = format!("{at:.0}");
    json!({
        "id": order * 100 + 1, "order_id": order, "name": format!("#{order}.1"), "status": "success",
        "service": "manual", "shipment_status": null, "created_at": at, "updated_at": at,
        "estimated_delivery_at": null, "tracking_company": "DHL",
        "tracking_number": "00340434161094022115", "tracking_numbers": ["00340434161094022115"],
        "tracking_url": "https://track.example/00340434161094022115",
        "tracking_urls": ["https://track.example/00340434161094022115"],
        "email": customer(order),
        "line_items": [{ "id": order * 10 + 1, "sku": "MUG-BLUE", "title": "Stoneware mug", "quantity": 2, "requires_shipping": true, "gift_card": false }],
    })
}

fn woocommerce_order(id: u64, at: Timestamp) -> Value {
    let at = at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let address = json!({
        "first_name": "Zoë", "last_name": "Example", "company": "", "address_1": "Main Street 1",
        "address_2": "", "city": "Dublin", "state": "", "postcode": "D02 X285", "country": "IE",
        "phone": "",
    });
    let mut billing = address.clone();
    billing["email"] = customer(id).into();
    let head = json!({
        "id": id, "parent_id": 0, "number": id.to_string(), "order_key": "wc_order_secret",
        "created_via": "checkout", "version": "10.3.5", "status": "processing", "currency": "EUR",
        "date_created": at, "date_created_gmt": at, "date_modified": at, "date_modified_gmt": at,
        "date_paid": at, "date_paid_gmt": at, "date_completed": null, "date_completed_gmt": null,
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "4.12",
        "shipping_tax": "0.78", "cart_tax": "4.76", "total": "34.70", "total_tax": "5.54",
        "prices_include_tax": true, "customer_id": 0, "customer_note": "",
        "payment_method": "bacs", "payment_method_title": "Direct bank transfer",
        "billing": billing, "shipping": address,
    });
    let rest = json!({
        "line_items": [{
            "id": id * 10 + 1, "name": "Stoneware mug &ndash; blue", "product_id": 3, "variation_id": 0,
            "quantity": 2, "tax_class": "", "subtotal": "25.04", "subtotal_tax": "4.76",
            "total": "25.04", "total_tax": "4.76", "taxes": [], "meta_data": [], "sku": "MUG-BLUE",
            "price": 12.52, "image": { "id": "", "src": "" }, "parent_name": null,
        }],
        "shipping_lines": [{
            "id": 2, "method_title": "DHL", "method_id": "flat_rate", "instance_id": "1",
            "total": "4.12", "total_tax": "0.78", "taxes": [], "meta_data": [],
        }],
        "tax_lines": [], "fee_lines": [], "coupon_lines": [], "refunds": [], "meta_data": [],
    });
    merged([head, rest])
}
