//! What an erasure removes, what it leaves, and that it reports both.

use std::sync::Arc;

use local::Config;
use serde_json::json;

use super::commands::UnansweringSes;
use super::process::{dead_letters, json, wait_for_state, waybill, with_refused_mails};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually};

const ERASE: [&str; 5] = ["erase", "A1", "--yes", "--reason", "asked for"];

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_leaves_other_customers_messages_that_mention_the_order() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    let of_another = json!({"v": 9, "event": {"data": {"order": {"id": "B2", "note": "A1"}}}});
    let of_it = json!({"v": 9, "event": {"data": {"order": {"id": "A1"}}}});
    // Another order's, the order's own, and one of which it cannot be told.
    for body in [of_another, of_it, json!({"article": "A1"})] {
        stack.send(&dlq, &body.to_string()).await;
    }
    let erased = waybill(&stack, &[&ERASE[..], &["--output", "json"]].concat()).await;
    assert_eq!(erased.code, Some(1), "an operator must check one message: {erased:#?}");
    let places = erased.json()["places"].clone();
    let of_dlq = places.as_array().expect("places").iter().find(|p| p["place"] == "queue mail-dlq");
    let of_dlq = of_dlq.expect("the dead-letter queue");
    assert_eq!((&of_dlq["found"], &of_dlq["removed"]), (&json!(2), &json!(2)), "{of_dlq:#}");
    assert_eq!(of_dlq["perhaps"].as_array().map(Vec::len), Some(1), "{of_dlq:#}");
    assert_eq!(stack.depth(&dlq).await, 2);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_in_doubt_is_held_by_an_erasure_and_not_sent_again() {
    let config = Config { faults: Arc::new(UnansweringSes), ..crate::support::config() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(&[confirmed("A1")]).await;
    wait_for_state(&stack, "A1", "in_doubt").await;
    let sent = stack.mails_to(&customer("A1"));
    let erased = waybill(&stack, &ERASE).await;
    assert_eq!(erased.code, Some(0), "{erased:#?}");
    let record = stack.ledger_items("A1").await.remove(0);
    assert_eq!((record.state.as_str(), record.reason.as_deref()), ("in_doubt", Some("erased")));
    let queue = stack.stack.resources.queues.mail.clone();
    eventually("its message is deleted", || async { stack.depth(&queue).await == 0 }).await;
    assert_eq!(stack.mails_to(&customer("A1")), sent, "the policy did not send it again");
    assert_eq!(stack.ledger_items("A1").await.remove(0).state, "in_doubt");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_in_flight_is_left_and_keeps_the_ledgers_records() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    // In flight, so the command cannot see it. The records must stay, since the message may be replayed.
    stack.receive(&dlq).await;
    let erased = waybill(&stack, &[&ERASE[..], &["--ledger-too"]].concat()).await;
    assert_eq!(erased.code, Some(1), "{erased:#?}");
    assert!(erased.stdout.contains("Hidden: dead letters"), "{erased:#?}");
    let order = json(&stack, &["order", "A1"]).await;
    assert_eq!(order["notifications"][0]["reason"], "erased", "{order:#}");
    stack.stop().await;
}
