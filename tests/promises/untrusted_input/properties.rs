//! No parser panics, accepts invalid input, or alters valid input. The fuzz targets in `tests/fuzz` check
//! the same properties.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use feedback::FeedbackMessage;
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use shared::contract::json::parse_strict;
use shared::contract::warnings::{parse_with_warnings, read_form};
use shared::ledger::Transition;
use shared::outbox::pack;
use shared::queue::message::{DispatchRequest, MailRequest};
use shared::{CorrelationId, Event, NotificationKey};
use waybill_tests::parser_properties::{
    check_event, check_queue_message, check_ses_event, check_stream_image,
};

use crate::support::events::{sample, samples};
use crate::support::json::{any_json, mutated, mutated_event, sample_event};
use crate::support::valid;

proptest! {
    #[test]
    fn intakes_parser_survives_any_bytes(bytes in vec(any::<u8>(), 0..600)) {
        check_event(&bytes);
        check_stream_image(&bytes);
    }

    #[test]
    fn every_parser_survives_any_json(json in any_json()) {
        let text = json.to_string();
        check_event(text.as_bytes());
        check_ses_event(&text);
        check_stream_image(text.as_bytes());
        check_queue_message(&text);
    }

    #[test]
    fn every_parser_survives_any_text(text in any::<String>()) {
        check_ses_event(&text);
        check_queue_message(&text);
    }

    #[test]
    fn intakes_parser_survives_a_mutated_event(json in mutated_event()) {
        check_event(json.to_string().as_bytes());
    }

    #[test]
    fn intakes_parser_survives_an_event_with_damaged_bytes(
        bytes in damaged(sample_event().prop_map(|json| json.to_string().into_bytes()))
    ) {
        check_event(&bytes);
    }

    #[test]
    fn a_valid_event_is_accepted_and_unmutated(json in valid::event()) {
        let event = Event::parse(&json);
        prop_assert!(event.is_ok(), "{:?} for {json}", event);
        let event = event.expect("checked above");
        prop_assert_eq!(Event::parse(&event.to_json()), Ok(event));
        check_event(json.to_string().as_bytes());
    }

    #[test]
    fn a_valid_event_passes_through_both_queues_unmutated(json in valid::event()) {
        let id = CorrelationId::parse("test").expect("valid");
        // In 9998: later than the times of these events, and early enough for a time limit before 9999.
        let accepted_at = Timestamp::constant(253_360_000_000, 0);
        let body = DispatchRequest::body(&json, accepted_at, &id);
        let request = DispatchRequest::parse(&body).expect("our own message");
        prop_assert_eq!(Event::parse(&json), Ok(request.event.clone()));
        let request = mail_request(request);
        prop_assert_eq!(MailRequest::parse(&request.to_body()), Ok(request));
    }

    #[test]
    fn a_mutated_queue_message_is_refused_or_read_completely(
        json in mutated(sample_event().prop_map(|event| as_messages(&event)))
    ) {
        check_queue_message(&json[0].to_string());
        check_queue_message(&json[1].to_string());
    }

    #[test]
    fn a_queue_message_with_any_time_is_refused_or_read_completely(
        json in sample_event(), accepted_at in edge_time(), send_before in edge_time()
    ) {
        let Value::Array(messages) = as_messages(&json) else { unreachable!("it is an array") };
        for mut message in messages {
            message["accepted_at"] = json!(accepted_at);
            check_queue_message(&message.to_string());
            message["send_before"] = json!(send_before);
            check_queue_message(&message.to_string());
        }
    }

    #[test]
    fn a_packed_message_is_read_from_the_stream_unmutated(text in any::<String>()) {
        let record = stream_record(&pack(&text));
        check_stream_image(record.to_string().as_bytes());
        prop_assert_eq!(relay::dispatch_message(&record), Some(text));
    }

    #[test]
    fn relay_survives_a_mutated_stream_record(
        record in mutated(any::<String>().prop_map(|text| stream_record(&pack(&text))))
    ) {
        check_stream_image(record.to_string().as_bytes());
    }

    #[test]
    fn relay_survives_a_packed_message_with_damaged_bytes(
        packed in damaged(sample_event().prop_map(|json| pack(&json.to_string())))
    ) {
        check_stream_image(stream_record(&packed).to_string().as_bytes());
    }

    #[test]
    fn an_ses_event_of_ours_is_read_as_its_transition(
        kind in select(SES_KINDS.map(|(kind, _)| kind).to_vec()),
        json in valid::event(),
    ) {
        let key = NotificationKey::for_event(&Event::parse(&json).expect("valid"));
        let FeedbackMessage::OwnMail(event) = FeedbackMessage::parse(&ses_event(kind, &key).to_string()) else {
            return Err(TestCaseError::fail("it was not read as ours"));
        };
        prop_assert_eq!(event.key, key);
        let expected = SES_KINDS.iter().find(|(k, _)| *k == kind).map(|(_, transition)| *transition);
        prop_assert_eq!(Some(event.transition), expected);
    }

    #[test]
    fn the_ses_event_parser_survives_a_mutated_event(
        json in mutated(sample_event().prop_map(|json| {
            ses_event("Bounce", &NotificationKey::for_event(&Event::parse(&json).expect("valid")))
        }))
    ) {
        check_ses_event(&json.to_string());
    }
}

/// A warning about an event as it should be would be noise that nobody reads.
#[test]
fn only_the_sample_events_that_are_odd_on_purpose_have_warnings() {
    // Before the days that they announce.
    let now = "2026-11-20T12:00:00Z".parse().expect("a time");
    let mut named = Vec::new();
    for line in samples() {
        let json = parse_strict(line.as_bytes()).expect("JSON");
        if let (Ok(event), warnings) = parse_with_warnings(&json, now) {
            let id = event.reference.id.to_string();
            named.extend(warnings.into_iter().map(|warning| (id.clone(), warning.pointer)));
        }
    }
    let expected = [
        ("1008-shipped", "/data/shipment/tracking_url"),
        // The conflict: its quantity was changed, and its totals were not.
        ("1010-confirmed", "/data/order/totals/subtotal"),
        ("1010-confirmed", "/data/order/totals/total"),
    ];
    assert_eq!(named, expected.map(|(id, pointer)| (id.to_owned(), pointer.to_owned())));
}

/// Only what makes the mail impossible refuses an event, with a pointer to the field.
#[test]
fn no_event_is_accepted_whose_mail_is_impossible() {
    let long = "x".repeat(129);
    for (pointer, values) in [
        ("/type", vec![json!("order.shipped"), json!("order.bestellt"), json!(""), json!(null)]),
        ("/data", vec![json!([]), json!("{}"), json!(null)]),
        ("/data/order", vec![json!(7), json!("x"), json!({})]),
        ("/data/order/id", vec![json!("A\u{0}B"), json!(" "), json!(long), json!(true)]),
        ("/data/order/customer", vec![json!("jo"), json!({ "name": "Jo" })]),
        (
            "/data/order/customer/email",
            vec![
                json!("jo@example.com\r\nBcc: all@example.com"),
                json!("jo"),
                json!("a@b@c.de"),
                json!("jo@exa_mple.com"),
                json!("jö@example.com"),
                json!(format!("{}@example.com", "x".repeat(65))),
                json!(["jo"]),
            ],
        ),
    ] {
        for value in values {
            assert_refused(sample("1001-shipped"), pointer, &value);
        }
    }
    for value in [json!(null), json!({}), json!({ "amount": 0, "currency": "EUR" }), json!("x")] {
        assert_refused(sample("1007-refunded"), "/data/refund/amount", &value);
    }
    let mut update = sample("1001-shipped");
    update["type"] = json!("shipment.updated");
    assert_refused(update, "/data/shipment", &json!({ "id": "S" }));
}

/// What the mail can do without costs at most its field, and the answer names it.
#[test]
fn a_bad_value_that_the_mail_can_do_without_is_named_and_accepted() {
    for (pointer, values) in bad_values() {
        for value in values {
            let mut event = sample("1001-shipped");
            set(&mut event, pointer, value.clone());
            let (read, warnings) = read_form(&event);
            assert!(read.is_ok(), "{pointer} {value}: {read:?}");
            let named = |p: &str| pointer.starts_with(p) || p.starts_with(pointer);
            assert!(warnings.iter().any(|w| named(&w.pointer)), "{pointer} {value}: {warnings:?}");
            let text = value.as_str().filter(|text| text.len() > 6).unwrap_or("no text");
            assert!(!warnings.iter().any(|w| w.detail.contains(text)), "repeats: {warnings:?}");
        }
    }
}

/// What says nothing is absent, without a word.
#[test]
fn an_empty_value_is_as_good_as_absent() {
    for pointer in [
        "/time",
        "/correlationid",
        "/data/notify",
        "/data/order/number",
        "/data/order/placed_at",
        "/data/order/customer/name",
        "/data/order/customer/locale",
        "/data/order/lines/0/sku",
        "/data/order/totals/subtotal",
        "/data/order/shipping_address",
        "/data/order/url",
        "/data/order/shipping_address/city",
        "/data/order/shipping_address/lines/0",
        "/data/shipment/carrier",
        "/data/shipment/tracking_number",
        "/data/shipment/expected_on",
    ] {
        for value in
            [json!(null), json!(""), json!(" \t"), json!([]), json!({}), json!({ "x": "" })]
        {
            let mut event = sample("1001-shipped");
            set(&mut event, pointer, value.clone());
            let (read, warnings) = read_form(&event);
            assert!(
                read.is_ok() && warnings.is_empty(),
                "{pointer} {value}: {read:?} {warnings:?}"
            );
        }
    }
}

/// Values that break a rule, by the pointer of their field.
fn bad_values() -> Vec<(&'static str, Vec<Value>)> {
    let long = "x".repeat(257);
    let amount = |n: Value| json!({ "amount": n, "currency": "EUR" });
    vec![
        ("/specversion", vec![json!("0.3"), json!(1.0), json!(null)]),
        ("/source", vec![json!(""), json!("a b"), json!(long), json!("ä"), json!(7)]),
        ("/id", vec![json!(""), json!("a\nb"), json!(long), json!([])]),
        ("/time", vec![json!("yesterday"), json!("2026-13-01T00:00:00Z"), json!(0)]),
        ("/datacontenttype", vec![json!("text/xml"), json!(1)]),
        ("/correlationid", vec![json!("a b"), json!("a\r\nb")]),
        ("/data/notify", vec![json!("false"), json!(0), json!("perhaps")]),
        ("/data/order/id", vec![json!(1001)]),
        ("/data/order/number", vec![json!("x".repeat(501)), json!(1001)]),
        ("/data/order/placed_at", vec![json!("2026-01-31"), json!(1), json!("soon")]),
        ("/data/order/customer/locale", vec![json!("german"), json!("de-"), json!(1.5)]),
        ("/data/order/lines", vec![json!([]), json!(null), json!("x")]),
        (
            "/data/order/lines/0/quantity",
            vec![json!(-1), json!(100_001), json!(u64::MAX), json!("1"), json!("x")],
        ),
        (
            "/data/order/lines/0/unit_price/amount",
            vec![
                json!(1.5),
                json!(1e300),
                json!(i64::MAX),
                json!(u64::MAX),
                json!("1"),
                json!(null),
            ],
        ),
        ("/data/order/lines/0/unit_price/currency", vec![json!("eur"), json!("XXX"), json!("€")]),
        ("/data/order/totals", vec![json!({}), json!([]), json!(1)]),
        ("/data/order/totals/tax", vec![json!(1), amount(json!("x"))]),
        ("/data/order/shipping_address/country", vec![json!("Germany"), json!("de"), json!("D\n")]),
        ("/data/order/shipping_address/lines", vec![json!("Street 1"), json!(vec!["a"; 6])]),
        ("/data/order/url", vec![json!(1), json!(["https://shop.example/"]), json!("/orders/1")]),
        ("/data/shipment", vec![json!("x"), json!(null)]),
        ("/data/shipment/id", vec![json!("A\u{0}B"), json!(""), json!(7)]),
        ("/data/shipment/lines/0/sku", vec![json!("a\u{7f}"), json!(long)]),
        ("/data/shipment/tracking_number", vec![json!("A, B"), json!(["A", "B"]), json!(7)]),
        (
            "/data/shipment/expected_on",
            vec![
                json!("2026-02-30"),
                json!("soon"),
                json!("2026-11-24T10:00:00Z"),
                json!("-009999-01-01"),
            ],
        ),
    ]
}

fn assert_refused(mut event: Value, pointer: &str, value: &Value) {
    set(&mut event, pointer, value.clone());
    let problems = Event::parse(&event).expect_err(&format!("{pointer} took {value}"));
    let named = |p: &str| pointer.starts_with(p) || p.starts_with(pointer);
    assert!(problems.iter().any(|p| named(&p.pointer)), "{pointer} {value}: {problems:?}");
    if let Some(text) = value.as_str().filter(|text| text.len() > 5) {
        // Errors are logged, so they must not contain what may be a customer's data.
        let repeats = problems.iter().any(|p| p.detail.contains(text));
        assert!(!repeats, "a refusal repeats what it refuses: {problems:?}");
    }
}

fn set(json: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("not the whole");
    let parent = json.pointer_mut(parent).expect("a place of the sample");
    match parent {
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        parent => parent[name] = value,
    }
}

#[test]
fn text_that_two_readers_could_read_differently_is_refused() {
    let line = samples().remove(0);
    let doubled = line.replacen("\"specversion\"", "\"id\":\"other\",\"specversion\"", 1);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep_in_event = line.replacen("\"data\":{", &format!("\"data\":{{\"x\":{deep},"), 1);
    for text in [doubled, deep_in_event, format!("{line}{line}"), line[..line.len() - 1].to_owned()]
    {
        assert!(parse_strict(text.as_bytes()).is_err(), "{text}");
    }
    let mut latin = line.into_bytes();
    let place = latin.len() / 2;
    latin[place] = 0xff;
    assert!(parse_strict(&latin).is_err(), "bytes that are no UTF-8");
}

/// A dispatch message and a mail request of the event.
fn as_messages(event: &Value) -> Value {
    let id = CorrelationId::parse("test").expect("valid");
    let dispatch = DispatchRequest::body(event, Timestamp::UNIX_EPOCH, &id);
    let mail = mail_request(DispatchRequest::parse(&dispatch).expect("our own")).to_body();
    let json = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    // An array, so that one strategy changes either.
    json!([json(&dispatch), json(&mail)])
}

fn mail_request(request: DispatchRequest) -> MailRequest {
    let send_before = request.send_before();
    request.into_mail_request(send_before)
}

fn ses_event(kind: &str, key: &NotificationKey) -> Value {
    let encoded = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    json!({
        "source": "aws.ses",
        "detail": {
            "eventType": kind,
            "mail": {
                "messageId": "0107-x",
                "tags": {
                    "waybill-shop": [key.shop],
                    "waybill-order": [encoded(key.order_id.as_str())],
                    "waybill-notification": [encoded(&key.sort_key())],
                    "waybill-attempt": ["1"],
                    "waybill-token": ["8f14e45f-ceea-467f-ab8b-5c3b1f0a4c11"],
                }
            },
            "bounce": { "bounceType": "Permanent", "bounceSubType": "jo@example.com" },
        }
    })
}

/// The SES events that prove acceptance, and the transition of each.
const SES_KINDS: [(&str, Transition); 6] = [
    ("Send", Transition::Settle),
    ("DeliveryDelay", Transition::Settle),
    ("Delivery", Transition::Deliver),
    ("Bounce", Transition::Bounce),
    ("Complaint", Transition::Complain),
    ("Reject", Transition::Reject),
];

/// Bytes with up to four of them replaced by up to four others.
fn damaged(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (bytes, any::<Index>(), 0..=4_usize, vec(any::<u8>(), 0..=4)).prop_map(
        |(mut bytes, from, cut, instead)| {
            let from = from.index(bytes.len());
            let to = (from + cut).min(bytes.len());
            bytes.splice(from..to, instead);
            bytes
        },
    )
}

/// A stream record of an item that holds `packed`.
fn stream_record(packed: &[u8]) -> Value {
    json!({
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": { "order_key": { "S": "default/1" }, "event": { "S": "e" } },
            "NewImage": { "message": { "B": BASE64_STANDARD.encode(packed) } },
        },
    })
}

/// The limits of a timestamp, and their neighbours.
fn edge_time() -> impl Strategy<Value = i64> {
    let edges = [
        i64::MIN,
        Timestamp::MIN.as_millisecond(),
        0,
        // The year 9999 begins.
        253_370_764_800_000,
        Timestamp::MAX.as_millisecond(),
        253_402_207_200_000,
        i64::MAX,
    ];
    (select(edges.to_vec()), -1..=1_i64).prop_map(|(edge, beside)| edge.saturating_add(beside))
}

/// A fuzzer finds little if all its seeds are refused.
#[test]
fn the_seeds_of_the_fuzz_targets_are_accepted() {
    for seed in seeds("event") {
        let json = parse_strict(seed.as_bytes()).expect("JSON");
        assert!(Event::parse(&json).is_ok(), "{seed}");
        check_event(seed.as_bytes());
    }
    for seed in seeds("queue_message") {
        let is_taken = DispatchRequest::parse(&seed).is_ok() || MailRequest::parse(&seed).is_ok();
        assert!(is_taken, "{seed}");
        check_queue_message(&seed);
    }
    for seed in seeds("ses_event") {
        assert!(matches!(FeedbackMessage::parse(&seed), FeedbackMessage::OwnMail(_)), "{seed}");
        check_ses_event(&seed);
    }
    for seed in seeds("stream_image") {
        let json: Value = serde_json::from_str(&seed).expect("JSON");
        assert!(relay::dispatch_message(&json).is_some(), "{seed}");
        check_stream_image(seed.as_bytes());
    }
}

fn seeds(target: &str) -> Vec<String> {
    let folder = format!("{}/fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("each target has seeds");
    files.map(|f| std::fs::read_to_string(f.expect("a file").path()).expect("text")).collect()
}
