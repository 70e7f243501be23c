//! The connector's Function URL: what it keeps, of whom, and what it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use connector::System;
use connector::message::QueuedDelivery;
use http::StatusCode;
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use serde_json::{Value, json};

use crate::connector_support::{
    ALL, Reach, attribute, connector, deadline, put_secret, request, status, take_all,
};
use crate::recorder::Metrics;
use crate::support::TestStack;
use waybill_tests::deliveries::{SECRET, headers, paid_order, path};

const SECOND: &str = "second-second-second";
const THIRD: &str = "third-third-third-third";

const OK: u64 = 200;
const UNAUTHORIZED: u64 = 401;
const UNAVAILABLE: u64 = 503;

async fn services() -> TestStack {
    let services = TestStack::start().await;
    for system in System::ALL {
        put_secret(&services, system, SECRET);
    }
    services
}

/// A delivery of the shop `default`, signed with `secret`.
fn signed(system: System, secret: &str, body: &[u8]) -> String {
    let is_text = std::str::from_utf8(body).is_ok();
    request(
        &path("default", system),
        &headers(system, "orders/updated", secret, body),
        body,
        !is_text,
    )
}

#[tokio::test]
async fn what_is_signed_right_is_on_the_queue_whole_once_it_is_answered_whatever_it_is() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = services().await;
    let connector = connector(&services, ALL).await;
    let large = format!(r#"{{"id":1,"note":"{}"}}"#, "ü".repeat(2_000_000));
    let bodies = [
        paid_order(System::Shopify, 1).to_string().into_bytes(),
        b"no JSON".to_vec(),
        Vec::new(),
        b"\xff\x00 no text".to_vec(),
        large.into_bytes(),
    ];
    for system in System::ALL {
        for body in &bodies {
            assert_eq!(status(&connector, &signed(system, SECRET, body)).await, OK);
            let queues = &services.stack.resources.queues;
            let [message] = &take_all(&services, &queues.deliveries).await[..] else {
                panic!("one message")
            };
            let group = message.attributes.as_ref().and_then(|all| {
                all.get(&aws_sdk_sqs::types::MessageSystemAttributeName::MessageGroupId)
            });
            assert_eq!(
                group.map(String::as_str),
                Some("default"),
                "a shop's many hold up no other's"
            );
            let Ok(kept) = QueuedDelivery::parse(message.body().expect("a body")) else {
                assert!(std::str::from_utf8(body).is_err(), "only what is no text is not read");
                continue;
            };
            assert_eq!((kept.system, kept.shop.as_str(), &kept.body), (system, "default", body));
            assert_eq!(kept.topic.as_deref(), Some("orders/updated"));
        }
    }
    assert_eq!(metrics.count("DeliveryKept"), 10.0);
    services.stop().await;
}

#[tokio::test]
async fn of_what_no_message_holds_the_rest_is_kept_and_it_is_answered_with_200_too() {
    let services = services().await;
    let connector = connector(&services, ALL).await;
    // Four of five characters are noise: no compression makes a megabyte of it.
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + u8::try_from((state >> 33) % 94).expect("below 94"))
    };
    let noise: String = std::iter::repeat_with(&mut next).take(2_000_000).collect();
    let body = json!({ "id": 4711, "line_items": [], "note": noise }).to_string();
    assert_eq!(status(&connector, &signed(System::Shopify, SECRET, body.as_bytes())).await, OK);
    let queues = &services.stack.resources.queues;
    assert!(take_all(&services, &queues.deliveries).await.is_empty());
    let [dead] = &take_all(&services, &queues.deliveries_dlq).await[..] else { panic!("one") };
    assert_eq!(attribute(dead, "waybill-code"), Some("too-large"));
    assert_eq!(attribute(dead, "waybill-order-id"), Some("4711"));
    let kept: Value = serde_json::from_str(dead.body().expect("a body")).expect("JSON");
    assert_eq!((&kept["body"], &kept["order_id"]), (&Value::Null, &json!("4711")));
    services.stop().await;
}

#[tokio::test]
async fn nothing_is_kept_of_what_is_not_signed_with_this_shop_s_secret_of_this_system() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = services().await;
    put_secret(&services, System::WooCommerce, SECOND);
    put_secret(&services, System::WooCommerce, THIRD);
    let connector = connector(&services, ALL).await;
    let body = paid_order(System::Shopify, 1).to_string();
    let right = headers(System::Shopify, "orders/create", SECRET, body.as_bytes());
    let send = async |path: &str, headers: &[(&'static str, String)], body: &str| {
        status(&connector, &request(path, headers, body.as_bytes(), false)).await
    };
    let here = path("default", System::Shopify);
    assert_eq!(send(&here, &right, &body).await, OK);
    let queues = &services.stack.resources.queues;
    take_all(&services, &queues.deliveries).await;

    assert_eq!(send(&here, &right, &format!("{body} ")).await, UNAUTHORIZED, "another body");
    assert_eq!(metrics.count("SignatureRefused"), 1.0);
    assert_eq!(send(&here, &right[..2], &body).await, UNAUTHORIZED, "no signature");
    assert_eq!(send(&path("north", System::Shopify), &right, &body).await, UNAUTHORIZED);
    let short = [("X-Shopify-Hmac-SHA256", "c2hvcnQ=".to_owned())];
    assert_eq!(send(&here, &short, &body).await, UNAUTHORIZED, "no HMAC");
    assert_eq!(metrics.count("SignatureRefused"), 0.0, "no secret was held against these");
    let other_system = path("default", System::WooCommerce);
    let as_other = headers(System::WooCommerce, "order.updated", SECRET, body.as_bytes());
    assert_eq!(send(&other_system, &as_other, &body).await, UNAUTHORIZED, "the other's secret");
    assert!(take_all(&services, &queues.deliveries).await.is_empty());
    assert!(take_all(&services, &queues.deliveries_dlq).await.is_empty());
    services.stop().await;
}

#[tokio::test]
async fn the_secret_before_is_still_right_and_the_one_before_that_is_not() {
    let services = services().await;
    for secret in [SECOND, THIRD] {
        put_secret(&services, System::Shopify, secret);
    }
    let connector = connector(&services, ALL).await;
    for (secret, expected) in [(THIRD, OK), (SECOND, OK), (SECRET, UNAUTHORIZED)] {
        assert_eq!(status(&connector, &signed(System::Shopify, secret, b"{}")).await, expected);
    }
    services.stop().await;
}

#[tokio::test]
async fn a_ping_of_woocommerce_s_and_a_test_of_shopify_s_are_answered_and_not_kept() {
    let services = services().await;
    let connector = connector(&services, ALL).await;
    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let ping = |path: &str, is_base64| request(path, &form, b"webhook_id=7", is_base64);
    for is_base64 in [false, true] {
        let woocommerce = ping(&path("default", System::WooCommerce), is_base64);
        assert_eq!(status(&connector, &woocommerce).await, OK);
        let shopify = ping(&path("default", System::Shopify), is_base64);
        assert_eq!(status(&connector, &shopify).await, UNAUTHORIZED);
    }
    let body = paid_order(System::Shopify, 1).to_string();
    let mut test = headers(System::Shopify, "orders/create", SECRET, body.as_bytes());
    test.push(("X-Shopify-Test", "true".to_owned()));
    let test = request(&path("default", System::Shopify), &test, body.as_bytes(), false);
    assert_eq!(status(&connector, &test).await, OK);
    assert!(take_all(&services, &services.stack.resources.queues.deliveries).await.is_empty());
    services.stop().await;
}

#[tokio::test]
async fn what_is_away_decides_between_kept_and_503() {
    let services = services().await;
    let order = signed(System::Shopify, SECRET, b"{}");
    let without_dynamodb =
        connector(&services, Reach { dynamodb: false, inbox: false, ..ALL }).await;
    assert_eq!(status(&without_dynamodb, &order).await, OK);
    let without_secrets = connector(&services, Reach { secrets: false, ..ALL }).await;
    assert_eq!(status(&without_secrets, &order).await, UNAVAILABLE);
    let without_sqs = connector(&services, Reach { sqs: false, ..ALL }).await;
    let started = Instant::now();
    assert_eq!(status(&without_sqs, &order).await, UNAVAILABLE);
    assert!(started.elapsed() < Duration::from_secs(4), "Shopify waits for five seconds");
    assert_eq!(take_all(&services, &services.stack.resources.queues.deliveries).await.len(), 1);
    services.stop().await;
}

/// Counts the reads of secrets.
#[derive(Default)]
struct SecretReads(AtomicUsize);

impl Faults for SecretReads {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.0.fetch_add(usize::from(call.operation == "GetSecretValue"), Ordering::SeqCst);
        None
    }
}

#[tokio::test]
async fn forged_deliveries_for_many_shops_read_few_secrets_and_hold_up_no_known_one() {
    let faults = Arc::new(SecretReads::default());
    let services =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..Config::default() })
            .await;
    put_secret(&services, System::Shopify, SECRET);
    let connector = connector(&services, ALL).await;
    let known = signed(System::Shopify, SECRET, b"{}");
    assert_eq!(status(&connector, &known).await, OK);
    let forged = headers(System::Shopify, "orders/create", "forged-forged-forged", b"{}");
    let mut answers = [0_usize; 2];
    for n in 0..200 {
        let path = path(&format!("shop-{n}"), System::Shopify);
        match status(&connector, &request(&path, &forged, b"{}", false)).await {
            UNAUTHORIZED => answers[0] += 1,
            UNAVAILABLE => answers[1] += 1,
            other => panic!("{other}"),
        }
        assert_eq!(status(&connector, &known).await, OK);
    }
    let reads = faults.0.load(Ordering::SeqCst);
    let refused = answers[0];
    assert_eq!(reads, 2 + 2 * refused, "two calls for each name that was looked up");
    assert!(answers[1] > 0 || refused == 200, "{answers:?}");
    services.stop().await;
}

#[tokio::test]
async fn a_name_without_a_secret_is_looked_up_once_however_often_it_is_tried() {
    let faults = Arc::new(SecretReads::default());
    let services =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..Config::default() })
            .await;
    let connector = connector(&services, ALL).await;
    let forged = headers(System::Shopify, "orders/create", "forged-forged-forged", b"{}");
    let forged = request(&path("invented", System::Shopify), &forged, b"{}", false);
    for _ in 0..50 {
        assert_eq!(status(&connector, &forged).await, UNAUTHORIZED);
    }
    assert_eq!(faults.0.load(Ordering::SeqCst), 2, "the two versions of one lookup");
    services.stop().await;
}

#[tokio::test]
async fn other_paths_and_methods_are_told_what_is_expected() {
    let services = services().await;
    let connector = connector(&services, ALL).await;
    let answer = async |method: &str, path: &str| {
        let http = json!({ "method": method });
        let payload = json!({ "rawPath": path, "requestContext": { "http": http } }).to_string();
        connector::handle(&connector, &payload, deadline()).await.expect("an answer")
    };
    for (method, path, status) in [
        ("GET", "/v1/shops/default/shopify", StatusCode::METHOD_NOT_ALLOWED),
        ("POST", "/v1/shops/Default/shopify", StatusCode::NOT_FOUND),
        ("POST", "/v1/events", StatusCode::NOT_FOUND),
        ("GET", "/healthz", StatusCode::OK),
        ("POST", "/healthz", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = answer(method, path).await;
        assert_eq!(answer["statusCode"], status.as_u16(), "{method} {path}");
        let body: Value =
            serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
        let is_problem = answer["headers"]["content-type"] == "application/problem+json";
        assert_eq!(is_problem, status != StatusCode::OK);
        assert_eq!(is_problem, body["detail"].is_string(), "{body}");
    }
    assert!(connector::handle(&connector, r#"{"detail":{}}"#, deadline()).await.is_err());
    services.stop().await;
}
