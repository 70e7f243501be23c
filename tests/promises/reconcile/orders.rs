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

fn set(amount: &str) -> Value {
    let money = json!({ "amount": amount, "currency_code": "EUR" });
    json!({ "shop_money": money, "presentment_money": money })
}

/// A paid order of a mug, made at `at` and not changed since, as Shopify has it.
pub fn shopify(id: u64, at: Timestamp) -> Value {
    let address = json!({
        "first_name": "Ada", "last_name": "Lindgren", "name": "Ada Lindgren",
        "address1": "Bergstr. 12", "address2": null, "zip": "10115", "city": "Berlin",
        "province": null, "country": "Germany", "country_code": "DE", "phone": null,
    });
    json!({
        "id": id, "name": format!("#{id}"), "order_number": id, "test": false,
        "email": customer(id), "contact_email": customer(id), "phone": null,
        "customer_locale": "en-IE", "note": null,
        "created_at": rfc3339(at), "processed_at": rfc3339(at), "updated_at": rfc3339(at),
        "cancelled_at": null, "cancel_reason": null, "closed_at": null, "confirmed": true,
        "currency": "EUR", "presentment_currency": "EUR",
        "financial_status": "paid", "fulfillment_status": null, "gateway": "card",
        "taxes_included": true,
        "total_price": "29.90", "total_price_set": set("29.90"),
        "subtotal_price": "24.90", "subtotal_price_set": set("24.90"),
        "current_total_price": "29.90", "current_total_price_set": set("29.90"),
        "current_subtotal_price": "24.90", "current_subtotal_price_set": set("24.90"),
        "total_line_items_price": "24.90", "total_line_items_price_set": set("24.90"),
        "total_shipping_price_set": set("5.00"),
        "total_discounts": "0.00", "total_discounts_set": set("0.00"),
        "current_total_discounts_set": set("0.00"),
        "total_tax": "4.77", "total_tax_set": set("4.77"), "current_total_tax_set": set("4.77"),
        "total_tip_received": "0.00",
        "customer": { "id": 7, "email": customer(id), "first_name": "Ada", "last_name": "Lindgren" },
        "shipping_address": address, "billing_address": address,
        "line_items": [{
            "id": id * 10 + 1, "sku": "MUG", "title": "Mug", "name": "Mug - blue",
            "variant_title": "blue", "quantity": 1, "current_quantity": 1, "fulfillable_quantity": 1,
            "price": "24.90", "price_set": set("24.90"), "requires_shipping": true,
            "gift_card": false, "taxable": true, "properties": [], "total_discount": "0.00",
            "total_discount_set": set("0.00"), "discount_allocations": [], "tax_lines": [],
        }],
        "shipping_lines": [{
            "id": id * 10 + 2, "title": "Standard", "price": "5.00", "price_set": set("5.00"),
            "discounted_price": "5.00", "discounted_price_set": set("5.00"), "tax_lines": [],
        }],
        "discount_codes": [], "tax_lines": [], "note_attributes": [], "tags": "",
        "fulfillments": [], "refunds": [],
    })
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
    let address = json!({
        "first_name": "Ada", "last_name": "Lindgren", "company": "", "address_1": "Bergstr. 12",
        "address_2": "", "city": "Berlin", "state": "", "postcode": "10115", "country": "DE",
        "phone": "",
    });
    let mut billing = address.clone();
    billing["email"] = customer(id).into();
    json!({
        "id": id, "parent_id": 0, "number": id.to_string(), "order_key": "wc_order_secret",
        "status": "processing", "currency": "EUR", "version": "10.3.0", "prices_include_tax": true,
        "date_created": gmt(at), "date_created_gmt": gmt(at),
        "date_modified": gmt(at), "date_modified_gmt": gmt(at),
        "date_paid": gmt(at), "date_paid_gmt": gmt(at), "date_completed": null,
        "date_completed_gmt": null,
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "4.20",
        "shipping_tax": "0.80", "cart_tax": "3.98", "total": "29.90", "total_tax": "4.78",
        "customer_id": 0, "customer_note": "", "billing": billing, "shipping": address,
        "payment_method": "stripe", "payment_method_title": "Card", "transaction_id": "t-1",
        "created_via": "checkout", "meta_data": [], "tax_lines": [], "fee_lines": [],
        "coupon_lines": [], "refunds": [],
        "line_items": [{
            "id": id * 10 + 1, "name": "Mug &amp; saucer", "product_id": 5, "variation_id": 0,
            "quantity": 1, "sku": "MUG", "price": 20.92, "subtotal": "20.92",
            "subtotal_tax": "3.98", "total": "20.92", "total_tax": "3.98", "taxes": [],
            "meta_data": [], "image": { "id": "", "src": "" }, "parent_name": null,
        }],
        "shipping_lines": [{
            "id": id * 10 + 2, "method_title": "Flat rate", "method_id": "flat_rate",
            "total": "4.20", "total_tax": "0.80", "taxes": [], "meta_data": [],
        }],
    })
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
