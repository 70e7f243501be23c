//! Parcels, and the deliveries of them that carry no order.

use super::*;

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
        ("delayed", "shipment.updated"),
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
fn a_delay_is_told_by_a_fulfilment_only_with_the_day() {
    let delayed = |day: Value| {
        let parcel = json!({ "shipment_status": "delayed", "updated_at": "2026-11-20T11:40:00Z",
                             "estimated_delivery_at": day });
        events(&with(order(), json!({ "fulfillments": [with(fulfillment(8, &[1]), parcel)] })))
    };
    let told = delayed(json!("2026-11-24T12:00:00Z"));
    let day = shipment(of_kind(&told, "shipment.delayed")).expected_on.as_ref();
    assert_eq!(day.map(|day| day.to_string()).as_deref(), Some("2026-11-24"));
    for day in [json!(null), json!("2026-11-18T12:00:00Z")] {
        let told = kinds(&delayed(day));
        assert!(!told.contains(&"shipment.delayed".to_owned()), "{told:?}");
    }
    let event = json!({ "id": 44, "fulfillment_id": 8, "status": "delayed", "order_id": 9_007_199_254_740_993_u64,
                        "happened_at": "2026-11-20T11:40:00Z", "estimated_delivery_at": null });
    assert_eq!(kinds(&joined(&event)), ["shipment.delayed"], "the carrier's own news");
}

#[test]
fn an_attempt_is_one_mail_whatever_reports_it_and_whatever_changes_the_parcel_later() {
    let by_snapshot = |at: &str| {
        let parcel = json!({ "shipment_status": "attempted_delivery", "updated_at": at });
        let order = with(order(), json!({ "fulfillments": [with(fulfillment(8, &[1]), parcel)] }));
        kinds(&events_at(System::Shopify, &order, time("2026-11-24T12:00:00Z")))
    };
    let attempt = "shipment.delivery_attempted 8#1".to_owned();
    for at in ["2026-11-20T11:40:00Z", "2026-11-23T11:40:00Z"] {
        assert!(by_snapshot(at).contains(&attempt), "{at}");
    }
    let event = json!({ "id": 44, "fulfillment_id": 8, "status": "attempted_delivery",
                        "order_id": 9_007_199_254_740_993_u64, "happened_at": "2026-11-23T11:40:00Z" });
    let Ok(Translation::Events(told)) =
        translated(System::Shopify, &event, Some(&stored()), time("2026-11-24T12:00:00Z"))
    else {
        panic!("events")
    };
    assert_eq!(told[0].pointer("/data/shipment/attempt"), Some(&json!(1)));
}

#[test]
fn what_is_handed_over_without_a_number_and_an_address_is_on_no_way() {
    let without_number =
        json!({ "tracking_company": null, "tracking_numbers": [], "tracking_urls": [] });
    let handed = with(fulfillment(8, &[1, 2]), without_number);
    let at_counter = json!({ "shipping_address": null, "source_name": "pos" });
    let counter = with(order(), at_counter);
    let delivered = with(handed.clone(), json!({ "shipment_status": "delivered" }));
    for parcel in [handed.clone(), delivered] {
        let sold = with(counter.clone(), json!({ "fulfillments": [parcel] }));
        assert_eq!(kinds(&events(&sold)), ["order.confirmed"]);
        let stored = events(&counter)[0].to_json()["data"].clone();
        let alone = translated(System::Shopify, &parcel, Some(&stored), now());
        assert_eq!(alone, Ok(Translation::Events(Vec::new())), "as a fulfilment alone");
    }
    let sent = with(counter, json!({ "fulfillments": [fulfillment(8, &[1])] }));
    assert!(kinds(&events(&sent)).contains(&"shipment.shipped 8".to_owned()), "with a number");
    let addressed = with(order(), json!({ "fulfillments": [handed] }));
    assert!(kinds(&events(&addressed)).contains(&"shipment.shipped 8".to_owned()));
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
fn what_is_a_test_is_not_joined() {
    let sample = json!({ "order_id": 820_982_911_946_154_508_u64 });
    let parcel = translated(System::Shopify, &with(fulfillment(8, &[1]), sample), None, now());
    assert_eq!(parcel, Ok(Translation::Ignored("a test order")));
    let mut unreal = refund(5, "20.00", json!([]));
    unreal["transactions"][0]["test"] = json!(true);
    let ignored = translated(System::Shopify, &unreal, None, now());
    assert_eq!(ignored, Ok(Translation::Ignored("a refund of a test payment")));
    let real = unreal["transactions"][0].clone();
    unreal["transactions"] =
        json!([unreal["transactions"][0], with(real, json!({ "test": false }))]);
    let waits = translated(System::Shopify, &unreal, None, now());
    assert!(matches!(waits, Ok(Translation::NeedsOrder { .. })), "{waits:?}");
}

#[test]
fn who_hears_first_that_a_parcel_is_out_for_delivery_hears_of_no_correction() {
    let at = "2026-11-20T11:40:00Z";
    let out = |number: &str| {
        let parcel = json!({ "shipment_status": "out_for_delivery", "updated_at": at, "tracking_numbers": [number] });
        with(
            order(),
            json!({ "updated_at": at, "fulfillments": [with(fulfillment(8, &[1]), parcel)] }),
        )
    };
    let told = mailed(&[order(), out("A1")], &[]);
    assert_eq!(told, ["1001 order.confirmed", "1001 shipment.out_for_delivery"]);
    let later = "2026-11-20T11:50:00Z";
    let mut corrected = with(out("B2"), json!({ "updated_at": later }));
    corrected["fulfillments"][0]["updated_at"] = json!(later);
    let told = mailed(&[order(), out("A1"), corrected], &[]);
    assert_eq!(told.last().map(String::as_str), Some("1001 shipment.updated"), "the new number");
}
