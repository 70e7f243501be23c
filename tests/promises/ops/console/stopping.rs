//! Ctrl-C while the console changes something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};

use super::browser::{Browser, Console, hidden_field};
use crate::ops::process::{dead_letters, json, with_refused_mails};
use crate::support::events::confirmed;
use crate::support::{TestStack, eventually};

/// One operation takes the operator long: meanwhile the console is stopped, or asked for something else.
pub struct Slow {
    operation: &'static str,
    has_begun: AtomicBool,
}

impl Slow {
    pub fn new(operation: &'static str) -> Arc<Self> {
        Arc::new(Self { operation, has_begun: AtomicBool::new(false) })
    }

    /// Waits until the operation begins, once more if it has begun before.
    pub async fn begins(&self) {
        eventually("the operation has begun", || async {
            self.has_begun.swap(false, Ordering::Relaxed)
        })
        .await;
    }
}

impl Faults for Slow {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        let is_it = is_operators && call.operation == self.operation;
        self.has_begun.fetch_or(is_it, Ordering::Relaxed);
        is_it.then_some(Fault::Delay(Duration::from_secs(2)))
    }
}

/// Sends the form, and presses Ctrl-C once the slow operation of what it asks for has begun.
async fn stop_in_the_middle(
    console: Console,
    browser: Browser,
    slow: &Slow,
    path: &'static str,
    form: Vec<(&'static str, String)>,
) {
    // Whether the browser still gets an answer does not matter.
    tokio::spawn(async move {
        let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(path, &fields).await
    });
    slow.begins().await;
    assert_eq!(console.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_that_is_under_way_at_ctrl_c_is_told_in_the_audit_item() {
    let slow = Slow::new("DeleteMessageBatch");
    let config = Config { faults: Arc::clone(&slow) as _, ..with_refused_mails() };
    let stack = TestStack::start_with(config).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let folder = tempfile::tempdir().expect("a directory");
    let console = Console::start_in(&stack, &[], folder.path()).await;
    let browser = console.open().await;
    let asked = browser.page("/dead-letters/drop?queue=mail").await;
    let form = vec![
        ("plan", hidden_field(&asked, "plan")),
        ("number", "2".to_owned()),
        ("reason", "refunded".to_owned()),
    ];
    stop_in_the_middle(console, browser, &slow, "/dead-letters/drop", form).await;
    let audit = json(&stack, &["audit"]).await;
    let item = &audit["items"][0];
    let left = stack.depth(&stack.stack.resources.queues.mail_dlq).await;
    assert!(item["state"] == "completed" || item["state"] == "interrupted", "{audit:#}");
    assert_eq!(item["outcome"]["deleted"], 2 - left, "{audit:#}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_under_way_at_ctrl_c_is_queued_and_its_audit_item_completed() {
    let slow = Slow::new("SendMessageBatch");
    let config = Config { faults: Arc::clone(&slow) as _, ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish(&[confirmed("A1")]).await;
    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let form = [
        ("action", "copy"),
        ("id", "A1"),
        ("kind", "order.confirmed"),
        ("reason", "ticket 4711"),
        ("address", "office@elsewhere.example"),
    ];
    let form = form.map(|(name, value)| (name, value.to_owned())).to_vec();
    stop_in_the_middle(console, browser, &slow, "/order/act", form).await;
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"][0]["state"], "completed", "{audit:#}");
    eventually("the copy is sent", || async { stack.mails_to("office@elsewhere.example") == 1 })
        .await;
    stack.stop().await;
}
