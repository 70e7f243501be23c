//! The connector's worker: what becomes of each message of a batch.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use connector::System;
use connector::message::QueuedDelivery;
use jiff::{SignedDuration, Timestamp};
use local::Config;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::Queue;
use serde_json::{Value, json};
use shared::ShopId;
use shared::queue::arrival::FORCED_AT;

use crate::connector_support::{
    ALL, Reach, attribute, batch, connector, kept_at, kept_of, take_all,
};
use crate::recorder::Metrics;
use crate::support::TestStack;
use waybill_tests::deliveries::{paid_order, shopify_fulfillment};

const RECEIVED_AT: &str = "2026-11-27T16:30:00Z";

fn message(system: System, body: &str) -> String {
    let delivery = QueuedDelivery {
        shop: ShopId::default(),
        system,
        topic: None,
        received_at: RECEIVED_AT.parse().expect("a time"),
        body: body.as_bytes().to_vec(),
        is_test: false,
    };
    delivery.to_message().expect("it fits")
}

#[tokio::test]
async fn each_message_has_its_own_outcome_and_a_bad_one_is_kept_as_it_came_with_the_reason() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    let connector = connector(&services, ALL).await;
    let [shopify, woocommerce] =
        System::ALL.map(|system| message(system, &paid_order(system, 3001).to_string()));
    let no_json = message(System::Shopify, "no JSON: jo@customers.example");
    let no_order = message(System::WooCommerce, r#"{"id":3002,"line_items":[]}"#);
    let envelope = json!({
        "source": "aws.partner/shopify.com/1/x", "detail-type": "shopifyWebhook",
        "detail": { "payload": paid_order(System::Shopify, 3003), "metadata": {} },
    });
    let envelope = envelope.to_string();
    let too_large = r#"{"shop":"default","system":"shopify","received_at":"2026-11-27T16:30:00Z","order_id":"9","body":null}"#;
    let bodies = [&shopify, &no_json, &woocommerce, &no_order, &envelope, too_large, "", &shopify];
    // SQS takes no empty message: the empty one stays where it is until SQS has moved it.
    assert_eq!(kept_of(&connector, &batch(&bodies)).await, ["6"]);

    let queues = &services.stack.resources.queues;
    let dead = take_all(&services, &queues.deliveries_dlq).await;
    let mut dead: Vec<(&str, &str, &str)> = dead
        .iter()
        .map(|dead| {
            let text = |name| attribute(dead, name).unwrap_or_default();
            (dead.body().unwrap_or_default(), text("waybill-code"), text("waybill-reason"))
        })
        .collect();
    dead.sort();
    let mut expected = [
        (no_json.as_str(), "untranslatable"),
        (&no_order, "untranslatable"),
        (&envelope, "unreadable"),
        (too_large, "too-large"),
    ];
    expected.sort();
    let codes: Vec<(&str, &str)> = dead.iter().map(|(body, code, _)| (*body, *code)).collect();
    assert_eq!(codes, expected);
    for (_, _, reason) in &dead {
        assert!(!reason.is_empty() && !reason.contains("customers"), "{reason}");
    }
    assert_eq!(metrics.count("DeadLettered"), 4.0);
    services.stop().await;
}

#[tokio::test]
async fn an_order_becomes_events_for_intake_with_when_the_delivery_arrived() {
    let services = TestStack::start().await;
    let connector = connector(&services, ALL).await;
    let partner = json!({
        "shop": "default", "system": "shopify", "received_at": RECEIVED_AT,
        "event": { "payload": paid_order(System::Shopify, 3004), "metadata": {} },
    });
    for (system, body) in [
        (System::Shopify, message(System::Shopify, &paid_order(System::Shopify, 3004).to_string())),
        (System::Shopify, partner.to_string()),
        (
            System::WooCommerce,
            message(System::WooCommerce, &paid_order(System::WooCommerce, 3004).to_string()),
        ),
    ] {
        assert_eq!(kept_of(&connector, &batch(&[&body])).await, [""; 0]);
        let inbox = take_all(&services, &services.stack.resources.queues.inbox).await;
        let [message] = &inbox[..] else { panic!("one message") };
        let received_at: Timestamp = RECEIVED_AT.parse().expect("a time");
        let expected = received_at.as_millisecond().to_string();
        assert_eq!(attribute(message, "waybill-received-at"), Some(expected.as_str()));
        let events: Vec<Value> =
            serde_json::from_str(message.body().expect("a body")).expect("an array");
        assert_eq!(events[0]["type"], "order.confirmed");
        assert_eq!(events[0]["source"], format!("/{system}/default"));
    }
    services.stop().await;
}

/// Whether a call is meant, by the bodies of its messages.
type Choice = fn(&str) -> bool;

/// Counts the calls that send messages, keeps the messages, and refuses some of the calls.
#[derive(Default)]
struct Sends {
    calls: AtomicUsize,
    /// The URL of the queue, and the body.
    messages: Mutex<Vec<(String, String)>>,
    /// Which calls to the inbox queue SQS refuses, by their bodies.
    is_refused: Mutex<Option<Choice>>,
}

impl Faults for Sends {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        if call.operation != "SendMessageBatch" {
            return None;
        }
        self.calls.fetch_add(1, Ordering::SeqCst);
        let request: Value = serde_json::from_slice(call.body).expect("JSON");
        let text = |of: &Value| of.as_str().expect("a text").to_owned();
        let queue = text(&request["QueueUrl"]);
        let bodies: Vec<String> = request["Entries"]
            .as_array()
            .expect("its messages")
            .iter()
            .map(|entry| text(&entry["MessageBody"]))
            .collect();
        let is_refused = self.is_refused.lock().expect("no panic");
        let is_refused =
            is_refused.is_some_and(|it| queue.ends_with("inbox") && it(&bodies.concat()));
        let messages = bodies.into_iter().map(|body| (queue.clone(), body));
        self.messages.lock().expect("no panic").extend(messages);
        is_refused.then_some(Fault::Denied)
    }
}

impl Sends {
    /// The bodies of all messages that this queue was sent, sorted.
    fn to(&self, queue: &Queue) -> Vec<String> {
        let messages = self.messages.lock().expect("no panic");
        let own = messages.iter().filter(|(url, _)| *url == queue.url);
        let mut bodies: Vec<String> = own.map(|(_, body)| body.clone()).collect();
        bodies.sort();
        bodies
    }
}

async fn with_sends() -> (TestStack, Arc<Sends>) {
    let sends = Arc::<Sends>::default();
    let faults = Arc::clone(&sends) as _;
    (TestStack::start_with(Config { faults, ..Config::default() }).await, sends)
}

#[tokio::test]
async fn the_events_of_a_batch_are_sent_in_one_call_and_what_is_not_taken_is_known_by_its_delivery()
{
    let (services, sends) = with_sends().await;
    let here = connector(&services, ALL).await;
    let order = |id| message(System::Shopify, &paid_order(System::Shopify, id).to_string());
    let (orders, no_order): (Vec<String>, _) = (
        (3010..3019).map(order).collect(),
        message(System::WooCommerce, r#"{"id":3002,"line_items":[]}"#),
    );
    let mut bodies: Vec<&str> = orders.iter().map(String::as_str).collect();
    bodies.insert(4, &no_order);
    assert_eq!(kept_of(&here, &batch(&bodies)).await, [""; 0]);
    let queues = &services.stack.resources.queues;
    assert_eq!(sends.calls.load(Ordering::SeqCst), 2, "nine orders' events, and what is no order");
    let inbox = take_all(&services, &queues.inbox).await;
    let mut ids: Vec<Value> = inbox
        .iter()
        .flat_map(|message| serde_json::from_str::<Vec<Value>>(message.body().expect("a body")))
        .flat_map(|events| events.into_iter().map(|event| event["data"]["order"]["id"].clone()))
        .collect();
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    assert_eq!(ids, (3010..3019).map(|id: u32| json!(id.to_string())).collect::<Vec<_>>());
    assert_eq!(take_all(&services, &queues.deliveries_dlq).await.len(), 1);

    // Of a batch that the inbox does not take, each delivery waits, and none is lost: not the one behind what is no order.
    let elsewhere = connector(&services, Reach { inbox: false, ..ALL }).await;
    assert_eq!(kept_of(&elsewhere, &batch(&bodies[3..6])).await, [""; 0]);
    let depth = kit::queue::queue_depth(&services.stack.sqs, &queues.deliveries.url).await;
    assert_eq!(depth.expect("depth").delayed, 2);
    let mut waiting = [bodies[3], bodies[5]];
    waiting.sort_unstable();
    assert_eq!(sends.to(&queues.deliveries), waiting);
    services.stop().await;
}

/// An order whose events are more than one call's: it was sent in many parcels, and holds much.
fn order_in_many_parcels(id: u64) -> Value {
    let mut order = paid_order(System::Shopify, id);
    let line = order["line_items"][0].clone();
    let lines = (0..200).map(|n| {
        let mut line = line.clone();
        line["id"] = json!(n);
        line
    });
    order["line_items"] = lines.collect();
    let parcels = (0..100).map(|n| {
        let mut parcel = shopify_fulfillment(id);
        parcel["id"] = json!(n);
        parcel["line_items"][0]["id"] = json!(n);
        parcel
    });
    order["fulfillments"] = parcels.collect();
    order
}

#[tokio::test]
async fn a_delivery_of_whose_events_the_inbox_takes_a_part_waits_and_no_later_fact_goes_ahead() {
    let body = message(System::Shopify, &order_in_many_parcels(3020).to_string());
    let has_first: Choice = |bodies| bodies.contains("order.confirmed");
    let is_later: Choice = |bodies| !bodies.contains("order.confirmed");
    // What follows a fact that was not taken waits too: a confirmation after the shipping mail would not be mailed.
    for (is_refused, expected) in [(has_first, 0), (is_later, 1)] {
        let (services, sends) = with_sends().await;
        *sends.is_refused.lock().expect("no panic") = Some(is_refused);
        let connector = connector(&services, ALL).await;
        assert_eq!(kept_of(&connector, &batch(&[&body])).await, [""; 0]);
        let queues = &services.stack.resources.queues;
        assert_eq!(take_all(&services, &queues.inbox).await.len(), expected);
        assert_eq!(sends.to(&queues.deliveries), [body.as_str()]);
        services.stop().await;
    }
}

#[tokio::test]
async fn what_an_operator_forced_of_a_delivery_is_forced_of_its_events() {
    let services = TestStack::start().await;
    let connector = connector(&services, ALL).await;
    let order = message(System::Shopify, &paid_order(System::Shopify, 3021).to_string());
    let mut forced = batch(&[&order]);
    let at = json!({ "dataType": "String", "stringValue": "1795797000000" });
    forced["Records"][0]["messageAttributes"][FORCED_AT] = at;
    assert_eq!(kept_of(&connector, &forced).await, [""; 0]);
    let inbox = take_all(&services, &services.stack.resources.queues.inbox).await;
    assert_eq!(attribute(&inbox[0], FORCED_AT), Some("1795797000000"));
    services.stop().await;
}

/// The inbox queue takes one call. Each further one takes longer than the client waits for an attempt.
struct SlowInbox(AtomicUsize);

impl Faults for SlowInbox {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let names_inbox = String::from_utf8_lossy(call.body).contains("/waybill-inbox\"");
        let is_slow = call.operation == "SendMessageBatch"
            && names_inbox
            && self.0.fetch_add(1, Ordering::SeqCst) > 0;
        is_slow.then_some(Fault::Delay(kit::aws::ATTEMPT_TIMEOUT * 2))
    }
}

/// A paid order whose event is nearly as large as intake takes.
fn large_order(id: u64) -> String {
    let mut order = paid_order(System::Shopify, id);
    let line = order["line_items"][0].clone();
    let lines = (0..400).map(|n| {
        let mut line = line.clone();
        line["id"] = json!(id * 1000 + n);
        line["title"] = json!("Stoneware mug ".repeat(30));
        line
    });
    order["line_items"] = lines.collect();
    message(System::Shopify, &order.to_string())
}

#[tokio::test]
async fn of_a_batch_that_a_slow_inbox_takes_in_part_the_rest_waits_and_lambda_is_answered_in_time()
{
    let faults = Arc::new(SlowInbox(AtomicUsize::default()));
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let connector = connector(&services, ALL).await;
    let orders: Vec<String> = (3020..3030).map(large_order).collect();
    let bodies: Vec<&str> = orders.iter().map(String::as_str).collect();
    // Three calls hold them. Of the slow two, each would take longer than six seconds.
    let deadline = SystemTime::now() + Duration::from_secs(10);
    assert_eq!(kept_at(&connector, &batch(&bodies), deadline).await, [""; 0]);
    assert!(SystemTime::now() < deadline, "Lambda would have brought the whole batch back");

    let queues = &services.stack.resources.queues;
    let taken = take_all(&services, &queues.inbox).await.len() as u64;
    let depth = kit::queue::queue_depth(&services.stack.sqs, &queues.deliveries.url).await;
    let waiting = depth.expect("depth").delayed;
    // What a slow call carried out after all may wait as well.
    assert!(waiting > 0 && taken + waiting >= 10, "{taken} taken, {waiting} wait");
    services.stop().await;
}

#[tokio::test]
async fn a_parcel_waits_for_its_order_for_a_day() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    let parcel = message(System::Shopify, &shopify_fulfillment(3005).to_string());
    let after = async |hours| {
        let reach = Reach { ahead: SignedDuration::from_hours(hours), ..ALL };
        let connector = connector(&services, reach).await;
        assert_eq!(kept_of(&connector, &batch(&[&parcel])).await, [""; 0]);
        kit::queue::queue_depth(&services.stack.sqs, &queues.deliveries.url).await.expect("depth")
    };
    assert_eq!(after(0).await.delayed, 1);
    assert_eq!(after(23).await.delayed, 2);
    assert_eq!((metrics.count("OrderAwaited"), metrics.count("Requeued")), (2.0, 0.0));
    assert_eq!(after(25).await.total(), 2);
    let [dead] = &take_all(&services, &queues.deliveries_dlq).await[..] else { panic!("one") };
    assert_eq!(attribute(dead, "waybill-code"), Some("order-missing"));
    assert_eq!(attribute(dead, "waybill-order-id"), Some("3005"));
    assert_eq!(dead.body(), Some(parcel.as_str()));
    services.stop().await;
}

#[tokio::test]
async fn what_dynamodb_or_the_inbox_holds_up_is_requeued_and_what_no_queue_takes_stays() {
    let metrics = Metrics::default();
    let _guard = metrics::set_default_local_recorder(&metrics);
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    let parcel = message(System::Shopify, &shopify_fulfillment(3006).to_string());
    let order = message(System::Shopify, &paid_order(System::Shopify, 3006).to_string());
    let both = batch(&[&parcel, &order]);
    let without = async |reach| kept_of(&connector(&services, reach).await, &both).await;
    let depth =
        async |url: &str| kit::queue::queue_depth(&services.stack.sqs, url).await.expect("depth");
    assert_eq!(without(Reach { dynamodb: false, ..ALL }).await, [""; 0]);
    assert_eq!(depth(&queues.deliveries.url).await.delayed, 1, "the parcel");
    assert_eq!(depth(&queues.inbox.url).await.visible, 1, "the order");
    assert_eq!((metrics.count("Requeued"), metrics.count("OrderAwaited")), (1.0, 0.0));
    assert_eq!(without(Reach { inbox: false, ..ALL }).await, [""; 0]);
    assert_eq!(depth(&queues.deliveries.url).await.delayed, 3, "both");
    assert_eq!(without(Reach { sqs: false, ..ALL }).await, ["0", "1"], "nothing is acknowledged");
    assert_eq!(depth(&queues.deliveries_dlq.url).await.total(), 0);
    services.stop().await;
}

#[tokio::test]
async fn an_empty_batch_is_answered() {
    let services = TestStack::start().await;
    let connector = connector(&services, ALL).await;
    assert_eq!(kept_of(&connector, &json!({ "Records": [] })).await, [""; 0]);
    services.stop().await;
}
