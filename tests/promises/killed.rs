//! A function killed (SIGKILL) in the middle of a batch loses nothing: at the boundary of each of
//! its calls, before the service has done anything and after it has done all.

use std::collections::BTreeSet;

use local::aws::calls::Service::{self, DynamoDb, SesV2, Sqs};
use local::ses::account::Senders;
use shared::ledger::State;
use shared::queue::message::MailRequest;
use waybill_tests::chaos::fault_rates::CallPhase::{self, After, Before};

use crate::support::events::{confirmed, customer, refunded, shipped};
use crate::support::killer::{Boundary, Killer, Trouble, publish_surely};
use crate::support::{Outcomes, TestStack};

/// Two full batches of messages.
const ORDERS: usize = 20;

/// The call in whose middle the function dies has others of its batch before and behind it.
const IN_THE_MIDDLE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn intake_killed_before_it_stores_an_event_loses_nothing() {
    mails_each_order_once("intake", DynamoDb, "PutItem", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn intake_killed_before_it_can_answer_for_a_stored_event_loses_nothing() {
    mails_each_order_once("intake", DynamoDb, "PutItem", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relay_killed_before_it_queues_events_loses_nothing() {
    mails_each_order_once_at(first("relay", Sqs, "SendMessageBatch", Before)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relay_killed_after_it_queued_events_mails_nothing_twice() {
    mails_each_order_once_at(first("relay", Sqs, "SendMessageBatch", After)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_killed_before_it_queues_an_event_again_loses_nothing() {
    let boundary = middle("relay", Sqs, "SendMessageBatch", Before);
    mails_each_order_once_amid(Trouble::StreamDown, boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_killed_after_it_queued_an_event_again_mails_nothing_twice() {
    let boundary = middle("relay", Sqs, "SendMessageBatch", After);
    mails_each_order_once_amid(Trouble::StreamDown, boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_killed_before_it_notes_what_it_queued_mails_nothing_twice() {
    let boundary = middle("relay", DynamoDb, "UpdateItem", Before);
    mails_each_order_once_amid(Trouble::StreamDown, boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_before_it_plans_loses_nothing() {
    mails_each_order_once("dispatcher", DynamoDb, "PutItem", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_between_plan_and_mail_request_loses_nothing() {
    mails_each_order_once("dispatcher", DynamoDb, "PutItem", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_before_it_queues_mail_requests_loses_nothing() {
    mails_each_order_once_at(first("dispatcher", Sqs, "SendMessageBatch", Before)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_after_it_queued_mail_requests_mails_nothing_twice() {
    mails_each_order_once_at(first("dispatcher", Sqs, "SendMessageBatch", After)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_before_its_claim_loses_nothing() {
    mails_each_order_once("mailer", DynamoDb, "UpdateItem", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_between_claim_and_sending_loses_nothing() {
    mails_each_order_once("mailer", DynamoDb, "UpdateItem", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_before_ses_takes_the_mail_loses_nothing() {
    mails_each_order_once("mailer", SesV2, "SendEmail", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_took_the_mail_mails_once_when_ses_events_flow() {
    mails_each_order_once("mailer", SesV2, "SendEmail", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_before_it_records_ses_answer_mails_once_when_ses_events_flow() {
    mails_each_order_once_at(recording(Before)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_it_recorded_ses_answer_mails_nothing_twice() {
    mails_each_order_once_at(recording(After)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_before_it_parks_a_mail_loses_nothing() {
    let boundary = middle("mailer", Sqs, "SendMessageBatch", Before);
    mails_each_order_once_amid(Trouble::SesBusy(ORDERS), boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_it_parked_a_mail_mails_nothing_twice() {
    let boundary = middle("mailer", Sqs, "SendMessageBatch", After);
    mails_each_order_once_amid(Trouble::SesBusy(ORDERS), boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_between_a_refusal_and_its_dead_letter_sets_every_mail_aside() {
    let killer = Killer::at(middle("mailer", Sqs, "SendMessageBatch", Before));
    let stack = killer.stack().await;
    let nobody = Senders::Verified(vec!["another.example".to_owned()]);
    stack.stack.ses.account().change(|account| account.senders = nobody);
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    let outcomes = rest(&stack, &lines).await;
    assert!(killer.has_struck());
    assert!(states(&outcomes).iter().all(|state| state == State::Failed.as_str()));
    let dead_letters = &stack.stack.resources.queues.mail_dlq;
    let mut aside = BTreeSet::new();
    while aside.len() < ORDERS {
        let letter = stack.receive(dead_letters).await;
        let request = MailRequest::parse(letter.body().expect("a body")).expect("a mail request");
        aside.insert(request.key.order_id);
    }
    assert_eq!(stack.mails().len(), 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_killed_before_it_records_loses_nothing() {
    mails_each_order_once("feedback", DynamoDb, "UpdateItem", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_killed_after_it_recorded_loses_nothing() {
    mails_each_order_once("feedback", DynamoDb, "UpdateItem", After).await;
}

/// The named window, and nothing beyond it.
#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_took_the_mail_may_mail_again_when_every_ses_event_is_lost() {
    let boundary = middle("mailer", SesV2, "SendEmail", After);
    let killer = Killer::amid(Trouble::SesEventsLost, boundary);
    let stack = killer.stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    let outcomes = rest(&stack, &lines).await;
    assert!(killer.has_struck());
    // All that the process had sent and not recorded: at most one batch.
    let twice = orders.iter().filter(|o| stack.mails_to(&customer(o)) == 2).count();
    let once = orders.iter().filter(|o| stack.mails_to(&customer(o)) == 1).count();
    assert!((1..=10).contains(&twice), "{twice} mailed twice");
    assert_eq!(once + twice, ORDERS);
    assert!(states(&outcomes).iter().all(|state| state == "sent"));
    for order in &orders {
        let item = stack.ledger_of(order).await.remove(0);
        let mails = u32::try_from(stack.mails_to(&customer(order))).expect("few");
        // So has one whose mailer died between its claim and SES.
        assert!(item.doubts >= mails - 1, "every mail too many has its doubt");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_took_a_refund_holds_the_doubt_when_every_ses_event_is_lost() {
    let boundary = middle("mailer", SesV2, "SendEmail", After);
    let killer = Killer::amid(Trouble::SesEventsLost, boundary);
    let stack = killer.stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| refunded(order)).collect();
    let outcomes = rest(&stack, &lines).await;
    assert!(killer.has_struck());
    let states = states(&outcomes);
    let in_doubt = states.iter().filter(|state| *state == State::InDoubt.as_str()).count();
    assert!((1..=10).contains(&in_doubt), "{in_doubt} in doubt");
    assert!(orders.iter().all(|order| stack.mails_to(&customer(order)) <= 1));
    stack.stop().await;
}

/// A doubt that only an operator ends must not go unheard.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_doubt_whose_mailer_died_before_it_could_tell_is_told_by_the_next_one() {
    let recorded = middle("mailer", DynamoDb, "UpdateItem", After);
    let killer = Killer::amid(Trouble::SesSilent, Boundary { saying: "doubts + ", ..recorded });
    let stack = killer.stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| refunded(order)).collect();
    let outcomes = rest(&stack, &lines).await;
    assert!(killer.has_struck());
    assert!(states(&outcomes).iter().all(|state| state == State::InDoubt.as_str()));
    let output = stack.output();
    for order in &orders {
        let its = format!("\"order_id\":\"{order}\"");
        let is_told = |line: &&String| line.contains("\"in doubt\"") && line.contains(&its);
        assert!(output.iter().any(|line| is_told(&line)), "nobody told of the doubt of {order}");
    }
    stack.stop().await;
}

async fn mails_each_order_once(
    function: &'static str,
    service: Service,
    operation: &'static str,
    phase: CallPhase,
) {
    mails_each_order_once_at(middle(function, service, operation, phase)).await;
}

async fn mails_each_order_once_at(boundary: Boundary) {
    mails_each_order_once_amid(Trouble::Nothing, boundary).await;
}

async fn mails_each_order_once_amid(trouble: Trouble, boundary: Boundary) {
    let killer = Killer::amid(trouble, boundary);
    let stack = killer.stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    let outcomes = rest(&stack, &lines).await;
    assert!(killer.has_struck(), "nothing was killed at {boundary:?}");
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}, killed at {boundary:?}");
    }
    assert!(states(&outcomes).iter().all(|state| state == "delivered"));
    let queues = &stack.stack.resources.queues;
    for dead_letters in [&queues.dispatch_dlq, &queues.mail_dlq, &queues.feedback_dlq] {
        assert_eq!(stack.depth(dead_letters).await, 0);
    }
    stack.stop().await;
}

/// The update that records what SES answered.
fn recording(phase: CallPhase) -> Boundary {
    Boundary { saying: ":also_message_id", ..middle("mailer", DynamoDb, "UpdateItem", phase) }
}

const fn middle(
    function: &'static str,
    service: Service,
    operation: &'static str,
    phase: CallPhase,
) -> Boundary {
    Boundary { function, service, operation, phase, saying: "", after: IN_THE_MIDDLE }
}

/// The same for a call that is about the whole batch.
const fn first(
    function: &'static str,
    service: Service,
    operation: &'static str,
    phase: CallPhase,
) -> Boundary {
    Boundary { after: 0, ..middle(function, service, operation, phase) }
}

fn orders() -> Vec<String> {
    (1..=ORDERS).map(|n| format!("K{n}")).collect()
}

async fn rest(stack: &TestStack, lines: &[String]) -> Outcomes {
    let published = publish_surely(stack, lines).await;
    let rest = stack.rest(&published).await;
    Outcomes { published, rest }
}

fn states(outcomes: &Outcomes) -> Vec<String> {
    let standings = outcomes.rest.standings.iter().flatten();
    standings.map(|standing| standing.state.clone().unwrap_or_default()).collect()
}
