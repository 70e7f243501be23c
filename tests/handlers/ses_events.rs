//! What feedback writes for an SES event, and what becomes of the event where the ledger is away.

use std::collections::HashMap;

use aws_lambda_events::sqs::SqsMessage;
use feedback::Feedback;
use jiff::SignedDuration;
use kit::Clock;
use kit::ledger::{ClaimOutcome, Item, Ledger};
use kit::queue::{DeadLetterQueue, DelayedRequeue, QueueDepth, queue_depth};
use local::resources::LEDGER_TABLE;
use serde_json::{Value, json};
use shared::ledger::{Facts, State, TRANSIENT_BOUNCE_MS, Transition};
use shared::notification::AddressHash;

use crate::one_mail::delay;
use crate::simulated_pipeline::{FEEDBACK, Outage, Service, SimulatedPipeline, Stage};
use crate::support::{RETENTION, TestStack};

const ORDER: &str = "default/1001";
const NOTIFICATION: &str = "order.confirmed##customer";

/// Feedback with the ledger of this name.
fn feedback(services: &TestStack, table: &str) -> Feedback {
    let (stack, clock) = (&services.stack, Clock::system());
    let queues = &stack.resources.queues;
    Feedback {
        ledger: Ledger::new(stack.dynamodb.clone(), table.to_owned(), RETENTION),
        dead_letters: DeadLetterQueue::new(
            stack.sqs.clone(),
            queues.feedback_dlq.url.clone(),
            clock,
        ),
        requeue: DelayedRequeue::new(stack.sqs.clone(), queues.feedback.url.clone(), clock),
        retry_after: SignedDuration::from_mins(4),
        clock,
    }
}

/// A mail that is being sent, whose token is `t-1`.
async fn sending(services: &TestStack) {
    let (ledger, now) = (services.ledger(), Clock::system().now_ms());
    let item = Item {
        order_key: ORDER.to_owned(),
        notification: NOTIFICATION.to_owned(),
        event: "shop e-1".to_owned(),
        send_before: now + 60_000,
        ..Item::default()
    };
    ledger.create(Transition::Plan, item, now).await.expect("an answer");
    let facts = Facts { lease_until: now + 60_000, ..Facts::new(now) };
    let address = AddressHash::parse("IsKbxIjX").expect("a hash");
    let claimed = ledger.claim(ORDER, NOTIFICATION, facts, "t-1", address).await;
    assert!(matches!(claimed, Ok(ClaimOutcome::Claimed(_))), "{claimed:?}");
}

/// An event about that mail.
fn event(kind: &str, token: &str, message_id: &str, more: Value) -> SqsMessage {
    let tag = |text: &str| [base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text)];
    let mut detail = json!({
        "eventType": kind,
        "mail": { "messageId": message_id, "tags": {
            "waybill-shop": ["default"], "waybill-order": tag("1001"),
            "waybill-notification": tag(NOTIFICATION), "waybill-token": [token],
        }},
    });
    detail.as_object_mut().into_iter().for_each(|all| {
        all.extend(more.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
    });
    let mut message = SqsMessage::default();
    message.message_id = Some("m".to_owned());
    message.body = Some(json!({ "detail": detail }).to_string());
    message.attributes = HashMap::from([("SentTimestamp".to_owned(), "1".to_owned())]);
    message
}

/// The mail's record after the event, which is acknowledged.
async fn after(services: &TestStack, event: SqsMessage) -> Item {
    let response = feedback::handle(&feedback(services, LEDGER_TABLE), &[event]).await;
    assert!(response.batch_item_failures.is_empty(), "{response:?}");
    services.ledger_items(ORDER).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_recorded_with_the_id_of_the_first_mail_and_one_without_the_token_is_not() {
    let services = TestStack::start().await;
    sending(&services).await;
    let forged = after(&services, event("Delivery", "guessed", "x-1", json!({}))).await;
    assert_eq!((forged.state(), forged.message_id.as_deref()), (Some(State::Sending), None));
    let nameless = after(&services, event("Send", "t-1", "", json!({}))).await;
    assert_eq!((nameless.state(), nameless.message_id.as_deref()), (Some(State::Sent), None));
    let first = after(&services, event("Delivery", "t-1", "m-1", json!({}))).await;
    assert_eq!((first.state(), first.message_id.as_deref()), (Some(State::Delivered), Some("m-1")));
    let second = after(&services, event("Complaint", "t-1", "m-2", json!({}))).await;
    assert_eq!(
        (second.state(), second.message_id.as_deref()),
        (Some(State::Complained), Some("m-1"))
    );
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_that_passes_is_final_when_its_time_is_over() {
    let services = TestStack::start().await;
    sending(&services).await;
    let before = Clock::system().now_ms();
    let transient = json!({ "bounce": { "bounceType": "Transient", "bounceSubType": "General" } });
    let bounced = after(&services, event("Bounce", "t-1", "m-1", transient)).await;
    let (from, until) =
        (before + TRANSIENT_BOUNCE_MS, Clock::system().now_ms() + TRANSIENT_BOUNCE_MS);
    assert!((from..=until).contains(&bounced.not_before), "{bounced:?}");
    assert_eq!(bounced.reason.as_deref(), Some("Transient/General"));
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_ledger_is_away_an_event_is_put_back_with_a_delay() {
    let services = TestStack::start().await;
    let away = feedback(&services, "no-such-table");
    let response = feedback::handle(&away, &[event("Delivery", "t-1", "m-1", json!({}))]).await;
    assert!(response.batch_item_failures.is_empty(), "the copy stands for it: {response:?}");
    let (sqs, queues) = (&services.stack.sqs, &services.stack.resources.queues);
    let depth = queue_depth(sqs, &queues.feedback.url).await.expect("an answer");
    assert_eq!(depth, QueueDepth { delayed: 1, ..QueueDepth::default() });
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_did_not_take_comes_again_after_feedbacks_delay() {
    let services = TestStack::start().await;
    let pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    pipeline.outages.begin(Outage::of(Service::DynamoDb).for_stage(Stage::Feedback));
    let body = event("Delivery", "t-1", "m-1", json!({})).body.expect("a body");
    let now = pipeline.clock().now_ms();
    pipeline.queues.put(FEEDBACK, &body, now);
    let batch = pipeline.queues.receive(FEEDBACK, 10, now);
    let answer = feedback::handle(&pipeline.feedback(), &batch).await;
    pipeline.queues.settle(FEEDBACK, &batch, &answer);
    let copies = pipeline.queues.take_all(FEEDBACK);
    let delays: Vec<i64> = copies.iter().map(delay).collect();
    assert_eq!(delays, [pipeline.settings.feedback_retry.as_secs()]);
    services.stop().await;
}
