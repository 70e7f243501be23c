//! A delivery is kept before anything else is done with it, whatever is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use connector::System;
use http::StatusCode;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};

use super::support::{deliver, mailed_within, start_with_faults};
use crate::support::{eventually, eventually_within};
use waybill_tests::deliveries::{customer, paid_order, shopify_fulfillment};

/// What the shop system is promised.
const KEPT_WITHIN: Duration = Duration::from_millis(300);

/// Services that are away while their flag is set.
#[derive(Default)]
struct Away {
    dynamodb: AtomicBool,
    sqs: AtomicBool,
}

impl Faults for Away {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_away = match call.service {
            Service::DynamoDb => &self.dynamodb,
            Service::Sqs if call.operation == "SendMessageBatch" => &self.sqs,
            _ => return None,
        };
        is_away.load(Ordering::SeqCst).then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_dynamodb_each_delivery_is_kept_within_300_ms_and_mailed_once_when_it_is_back() {
    let away = Arc::new(Away::default());
    let stack = start_with_faults(Arc::clone(&away) as _).await;
    // The secret is read and the connection is open, as in a warm function.
    let warm = paid_order(System::Shopify, 1005);
    assert_eq!(
        deliver(&stack, System::Shopify, "orders/create", &warm).await.status,
        StatusCode::OK
    );
    away.dynamodb.store(true, Ordering::SeqCst);
    let mut took = Vec::new();
    for n in 1006..1016 {
        let order = paid_order(System::Shopify, n);
        let started = Instant::now();
        let answer = deliver(&stack, System::Shopify, "orders/create", &order).await;
        took.push(started.elapsed());
        assert_eq!(answer.status, StatusCode::OK);
    }
    let parcel = shopify_fulfillment(1006);
    deliver(&stack, System::Shopify, "fulfillments/create", &parcel).await;
    took.sort();
    // The median: on a busy machine one of ten may wait for the processor.
    assert!(took[took.len() / 2] < KEPT_WITHIN, "{took:?}");
    let requeued = |what: &str| stack.output().iter().any(|line| line.contains(what));
    eventually("intake waits", async || requeued("requeued until the Events table")).await;
    eventually("the connector waits", async || requeued("requeued until AWS answers")).await;
    away.dynamodb.store(false, Ordering::SeqCst);
    let shipped = Some("shipment.shipped".to_owned());
    // Intake puts back for a minute what it could not store, and the parcel needs its order.
    let all = async || {
        let orders = (1005..1016).all(|n| stack.mails_to(&customer(n)) >= 1);
        let parcel = stack.mails().iter().any(|mail| mail.content.kind() == shipped);
        orders && parcel
    };
    mailed_within(Duration::from_secs(240), &stack, "all is mailed", all).await;
    for n in (1005..1016).filter(|n| *n != 1006) {
        assert_eq!(stack.mails_to(&customer(n)), 1);
    }
    // Where both come at once, the parcel supersedes the confirmation.
    assert!((1..=2).contains(&stack.mails_to(&customer(1006))));
    for queue in
        [&stack.stack.resources.queues.deliveries_dlq, &stack.stack.resources.queues.inbox_dlq]
    {
        assert_eq!(stack.depth(queue).await, 0);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_sqs_a_delivery_is_answered_with_503_before_the_shop_system_gives_up() {
    let away = Arc::new(Away::default());
    let stack = start_with_faults(Arc::clone(&away) as _).await;
    away.sqs.store(true, Ordering::SeqCst);
    let order = paid_order(System::Shopify, 1020);
    let started = Instant::now();
    let answer = deliver(&stack, System::Shopify, "orders/create", &order).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.header("retry-after").is_empty());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    away.sqs.store(false, Ordering::SeqCst);
    let again = deliver(&stack, System::Shopify, "orders/create", &order).await;
    assert_eq!(again.status, StatusCode::OK);
    let is_mailed = async || stack.mails_to(&customer(1020)) == 1;
    eventually_within(Duration::from_secs(60), "it is mailed", is_mailed).await;
    stack.stop().await;
}
