use super::*;
use crate::contract::money::MAX_AMOUNT;
use serde_json::json;

fn now() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().expect("a time")
}

fn shipped() -> Value {
    let money = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    json!({
        "specversion": "1.0", "source": "shop", "id": "e-1", "type": "shipment.shipped",
        "time": "2026-11-25T10:00:00Z",
        "data": {
            "order": {
                "id": "1", "number": "#1", "placed_at": "2026-11-20T09:15:00Z",
                "customer": { "email": "jo@example.com" },
                "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": money(1490) }],
                "totals": {
                    "subtotal": money(2980), "shipping": money(490), "discount": money(-100),
                    "tax": money(500), "total": money(3370),
                },
                "shipping_address": { "lines": ["Street 1"], "city": "Bonn", "country": "DE" },
            },
            "shipment": {
                "id": "1-A", "lines": [{ "sku": "MUG", "quantity": 2 }],
                "tracking_url": "https://track.example/1", "expected_on": "2026-11-30",
            },
        },
    })
}

/// An event with a refund of so many cents.
fn refunded(amount: i64) -> Value {
    let mut event = shipped();
    event["type"] = json!("order.refunded");
    event["data"]["shipment"]["tracking_number"] = json!("1");
    event["data"]["refund"] =
        json!({ "id": "R1", "amount": { "amount": amount, "currency": "EUR" } });
    event
}

/// The warnings of a shipment after the member at `pointer` was set or added.
fn warnings(pointer: &str, value: Value) -> Vec<(String, Option<String>)> {
    warnings_of(shipped(), pointer, value)
}

/// The warnings of `event` after the member at `pointer` was set or added.
fn warnings_of(mut event: Value, pointer: &str, value: Value) -> Vec<(String, Option<String>)> {
    let (parent, name) = pointer.rsplit_once('/').expect("not the whole");
    event.pointer_mut(parent).expect("an object of the event")[name] = value;
    let (event, warnings) = parse_with_warnings(&event, now());
    assert!(event.is_ok(), "warnings refuse nothing: {event:?}");
    warnings.into_iter().map(|w| (w.pointer, w.suggestion)).collect()
}

#[test]
fn an_event_as_it_should_be_has_no_warnings() {
    assert_eq!(warnings("/data/notify", json!(true)), []);
    assert_eq!(warnings("/traceparent", json!("00-1-2-3")), [], "an extension");
}

#[test]
fn an_unknown_member_close_to_a_known_one_is_named_with_what_was_meant() {
    for (pointer, meant) in [
        ("/data/shipment/tracking_nubmer", "tracking_number"),
        ("/data/order/billingAddress", "billing_address"),
        ("/data/order/biling_address", "billing_address"),
        ("/data/order/shipping_address/postalCode", "postal_code"),
        ("/data/shipment/lines/0/expectedOn", "expected_on"),
        ("/data/notifiy", "notify"),
        ("/correlation_id", "correlationid"),
    ] {
        let suggestion = Some(format!("did you mean {meant}?"));
        assert_eq!(warnings(pointer, json!("x")), [(pointer.to_owned(), suggestion)]);
    }
}

#[test]
fn an_unknown_member_is_named_also_where_the_data_is_a_text() {
    let mut event = shipped();
    event["data"]["shipment"]["tracking_nubmer"] = json!("1");
    let text = event["data"].to_string();
    event["data"] = json!(text);
    let (_, warnings) = parse_with_warnings(&event, now());
    let place = "/data/shipment/tracking_nubmer";
    assert!(warnings.iter().any(|w| w.pointer == place), "{warnings:?}");
}

#[test]
fn a_known_member_in_the_wrong_place_is_named_with_its_place() {
    let mut event = shipped();
    let shipment = event["data"]["shipment"].as_object_mut().expect("an object");
    shipment.retain(|name, _| ["id", "lines"].contains(&name.as_str()));
    for (pointer, place) in [
        ("/notify", "/data/notify"),
        ("/data/order/notify", "/data/notify"),
        ("/data/order/customer/notify", "/data/notify"),
        ("/data/shipment/notify", "/data/notify"),
        ("/data/tracking_number", "/data/shipment/tracking_number"),
        ("/data/order/tracking_url", "/data/shipment/tracking_url"),
        ("/data/order/trackingUrl", "/data/shipment/tracking_url"),
        ("/data/expected_on", "/data/shipment/expected_on"),
        ("/data/billing_address", "/data/order/billing_address"),
    ] {
        let suggestion = Some(format!("it belongs at {place}"));
        let named = warnings_of(event.clone(), pointer, json!("x"));
        assert_eq!(named, [(pointer.to_owned(), suggestion)]);
    }
}

#[test]
fn a_day_of_a_refund_in_the_wrong_place_belongs_to_the_refund() {
    let named = warnings_of(refunded(1490), "/data/expected_on", json!("2026-11-30"));
    let suggestion = Some("it belongs at /data/refund/expected_on".to_owned());
    assert_eq!(named, [("/data/expected_on".to_owned(), suggestion)]);
}

#[test]
fn a_member_that_may_be_elsewhere_on_purpose_is_not_named() {
    for pointer in [
        // Known at several levels, or a shop's own word at this one.
        "/data/id",
        "/data/name",
        "/data/order/carrier",
        "/data/order/email",
        "/data/order/state",
        "/data/order/language",
        "/data/reason",
        // Also where it belongs.
        "/data/order/tracking_url",
        "/data/shipment/shipping_address",
        // An article may have a day or a parcel of its own.
        "/data/order/lines/0/expected_on",
        "/data/shipment/lines/0/tracking_number",
    ] {
        assert_eq!(warnings(pointer, json!("x")), [], "{pointer}");
    }
    let mut event = shipped();
    event["type"] = json!("order.confirmed");
    let named = warnings_of(event, "/data/expected_on", json!("2026-11-30"));
    assert_eq!(named, [], "a confirmation has no such member");
}

#[test]
fn another_word_for_a_known_member_is_named_with_the_known_one() {
    let mut event = shipped();
    let shipment = event["data"]["shipment"].as_object_mut().expect("an object");
    shipment.remove("tracking_url");
    for (pointer, meant) in [
        ("/data/order/customer/language", "locale"),
        ("/data/shipment/tracking_link", "tracking_url"),
        ("/data/shipment/trackingCode", "tracking_number"),
    ] {
        let suggestion = Some(format!("did you mean {meant}?"));
        let named = warnings_of(event.clone(), pointer, json!("x"));
        assert_eq!(named, [(pointer.to_owned(), suggestion)]);
    }
    event["data"]["order"]["shipping_address"] = json!(null);
    let pointer = "/data/order/delivery_address";
    let suggestion = Some("did you mean shipping_address?".to_owned());
    assert_eq!(warnings_of(event, pointer, json!({})), [(pointer.to_owned(), suggestion)]);
    assert_eq!(warnings(pointer, json!({})), [], "beside the known one");
}

#[test]
fn a_shop_within_the_data_is_named_and_read_nowhere() {
    let suggestion = Some("it belongs at /shop".to_owned());
    for pointer in ["/data/shop", "/data/order/shop"] {
        assert_eq!(warnings(pointer, json!("north")), [(pointer.to_owned(), suggestion.clone())]);
        let mut event = shipped();
        event["shop"] = json!("north");
        assert_eq!(warnings_of(event, pointer, json!("north")), [], "EventBridge's form has both");
    }
}

#[test]
fn what_of_an_address_no_mail_shows_is_named() {
    let pointer = "/data/order/shipping_address/phone";
    assert_eq!(warnings(pointer, json!("+49 228 1")), [(pointer.to_owned(), None)]);
}

#[test]
fn a_refund_of_more_than_the_order_is_named() {
    assert_eq!(warnings_of(refunded(3370), "/data/notify", json!(true)), []);
    let named = warnings_of(refunded(3371), "/data/notify", json!(true));
    assert_eq!(named, [("/data/refund/amount".to_owned(), None)]);

    let mut event = shipped();
    event["type"] = json!("order.cancelled");
    let refund = json!({ "refund": { "amount": 3371, "currency": "EUR" }, "refund_id": "R" });
    let named = warnings_of(event, "/data/cancellation", refund);
    assert_eq!(named, [("/data/cancellation/refund".to_owned(), None)]);
}

#[test]
fn a_cancellation_that_announces_money_and_not_by_which_refund_is_named() {
    let mut event = shipped();
    event["type"] = json!("order.cancelled");
    let refund = json!({ "refund": { "amount": 500, "currency": "EUR" } });
    let named = warnings_of(event.clone(), "/data/cancellation", refund);
    assert_eq!(named, [("/data/cancellation/refund_id".to_owned(), None)]);
    assert_eq!(warnings_of(event, "/data/cancellation", json!({ "refund": null })), []);
}

#[test]
fn a_day_is_not_before_an_event_whose_clock_is_ahead() {
    let mut event = refunded(1490);
    event["type"] = json!("shipment.delayed");
    // Published on the 25th.
    event["time"] = json!("2026-12-20T09:00:00Z");
    let named = warnings_of(event, "/data/shipment/expected_on", json!("2026-11-27"));
    assert!(named.is_empty(), "{named:?}");
}

#[test]
fn a_day_before_the_event_is_named() {
    let is_named = |kind: &str, pointer: &str, day: &str| {
        let mut event = refunded(1490);
        event["type"] = json!(kind);
        event["data"]["cancellation"] = json!({});
        let named = warnings_of(event, pointer, json!(day));
        assert!(named.iter().all(|warning| *warning == (pointer.to_owned(), None)), "{named:?}");
        !named.is_empty()
    };
    let of_parcel = "/data/shipment/expected_on";
    for (kind, pointer) in [
        ("shipment.shipped", of_parcel),
        ("shipment.shipped", "/data/shipment/lines/0/expected_on"),
        ("shipment.delayed", of_parcel),
        ("order.refunded", "/data/refund/expected_on"),
        ("order.cancelled", "/data/cancellation/expected_on"),
    ] {
        assert!(is_named(kind, pointer, "2026-11-23"), "{kind} {pointer}");
        assert!(!is_named(kind, pointer, "2026-11-25"), "{kind} {pointer}");
        assert!(!is_named(kind, pointer, "2026-11-24"), "still that day on Hawaii");
    }
    for late in ["shipment.updated", "shipment.out_for_delivery", "shipment.delivered"] {
        assert!(!is_named(late, of_parcel, "2026-11-21"), "{late}: a parcel may be late");
    }
}

#[test]
fn without_a_time_a_day_before_the_acceptance_is_named() {
    let pointer = "/data/shipment/expected_on";
    let named = |day: &str| {
        let mut event = shipped();
        event["time"] = json!(null);
        warnings_of(event, pointer, json!(day))
    };
    assert_eq!(named("2026-11-25"), [(pointer.to_owned(), None)]);
    assert_eq!(named("2026-11-26"), []);
}

#[test]
fn a_last_day_that_is_over_is_named_while_something_is_still_to_be_fetched() {
    let named = |kind: &str, pointer: &str, value: Value| {
        let mut event = refunded(1490);
        event["type"] = json!(kind);
        event["data"]["cancellation"] = json!({});
        warnings_of(event, pointer, value)
    };
    let until = |day: &str| json!({ "name": "Store 7", "until": day });
    let over = [("/data/shipment/pickup/until".to_owned(), None)];
    let ready = "shipment.ready_for_pickup";
    assert_eq!(named(ready, "/data/shipment/pickup", until("2026-11-23")), over);
    assert_eq!(named(ready, "/data/shipment/pickup", until("2026-11-25")), []);
    assert_eq!(named("shipment.delivered", "/data/shipment/pickup", until("2026-11-23")), []);
    let over = [("/data/order/pickup/until".to_owned(), None)];
    assert_eq!(named("order.confirmed", "/data/order/pickup", until("2026-11-23")), over);
    let next = "/data/shipment/next_attempt_on";
    let over = [(next.to_owned(), None)];
    assert_eq!(named("shipment.delivery_attempted", next, json!("2026-11-23")), over);
}

#[test]
fn a_cancellation_that_contradicts_itself_is_named() {
    let named = |cancellation: Value| {
        let mut event = shipped();
        event["type"] = json!("order.cancelled");
        let named = warnings_of(event, "/data/cancellation", cancellation);
        named.into_iter().map(|(place, _)| place).collect::<Vec<_>>()
    };
    let money = json!({ "amount": 100, "currency": "EUR" });
    let uncharged = json!({ "charged": false, "refund": money, "refund_id": "R" });
    assert_eq!(named(uncharged), ["/data/cancellation/charged"]);
    let all = json!([{ "sku": "MUG", "quantity": 2 }]);
    let lines = "/data/cancellation/lines";
    assert_eq!(named(json!({ "id": "C", "lines": all })), [lines]);
    for partial in [true, false] {
        assert_eq!(named(json!({ "id": "C", "lines": all, "partial": partial })), [""; 0]);
    }
    let some = json!([{ "sku": "MUG", "quantity": 1 }]);
    assert_eq!(named(json!({ "id": "C", "lines": some })), [""; 0]);
}

#[test]
fn a_quantity_of_0_with_a_minus_is_named() {
    let line = |quantity: Value| json!({ "sku": "POT", "title": "Pot", "quantity": quantity });
    let named = |quantity: Value| {
        let mut event = shipped();
        let lines = event["data"]["order"]["lines"].as_array_mut().expect("lines");
        lines.push(line(quantity));
        warnings_of(event, "/data/notify", json!(true))
    };
    assert_eq!(named(json!(-0.0)), [("/data/order/lines/1/quantity".to_owned(), None)]);
    assert_eq!(named(json!(0)), []);
}

#[test]
fn a_dropped_link_is_named() {
    for pointer in ["/data/shipment/tracking_url", "/data/order/url"] {
        for link in ["javascript:alert(1)", "https://dhl.example@evil.example/", "/track"] {
            assert_eq!(warnings(pointer, json!(link)), [(pointer.to_owned(), None)]);
        }
    }
}

#[test]
fn a_language_tag_whose_end_makes_no_sense_is_named() {
    let pointer = "/data/order/customer/locale";
    assert_eq!(warnings(pointer, json!("de_DE_x")), [(pointer.to_owned(), None)]);
    assert_eq!(warnings(pointer, json!("de_DE")), []);
}

#[test]
fn a_language_without_mails_is_named() {
    let pointer = "/data/order/customer/locale";
    for tag in ["tlh", "qaa"] {
        assert_eq!(warnings(pointer, json!(tag)), [(pointer.to_owned(), None)], "{tag}");
    }
    assert_eq!(warnings(pointer, json!("de-AT")), []);
}

#[test]
fn totals_that_do_not_add_up_are_named() {
    for (part, amount, place) in [
        ("subtotal", 2979, &["subtotal"][..]),
        ("shipping", 491, &["total"]),
        ("discount", -99, &["total"]),
        ("discount", 100, &[]),
        ("total", 3371, &["total"]),
        // Tax beside the prices, and not within them.
        ("total", 3870, &[]),
    ] {
        let pointer = format!("/data/order/totals/{part}/amount");
        let places: Vec<String> =
            place.iter().map(|name| format!("/data/order/totals/{name}")).collect();
        let named: Vec<String> =
            warnings(&pointer, json!(amount)).into_iter().map(|(place, _)| place).collect();
        assert_eq!(named, places, "{part} {amount}");
    }
}

#[test]
fn a_total_below_one_of_its_parts_is_named() {
    let money = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    for totals in [
        json!({ "total": money(2979) }),
        json!({ "total": money(2980), "tax": money(2981) }),
        json!({ "total": money(2980), "shipping": money(2981) }),
    ] {
        let named = warnings("/data/order/totals", totals);
        assert_eq!(named, [("/data/order/totals/total".to_owned(), None)]);
    }
    assert_eq!(warnings("/data/order/totals", json!({ "total": money(4000) })), [], "no parts");
}

#[test]
fn the_greatest_amounts_do_not_overflow() {
    let most = json!({ "amount": MAX_AMOUNT, "currency": "EUR" });
    let line = json!({ "sku": "MUG", "title": "Mug", "quantity": 1, "unit_price": most });
    let named = warnings("/data/order/lines", json!(vec![line; 500]));
    assert!(!named.is_empty());
}

#[test]
fn a_date_years_away_is_named() {
    for (pointer, value) in [
        ("/time", json!("1970-01-01T00:00:00Z")),
        ("/data/order/placed_at", json!("2206-11-20T09:15:00Z")),
        ("/data/shipment/expected_on", json!("2062-11-30")),
        ("/data/shipment/expected_on", json!("0026-11-30")),
        ("/data/shipment/next_attempt_on", json!("2062-11-30")),
        ("/data/shipment/pickup", json!({ "until": "2062-11-30" })),
        ("/data/order/pickup", json!({ "until": "0026-11-30" })),
    ] {
        let named = warnings(pointer, value);
        let [(place, None)] = named.as_slice() else { panic!("{pointer}: {named:?}") };
        assert!(place.starts_with(pointer), "{place}");
    }
    assert_eq!(warnings("/data/shipment/expected_on", json!("2028-05-30")), []);
    let mut event = shipped();
    event["type"] = json!("order.withdrawal_received");
    let withdrawal = json!({ "id": "W", "received_at": "1970-01-01T00:00:00Z" });
    let named = warnings_of(event, "/data/withdrawal", withdrawal);
    assert!(named.contains(&("/data/withdrawal/received_at".to_owned(), None)), "{named:?}");
}

#[test]
fn a_country_that_does_not_exist_is_named() {
    let pointer = "/data/order/shipping_address/country";
    assert_eq!(warnings(pointer, json!("QQ")), [(pointer.to_owned(), None)]);
    let meant = Some("did you mean GB?".to_owned());
    assert_eq!(warnings(pointer, json!("UK")), [(pointer.to_owned(), meant)]);
}

#[test]
fn of_many_warnings_the_first_are_listed_and_the_rest_are_counted() {
    let line = json!({ "sku": "MUG", "quantity": 1, "expectedOn": "x" });
    let mut event = shipped();
    event["data"]["order"]["lines"][0]["quantity"] = json!(100);
    event["data"]["shipment"]["lines"] = json!(vec![line; 100]);
    let (_, warnings) = parse_with_warnings(&event, now());
    let last = warnings.last().expect("warnings");
    assert_eq!(last.detail, "95 more warnings are left out.");
    let unknown = warnings.iter().filter(|warning| warning.detail.contains("not known"));
    assert_eq!(unknown.count(), MAX_OF_ONE_SENTENCE);
}

#[test]
fn a_refused_event_has_warnings_that_explain_what_is_missing() {
    let mut event = shipped();
    event["data"]["order"]["customer"] = json!({ "emial": "jo@example.com" });
    let (refused, warnings) = parse_with_warnings(&event, now());
    let errors = refused.expect_err("an address is missing");
    assert_eq!(errors[0].pointer, "/data/order/customer/email");
    assert_eq!(warnings[0].pointer, "/data/order/customer/emial");
    let text = serde_json::to_string(&warnings).expect("JSON");
    assert!(!text.contains("jo@"), "{text}");
}
