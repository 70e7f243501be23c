//! An order as Shopify shows it.

use serde_json::{Value, json};

use super::{Line, Order, Parcel, Stage};

fn set(minor: i64) -> Value {
    let amount = format!("{}.{:02}", minor / 100, minor % 100);
    json!({
        "shop_money": { "amount": amount, "currency_code": "EUR" },
        "presentment_money": { "amount": amount, "currency_code": "EUR" },
    })
}

fn line(line: &Line) -> Value {
    let current = line.bought - line.removed;
    json!({
        "id": line.id, "title": format!("Article {}", line.id), "sku": null, "quantity": line.bought,
        "current_quantity": current, "fulfillable_quantity": current - line.shipped,
        "requires_shipping": true, "gift_card": false, "price_set": set(1000),
    })
}

fn fulfillment(parcel: &Parcel) -> Value {
    let number = format!("T{}-{}", parcel.id, parcel.number);
    let status = match parcel.stage {
        Stage::Sent => json!(null),
        Stage::Out => json!("out_for_delivery"),
        Stage::Delivered => json!("delivered"),
    };
    let pieces = parcel.pieces.iter();
    let pieces =
        pieces.map(|(id, n)| json!({ "id": id, "quantity": n, "requires_shipping": true }));
    json!({
        "id": parcel.id, "order_id": 4711, "status": "success", "shipment_status": status,
        "created_at": parcel.sent_at.to_string(), "updated_at": parcel.changed_at.to_string(),
        "tracking_company": "DHL", "tracking_numbers": [number], "line_items": pieces.collect::<Vec<_>>(),
        "tracking_urls": [format!("https://t.example/{number}")],
    })
}

pub fn snapshot(order: &Order) -> Value {
    let edits = order.edits.iter().enumerate().map(|(i, (line, at))| {
        json!({ "id": 400 + i, "created_at": at.to_string(), "transactions": [], "refund_line_items": [{
            "line_item_id": line, "quantity": 1, "restock_type": "cancel",
            "subtotal_set": set(1000), "total_tax_set": set(0) }] })
    });
    let refunds = order.refunds.iter().map(|refund| {
        let transaction = json!({ "kind": "refund", "status": "success", "currency": "EUR",
                                  "amount": set(refund.amount)["shop_money"]["amount"] });
        json!({ "id": refund.id, "created_at": refund.at.to_string(), "refund_line_items": [],
                "transactions": [transaction] })
    });
    json!({
        "id": 4711, "name": "#4711", "email": "jo@example.com", "financial_status": "paid",
        "created_at": order.placed_at.to_string(), "updated_at": order.changed_at.to_string(),
        "cancelled_at": order.cancelled_at.map(|at| at.to_string()), "cancel_reason": "fraud",
        "currency": "EUR", "presentment_currency": "EUR", "taxes_included": true, "tags": order.saves,
        "total_price_set": set(order.total()), "total_tax_set": set(0),
        "current_total_price_set": set(order.total_now() - order.refunded()),
        "shipping_lines": [{ "title": "Standard", "price_set": set(500), "discounted_price_set": set(500) }],
        "shipping_address": { "name": "Jo", "address1": format!("Main St {}", order.street), "city": "Bonn",
                              "country_code": "DE" },
        "line_items": order.lines.iter().map(line).collect::<Vec<_>>(),
        "fulfillments": order.parcels.iter().map(fulfillment).collect::<Vec<_>>(),
        "refunds": edits.chain(refunds).collect::<Vec<_>>(),
    })
}
