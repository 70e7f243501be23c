//! Deliveries of shop systems that could not be mailed: shown, repaired, replayed, erased.

use connector::System;
use connector::message::QueuedDelivery;
use jiff::Timestamp;
use local::Config;
use local::resources::Queue;
use serde_json::{Value, json};
use shared::ShopId;

use super::process::{json, queue_named, waybill};
use crate::connector::support::{config_with_secrets, deliver, deliver_signed, start};
use crate::support::{TestStack, eventually};
use waybill_tests::deliveries::{SECRET, customer, paid_order, shopify_fulfillment};

fn deliveries_dlq(stack: &TestStack) -> Queue {
    stack.stack.resources.queues.deliveries_dlq.clone()
}

/// A message as the connector queues it.
fn message(system: System, topic: &str, body: &str) -> String {
    let delivery = QueuedDelivery {
        shop: ShopId::default(),
        system,
        topic: Some(topic.to_owned()),
        received_at: Timestamp::now(),
        body: body.as_bytes().to_vec(),
        is_test: false,
    };
    delivery.to_message().expect("a message holds it")
}

async fn mails_of(stack: &TestStack, order: u64, expected: usize) {
    let customer = customer(order);
    let what = format!("{expected} mails to {customer}");
    eventually(&what, || async { stack.mails_to(&customer) == expected }).await;
}

fn replay<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let all = ["dlq", "replay", "deliveries", "--yes", "--reason", "mended"];
    all.into_iter().chain(more.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_cannot_be_translated_is_shown_masked_repaired_and_mailed_once() {
    let stack = start().await;
    let order = paid_order(System::WooCommerce, 1001).to_string();
    let cut = &order[..order.len() - 1];
    deliver_signed(&stack, System::WooCommerce, "order.updated", SECRET, cut.as_bytes()).await;
    let dlq = deliveries_dlq(&stack);
    eventually("it is set aside", || async { stack.depth(&dlq).await == 1 }).await;

    let status = waybill(&stack, &["status"]).await;
    assert!(status.stdout.contains("`waybill dlq show deliveries`"), "{status:#?}");
    let shown = json(&stack, &["dlq", "show", "deliveries", "--body"]).await;
    let entry = &shown["entries"][0];
    for (member, expected) in [
        ("shop", "default"),
        ("system", "woocommerce"),
        ("topic", "order.updated"),
        ("code", "untranslatable"),
        ("verdict", "unparseable"),
    ] {
        assert_eq!(entry[member], expected, "{shown:#}");
    }
    assert!(!shown.to_string().contains("Zo"), "{shown:#}");
    let clear = json(&stack, &["dlq", "show", "deliveries", "--body", "--show-pii"]).await;
    assert_eq!(clear["entries"][0]["body"]["body"], json!(cut));

    let plain = json(&stack, &replay(&[])).await;
    assert_eq!(plain["plan"]["to_move"], json!([]), "{plain:#}");
    let repaired = json(&stack, &replay(&["--edit", r#".body += "}""#])).await;
    assert_eq!(repaired["outcome"]["moved"], 1, "{repaired:#}");
    mails_of(&stack, 1001, 1).await;
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_gives_no_delivery_to_another_shop_or_order() {
    let stack = start().await;
    let order = paid_order(System::Shopify, 1001);
    stack
        .send(&deliveries_dlq(&stack), &message(System::Shopify, "orders/paid", &order.to_string()))
        .await;
    for theft in [".shop = \"north\"", ".body.id = 2002"] {
        let plan = json(&stack, &replay(&["--edit", theft])).await;
        assert_eq!(plan["plan"]["edits"]["unsuited"], 1, "{theft}: {plan:#}");
        assert_eq!(plan["plan"]["to_move"], json!([]), "{theft}: {plan:#}");
    }
    let args = replay(&["--edit", ".body.line_items[0].title = \"Mug\""]);
    let repaired = json(&stack, &args).await;
    assert_eq!(repaired["outcome"]["moved"], 1, "{repaired:#}");
    mails_of(&stack, 1001, 1).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_whose_order_never_came_is_replayed_only_once_the_order_is_there() {
    let stack = start().await;
    let dlq = deliveries_dlq(&stack);
    let parcel =
        message(System::Shopify, "fulfillments/create", &shopify_fulfillment(1001).to_string());
    stack.send(&dlq, &parcel).await;
    let outcome = json(&stack, &replay(&[])).await;
    let entry = &outcome["plan"]["entries"][0];
    assert_eq!((&entry["verdict"], &entry["order_id"]), (&json!("order-missing"), &json!("1001")));
    assert_eq!(stack.depth(&dlq).await, 1, "{outcome:#}");

    deliver(&stack, System::Shopify, "orders/create", &paid_order(System::Shopify, 1001)).await;
    mails_of(&stack, 1001, 1).await;
    let outcome = json(&stack, &replay(&[])).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    mails_of(&stack, 1001, 2).await;
    let again = json(&stack, &["dlq", "show", "deliveries"]).await;
    assert_eq!(again["entries"], json!([]), "{again:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_events_are_stored_is_left_to_be_dropped() {
    let stack = start().await;
    let order = paid_order(System::Shopify, 1001);
    deliver(&stack, System::Shopify, "orders/create", &order).await;
    mails_of(&stack, 1001, 1).await;
    let dlq = deliveries_dlq(&stack);
    stack.send(&dlq, &message(System::Shopify, "orders/create", &order.to_string())).await;
    let listed = json(&stack, &["dlq", "list"]).await;
    let row = queue_named(&listed, "deliveries");
    assert_eq!(row["groups"][0]["verdicts"], json!({"already-done": 1}), "{row:#}");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("kept.jsonl");
    let kept = file.to_str().expect("UTF-8");
    let args = ["dlq", "drop", "deliveries", "--yes-delete-1", "--save-to", kept];
    let dropped = waybill(&stack, &args).await;
    assert_eq!(dropped.code, Some(0), "{dropped:#?}");
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}

/// The places of an erasure's report, by name.
fn place<'a>(erasure: &'a Value, name: &str) -> &'a Value {
    let places = erasure["places"].as_array().expect("places");
    places.iter().find(|place| place["place"] == name).expect("the place is listed")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_finds_deliveries_by_order_and_address_also_in_compressed_ones() {
    let config = Config { mail_events: true, ..config_with_secrets() };
    let stack = TestStack::start_with(config).await;
    let mut order = paid_order(System::WooCommerce, 1001);
    deliver(&stack, System::WooCommerce, "order.created", &order).await;
    mails_of(&stack, 1001, 1).await;
    order["customer_note"] = json!("long ".repeat(40_000));
    let of_another = paid_order(System::WooCommerce, 1002);
    let dlq = deliveries_dlq(&stack);
    let long = message(System::WooCommerce, "order.updated", &order.to_string());
    assert!(!long.contains("1001"), "it is compressed");
    for body in [
        long,
        message(System::WooCommerce, "order.updated", &of_another.to_string()),
        // Nobody can read it, and a person has to look.
        message(System::WooCommerce, "order.updated", &format!("cut: {} …", customer(1001))),
    ] {
        stack.send(&dlq, &body).await;
    }
    let args = ["erase", "1001", "--yes", "--reason", "asked for", "--output", "json"];
    let erased = waybill(&stack, &args).await;
    assert_eq!(erased.code, Some(1), "an operator must check one message: {erased:#?}");
    let report = erased.json();
    let of_dlq = place(&report, "queue deliveries-dlq");
    assert_eq!((&of_dlq["found"], &of_dlq["removed"]), (&json!(1), &json!(1)), "{of_dlq:#}");
    assert_eq!(of_dlq["perhaps"].as_array().map(Vec::len), Some(1), "{of_dlq:#}");
    assert_eq!(stack.depth(&dlq).await, 2);
    assert!(report["not_reached"].to_string().contains("mail-hook-dlq"), "{report:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_without_connector_and_mail_events_is_looked_at_as_far_as_it_is_there() {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    for queue in [&queues.deliveries, &queues.deliveries_dlq] {
        let deleted = stack.stack.sqs.delete_queue().queue_url(&queue.url).send().await;
        deleted.expect("SQS deletes it");
    }
    let status = json(&stack, &["status"]).await;
    assert_eq!(status["queues"].as_array().map(Vec::len), Some(8), "{status:#}");
    let doctor = waybill(&stack, &["doctor"]).await;
    for parameter in ["ShopSystems", "MailEvents", "MailHookUrl"] {
        let said = format!("off, by the template's parameter {parameter}");
        assert!(doctor.stdout.contains(&said), "{doctor:#?}");
    }
    let refused = waybill(&stack, &["dlq", "show", "deliveries"]).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("the template's parameter ShopSystems is off"), "{refused:#?}");
    let listed = json(&stack, &["dlq", "list"]).await;
    assert_eq!(listed["queues"].as_array().map(Vec::len), Some(4), "{listed:#}");
    stack.stop().await;
}
