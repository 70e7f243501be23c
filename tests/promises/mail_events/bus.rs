//! A bus that is away delays events and loses none; a record that cannot be read keeps no other one from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use serde_json::{Value, json};

use super::{config, events, events_of, told, types};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually};

/// While it is on, the bus takes nothing.
#[derive(Default)]
struct BusAway {
    is_over: AtomicBool,
    refused: AtomicUsize,
}

impl Faults for BusAway {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_hit = call.service == Service::EventBridge && !self.is_over.load(Ordering::SeqCst);
        is_hit.then(|| {
            self.refused.fetch_add(1, Ordering::SeqCst);
            Fault::ServerError
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_is_away_delays_no_mail_and_loses_no_event() {
    let faults = Arc::<BusAway>::default();
    let stack =
        TestStack::start_with(Config { faults: Arc::clone(&faults) as _, ..config() }).await;
    let orders: Vec<String> = (1..=25).map(|n| format!("B{n}")).collect();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    stack.publish(&lines).await;
    // Three attempts of the SDK each.
    eventually("four batches failed", async || faults.refused.load(Ordering::SeqCst) > 9).await;
    assert!(orders.iter().all(|order| stack.mails_to(&customer(order)) == 1));
    assert_eq!(events(&stack), [] as [Value; 0]);
    faults.is_over.store(true, Ordering::SeqCst);
    for order in &orders {
        let told = told(&stack, order).await;
        assert!(types(&told).contains(&"mail.delivered"), "{told:#?}");
    }
    let dead_letters =
        stack.stack.resources.queues.publisher_dlq.clone().expect("mail events are on");
    assert_eq!(stack.depth(&dead_letters).await, 0, "an outage is no dead letter");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_in_the_dead_letter_queue_and_its_neighbours_are_told() {
    let stack = TestStack::start_with(config()).await;
    stack.publish(&[confirmed("U1")]).await;
    // As a version might write it that knows another attribute in the place of the attempt.
    let item = [
        ("order_key", "default/U2"),
        ("notification", "order.confirmed##customer"),
        ("state", "sent"),
        ("try", "first"),
    ];
    let item = item.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())));
    let put = stack.stack.dynamodb.put_item().table_name(LEDGER_TABLE);
    put.set_item(Some(item.into())).send().await.expect("written");
    stack.publish(&[confirmed("U3")]).await;
    for order in ["U1", "U3"] {
        let told = told(&stack, order).await;
        assert!(types(&told).contains(&"mail.delivered"), "{told:#?}");
    }
    let dead_letters =
        stack.stack.resources.queues.publisher_dlq.clone().expect("mail events are on");
    let message = stack.receive(&dead_letters).await;
    let keys: Value = serde_json::from_str(message.body().expect("a body")).expect("JSON");
    let expected = json!({
        "order_key": { "S": "default/U2" }, "notification": { "S": "order.confirmed##customer" }
    });
    assert_eq!(keys, expected, "the keys alone");
    let attributes = message.message_attributes().expect("attributes");
    let attribute = |name: &str| attributes[name].string_value().expect("a text");
    assert_eq!(attribute("waybill-code"), "unreadable");
    assert_eq!((attribute("waybill-shop"), attribute("waybill-order-id")), ("default", "U2"));
    assert_eq!(stack.depth(&dead_letters).await, 1, "it alone");
    assert_eq!(events_of(&stack, "U2"), [] as [Value; 0]);
    stack.stop().await;
}
