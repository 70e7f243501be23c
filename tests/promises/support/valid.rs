//! A proptest strategy for events in the form of the contract, up to its limits.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use shared::Kind;
use shared::contract::money::MAX_AMOUNT;

/// A valid event.
pub fn event() -> impl Strategy<Value = Value> {
    let envelope = (
        (name(), name(), option::of(time()), option::of(name()), option::of(any::<bool>())),
        option::of(vec(attachment(), 0..=5)),
    );
    (select(Kind::ALL.to_vec()), envelope, order()).prop_flat_map(|(kind, envelope, order)| {
        details(kind, &order).prop_map(move |(name, what)| {
            let ((source, id, time, correlation_id, notify), attachments) = envelope.clone();
            let mut event = json!({
                "specversion": "1.0", "source": source, "id": id, "type": kind.as_str(),
                "data": { "order": order, name: what },
            });
            if let Some(time) = time {
                event["time"] = json!(time);
            }
            if let Some(id) = correlation_id {
                event["correlationid"] = json!(id);
            }
            if let Some(notify) = notify {
                event["data"]["notify"] = json!(notify);
            }
            if let Some(attachments) = attachments {
                event["data"]["attachments"] = json!(attachments);
            }
            event
        })
    })
}

fn details(kind: Kind, order: &Value) -> BoxedStrategy<(&'static str, Value)> {
    let currency = order["totals"]["total"]["currency"].clone();
    let positive = move || {
        let currency = currency.clone();
        (1..=MAX_AMOUNT).prop_map(move |n| json!({ "amount": n, "currency": currency }))
    };
    match kind {
        Kind::OrderConfirmed => Just(("tolerated", json!(null))).boxed(),
        Kind::OrderCancelled => (option::of(text()), option::of(positive()), option::of(day()))
            .prop_map(|(reason, refund, day)| {
                ("cancellation", json!({ "reason": reason, "refund": refund, "expected_on": day }))
            })
            .boxed(),
        Kind::OrderRefunded => (id(), positive(), option::of(text()))
            .prop_map(|(id, amount, method)| {
                ("refund", json!({ "id": id, "amount": amount, "method": method }))
            })
            .boxed(),
        Kind::OrderUpdated => (option::of(id()), vec(text(), 0..3))
            .prop_map(|(revision, changes)| {
                ("update", json!({ "revision": revision, "changes": changes }))
            })
            .boxed(),
        Kind::OrderPaymentFailed => (option::of(id()), option::of(positive()), option::of(day()))
            .prop_map(|(id, amount, day)| {
                ("payment", json!({ "id": id, "amount": amount, "pay_by": day }))
            })
            .boxed(),
        Kind::OrderWithdrawalReceived => (id(), time(), option::of(text()))
            .prop_map(|(id, time, content)| {
                ("withdrawal", json!({ "id": id, "received_at": time, "content": content }))
            })
            .boxed(),
        Kind::ShipmentShipped
        | Kind::ShipmentUpdated
        | Kind::ShipmentDelayed
        | Kind::ShipmentOutForDelivery
        | Kind::ShipmentDeliveryAttempted
        | Kind::ShipmentReadyForPickup
        | Kind::ShipmentDelivered
        | Kind::ShipmentReturned => {
            shipment(order).prop_map(|shipment| ("shipment", shipment)).boxed()
        }
    }
}

/// A shipment of all the order's lines, in the parcel or still to come.
fn shipment(order: &Value) -> impl Strategy<Value = Value> + use<> {
    let lines = order["lines"].as_array().cloned().unwrap_or_default();
    let links = select(vec!["https://track.example/1?x=\"><script>", "HTTP://t.example", ""]);
    (id(), option::of(text()), id(), links, day(), 1..=lines.len()).prop_map(
        move |(id, carrier, number, link, day, sent)| {
            let line = |l: &Value| json!({ "sku": l["sku"], "quantity": l["quantity"] });
            let (here, later) = lines.split_at(sent);
            json!({
                "id": id, "carrier": carrier, "tracking_number": number, "tracking_url": link,
                "expected_on": day, "reason": carrier, "attempt": 1,
                "tracking": [{ "number": number, "url": null }, { "url": "https://t.example/2" }],
                "pickup": { "name": carrier, "until": day, "address": { "lines": ["1"] } },
                "lines": here.iter().map(line).collect::<Vec<_>>(),
                "still_to_come": later.iter().map(line).collect::<Vec<_>>(),
            })
        },
    )
}

fn order() -> impl Strategy<Value = Value> {
    let currency = select(vec!["EUR", "JPY", "KWD", "USD", "CLF"]);
    let lines = vec((text(), 1..=100_000_u32, -MAX_AMOUNT..=MAX_AMOUNT), 1..5);
    let total = -MAX_AMOUNT..=MAX_AMOUNT;
    let parts = (id(), text(), time(), customer(), lines, total, option::of(address()));
    (currency, parts).prop_map(|(currency, (id, number, placed, customer, lines, total, to))| {
        let money = |amount: i64| json!({ "amount": amount, "currency": currency });
        let line = |(i, (title, quantity, price)): (usize, &(String, u32, i64))| {
            json!({
                "id": i.to_string(), "sku": format!("SKU {i}"), "title": title, "quantity": quantity,
                "unit_price": money(price / i64::from(*quantity)), "unit": "kg",
                "options": [{ "name": title, "value": title }, { "value": "x" }],
                "parts": [{ "sku": "PART", "title": title, "quantity": 0.5 }],
            })
        };
        json!({
            "id": id, "number": number, "placed_at": placed, "customer": customer,
            "lines": lines.iter().enumerate().map(line).collect::<Vec<_>>(),
            "totals": {
                "discount": money(-total), "total": money(total), "tax_included": true,
                "tax": [{ "label": number, "amount": money(1) }, money(2)],
                "fees": { "label": number, "amount": money(3) },
            },
            "copies": ["copy@example.com"],
            "shipping_address": to,
        })
    })
}

fn attachment() -> impl Strategy<Value = Value> {
    let kind = option::of(select(vec!["invoice", "return_label", "other"]));
    ("[a-zü][a-z0-9ü .#]{0,20}(/[a-z0-9 ü]{1,20}){0,3}", option::of(text()), kind)
        .prop_map(|(key, name, kind)| json!({ "key": key, "name": name, "kind": kind }))
}

fn customer() -> impl Strategy<Value = Value> {
    let email = r"[a-z0-9]{1,20}(\+[a-z]{1,8})?@([a-z]{1,20}|bücher)\.[a-z]{2,6}";
    let locale = option::of(select(vec!["de-AT", "de_AT", "zh-Hant-TW", "ar", "EN-gb"]));
    (email, option::of(text()), locale)
        .prop_map(|(email, name, locale)| json!({ "email": email, "name": name, "locale": locale }))
}

fn address() -> impl Strategy<Value = Value> {
    (vec(text(), 1..=5), text(), "[A-Z]{2}").prop_map(
        |(lines, city, country)| json!({ "lines": lines, "city": city, "country": country }),
    )
}

/// An id of the envelope.
fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}"
}

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9ü][A-Za-z0-9ü#._:/-]{0,62}"
}

/// A visible character, followed by any text.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zß一あא<>&'\"](?s:.){0,60}"
}

/// From 2000 on: what is earlier counts as none.
fn time() -> impl Strategy<Value = String> {
    (946_684_800..4_000_000_000_i64, 0..1_000_000_000_i32).prop_map(|(second, nanosecond)| {
        jiff::Timestamp::new(second, nanosecond).expect("a time").to_string()
    })
}

fn day() -> impl Strategy<Value = String> {
    (2000..2100_i16, 1..=12_i8, 1..=28_i8)
        .prop_map(|(year, month, day)| jiff::civil::date(year, month, day).to_string())
}
