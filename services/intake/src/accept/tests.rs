//! What intake accepts, where a store is away or refuses.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use kit::Clock;
use serde_json::json;
use shared::contract::event::MAX_BATCH_EVENTS;

use super::*;

/// DynamoDB that has no shop's settings, and refuses each put with this code, or, without one, never answers it.
#[derive(Debug, Clone)]
struct Away {
    code: Option<&'static str>,
    calls: Arc<AtomicUsize>,
}

impl HttpConnector for Away {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if target.ends_with(".GetItem") {
            let status = 200.try_into().expect("a status");
            return HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from("{}"))));
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        let Some(code) = self.code else {
            return HttpConnectorFuture::new(std::future::pending());
        };
        let body = format!(r#"{{"__type":"com.amazonaws.dynamodb#{code}"}}"#);
        let status = 400.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// Both tables, and how many puts there were.
struct Tables {
    store: EventStore,
    shops: ShopDirectory,
    puts: Arc<AtomicUsize>,
}

impl Tables {
    const fn publishing(&self) -> Publishing<'_> {
        Publishing { store: &self.store, shops: &self.shops, only: None }
    }

    fn puts(&self) -> usize {
        self.puts.load(Ordering::Relaxed)
    }
}

fn tables(code: Option<&'static str>) -> Tables {
    let away = Away { code, calls: Arc::default() };
    let puts = Arc::clone(&away.calls);
    let client = client(SharedHttpConnector::new(away));
    Tables {
        shops: ShopDirectory::new(client.clone(), "shops".to_owned(), Clock::system()),
        store: EventStore::new(client, "events".to_owned(), 90, Clock::system()),
        puts,
    }
}

fn client(connector: SharedHttpConnector) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url("http://tables.example")
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()));
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// DynamoDB that has no shop's settings, and takes each item.
#[derive(Debug, Clone, Default)]
struct Taken(Arc<Mutex<Vec<Value>>>);

impl HttpConnector for Taken {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.headers().get("x-amz-target").is_some_and(|it| it.ends_with(".PutItem")) {
            let body = request.body().bytes().expect("in memory");
            let mut put: Value = serde_json::from_slice(body).expect("JSON");
            self.0.lock().expect("no panic").push(put["Item"].take());
        }
        let status = 200.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from("{}"))))
    }
}

/// As many orders as a request may hold.
fn orders() -> Vec<Value> {
    let sample = include_str!("../../../local/samples/orders.jsonl").lines().next();
    let sample: Value = serde_json::from_str(sample.expect("a sample")).expect("JSON");
    let order = |n: usize| {
        let mut event = sample.clone();
        event["data"]["order"]["id"] = n.to_string().into();
        event
    };
    (0..MAX_BATCH_EVENTS).map(order).collect()
}

#[tokio::test]
async fn while_the_store_hangs_a_publisher_is_answered_before_the_function_s_time_is_over() {
    let tables = tables(None);
    let deadline = SystemTime::now() + Duration::from_secs(1);
    let to = tables.publishing();
    let accepted = accept_in_time(to, orders(), Arrival::default(), deadline).await;
    let out_of_time = matches!(accepted, Err(AcceptError::Store(StoreError::OutOfTime)));
    assert!(out_of_time, "{accepted:?}");
    assert!(SystemTime::now() < deadline);
    assert_eq!(tables.puts(), MAX_CONCURRENCY);
}

#[tokio::test]
async fn once_the_store_does_not_answer_for_one_event_no_other_is_begun() {
    let tables = tables(Some("AccessDeniedException"));
    let accepted = accept_all(tables.publishing(), orders(), Arrival::default()).await;
    assert!(matches!(accepted, Err(AcceptError::Store(StoreError::Put(_)))), "{accepted:?}");
    assert!(accepted.is_err_and(|error| !error.is_permanent()));
    assert!(tables.puts() <= MAX_CONCURRENCY);
}

#[tokio::test]
async fn an_event_that_the_store_refuses_for_good_keeps_no_other_from_being_stored() {
    let tables = tables(Some("ValidationException"));
    let accepted = accept_all(tables.publishing(), orders(), Arrival::default()).await;
    assert!(accepted.is_err_and(|error| error.is_permanent()));
    assert_eq!(tables.puts(), MAX_BATCH_EVENTS);
}

#[test]
fn an_event_of_as_many_bytes_as_intake_takes_is_taken() {
    // With the two quotation marks.
    let text = |bytes: usize| Value::String("x".repeat(bytes - 2));
    assert!(text_within_limit(&text(MAX_EVENT_BYTES)).is_ok());
    assert!(text_within_limit(&text(MAX_EVENT_BYTES + 1)).is_err());
}

#[test]
fn an_outcome_has_warnings_where_there_are_some() {
    let outcome = Outcome::without_reference(PublishResult::Accepted);
    let json = serde_json::to_value(&outcome).expect("JSON");
    assert_eq!(json, json!({ "result": "accepted" }));
    let (pointer, detail) = ("/data".to_owned(), "odd".to_owned());
    let warnings = vec![FieldWarning { pointer, detail, suggestion: None }];
    let json = serde_json::to_value(Outcome { warnings, ..outcome }).expect("JSON");
    assert_eq!(json["warnings"][0]["detail"], "odd");
}

#[test]
fn no_two_events_of_an_order_in_one_request_are_accepted_in_the_same_millisecond() {
    let now = Timestamp::from_second(1_763_900_000).expect("a time");
    assert_eq!(accepted_after(Timestamp::UNIX_EPOCH, now), now);
    assert_eq!(accepted_after(now, now), now + MILLISECOND);
    assert_eq!(accepted_after(now + MILLISECOND, now), now + MILLISECOND * 2);
}

#[test]
fn an_event_of_a_shops_own_path_may_name_that_shop_or_none() {
    let north = ShopId::parse("north").expect("valid");
    let named = |event: &Value| {
        let mut event = event.clone();
        name_shop(&mut event, &north).map(|()| event["shop"].take())
    };
    for event in [json!({}), json!({"shop": null}), json!({"shop": ""}), json!({"shop": "north"})] {
        assert_eq!(named(&event), Ok(json!("north")), "{event}");
    }
    for event in [json!({"shop": "south"}), json!({"shop": 7})] {
        assert!(named(&event).is_err_and(|errors| errors[0].pointer == "/shop"), "{event}");
    }
}

#[tokio::test]
async fn an_event_of_a_kind_that_its_shop_has_turned_off_names_no_address_to_mail() {
    let taken = Taken::default();
    let client = client(SharedHttpConnector::new(taken.clone()));
    let store = EventStore::new(client, "events".to_owned(), 90, Clock::system());
    let json = orders().swap_remove(0);
    let event = Event::parse(&json).expect("valid");
    for is_off in [false, true] {
        let routing = Routing { is_off, ..Routing::default() };
        let (text, at) = (EventText::new(&json), Timestamp::now());
        let put = store.put(&event, &text, &routing, at, Arrival::default()).await;
        assert!(matches!(put, Ok(PutOutcome::Stored(Some(_)))), "{put:?}");
    }
    let items = taken.0.lock().expect("no panic").clone();
    let has_address: Vec<bool> = items.iter().map(|item| item["to"]["S"].is_string()).collect();
    assert_eq!(has_address, [true, false]);
}
