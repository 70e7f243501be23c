//! Ctrl-C in the middle of a replay.

use super::process::{
    accept_mails_again, assert_one_mail_each, command, dead_letters, interrupt, json, run_to_end,
    wait_for_state, with_refused_mails,
};
use crate::support::{TestStack, eventually};

const ORDERS: [&str; 3] = ["A1", "A2", "A3"];

const REPLAY: [&str; 8] = ["dlq", "replay", "mail", "--yes", "--reason", "x", "--output", "json"];

/// One mail in a hundred seconds: without Ctrl-C the test would time out.
const SLOWLY: [&str; 2] = ["--rate", "0.01"];

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_interrupted_ends_soon_reports_what_is_left_and_is_finished_by_a_second_one()
 {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &ORDERS).await;
    accept_mails_again(&stack);
    let slowly = [&REPLAY[..], &SLOWLY].concat();
    let child = command(&stack, &slowly).spawn().expect("waybill starts");
    // Only now, so that the interrupt hits the replay and not the scan before it.
    eventually("the first is mailed", || async { stack.mails().len() == 1 }).await;
    interrupt(&child);
    let stopped = run_to_end(child).await;
    assert_eq!(stopped.code, Some(130), "{stopped:#?}");
    assert!(stopped.stderr.contains("the same command continues"), "{stopped:#?}");
    let outcome = &stopped.json()["outcome"];
    assert_eq!((&outcome["moved"], &outcome["not_begun"]), (&1.into(), &2.into()), "{outcome:#}");
    let audit = json(&stack, &["audit"]).await;
    assert_eq!(audit["items"][0]["state"], "interrupted", "{audit:#}");
    let second = run_to_end(command(&stack, &REPLAY).spawn().expect("waybill starts")).await;
    assert_eq!(second.code, Some(0), "{second:#?}");
    assert_eq!(second.json()["outcome"]["moved"], 2);
    for order in ORDERS {
        wait_for_state(&stack, order, "delivered").await;
    }
    assert_one_mail_each(&stack, &ORDERS);
    stack.stop().await;
}
