//! Copies: whom an order or its shop's settings name gets each mail once, and what becomes of a copy is its own.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use kit::ledger::Item;
use local::Config;
use local::aws::calls::Service;
use local::edge::faults::{Call, Fault, Faults};
use local::stack::ShopFile;
use serde_json::{Value, json};
use shared::ShopId;
use shared::ledger::State;
use shared::notification::Recipient;
use shared::queue::message::MailRequest;
use waybill_tests::chaos::fault_rates::CallPhase::{self, After, Before};

use crate::ops::process::{accept_mails_again, json as run_json, waybill, with_refused_mails};
use crate::support::events::{confirmed, customer, shipped};
use crate::support::killer::{Boundary, Killer, publish_with_retries};
use crate::support::simulated_pipeline::{DISPATCH, MAIL, SimulatedPipeline};
use crate::support::{TestStack, config, config_without_sweep, eventually};

const ACCOUNTS: &str = "accounts@copies.example";
const WAREHOUSE: &str = "warehouse@copies.example";

/// The event, of an order that names these addresses.
fn with_copies(line: &str, copies: &[&str]) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["data"]["order"]["copies"] = json!(copies);
    event.to_string()
}

/// The only copy's record of this order, and the customer's.
async fn copy_and_customers(stack: &TestStack, order: &str) -> (Item, Item) {
    let items = stack.ledger_items(order).await;
    let is_copy =
        |item: &Item| matches!(item.key().expect("a notification").recipient, Recipient::Copy(_));
    let (copies, others): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_copy);
    assert_eq!((copies.len(), others.len()), (1, 1));
    (copies.into_iter().next().expect("one"), others.into_iter().next().expect("one"))
}

fn subjects_to(stack: &TestStack, address: &str) -> Vec<String> {
    let mails = stack.mails();
    let own = mails.iter().filter(|mail| mail.content.to.iter().any(|to| to.email == address));
    own.map(|mail| mail.content.subject.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_order_and_whom_the_shop_s_settings_name_gets_one_mail_each_and_the_customer_one()
{
    let settings = json!({
        "copies": [
            { "to": "Accounts@COPIES.example" },
            { "to": "refunds@copies.example", "kinds": ["order.refunded"] },
        ],
    });
    let shop = ShopId::parse("north").expect("the name of a shop");
    let shop = ShopFile::new(shop, &settings.to_string()).expect("settings");
    let stack = TestStack::start_with(Config { shops: vec![shop], ..config() }).await;
    // The customer's own address, and the one that the settings name too.
    let named = ["C1@customers.example", ACCOUNTS, WAREHOUSE];
    let mut event: Value =
        serde_json::from_str(&with_copies(&confirmed("C1"), &named)).expect("JSON");
    event["shop"] = "north".into();
    stack.publish(&[event.to_string()]).await;
    // A publisher's retry under another id.
    event["id"] = "C1-again".into();
    stack.publish(&[event.to_string()]).await;
    let customers = subjects_to(&stack, &customer("C1"));
    assert_eq!(customers.len(), 1);
    for copy in [ACCOUNTS, WAREHOUSE] {
        assert_eq!(subjects_to(&stack, copy), [format!("Copy: {}", customers[0])], "{copy}");
    }
    assert_eq!(stack.mails().len(), 3, "and nobody else");
    let states: Vec<String> =
        stack.ledger_items("north/C1").await.into_iter().map(|item| item.state).collect();
    assert_eq!(states, ["delivered"; 3]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_bounces_leaves_the_mail_of_the_customer_delivered() {
    let stack = TestStack::start().await;
    let line = with_copies(&confirmed("C1"), &["bounce@simulator.amazonses.com"]);
    stack.publish(&[line]).await;
    eventually("both fates are known", async || {
        let (copy, customers) = copy_and_customers(&stack, "C1").await;
        copy.state() == Some(State::Bounced) && customers.state() == Some(State::Delivered)
    })
    .await;
    let shown = run_json(&stack, &["order", "C1"]).await;
    let mails = shown["notifications"].as_array().expect("mails");
    let copys = mails.iter().find(|mail| mail["state"] == "bounced").expect("the copy");
    assert_eq!(copys["address"], "b***@***.com");
    assert!(copys["recipient"].as_str().is_some_and(|role| role.starts_with("copy-")), "{shown:#}");
    let customers = mails.iter().find(|mail| mail["recipient"] == "customer").expect("the other");
    assert_eq!(customers["state"], "delivered");
    stack.stop().await;
}

/// The event under another id, of this customer.
fn of_customer(line: &str, id: &str, address: &str) -> String {
    let mut event: Value = serde_json::from_str(line).expect("JSON");
    event["id"] = id.into();
    event["data"]["order"]["customer"]["email"] = address.into();
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_gets_a_mail_once_though_copy_and_customer_change_places() {
    let stack = TestStack::start().await;
    let first = with_copies(&of_customer(&confirmed("C1"), "e-1", WAREHOUSE), &[ACCOUNTS]);
    stack.publish(&[first]).await;
    eventually("both are delivered", async || {
        let (copy, customers) = copy_and_customers(&stack, "C1").await;
        [copy, customers].iter().all(|item| item.state() == Some(State::Delivered))
    })
    .await;
    let swapped = with_copies(&of_customer(&confirmed("C1"), "e-2", ACCOUNTS), &[WAREHOUSE]);
    stack.publish(&[swapped]).await;
    assert_eq!((stack.mails_to(ACCOUNTS), stack.mails_to(WAREHOUSE)), (1, 1));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_address_that_got_a_copy_gets_no_second_mail() {
    let stack = TestStack::start().await;
    let bounces = "bounce+c1@simulator.amazonses.com";
    let first = with_copies(&of_customer(&confirmed("C1"), "e-1", bounces), &[ACCOUNTS]);
    stack.publish(&[first]).await;
    eventually("both fates are known", async || {
        let (copy, customers) = copy_and_customers(&stack, "C1").await;
        copy.state() == Some(State::Delivered) && customers.state() == Some(State::Bounced)
    })
    .await;
    let corrected = of_customer(&confirmed("C1"), "e-2", ACCOUNTS);
    let outcomes = stack.publish(&[corrected]).await;
    assert_eq!(outcomes.status("e-2").reason.as_deref(), Some("nothing_new"));
    assert_eq!(stack.mails_to(ACCOUNTS), 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_before_it_plans_the_copies_loses_none() {
    loses_no_copy_at("#copy-", Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_between_the_plan_of_a_copy_and_that_of_the_customer_loses_none() {
    loses_no_copy_at("#copy-", After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dispatcher_killed_after_the_plan_of_the_customer_loses_none() {
    loses_no_copy_at("#customer", After).await;
}

async fn loses_no_copy_at(key: &'static str, phase: CallPhase) {
    let killer = Killer::new(Boundary {
        function: "dispatcher",
        service: Service::DynamoDb,
        operation: "PutItem",
        phase,
        body_contains: key,
        skip: 2,
    });
    let stack = killer.start_stack().await;
    let orders: Vec<String> = (1..=10).map(|n| format!("K{n}")).collect();
    let copy = |order: &str| format!("{}@copies.example", order.to_lowercase());
    let lines: Vec<String> =
        orders.iter().map(|order| with_copies(&confirmed(order), &[&copy(order)])).collect();
    let published = publish_with_retries(&stack, &lines).await;
    stack.wait_until_terminal(&published).await;
    assert!(killer.has_killed());
    for order in &orders {
        let mails = [copy(order), customer(order)].map(|address| stack.mails_to(&address));
        assert_eq!(mails, [1, 1], "{order}");
    }
    stack.stop().await;
}

/// Reads of the stream fail, so that only the sweep moves events.
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

/// A stack whose stream has lost these events.
async fn lost(lines: &[String]) -> TestStack {
    let config = Config { faults: Arc::new(WithoutStream), ..config_without_sweep() };
    let stack = TestStack::start_with(config).await;
    stack.publish_only(lines).await;
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_event_that_is_swept_mails_the_customer_and_every_copy() {
    let stack = lost(&[with_copies(&shipped("C1"), &[ACCOUNTS, WAREHOUSE])]).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    assert_eq!(pipeline.queues.take_all(DISPATCH).len(), 1, "lost once more");
    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1);
    pipeline.drain().await;
    for address in [ACCOUNTS, WAREHOUSE, &customer("C1")] {
        assert_eq!(stack.mails_to(address), 1, "{address}");
    }
    pipeline.skip(SignedDuration::from_hours(3));
    assert_eq!(pipeline.sweep().await.queued_again, 0, "all are done");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lost_mail_request_of_a_copy_alone_is_found_by_the_sweep() {
    let stack = lost(&[with_copies(&shipped("C1"), &[ACCOUNTS])]).await;
    let mut pipeline = SimulatedPipeline::starting_at(&stack.stack, SWEPT);
    pipeline.sweep().await;
    pipeline.plan().await;
    let requests = pipeline.queues.take_all(MAIL);
    assert_eq!(requests.len(), 2);
    let parsed = |body: &str| MailRequest::parse(body).expect("a mail request");
    let of_customer =
        requests.iter().find(|it| parsed(&it.body).key.recipient == Recipient::Customer);
    let now = pipeline.clock().now_ms();
    pipeline.queues.put(MAIL, &of_customer.expect("one").body, now);
    pipeline.drain().await;
    assert_eq!([stack.mails_to(&customer("C1")), stack.mails_to(ACCOUNTS)], [1, 0]);
    pipeline.skip(SWEPT);
    assert_eq!(pipeline.sweep().await.queued_again, 1, "the customer's mail is done, the copy not");
    pipeline.drain().await;
    assert_eq!([stack.mails_to(&customer("C1")), stack.mails_to(ACCOUNTS)], [1, 1]);
    pipeline.skip(SignedDuration::from_hours(3));
    assert_eq!(pipeline.sweep().await.queued_again, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_resends_a_copy_that_failed_and_replays_the_rest() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    stack.publish(&[with_copies(&confirmed("C1"), &[ACCOUNTS])]).await;
    let dead_letters = &stack.stack.resources.queues.mail_dlq;
    eventually("both are dead letters", async || stack.depth(dead_letters).await == 2).await;
    let (copy, _) = copy_and_customers(&stack, "C1").await;
    let recipient = copy.key().expect("a notification").recipient.to_string();
    let listed = waybill(&stack, &["dlq", "show", "mail"]).await;
    assert!(listed.stdout.contains(&recipient), "{listed:#?}");
    let shown = waybill(&stack, &["order", "C1"]).await;
    let resend = format!("waybill resend C1 order.confirmed --recipient {recipient} --reason");
    assert!(shown.stdout.contains(&resend), "{shown:#?}");

    accept_mails_again(&stack);
    let resend =
        ["resend", "C1", "order.confirmed", "--recipient", &recipient, "--reason", "repaired"];
    let done = run_json(&stack, &resend).await;
    assert_eq!(done["recipient"], recipient, "{done:#}");
    eventually("the copy is sent", async || stack.mails_to(ACCOUNTS) == 1).await;
    assert_eq!(stack.mails_to(&customer("C1")), 0);
    eventually("its record says so", async || {
        copy_and_customers(&stack, "C1").await.0.state() == Some(State::Delivered)
    })
    .await;

    let replay = ["dlq", "replay", "mail", "--yes", "--reason", "repaired"];
    let done = run_json(&stack, &replay).await;
    assert_eq!(done["plan"]["counts"], json!({ "already-sent": 1, "would-send": 1 }), "{done:#}");
    eventually("the customer's is sent", async || stack.mails_to(&customer("C1")) == 1).await;
    assert_eq!(stack.mails_to(ACCOUNTS), 1);
    stack.stop().await;
}
