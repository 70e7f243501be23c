//! `waybill reconcile` against a stack and a fake API.

use std::process::Command;

use local::Config;
use local::stack::ShopFile;
use serde_json::{Value, json};
use shared::ShopId;

use super::orders::customer;
use crate::ops::process::{ProcessResult, command, run_to_end};
use crate::support::{TestStack, config, eventually};

/// The shop whose orders are read.
pub const SHOP: &str = "north";

/// A stack with the shop, whose system's credentials are in Secrets Manager.
pub async fn stack_with(system: &str, secret: &str) -> TestStack {
    stack_from(config(), system, secret).await
}

/// The same, from this configuration.
pub async fn stack_from(config: Config, system: &str, secret: &str) -> TestStack {
    let settings = json!({
        "kinds_off": ["order.cancelled"],
        "brand": {
            "name": "North", "url": "https://north.example/",
            "support_email": "help@north.example",
        },
        "sender": { "address": "orders@north.example", "name": "North" },
    });
    let shop = ShopId::parse(SHOP).expect("the name of a shop");
    let shops = vec![ShopFile::new(shop, &settings.to_string()).expect("settings")];
    let stack = TestStack::start_with(Config { shops, ..config }).await;
    put_credentials(&stack, system, secret);
    stack
}

pub fn put_credentials(stack: &TestStack, system: &str, secret: &str) {
    stack.stack.put_secret(&format!("waybill/{SHOP}/{system}-api"), secret);
}

/// The command with these further arguments.
pub fn reconcile_command(stack: &TestStack, more: &[&str]) -> Command {
    let args = ["reconcile", "--shop", SHOP, "--since", "3d"];
    command(stack, &[&args, more].concat())
}

/// Runs the command, which never prints whose order it is.
pub async fn reconcile(stack: &TestStack, more: &[&str]) -> ProcessResult {
    let child = reconcile_command(stack, more).spawn().expect("waybill starts");
    let result = run_to_end(child).await;
    let printed = format!("{}{}", result.stdout, result.stderr);
    for personal in ["customers.example", "Lindgren", "Bergstr"] {
        assert!(!printed.contains(personal), "{personal} is printed: {result:#?}");
    }
    result
}

/// Runs it with `--output json`; asserts its exit code.
pub async fn reconcile_json(stack: &TestStack, code: i32, more: &[&str]) -> Value {
    let result = reconcile(stack, &[more, &["--output", "json"]].concat()).await;
    assert_eq!(result.code, Some(code), "{result:#?}");
    result.json()
}

/// Publishes what is missing, and waits until a further run finds nothing missing.
pub async fn publish(stack: &TestStack) -> Value {
    let published = reconcile_json(stack, 0, &["--publish", "--yes"]).await;
    eventually("nothing is missing any more", || async {
        reconcile(stack, &[]).await.code == Some(0)
    })
    .await;
    published
}

/// Waits until the customer of each order has so many mails, and nobody anything else.
pub async fn wait_for_mails(stack: &TestStack, expected: &[(u64, usize)]) {
    let all: usize = expected.iter().map(|(_, count)| count).sum();
    eventually("the mails are there", || async { stack.mails().len() >= all }).await;
    for (order, count) in expected {
        assert_eq!(stack.mails_to(&customer(*order)), *count, "mails to the customer of {order}");
    }
    assert_eq!(stack.mails().len(), all);
}

/// The missing facts, as order and kind.
pub fn missing(report: &Value) -> Vec<(String, String)> {
    let text = |row: &Value, member: &str| row[member].as_str().expect("text").to_owned();
    let rows = report["missing"].as_array().expect("a list");
    rows.iter().map(|row| (text(row, "order_id"), text(row, "kind"))).collect()
}

/// Asserts that the command refused with these words, and printed none of the secrets.
pub fn assert_refused(result: &ProcessResult, code: i32, told: &[&str], secrets: &[&str]) {
    assert_eq!(result.code, Some(code), "{result:#?}");
    for words in told {
        assert!(result.stderr.contains(words), "{words} is missing in {result:#?}");
    }
    let all = format!("{}{}", result.stdout, result.stderr);
    for secret in secrets {
        assert!(!all.contains(secret), "a secret is printed: {result:#?}");
    }
}
