//! A corrected address: news that did not reach the customer goes to the address as it is now, once.

mod under_way;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use kit::ledger::{Change, ClaimOutcome, Item, Ledger, RecordOutcome};
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::LEDGER_TABLE;
use local::run::outcome::Outcome;
use local::ses::suppression::Reason;
use serde_json::Value;
use shared::ledger::{Facts, State, TRANSIENT_BOUNCE_MS, Transition};
use shared::notification::{AddressHash, Recipient};
use shared::{EmailAddress, ShopId};
use waybill_tests::chaos::fault_rates::CallPhase::{self, After, Before};

use crate::ops::process::{accept_mails_again, dead_letters, json, refuse_mails, waybill};
use crate::support::events::{confirmed, customer, deliver_event, shipped};
use crate::support::killer::{Boundary, Killer};
use crate::support::simulated_pipeline::{DISPATCH, MAIL, SimulatedPipeline};
use crate::support::{TestStack, config_without_sweep, eventually};

const BOUNCES: &str = "bounce+a1@simulator.amazonses.com";
const NEW: &str = "new@customers.example";
const OTHER: &str = "other@customers.example";

/// The same event under another id, of a customer at this address.
fn at(line: &str, id: &str, address: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["id"] = id.into();
    event["data"]["order"]["customer"]["email"] = address.into();
    event.to_string()
}

/// The records of the order: of the customer at the first address, and of further deliveries.
async fn first_and_further(stack: &TestStack, order: &str) -> (Item, Vec<Item>) {
    let items = stack.ledger_items(order).await;
    let is_first = |item: &Item| item.key().is_some_and(|it| it.recipient == Recipient::Customer);
    let (first, further): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_first);
    assert_eq!(first.len(), 1);
    (first.into_iter().next().expect("one"), further)
}

/// A stack on which the confirmation of A1 has bounced.
async fn bounced() -> TestStack {
    let stack = TestStack::start().await;
    stack.publish(&[at(&confirmed("A1"), "e-1", BOUNCES)]).await;
    wait_for(&stack, "A1", State::Bounced).await;
    stack
}

async fn wait_for(stack: &TestStack, order: &str, state: State) {
    eventually(&format!("{order} is {state}"), async || {
        first_and_further(stack, order).await.0.state() == Some(state)
    })
    .await;
}

fn case() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cases/corrected-address.jsonl");
    let text = std::fs::read_to_string(path).expect("the case is there");
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    events.map(|event| event.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_news_that_bounced_goes_to_the_address_that_a_later_event_names_once() {
    let lines = case();
    let stack = TestStack::start().await;
    stack.publish(&lines[..1]).await;
    wait_for(&stack, "A08", State::Bounced).await;
    let before = first_and_further(&stack, "A08").await.0;
    let outcomes = stack.publish(&lines[1..]).await;
    assert_eq!(outcomes.status("A08-order.confirmed-30").outcome, Some(Outcome::Sent));
    // A publisher's retry.
    stack.publish(&[at(&lines[1], "again", "mara@customers.example")]).await;
    assert_eq!(stack.mails_to("mara@customers.example"), 1);
    assert_eq!(stack.mails().len(), 2);
    let (first, further) = first_and_further(&stack, "A08").await;
    let [further] = further.as_slice() else { panic!("one further delivery: {further:?}") };
    assert_eq!(further.state(), Some(State::Delivered));
    assert_eq!(first.further_key().as_ref(), Some(&further.notification));
    assert_eq!(Item { readdressed_to: None, ..first }, before, "what happened stays as it is");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_a_corrected_address_waits_whether_the_mail_before_it_bounces() {
    let stack = TestStack::start().await;
    // In one request: the first mail is not even sent when the second event is decided about.
    stack.publish(&case()).await;
    assert_eq!(stack.mails_to("mara@customers.example"), 1);
    assert_eq!(first_and_further(&stack, "A08").await.0.state(), Some(State::Bounced));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_first_mail_arrived_another_address_gets_none() {
    let stack = TestStack::start().await;
    stack.publish(&[confirmed("A1")]).await;
    wait_for(&stack, "A1", State::Delivered).await;
    let outcomes = stack.publish(&[at(&confirmed("A1"), "e-2", NEW)]).await;
    let status = outcomes.status("e-2");
    assert!(status.reason.as_deref().is_some_and(|why| why.starts_with("duplicate")), "{status:?}");
    assert_eq!((stack.mails_to(NEW), stack.mails_to(&customer("A1"))), (0, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_events_with_corrected_addresses_one_gets_the_news_and_the_next_one_if_it_bounces()
 {
    let stack = bounced().await;
    let named = [("e-2", NEW), ("e-3", NEW), ("e-4", OTHER), ("e-5", BOUNCES)];
    let lines = named.map(|(id, address)| at(&confirmed("A1"), id, address));
    stack.publish(&lines).await;
    assert_eq!(stack.mails_to(NEW) + stack.mails_to(OTHER), 1, "whoever was first");
    assert_eq!(stack.mails_to(BOUNCES), 1);

    let again = "bounce+again@simulator.amazonses.com";
    let lines = [("e-1", BOUNCES), ("e-2", again), ("e-3", OTHER), ("e-4", again)];
    for (id, address) in lines {
        stack.publish(&[at(&confirmed("B1"), id, address)]).await;
        eventually("what became of it is known", async || {
            let items = stack.ledger_items("B1").await;
            items.iter().all(|it| it.state != "planned" && it.state != "sent")
        })
        .await;
    }
    assert_eq!((stack.mails_to(again), stack.mails_to(OTHER) > 0), (1, true));
    let (_, further) = first_and_further(&stack, "B1").await;
    let mut states: Vec<&str> = further.iter().map(|item| item.state.as_str()).collect();
    states.sort_unstable();
    assert_eq!(states, ["bounced", "delivered"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn news_for_a_suppressed_address_goes_to_the_corrected_one() {
    let stack = TestStack::start().await;
    stack.stack.ses.suppression().put("jo@customers.example", Reason::Bounce);
    for (order, address) in
        [("A1", "jo@customers.example"), ("A2", "suppressionlist@simulator.amazonses.com")]
    {
        stack.publish(&[at(&confirmed(order), "e-1", address)]).await;
        wait_for(&stack, order, State::Bounced).await;
        let new = format!("{}@new.example", order.to_lowercase());
        stack.publish(&[at(&confirmed(order), "e-2", &new)]).await;
        assert_eq!(stack.mails_to(&new), 1, "{order}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_failed_goes_to_the_corrected_address_and_its_dead_letter_sends_nothing_more() {
    let stack = TestStack::start().await;
    refuse_mails(&stack);
    dead_letters(&stack, &["A1"]).await;
    let dlq = &stack.stack.resources.queues.mail_dlq;
    accept_mails_again(&stack);
    stack.publish(&[at(&confirmed("A1"), "e-2", NEW)]).await;
    assert_eq!(stack.mails_to(NEW), 1);
    let shown = json(&stack, &["dlq", "show", "mail"]).await;
    assert_eq!(shown["counts"]["already-done"], 1, "{shown:#}");
    // As by hand, whatever the command thinks of it.
    let dead_letter = stack.receive(dlq).await.body.expect("a body");
    let mail = &stack.stack.resources.queues.mail;
    stack.send(mail, &dead_letter).await;
    eventually("it is handled", async || stack.depth(mail).await == 0).await;
    assert_eq!((stack.mails_to(NEW), stack.mails_to(&customer("A1"))), (1, 0));
    assert_eq!(stack.depth(dlq).await, 1, "it is no dead letter again: this is the one received");
    let first = first_and_further(&stack, "A1").await.0;
    assert_eq!(first.state(), Some(State::Failed));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_bounced_is_told_again_at_the_corrected_address_and_not_at_the_same_one() {
    let stack = TestStack::start().await;
    let update = |id: &str, address: &str| {
        let mut event: Value =
            serde_json::from_str(&at(&shipped("A1"), id, address)).expect("JSON");
        event["type"] = "shipment.updated".into();
        event["data"]["shipment"]["tracking_number"] = "NEW-1".into();
        event.to_string()
    };
    stack.publish(&[update("e-1", BOUNCES)]).await;
    wait_for(&stack, "A1", State::Bounced).await;
    // The number of an update is new only once: these are notifications of their own.
    let outcomes = stack.publish(&[update("e-2", BOUNCES)]).await;
    assert_eq!(outcomes.status("e-2").reason.as_deref(), Some("nothing_new"));
    stack.publish(&[update("e-3", NEW)]).await;
    let outcomes = stack.publish(&[update("e-4", NEW)]).await;
    assert_eq!(outcomes.status("e-4").reason.as_deref(), Some("nothing_new"));
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_after_it_marked_the_first_delivery_sends_the_news_once() {
    sends_once_although_killed("UpdateItem", "readdressed_to", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_before_it_puts_the_further_delivery_sends_the_news_once() {
    sends_once_although_killed("PutItem", "#corrected-", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_after_it_put_the_further_delivery_sends_the_news_once() {
    sends_once_although_killed("PutItem", "#corrected-", After).await;
}

async fn sends_once_although_killed(
    operation: &'static str,
    body_contains: &'static str,
    phase: CallPhase,
) {
    let (function, service) = ("dispatcher", Service::DynamoDb);
    let killer =
        Killer::new(Boundary { function, service, operation, phase, body_contains, skip: 0 });
    let stack = killer.start_stack().await;
    stack.publish(&[at(&confirmed("A1"), "e-1", BOUNCES)]).await;
    wait_for(&stack, "A1", State::Bounced).await;
    let lines = [at(&confirmed("A1"), "e-2", NEW), at(&confirmed("A1"), "e-3", NEW)];
    stack.publish(&lines).await;
    assert!(killer.has_killed());
    assert_eq!(stack.mails_to(NEW), 1);
    stack.stop().await;
}

/// Reads of the stream fail, so that only the sweep moves events; and no SES event comes.
struct WithoutStream;

impl Faults for WithoutStream {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        (call.service == Service::DynamoDbStreams).then_some(Fault::ServerError)
    }

    fn ses_event(&self, _: &str) -> Vec<Duration> {
        Vec::new()
    }
}

/// The sweep checks an event five minutes after its acceptance, or after its last check.
const SWEPT: SignedDuration = SignedDuration::from_mins(20);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A stack whose events only the sweep moves.
async fn without_stream() -> TestStack {
    let config = Config { faults: Arc::new(WithoutStream), ..config_without_sweep() };
    TestStack::start_with(config).await
}

/// A pipeline that has sent the mail of the first event. The message of the second, which corrects the address, is lost.
async fn sent<'a>(stack: &'a TestStack, line: &str) -> SimulatedPipeline<'a> {
    stack.publish_only(&[at(line, "e-1", BOUNCES), at(line, "e-2", NEW)]).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 2);
    let messages = pipeline.queues.take_all(DISPATCH);
    let first = messages.iter().find(|it| it.body.contains(BOUNCES)).expect("the first event's");
    pipeline.queues.put(DISPATCH, &first.body, pipeline.clock().now_ms());
    pipeline.drain().await;
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 0));
    pipeline
}

/// As feedback records a bounce.
async fn bounce(stack: &TestStack, order: &str) {
    let table = LEDGER_TABLE.to_owned();
    let ledger = Ledger::new(stack.stack.dynamodb.clone(), table, SignedDuration::ZERO);
    let first = first_and_further(stack, order).await.0;
    let change = Change::new(Transition::Bounce, Facts::new(first.since + 1));
    let recorded = ledger.record(&first.order_key, &first.notification, change).await;
    assert!(matches!(recorded, Ok(RecordOutcome::Recorded(_))), "{recorded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_a_corrected_address_that_is_lost_or_whose_mail_request_is_is_found_by_the_sweep()
 {
    let stack = without_stream().await;
    let mut pipeline = sent(&stack, &confirmed("A1")).await;
    bounce(&stack, "A1").await;
    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    assert_eq!(pipeline.queues.take_all(DISPATCH).len(), 1, "lost once more");
    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.plan().await;
    assert_eq!(pipeline.queues.take_all(MAIL).len(), 1, "its mail request is lost too");
    pipeline.skip(HOUR);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(NEW), 1);
    pipeline.skip(HOUR * 3);
    assert_eq!(pipeline.sweep().await.queued_again, 0, "it is done");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_watches_an_event_with_a_corrected_address_while_the_mail_before_it_may_bounce() {
    let stack = without_stream().await;
    let mut pipeline = sent(&stack, &confirmed("A1")).await;
    for _ in 0..3 {
        pipeline.skip(HOUR);
        assert_eq!(pipeline.sweep().await.queued_again, 0, "the first mail may have arrived");
    }
    bounce(&stack, "A1").await;
    pipeline.skip(HOUR * 2);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(NEW), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_a_corrected_address_waits_for_15_hours_and_is_a_duplicate_then() {
    let stack = without_stream().await;
    let mut pipeline = sent(&stack, &confirmed("A1")).await;
    deliver(&pipeline, "e-2");
    for hours in [0, 1, 3, 10] {
        pipeline.skip(HOUR * hours);
        pipeline.drain().await;
        assert_eq!(pipeline.queues.all(DISPATCH).len(), 1, "it waits, once");
    }
    pipeline.skip(HOUR * 2);
    pipeline.drain().await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 0);
    assert_eq!(stack.mails_to(NEW), 0);

    deliver(&pipeline, "e-3");
    pipeline.drain().await;
    assert_eq!(pipeline.queues.all(DISPATCH).len(), 1);
    bounce(&stack, "A1").await;
    pipeline.skip(HOUR);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(NEW), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_corrects_the_address_a_day_after_the_bounce_is_found_by_the_sweep_if_it_is_lost()
 {
    let stack = without_stream().await;
    let mut pipeline = sent(&stack, &confirmed("A1")).await;
    bounce(&stack, "A1").await;
    pipeline.skip(HOUR * 24);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(NEW), 1);
    pipeline.skip(HOUR * 3);
    assert_eq!(pipeline.sweep().await.queued_again, 0, "it is done");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_without_a_delivery_is_completed_also_when_its_event_is_too_old_to_be_mailed() {
    let stack = without_stream().await;
    let mut pipeline = sent(&stack, &confirmed("A1")).await;
    bounce(&stack, "A1").await;
    let first = first_and_further(&stack, "A1").await.0;
    let address = EmailAddress::parse(NEW).expect("an address");
    let mark = Change::readdressed_to(AddressHash::new(&ShopId::default(), &address), 0);
    let marked = pipeline.ledger().record(&first.order_key, &first.notification, mark).await;
    assert!(matches!(marked, Ok(RecordOutcome::Recorded(_))), "{marked:?}");
    pipeline.skip(HOUR * 24 * 4);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(NEW), 0);
    let (_, further) = first_and_further(&stack, "A1").await;
    let said: Vec<_> = further.iter().map(|it| (it.state.as_str(), it.reason.as_deref())).collect();
    assert_eq!(said, [("skipped", Some("stale"))]);
    pipeline.skip(HOUR * 24);
    assert_eq!(pipeline.sweep().await.queued_again, 0, "it is done");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_a_corrected_address_waits_for_as_long_as_the_first_mail_is_not_even_sent() {
    let stack = without_stream().await;
    stack.publish_only(&[at(&confirmed("A1"), "e-1", BOUNCES)]).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.plan().await;
    deliver(&pipeline, "e-2");
    for _ in 0..4 {
        pipeline.plan().await;
        assert_eq!(pipeline.queues.all(DISPATCH).len(), 1, "it waits, once");
        pipeline.skip(HOUR * 5);
    }
    // Now SES takes mails again. That the first one bounces is known an hour later.
    pipeline.drain().await;
    assert_eq!((stack.mails_to(BOUNCES), stack.mails_to(NEW)), (1, 0));
    bounce(&stack, "A1").await;
    pipeline.skip(HOUR);
    pipeline.drain().await;
    assert_eq!(stack.mails_to(NEW), 1);
    stack.stop().await;
}

/// Puts the dispatch message of an event that was accepted just now and names the corrected address.
fn deliver(pipeline: &SimulatedPipeline<'_>, id: &str) {
    let mut event: Value = serde_json::from_str(&at(&confirmed("A1"), id, NEW)).expect("JSON");
    event["time"] = pipeline.clock().now().to_string().into();
    deliver_event(pipeline, &event);
}
