//! No personal data is printed or stored unless it is requested.

use serde_json::{Value, json};

use super::process::{json, waybill};
use crate::support::TestStack;
use crate::support::events::{confirmed, shipped};

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_body_is_hidden_completely_and_quoted_by_no_error() {
    let stack = TestStack::start().await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    stack.send(&dlq, "Zoë Krüger, Lange Reihe 41, Hamburg").await;
    stack.send(&dlq, &json!({"note": "for Zoë Krüger"}).to_string()).await;
    for (args, code) in [
        (&["dlq", "show", "mail", "--body"][..], 0),
        (&["dlq", "show", "mail", "--filter", ".body | ascii_downcase | .x"], 0),
        // The edit fails on both.
        (&["dlq", "replay", "mail", "--dry-run", "--edit", ".note.x.y"], 1),
        (&["dlq", "replay", "mail", "--dry-run", "--edit", "{v: 1}"], 0),
        (&["dlq", "list"], 0),
    ] {
        let printed = waybill(&stack, args).await;
        assert_eq!(printed.code, Some(code), "{printed:#?}");
        // Not the whole name, because its `ü` could be printed as an escape.
        assert!(!format!("{}{}", printed.stdout, printed.stderr).contains("Kr"), "{printed:#?}");
    }
    let shown = waybill(&stack, &["dlq", "show", "mail", "--body", "--show-pii"]).await;
    assert!(shown.stdout.contains("Lange Reihe"), "{shown:#?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_does_not_apply_is_counted_and_explained() {
    let stack = TestStack::start().await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    stack.send(&dlq, &json!({"note": "x"}).to_string()).await;
    let plan = json(&stack, &["dlq", "replay", "mail", "--dry-run", "--edit", ".note.x"]).await;
    let edits = &plan["plan"]["edits"];
    assert_eq!(edits["unsuited"], 1, "{plan:#}");
    let why = edits["unsuited_because"][0]["reason"].as_str().expect("why");
    assert!(why.contains("it indexes a string"), "{why}");
    stack.stop().await;
}

/// How a shop may write a customer's address into an id.
const ADDRESSES: [&str; 3] =
    ["jo@private.example", "jo%40private.example", "jo%2540private.example"];

/// The event with `address` in the texts that name it.
fn with_an_address(event: &str, address: &str) -> Value {
    let mut event: Value = serde_json::from_str(event).expect("JSON");
    event["source"] = json!(format!("https://shop.example/of/{address}"));
    event["id"] = json!(format!("order-42/{address}-{}", event["type"].as_str().expect("a type")));
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_an_events_id_is_neither_logged_nor_printed() {
    let stack = TestStack::start().await;
    let queues = &stack.stack.resources.queues;
    for (i, address) in ADDRESSES.into_iter().enumerate() {
        let order = format!("42-{i}");
        let event = with_an_address(&confirmed(&order), address);
        let mut conflict = event.clone();
        conflict["data"]["order"]["number"] = json!("another");
        let mut invalid = with_an_address(&shipped(&order), address);
        // An article that nobody ordered is mailed; what has no type is not.
        invalid["data"]["shipment"]["lines"] = json!([{ "sku": address, "quantity": 1 }]);
        invalid["type"] = json!("shipment.sent");
        let lines = [&event, &event, &conflict, &invalid].map(Value::to_string);
        stack.publish(&lines).await;
        // The sources of reasons and of bodies.
        stack.send(&queues.dispatch, &json!({ "v": 1, "event": invalid }).to_string()).await;
        stack.send(&queues.mail_dlq, &json!({ "v": 2, "event": event }).to_string()).await;
        stack.send(&queues.inbox_dlq, &event.to_string()).await;
    }
    crate::support::eventually("the dispatcher has refused them", async || {
        stack.depth(&queues.dispatch_dlq).await == ADDRESSES.len() as u64
    })
    .await;

    let holds_an_address = |text: &str| text.contains("jo") && text.contains("private");
    let logged = stack.output();
    assert!(logged.iter().any(|line| line.contains("order-42/j***@***.")), "{logged:#?}");
    for line in &logged {
        assert!(!holds_an_address(line), "{line}");
    }
    for args in [
        &["status"][..],
        &["order", "42-0"],
        &["order", "42-1"],
        &["order", "42-2"],
        &["dlq", "list"],
        &["dlq", "show", "mail"],
        &["dlq", "show", "mail", "--body"],
        &["dlq", "show", "dispatch", "--body"],
        &["dlq", "show", "intake", "--body"],
        &["dlq", "replay", "mail", "--dry-run"],
        &["sweep", "--since", "1h", "--dry-run"],
        &["audit"],
    ] {
        for format in ["table", "json"] {
            let printed = waybill(&stack, &[&["--output", format], args].concat()).await;
            let text = format!("{}{}", printed.stdout, printed.stderr);
            assert!(!text.contains("private"), "{args:?}: {text}");
        }
    }
    let shown = waybill(&stack, &["order", "42-0", "--show-pii"]).await;
    assert!(shown.stdout.contains(ADDRESSES[0]), "{shown:#?}");
    stack.stop().await;
}
