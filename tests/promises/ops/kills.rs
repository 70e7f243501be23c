//! A replay that is killed (SIGKILL) at any of its calls loses nothing and mails nobody twice.

use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};

use waybill_tests::chaos::fault_rates::CallPhase;

use super::process::{
    accept_mails_again, assert_one_mail_each, command, dead_letters, in_flight, json, run_to_end,
    wait_for_state, with_refused_mails,
};
use crate::support::{TestStack, eventually};

const ORDERS: [&str; 3] = ["A1", "A2", "A3"];

const REPLAY: [&str; 10] =
    ["dlq", "replay", "mail", "--yes", "--reason", "x", "--rate", "4", "--hold", "1"];

/// Kills the process at its `nth` call of an operation.
struct Killer {
    operation: &'static str,
    phase: CallPhase,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls_left: usize,
    child: Option<Child>,
    has_killed: bool,
}

impl Killer {
    fn kill_at(&self, call: &Call<'_>, phase: CallPhase) -> Option<Fault> {
        let is_ours = *call.caller == Caller::Function("ops".to_owned());
        if !is_ours || call.operation != self.operation || phase != self.phase {
            return None;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.has_killed {
            return None;
        }
        if state.calls_left > 1 {
            state.calls_left -= 1;
            return None;
        }
        // `State::child` is set while the lock is held, before the child can make its first call.
        state.child.as_mut()?.kill().expect("it can be killed");
        state.has_killed = true;
        Some(Fault::HangUp)
    }
}

impl Faults for Killer {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        self.kill_at(call, CallPhase::Before)
    }

    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        self.kill_at(call, CallPhase::After)
    }
}

/// Kills a replay at its `nth` call of the operation, replays again, and checks every customer's mails.
async fn kill_replay_at(operation: &'static str, phase: CallPhase, nth: usize) {
    let state = State { calls_left: nth, ..State::default() };
    let killer = Arc::new(Killer { operation, phase, state: Mutex::new(state) });
    let faults: Arc<dyn Faults> = Arc::clone(&killer) as _;
    let stack = TestStack::start_with(Config { faults, ..with_refused_mails() }).await;
    dead_letters(&stack, &ORDERS).await;
    accept_mails_again(&stack);
    // Started under the lock, so that no call of the child is judged before the killer knows the child.
    {
        let mut state = killer.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.child = Some(command(&stack, &REPLAY).spawn().expect("waybill starts"));
    }
    eventually("the replay was killed", || async {
        killer.state.lock().unwrap_or_else(PoisonError::into_inner).has_killed
    })
    .await;
    let child = killer.state.lock().unwrap_or_else(PoisonError::into_inner).child.take();
    let killed = run_to_end(child.expect("the child")).await;
    assert_eq!(killed.code, None, "it ended by a signal: {killed:#?}");
    everything_arrives_once(&stack, operation, phase).await;
    stack.stop().await;
}

/// The messages that the killed process had received are in flight. Once they are visible again, a second
/// replay moves whatever the first one left.
async fn everything_arrives_once(stack: &TestStack, operation: &str, phase: CallPhase) {
    let dlq = &stack.stack.resources.queues.mail_dlq;
    eventually("no message is hidden any more", || async { in_flight(stack, dlq).await == 0 })
        .await;
    json(stack, &REPLAY).await;
    for order in ORDERS {
        wait_for_state(stack, order, "delivered").await;
    }
    assert_one_mail_each(stack, &ORDERS);
    let left = json(stack, &["dlq", "show", "mail"]).await;
    for entry in left["entries"].as_array().expect("entries") {
        assert_eq!(entry["verdict"], "already-sent", "killed {phase:?} {operation}: {entry:#}");
    }
    let third = json(stack, &REPLAY).await;
    assert_eq!(third["plan"]["to_move"].as_array().map(Vec::len), Some(0));
    assert_one_mail_each(stack, &ORDERS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_while_it_scans_loses_nothing() {
    kill_replay_at("ReceiveMessage", CallPhase::After, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_releases_the_messages_loses_nothing() {
    kill_replay_at("ChangeMessageVisibilityBatch", CallPhase::Before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_its_audit_item_loses_nothing() {
    kill_replay_at("PutItem", CallPhase::Before, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_after_its_audit_item_loses_nothing() {
    kill_replay_at("PutItem", CallPhase::After, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_sends_loses_nothing() {
    kill_replay_at("SendMessageBatch", CallPhase::Before, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_after_it_sent_mails_nobody_twice() {
    kill_replay_at("SendMessageBatch", CallPhase::After, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_deletes_mails_nobody_twice() {
    kill_replay_at("DeleteMessageBatch", CallPhase::Before, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_after_it_deleted_mails_nobody_twice() {
    kill_replay_at("DeleteMessageBatch", CallPhase::After, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_killed_before_it_completes_its_audit_item_mails_nobody_twice() {
    kill_replay_at("UpdateItem", CallPhase::Before, 1).await;
}
