//! Requests that a shop outside AWS signs. The one-machine stack asks for no signature, so intake itself is
//! called here, on the stack's table.

use std::time::{Duration, SystemTime};

use intake::{EventStore, Inbox, Intake, Publishers, WebhookSecrets, handle};
use jiff::Timestamp;
use kit::Clock;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use local::resources::EVENTS_TABLE;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQI";

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_identical_retry_of_a_signed_request_is_a_duplicate() {
    let stack = TestStack::start().await;
    let intake = intake(&stack);
    let request = signed("msg_1", Timestamp::now().as_second(), &confirmed("W1"));
    for result in ["accepted", "duplicate", "duplicate"] {
        assert_eq!(publish(&intake, &request).await, (202, json!(result)));
    }
    eventually("it is mailed", async || stack.mails_to(&customer("W1")) == 1).await;
    assert_eq!(stored_items(&stack).await, 1, "no item but the event's");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_events_signed_with_one_id_in_the_same_second_are_both_stored() {
    let stack = TestStack::start().await;
    let intake = intake(&stack);
    let now = Timestamp::now().as_second();
    for order in ["W1", "W2"] {
        let request = signed("msg_1", now, &confirmed(order));
        assert_eq!(publish(&intake, &request).await, (202, json!("accepted")));
    }
    for order in ["W1", "W2"] {
        eventually("it is mailed", async || stack.mails_to(&customer(order)) == 1).await;
    }
    stack.stop().await;
}

fn intake(stack: &TestStack) -> Intake {
    let client = stack.stack.dynamodb.clone();
    let secrets = WebhookSecrets::parse(SECRET).expect("a secret");
    let clock = Clock::system();
    let (sqs, queues) = (&stack.stack.sqs, &stack.stack.resources.queues);
    Intake {
        store: EventStore::new(client, EVENTS_TABLE.to_owned(), 90, clock),
        publishers: Publishers::Webhook(secrets),
        inbox: Inbox {
            dead_letters: DeadLetterQueue::new(sqs.clone(), queues.inbox_dlq.url.clone(), clock),
            requeue: DelayedRequeue::new(sqs.clone(), queues.inbox.url.clone(), clock),
            clock,
        },
    }
}

/// The request as the Function URL delivers it.
fn signed(id: &str, at: i64, body: &str) -> Value {
    let webhook = Webhook::new(SECRET).expect("a secret");
    let signature = webhook.sign(id, at, body.as_bytes()).expect("text");
    json!({
        "rawPath": "/v1/events",
        "headers": {
            "content-type": "application/cloudevents+json",
            "webhook-id": id,
            "webhook-timestamp": at.to_string(),
            "webhook-signature": signature,
        },
        "requestContext": { "http": { "method": "POST" } },
        "body": body,
    })
}

/// The answer's status and the result of the only event.
async fn publish(intake: &Intake, request: &Value) -> (u64, Value) {
    let deadline = SystemTime::now() + Duration::from_secs(10);
    let answer = handle(intake, &request.to_string(), deadline).await.expect("the store answers");
    let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
    (answer["statusCode"].as_u64().expect("a status"), body["results"][0]["result"].clone())
}

async fn stored_items(stack: &TestStack) -> usize {
    let scan = stack.stack.dynamodb.scan().table_name(EVENTS_TABLE);
    let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    items.expect("DynamoDB answers").len()
}
