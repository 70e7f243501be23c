//! The shop's webhook gets each event at least once, however it behaves; what it never takes waits for an operator.

use std::collections::BTreeSet;
use std::time::Duration;

use ::http::HeaderValue;
use aws_sdk_sqs::types::Message;
use kit::Backoff;
use local::Config;
use local::mail_bus::{Hook, RetryPolicy};
use serde_json::Value;

use super::told;
use super::webhook::{Reply, Webhook};
use crate::support::events::{confirmed, customer};
use crate::support::stack_process::StackProcess;
use crate::support::{TestStack, eventually, http};

/// Short delays, and as many retries as EventBridge makes.
fn hook(url: &str) -> Hook {
    let backoff = Backoff { first: Duration::from_millis(20), max: Duration::from_millis(200) };
    let timeout = Duration::from_millis(500);
    let retry = RetryPolicy { backoff, timeout, ..RetryPolicy::default() };
    Hook { retry, ..url.parse().expect("a webhook") }
}

fn config_with(hook: Hook) -> Config {
    Config { hook: Some(hook), ..crate::support::config() }
}

fn ids<'a>(events: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    events.into_iter().map(|event| event["id"].to_string()).collect()
}

/// Waits until the webhook has each event about these orders.
async fn delivered(stack: &TestStack, webhook: &Webhook, orders: &[&str]) {
    for order in orders {
        let told = ids(&told(stack, order).await);
        eventually(&format!("the webhook has what was told of {order}"), async || {
            told.is_subset(&ids(webhook.posted().iter().map(|posted| &posted.event)))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_gets_each_event_alone_with_its_secret_and_without_an_address() {
    let webhook = Webhook::start(&[]).await;
    let secret = Some(HeaderValue::from_static("Bearer s3cret"));
    let stack = TestStack::start_with(config_with(Hook { secret, ..hook(&webhook.url()) })).await;
    stack.publish(&[confirmed("H1")]).await;
    delivered(&stack, &webhook, &["H1"]).await;
    for posted in webhook.posted() {
        for line in [
            "post /mails http/1.1",
            "content-type: application/json; charset=utf-8",
            "authorization: bearer s3cret",
        ] {
            assert!(posted.head.lines().any(|it| it == line), "{line} in {}", posted.head);
        }
        assert_eq!(posted.event["specversion"], "1.0");
        assert_eq!(posted.event["data"]["order"]["id"], "H1");
        let text = posted.event.to_string();
        assert!(!text.contains(&customer("H1")) && !text.contains('@'), "{text}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_fails_throttles_or_hangs_gets_the_event_again_until_it_takes_it() {
    let replies = [
        Reply::Status(500),
        Reply::Hang,
        Reply::StatusWith(503, "retry-after: 0"),
        Reply::Status(429),
        Reply::Status(401),
    ];
    let webhook = Webhook::start(&replies).await;
    let stack = TestStack::start_with(config_with(hook(&webhook.url()))).await;
    stack.publish(&[confirmed("H1")]).await;
    webhook.wait_for(replies.len() + 1).await;
    delivered(&stack, &webhook, &["H1"]).await;
    eventually("nothing is left to deliver", async || {
        stack.stack.mail_bus.as_ref().is_some_and(|bus| bus.undelivered() == 0)
    })
    .await;
    let told = told(&stack, "H1").await;
    assert_eq!(webhook.posted().len(), replies.len() + told.len(), "not once more");
    let dead_letters =
        stack.stack.resources.queues.mail_hook_dlq.clone().expect("mail events are on");
    assert_eq!(stack.depth(&dead_letters).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_waits_for_a_retry_keeps_no_other_one() {
    let webhook = Webhook::start(&[Reply::StatusWith(503, "retry-after: 3600")]).await;
    let stack = TestStack::start_with(config_with(hook(&webhook.url()))).await;
    stack.publish(&[confirmed("H1"), confirmed("H2"), confirmed("H3")]).await;
    let mut count = 0;
    for order in ["H1", "H2", "H3"] {
        count += told(&stack, order).await.len();
    }
    webhook.wait_for(count).await;
    let bus = stack.stack.mail_bus.as_ref().expect("it is on");
    eventually("one waits", async || bus.undelivered() == 1).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_not_there_yet_gets_what_it_missed() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = port.local_addr().expect("an address");
    drop(port);
    let stack = TestStack::start_with(config_with(hook(&format!("http://{address}/mails")))).await;
    stack.publish(&[confirmed("H1")]).await;
    told(&stack, "H1").await;
    assert!(stack.stack.mail_bus.as_ref().is_some_and(|bus| bus.undelivered() > 0));
    let webhook = Webhook::start_at(address).await;
    delivered(&stack, &webhook, &["H1"]).await;
    stack.stop().await;
}

/// The attributes that EventBridge documents.
pub fn attribute<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.message_attributes()?.get(name)?.string_value()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_never_takes_is_in_the_dead_letter_queue_with_its_reason() {
    let webhook = Webhook::always(Reply::Status(500)).await;
    let mut never = hook(&webhook.url());
    never.retry.max_retries = 2;
    let stack = TestStack::start_with(config_with(never)).await;
    stack.publish(&[confirmed("H1")]).await;
    let told = told(&stack, "H1").await;
    let dead_letters =
        stack.stack.resources.queues.mail_hook_dlq.clone().expect("mail events are on");
    let mut found = Vec::new();
    for _ in &told {
        let message = stack.receive(&dead_letters).await;
        let envelope: Value = serde_json::from_str(message.body().expect("a body")).expect("JSON");
        assert_eq!(envelope["source"], "waybill");
        assert_eq!(envelope["detail-type"], envelope["detail"]["type"]);
        assert_eq!(attribute(&message, "ERROR_CODE"), Some("ERROR_FROM_TARGET"));
        assert_eq!(attribute(&message, "RETRY_ATTEMPTS"), Some("2"));
        let condition = attribute(&message, "EXHAUSTED_RETRY_CONDITION");
        assert_eq!(condition, Some("MaximumRetryAttempts"));
        assert_eq!(attribute(&message, "ERROR_MESSAGE"), Some("The webhook answered 500."));
        let rule = attribute(&message, "RULE_ARN").expect("an ARN");
        assert!(rule.ends_with(":rule/waybill-mail-hook"), "{rule}");
        found.push(envelope["detail"].clone());
    }
    assert_eq!(ids(&found), ids(&told));
    assert_eq!(webhook.posted().len(), 3 * told.len());
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_webhook_refuses_for_good_is_in_the_dead_letter_queue_after_one_attempt() {
    let webhook = Webhook::start(&[Reply::Status(400)]).await;
    let stack = TestStack::start_with(config_with(hook(&webhook.url()))).await;
    stack.publish(&[confirmed("H1")]).await;
    let dead_letters =
        stack.stack.resources.queues.mail_hook_dlq.clone().expect("mail events are on");
    let message = stack.receive(&dead_letters).await;
    assert_eq!(attribute(&message, "ERROR_MESSAGE"), Some("The webhook answered 400."));
    assert_eq!(attribute(&message, "RETRY_ATTEMPTS"), Some("0"));
    assert_eq!(attribute(&message, "EXHAUSTED_RETRY_CONDITION"), None);
    let told = told(&stack, "H1").await;
    webhook.wait_for(told.len()).await;
    assert_eq!(webhook.posted().len(), told.len(), "none was tried again");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_the_webhook_has_not_taken_outlive_a_kill_of_the_stack() {
    let data = tempfile::tempdir().expect("a directory");
    let webhook = Webhook::always(Reply::Status(503)).await;
    let url = webhook.url();
    let args = ["--hook", url.as_str(), "--once"];
    let killed = StackProcess::start(data.path(), &args).await;
    let first = webhook.wait_for(1).await.remove(0).event;
    killed.kill();
    webhook.take();
    let before = webhook.posted().len();
    let again = StackProcess::start(data.path(), &["--hook", &url, "--events", "/dev/null"]).await;
    eventually("it is posted again", async || {
        let mut posted = webhook.posted().into_iter().skip(before);
        posted.any(|posted| posted.event["id"] == first["id"])
    })
    .await;
    let listed = http::request(again.address, "GET", "/events.json", &[], b"").await.json();
    let listed = listed["events"].as_array().expect("events").clone();
    assert!(listed.iter().any(|event| event["id"] == first["id"]), "{listed:#?}");
    again.kill();
}
