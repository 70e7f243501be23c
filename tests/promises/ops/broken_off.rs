//! A replay that is killed at any step loses nothing and mails nobody twice.

use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};

use super::process::{
    assert_one_mail_each, command, dead_letters, ended, in_flight, json, refusing, until_state,
    verify_sender,
};
use crate::support::{TestStack, eventually};

const ORDERS: [&str; 3] = ["A1", "A2", "A3"];

const REPLAY: [&str; 10] =
    ["dlq", "replay", "mail", "--yes", "--reason", "x", "--rate", "4", "--hold", "1"];

/// Before the call is carried out, or when only its answer is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// Kills the process at its `nth` call of an operation.
struct Killer {
    operation: &'static str,
    side: Side,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls_left: usize,
    child: Option<Child>,
    has_struck: bool,
}

impl Killer {
    fn strike(&self, call: &Call<'_>, side: Side) -> Option<Fault> {
        let is_ours = *call.caller == Caller::Function("ops".to_owned());
        if !is_ours || call.operation != self.operation || side != self.side {
            return None;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.has_struck {
            return None;
        }
        if state.calls_left > 1 {
            state.calls_left -= 1;
            return None;
        }
        // SIGKILL; a child that was not handed over yet is a mistake of the test.
        state.child.as_mut()?.kill().expect("it can be killed");
        state.has_struck = true;
        Some(Fault::HangUp)
    }
}

impl Faults for Killer {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.strike(call, Side::Before)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        self.strike(call, Side::After)
    }
}

/// Kills a replay there, replays again, and looks at what customers got.
async fn killed_at(operation: &'static str, side: Side, nth: usize) {
    let state = State { calls_left: nth, ..State::default() };
    let killer = Arc::new(Killer { operation, side, state: Mutex::new(state) });
    let faults: Arc<dyn Faults> = Arc::clone(&killer) as _;
    let stack = TestStack::start_with(Config { faults, ..refusing() }).await;
    dead_letters(&stack, &ORDERS).await;
    verify_sender(&stack);
    {
        let mut state = killer.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.child = Some(command(&stack, &REPLAY).spawn().expect("waybill starts"));
    }
    eventually("the replay was killed", || async {
        killer.state.lock().unwrap_or_else(PoisonError::into_inner).has_struck
    })
    .await;
    let child = killer.state.lock().unwrap_or_else(PoisonError::into_inner).child.take();
    let killed = ended(child.expect("the child")).await;
    assert_eq!(killed.code, None, "it ended by a signal: {killed:#?}");
    everything_arrives_once(&stack, operation, side).await;
    stack.stop().await;
}

/// The second replay finds what the first left, as soon as the hold of the killed one is over.
async fn everything_arrives_once(stack: &TestStack, operation: &str, side: Side) {
    let dlq = &stack.stack.resources.queues.mail_dlq;
    eventually("no message is hidden any more", || async { in_flight(stack, dlq).await == 0 })
        .await;
    json(stack, &REPLAY).await;
    for order in ORDERS {
        until_state(stack, order, "delivered").await;
    }
    assert_one_mail_each(stack, &ORDERS);
    let left = json(stack, &["dlq", "show", "mail"]).await;
    for entry in left["entries"].as_array().expect("entries") {
        assert_eq!(entry["verdict"], "already-sent", "killed {side:?} {operation}: {entry:#}");
    }
    let third = json(stack, &REPLAY).await;
    assert_eq!(third["plan"]["to_move"].as_array().map(Vec::len), Some(0));
    assert_one_mail_each(stack, &ORDERS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_while_it_looks_loses_nothing() {
    killed_at("ReceiveMessage", Side::After, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_gives_the_messages_back_loses_nothing() {
    killed_at("ChangeMessageVisibilityBatch", Side::Before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_its_audit_item_loses_nothing() {
    killed_at("PutItem", Side::Before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_after_its_audit_item_loses_nothing() {
    killed_at("PutItem", Side::After, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_sends_loses_nothing() {
    killed_at("SendMessageBatch", Side::Before, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_after_it_sent_mails_nobody_twice() {
    killed_at("SendMessageBatch", Side::After, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_deletes_mails_nobody_twice() {
    killed_at("DeleteMessageBatch", Side::Before, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_after_it_deleted_mails_nobody_twice() {
    killed_at("DeleteMessageBatch", Side::After, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_completes_its_audit_item_mails_nobody_twice() {
    killed_at("UpdateItem", Side::Before, 1).await;
}
