//! What a console shows to whoever may not change everything.

use std::sync::Arc;

use http::StatusCode;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};

use super::browser::{Console, text};
use crate::ops::process::{dead_letters, json, with_refused_mails};
use crate::support::TestStack;

/// The operator's rights lack these operations, as a role of IAM may.
struct Without(&'static [&'static str]);

impl Faults for Without {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        let is_denied = self.0.contains(&call.operation);
        let is_asked = matches!(call.service, Service::DynamoDb | Service::Sqs);
        (is_operators && is_denied && is_asked).then_some(Fault::Denied)
    }
}

async fn start(denied: &'static [&'static str]) -> TestStack {
    let config = Config { faults: Arc::new(Without(denied)), ..with_refused_mails() };
    let stack = TestStack::start_with(config).await;
    dead_letters(&stack, &["A1"]).await;
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_that_may_only_read_gets_no_buttons_and_is_told_why() {
    let stack =
        start(&["PutItem", "UpdateItem", "DeleteItem", "DeleteMessage", "DeleteMessageBatch"])
            .await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    for path in [
        "/order?id=A1",
        "/order/act?action=resend&id=A1&kind=order.confirmed",
        "/order/erase?id=A1",
        "/dead-letters/queue?queue=mail",
        "/dead-letters/replay?queue=mail",
        "/dead-letters/drop?queue=mail",
        "/shops/shop",
    ] {
        let page = browser.page(path).await;
        assert!(
            page.contains("may not write the audit log (dynamodb:PutItem on "),
            "{path}: {page}"
        );
        assert_eq!(
            page.matches("method=\"post\"").count(),
            2,
            "{path} has the search and the session's end alone: {page}"
        );
        assert!(!page.contains(" …</a>"), "{path} has no button: {page}");
    }
    let form = [("id", "A1"), ("typed", "A1"), ("reason", "asked for")];
    let refused = browser.post("/order/erase", &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(text(&refused).contains("may not write the audit log"), "{}", text(&refused));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_a_right_that_is_missing_has_no_button_and_the_rest_has() {
    let stack = start(&["DeleteMessage", "DeleteMessageBatch"]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let queue = browser.page("/dead-letters/queue?queue=mail").await;
    assert!(queue.contains("(sqs:DeleteMessage)") && !queue.contains("Plan a replay"), "{queue}");
    let order = browser.page("/order?id=A1").await;
    assert!(order.contains("Send it now") && order.contains("Show the address"), "{order}");
    assert!(!order.contains("may not"), "{order}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_find_out_what_may_be_changed_changes_nothing() {
    let stack = start(&[]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let page = browser.page("/dead-letters/queue?queue=mail").await;
    assert!(page.contains("Plan a replay") && page.contains("Delete these"), "{page}");
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"], serde_json::json!([]));
    let shops = json(&stack, &["shop", "list"]).await;
    assert_eq!(shops["shops"], serde_json::json!([]), "no settings were put");
    assert_eq!(stack.depth(&stack.stack.resources.queues.mail_dlq).await, 1);
    stack.stop().await;
}
