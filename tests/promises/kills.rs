//! A function that is killed (SIGKILL) in the middle of a batch loses nothing. It is killed at each of its
//! calls, before the service has done anything and after it has carried out the call.

use std::collections::BTreeSet;

use local::aws::calls::Service::{self, DynamoDb, SesV2, Sqs};
use local::ses::settings::Refusal;
use shared::ledger::State;
use shared::queue::message::MailRequest;
use waybill_tests::chaos::fault_rates::CallPhase::{self, After, Before};

use crate::support::events::{confirmed, customer, refunded, shipped};
use crate::support::killer::{BackgroundFault, Boundary, Killer, publish_with_retries};
use crate::support::{Outcomes, TestStack};

/// Two full batches of messages.
const ORDERS: usize = 20;

/// The call at which the function dies is in the middle of its batch: others precede and follow it.
const MIDDLE_OF_BATCH: usize = 4;

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
    let boundary = first("relay", Sqs, "SendMessageBatch", Before);
    mails_each_order_once_with(BackgroundFault::StreamDown, boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_killed_after_it_queued_an_event_again_mails_nothing_twice() {
    let boundary = first("relay", Sqs, "SendMessageBatch", After);
    mails_each_order_once_with(BackgroundFault::StreamDown, boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_killed_before_it_records_what_it_queued_mails_nothing_twice() {
    let boundary = middle("relay", DynamoDb, "UpdateItem", Before);
    mails_each_order_once_with(BackgroundFault::StreamDown, boundary).await;
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
async fn mailer_killed_before_ses_accepts_the_mail_loses_nothing() {
    mails_each_order_once("mailer", SesV2, "SendEmail", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_accepted_the_mail_mails_once_when_ses_events_arrive() {
    mails_each_order_once("mailer", SesV2, "SendEmail", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_before_it_records_ses_answer_mails_once_when_ses_events_arrive() {
    mails_each_order_once_at(recording(Before)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_it_recorded_ses_answer_mails_nothing_twice() {
    mails_each_order_once_at(recording(After)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_before_it_requeues_a_mail_loses_nothing() {
    let boundary = middle("mailer", Sqs, "SendMessageBatch", Before);
    mails_each_order_once_with(BackgroundFault::SesThrottles(ORDERS), boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_it_requeued_a_mail_mails_nothing_twice() {
    let boundary = middle("mailer", Sqs, "SendMessageBatch", After);
    mails_each_order_once_with(BackgroundFault::SesThrottles(ORDERS), boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_between_a_refusal_and_its_dead_letter_moves_every_mail_to_the_dlq() {
    let killer = Killer::new(middle("mailer", Sqs, "SendMessageBatch", Before));
    let stack = killer.start_stack().await;
    stack.stack.ses.account().change(|account| account.refusal = Some(Refusal::Content));
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    let outcomes = outcomes(&stack, &lines).await;
    assert!(killer.has_killed());
    assert!(states(&outcomes).iter().all(|state| state == State::Failed.as_str()));
    let dead_letters = &stack.stack.resources.queues.mail_dlq;
    // A set, because a kill between the dead letter and the acknowledgement leaves the message twice.
    let mut in_dlq = BTreeSet::new();
    while in_dlq.len() < ORDERS {
        let message = stack.receive(dead_letters).await;
        let request = MailRequest::parse(message.body().expect("a body")).expect("a mail request");
        in_dlq.insert(request.key.order_id);
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

/// The named window: the one case in which a mail may be sent twice.
#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_accepted_the_mail_may_mail_again_when_every_ses_event_is_lost() {
    let boundary = middle("mailer", SesV2, "SendEmail", After);
    let killer = Killer::with_background(boundary, BackgroundFault::SesEventsLost);
    let stack = killer.start_stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| shipped(order)).collect();
    let outcomes = outcomes(&stack, &lines).await;
    assert!(killer.has_killed());
    // The mails that the process had sent and not yet recorded: at most one batch.
    let twice = orders.iter().filter(|o| stack.mails_to(&customer(o)) == 2).count();
    // None may be lost, whatever happened to the events.
    let once = orders.iter().filter(|o| stack.mails_to(&customer(o)) == 1).count();
    assert!((1..=10).contains(&twice), "{twice} mailed twice");
    assert_eq!(once + twice, ORDERS);
    assert!(states(&outcomes).iter().all(|state| state == "sent"));
    for order in &orders {
        let item = stack.ledger_items(order).await.remove(0);
        let mails = u32::try_from(stack.mails_to(&customer(order))).expect("few");
        // A mailer that died between its claim and SES leaves a doubt as well, without a mail.
        assert!(item.doubts >= mails - 1, "each second mail has a doubt");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_accepted_a_refund_holds_the_doubt_when_every_ses_event_is_lost() {
    let boundary = middle("mailer", SesV2, "SendEmail", After);
    let killer = Killer::with_background(boundary, BackgroundFault::SesEventsLost);
    let stack = killer.start_stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| refunded(order)).collect();
    let outcomes = outcomes(&stack, &lines).await;
    assert!(killer.has_killed());
    let states = states(&outcomes);
    let in_doubt = states.iter().filter(|state| *state == State::InDoubt.as_str()).count();
    assert!((1..=10).contains(&in_doubt), "{in_doubt} in doubt");
    // The policy holds refunds: rather none than two.
    assert!(orders.iter().all(|order| stack.mails_to(&customer(order)) <= 1));
    stack.stop().await;
}

/// A doubt that only an operator can settle must be logged, or nobody would notice it.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_doubt_whose_mailer_died_before_it_logged_it_is_logged_by_the_next_one() {
    let recorded = middle("mailer", DynamoDb, "UpdateItem", After);
    let killer = Killer::with_background(
        // The update expression that counts a doubt.
        Boundary { body_contains: "doubts + ", skip: 1, ..recorded },
        BackgroundFault::SesUnanswered,
    );
    let stack = killer.start_stack().await;
    // Not more than the mails without an answer that close the send gate: others would wait for minutes.
    let orders = orders()[..3].to_vec();
    let lines: Vec<String> = orders.iter().map(|order| refunded(order)).collect();
    let outcomes = outcomes(&stack, &lines).await;
    assert!(killer.has_killed());
    assert!(states(&outcomes).iter().all(|state| state == State::InDoubt.as_str()));
    let output = stack.output();
    for order in &orders {
        let its = format!("\"order_id\":\"{order}\"");
        let logs_it = |line: &&String| line.contains("\"in doubt\"") && line.contains(&its);
        assert!(output.iter().any(|line| logs_it(&line)), "the doubt of {order} was not logged");
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
    mails_each_order_once_with(BackgroundFault::None, boundary).await;
}

async fn mails_each_order_once_with(background: BackgroundFault, boundary: Boundary) {
    let killer = Killer::with_background(boundary, background);
    let stack = killer.start_stack().await;
    let orders = orders();
    let lines: Vec<String> = orders.iter().map(|order| confirmed(order)).collect();
    let outcomes = outcomes(&stack, &lines).await;
    assert!(killer.has_killed(), "nothing was killed at {boundary:?}");
    for order in &orders {
        assert_eq!(stack.mails_to(&customer(order)), 1, "{order}, killed at {boundary:?}");
    }
    assert!(states(&outcomes).iter().all(|state| state == "delivered"));
    let queues = &stack.stack.resources.queues;
    // A killed function uses up receives, which must not move a healthy message to a dead-letter queue.
    for dead_letters in
        [&queues.inbox_dlq, &queues.dispatch_dlq, &queues.mail_dlq, &queues.feedback_dlq]
    {
        assert_eq!(stack.depth(dead_letters).await, 0);
    }
    stack.stop().await;
}

/// The update that records SES's answer. No other update sets a message id.
fn recording(phase: CallPhase) -> Boundary {
    Boundary {
        body_contains: ":also_message_id",
        ..middle("mailer", DynamoDb, "UpdateItem", phase)
    }
}

const fn middle(
    function: &'static str,
    service: Service,
    operation: &'static str,
    phase: CallPhase,
) -> Boundary {
    Boundary { function, service, operation, phase, body_contains: "", skip: MIDDLE_OF_BATCH }
}

/// As [`middle`], for a call that is made once per batch.
const fn first(
    function: &'static str,
    service: Service,
    operation: &'static str,
    phase: CallPhase,
) -> Boundary {
    Boundary { skip: 0, ..middle(function, service, operation, phase) }
}

fn orders() -> Vec<String> {
    (1..=ORDERS).map(|n| format!("K{n}")).collect()
}

async fn outcomes(stack: &TestStack, lines: &[String]) -> Outcomes {
    let published = publish_with_retries(stack, lines).await;
    let rest = stack.wait_until_terminal(&published).await;
    Outcomes { published, rest }
}

fn states(outcomes: &Outcomes) -> Vec<String> {
    let statuses = outcomes.rest.statuses.iter().flatten();
    statuses.map(|status| status.state.clone().unwrap_or_default()).collect()
}
