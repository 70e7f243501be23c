//! The example receivers put a note on the orders whose customers a mail did not reach, and act on each event once.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ::http::HeaderValue;
use local::Config;
use local::mail_bus::Hook;
use serde_json::Value;

use super::told;
use crate::support::events::confirmed;
use crate::support::{TestStack, eventually, http};

const SECRET: &str = "Bearer s3cret";
const NOTE: &str = "customer not reached, call them";

/// A receiver's process; killed when dropped.
struct Receiver {
    child: Child,
    url: String,
    orders: PathBuf,
}

impl Receiver {
    /// The Node receiver on a free port, with its orders in this directory.
    fn node(directory: &Path) -> Self {
        let orders = directory.join("orders.json");
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../services/publisher/receivers/node/receiver.mjs"
        );
        let mut child = Command::new("node")
            .args([script, "0"])
            .env("HOOK_SECRET", SECRET)
            .env("ORDERS", &orders)
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is on the machine");
        let stdout = child.stdout.take().expect("its output");
        let url = BufReader::new(stdout).lines().next().expect("a line").expect("text");
        Self { child, url, orders }
    }

    fn hook(&self, secret: &'static str) -> Hook {
        let hook: Hook = self.url.parse().expect("a URL");
        Hook { secret: Some(HeaderValue::from_static(secret)), ..hook }
    }

    /// What is noted of this order's confirmation.
    fn note(&self, order: &str) -> Value {
        self.state()["notes"][format!("default/{order}")]["order.confirmed"]["note"].clone()
    }

    fn has_seen(&self, event: &Value) -> bool {
        event["id"].as_str().is_some_and(|id| self.state()["seen"][id].is_string())
    }

    fn state(&self) -> Value {
        let text = std::fs::read_to_string(&self.orders).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bouncing(order: &str) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["data"]["order"]["customer"]["email"] = "bounce@simulator.amazonses.com".into();
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_receiver_notes_whom_a_mail_did_not_reach_and_acts_once_on_what_comes_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let receiver = Receiver::node(directory.path());
    let config = Config { hook: Some(receiver.hook(SECRET)), ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish(&[confirmed("N1"), bouncing("N2")]).await;
    for order in ["N1", "N2"] {
        for event in told(&stack, order).await {
            eventually("the receiver has it", async || receiver.has_seen(&event)).await;
        }
    }
    assert_eq!((receiver.note("N1"), receiver.note("N2")), (Value::Null, NOTE.into()));
    // The bounce again, and before it the delivery that a redelivery brings late.
    let before = receiver.state();
    let address = receiver.url.trim_start_matches("http://").trim_end_matches('/');
    let address = address.parse().expect("an address");
    for event in told(&stack, "N2").await {
        let headers = [("authorization", SECRET)];
        let body = event.to_string();
        let answer = http::request(address, "POST", "/", &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 204);
    }
    assert_eq!(receiver.state(), before);
    for (headers, body, status) in [
        (vec![], "{}", 401),
        (vec![("authorization", "Bearer other")], "{}", 401),
        (vec![("authorization", SECRET)], "no JSON", 400),
    ] {
        let answer = http::request(address, "POST", "/", &headers, body.as_bytes()).await;
        assert_eq!(answer.status, status, "{headers:?} {body}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_a_receiver_refuses_for_a_wrong_secret_wait_in_the_dead_letter_queue() {
    let directory = tempfile::tempdir().expect("a directory");
    let receiver = Receiver::node(directory.path());
    let config = Config { hook: Some(receiver.hook("Bearer wrong")), ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish(&[confirmed("N1")]).await;
    let told = told(&stack, "N1").await;
    let dead_letters =
        stack.stack.resources.queues.mail_hook_dlq.clone().expect("mail events are on");
    eventually("each waits", async || {
        stack.depth(&dead_letters).await == u64::try_from(told.len()).expect("few")
    })
    .await;
    assert_eq!(receiver.state(), Value::Null);
    stack.stop().await;
}
