//! What a replay moves, as it arrives; and what it tells of what it did not move.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use jiff::{SignedDuration, Timestamp};
use kit::queue::queue_depth;
use local::Config;
use local::aws::calls::Caller;
use local::edge::faults::{Call, Fault, Faults};
use local::resources::Queue;
use relay::{Outbox, Tables};
use serde_json::{Value, json};
use shared::OrderKey;
use shared::outbox::bucket;
use shared::queue::arrival::RECEIVED_AT;

use crate::events::{confirmed, shipped};
use crate::one_mail::OneMail;
use crate::operator::{command, ended, json as run_json, waybill};
use crate::simulated_pipeline::SimulatedPipeline;
use crate::support::{TIMEOUT, TestStack};

const REPLAY: &str = "dlq replay mail --yes --reason x";

/// Puts a message with these attributes on a queue.
async fn put(services: &TestStack, queue: &Queue, body: &str, attributes: &[(&str, &str)]) {
    let mut send = services.stack.sqs.send_message().queue_url(&queue.url).message_body(body);
    for (name, value) in attributes {
        let value = MessageAttributeValue::builder().data_type("String").string_value(*value);
        send = send.message_attributes(*name, value.build().expect("its type is set"));
    }
    send.send().await.expect("SQS takes the message");
}

/// The requests of planned mails in their dead-letter queue, as functions move messages there.
async fn with_dead_letters(services: &TestStack, orders: &[&str]) -> Vec<Value> {
    let mut bodies = Vec::new();
    for order in orders {
        let mail = OneMail::planned(services, &shipped(order)).await;
        let dlq = &services.stack.resources.queues.mail_dlq;
        let attributes = [("waybill-code", "refused"), ("waybill-reason", "SES said no")];
        put(services, dlq, &mail.body.to_string(), &attributes).await;
        bodies.push(mail.body);
    }
    bodies
}

/// Everything on a queue.
async fn take_all(services: &TestStack, queue: &Queue) -> Vec<Message> {
    let mut all = Vec::new();
    loop {
        let receive = services.stack.sqs.receive_message().queue_url(&queue.url);
        let receive = receive.max_number_of_messages(10).message_attribute_names("All");
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        let messages = receive.send().await.expect("SQS answers").messages.unwrap_or_default();
        if messages.is_empty() {
            return all;
        }
        all.extend(messages);
    }
}

fn sent_at(message: &Message) -> i64 {
    let attributes = message.attributes().expect("some");
    attributes[&MessageSystemAttributeName::SentTimestamp].parse().expect("a time")
}

async fn depth(services: &TestStack, queue: &Queue) -> u64 {
    queue_depth(&services.stack.sqs, &queue.url).await.expect("SQS answers").total()
}

/// Counts the receive calls of the command since its plan was recorded; and, if it is to, fails its sends or its deletes.
#[derive(Default)]
struct Watched {
    has_begun: AtomicBool,
    receives: AtomicUsize,
    fails_sends: AtomicBool,
    fails_deletes: AtomicBool,
}

impl Faults for Watched {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        if *call.caller != Caller::Function("ops".to_owned()) {
            return None;
        }
        match call.operation {
            "PutItem" => self.has_begun.store(true, Ordering::SeqCst),
            "ReceiveMessage" if self.has_begun.load(Ordering::SeqCst) => {
                self.receives.fetch_add(1, Ordering::SeqCst);
            }
            "SendMessageBatch" if self.fails_sends.load(Ordering::SeqCst) => {
                return Some(Fault::ServerError);
            }
            "DeleteMessageBatch" if self.fails_deletes.load(Ordering::SeqCst) => {
                return Some(Fault::ServerError);
            }
            _ => {}
        }
        None
    }
}

async fn watched() -> (TestStack, Arc<Watched>) {
    let watched = Arc::<Watched>::default();
    let faults = Arc::clone(&watched) as _;
    (TestStack::start_with(Config { faults, ..Config::default() }).await, watched)
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_are_moved_as_they_were_without_why_they_failed_and_no_faster_than_they_may_be() {
    let (services, watched) = watched().await;
    let queues = services.stack.resources.queues.clone();
    let bodies = with_dead_letters(&services, &["M1", "M2", "M3"]).await;
    let answer = run_json(&services, &format!("{REPLAY} --rate 1")).await;
    assert_eq!(answer["outcome"]["moved"], 3, "{answer:#}");
    assert_eq!(watched.receives.load(Ordering::SeqCst), 1, "for all of them, and no empty one");
    let moved = take_all(&services, &queues.mail).await;
    let moved_bodies: Vec<Value> = moved
        .iter()
        .map(|message| serde_json::from_str(message.body().expect("a body")).expect("JSON"))
        .collect();
    assert!(bodies.iter().all(|body| moved_bodies.contains(body)), "{moved_bodies:#?}");
    for message in &moved {
        assert!(message.message_attributes().is_none_or(|all| all.is_empty()), "{message:#?}");
    }
    let times: Vec<i64> = moved.iter().map(sent_at).collect();
    let (first, last) = (times.iter().min().expect("some"), times.iter().max().expect("some"));
    // The third after two seconds; of what a slow service cost, it catches up with one.
    assert!(last - first >= 700, "{times:?}");
    assert_eq!(depth(&services, &queues.mail_dlq).await, 0);
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_mail_that_is_forced_gets_a_new_limit_and_a_fresh_one_keeps_its_own() {
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    let fresh = with_dead_letters(&services, &["F1"]).await.remove(0);
    let mut stale = OneMail::planned(&services, &shipped("F2")).await;
    stale.body["send_before"] = json!(1);
    stale.set(&json!({ "send_before": 1 })).await;
    put(&services, &queues.mail_dlq, &stale.body.to_string(), &[]).await;
    let answer = run_json(&services, &format!("{REPLAY} --force-stale")).await;
    assert_eq!(answer["outcome"]["moved"], 2, "{answer:#}");
    let moved = take_all(&services, &queues.mail).await;
    let limits = moved.iter().map(|message| {
        let body: Value = serde_json::from_str(message.body().expect("a body")).expect("JSON");
        body["send_before"].as_i64().expect("a time")
    });
    let (same, new): (Vec<i64>, Vec<i64>) =
        limits.partition(|limit| Some(*limit) == fresh["send_before"].as_i64());
    assert_eq!(same.len(), 1);
    assert!(new[0] > Timestamp::now().as_millisecond(), "{new:?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_moved_back_to_the_inbox_keeps_when_it_arrived() {
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    put(&services, &queues.inbox_dlq, &confirmed("I1"), &[("waybill-code", "invalid")]).await;
    let before = Timestamp::now().as_millisecond();
    let answer = run_json(&services, "dlq replay inbox --yes --reason x").await;
    assert_eq!(answer["outcome"]["moved"], 1, "{answer:#}");
    let moved = take_all(&services, &queues.inbox).await;
    let attributes = moved[0].message_attributes().expect("some");
    let received_at = attributes[RECEIVED_AT].string_value().expect("a time");
    let received_at: i64 = received_at.parse().expect("a time");
    assert!((before - 60_000..=before).contains(&received_at), "{received_at} of {before}");
    assert_eq!(attributes.len(), 1, "{attributes:?}");
    services.stop().await;
}

/// A crash after the move would lose its copy too, and the sweep has passed its event.
#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_mail_and_of_a_dispatch_that_is_moved_is_watched_again_by_the_sweep() {
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    let pipeline = SimulatedPipeline::starting_at(&services.stack, SignedDuration::ZERO);
    let now = pipeline.clock().now_ms();
    let deadline = std::time::SystemTime::now() + pipeline.settings.intake_timeout;
    let lines = [shipped("W1"), confirmed("W2")];
    for line in &lines {
        let stored = intake::handle(&pipeline.intake(), line, deadline).await;
        stored.expect("it is stored");
    }
    let mail = OneMail::planned(&services, &lines[0]).await;
    put(&services, &queues.mail_dlq, &mail.body.to_string(), &[]).await;
    let id = shared::CorrelationId::parse("c-1").expect("valid");
    let event: Value = serde_json::from_str(&lines[1]).expect("JSON");
    let dispatch = shared::queue::message::DispatchRequest::body(&event, Timestamp::now(), &id);
    put(&services, &queues.dispatch_dlq, &dispatch, &[]).await;
    let tables = Tables { client: services.stack.dynamodb.clone(), ..pipeline.relay().tables };
    for (queue, order) in [("mail", "W1"), ("dispatch", "W2")] {
        let answer = run_json(&services, &format!("dlq replay {queue} --yes --reason x")).await;
        assert_eq!(answer["outcome"]["moved"], 1, "{answer:#}");
        let key = OrderKey::parse(&format!("default/{order}")).expect("a key");
        // In five minutes, so that a clock that is behind changes nothing.
        let (from, until) = (now + 4 * 60_000, now + 10 * 60_000);
        let mut found = 0;
        for at in [from, until] {
            let bucket = bucket(&key, at);
            let entries = Outbox(&tables).entries(&bucket, from, until).await;
            found = found.max(entries.expect("the index answers").len());
        }
        assert_eq!(found, 1, "{queue}");
    }
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_stopped_says_what_is_left_and_one_that_sqs_fails_says_what_it_did_not_do()
{
    let (services, watched) = watched().await;
    let queues = services.stack.resources.queues.clone();
    with_dead_letters(&services, &["S1", "S2", "S3"]).await;
    let slowly = format!("{REPLAY} --rate 0.01 --output json");
    let child = command(&services, &slowly).spawn().expect("waybill starts");
    let started = Instant::now();
    while depth(&services, &queues.mail).await == 0 {
        assert!(started.elapsed() < TIMEOUT, "the first is moved");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill starts").success());
    let stopped = ended(child).await;
    assert_eq!(stopped.code, Some(130), "{stopped:#?}");
    let outcome = &stopped.json()["outcome"];
    let counts = ["moved", "failed", "not_begun", "not_seen", "not_deleted"].map(|it| &outcome[it]);
    assert_eq!(counts, [1, 0, 2, 0, 0].map(|it| json!(it)).each_ref(), "{outcome:#}");

    watched.fails_sends.store(true, Ordering::SeqCst);
    let failed = waybill(&services, &format!("{REPLAY} --max 1 --output json")).await;
    assert_eq!(failed.code, Some(1), "{failed:#?}");
    let outcome = &failed.json()["outcome"];
    assert_eq!((&outcome["moved"], &outcome["failed"]), (&json!(0), &json!(1)), "{outcome:#}");
    let failures = outcome["failures"].as_object().expect("by message");
    assert_eq!(failures.len(), 1, "{outcome:#}");
    assert_eq!(depth(&services, &queues.mail_dlq).await, 2);

    watched.fails_sends.store(false, Ordering::SeqCst);
    watched.fails_deletes.store(true, Ordering::SeqCst);
    let left = waybill(&services, &format!("{REPLAY} --max 1 --output json")).await;
    assert_eq!(left.code, Some(1), "{left:#?}");
    let outcome = &left.json()["outcome"];
    assert_eq!((&outcome["moved"], &outcome["not_deleted"]), (&json!(1), &json!(1)), "{outcome:#}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_its_reason_and_its_outcome_are_shown_and_kept() {
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    with_dead_letters(&services, &["P1", "P2"]).await;
    let mut done = OneMail::planned(&services, &shipped("P3")).await;
    done.set(&json!({ "state": "sent", "attempt": 1 })).await;
    put(&services, &queues.mail_dlq, &done.body.to_string(), &[]).await;
    done.deliver(&[]).await;
    // A plan alone asks nobody, and looks at no queue that messages would go to.
    let mut elsewhere = command(&services, "dlq replay mail --dry-run");
    elsewhere.env("MAIL_QUEUE_URL", &queues.feedback.url);
    let planned = ended(elsewhere.spawn().expect("waybill starts")).await;
    assert_eq!(planned.code, Some(0), "{planned:#?}");
    assert!(planned.stdout.contains("To move: 2 messages"), "{planned:#?}");
    assert!(!planned.stdout.contains("Replayed"), "{planned:#?}");
    // To move them, it has to be the queue that they come from.
    let mut elsewhere = command(&services, REPLAY);
    elsewhere.env("MAIL_QUEUE_URL", &queues.feedback.url);
    let refused = ended(elsewhere.spawn().expect("waybill starts")).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(refused.stderr.contains("redrive policy"), "{refused:#?}");
    assert_eq!(depth(&services, &queues.mail_dlq).await, 3);

    let moved = waybill(&services, "dlq replay mail --yes --reason because").await;
    assert_eq!(moved.code, Some(0), "{moved:#?}");
    for said in ["To move: 2 messages", "2  moved", "waybill dlq drop mail --verdict already-sent"]
    {
        assert!(moved.stdout.contains(said), "{said}: {moved:#?}");
    }
    let audit = run_json(&services, "audit").await;
    let kept = &audit["items"][0];
    assert_eq!((&kept["reason"], &kept["plan"]["to_move"]), (&json!("because"), &json!(2)));
    // What is done stays, and there is nothing to be done about it.
    let again = waybill(&services, REPLAY).await;
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert!(again.stdout.contains("Nothing to move."), "{again:#?}");
    assert!(!again.stdout.contains("Replayed"), "{again:#?}");
    assert!(again.stdout.contains("waybill dlq drop mail --verdict already-sent"), "{again:#?}");
    services.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_what_is_moved_and_its_diff_shows_no_address_unless_it_is_asked_for() {
    let services = TestStack::start().await;
    let queues = services.stack.resources.queues.clone();
    with_dead_letters(&services, &["E1"]).await;
    let edit = r#".event.data.order.customer.email="new@customers.example""#;
    for (flag, is_shown) in [("", false), (" --show-pii", true)] {
        let plan =
            waybill(&services, &format!("dlq replay mail --dry-run{flag} --edit {edit}")).await;
        assert_eq!(plan.code, Some(0), "{plan:#?}");
        assert!(plan.stdout.contains("The edit changes 1 message"), "{plan:#?}");
        assert_eq!(plan.stdout.contains("new@customers.example"), is_shown, "{plan:#?}");
    }
    let answer = run_json(&services, &format!("{REPLAY} --edit {edit}")).await;
    assert_eq!(answer["outcome"]["moved"], 1, "{answer:#}");
    let moved = take_all(&services, &queues.mail).await;
    assert!(moved[0].body().expect("a body").contains("new@customers.example"), "{moved:#?}");
    // An edit that fails on every message needs attention, also where nothing is to be moved.
    put(&services, &queues.mail_dlq, "not ours", &[]).await;
    let hopeless = waybill(&services, &format!("{REPLAY} --edit .v.x")).await;
    assert_eq!(hopeless.code, Some(1), "{hopeless:#?}");
    services.stop().await;
}
