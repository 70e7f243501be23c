//! Invented orders, as the two systems write them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// So long ago.
pub fn ago(duration: SignedDuration) -> Timestamp {
    Timestamp::now() - duration
}

pub const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The address of the order's customer.
pub fn customer(order: u64) -> String {
    format!("c{order}@customers.example")
}

fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// WooCommerce's times: UTC, and nothing says so.
fn gmt(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The order in this file, with these members.
fn order(file: &str, members: &[(&str, Value)]) -> Value {
    let mut order: Value = serde_json::from_str(file).expect("JSON");
    for (pointer, value) in members {
        *order.pointer_mut(pointer).expect("a member of the file") = value.clone();
    }
    order
}

/// A paid order of a mug, made at `at` and not changed since, as Shopify has it.
pub fn shopify(id: u64, at: Timestamp) -> Value {
    let (at, email) = (json!(rfc3339(at)), json!(customer(id)));
    order(
        include_str!("orders/shopify.json"),
        &[
            ("/id", id.into()),
            ("/order_number", id.into()),
            ("/name", format!("#{id}").into()),
            ("/email", email.clone()),
            ("/contact_email", email.clone()),
            ("/customer/email", email),
            ("/created_at", at.clone()),
            ("/processed_at", at.clone()),
            ("/updated_at", at),
        ],
    )
}

/// The same order, since shipped.
pub fn shopify_shipped(id: u64, made: Timestamp, shipped: Timestamp) -> Value {
    let mut order = shopify(id, made);
    let mut line = order["line_items"][0].clone();
    line["fulfillment_status"] = "fulfilled".into();
    order["line_items"][0] = line.clone();
    order["updated_at"] = rfc3339(shipped).into();
    order["fulfillment_status"] = "fulfilled".into();
    order["fulfillments"] = json!([{
        "id": id * 10 + 3, "order_id": id, "name": format!("#{id}.1"), "status": "success",
        "created_at": rfc3339(shipped), "updated_at": rfc3339(shipped), "shipment_status": null,
        "tracking_company": "DHL", "tracking_number": "00340434161094042557",
        "tracking_numbers": ["00340434161094042557"],
        "tracking_urls": ["https://www.dhl.de/?piececode=00340434161094042557"],
        "tracking_url": "https://www.dhl.de/?piececode=00340434161094042557",
        "estimated_delivery_at": null, "line_items": [line],
    }]);
    order
}

/// A paid order of a mug, made at `at` and not changed since, as WooCommerce has it.
pub fn woocommerce(id: u64, at: Timestamp) -> Value {
    let times = ["created", "modified", "paid"];
    let times = times.map(|name| [format!("/date_{name}"), format!("/date_{name}_gmt")]);
    let mut members: Vec<(&str, Value)> =
        times.as_flattened().iter().map(|name| (name.as_str(), gmt(at).into())).collect();
    members.extend([
        ("/id", id.into()),
        ("/number", id.to_string().into()),
        ("/billing/email", customer(id).into()),
    ]);
    order(include_str!("orders/woocommerce.json"), &members)
}

/// An order that is none yet.
pub fn woocommerce_unpaid(id: u64, at: Timestamp) -> Value {
    let mut order = woocommerce(id, at);
    order["status"] = "pending".into();
    order["date_paid_gmt"] = Value::Null;
    order["date_paid"] = Value::Null;
    order
}

/// The same order, changed at `at`.
pub fn woocommerce_changed(mut order: Value, at: Timestamp) -> Value {
    order["date_modified"] = gmt(at).into();
    order["date_modified_gmt"] = gmt(at).into();
    order
}

/// Adds a refund of 5 euros, made at `at`, to the order; returns the list of its own documents.
pub fn refund_woocommerce(order: &mut Value, id: u64, at: Timestamp) -> Value {
    *order = woocommerce_changed(order.take(), at);
    order["refunds"] = json!([{ "id": id, "reason": "scratched", "total": "-5.00" }]);
    json!([{
        "id": id, "parent_id": order["id"], "date_created": gmt(at), "date_created_gmt": gmt(at),
        "amount": "5.00", "reason": "scratched", "refunded_by": 1, "refunded_payment": true,
        "meta_data": [], "line_items": [], "shipping_lines": [], "tax_lines": [], "fee_lines": [],
    }])
}
