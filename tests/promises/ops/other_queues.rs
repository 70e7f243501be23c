//! Replays of the dead-letter queues other than the mail queue's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::MessageAttributeValue;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::{LEDGER_TABLE, Settings};
use serde_json::{Value, json};
use shared::notification::Recipient;
use shared::{EmailAddress, ShopId};

use super::process::{
    assert_one_mail_each, command, dead_letters, json, run_to_end, wait_for_state, waybill,
    with_refused_mails,
};
use crate::support::events::{confirmed, customer, sample};
use crate::support::http::put_on_the_bus;
use crate::support::{TestStack, eventually, settings};

/// While it is on, every call of one operation by one function fails.
struct Outage {
    function: &'static str,
    operation: &'static str,
    is_on: AtomicBool,
}

impl Faults for Outage {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let is_hit = *call.caller == Caller::Function(self.function.to_owned())
            && call.operation == self.operation;
        (is_hit && self.is_on.load(Ordering::Relaxed)).then_some(Fault::ServerError)
    }
}

async fn with_outage(
    function: &'static str,
    operation: &'static str,
    settings: Settings,
) -> (TestStack, Arc<Outage>) {
    let outage = Arc::new(Outage { function, operation, is_on: AtomicBool::new(true) });
    let faults: Arc<dyn Faults> = Arc::clone(&outage) as _;
    let config = Config { faults, settings, ..crate::support::config() };
    (TestStack::start_with(config).await, outage)
}

fn replay(queue: &str) -> [&str; 6] {
    ["dlq", "replay", queue, "--yes", "--reason", "the outage is over"]
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_intake_failed_on_are_moved_back_to_the_inbox_and_mailed() {
    let stack = TestStack::start().await;
    let event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    let envelope = json!({
        "id": "b-1", "source": "shop", "detail-type": "order", "detail": event,
    });
    let dlq = stack.stack.resources.queues.inbox_dlq.clone();
    // Where SQS puts them after their last receive, and EventBridge what it can't deliver.
    stack.send(&dlq, &envelope.to_string()).await;
    stack.send(&dlq, &format!("[{},{}]", confirmed("A2"), confirmed("A3"))).await;
    let shown = json(&stack, &["dlq", "show", "inbox"]).await;
    for entry in shown["entries"].as_array().expect("entries") {
        assert_eq!(entry["verdict"], "would-send", "{shown:#}");
    }
    let outcome = json(&stack, &replay("inbox")).await;
    assert_eq!(outcome["outcome"]["moved"], 2, "{outcome:#}");
    for order in ["A1", "A2", "A3"] {
        wait_for_state(&stack, order, "delivered").await;
    }
    assert_one_mail_each(&stack, &["A1", "A2", "A3"]);
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_intake_refused_is_shown_as_it_was_published_repaired_and_published_again() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    event["type"] = json!("order.shipped");
    put_on_the_bus(stack.stack.address, &[event]).await;
    let dlq = stack.stack.resources.queues.inbox_dlq.clone();
    eventually("it is in the inbox's DLQ", || async { stack.depth(&dlq).await == 1 }).await;
    let shown = json(&stack, &["dlq", "show", "inbox", "--body"]).await;
    let entry = &shown["entries"][0];
    assert_eq!(entry["verdict"], "unparseable", "{shown:#}");
    let order = &entry["body"]["data"]["order"];
    assert_eq!((&order["id"], &entry["body"]["type"]), (&json!("A1"), &json!("order.shipped")));
    assert_eq!(order["customer"]["email"], json!("a***@***.example"), "{shown:#}");
    let edit = r#".type = "order.confirmed""#;
    let filter = ".body.type == \"order.shipped\"";
    let args: Vec<&str> =
        replay("inbox").into_iter().chain(["--filter", filter, "--edit", edit]).collect();
    let outcome = json(&stack, &args).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_eq!(stack.depth(&dlq).await, 0);
    stack.stop().await;
}

/// Puts an event where SQS moves one after its last receive, as it arrived so many hours ago.
async fn dead_event(stack: &TestStack, event: &Value, arrived_hours_ago: i64) {
    let arrived_at = jiff::Timestamp::now().as_millisecond() - arrived_hours_ago * 3_600_000;
    let attribute = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(arrived_at.to_string())
        .build()
        .expect("an attribute");
    let dlq = &stack.stack.resources.queues.inbox_dlq.url;
    let call = stack.stack.sqs.send_message().queue_url(dlq).message_body(event.to_string());
    let call = call.message_attributes("waybill-received-at", attribute);
    call.send().await.expect("SQS takes it");
}

fn out_for_delivery(order: &str) -> Value {
    let mut event = sample("1001-out");
    event["id"] = json!(format!("{order}-out"));
    event["data"]["order"]["id"] = json!(order);
    event["data"]["order"]["customer"]["email"] = json!(customer(order));
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_event_is_moved_back_to_the_inbox_only_with_a_flag_and_is_mailed_then() {
    let stack = TestStack::start().await;
    dead_event(&stack, &out_for_delivery("A1"), 13).await;
    dead_event(&stack, &out_for_delivery("A2"), 11).await;
    let outcome = json(&stack, &replay("inbox")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A2", "delivered").await;
    let shown = json(&stack, &["dlq", "show", "inbox"]).await;
    assert_eq!(shown["entries"][0]["verdict"], "stale", "{shown:#}");
    assert_eq!(shown["entries"][0]["order_id"], "A1", "{shown:#}");

    let args: Vec<&str> = replay("inbox").into_iter().chain(["--force-stale"]).collect();
    let outcome = json(&stack, &args).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_one_mail_each(&stack, &["A1", "A2"]);
    stack.stop().await;
}

/// A replay does not make an event younger that the dispatcher then decides about.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_event_of_an_array_that_is_moved_for_a_fresh_one_is_skipped() {
    let stack = TestStack::start().await;
    let confirmed: Value = serde_json::from_str(&confirmed("A2")).expect("JSON");
    dead_event(&stack, &json!([out_for_delivery("A1"), confirmed]), 13).await;
    let outcome = json(&stack, &replay("inbox")).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "skipped").await;
    wait_for_state(&stack, "A2", "delivered").await;
    assert_one_mail_each(&stack, &["A2"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_message_is_repaired_and_dispatched() {
    let stack = TestStack::start().await;
    let event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    let now = jiff::Timestamp::now().as_millisecond();
    let body = json!({"v": 7, "accepted_at": now, "correlation_id": "c-1", "event": event});
    let queues = stack.stack.resources.queues.clone();
    stack.send(&queues.dispatch, &body.to_string()).await;
    eventually("it is in the DLQ", || async { stack.depth(&queues.dispatch_dlq).await == 1 }).await;
    let args: Vec<&str> = replay("dispatch").into_iter().chain(["--edit", ".v = 1"]).collect();
    let outcome = json(&stack, &args).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_a_dead_letter_queue_is_refused() {
    let stack = TestStack::start().await;
    let elsewhere = "http://elsewhere/000000000000/waybill-mail-dlq";
    let another_s = "arn:aws:sqs:us-east-1:999999999999:waybill-mail-dlq";
    for queue in ["waybill-mail", elsewhere, another_s, "maill"] {
        let refused = waybill(&stack, &["dlq", "show", queue]).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        assert!(refused.stderr.contains("inbox, dispatch, mail, feedback"), "{refused:#?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_queue_is_known_by_its_own_arn_and_url() {
    let stack = TestStack::start().await;
    let dlq = stack.stack.resources.queues.mail_dlq.clone();
    for typed in [&dlq.url, &dlq.arn] {
        let shown = json(&stack, &["dlq", "show", typed]).await;
        assert_eq!(shown["queue"], "mail", "{typed}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_moved_to_a_queue_that_does_not_name_this_dead_letter_queue() {
    let stack = TestStack::start_with(with_refused_mails()).await;
    dead_letters(&stack, &["A1"]).await;
    let queues = stack.stack.resources.queues.clone();
    let mut command = command(&stack, &replay("mail"));
    command.env("MAIL_QUEUE_URL", &queues.feedback.url);
    let refused = run_to_end(command.spawn().expect("waybill starts")).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    for said in ["given by flags or variables: MAIL_QUEUE_URL", "redrive policy"] {
        assert!(refused.stderr.contains(said), "{refused:#?}");
    }
    assert_eq!(stack.depth(&queues.mail_dlq).await, 1);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_sweep_is_postponed_is_found_by_an_operator() {
    let settings = Settings {
        sweep_after: Duration::from_secs(7),
        sweep_interval: Duration::from_secs(1),
        ..settings()
    };
    let (stack, outage) = with_outage("dispatcher", "PutItem", settings).await;
    stack.publish_only(&[confirmed("A1")]).await;
    // Each sweep doubles the delay before the next one, so that the sweep alone would take long.
    eventually("it was swept twice", || async {
        let order = json(&stack, &["order", "A1"]).await;
        order["events"][0]["sweeps"].as_u64().is_some_and(|sweeps| sweeps >= 2)
    })
    .await;
    let swept = json(&stack, &["sweep", "--since", "1h", "--until", "0s", "--dry-run"]).await;
    assert_eq!(swept["missing"][0]["order_id"], "A1", "{swept:#}");
    // The dispatcher is still down, so nothing else can have planned the event.
    let queued = json(&stack, &["sweep", "--since", "1h", "--until", "0s", "--yes"]).await;
    assert_eq!(queued["queued"], 1, "{queued:#}");
    outage.is_on.store(false, Ordering::Relaxed);
    wait_for_state(&stack, "A1", "delivered").await;
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_stale_event_that_the_dispatcher_would_call_a_duplicate_is_mailed_all_the_same() {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    let event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    let now = jiff::Timestamp::now().as_millisecond();
    let stale = |event: &Value| {
        json!({
            "v": 1, "accepted_at": now, "send_before": 1, "correlation_id": "c-1", "event": event,
        })
    };
    stack.send(&queues.dispatch, &stale(&event).to_string()).await;
    wait_for_state(&stack, "A1", "skipped").await;
    stack.publish_only(&[event.to_string()]).await;
    let mut another = event.clone();
    another["id"] = json!("A1-confirmed-again");
    stack.send(&queues.dispatch_dlq, &stale(&another).to_string()).await;
    let args: Vec<&str> = replay("dispatch").into_iter().chain(["--force-stale"]).collect();
    let outcome = json(&stack, &args).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    wait_for_state(&stack, "A1", "delivered").await;
    assert_one_mail_each(&stack, &["A1"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_stale_event_goes_to_its_copies_too_but_not_to_one_that_was_closed_for_another_reason()
 {
    let stack = TestStack::start().await;
    let queues = stack.stack.resources.queues.clone();
    let event: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    let now = jiff::Timestamp::now().as_millisecond();
    let stale = json!({
        "v": 1, "accepted_at": now, "send_before": 1, "correlation_id": "c-1", "event": event,
        "copies": ["accounts@north.example", "erased@north.example"],
    });
    stack.send(&queues.dispatch, &stale.to_string()).await;
    eventually("all three are skipped", || async {
        let items = stack.ledger_items("A1").await;
        items.len() == 3 && items.iter().all(|item| item.reason.as_deref() == Some("stale"))
    })
    .await;
    let erased = EmailAddress::parse("erased@north.example").expect("an address");
    let erased = Recipient::copy_to(&ShopId::default(), &erased).to_string();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let close = stack.stack.dynamodb.update_item().table_name(LEDGER_TABLE);
    let close = close.key("order_key", text("default/A1"));
    let close = close.key("notification", text(&format!("order.confirmed##{erased}")));
    let close = close.update_expression("SET reason = :erased");
    let close = close.expression_attribute_values(":erased", text("erased"));
    close.send().await.expect("DynamoDB answers");
    stack.send(&queues.dispatch_dlq, &stale.to_string()).await;
    let args: Vec<&str> = replay("dispatch").into_iter().chain(["--force-stale"]).collect();
    let outcome = json(&stack, &args).await;
    assert_eq!(outcome["outcome"]["moved"], 1, "{outcome:#}");
    eventually("customer and copy have the mail", || async {
        let items = stack.ledger_items("A1").await;
        items.iter().filter(|item| item.state == "delivered").count() == 2
    })
    .await;
    assert_eq!(stack.mails_to("accounts@north.example"), 1);
    assert_eq!(stack.mails_to("erased@north.example"), 0);
    assert_eq!(stack.mails_to(&customer("A1")), 1);
    stack.stop().await;
}
