//! The rules of Shopify's orders, one by one.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::contract::event::EventPayload;
use shared::contract::refund::Cancellation;
use shared::contract::shipment::Shipment;
use shared::{Event, Money};

use super::{System, Translation, Untranslatable, accepted, events_at, kinds, time, translated};

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
fn money_is_in_what_the_customer_paid_and_adds_up_in_named_rows() {
    let (shown, total) = rows(&events(&order())[0]);
    assert_eq!(shown, ["Subtotal 10000", "Shipping 500"]);
    assert_eq!(total, 10_500);
    let all = with(
        order(),
        json!({
            "currency": "EUR", "taxes_included": false, "total_tip_received": "3.00",
            "total_discounts_set": set("10.00", "EUR"), "discount_codes": [{ "code": "TEN" }],
            "original_total_duties_set": set("7.00", "EUR"),
            "original_total_additional_fees_set": set("1.00", "EUR"),
            "total_tax_set": set("19.00", "EUR"),
            "tax_lines": [{ "title": "VAT", "rate": 0.19, "price_set": set("19.00", "EUR") }],
            "total_price_set": set("125.00", "EUR"),
        }),
    );
    let events = events(&all);
    let (shown, total) = rows(&events[0]);
    let expected = [
        "Subtotal 10000",
        "Discount -1000",
        "Shipping 500",
        "Fee 100",
        "Tip 300",
        "Duties 700",
        "Tax 1900",
    ];
    assert_eq!(shown, expected);
    assert_eq!(total, 12_500);
    let totals = &events[0].order.totals;
    assert_eq!(totals.tax[0].label.as_ref().map(|label| label.as_str()), Some("VAT 19 %"));
    assert_eq!(totals.discount[0].code.as_ref().map(|code| code.as_str()), Some("TEN"));
}

#[test]
fn what_does_not_add_up_is_rounding_or_the_total_alone() {
    let cents = with(order(), json!({ "total_price_set": set("105.02", "EUR") }));
    assert_eq!(rows(&events(&cents)[0]).0, ["Subtotal 10000", "Shipping 500", "Rounding 2"]);
    let unknown = with(order(), json!({ "total_price_set": set("95.00", "EUR") }));
    let events = events(&unknown);
    assert_eq!(rows(&events[0]), (vec![], 9500));
    assert!(
        events[0].order.lines[0].unit_price.is_none(),
        "prices above the total explain nothing"
    );
}

#[test]
fn a_tip_in_the_shop_s_currency_is_what_is_left_of_the_total() {
    let tip = json!({ "total_tip_received": "3.40", "total_price_set": set("108.00", "EUR") });
    assert_eq!(
        rows(&events(&with(order(), tip))[0]).0,
        ["Subtotal 10000", "Shipping 500", "Tip 300"]
    );
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
fn a_gift_card_is_in_no_parcel_and_not_still_to_come() {
    let order =
        with(order(), json!({ "fulfillments": [fulfillment(7, &[3]), fulfillment(8, &[1])] }));
    let events = events(&order);
    assert_eq!(kinds(&events), ["order.confirmed", "shipment.shipped 8"]);
    let parcel = shipment(&events[1]);
    assert_eq!(pieces(&parcel.lines), ["1x1"]);
    assert_eq!(pieces(&parcel.still_to_come), ["2x1"]);
}

#[test]
fn the_last_parcel_leaves_nothing_to_come_nor_does_what_was_taken_out() {
    let second = with(
        fulfillment(9, &[2]),
        json!({ "created_at": "2026-11-20T11:20:00Z",
                                                    "updated_at": "2026-11-20T11:20:00Z" }),
    );
    let both = with(order(), json!({ "fulfillments": [second, fulfillment(8, &[1])] }));
    let shipped = events(&both);
    assert_eq!(pieces(&shipment(&shipped[1]).still_to_come), ["2x1"]);
    assert!(shipment(&shipped[2]).still_to_come.is_empty());
    let cancel = json!([{ "line_item_id": 2, "quantity": 1, "restock_type": "cancel" }]);
    let refunded = with(
        order(),
        json!({ "fulfillments": [fulfillment(8, &[1])],
                                         "refunds": [refund(5, "30.00", cancel)] }),
    );
    assert!(shipment(of_kind(&events(&refunded), "shipment.shipped")).still_to_come.is_empty());
    let mut closed = with(order(), json!({ "fulfillments": [fulfillment(8, &[1])] }));
    closed["line_items"][1]["fulfillable_quantity"] = json!(0);
    assert!(shipment(&events(&closed)[1]).still_to_come.is_empty(), "Shopify ships no more of it");
}

#[test]
fn a_parcel_has_all_its_numbers_and_no_link_that_is_none() {
    let parcel = with(
        fulfillment(8, &[1]),
        json!({
            "tracking_company": "Other", "tracking_numbers": ["A1", "B2"],
            "tracking_urls": ["javascript:alert(1)", "https://t.example/B2"],
        }),
    );
    let events = events(&with(order(), json!({ "fulfillments": [parcel] })));
    let parcel = shipment(&events[1]);
    let tracking: Vec<(&str, bool)> = parcel
        .tracking
        .iter()
        .map(|it| (it.number.as_ref().map_or("", |n| n.as_str()), it.url.is_some()))
        .collect();
    assert_eq!(tracking, [("A1", false), ("B2", true)]);
    assert_eq!(parcel.carrier, None);
}

#[test]
fn only_a_fulfilment_that_took_place_is_told() {
    for status in ["pending", "open", "cancelled", "error", "failure"] {
        let parcel = with(fulfillment(8, &[1]), json!({ "status": status }));
        let order = with(order(), json!({ "fulfillments": [parcel] }));
        assert_eq!(kinds(&events(&order)), ["order.confirmed"], "{status}");
    }
}

#[test]
fn the_status_of_a_parcel_is_told_where_a_customer_wants_to_hear_of_it() {
    for (status, expected) in [
        ("in_transit", "shipment.updated"),
        ("out_for_delivery", "shipment.out_for_delivery 8"),
        ("attempted_delivery", "shipment.delivery_attempted 8#1"),
        ("ready_for_pickup", "shipment.ready_for_pickup 8"),
        ("delayed", "shipment.delayed"),
        ("delivered", "shipment.delivered 8"),
    ] {
        let parcel = with(
            fulfillment(8, &[1]),
            json!({ "shipment_status": status,
                                                        "updated_at": "2026-11-20T11:40:00Z" }),
        );
        let order = with(order(), json!({ "fulfillments": [parcel] }));
        let told = kinds(&events(&order));
        assert_eq!(told[..2], ["order.confirmed", "shipment.shipped 8"], "{status}");
        assert_eq!(told.last().map(String::as_str), Some(expected), "{status}");
    }
}

#[test]
fn what_is_fetched_is_not_on_its_way() {
    let pickup = json!([{ "title": "Shop in the old town", "delivery_category": "pick-up",
                          "price_set": set("5.00", "EUR") }]);
    let at_shop = |status: Value| {
        let parcel = with(
            fulfillment(8, &[1, 2]),
            json!({ "shipment_status": status,
            "tracking_company": null, "tracking_numbers": [], "tracking_urls": [] }),
        );
        events(&with(order(), json!({ "shipping_lines": pickup, "fulfillments": [parcel] })))
    };
    assert_eq!(kinds(&at_shop(json!(null))), ["order.confirmed"]);
    let ready = at_shop(json!("ready_for_pickup"));
    assert_eq!(kinds(&ready), ["order.confirmed", "shipment.ready_for_pickup 8"]);
    let place = ready[1].order.pickup.as_ref().and_then(|it| it.name.as_ref());
    assert_eq!(place.map(|name| name.as_str()), Some("Shop in the old town"));
    assert!(ready[1].order.shipping_address.is_none());
    let fetched = at_shop(json!("picked_up"));
    assert_eq!(kinds(&fetched), ["order.confirmed", "shipment.delivered 8"]);
}

#[test]
fn what_is_sold_at_the_counter_has_no_parcel() {
    let sold = json!({ "source_name": "pos", "shipping_lines": [], "fulfillments": [fulfillment(8, &[1, 2])],
                       "total_price_set": set("100.00", "EUR") });
    assert_eq!(kinds(&events(&with(order(), sold))), ["order.confirmed"]);
}

#[test]
fn an_edit_is_told_with_what_is_left_of_the_order() {
    let removed = json!([{ "line_item_id": 1, "quantity": 1, "restock_type": "no_restock",
                           "subtotal_set": set("20.00", "EUR"), "total_tax_set": set("0.00", "EUR") }]);
    let mut edited = with(
        order(),
        json!({
            "updated_at": "2026-11-20T10:20:00Z", "refunds": [refund(5, "", removed)],
            "current_total_price_set": set("85.00", "EUR"),
        }),
    );
    edited["line_items"][0]["current_quantity"] = json!(0);
    let told = events(&edited);
    assert_eq!(kinds(&told), ["order.confirmed", "order.updated"], "no refund: no money moved");
    let updated = of_kind(&told, "order.updated");
    assert_eq!(updated.order.lines.len(), 2);
    assert_eq!(rows(updated), (vec!["Subtotal 8000".to_owned(), "Shipping 500".to_owned()], 8500));
    // The money for what was taken out is no refund in full of what is left.
    let nothing = json!([]);
    let paid_back = refund(6, "20.00", nothing);
    edited["refunds"].as_array_mut().expect("a list").push(paid_back);
    edited["current_total_price_set"] = set("65.00", "EUR");
    let told = events(&edited);
    let refunded = of_kind(&told, "order.refunded");
    assert_eq!(refunded.order.totals.total.map(|total| total.amount), Some(10_500));
    let updated = of_kind(&told, "order.updated");
    assert_eq!(updated.order.totals.total.map(|total| total.amount), Some(8500), "as before");
}

#[test]
fn an_old_order_that_is_tidied_up_is_no_news() {
    let archived = |at: &str| with(order(), json!({ "updated_at": at, "closed_at": at }));
    let told = |at: &str| kinds(&events_at(System::Shopify, &archived(at), time(at)));
    assert_eq!(told("2026-11-22T10:00:00Z"), ["order.confirmed", "order.updated"]);
    assert_eq!(told("2026-12-20T10:00:00Z"), ["order.confirmed"]);
}

#[test]
fn goods_that_came_back_are_still_what_was_bought() {
    let returned = json!([{ "line_item_id": 1, "quantity": 1, "restock_type": "return",
                            "subtotal_set": set("20.00", "EUR") }]);
    for amount in ["20.00", ""] {
        let mut order = with(
            order(),
            json!({ "fulfillments": [fulfillment(8, &[1, 2])],
                                              "refunds": [refund(5, amount, returned.clone())],
                                              "current_total_price_set": set("85.00", "EUR") }),
        );
        order["line_items"][0]["current_quantity"] = json!(0);
        let told = events(&order);
        let is_refunded = kinds(&told).contains(&"order.refunded 5".to_owned());
        assert_eq!(is_refunded, !amount.is_empty(), "without money there is no word of it");
        assert!(told.iter().all(|it| it.order.lines.len() == 3 && rows(it).1 == 10_500));
    }
}

#[test]
fn a_refund_says_how_much_and_to_which_card_and_not_why() {
    let told = events(&with(order(), json!({ "refunds": [refund(5, "20.00", json!([]))] })));
    let event = of_kind(&told, "order.refunded");
    let EventPayload::Refunded(refund) = &event.payload else { panic!("{event:?}") };
    let Money { amount, currency } = refund.amount;
    assert_eq!((amount, currency.code(), refund.reason.as_ref()), (2000, "EUR", None));
    assert_eq!(refund.method.as_ref().map(|it| it.as_str()), Some("Visa •••• 4242"));
    assert!(!event.to_json().to_string().contains("shouted"));
}

#[test]
fn a_refund_that_failed_is_none() {
    let mut failed = with(order(), json!({ "refunds": [refund(5, "20.00", json!([]))] }));
    failed["refunds"][0]["transactions"][0]["status"] = json!("failure");
    assert_eq!(kinds(&events(&failed)), ["order.confirmed"]);
}

#[test]
fn a_cancellation_says_of_money_what_went_back_with_it() {
    let cancelled = |members: Value| {
        let cancelled = json!({ "cancelled_at": "2026-11-20T11:30:00Z", "cancel_reason": "fraud" });
        with(with(order(), cancelled), members)
    };
    let unpaid = cancellation(&cancelled(json!({ "financial_status": "voided" })));
    assert!(!unpaid.is_partial());
    assert_eq!((unpaid.refund, unpaid.charged, unpaid.reason), (None, None, None));
    let with_refund = cancelled(json!({ "refunds": [refund(5, "105.00", json!([]))] }));
    let paid = cancellation(&with_refund);
    assert_eq!(paid.refund.map(|it| it.amount), Some(10_500));
    assert_eq!(paid.refund_id.as_ref().map(|id| id.as_str()), Some("5"));
    let mut earlier = with_refund;
    earlier["refunds"][0]["created_at"] = json!("2026-11-20T11:00:00Z");
    assert_eq!(cancellation(&earlier).refund, None, "told by its own mail, half an hour before");
    let all = events(&cancelled(json!({})));
    assert!(all.iter().all(|event| !event.to_json().to_string().contains("fraud")));
}

/// The stored data of an order, and of its parcel.
fn stored() -> Value {
    let order = with(order(), json!({ "fulfillments": [fulfillment(8, &[1])] }));
    events(&order)[1].to_json()["data"].clone()
}

fn joined(body: &Value) -> Vec<Event> {
    let waits = translated(System::Shopify, body, None, now());
    let order_id = "9007199254740993".to_owned();
    assert_eq!(waits, Ok(Translation::NeedsOrder { order_id }));
    match translated(System::Shopify, body, Some(&stored()), now()) {
        Ok(Translation::Events(events)) => events.iter().map(|it| accepted(it, now())).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_carries_no_order_waits_for_it_and_is_the_same_mail_as_by_a_snapshot() {
    let parcel = fulfillment(8, &[1]);
    assert_eq!(kinds(&joined(&parcel)), ["shipment.shipped 8"]);
    let event = |status: &str| {
        json!({ "id": 44, "fulfillment_id": 8, "status": status, "order_id": 9_007_199_254_740_993_u64,
                "happened_at": "2026-11-20T11:40:00Z", "estimated_delivery_at": null })
    };
    let out = joined(&event("out_for_delivery"));
    assert_eq!(kinds(&out), ["shipment.out_for_delivery 8"]);
    assert_eq!(shipment(&out[0]).tracking.len(), 1, "from the stored parcel");
    let attempted = joined(&event("attempted_delivery"));
    assert_eq!(kinds(&attempted), ["shipment.delivery_attempted 8#1"]);
    for silent in ["in_transit", "confirmed", "failure", "label_printed"] {
        let ignored = translated(System::Shopify, &event(silent), None, now());
        assert!(matches!(ignored, Ok(Translation::Ignored(_))), "{silent}: {ignored:?}");
    }
    assert_eq!(kinds(&joined(&refund(5, "20.00", json!([])))), ["order.refunded 5"]);
    let moneyless = translated(System::Shopify, &refund(5, "", json!([])), None, now());
    assert!(matches!(moneyless, Ok(Translation::Ignored(_))), "{moneyless:?}");
}

#[test]
fn a_fulfilment_of_an_order_without_an_address_is_not_waited_for() {
    let parcel = with(fulfillment(8, &[1]), json!({ "email": "" }));
    let ignored = translated(System::Shopify, &parcel, None, now());
    assert!(matches!(ignored, Ok(Translation::Ignored(_))), "{ignored:?}");
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
