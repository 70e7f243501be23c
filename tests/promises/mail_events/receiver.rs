//! The example receivers put a note on the orders whose customers a mail did not reach, and act on each event once.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ::http::HeaderValue;
use kit::Backoff;
use local::Config;
use local::mail_bus::Hook;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::hook::attribute;
use super::told;
use crate::support::events::confirmed;
use crate::support::{TestStack, eventually, http};

const SECRET: &str = "Bearer s3cret";
const NOTE: &str = "customer not reached, call them";

/// The folder of the receivers.
const RECEIVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../services/publisher/receivers");

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
        let mut child = Command::new("node")
            .arg(format!("{RECEIVERS}/node/receiver.mjs"))
            .arg("0")
            .env("HOOK_SECRET", SECRET)
            .env("ORDERS", &orders)
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is on the machine");
        let stdout = child.stdout.take().expect("its output");
        let url = BufReader::new(stdout).lines().next().expect("a line").expect("text");
        Self { child, url, orders }
    }

    /// The PHP receiver; `None` where this machine has no PHP.
    async fn php(directory: &Path) -> Option<Self> {
        let orders = directory.join("orders.json");
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = port.local_addr().expect("an address").to_string();
        drop(port);
        let child = Command::new("php")
            .args(["-S", address.as_str()])
            .arg(format!("{RECEIVERS}/php/receiver.php"))
            .env("HOOK_SECRET", SECRET)
            .env("ORDERS", &orders)
            // It logs each request.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let receiver = Self { child, url: format!("http://{address}/"), orders };
        eventually("PHP listens", async || TcpStream::connect(&address).await.is_ok()).await;
        Some(receiver)
    }

    fn hook(&self, secret: &'static str) -> Hook {
        let hook: Hook = self.url.parse().expect("a URL");
        Hook { secret: Some(HeaderValue::from_static(secret)), ..hook }
    }

    /// The status with which it answers this body.
    async fn answer(&self, headers: &[(&str, &str)], body: &str) -> u16 {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let address = address.parse().expect("an address");
        http::request(address, "POST", "/", headers, body.as_bytes()).await.status.as_u16()
    }

    /// Posts an event as EventBridge does.
    async fn post(&self, event: &Value) {
        let headers = [("authorization", SECRET)];
        assert_eq!(self.answer(&headers, &event.to_string()).await, 204, "{event:#}");
    }

    /// What is noted of this order's confirmation.
    fn note(&self, order: &str) -> Value {
        self.noted(order)["note"].clone()
    }

    /// The same, and from when on it counts.
    fn noted(&self, order: &str) -> Value {
        self.state()["notes"][format!("default/{order}")]["order.confirmed"].clone()
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

/// An event about the confirmation of the order N3, so many seconds after the first.
fn told_after(
    seconds: u32,
    outcome: &str,
    reason: Option<&str>,
    open_until: Option<&str>,
) -> Value {
    let mut event = json!({
        "specversion": "1.0",
        "id": format!("n3.{outcome}.{seconds}"),
        "type": format!("mail.{outcome}"),
        "time": format!("2026-11-27T08:15:{seconds:02}.000Z"),
        "shop": "default",
        "data": { "order": { "id": "N3" }, "kind": "order.confirmed", "recipient": "customer" },
    });
    for (name, value) in [("reason", reason), ("open_until", open_until)] {
        if let Some(value) = value {
            event["data"][name] = value.into();
        }
    }
    event
}

/// Has the stack call the receiver, and tell it of a mail that arrives and of one that bounces.
async fn notes_whom_a_mail_did_not_reach(receiver: &Receiver) {
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
    for event in told(&stack, "N2").await {
        receiver.post(&event).await;
    }
    assert_eq!(receiver.state(), before);
    stack.stop().await;
}

/// Nothing is told when `open_until` passes, so the receiver has to keep the note from the start.
async fn keeps_the_note_of_a_bounce_that_may_pass(receiver: &Receiver) {
    let open_until = "2026-11-27T20:15:02.000Z";
    receiver.post(&told_after(1, "sent", None, None)).await;
    assert_eq!(receiver.note("N3"), Value::Null);
    let bounced = told_after(2, "bounced", Some("Transient/General"), Some(open_until));
    receiver.post(&bounced).await;
    let noted = receiver.noted("N3");
    assert_eq!((&noted["note"], &noted["from"]), (&json!(NOTE), &json!(open_until)));
    // What happened before and comes late changes nothing; what came after takes the note off.
    receiver.post(&told_after(0, "sent", None, None)).await;
    assert_eq!(receiver.noted("N3"), noted);
    receiver.post(&told_after(3, "delivered", None, None)).await;
    assert_eq!(receiver.note("N3"), Value::Null);
    // SES reports it as final: it counts at once.
    receiver.post(&told_after(4, "bounced", Some("Permanent/General"), None)).await;
    let noted = receiver.noted("N3");
    assert_eq!((&noted["note"], &noted["from"]), (&json!(NOTE), &noted["time"]));
}

async fn refuses_what_is_not_meant_for_it(receiver: &Receiver) {
    for (headers, body, status) in [
        (vec![], "{}", 401),
        (vec![("authorization", "Bearer other")], "{}", 401),
        (vec![("authorization", SECRET)], "no JSON", 400),
    ] {
        assert_eq!(receiver.answer(&headers, body).await, status, "{headers:?} {body}");
    }
}

async fn behaves(receiver: &Receiver) {
    notes_whom_a_mail_did_not_reach(receiver).await;
    keeps_the_note_of_a_bounce_that_may_pass(receiver).await;
    refuses_what_is_not_meant_for_it(receiver).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_receiver_notes_whom_a_mail_did_not_reach_and_acts_once_on_what_comes_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    behaves(&Receiver::node(directory.path())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_php_receiver_behaves_as_the_node_receiver_does() {
    let directory = tempfile::tempdir().expect("a directory");
    match Receiver::php(directory.path()).await {
        Some(receiver) => behaves(&receiver).await,
        None => eprintln!("skipped: PHP is not on this machine"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_a_receiver_refuses_for_a_wrong_secret_are_tried_again_and_then_dead_letters() {
    let directory = tempfile::tempdir().expect("a directory");
    let receiver = Receiver::node(directory.path());
    let mut hook = receiver.hook("Bearer wrong");
    hook.retry.max_retries = 2;
    hook.retry.backoff =
        Backoff { first: Duration::from_millis(20), max: Duration::from_millis(200) };
    let config = Config { hook: Some(hook), ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish(&[confirmed("N1")]).await;
    let dead_letters =
        stack.stack.resources.queues.mail_hook_dlq.clone().expect("mail events are on");
    for _ in told(&stack, "N1").await {
        let message = stack.receive(&dead_letters).await;
        let refusal = attribute(&message, "ERROR_MESSAGE");
        assert_eq!(refusal, Some("The webhook answered 401."));
        assert_eq!(attribute(&message, "RETRY_ATTEMPTS"), Some("2"));
    }
    assert_eq!(receiver.state(), Value::Null);
    stack.stop().await;
}
