//! The five situations in the section "Operate it" of README.md, reproduced: `cargo test --workspace --test
//! promises ops::readme_page -- --ignored --nocapture` prints the commands with their output.

use std::process::Stdio;

use local::ses::settings::Sending;
use serde_json::{Value, json};

use super::process::{
    accept_mails_again, command, dead_letters, refuse_mails, run_to_end, wait_for_state, waybill,
    with_refused_mails,
};
use crate::support::events::{confirmed, shipped};
use crate::support::{TestStack, eventually};

const POISONED: usize = 3000;

/// Runs the command and prints it as a person would see it.
async fn show(stack: &TestStack, args: &[&str]) {
    let quoted: Vec<String> = args
        .iter()
        .map(|w| if w.contains([' ', '"']) { format!("'{w}'") } else { (*w).to_owned() })
        .collect();
    let mut command = command(stack, args);
    let child = command.stdin(Stdio::null()).spawn().expect("waybill starts");
    let ended = run_to_end(child).await;
    println!("$ waybill {}\n{}{}", quoted.join(" "), ended.stdout, ended.stderr);
}

fn title(text: &str) {
    println!("\n## {text}\n");
}

async fn a_customer_says_there_was_no_mail(stack: &TestStack) {
    title("a customer says there was no mail");
    dead_letters(stack, &["5001"]).await;
    show(stack, &["order", "5001"]).await;
    accept_mails_again(stack);
    let args = ["resend", "5001", "order.confirmed", "--reason", "brand repaired"];
    show(stack, &args).await;
    wait_for_state(stack, "5001", "delivered").await;
    show(stack, &["order", "5001"]).await;
}

async fn a_dead_letter_alarm(stack: &TestStack) {
    title("a dead-letter alarm");
    show(stack, &["dlq", "list"]).await;
    show(stack, &["dlq", "show", "mail"]).await;
    show(stack, &["dlq", "replay", "mail", "--dry-run"]).await;
    let args = ["dlq", "replay", "mail", "--yes", "--reason", "brand repaired"];
    show(stack, &args).await;
}

async fn ses_is_paused(stack: &TestStack) {
    title("SES is paused");
    stack.stack.ses.account().change(|settings| settings.sending = Sending::Paused);
    stack.publish_only(&[shipped("5001")]).await;
    eventually("its mail waits", || async {
        stack.ledger_items("5001").await.iter().any(|item| item.not_before > 0)
    })
    .await;
    show(stack, &["status"]).await;
    show(stack, &["order", "5001"]).await;
    stack.stack.ses.account().change(|settings| settings.sending = Sending::Enabled);
}

/// Three thousand dead letters, as written by a version whose `v` is text.
async fn poison(stack: &TestStack) {
    let orders: Vec<String> = (0..POISONED).map(|n| format!("{}", 10_000 + n)).collect();
    refuse_mails(stack);
    let orders: Vec<&str> = orders.iter().map(String::as_str).collect();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    stack.publish_only(&lines).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let started = std::time::Instant::now();
    while stack.depth(&dlq).await < POISONED as u64 {
        assert!(started.elapsed().as_secs() < 300, "the dead letters are there");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    accept_mails_again(stack);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("kept.jsonl");
    let kept = file.to_str().expect("UTF-8");
    let number = format!("--yes-delete-{POISONED}");
    let dropped = waybill(stack, &["dlq", "drop", "mail", &number, "--save-to", kept]).await;
    assert_eq!(dropped.code, Some(0), "{dropped:#?}");
    for line in std::fs::read_to_string(&file).expect("the file").lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let body = line["body"].as_str().expect("a body");
        let mut body: Value = serde_json::from_str(body).expect("JSON");
        body["v"] = json!("1");
        stack.send(&dlq, &body.to_string()).await;
    }
}

async fn a_bad_deploy_has_poisoned_messages(stack: &TestStack) {
    title("a bad deploy has poisoned 3,000 messages");
    poison(stack).await;
    show(stack, &["dlq", "replay", "mail", "--dry-run"]).await;
    show(stack, &["dlq", "replay", "mail", "--dry-run", "--edit", ".v |= tonumber"]).await;
    let reason = "v was written as text by the deploy of 10:00";
    let args = ["--edit", ".v |= tonumber", "--rate", "200", "--yes", "--reason", reason];
    show(stack, &[&["dlq", "replay", "mail"][..], &args].concat()).await;
    show(stack, &["audit", "--limit", "3"]).await;
}

async fn a_customer_asks_to_be_erased(stack: &TestStack) {
    title("a customer asks to be erased");
    show(stack, &["erase", "5001"]).await;
    show(stack, &["erase", "5001", "--yes", "--reason", "ticket 4711"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints the operator's page, and takes a minute"]
async fn the_operator_s_page() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    a_customer_says_there_was_no_mail(&stack).await;
    refuse_mails(&stack);
    more_dead_letters(&stack, &["5002", "5003", "5004"]).await;
    accept_mails_again(&stack);
    a_dead_letter_alarm(&stack).await;
    wait_for_state(&stack, "5004", "delivered").await;
    ses_is_paused(&stack).await;
    a_customer_asks_to_be_erased(&stack).await;
    a_bad_deploy_has_poisoned_messages(&stack).await;
    stack.stop().await;
}

/// Adds dead letters to the one whose mail was resent, which a replay leaves in the queue.
async fn more_dead_letters(stack: &TestStack, orders: &[&str]) {
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    stack.publish(&lines).await;
    let dlq = &stack.stack.resources.queues.mail_dlq;
    let wanted = orders.len() as u64 + 1;
    eventually("the dead letters are there", || async { stack.depth(dlq).await == wanted }).await;
}
