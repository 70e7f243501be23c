use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dispatch::MAX_CLOCK_AHEAD;
use super::*;
use crate::contract::changes::{OrderChange, OrderChanges};
use crate::contract::email::EmailAddress;
use crate::contract::event::Event;
use crate::contract::ids::CorrelationId;
use crate::contract::kind::Kind;
use crate::notification::MoneyNews;
use crate::routing::Routing;

const ACCEPTED_AT: Timestamp = Timestamp::constant(1_763_900_000, 0);

/// A dispatch request of a newer version, with members that this one does not know at every depth, and
/// numbers that no `f64` holds.
fn newer_dispatch_request() -> String {
    r##"{"v":1,"later":"north","accepted_at":1763900000000,"correlation_id":"c-1",
        "trace":{"span":[1.10, 12345678901234567890123]},
        "event":{"shop":"north","specversion":"1.0","source":"shop","id":"e-1","type":"order.confirmed","newattr" : 1e2,
          "data":{"gift":true,"order":{"id":"1001","number":"#1001","placed_at":"2025-11-20T10:30:00Z",
            "customer":{"email":"jo@example.com","tier":"\u0067old\ufffe"},
            "lines":[{"sku":"MUG","title":"Mug","quantity":1,"weight":0.50,
              "unit_price":{"amount":1490,"currency":"EUR","scale":2}}],
            "totals":{"total":{"amount":1490,"currency":"EUR"}}}}}}"##
        .to_owned()
}

fn member(body: &str, name: &str) -> String {
    let members: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_str(body).expect("JSON");
    members[name].get().to_owned()
}

#[test]
fn an_old_dispatcher_passes_on_what_a_newer_intake_wrote_byte_for_byte() {
    let newer = newer_dispatch_request();
    let request = DispatchRequest::parse(&newer).expect("valid");
    let mail = request.clone().into_mail_request(request.send_before());
    // An old mailer reads it, and writes it again for a newer one.
    let again = MailRequest::parse(&mail.to_body()).expect("valid");
    assert_eq!(again, mail);
    for name in ["later", "trace", "event"] {
        assert_eq!(member(&again.to_body(), name), member(&newer, name), "{name}");
    }
    assert_eq!(again.event, request.event);
    assert_eq!(again.key.shop.as_str(), "north");
}

#[test]
fn an_unknown_member_never_replaces_one_that_this_version_writes() {
    let newer = newer_dispatch_request().replace("\"later\"", "\"notification\"");
    let request = DispatchRequest::parse(&newer).expect("valid");
    let body = request.into_mail_request(ACCEPTED_AT).to_body();
    let mail = MailRequest::parse(&body).expect("each member once");
    assert_eq!(mail.key.order_id.as_str(), "1001");
}

#[test]
fn what_a_newer_version_wrote_is_not_printed() {
    let request = DispatchRequest::parse(&newer_dispatch_request()).expect("valid");
    let printed = format!("{:?}", request.forwarded);
    assert!(printed.contains("later"), "{printed}");
    assert!(!printed.contains("north") && !printed.contains("jo@"), "{printed}");
}

#[test]
fn who_gets_the_mails_is_read_back_as_intake_decided_it() {
    let event: Value =
        serde_json::from_str(&member(&newer_dispatch_request(), "event")).expect("JSON");
    let id = CorrelationId::parse("c-1").expect("valid");
    let copy = EmailAddress::parse("accounts@north.example").expect("valid");
    let routing = Routing { is_off: true, copies: vec![copy] };
    let body = DispatchRequest::body_of_arrival(&event, ACCEPTED_AT, &id, &routing, None, None);
    let request = DispatchRequest::parse(&body).expect("valid");
    assert_eq!(request.routing, routing);
    let mail = request.into_mail_request(ACCEPTED_AT).to_body();
    assert!(!mail.contains("accounts@"), "a mail request is to one recipient");
    let plain = DispatchRequest::body(&event, ACCEPTED_AT, &id);
    assert_eq!(DispatchRequest::parse(&plain).expect("valid").routing, Routing::default());
}

#[test]
fn a_request_is_read_back_and_may_be_mailed_for_as_long_as_its_kind_is_news() {
    let newer: Value = serde_json::from_str(&newer_dispatch_request()).expect("JSON");
    let correlation_id = CorrelationId::parse("c-1").expect("valid");
    let body = DispatchRequest::body(&newer["event"], ACCEPTED_AT, &correlation_id);
    let request = DispatchRequest::parse(&body).expect("its own body");
    assert_eq!(request.accepted_at, ACCEPTED_AT);
    assert_eq!(request.event, Event::parse(&newer["event"]).expect("valid"));
    let kind = request.event.payload.kind();
    assert_eq!(request.send_before(), ACCEPTED_AT + kind.send_within());
}

#[test]
fn a_mail_request_is_read_back_as_it_was_also_where_its_event_happened_between_two_milliseconds() {
    let mut event: Value =
        serde_json::from_str(&member(&newer_dispatch_request(), "event")).expect("JSON");
    event["time"] = json!("2025-11-20T10:30:00.123456789Z");
    let id = CorrelationId::parse("c-1").expect("valid");
    let body = DispatchRequest::body(&event, ACCEPTED_AT, &id);
    let request = DispatchRequest::parse(&body).expect("valid");
    let send_before = request.send_before();
    let mail = request.into_mail_request(send_before);
    assert_eq!(MailRequest::parse(&mail.to_body()), Ok(mail));
}

#[test]
fn two_messages_that_differ_only_in_what_this_version_does_not_know_are_not_equal() {
    let parse = |body: &str| DispatchRequest::parse(body).expect("valid");
    let (one, other) = (newer_dispatch_request(), newer_dispatch_request());
    assert_eq!(parse(&one), parse(&other));
    assert_ne!(parse(&one), parse(&other.replace(r#""later":"north""#, r#""later":"south""#)));
}

#[test]
fn news_ages_from_what_its_event_says_or_from_its_arrival_whichever_is_earlier() {
    let newer: Value = serde_json::from_str(&newer_dispatch_request()).expect("JSON");
    let id = CorrelationId::parse("c-1").expect("valid");
    let routing = Routing::default();
    let hours = |count| ACCEPTED_AT + SignedDuration::from_hours(count);
    let ages_from = |time: Option<Timestamp>, received_at, forced_until| {
        let mut event = newer["event"].clone();
        if let Some(time) = time {
            event["time"] = json!(time.to_string());
        }
        let body = DispatchRequest::body_of_arrival(
            &event,
            ACCEPTED_AT,
            &id,
            &routing,
            received_at,
            forced_until,
        );
        DispatchRequest::parse(&body).expect("valid").send_before()
            - Kind::OrderConfirmed.send_within()
    };
    assert_eq!(ages_from(None, None, None), ACCEPTED_AT);
    assert_eq!(ages_from(Some(hours(-2)), None, None), hours(-2));
    assert_eq!(ages_from(Some(hours(2)), None, None), ACCEPTED_AT, "a clock that is ahead");
    assert_eq!(ages_from(None, Some(hours(-3)), None), hours(-3));
    assert_eq!(ages_from(Some(hours(-2)), Some(hours(-3)), None), hours(-3));
    assert_eq!(ages_from(Some(hours(-4)), Some(hours(-3)), None), hours(-4));
    let forced = hours(9) + Kind::OrderConfirmed.send_within();
    assert_eq!(ages_from(Some(hours(-4)), Some(hours(-3)), Some(forced)), hours(9));
}

#[test]
fn an_event_never_happened_after_its_acceptance() {
    let second = SignedDuration::from_secs(1);
    let read = |time: Option<Timestamp>| {
        let newer = newer_dispatch_request();
        let mut body: Value = serde_json::from_str(&newer).expect("JSON");
        if let Some(time) = time {
            body["event"]["time"] = json!(time.to_string());
        }
        let request = DispatchRequest::parse(&body.to_string()).expect("valid");
        let mail = request.clone().into_mail_request(ACCEPTED_AT);
        let mail = MailRequest::parse(&mail.to_body()).expect("valid");
        assert_eq!(mail.event.time, request.event.time);
        (request.event.time, request.says_when)
    };
    let day = SignedDuration::from_hours(24);
    assert_eq!(read(None), (None, false));
    assert_eq!(read(Some(ACCEPTED_AT - second)), (Some(ACCEPTED_AT - second), true));
    assert_eq!(read(Some(ACCEPTED_AT + second)), (Some(ACCEPTED_AT), true));
    assert_eq!(read(Some(ACCEPTED_AT + MAX_CLOCK_AHEAD)), (Some(ACCEPTED_AT), true));
    assert_eq!(read(Some(ACCEPTED_AT + MAX_CLOCK_AHEAD + second)), (Some(ACCEPTED_AT), false));
    assert_eq!(read(Some(ACCEPTED_AT + day)), (Some(ACCEPTED_AT), false));
}

#[test]
fn news_happened_when_its_event_says_by_a_clock_that_can_be_believed() {
    let happened_at = |time: Option<Timestamp>| {
        let mut body: Value = serde_json::from_str(&newer_dispatch_request()).expect("JSON");
        if let Some(time) = time {
            body["event"]["time"] = json!(time.to_string());
        }
        DispatchRequest::parse(&body.to_string()).expect("valid").news().happened_at
    };
    let second = SignedDuration::from_secs(1);
    let before = ACCEPTED_AT - second;
    assert_eq!(happened_at(Some(before)), Some(before.as_millisecond()));
    assert_eq!(happened_at(Some(ACCEPTED_AT + MAX_CLOCK_AHEAD + second)), None);
    assert_eq!(happened_at(None), None);
}

#[test]
fn a_mail_request_keeps_its_deadline_its_shop_and_what_its_mail_says_about_money_and_changes() {
    let request = DispatchRequest::parse(&newer_dispatch_request()).expect("valid");
    let nanosecond = SignedDuration::from_nanos(1);
    let plain = request.into_mail_request(ACCEPTED_AT + nanosecond);
    assert_eq!(plain.send_before, ACCEPTED_AT);
    assert_eq!(plain.shop(), "north");
    let none = MoneyNews::default();
    assert_eq!(plain.money(), none);
    let changes = OrderChanges { named: vec![OrderChange::ShippingAddress], more: 2 };
    for money in [
        MoneyNews { completes_refund: true, ..none },
        MoneyNews { refund_told: true, ..none },
        MoneyNews { total_reduced: true, ..none },
    ] {
        let mail = plain.clone().with_money(money).with_changes(changes.clone());
        let read = MailRequest::parse(&mail.to_body()).expect("valid");
        assert_eq!((read.money(), &read.changes), (money, &changes));
    }
    assert!(!plain.to_body().contains("changes"));
}
