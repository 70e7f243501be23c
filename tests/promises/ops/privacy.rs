//! No personal data is printed or stored unless it is requested.

use serde_json::json;

use super::process::{json, waybill};
use crate::support::TestStack;

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
    let why = edits["unsuited_because"].as_str().expect("why");
    assert!(why.contains("it indexes a string"), "{why}");
    stack.stop().await;
}
