//! What an erasure removes, what it leaves, and that it reports both.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use serde_json::json;

use super::commands::UnansweringSes;
use super::console::browser::Console;
use super::process::{dead_letters, json, wait_for_state, waybill, with_refused_mails};
use crate::support::events::{confirmed, customer};
use crate::support::{TestStack, eventually};

/// While it is so, the operator may delete nothing in a table.
#[derive(Default)]
struct DeletesAreDenied(AtomicBool);

impl Faults for DeletesAreDenied {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_operators = *call.caller == Caller::Function("ops".to_owned());
        let is_it = is_operators && call.operation == "DeleteItem";
        (is_it && self.0.load(Ordering::SeqCst)).then_some(Fault::Denied)
    }
}

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

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_fails_says_what_it_removed_by_then_and_what_it_did_not_get_to() {
    let faults = Arc::<DeletesAreDenied>::default();
    faults.0.store(true, Ordering::SeqCst);
    let config = Config { faults: Arc::clone(&faults) as _, ..with_refused_mails() };
    let stack = TestStack::start_with(config).await;
    dead_letters(&stack, &["A1", "A2"]).await;
    let failed = waybill(&stack, &ERASE).await;
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    let row = failed.stdout.lines().find(|line| line.contains("queue mail-dlq")).expect("its row");
    assert_eq!(row.split_whitespace().collect::<Vec<_>>()[3..], ["1", "1"], "{failed:#?}");
    assert!(failed.stdout.contains("Not gone through: Events table."), "{failed:#?}");
    assert!(failed.stderr.contains("Can't delete from the table"), "{failed:#?}");
    let audit = json(&stack, &["audit"]).await;
    let outcome = &audit["items"][0]["outcome"];
    assert_eq!(outcome["unfinished"], json!(["Events table"]), "{audit:#}");
    assert!(outcome["removed"].as_u64().is_some_and(|removed| removed >= 1), "{audit:#}");

    let console = Console::start(&stack, &[]).await;
    let browser = console.open().await;
    let form = [("id", "A2"), ("typed", "A2"), ("reason", "asked for")];
    let page = browser.run_job("/order/erase", &form).await;
    assert!(page.contains("Queue mail-dlq: 1 removed") && page.contains("answer bad"), "{page}");
    assert!(page.contains("Not gone through: Events table."), "{page}");
    assert!(page.contains("Events table: 0 removed, 1 left"), "{page}");
    faults.0.store(false, Ordering::SeqCst);
    assert!(browser.run_job("/order/erase", &form).await.contains("Erased."));
    assert_eq!(waybill(&stack, &ERASE).await.code, Some(0));
    stack.stop().await;
}
