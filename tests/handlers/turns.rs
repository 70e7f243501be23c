//! A mail is sent no earlier than the slot of its turn, however it came by that.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mailer::send_gate::Place;
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::ledger::State;
use shared::queue::message::DispatchRequest;

use crate::events::confirmed;
use crate::send_gate::{AT_TWO, gate};
use crate::simulated_pipeline::{DISPATCH, MAIL, SimulatedPipeline};
use crate::support::TestStack;

/// The account's rate, in mails a second.
const TWO: Option<f64> = Some(2.0);

/// A mailer at [`TWO`], with the mails of these orders on its queue.
async fn with_mails<'a>(services: &'a TestStack, orders: &[&str]) -> SimulatedPipeline<'a> {
    let mut pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    pipeline.settings.send_rate = TWO;
    for order in orders {
        let event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
        let (now, id) = (Timestamp::now(), CorrelationId::parse("test").expect("valid"));
        let body = DispatchRequest::body(&event, now, &id);
        pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
    }
    pipeline.plan().await;
    pipeline
}

/// Another mailer takes a slot (microseconds since 1970), so that the next one is not before half a second has passed.
async fn slot_of_another_mailer(services: &TestStack) -> i64 {
    let now = || Timestamp::now().as_microsecond();
    let places = gate(services, TWO).take(&["default"], Duration::from_secs(1), now).await;
    match places.expect("DynamoDB answers")[..] {
        [Place::Turn(turn)] => turn.slot,
        ref other => panic!("a turn, not {other:?}"),
    }
}

/// When SES accepted each mail, in microseconds since 1970.
fn accepted(services: &TestStack) -> Vec<i64> {
    services.mails().iter().map(|mail| mail.accepted_at.as_microsecond()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mail_of_a_batch_waits_for_its_slot() {
    let services = TestStack::start().await;
    let mut pipeline = with_mails(&services, &["T1", "T2"]).await;
    let slot = slot_of_another_mailer(&services).await;
    pipeline.invoke_mailer(pipeline.settings.mailer_timeout).await;
    let accepted = accepted(&services);
    assert_eq!(accepted.len(), 2);
    assert!(accepted[0] >= slot + AT_TWO, "{} after the other's", accepted[0] - slot);
    assert!(accepted[1] >= slot + 2 * AT_TWO, "{} after the other's", accepted[1] - slot);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_turns_out_to_need_a_turn_waits_for_its_slot_too() {
    let services = TestStack::start().await;
    let mut pipeline = with_mails(&services, &["T3"]).await;
    // Too old by its message, and not by its record: an operator has extended its time limit.
    let request = pipeline.queues.take_all(MAIL).remove(0);
    let mut body: Value = serde_json::from_str(&request.body).expect("JSON");
    body["send_before"] = json!(1);
    pipeline.queues.put(MAIL, &body.to_string(), pipeline.clock().now_ms());
    let slot = slot_of_another_mailer(&services).await;
    pipeline.invoke_mailer(pipeline.settings.mailer_timeout).await;
    let accepted = accepted(&services);
    assert_eq!(accepted.len(), 1);
    assert!(accepted[0] >= slot + AT_TWO, "{} after the other's", accepted[0] - slot);
    assert_eq!(services.ledger_items("default/T3").await[0].state(), Some(State::Sent));
    services.stop().await;
}
