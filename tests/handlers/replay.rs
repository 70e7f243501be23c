//! The operator's replay judges each message anew at the moment of moving it.

use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kit::queue::queue_depth;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::{LEDGER_TABLE, Queue};
use serde_json::{Value, json};
use shared::CorrelationId;
use shared::queue::message::{DispatchRequest, MailRequest};
use tokio::runtime::Handle;

use crate::events::shipped;
use crate::simulated_pipeline::{DISPATCH, MAIL, SimulatedPipeline};
use crate::support::TestStack;

/// Changes the ledger between a replay's plan, which its audit item records, and its first move.
#[derive(Default)]
struct BetweenPlanAndMove {
    change: OnceLock<(Client, String, &'static str)>,
}

impl Faults for BetweenPlanAndMove {
    fn after(&self, call: &Call<'_>, _: StatusCode) -> Option<Fault> {
        let is_plan =
            *call.caller == Caller::Function("ops".to_owned()) && call.operation == "PutItem";
        if let (true, Some((client, order, state))) = (is_plan, self.change.get()) {
            // Before the command hears that its plan is recorded: no step of it comes in between.
            tokio::task::block_in_place(|| {
                Handle::current().block_on(set_state(client, order, state))
            });
        }
        None
    }
}

async fn set_state(client: &Client, order: &str, state: &str) {
    let ledger = kit::ledger::Ledger::new(
        client.clone(),
        LEDGER_TABLE.to_owned(),
        SignedDuration::from_hours(24),
    );
    let item = ledger
        .list_by_order(&format!("default/{order}"))
        .await
        .expect("the ledger answers")
        .remove(0);
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let update = client.update_item().table_name(LEDGER_TABLE);
    let update = update
        .key("order_key", text(&item.order_key))
        .key("notification", text(&item.notification));
    let update = update.update_expression("SET #s = :s").expression_attribute_names("#s", "state");
    update.expression_attribute_values(":s", text(state)).send().await.expect("an answer");
}

/// A stack with one dead letter: the mail request of a planned notification, as SQS moves it after too many
/// receives.
async fn with_dead_letter(faults: Arc<BetweenPlanAndMove>, order: &str) -> TestStack {
    let services = TestStack::start_with(Config { faults, ..Config::default() }).await;
    let mut pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    let event: Value = serde_json::from_str(&shipped(order)).expect("JSON");
    let id = CorrelationId::parse("test").expect("valid");
    let now = Timestamp::now();
    let body = DispatchRequest::body(&event, now, &id);
    pipeline.queues.put(DISPATCH, &body, now.as_millisecond());
    pipeline.plan().await;
    let request = pipeline.queues.take_all(MAIL).remove(0);
    let dlq = &services.stack.resources.queues.mail_dlq;
    let send = services.stack.sqs.send_message().queue_url(&dlq.url);
    send.message_body(request.body).send().await.expect("SQS takes the message");
    services
}

async fn replay(services: &TestStack) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
    let url = services.stack.url();
    let child = command
        .args(["--endpoint-url", url.as_str(), "--output", "json"])
        .args(["dlq", "replay", "mail", "--yes", "--reason", "x"])
        .env_clear()
        .env("AWS_SDK_UA_APP_ID", "waybill-ops")
        .env("WAYBILL_OPERATOR", "kim@ops.example")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("waybill starts");
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = output.await.expect("joined").expect("its output");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What became of the messages, but for those whose verdict changed.
fn outcome(answer: &Value) -> Value {
    let names = ["moved", "not_deleted", "failed", "not_begun", "not_seen", "not_given_back"];
    names.into_iter().map(|name| answer["outcome"][name].clone()).collect()
}

async fn depth(services: &TestStack, queue: &Queue) -> u64 {
    queue_depth(&services.stack.sqs, &queue.url).await.expect("SQS answers").total()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_is_sent_between_plan_and_move_stays_in_the_dead_letter_queue() {
    for (state, verdict) in
        [("sent", "already-sent"), ("in_doubt", "in-doubt"), ("skipped", "already-done")]
    {
        let faults = Arc::new(BetweenPlanAndMove::default());
        let services = with_dead_letter(Arc::clone(&faults), "R1").await;
        let change = (services.stack.dynamodb.clone(), "R1".to_owned(), state);
        faults.change.set(change).expect("set once");
        let answer = replay(&services).await;
        assert_eq!(answer["plan"]["counts"], json!({"would-send": 1}), "{answer:#}");
        assert_eq!(outcome(&answer), json!([0, 0, 0, 0, 0, 0]), "{state}: {answer:#}");
        assert_eq!(answer["outcome"]["changed"], json!({verdict: 1}), "{answer:#}");
        let queues = &services.stack.resources.queues;
        assert_eq!(depth(&services, &queues.mail).await, 0, "{state}");
        assert_eq!(depth(&services, &queues.mail_dlq).await, 1, "{state}");
        services.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_may_still_be_sent_is_moved_once() {
    let services = with_dead_letter(Arc::default(), "R2").await;
    let answer = replay(&services).await;
    assert_eq!(outcome(&answer), json!([1, 0, 0, 0, 0, 0]), "{answer:#}");
    let queues = &services.stack.resources.queues;
    assert_eq!(depth(&services, &queues.mail).await, 1);
    assert_eq!(depth(&services, &queues.mail_dlq).await, 0);
    let receive = services.stack.sqs.receive_message().queue_url(&queues.mail.url);
    let moved = receive.send().await.expect("SQS answers").messages.unwrap_or_default();
    let request = MailRequest::parse(moved[0].body.as_deref().unwrap_or_default());
    assert_eq!(request.expect("as it was").key.order_key().to_string(), "default/R2");
    services.stop().await;
}
