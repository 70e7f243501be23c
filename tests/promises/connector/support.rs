//! A stack whose shop `default` has both systems.

use std::sync::Arc;
use std::time::{Duration, Instant};

use connector::System;
use local::Config;
use local::edge::faults::Faults;
use local::stack::SystemSecret;
use serde_json::Value;
use shared::ShopId;

use crate::support::http::{Answer, request};
use crate::support::{TestStack, config};
use waybill_tests::deliveries::{SECRET, headers, path};

/// The secret of the shop `default`'s system.
pub fn secret(system: System, secret: &str) -> SystemSecret {
    SystemSecret { shop: ShopId::default(), system, secret: secret.to_owned() }
}

pub fn config_with_secrets() -> Config {
    let system_secrets = System::ALL.map(|system| secret(system, SECRET)).into();
    Config { system_secrets, ..config() }
}

pub async fn start() -> TestStack {
    TestStack::start_with(config_with_secrets()).await
}

pub async fn start_with_faults(faults: Arc<dyn Faults>) -> TestStack {
    TestStack::start_with(Config { faults, ..config_with_secrets() }).await
}

/// Delivers a body as the system does, signed with the shop's secret.
pub async fn deliver(stack: &TestStack, system: System, topic: &str, body: &Value) -> Answer {
    deliver_signed(stack, system, topic, SECRET, body.to_string().as_bytes()).await
}

pub async fn deliver_signed(
    stack: &TestStack,
    system: System,
    topic: &str,
    secret: &str,
    body: &[u8],
) -> Answer {
    let headers = headers(system, topic, secret, body);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, v)| (*name, v.as_str())).collect();
    request(stack.stack.address, "POST", &path("default", system), &headers, body).await
}

/// Polls until the condition holds, and says after `timeout` what is in which queue.
pub async fn mailed_within(
    timeout: Duration,
    stack: &TestStack,
    what: &str,
    holds: impl AsyncFn() -> bool,
) {
    let started = Instant::now();
    while !holds().await {
        assert!(
            started.elapsed() < timeout,
            "timed out waiting until {what}; {} mails\n{}",
            stack.mails().len(),
            depths(stack).await
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The depths of all queues that a delivery passes.
async fn depths(stack: &TestStack) -> String {
    let queues = &stack.stack.resources.queues;
    let mut depths = Vec::new();
    for (name, queue) in [
        ("deliveries", &queues.deliveries),
        ("deliveries-dlq", &queues.deliveries_dlq),
        ("inbox", &queues.inbox),
        ("inbox-dlq", &queues.inbox_dlq),
        ("dispatch", &queues.dispatch),
        ("mail", &queues.mail),
    ] {
        let depth = kit::queue::queue_depth(&stack.stack.sqs, &queue.url).await;
        depths.push(format!("{name}: {depth:?}"));
    }
    depths.join("\n")
}
