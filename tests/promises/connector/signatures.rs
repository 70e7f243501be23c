//! Who may deliver: what the running connector takes while secrets come, go and are forged.

use std::time::Instant;

use connector::System;
use http::StatusCode;
use local::aws::calls::Service;

use super::support::{deliver_signed, secret, start};
use crate::support::http::request;
use crate::support::{TestStack, eventually};
use waybill_tests::deliveries::{SECRET, customer, headers, paid_order, path};

const SECOND: &str = "second-second-second";
const THIRD: &str = "third-third-third-third";
const FORGED: &str = "forged-forged-forged";

/// What a busy machine may add to an interval.
const SLACK: std::time::Duration = std::time::Duration::from_secs(10);

/// Calls of one read: the current version and the previous one.
const CALLS_A_READ: u64 = 2;

async fn status(stack: &TestStack, system: System, secret: &str) -> StatusCode {
    let body = paid_order(system, 1).to_string();
    deliver_signed(stack, system, "orders/updated", secret, body.as_bytes()).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_takes_effect_while_the_connector_runs_and_refuses_no_delivery() {
    let stack = start().await;
    for system in System::ALL {
        for (new, previous) in [(SECOND, SECRET), (THIRD, SECOND)] {
            assert_eq!(status(&stack, system, previous).await, StatusCode::OK);
            stack.stack.put_system_secret(&secret(system, new));
            let put = Instant::now();
            eventually("the new secret is accepted", async || {
                assert_eq!(status(&stack, system, previous).await, StatusCode::OK, "the old one");
                status(&stack, system, new).await == StatusCode::OK
            })
            .await;
            let limit = kit::secrets::MIN_INTERVAL.unsigned_abs() + SLACK;
            assert!(put.elapsed() < limit, "after {:?}", put.elapsed());
            assert_eq!(status(&stack, system, previous).await, StatusCode::OK, "the old one");
        }
        assert_eq!(status(&stack, system, SECRET).await, StatusCode::UNAUTHORIZED);
    }
    for line in stack.output() {
        assert!(![SECRET, SECOND, THIRD].iter().any(|secret| line.contains(secret)), "{line}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_what_is_not_signed_with_the_shop_s_own_secret() {
    let stack = start().await;
    for system in System::ALL {
        let body = paid_order(system, 1004).to_string();
        let signed = headers(system, "orders/create", SECRET, body.as_bytes());
        let send = async |path: &str, headers: &[(&'static str, String)], body: &str| {
            let headers: Vec<_> = headers.iter().map(|(name, v)| (*name, v.as_str())).collect();
            request(stack.stack.address, "POST", path, &headers, body.as_bytes()).await
        };
        let default = path("default", system);
        assert_eq!(status(&stack, system, FORGED).await, StatusCode::UNAUTHORIZED);
        for (path, headers, body) in [
            (path("north", system), &signed[..], body.clone()),
            (default.clone(), &signed[..], format!("{body} ")),
            (default.clone(), &signed[..2], body.clone()),
        ] {
            let answer = send(&path, headers, &body).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(answer.json()["detail"].as_str().is_some_and(|why| why.contains("secret")));
        }
    }
    let queues = &stack.stack.resources.queues;
    for queue in [&queues.deliveries, &queues.deliveries_dlq, &queues.inbox] {
        assert_eq!(stack.depth(queue).await, 0);
    }
    assert_eq!(stack.mails_to(&customer(1004)), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_forged_deliveries_reads_a_secret_at_most_once_in_ten_seconds() {
    let stack = start().await;
    assert_eq!(status(&stack, System::Shopify, SECRET).await, StatusCode::OK);
    let (started, before) = (Instant::now(), reads(&stack));
    while started.elapsed() < kit::secrets::MIN_INTERVAL.unsigned_abs() {
        assert_eq!(status(&stack, System::Shopify, FORGED).await, StatusCode::UNAUTHORIZED);
    }
    // Two intervals may have begun, and no third.
    let made = (reads(&stack) - before) / CALLS_A_READ;
    assert!((1..=2).contains(&made), "{made} reads in {:?}", started.elapsed());
    stack.stop().await;
}

/// How often the connector has called GetSecretValue.
fn reads(stack: &TestStack) -> u64 {
    let counts = stack.stack.calls.counts().into_iter();
    counts.filter(|call| call.service == Service::SecretsManager).map(|call| call.calls).sum()
}
