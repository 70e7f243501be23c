//! The `waybill` command as a process.

use std::process::{Child, Command, Output, Stdio};

use kit::queue::queue_depth;
use serde_json::Value;

use crate::support::TestStack;
use crate::support::events::{confirmed, customer};
use local::Config;
use local::resources::Queue;
use local::ses::settings::{self, Refusal};

/// Who runs the command, as the audit items have it: an operator's own address is not masked.
pub const OPERATOR: &str = "kim@ops.example";

/// A finished process: its exit code, `None` after a signal, and its output.
#[derive(Debug)]
pub struct ProcessResult {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl ProcessResult {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Its standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("JSON was expected of {self:#?}"))
    }
}

/// The command, ready to be started against the stack.
pub fn command(stack: &TestStack, args: &[&str]) -> Command {
    command_at(&stack.stack.url(), args)
}

/// The command, ready to be started against the endpoint at `url`, which need not exist.
pub fn command_at(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
    command
        .args(["--endpoint-url", url])
        .args(args)
        // No setting of the developer's own account may reach the command.
        .env_clear()
        // By the user agent, the stack's edge knows which calls are the command's.
        .env("AWS_SDK_UA_APP_ID", "waybill-ops")
        .env("WAYBILL_OPERATOR", OPERATOR)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the command and waits for it.
pub async fn waybill(stack: &TestStack, args: &[&str]) -> ProcessResult {
    let child = command(stack, args).spawn().expect("waybill starts");
    run_to_end(child).await
}

/// Runs the command and reads its JSON.
pub async fn json(stack: &TestStack, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--output", "json"]).collect();
    waybill(stack, &args).await.json()
}

/// One queue of a listing.
pub fn queue_named<'a>(listing: &'a Value, name: &str) -> &'a Value {
    let queues = listing["queues"].as_array().expect("queues");
    queues.iter().find(|queue| queue["queue"] == name).expect("the queue is listed")
}

/// Waits for the process to end.
pub async fn run_to_end(child: Child) -> ProcessResult {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    ProcessResult::from(output.await.expect("joined").expect("its output"))
}

/// Presses Ctrl-C.
pub fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill starts").success());
}

/// A stack whose SES refuses the content of every mail: each becomes a dead letter.
pub fn with_refused_mails() -> Config {
    let config = crate::support::config();
    let account = settings::Settings { refusal: Some(Refusal::Content), ..config.account };
    Config { account, ..config }
}

/// Has SES refuse the content of every mail.
pub fn refuse_mails(stack: &TestStack) {
    stack.stack.ses.account().change(|settings| settings.refusal = Some(Refusal::Content));
}

/// Has SES take mails again.
pub fn accept_mails_again(stack: &TestStack) {
    stack.stack.ses.account().change(|settings| settings.refusal = None);
}

/// Publishes a confirmation for each order, and waits until each is a dead letter.
pub async fn dead_letters(stack: &TestStack, orders: &[&str]) {
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    let outcomes = stack.publish(&lines).await;
    for order in orders {
        let event = outcomes.status(&format!("{order}-confirmed"));
        assert_eq!(event.state.as_deref(), Some("failed"), "{order}");
    }
    let dlq = &stack.stack.resources.queues.mail_dlq;
    let wanted = orders.len() as u64;
    crate::support::eventually("the dead letters are there", || async {
        stack.depth(dlq).await == wanted
    })
    .await;
}

/// Waits until the order's confirmation has the state.
pub async fn wait_for_state(stack: &TestStack, order: &str, state: &str) {
    crate::support::eventually(&format!("{order} is {state}"), || async {
        stack.ledger_items(order).await.iter().any(|item| item.state == state)
    })
    .await;
}

/// Asserts that each order's customer has one mail.
pub fn assert_one_mail_each(stack: &TestStack, orders: &[&str]) {
    for order in orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "mails to the customer of {order}");
    }
}

/// The number of messages in flight.
pub async fn in_flight(stack: &TestStack, queue: &Queue) -> u64 {
    queue_depth(&stack.stack.sqs, &queue.url).await.expect("SQS answers").in_flight
}
