//! An order is found by its id, its number and its customer's address, and an address is stored,
//! logged and printed nowhere for it.

use std::collections::HashMap;
use std::io::Write;
use std::process::Stdio;

use aws_sdk_dynamodb::types::AttributeValue;
use local::resources::EVENTS_TABLE;
use serde_json::{Value, json};
use shared::lookup::{BY_ADDRESS, BY_NUMBER, LookupIndex};

use super::process::{command, in_flight, json, run_to_end, waybill};
use crate::support::TestStack;
use crate::support::events::{confirmed, shipped};

const ADDRESS: &str = "Zoe.Krueger@customers.example";

/// The event, for an order with this number, of the customer [`ADDRESS`].
fn of_zoe(event: &str, number: &str) -> Value {
    let mut event: Value = serde_json::from_str(event).expect("JSON");
    event["data"]["order"]["number"] = number.into();
    event["data"]["order"]["customer"]["email"] = ADDRESS.into();
    event
}

async fn publish(stack: &TestStack, events: &[Value]) {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    stack.publish(&lines).await;
}

async fn events(stack: &TestStack) -> Vec<HashMap<String, AttributeValue>> {
    let scan = stack.stack.dynamodb.scan().table_name(EVENTS_TABLE).send().await;
    scan.expect("DynamoDB answers").items.unwrap_or_default()
}

async fn index_size(stack: &TestStack, index: LookupIndex) -> usize {
    let scan = stack.stack.dynamodb.scan().table_name(EVENTS_TABLE).index_name(index.name);
    scan.send().await.expect("DynamoDB answers").items.unwrap_or_default().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_found_by_id_number_and_address_however_they_are_written() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("77001"), "#R 1001"), of_zoe(&shipped("77001"), "#R1001")])
        .await;
    for (typed, by) in [
        ("77001", "id"),
        ("#77001", "id"),
        ("#R1001", "number"),
        ("r1001", "number"),
        ("# R 1001", "number"),
        (" zoe.krueger@CUSTOMERS.example ", "address"),
    ] {
        let found = json(&stack, &["order", typed]).await;
        assert_eq!(found["order_id"], "77001", "{typed}: {found:#}");
        assert_eq!(found["found_by"], by, "{typed}: {found:#}");
        assert_eq!(found["number"], "#R1001", "{typed}: {found:#}");
    }
    let found = waybill(&stack, &["order", "#r1001"]).await;
    assert!(
        found.stdout.starts_with("Order 77001, number #R1001  Z***@***.example\n"),
        "{found:#?}"
    );
    assert!(found.stdout.contains("Found by its number.\n"), "{found:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_comes_before_a_number_and_with_its_mark_the_number_comes_before_an_id() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("1001"), "#955"), of_zoe(&confirmed("2002"), "#1001")])
        .await;
    assert_eq!(json(&stack, &["order", "1001"]).await["order_id"], "1001");
    assert_eq!(json(&stack, &["order", "#1001"]).await["order_id"], "2002");
    assert_eq!(json(&stack, &["order", "955"]).await["order_id"], "1001");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_orders_are_listed_with_the_command_for_each() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("B1"), "#B1")]).await;
    publish(&stack, &[of_zoe(&confirmed("B2"), "#7")]).await;
    let found = json(&stack, &["order", ADDRESS]).await;
    let ids: Vec<&Value> =
        found["orders"].as_array().expect("orders").iter().map(|row| &row["order_id"]).collect();
    assert_eq!(ids, ["B2", "B1"], "the latest first: {found:#}");
    assert_eq!((&found["has_more"], &found["found_by"]), (&json!(false), &json!("address")));
    let listed = waybill(&stack, &["order", ADDRESS]).await;
    assert_eq!(listed.code, Some(0), "{listed:#?}");
    assert!(listed.stdout.ends_with("\nwaybill order B2\nwaybill order B1\n"), "{listed:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_can_be_given_on_standard_input() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("C1"), "#C1")]).await;
    let mut child = command(&stack, &["order", "-", "--output", "json"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("waybill starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(format!("{ADDRESS}\n").as_bytes()).expect("it reads");
    drop(stdin);
    assert_eq!(run_to_end(child).await.json()["order_id"], "C1");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_neither_stored_nor_logged_nor_printed_to_find_an_order_by_it() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("D1"), "#D1"), of_zoe(&confirmed("D2"), "#D2")]).await;
    let is_zoe = |text: &str| text.to_lowercase().contains("krueger@");
    for mut item in events(&stack).await {
        // The event itself is stored compressed, for its mail.
        item.remove("message").expect("the event");
        assert!(item.contains_key(BY_ADDRESS.attribute), "{item:?}");
        assert!(!is_zoe(&format!("{item:?}")), "{item:?}");
    }
    let unknown = ADDRESS.replace("Zoe", "Zoe2");
    for typed in [ADDRESS, unknown.as_str()] {
        for command in [&["order", typed][..], &["resend", typed, "order.confirmed"]] {
            let printed = waybill(&stack, command).await;
            assert!(!is_zoe(&format!("{}{}", printed.stdout, printed.stderr)), "{printed:#?}");
        }
    }
    assert!(!stack.output().iter().any(|line| is_zoe(line)));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_order_whose_number_does_not_show_its_id_pays_for_an_entry_by_number() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("E1"), "# e1"), of_zoe(&confirmed("E2"), "#900")]).await;
    assert_eq!(index_size(&stack, BY_ADDRESS).await, 2);
    assert_eq!(index_size(&stack, BY_NUMBER).await, 1);
    assert_eq!(json(&stack, &["order", "#e1"]).await["order_id"], "E1");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_order_leaves_no_entry_by_which_it_was_found() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("F1"), "#900")]).await;
    let sizes =
        async || (index_size(&stack, BY_ADDRESS).await, index_size(&stack, BY_NUMBER).await);
    assert_eq!(sizes().await, (1, 1));
    let erased = waybill(&stack, &["erase", "F1", "--yes", "--reason", "asked for"]).await;
    assert_eq!(erased.code, Some(0), "{erased:#?}");
    assert_eq!(sizes().await, (0, 0));
    for typed in [ADDRESS, "#900"] {
        let unknown = waybill(&stack, &["order", typed]).await;
        assert_eq!(unknown.code, Some(2), "{typed}: {unknown:#?}");
        assert!(unknown.stderr.contains("no dead letter is about it"), "{unknown:#?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_by_a_number_that_is_no_id_says_how_to_find_the_id() {
    let stack = TestStack::start().await;
    publish(&stack, &[of_zoe(&confirmed("F1"), "#900")]).await;
    for (args, code) in
        [(&["erase", "900"][..], 2), (&["erase", "900", "--yes", "--reason", "x"], 2)]
    {
        let erased = waybill(&stack, args).await;
        assert_eq!(erased.code, Some(code), "{erased:#?}");
        let hint = "`waybill order` finds an order's id by its number";
        assert!(erased.stderr.contains(hint), "{erased:#?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_order_with_a_dead_letter_about_it_says_so_and_consumes_nothing() {
    let stack = TestStack::start().await;
    let queues = &stack.stack.resources.queues;
    // As SQS moves what was received too often.
    stack.send(&queues.inbox_dlq, &of_zoe(&confirmed("G1"), "#900").to_string()).await;
    let other = json!({"v": 9, "event": {"data": {"order": {"id": "H1", "number": "#901"}}}});
    stack.send(&queues.mail_dlq, &other.to_string()).await;
    for typed in ["G1", "#900", "900", ADDRESS] {
        let found = waybill(&stack, &["order", typed, "--output", "json"]).await;
        assert_eq!(found.code, Some(1), "{typed}: {found:#?}");
        let letters = found.json()["dead_letters"].clone();
        assert_eq!(letters.as_array().map(Vec::len), Some(1), "{typed}: {letters:#}");
        assert_eq!(
            (&letters[0]["queue"], &letters[0]["order_id"]),
            (&json!("inbox"), &json!("G1"))
        );
        assert_eq!(letters[0]["code"], "unanswered");
        assert_eq!(letters[0]["certain"], true);
        let shown = waybill(&stack, &["order", typed]).await;
        let id = letters[0]["message_id"].as_str().expect("an id");
        let line = format!("\nwaybill dlq show inbox --message {id}\n");
        assert!(shown.stdout.contains(&line), "{shown:#?}");
    }
    for queue in [&queues.inbox_dlq, &queues.mail_dlq] {
        assert_eq!((stack.depth(queue).await, in_flight(&stack, queue).await), (1, 0));
    }
    stack.stop().await;
}
