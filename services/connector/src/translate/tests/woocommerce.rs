//! The rules of WooCommerce's orders, one by one.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::Event;
use shared::contract::event::EventPayload;
use shared::contract::shipment::Shipment;

use super::{System, Translation, Untranslatable, events_at, kinds, time, translated};

fn now() -> Timestamp {
    time("2026-11-20T12:00:00Z")
}

/// A paid order of three spoons of 10.00 EUR together and a mug of 17.90, with shipping of 5.90, placed at nine.
fn order() -> Value {
    let address = json!({
        "first_name": "Jo", "last_name": "Example", "company": "", "address_1": "Hafenstr. 4", "address_2": "",
        "city": "Bremen", "state": "DE-HB", "postcode": "28217", "country": "DE",
    });
    let mut billing = address.clone();
    billing["email"] = json!("jo@example.com");
    json!({
        "id": 7315, "number": "7315", "status": "processing", "currency": "EUR", "prices_include_tax": true,
        "date_created": "2026-11-20T10:00:00", "date_created_gmt": "2026-11-20T09:00:00",
        "date_modified_gmt": "2026-11-20T09:00:05", "date_paid_gmt": "2026-11-20T09:00:05",
        "date_completed_gmt": null, "billing": billing, "shipping": address,
        "line_items": [
            { "id": 1, "name": "L&ouml;ffel &amp; Brett", "quantity": 3, "sku": null, "subtotal": "8.40",
              "subtotal_tax": "1.60", "total": "8.40", "total_tax": "1.60", "meta_data": [] },
            { "id": 2, "name": "Becher", "quantity": 1, "sku": "", "subtotal": "15.04", "subtotal_tax": "2.86",
              "total": "15.04", "total_tax": "2.86", "meta_data": [
                { "key": "gravur", "value": "B&amp;B", "display_key": "Gravur", "display_value": "<p>B&amp;B</p>" },
                { "key": "_secret", "value": "x", "display_key": "_secret", "display_value": "x" }] },
        ],
        "shipping_total": "4.96", "shipping_tax": "0.94", "discount_total": "0.00", "discount_tax": "0.00",
        "shipping_lines": [{ "method_id": "flat_rate", "method_title": "Versand", "total": "4.96", "total_tax": "0.94" }],
        "fee_lines": [], "coupon_lines": [], "refunds": [], "meta_data": [],
        "tax_lines": [{ "label": "MwSt.", "tax_total": "4.46", "shipping_tax_total": "0.94" }],
        "total": "33.80", "total_tax": "5.40",
    })
}

fn with(mut order: Value, members: Value) -> Value {
    for (name, value) in members.as_object().expect("members") {
        order[name] = value.clone();
    }
    order
}

fn events(order: &Value) -> Vec<Event> {
    events_at(System::WooCommerce, order, now())
}

fn told(members: Value) -> Vec<String> {
    kinds(&events(&with(order(), members)))
}

fn tracked(items: Value) -> Value {
    json!({ "meta_data": [{ "id": 5, "key": "_wc_shipment_tracking_items", "value": items }] })
}

fn item(number: &str) -> Value {
    json!({ "tracking_provider": "dhl-express", "custom_tracking_provider": "", "custom_tracking_link": "",
            "tracking_number": number, "date_shipped": "1795132800", "tracking_id": format!("t{number}") })
}

fn shipment(event: &Event) -> &Shipment {
    event.payload.shipment().expect("a parcel")
}

#[test]
fn an_order_is_confirmed_once_the_shop_has_taken_it() {
    for (status, paid, expected) in [
        ("processing", true, true),
        ("completed", true, true),
        ("processing", false, true),
        ("shipped", false, true),
        ("wc-processing", false, true),
        ("on-hold", false, false),
        ("on-hold", true, true),
        ("pending", false, false),
        ("failed", false, false),
        ("checkout-draft", false, false),
        ("trash", false, false),
        ("quote-requested", false, false),
        ("cancelled", false, false),
    ] {
        let paid_at = if paid { json!("2026-11-20T09:00:05") } else { json!(null) };
        let kinds = told(json!({ "status": status, "date_paid_gmt": paid_at }));
        let is_confirmed = kinds.contains(&"order.confirmed".to_owned());
        assert_eq!(is_confirmed, expected, "{status}, paid: {paid}: {kinds:?}");
    }
}

#[test]
fn times_are_in_utc_and_the_customer_s_clock_is_kept() {
    let told = events(&order());
    assert_eq!(told[0].time, Some(time("2026-11-20T09:00:05Z")), "when it was paid");
    let placed_at = told[0].order.placed_at.expect("a time");
    assert_eq!(serde_json::to_value(placed_at).expect("JSON"), "2026-11-20T10:00:00+01:00");
}

#[test]
fn amounts_are_shown_with_their_tax_where_the_shop_shows_them_so() {
    let told = events(&order());
    let order = &told[0].order;
    let sums = order.sums().expect("a total");
    assert!(!sums.is_at_odds);
    let rows: Vec<i64> = sums.rows.iter().map(|row| row.amount().amount).collect();
    assert_eq!((rows, sums.total.amount), (vec![2790, 590], 3380));
    assert_eq!(sums.included_taxes.len(), 1);
    // A third of 10.00 EUR is no price.
    assert_eq!(order.lines[0].unit_price, None);
    assert_eq!(order.lines[0].total.map(|total| total.amount), Some(1000));
    assert_eq!(order.lines[1].unit_price.map(|price| price.amount), Some(1790));
}

#[test]
fn amounts_without_tax_have_it_on_top_and_fees_and_vouchers_have_names() {
    let told = events(&with(
        order(),
        json!({
            "prices_include_tax": false, "discount_total": "2.00", "discount_tax": "0.38",
            "coupon_lines": [{ "code": "zwei", "discount": "2.00", "discount_tax": "0.38" }],
            "fee_lines": [{ "name": "Karte &amp; Band", "total": "1.00", "total_tax": "0.19" }],
            "tax_lines": [{ "label": "MwSt.", "tax_total": "4.27", "shipping_tax_total": "0.94" }],
            "total_tax": "5.21", "total": "32.61",
        }),
    ));
    let order = &told[0].order;
    let sums = order.sums().expect("a total");
    let rows: Vec<i64> = sums.rows.iter().map(|row| row.amount().amount).collect();
    assert_eq!((rows, sums.is_at_odds), (vec![2344, -200, 496, 100, 521], false));
    let label = |rows: &[shared::contract::totals::TotalsRow]| {
        rows[0].label.as_ref().map(ToString::to_string)
    };
    assert_eq!(label(&order.totals.fees).as_deref(), Some("Karte & Band"));
    assert_eq!(
        order.totals.discount[0].code.as_ref().map(ToString::to_string).as_deref(),
        Some("zwei")
    );
}

#[test]
fn a_gift_card_that_pays_is_a_row() {
    let told = events(&with(
        order(),
        json!({ "gift_cards": [{ "code": "AB-1", "amount": "10.00" }],
                                             "total": "23.80" }),
    ));
    let sums = told[0].order.sums().expect("a total");
    let rows: Vec<i64> = sums.rows.iter().map(|row| row.amount().amount).collect();
    assert_eq!((rows, sums.is_at_odds), (vec![2790, 590, -1000], false));
}

#[test]
fn names_are_read_as_the_shop_s_pages_show_them() {
    let told = events(&order());
    let lines = &told[0].order.lines;
    assert_eq!(lines[0].title.as_str(), "Löffel & Brett");
    let options: Vec<&str> = lines[1].options.iter().map(|option| option.value.as_str()).collect();
    assert_eq!(options, ["B&B"]);
    assert!(lines.iter().all(|line| line.sku.is_none()));
    let address = told[0].order.shipping_address.as_ref().expect("one");
    assert_eq!(address.region, None, "DE-HB is on no letter");
}

#[test]
fn the_language_is_what_a_plugin_notes() {
    let locale = |members: Value| {
        let told = events(&with(order(), members));
        told[0].order.customer.locale.as_ref().map(|locale| locale.as_str().to_owned())
    };
    let meta = |key: &str, value: &str| json!({ "meta_data": [{ "key": key, "value": value }] });
    assert_eq!(locale(meta("wpml_language", "fr")).as_deref(), Some("fr"));
    assert_eq!(locale(meta("trp_language", "de_DE_formal")).as_deref(), Some("de-DE"));
    assert_eq!(locale(json!({ "lang": "nl" })).as_deref(), Some("nl"));
    assert_eq!(locale(json!({ "locale": "de_AT", "lang": "nl" })).as_deref(), Some("de-AT"));
    assert_eq!(locale(json!({ "lang": "xx" })), None);
    assert_eq!(locale(json!({})), None);
}

#[test]
fn without_an_address_nobody_is_mailed_and_nothing_is_refused() {
    for email in [json!(null), json!("")] {
        let mut order = order();
        order["billing"]["email"] = email;
        let translation = translated(System::WooCommerce, &order, None, now());
        assert!(matches!(translation, Ok(Translation::Ignored(_))), "{translation:?}");
    }
    let mut order = order();
    order["billing"]["email"] = json!("jo at home");
    let refused = translated(System::WooCommerce, &order, None, now()).expect_err("no address");
    assert!(refused.to_string().starts_with("/billing/email: expected an e-mail"), "{refused}");
}

#[test]
fn an_order_that_is_cancelled_says_of_money_only_what_is_certain() {
    let cancelled = |members: Value| {
        let order = with(
            with(
                order(),
                json!({ "status": "cancelled", "date_modified_gmt": "2026-11-20T10:00:00" }),
            ),
            members,
        );
        let told = events(&order);
        let cancelled = told.into_iter().find_map(|event| match event.payload {
            EventPayload::Cancelled(cancellation) => Some(cancellation),
            _ => None,
        });
        cancelled.expect("cancelled")
    };
    let unpaid = cancelled(json!({ "date_paid_gmt": null, "payment_method": "bacs" }));
    assert_eq!((unpaid.is_partial(), unpaid.refund, unpaid.charged), (false, None, None));
    let refund = |date: Value| json!({ "refunds": [{ "id": 9, "reason": "rude", "total": "-33.80", "date_created_gmt": date }] });
    assert_eq!(cancelled(refund(json!(null))).refund, None, "it may have been told long ago");
    let dated = cancelled(refund(json!("2026-11-20T09:58:00")));
    assert_eq!(dated.refund.map(|it| it.amount), Some(3380));
    assert_eq!(dated.refund_id.map(|id| id.to_string()).as_deref(), Some("9"));
}

#[test]
fn a_checkout_that_was_left_is_cancelled_without_a_mail() {
    let cancelled = |method: &str, paid: Value| {
        told(json!({ "status": "cancelled", "payment_method": method, "date_paid_gmt": paid }))
    };
    for (method, expected) in
        [("stripe", false), ("", false), ("bacs", true), ("cheque", true), ("cod", true)]
    {
        let told = cancelled(method, json!(null));
        let is_told = told.contains(&"order.cancelled".to_owned());
        assert_eq!(is_told, expected, "{method}: {told:?}");
    }
    let paid = cancelled("stripe", json!("2026-11-20T09:00:05"));
    assert_eq!(paid, ["order.confirmed", "order.cancelled"]);
}

#[test]
fn what_is_paid_on_delivery_was_taken_when_it_was_placed() {
    let completed = json!({
        "status": "completed", "payment_method": "cod", "date_paid_gmt": "2026-11-23T10:00:00",
        "date_completed_gmt": "2026-11-23T10:00:00", "date_modified_gmt": "2026-11-23T10:00:00",
    });
    let at = time("2026-11-23T10:00:02Z");
    let told = events_at(System::WooCommerce, &with(order(), completed), at);
    assert_eq!(told[0].time, Some(time("2026-11-20T09:00:00Z")));
}

#[test]
fn a_refund_is_its_amount_alone() {
    let refunds = json!([{ "id": 9, "reason": "rude customer", "total": "-10.00" },
                         { "id": 10, "reason": "", "total": "0.00" }]);
    let told = events(&with(
        order(),
        json!({ "refunds": refunds, "date_modified_gmt": "2026-11-20T11:00:00" }),
    ));
    assert_eq!(kinds(&told), ["order.confirmed", "order.updated", "order.refunded 9"]);
    assert_eq!(told[2].time, Some(time("2026-11-20T11:00:00Z")), "at the latest then");
    let EventPayload::Refunded(refund) = &told[2].payload else { panic!("{told:?}") };
    assert_eq!((refund.amount.amount, refund.reason.as_ref()), (1000, None));
    assert!(!told[2].to_json().to_string().contains("rude"));
}

#[test]
fn what_an_old_order_does_not_date_is_no_news_when_it_is_saved() {
    let status = |modified: &str| {
        let order = with(order(), json!({ "status": "cancelled", "date_modified_gmt": modified }));
        let told = events_at(System::WooCommerce, &order, time(&format!("{modified}Z")));
        told.last().and_then(|event| event.time)
    };
    assert_eq!(status("2026-12-03T10:00:00"), Some(time("2026-12-03T10:00:00Z")));
    assert_eq!(status("2026-12-10T10:00:00"), Some(time("2026-11-20T09:00:05Z")));
}

#[test]
fn a_parcel_without_a_date_is_news_for_a_week_and_what_follows_it_for_two() {
    let times = |status: &str, modified: &str| -> Vec<(String, bool)> {
        let order = with(order(), json!({ "status": status, "date_modified_gmt": modified }));
        let now = time(&format!("{modified}Z"));
        let told = events_at(System::WooCommerce, &order, now);
        let parcels = told.iter().filter(|event| event.payload.shipment().is_some());
        parcels.map(|it| (it.payload.kind().to_string(), it.time == Some(now))).collect()
    };
    let told = |kind: &str, is_news: bool| (kind.to_owned(), is_news);
    let shipped = "shipment.shipped";
    assert_eq!(times("shipped", "2026-11-26T10:00:00"), [told(shipped, true)]);
    assert_eq!(times("shipped", "2026-11-28T10:00:00"), [told(shipped, false)]);
    let delivered = |is_news| [told(shipped, false), told("shipment.delivered", is_news)];
    assert_eq!(times("delivered", "2026-12-01T10:00:00"), delivered(true));
    assert_eq!(times("delivered", "2026-12-10T10:00:00"), delivered(false));
}

#[test]
fn parcels_are_what_the_tracking_plugins_note() {
    let second = with(
        item("B2"),
        json!({
            "tracking_provider": "", "custom_tracking_provider": "Bote &amp; Sohn", "date_shipped": 1_795_132_800,
            "custom_tracking_link": "https://t.example/?n=B2&amp;l=de",
            "products_list": [{ "product": "4", "item_id": "2", "qty": 1 }],
        }),
    );
    for items in [json!([item("A1"), second]), json!({ "0": item("A1"), "3": second })] {
        let told = events(&with(order(), tracked(items)));
        assert_eq!(kinds(&told)[1..], ["shipment.shipped 7315-1", "shipment.shipped 7315-2"]);
        let (first, second) = (shipment(&told[1]), shipment(&told[2]));
        assert_eq!(first.carrier.as_ref().map(ToString::to_string).as_deref(), Some("DHL Express"));
        assert_eq!(
            second.carrier.as_ref().map(ToString::to_string).as_deref(),
            Some("Bote & Sohn")
        );
        let link = second.tracking[0].url.as_ref().map(|url| url.as_str());
        assert_eq!(link, Some("https://t.example/?n=B2&l=de"));
        assert_eq!(second.lines.len(), 1);
        assert_eq!(
            told[1].time, told[0].time,
            "not before it was placed, though only the day is known"
        );
    }
}

#[test]
fn the_statuses_of_plugins_tell_of_the_parcels() {
    for (status, expected) in [
        ("shipped", vec!["shipment.shipped 7315-1"]),
        ("delivered", vec!["shipment.shipped 7315-1", "shipment.delivered 7315-1"]),
        ("out-for-delivery", vec!["shipment.shipped 7315-1", "shipment.out_for_delivery 7315-1"]),
        ("ready-for-pickup", vec!["shipment.ready_for_pickup 7315-1"]),
        ("completed", vec![]),
    ] {
        let mut kinds = told(json!({ "status": status }));
        kinds.retain(|kind| kind != "order.confirmed");
        assert_eq!(kinds, expected, "{status}");
    }
}

#[test]
fn a_parcel_that_was_shipped_by_its_status_gets_its_number_later() {
    let by_status = told(json!({ "status": "shipped" }));
    let number = with(
        order(),
        with(
            tracked(json!([item("A1")])),
            json!({
        "status": "shipped", "date_modified_gmt": "2026-11-20T11:00:00" }),
        ),
    );
    let with_number = kinds(&events(&number));
    assert!(with_number.contains(&by_status[1]), "{with_number:?}: one parcel");
    assert!(with_number.contains(&"shipment.updated".to_owned()), "{with_number:?}");
}

#[test]
fn what_is_fetched_has_a_parcel_only_if_somebody_carries_it() {
    let pickup = json!([{ "method_id": "pickup_location", "method_title": "Abholung", "total": "4.96", "total_tax": "0.94",
                          "meta_data": [{ "key": "pickup_location", "value": "Laden" },
                                        { "key": "pickup_address", "value": "Hafenstr. 1, Bremen" },
                                        { "key": "pickup_details", "value": "<p>Mo&ndash;Fr</p>" }] }]);
    let fetched =
        |status: &str| with(order(), json!({ "shipping_lines": pickup, "status": status }));
    for (status, expected) in [
        ("completed", vec!["order.confirmed"]),
        ("shipped", vec!["order.confirmed"]),
        ("ready-pickup", vec!["order.confirmed", "shipment.ready_for_pickup 7315-1"]),
        ("picked-up", vec!["order.confirmed", "shipment.delivered 7315-1"]),
    ] {
        let told = events(&fetched(status));
        assert_eq!(kinds(&told), expected, "{status}");
        let place = told[0].order.pickup.clone().expect("a place");
        assert_eq!(place.name.map(|name| name.to_string()).as_deref(), Some("Laden"));
        assert_eq!(place.note.map(|note| note.to_string()).as_deref(), Some("Mo–Fr"));
        assert!(told[0].order.shipping_address.is_none());
    }
    let carried = with(fetched("completed"), tracked(json!([item("A1")])));
    assert!(kinds(&events(&carried)).contains(&"shipment.shipped 7315-1".to_owned()));
}

/// A fulfilment of the core with so many of each line.
fn fulfillment(id: u64, items: &[(u64, i64)]) -> Value {
    let items: Vec<Value> =
        items.iter().map(|(id, qty)| json!({ "item_id": id, "qty": qty })).collect();
    json!({
        "id": id, "status": "fulfilled", "is_fulfilled": true, "date_updated": "2026-11-20 10:30:00",
        "meta_data": [{ "key": "_items", "value": items }, { "key": "_tracking_number", "value": "A1" },
                      { "key": "_shipment_provider", "value": "ups" }, { "key": "_tracking_url", "value": "" },
                      { "key": "_date_fulfilled", "value": format!("2026-11-20 10:0{id}:00") }],
    })
}

#[test]
fn fulfilments_of_the_core_are_parcels_with_their_lines() {
    let draft =
        with(fulfillment(3, &[(1, 1)]), json!({ "status": "unfulfilled", "is_fulfilled": false }));
    let members = json!({ "fulfillments": [fulfillment(2, &[(1, 1), (2, 1)]), fulfillment(1, &[(1, 2)]), draft] });
    let both = events(&with(order(), members.clone()));
    assert_eq!(kinds(&both)[1..], ["shipment.shipped 7315-1", "shipment.shipped 7315-2"]);
    assert_eq!(
        told(json!({ "status": "shipped" }))[1],
        "shipment.shipped 7315-1",
        "by its status, the same"
    );
    assert!(shipment(&both[1]).still_to_come.is_empty(), "what is shipped at all is not known");
    let mut known = with(order(), members);
    known["line_items"][0]["virtual"] = json!(false);
    known["line_items"][1]["virtual"] = json!(true);
    let both = events(&known);
    let rest = &shipment(&both[1]).still_to_come;
    assert_eq!(rest.len(), 1, "a download is not still to come");
    assert_eq!(rest[0].line_id.as_ref().map(ToString::to_string).as_deref(), Some("1"));
    assert!(shipment(&both[2]).still_to_come.is_empty());
}

#[test]
fn an_order_that_was_paid_after_all_has_parcels_that_are_news() {
    use super::mailroom::Mailroom;
    let cancelled = with(
        order(),
        json!({ "status": "cancelled", "date_paid_gmt": null, "payment_method": "bacs",
                                          "date_modified_gmt": "2026-11-20T10:00:00" }),
    );
    let shipped = with(
        order(),
        with(
            tracked(json!([item("A1")])),
            json!({
        "status": "completed", "date_paid_gmt": "2026-11-20T10:20:00", "date_modified_gmt": "2026-11-20T11:00:00" }),
        ),
    );
    let mut mailroom = Mailroom::default();
    for (body, at) in [(cancelled, "2026-11-20T10:00:02Z"), (shipped, "2026-11-20T11:00:02Z")] {
        match translated(System::WooCommerce, &body, None, time(at)) {
            Ok(Translation::Events(events)) => mailroom.publish(&events, time(at)),
            other => panic!("{other:?}"),
        }
    }
    let mailed: Vec<String> = mailroom.mails.iter().map(super::mailroom::short).collect();
    assert!(mailed.contains(&"7315 shipment.shipped".to_owned()), "{mailed:?}");
}

#[test]
fn what_is_no_order_is_told_apart() {
    for quiet in [json!({ "webhook_id": 7 }), json!({ "id": 7315 })] {
        let ignored = translated(System::WooCommerce, &quiet, None, now());
        assert!(matches!(ignored, Ok(Translation::Ignored(_))), "{quiet}: {ignored:?}");
    }
    let forbidden = json!({ "code": "woocommerce_rest_cannot_view", "message": "Jo may not", "data": { "status": 401 } });
    let refused = translated(System::WooCommerce, &forbidden, None, now());
    let Err(error @ Untranslatable::UnknownShape { .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("may not read orders") && !error.to_string().contains("Jo"));
}

#[test]
fn a_save_that_changes_nothing_makes_no_other_event_of_what_is_known() {
    let ids = |modified: &str| -> Vec<String> {
        let saved = with(
            order(),
            json!({ "status": "cancelled", "date_modified_gmt": modified,
                                          "refunds": [{ "id": 9, "total": "-10.00" }] }),
        );
        events(&saved).iter().map(|event| event.reference.sort_key()).collect()
    };
    let first = ids("2026-11-20T10:00:00");
    assert_eq!(first.len(), 3, "confirmed, cancelled, refunded: {first:?}");
    assert!(first.iter().all(|id| id.starts_with("/woocommerce/default ")));
    assert_eq!(ids("2026-11-20T11:00:00"), first);
}

#[test]
fn money_for_what_was_taken_out_is_no_refund_in_full_of_what_is_left() {
    let order = with(order(), json!({ "refunds": [{ "id": 9, "total": "-40.00" }] }));
    let Ok(Translation::Events(told)) = translated(System::WooCommerce, &order, None, now()) else {
        panic!("events")
    };
    let refunded = told.iter().find(|event| event["type"] == "order.refunded").expect("a refund");
    assert!(refunded.pointer("/data/order/totals/total").is_none());
}
