//! The promises of `dlq replay` and `dlq drop`.

use aws_sdk_dynamodb::types::AttributeValue;
use local::resources::LEDGER_TABLE;
use serde_json::{Value, json};
use shared::order_key::ORDER_KEY;

use super::process::{
    OPERATOR, accept_mails_again, assert_one_mail_each, dead_letters, json, queue_named,
    wait_for_state, waybill, with_refused_mails,
};
use crate::support::TestStack;
use crate::support::events::customer;

const REPLAY: [&str; 6] = ["dlq", "replay", "mail", "--yes", "--reason", "the sender is verified"];

fn replay<'a>(more: &[&'a str]) -> Vec<&'a str> {
    REPLAY.into_iter().chain(more.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_run_twice_mails_once() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    let orders = ["A1", "A2", "A3"];
    dead_letters(&stack, &orders).await;
    accept_mails_again(&stack);
    let first = json(&stack, &REPLAY).await;
    assert_eq!(first["plan"]["counts"], json!({"would-send": 3}));
    assert_eq!(first["outcome"]["moved"], 3);
    for order in orders {
        wait_for_state(&stack, order, "delivered").await;
    }
    let second = json(&stack, &REPLAY).await;
    assert_eq!(second["plan"]["to_move"], json!([]));
    assert_one_mail_each(&stack, &orders);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_one_dead_letter_mail_once() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let body = first_body(&stack).await.to_string();
    // Two more copies, as an interrupted replay or SQS itself may leave.
    stack.send(&dlq, &body).await;
    stack.send(&dlq, &body).await;
    accept_mails_again(&stack);
    let outcome = json(&stack, &REPLAY).await;
    assert_eq!(outcome["plan"]["counts"], json!({"would-send": 1, "duplicate": 2}));
    wait_for_state(&stack, "A1", "delivered").await;
    let shown = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!(shown["counts"], json!({"already-sent": 2}));
    let rest = waybill(&stack, &REPLAY).await;
    let drop = "\nwaybill dlq drop mail --verdict already-sent\n";
    assert!(rest.stdout.contains(drop), "it says how to end the alarm: {rest:#?}");
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_and_a_listing_change_nothing() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    accept_mails_again(&stack);
    let plan = waybill(&stack, &["dlq", "replay", "mail", "--dry-run"]).await;
    assert_eq!(plan.code, Some(0), "{plan:#?}");
    assert!(plan.stdout.contains("To move: 2 messages"), "{plan:#?}");
    let shown = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!(shown["looked_at"], 2);
    assert_eq!(shown["skipped"]["not_given_back"], 0);
    let again = json(&stack, &["dlq", "list"]).await;
    let mail = queue_named(&again, "mail");
    assert_eq!((&mail["visible"], &mail["reasons"]), (&json!(2), &json!({"refused": 2})));
    assert_eq!(stack.mails().len(), 0);
    assert_eq!(json(&stack, &["audit"]).await["items"], json!([]));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_and_without_yes_nothing_is_moved() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let refused = waybill(&stack, &["dlq", "replay", "mail", "--reason", "x"]).await;
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--yes"), "{refused:#?}");
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_mail_is_sent_only_with_the_flag() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let queues = stack.stack.resources.queues.clone();
    let mut body = first_body(&stack).await;
    body["send_before"] = json!(1);
    // The original would be replayed as well.
    drop_all(&stack, 1).await;
    stack.send(&queues.mail_dlq, &body.to_string()).await;
    accept_mails_again(&stack);
    let without = json(&stack, &REPLAY).await;
    assert_eq!(without["plan"]["counts"], json!({"stale": 1}));
    assert_eq!(without["outcome"], Value::Null);
    // The mailer itself refuses a stale mail too, by the limit in the ledger: it records it as skipped.
    make_stale_in_ledger(&stack, "A1").await;
    stack.send(&queues.mail, &body.to_string()).await;
    wait_for_state(&stack, "A1", "skipped").await;
    assert_eq!(stack.mails_to(&customer("A1")), 0);
    let with = json(&stack, &replay(&["--force-stale"])).await;
    assert_eq!(with["outcome"]["moved"], 1, "{with:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

/// Sets the time limit in the ledger to the past.
async fn make_stale_in_ledger(stack: &TestStack, order: &str) {
    let item = stack.ledger_items(order).await.remove(0);
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let update = stack.stack.dynamodb.update_item().table_name(LEDGER_TABLE);
    let update = update.key(ORDER_KEY, text(&item.order_key));
    let update = update.key("notification", text(&item.notification));
    let update = update.update_expression("SET send_before = :past");
    let update = update.expression_attribute_values(":past", AttributeValue::N("1".to_owned()));
    update.send().await.expect("DynamoDB answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_body_is_repaired_by_an_edit_of_the_selected_messages_only() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let queues = stack.stack.resources.queues.clone();
    let mut body = body_of_order(&stack, "A2").await;
    drop_all(&stack, 2).await;
    body["v"] = json!("1");
    stack.send(&queues.mail_dlq, &body.to_string()).await;
    stack.send(&queues.mail_dlq, "not ours").await;
    accept_mails_again(&stack);
    let plan = json(&stack, &["dlq", "replay", "mail", "--dry-run"]).await;
    assert_eq!(plan["plan"]["counts"], json!({"unparseable": 2}));
    let hopeless = waybill(&stack, &replay(&["--edit", ".v.x"])).await;
    assert_eq!(hopeless.code, Some(1), "the edit fails on both: {hopeless:#?}");
    let filter = ["--filter", ".body | type == \"object\"", "--edit", ".v = 1"];
    let outcome = json(&stack, &replay(&filter)).await;
    assert_eq!(outcome["plan"]["edits"]["changed"], 1);
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A2", "delivered").await;
    assert_eq!(stack.depth(&queues.mail_dlq).await, 1, "the other one stays");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_replay_leaves_an_audit_item_with_operator_reason_and_outcome() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    accept_mails_again(&stack);
    let filter = ["--filter", r#".body.event.data.order.customer.email == "a1@customers.example""#];
    let ended = waybill(&stack, &replay(&filter)).await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    assert_eq!(item["operator"], OPERATOR);
    assert_eq!(item["reason"], "the sender is verified");
    assert_eq!(item["action"], "dlq replay mail");
    assert_eq!(item["state"], "completed");
    assert_eq!((&item["plan"]["to_move"], &item["outcome"]["moved"]), (&json!(1), &json!(1)));
    assert!(!item.to_string().contains("customer"), "the ledger holds no filter: {item:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drop_requires_the_exact_number_and_saves_what_it_deletes() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    for args in [&["dlq", "drop", "mail"][..], &["dlq", "drop", "mail", "--yes-delete-3"]] {
        let refused = waybill(&stack, args).await;
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains("--yes-delete-2"), "{refused:#?}");
        assert_eq!(stack.depth(&dlq).await, 2);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let kept = directory.path().join("kept.jsonl");
    let kept = kept.to_str().expect("UTF-8");
    let args = ["dlq", "drop", "mail", "--order", "A1", "--yes-delete-1", "--save-to", kept];
    let dropped = waybill(&stack, &args).await;
    assert_eq!(dropped.code, Some(0), "{dropped:#?}");
    assert!(dropped.stderr.contains(kept), "the file is named first: {dropped:#?}");
    assert_eq!(stack.depth(&dlq).await, 1);
    let lines = std::fs::read_to_string(kept).expect("the file");
    assert_eq!(lines.lines().count(), 1);
    assert!(lines.contains("A1-confirmed"));
    stack.stop().await;
}

async fn first_body(stack: &TestStack) -> Value {
    let shown = json(stack, &["dlq", "show", "mail", "--body", "--show-pii"]).await;
    shown["entries"][0]["body"].clone()
}

async fn body_of_order(stack: &TestStack, order: &str) -> Value {
    let args = ["dlq", "show", "mail", "--body", "--show-pii", "--order", order];
    json(stack, &args).await["entries"][0]["body"].clone()
}

async fn drop_all(stack: &TestStack, count: usize) {
    let directory = tempfile::tempdir().expect("a directory");
    let kept = directory.path().join("kept.jsonl");
    let number = format!("--yes-delete-{count}");
    let args = ["dlq", "drop", "mail", &number, "--save-to", kept.to_str().expect("UTF-8")];
    let dropped = waybill(stack, &args).await;
    assert_eq!(dropped.code, Some(0), "{dropped:#?}");
}
