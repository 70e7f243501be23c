//! The rules of Shopify's orders, one by one.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::contract::event::EventPayload;
use shared::contract::refund::Cancellation;
use shared::contract::shipment::Shipment;
use shared::{Event, Kind, Money};

use super::mailroom::{Mailroom, short};
use super::{
    Delivery, System, Translation, Untranslatable, accepted, events_at, kinds, time, translate,
    translated,
};

mod money;
mod parcels;

const NOW: &str = "2026-11-20T12:00:00Z";

fn now() -> Timestamp {
    time(NOW)
}

fn set(amount: &str, currency: &str) -> Value {
    json!({
        "shop_money": { "amount": "1.00", "currency_code": "USD" },
        "presentment_money": { "amount": amount, "currency_code": currency },
    })
}

/// An order of a mug of 20.00 EUR, a pot of 30.00 and a gift card of 50.00, with shipping of 5.00, placed at ten.
fn order() -> Value {
    let line = |id: u64, title: &str, price: &str, ships: bool| {
        json!({
            "id": id, "title": title, "quantity": 1, "current_quantity": 1, "sku": "",
            "fulfillable_quantity": 1, "requires_shipping": ships, "gift_card": !ships,
            "price": "1.00", "price_set": set(price, "EUR"), "variant_title": null, "properties": [],
        })
    };
    json!({
        "id": 9_007_199_254_740_993_u64, "name": "#1001", "email": "jo@example.com", "test": false,
        "created_at": "2026-11-20T11:00:00+01:00", "updated_at": "2026-11-20T11:00:00+01:00",
        "processed_at": "2026-11-20T11:00:00+01:00", "cancelled_at": null, "cancel_reason": null,
        "currency": "USD", "presentment_currency": "EUR", "customer_locale": "de",
        "financial_status": "paid", "source_name": "web", "order_status_url": "https://shop.example/o/1",
        "total_price": "1.00", "total_price_set": set("105.00", "EUR"), "taxes_included": true,
        "total_tax_set": set("0.00", "EUR"), "total_discounts_set": set("0.00", "EUR"),
        "total_tip_received": "0.00", "tax_lines": [], "discount_codes": [],
        "shipping_lines": [{ "title": "Standard", "price_set": set("5.00", "EUR"),
                             "discounted_price_set": set("5.00", "EUR") }],
        "line_items": [line(1, "Mug", "20.00", true), line(2, "Pot", "30.00", true),
                       line(3, "Gift card", "50.00", false)],
        "customer": { "first_name": "Jo", "last_name": "Example" },
        "shipping_address": { "first_name": "Jo", "last_name": "Example", "address1": "Main St 1",
                              "city": "Albany", "zip": "12207", "province": "New York",
                              "province_code": "NY", "country": "United States", "country_code": "US" },
        "fulfillments": [], "refunds": [],
    })
}

fn with(mut order: Value, members: Value) -> Value {
    for (name, value) in members.as_object().expect("members") {
        order[name] = value.clone();
    }
    order
}

/// A fulfilment of one piece of each of these lines, an hour after the order.
fn fulfillment(id: u64, lines: &[u64]) -> Value {
    let line = |id: &u64| json!({ "id": id, "quantity": 1, "requires_shipping": *id != 3, "gift_card": *id == 3 });
    json!({
        "id": id, "order_id": 9_007_199_254_740_993_u64, "status": "success", "shipment_status": null,
        "created_at": "2026-11-20T11:00:00Z", "updated_at": "2026-11-20T11:00:00Z",
        "tracking_company": "DHL", "tracking_numbers": ["A1"], "tracking_urls": ["https://t.example/A1"],
        "line_items": lines.iter().map(line).collect::<Vec<_>>(),
    })
}

/// A refund of this amount in EUR; `""`: without money.
fn refund(id: u64, amount: &str, pieces: Value) -> Value {
    let transaction = json!({
        "kind": "refund", "status": "success", "amount": amount, "currency": "EUR",
        "payment_details": { "credit_card_company": "Visa", "credit_card_number": "•••• •••• •••• 4242" },
    });
    json!({
        "id": id, "order_id": 9_007_199_254_740_993_u64, "created_at": "2026-11-20T11:30:00Z",
        "note": "the customer shouted", "refund_line_items": pieces,
        "transactions": if amount.is_empty() { json!([]) } else { json!([transaction]) },
    })
}

fn events(order: &Value) -> Vec<Event> {
    events_at(System::Shopify, order, now())
}

fn of_kind<'a>(events: &'a [Event], kind: &str) -> &'a Event {
    let found = events.iter().find(|event| event.payload.kind().as_str() == kind);
    found.unwrap_or_else(|| panic!("no {kind} of {:?}", kinds(events)))
}

fn shipment(event: &Event) -> &Shipment {
    event.payload.shipment().expect("a parcel")
}

fn cancellation(order: &Value) -> Cancellation {
    let events = events(order);
    match &of_kind(&events, "order.cancelled").payload {
        EventPayload::Cancelled(cancellation) => cancellation.clone(),
        other => panic!("{other:?}"),
    }
}

/// Line ids and quantities, as `1x2`.
fn pieces(list: &[shared::contract::shipment::ParcelLine]) -> Vec<String> {
    let text = |line: &shared::contract::shipment::ParcelLine| {
        let id = line.line_id.as_ref().map_or("?", |id| id.as_str());
        format!("{id}x{}", line.quantity.map(|q| q.to_string()).unwrap_or_default())
    };
    list.iter().map(text).collect()
}

/// The rows of an order's totals as the mail shows them, and its total.
fn rows(event: &Event) -> (Vec<String>, i64) {
    let sums = event.order.sums().expect("a total");
    assert!(!sums.is_at_odds);
    let row = |row: &shared::contract::sums::SumRow<'_>| {
        format!("{:?} {}", row.kind, row.amount().amount)
    };
    (sums.rows.iter().map(row).collect(), sums.total.amount)
}

#[test]
fn an_id_beyond_what_a_float_holds_stays_itself() {
    assert_eq!(events(&order())[0].order.id.as_str(), "9007199254740993");
}

#[test]
fn without_an_address_nobody_is_mailed_and_nothing_is_refused() {
    for email in [json!(null), json!(""), json!(" ")] {
        let order = with(order(), json!({ "email": email, "contact_email": null }));
        let translation = translated(System::Shopify, &order, None, now());
        assert!(matches!(translation, Ok(Translation::Ignored(_))), "{translation:?}");
    }
    let contact = with(order(), json!({ "email": "", "contact_email": "mara@example.com" }));
    assert_eq!(events(&contact)[0].order.customer.email.expose(), "mara@example.com");
    let bad =
        translated(System::Shopify, &with(order(), json!({ "email": "jo at home" })), None, now());
    let Err(bad) = bad else { panic!("{bad:?}") };
    assert!(bad.to_string().starts_with("/email: expected") && !bad.to_string().contains("jo"));
}

#[test]
fn a_test_order_is_no_order() {
    for test in [json!({ "test": true }), json!({ "id": 820_982_911_946_154_508_u64 })] {
        let translation = translated(System::Shopify, &with(order(), test), None, now());
        assert_eq!(translation, Ok(Translation::Ignored("a test order")));
    }
}

#[test]
fn an_old_order_that_is_tidied_up_is_no_news() {
    let archived = |at: &str| with(order(), json!({ "updated_at": at, "closed_at": at }));
    let told = |at: &str| kinds(&events_at(System::Shopify, &archived(at), time(at)));
    assert_eq!(told("2026-11-22T10:00:00Z"), ["order.confirmed", "order.updated"]);
    assert_eq!(told("2026-12-20T10:00:00Z"), ["order.confirmed"]);
}

#[test]
fn what_is_no_delivery_of_shopify_is_said_without_its_content() {
    for body in
        [json!({ "id": 4 }), json!({ "jo@example.com": "Main St 1" }), json!([1]), json!("jo")]
    {
        let refused = translated(System::Shopify, &body, None, now());
        let Err(error @ Untranslatable::UnknownShape { .. }) = refused else {
            panic!("{refused:?}")
        };
        assert!(!error.to_string().contains("jo"), "{error}");
    }
    let undated = with(order(), json!({ "created_at": "yesterday, by Jo" }));
    let refused = translated(System::Shopify, &undated, None, now()).expect_err("no time");
    assert!(refused.to_string().starts_with("/created_at: expected a time"), "{refused}");
}

#[test]
fn an_id_alone_is_a_deletion_only_if_its_topic_says_so() {
    let shop = shared::ShopId::default();
    let translated = |topic| {
        let body = r#"{"id":4}"#;
        let system = System::Shopify;
        let delivery = Delivery { shop: &shop, system, topic, body, received_at: now() };
        translate(&delivery, None)
    };
    let deleted = translated(Some("orders/delete"));
    assert_eq!(deleted, Ok(Translation::Ignored("an order that was deleted")));
    for topic in [Some("orders/updated"), None] {
        let refused = translated(topic);
        assert!(matches!(refused, Err(Untranslatable::UnknownShape { .. })), "{refused:?}");
    }
}

#[test]
fn an_address_is_written_as_its_country_does() {
    let events = events(&order());
    let address = events[0].order.shipping_address.as_ref().expect("one");
    assert_eq!(address.region.as_ref().map(|region| region.as_str()), Some("NY"));
    assert!(events[0].order.billing_address.is_none());
}

#[test]
fn an_order_that_is_imported_is_as_old_as_it_was_placed() {
    let imported = with(order(), json!({ "processed_at": "2025-03-01T09:00:00+01:00" }));
    assert_eq!(events(&imported)[0].time, Some(time("2025-03-01T08:00:00Z")));
}

/// The mails that follow from these snapshots, each delivered when it was taken, of a shop that has turned kinds off.
fn mailed(snapshots: &[Value], off: &[Kind]) -> Vec<String> {
    let mut mailroom = Mailroom::without(off);
    for snapshot in snapshots {
        let at = time(snapshot["updated_at"].as_str().expect("a time"));
        match translated(System::Shopify, snapshot, None, at) {
            Ok(Translation::Events(events)) => mailroom.publish(&events, at),
            other => panic!("{other:?}"),
        }
    }
    mailroom.mails.iter().map(short).collect()
}

#[test]
fn where_shopify_confirms_the_order_its_next_change_is_only_told_if_it_changes_something() {
    let paid = with(order(), json!({ "updated_at": "2026-11-20T10:00:04Z", "tags": "paid" }));
    let mut moved = with(order(), json!({ "updated_at": "2026-11-20T10:40:00Z" }));
    moved["shipping_address"]["address1"] = json!("Main St 2");
    let all = [order(), paid.clone(), moved];
    assert_eq!(mailed(&all, &[Kind::OrderConfirmed]), ["1001 order.updated"]);
    assert_eq!(
        mailed(&all[1..2], &[Kind::OrderConfirmed]),
        [""; 0],
        "also of the first that arrives"
    );
    assert_eq!(mailed(&all, &[]), ["1001 order.confirmed", "1001 order.updated"]);
}

#[test]
fn an_order_that_stays_cancelled_is_not_opened_again_by_a_later_change() {
    let cancelled = with(
        order(),
        json!({ "cancelled_at": "2026-11-20T10:10:00Z", "updated_at": "2026-11-20T10:30:00Z" }),
    );
    assert_eq!(kinds(&events(&cancelled)), ["order.confirmed", "order.cancelled"]);
}
