//! A signed delivery ends in the mails of what it says, each once.

use connector::System;
use http::StatusCode;

use super::support::{deliver, start};
use crate::support::eventually;
use waybill_tests::deliveries::{customer, paid_order, shopify_fulfillment};

const TOPIC: [(System, &str, &str); 2] = [
    (System::Shopify, "orders/create", "orders/updated"),
    (System::WooCommerce, "order.created", "order.updated"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_order_is_confirmed_by_mail_once_however_often_it_is_delivered() {
    let stack = start().await;
    for (n, (system, created, updated)) in (1001..).zip(TOPIC) {
        let order = paid_order(system, n);
        for topic in [created, updated, updated] {
            assert_eq!(deliver(&stack, system, topic, &order).await.status, StatusCode::OK);
        }
    }
    for n in [1001, 1002] {
        eventually("it is mailed", async || stack.mails_to(&customer(n)) == 1).await;
    }
    let queues = stack.stack.resources.queues.clone();
    for queue in [&queues.deliveries, &queues.inbox, &queues.dispatch, &queues.mail] {
        eventually("nothing is left", async || stack.depth(queue).await == 0).await;
    }
    for queue in [&queues.deliveries_dlq, &queues.inbox_dlq] {
        assert_eq!(stack.depth(queue).await, 0);
    }
    assert_eq!(stack.mails().len(), 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_that_comes_before_its_order_waits_for_it_and_is_told_after_it() {
    let stack = start().await;
    let parcel = shopify_fulfillment(1003);
    let answer = deliver(&stack, System::Shopify, "fulfillments/create", &parcel).await;
    assert_eq!(answer.status, StatusCode::OK);
    let waits =
        || stack.output().iter().any(|line| line.contains("requeued until an event of the order"));
    eventually("it waits", async || waits()).await;
    let order = paid_order(System::Shopify, 1003);
    deliver(&stack, System::Shopify, "orders/create", &order).await;
    // On a slow machine the parcel supersedes the confirmation.
    let is_told = || {
        let mails = stack.mails();
        let last = mails.last().and_then(|mail| mail.content.text.clone()).unwrap_or_default();
        last.contains("00340434161094022115")
    };
    eventually("the parcel is mailed", async || is_told()).await;
    assert_eq!(stack.ledger_items("1003").await.len(), 2, "the order and its parcel");
    assert!((1..=2).contains(&stack.mails_to(&customer(1003))));
    assert_eq!(stack.depth(&stack.stack.resources.queues.deliveries_dlq).await, 0);
    stack.stop().await;
}
