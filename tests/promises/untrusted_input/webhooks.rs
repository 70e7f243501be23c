//! Requests that a shop outside AWS signs, with a secret that the running intake reads from Secrets Manager.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use http::StatusCode;
use jiff::Timestamp;
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Invocation;
use local::resources::EVENTS_TABLE;
use local::run::publish::{Answer as LocalAnswer, PublishError, Publisher};
use serde_json::json;
use standardwebhooks::Webhook;

use crate::support::events::{confirmed, customer};
use crate::support::http::{Answer, request};
use crate::support::{TestStack, config, eventually};

const FIRST: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
const SECOND: &str = "whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
const THIRD: &str = "whsec_E2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";
const FORGED: &str = "whsec_F2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";

/// Calls of one read: the current version and the previous one.
const CALLS_A_READ: u64 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_identical_retry_of_a_signed_request_is_a_duplicate() {
    let stack = signed_stack().await;
    let (event, at) = (confirmed("W1"), Timestamp::now().as_second());
    let headers = sign(FIRST, "msg_1", at, &event);
    for result in ["accepted", "duplicate", "duplicate"] {
        let answer = publish(&stack, &headers, &event).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        assert_eq!(answer.json()["results"][0]["result"], json!(result));
    }
    eventually("it is mailed", async || stack.mails_to(&customer("W1")) == 1).await;
    assert_eq!(stored_items(&stack).await, 1, "no item but the event's");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_one_machine_stack_signs_what_it_publishes_itself() {
    let stack = signed_stack().await;
    let signing = Publisher::new(stack.stack.address).signing_with(Some(FIRST.to_owned()));
    let published = signing.publish(&[&confirmed("W1")]).await.expect("an answer");
    assert_eq!(published[0].answer, LocalAnswer::Accepted);
    let unsigned = Publisher::new(stack.stack.address).publish(&[&confirmed("W2")]).await;
    assert!(matches!(unsigned, Err(PublishError::Status(StatusCode::UNAUTHORIZED))));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_events_signed_with_one_id_in_the_same_second_are_both_stored() {
    let stack = signed_stack().await;
    let at = Timestamp::now().as_second();
    for order in ["W1", "W2"] {
        let event = confirmed(order);
        let answer = publish(&stack, &sign(FIRST, "msg_1", at, &event), &event).await;
        assert_eq!(answer.json()["results"][0]["result"], json!("accepted"));
    }
    for order in ["W1", "W2"] {
        eventually("it is mailed", async || stack.mails_to(&customer(order)) == 1).await;
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_takes_effect_while_intake_runs_and_refuses_no_publisher() {
    let stack = signed_stack().await;
    for (new, previous) in [(SECOND, FIRST), (THIRD, SECOND)] {
        stack.stack.put_webhook_secret(new);
        let put = Instant::now();
        eventually("the new secret is accepted", async || {
            assert_eq!(
                status_with(&stack, previous).await,
                StatusCode::ACCEPTED,
                "the previous one"
            );
            status_with(&stack, new).await == StatusCode::ACCEPTED
        })
        .await;
        let limit = kit::secrets::MIN_INTERVAL.unsigned_abs() + SLACK;
        assert!(put.elapsed() < limit, "after {:?}", put.elapsed());
        assert_eq!(status_with(&stack, previous).await, StatusCode::ACCEPTED, "the previous one");
    }
    assert_eq!(status_with(&stack, FIRST).await, StatusCode::UNAUTHORIZED, "the one before");
    assert_prints_no_secret(&stack);
    stack.stop().await;
}

/// Secrets Manager fails while the flag is set.
#[derive(Default)]
struct SecretsManagerAway(AtomicBool);

impl Faults for SecretsManagerAway {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_away = call.service == Service::SecretsManager && self.0.load(Ordering::SeqCst);
        is_away.then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_secrets_manager_the_secret_read_last_is_used_and_with_none_the_answer_is_503() {
    let faults = Arc::new(SecretsManagerAway(AtomicBool::new(true)));
    let webhook_secret = Some(FIRST.to_owned());
    let as_faults = Arc::<SecretsManagerAway>::clone(&faults);
    let stack =
        TestStack::start_with(Config { faults: as_faults, webhook_secret, ..config() }).await;

    let answer = publish_signed(&stack, FIRST).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.header("retry-after").is_empty());
    let detail = answer.json()["detail"].to_string();
    assert!(detail.contains("secret") && detail.contains("again"), "{detail}");
    // Who is authorized by IAM needs no signature.
    let invoked = stack.stack.functions.invoke("intake", confirmed("W8").into()).await;
    assert!(matches!(invoked, Invocation::Answered(_)), "{invoked:?}");

    faults.0.store(false, Ordering::SeqCst);
    let accepted = async || status_with(&stack, FIRST).await == StatusCode::ACCEPTED;
    eventually("the secret is read", accepted).await;

    faults.0.store(true, Ordering::SeqCst);
    assert_eq!(status_with(&stack, FORGED).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status_with(&stack, FIRST).await, StatusCode::ACCEPTED, "what was read last holds");
    assert_prints_no_secret(&stack);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_forged_requests_reads_the_secret_at_most_once_in_ten_seconds() {
    let stack = signed_stack().await;
    let started = Instant::now();
    assert_eq!(reads(&stack), CALLS_A_READ, "at start");
    let event = confirmed("W1");
    let old = sign(FORGED, "msg_1", Timestamp::now().as_second() - 3600, &event);
    for _ in 0..50 {
        assert_eq!(publish(&stack, &[], &event).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(publish(&stack, &old, &event).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(reads(&stack), CALLS_A_READ, "what no secret could make valid reads none");
    while started.elapsed() < kit::secrets::MIN_INTERVAL.unsigned_abs() + MORE_THAN_THE_INTERVAL {
        assert_eq!(status_with(&stack, FORGED).await, StatusCode::UNAUTHORIZED);
    }
    // Two intervals may have begun, and no third.
    let made = reads(&stack) / CALLS_A_READ - 1;
    assert!((1..=2).contains(&made), "{made} reads in {:?}", started.elapsed());
    assert_eq!(stored_items(&stack).await, 0);
    stack.stop().await;
}

/// What a busy machine may add to the interval.
const SLACK: std::time::Duration = std::time::Duration::from_secs(10);

/// So that the flood outlasts the interval that began when intake started, before the test's clock did.
const MORE_THAN_THE_INTERVAL: std::time::Duration = std::time::Duration::from_secs(1);

async fn signed_stack() -> TestStack {
    TestStack::start_with(Config { webhook_secret: Some(FIRST.to_owned()), ..config() }).await
}

/// The headers of a signature (<https://www.standardwebhooks.com>).
fn sign(secret: &str, id: &str, at: i64, body: &str) -> Vec<(&'static str, String)> {
    let signature = Webhook::new(secret).and_then(|w| w.sign(id, at, body.as_bytes()));
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", signature.expect("text")),
    ]
}

async fn publish(stack: &TestStack, headers: &[(&str, String)], event: &str) -> Answer {
    let mut all = vec![("content-type", "application/cloudevents+json")];
    all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
    request(stack.stack.address, "POST", "/v1/events", &all, event.as_bytes()).await
}

/// The answer to an event that is signed now.
async fn publish_signed(stack: &TestStack, secret: &str) -> Answer {
    let event = confirmed("W9");
    let headers = sign(secret, "msg_1", Timestamp::now().as_second(), &event);
    publish(stack, &headers, &event).await
}

async fn status_with(stack: &TestStack, secret: &str) -> StatusCode {
    publish_signed(stack, secret).await.status
}

/// How often intake has called GetSecretValue.
fn reads(stack: &TestStack) -> u64 {
    let counts = stack.stack.calls.counts().into_iter();
    counts.filter(|call| call.service == Service::SecretsManager).map(|call| call.calls).sum()
}

fn assert_prints_no_secret(stack: &TestStack) {
    let output = stack.output();
    assert!(!output.is_empty(), "the functions print something");
    for line in output {
        for secret in [FIRST, SECOND, THIRD] {
            let key = secret.trim_start_matches("whsec_");
            assert!(!line.contains(key), "a secret is printed");
        }
    }
}

async fn stored_items(stack: &TestStack) -> usize {
    let scan = stack.stack.dynamodb.scan().table_name(EVENTS_TABLE);
    let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    items.expect("DynamoDB answers").len()
}
