//! Deliveries that have to wait, at the deployed delays: for their order, for DynamoDB and for SQS.

use connector::System;
use connector::message::QueuedDelivery;
use jiff::SignedDuration;
use kit::ledger::Item;
use serde_json::Value;
use shared::ShopId;

use crate::support::simulated_pipeline::{
    DELIVERIES, DELIVERIES_DLQ, Failure, INBOX, INBOX_DLQ, Outage, Service, SimulatedPipeline,
    Stage,
};
use crate::support::{TestStack, eventually};
use waybill_tests::deliveries::{customer, paid_order, shopify_fulfillment};

fn delivery(pipeline: &SimulatedPipeline<'_>, body: &Value) -> QueuedDelivery {
    QueuedDelivery {
        shop: ShopId::default(),
        system: System::Shopify,
        topic: None,
        received_at: pipeline.clock().now(),
        body: body.to_string().into_bytes(),
        is_test: false,
    }
}

fn deliver(pipeline: &SimulatedPipeline<'_>, body: &Value) {
    pipeline.deliver(&delivery(pipeline, body));
}

/// The depths of the queues, for the message of a test that fails.
fn depths(pipeline: &SimulatedPipeline<'_>) -> String {
    let depth = |queue| format!("{queue}: {}", pipeline.queues.all(queue).len());
    [DELIVERIES, DELIVERIES_DLQ, INBOX, INBOX_DLQ].map(depth).join(", ")
}

/// Waits until the ledger knows of these notifications of the order, and of no others, and the last of them is mailed. What is
/// hours apart here is told within moments, so that an earlier one may be superseded; nothing is mailed twice.
async fn assert_told(
    stack: &TestStack,
    pipeline: &SimulatedPipeline<'_>,
    order: u64,
    expected: &[&str],
) {
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 0, "{}", depths(pipeline));
    let what = format!("{expected:?} of {order} are told; {}", depths(pipeline));
    eventually(&what, async || is_told(stack, order, expected).await).await;
}

async fn is_told(stack: &TestStack, order: u64, expected: &[&str]) -> bool {
    let items = stack.ledger_items(&order.to_string()).await;
    let is_mailed = |item: &Item| matches!(item.state.as_str(), "sent" | "delivered");
    let kind = |item: &Item| item.notification.split('#').next().unwrap_or_default().to_owned();
    let mut kinds: Vec<String> = items.iter().map(kind).collect();
    kinds.sort();
    let is_last = |item: &&Item| Some(kind(item).as_str()) == expected.last().copied();
    kinds == expected
        && items.iter().all(|item| is_mailed(item) || item.state == "skipped")
        && items.iter().find(is_last).is_some_and(is_mailed)
        && stack.mails_to(&customer(order)) == items.iter().filter(|item| is_mailed(item)).count()
}

const CONFIRMED: [&str; 1] = ["order.confirmed"];
const CONFIRMED_AND_SHIPPED: [&str; 2] = ["order.confirmed", "shipment.shipped"];

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_waits_for_its_order_for_hours_and_uses_up_no_receives() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    deliver(&pipeline, &shopify_fulfillment(2001));
    pipeline.take_deliveries_for(SignedDuration::from_hours(5)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 1, "{}", depths(&pipeline));
    assert_eq!(pipeline.queues.max_receives(), 1);

    deliver(&pipeline, &paid_order(System::Shopify, 2001));
    // It asks again every quarter of an hour.
    pipeline.take_deliveries_for(SignedDuration::from_mins(16)).await;
    assert_told(&stack, &pipeline, 2001, &CONFIRMED_AND_SHIPPED).await;
    assert_eq!(pipeline.queues.all(DELIVERIES_DLQ).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_whose_order_comes_a_moment_later_is_told_seconds_after_it() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    deliver(&pipeline, &shopify_fulfillment(2002));
    pipeline.take_deliveries_for(SignedDuration::from_secs(3)).await;
    deliver(&pipeline, &paid_order(System::Shopify, 2002));
    pipeline.take_deliveries_for(SignedDuration::from_secs(6)).await;
    assert_told(&stack, &pipeline, 2002, &CONFIRMED_AND_SHIPPED).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_whose_order_never_comes_is_a_dead_letter_after_a_day_and_its_replay_waits_anew() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    deliver(&pipeline, &shopify_fulfillment(2003));
    pipeline.take_deliveries_for(SignedDuration::from_hours(23)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES_DLQ).len(), 0);
    pipeline.take_deliveries_for(SignedDuration::from_mins(90)).await;
    let dead = pipeline.queues.take_all(DELIVERIES_DLQ);
    assert_eq!((dead.len(), dead[0].code.as_deref()), (1, Some("order-missing")));
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 0);

    pipeline.queues.put(DELIVERIES, &dead[0].body, pipeline.clock().now_ms());
    pipeline.take_deliveries_for(SignedDuration::from_hours(1)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 1, "{}", depths(&pipeline));
    deliver(&pipeline, &paid_order(System::Shopify, 2003));
    pipeline.take_deliveries_for(SignedDuration::from_mins(31)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 0, "{}", depths(&pipeline));
    // The parcel arrived a day ago: it is told, as that is no old news of a parcel yet.
    eventually("the order is mailed", async || stack.mails_to(&customer(2003)) >= 1).await;
    assert_eq!(pipeline.queues.all(DELIVERIES_DLQ).len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_without_dynamodb_uses_up_no_receives_and_a_minute_later_all_is_told() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    deliver(&pipeline, &paid_order(System::Shopify, 2004));
    pipeline.take_deliveries_for(SignedDuration::from_secs(1)).await;
    for stage in [Stage::Connector, Stage::Intake] {
        pipeline.outages.begin(Outage::of(Service::DynamoDb).for_stage(stage));
    }
    deliver(&pipeline, &shopify_fulfillment(2004));
    deliver(&pipeline, &paid_order(System::Shopify, 2005));
    pipeline.take_deliveries_for(SignedDuration::from_hours(1)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 1, "the parcel: {}", depths(&pipeline));
    assert_eq!(pipeline.queues.all(INBOX).len(), 1, "the other order: {}", depths(&pipeline));
    assert_eq!(pipeline.queues.max_receives(), 1);

    pipeline.outages.end();
    pipeline.take_deliveries_for(SignedDuration::from_secs(61)).await;
    assert_told(&stack, &pipeline, 2004, &CONFIRMED_AND_SHIPPED).await;
    assert_told(&stack, &pipeline, 2005, &CONFIRMED).await;
    for queue in [DELIVERIES_DLQ, INBOX_DLQ] {
        assert_eq!(pipeline.queues.all(queue).len(), 0);
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_inbox_takes_nothing_a_delivery_waits_and_uses_up_no_receives() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    pipeline.outages.begin(Outage { queue: Some(INBOX), ..Outage::of(Service::Sqs) });
    deliver(&pipeline, &paid_order(System::Shopify, 2006));
    pipeline.take_deliveries_for(SignedDuration::from_hours(1)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 1, "{}", depths(&pipeline));
    assert_eq!(pipeline.queues.max_receives(), 1);
    pipeline.outages.end();
    pipeline.take_deliveries_for(SignedDuration::from_secs(61)).await;
    assert_told(&stack, &pipeline, 2006, &CONFIRMED).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_queue_takes_stays_on_its_own_and_a_refused_delivery_too() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    pipeline.outages.begin(Outage {
        operation: Some("SendMessageBatch"),
        ..Outage::of(Service::Sqs).for_stage(Stage::Connector)
    });
    deliver(&pipeline, &paid_order(System::Shopify, 2007));
    deliver(&pipeline, &shopify_fulfillment(2008));
    pipeline.queues.put(DELIVERIES, "no delivery", pipeline.clock().now_ms());
    pipeline.take_deliveries_for(SignedDuration::from_mins(1)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 3, "none was acknowledged");

    pipeline.outages.end();
    pipeline.take_deliveries_for(SignedDuration::from_mins(5)).await;
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 1, "the parcel waits: {}", depths(&pipeline));
    let dead = pipeline.queues.all(DELIVERIES_DLQ);
    assert_eq!((dead.len(), dead[0].code.as_deref()), (1, Some("unreadable")));
    eventually("the order is mailed", async || stack.mails_to(&customer(2007)) == 1).await;
    stack.stop().await;
}

/// A kill after a call that was carried out, and one before it.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_and_a_kill_at_each_call_lose_nothing_and_mail_nothing_twice() {
    let stack = TestStack::start().await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SignedDuration::ZERO);
    let mut order = 2100;
    for failure in [Failure::ServerError, Failure::LostAnswer, Failure::Killed] {
        for (service, after) in
            [(Service::Sqs, 0), (Service::Sqs, 1), (Service::Sqs, 2), (Service::DynamoDb, 0)]
        {
            order += 1;
            let outage = Outage { failure, after, calls: Some(1), ..Outage::of(service) };
            pipeline.outages.begin(outage.for_stage(Stage::Connector));
            deliver(&pipeline, &shopify_fulfillment(order));
            pipeline.take_deliveries_for(SignedDuration::from_secs(2)).await;
            deliver(&pipeline, &paid_order(System::Shopify, order));
            pipeline.take_deliveries_for(SignedDuration::from_mins(10)).await;
            pipeline.outages.end();
            let what = format!("{failure:?} of {service:?} after {after}; {}", depths(&pipeline));
            let told = async || is_told(&stack, order, &CONFIRMED_AND_SHIPPED).await;
            eventually(&what, told).await;
        }
    }
    assert_eq!(pipeline.queues.all(DELIVERIES).len(), 0);
    assert_eq!(pipeline.queues.all(DELIVERIES_DLQ).len(), 0);
    stack.stop().await;
}
