//! An order as WooCommerce shows it, with the plugin Shipment Tracking.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Line, Order, Parcel, Stage};

fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn gmt(at: Timestamp) -> String {
    at.to_string().trim_end_matches('Z').to_owned()
}

fn line(line: &Line) -> Value {
    let quantity = line.bought - line.removed;
    json!({
        "id": line.id, "name": format!("Article {} &amp; more", line.id), "sku": "", "quantity": quantity,
        "subtotal": decimal(quantity * 1000), "subtotal_tax": "0.00",
        "total": decimal(quantity * 1000), "total_tax": "0.00", "meta_data": [],
    })
}

/// The plugin knows the day alone.
fn tracking_item(parcel: &Parcel) -> Value {
    let midnight = parcel.sent_at.as_second().div_euclid(86_400) * 86_400;
    json!({
        "tracking_id": format!("{}{}", parcel.id, parcel.number), "custom_tracking_provider": "DHL",
        "tracking_number": format!("T{}-{}", parcel.id, parcel.number), "date_shipped": midnight.to_string(),
    })
}

fn status(order: &Order) -> &'static str {
    match order.parcels.iter().map(|parcel| parcel.stage).min() {
        _ if order.cancelled_at.is_some() => "cancelled",
        Some(Stage::Delivered) => "delivered",
        Some(Stage::Out) => "out-for-delivery",
        Some(Stage::Sent) => "completed",
        None => "processing",
    }
}

pub fn snapshot(order: &Order) -> Value {
    let refunds = order.refunds.iter().map(|refund| {
        let date = order.dates_refunds.then(|| gmt(refund.at));
        json!({ "id": refund.id, "reason": "", "total": format!("-{}", decimal(refund.amount)),
                "date_created_gmt": date })
    });
    let items: Vec<Value> = order.parcels.iter().map(tracking_item).collect();
    let address = json!({ "first_name": "Jo", "last_name": "", "address_1": format!("Main St {}", order.street),
                          "city": "Bonn", "country": "DE", "email": "jo@example.com" });
    json!({
        "id": 4711, "number": "4711", "status": status(order), "currency": "EUR", "prices_include_tax": true,
        "date_created": gmt(order.placed_at), "date_created_gmt": gmt(order.placed_at),
        "date_modified_gmt": gmt(order.changed_at), "date_paid_gmt": gmt(order.placed_at),
        "billing": address, "shipping": address, "line_items": order.lines.iter().map(line).collect::<Vec<_>>(),
        "shipping_total": "5.00", "shipping_tax": "0.00", "discount_total": "0.00", "discount_tax": "0.00",
        "shipping_lines": [{ "method_id": "flat_rate", "method_title": "Versand", "total": "5.00", "total_tax": "0.00" }],
        "fee_lines": [], "coupon_lines": [], "tax_lines": [], "refunds": refunds.collect::<Vec<_>>(),
        "total": decimal(order.total_now()), "total_tax": "0.00",
        "meta_data": [{ "key": "_wc_shipment_tracking_items", "value": items }],
    })
}
