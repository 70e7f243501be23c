//! A function killed (SIGKILL) in the middle of a batch loses nothing: at the boundary of each of
//! its calls, before the service has done anything and after it has done all.

use local::aws::calls::Service::{self, DynamoDb, SesV2, Sqs};
use shared::ledger::State;
use waybill_tests::chaos::odds::Moment::{self, After, Before};

use crate::support::events::{confirmed, customer, refunded, shipped};
use crate::support::killer::{Boundary, Killer, SesEvents, publish_surely};
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
    let boundary = Boundary { after: 0, ..middle("relay", Sqs, "SendMessageBatch", Before) };
    mails_each_order_once_at(boundary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relay_killed_after_it_queued_events_mails_nothing_twice() {
    let boundary = Boundary { after: 0, ..middle("relay", Sqs, "SendMessageBatch", After) };
    mails_each_order_once_at(boundary).await;
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
async fn dispatcher_killed_after_it_queued_mail_requests_mails_nothing_twice() {
    let boundary = Boundary { after: 0, ..middle("dispatcher", Sqs, "SendMessageBatch", After) };
    mails_each_order_once_at(boundary).await;
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
    let killer = Killer::with(boundary, SesEvents::Lost);
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
        assert_eq!(item.doubts, mails - 1, "every mail too many has its doubt");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_killed_after_ses_took_a_refund_holds_the_doubt_when_every_ses_event_is_lost() {
    let killer = Killer::with(middle("mailer", SesV2, "SendEmail", After), SesEvents::Lost);
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

async fn mails_each_order_once(
    function: &'static str,
    service: Service,
    operation: &'static str,
    moment: Moment,
) {
    mails_each_order_once_at(middle(function, service, operation, moment)).await;
}

async fn mails_each_order_once_at(boundary: Boundary) {
    let killer = Killer::at(boundary);
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
fn recording(moment: Moment) -> Boundary {
    Boundary { saying: ":also_message_id", ..middle("mailer", DynamoDb, "UpdateItem", moment) }
}

const fn middle(
    function: &'static str,
    service: Service,
    operation: &'static str,
    moment: Moment,
) -> Boundary {
    Boundary { function, service, operation, moment, saying: "", after: IN_THE_MIDDLE }
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
