//! A stack with `--data` that is killed and started again: nothing that it has answered as accepted
//! is lost.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, MessageSystemAttributeName as System, QueueAttributeName,
};
use kit::ledger::Ledger;
use local::resources::LEDGER_TABLE;
use serde_json::json;

use crate::support::events::confirmed;
use crate::support::stack_process::StackProcess;
use crate::support::{eventually, eventually_within, http};

/// Longer than this test: what is hidden stays hidden.
const LONG: i32 = 900;

async fn url(sqs: &Client, queue: &str) -> String {
    let answer = sqs.get_queue_url().queue_name(queue).send().await.expect("the queue is there");
    answer.queue_url.expect("a URL")
}

/// Messages that are visible, in flight, and delayed.
async fn depth(sqs: &Client, queue: &str) -> [u64; 3] {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let call = sqs.get_queue_attributes().queue_url(url(sqs, queue).await);
    let answer = call.attribute_names(QueueAttributeName::All).send().await.expect("an answer");
    let attributes = answer.attributes.expect("attributes");
    names.map(|name| attributes[&name].parse().expect("a number"))
}

async fn create(sqs: &Client, queue: &str, attributes: &[(QueueAttributeName, &str)]) {
    let attributes = attributes.iter().map(|(name, value)| (name.clone(), (*value).to_owned()));
    let call = sqs.create_queue().queue_name(queue).set_attributes(Some(attributes.collect()));
    call.send().await.expect("the queue is made");
}

/// Sends a message; its ID.
async fn send(sqs: &Client, queue: &str, body: &str, delay: i32) -> String {
    let attribute = MessageAttributeValue::builder().data_type("String").string_value(&body[..1]);
    let call = sqs.send_message().queue_url(url(sqs, queue).await).message_body(body);
    let call = call.message_attributes("first", attribute.build().expect("complete"));
    let sent = call.delay_seconds(delay).send().await.expect("SQS takes the message");
    sent.message_id.expect("an ID")
}

/// Receives a message, and hides it for so many seconds.
async fn receive(sqs: &Client, queue: &str, visibility: i32) -> Option<Message> {
    let call = sqs.receive_message().queue_url(url(sqs, queue).await).wait_time_seconds(1);
    let call = call.visibility_timeout(visibility).message_attribute_names("All");
    let call = call.message_system_attribute_names(System::All);
    call.send().await.expect("an answer").messages.unwrap_or_default().pop()
}

/// Receives everything that is visible, and leaves it hidden: by body.
async fn receive_all(sqs: &Client, queue: &str) -> BTreeMap<String, Message> {
    let mut messages = BTreeMap::new();
    while let Some(message) = receive(sqs, queue, LONG).await {
        messages.insert(message.body.clone().expect("a body"), message);
    }
    messages
}

async fn hide(sqs: &Client, queue: &str, message: &Message, seconds: i32) {
    let call = sqs.change_message_visibility().queue_url(url(sqs, queue).await);
    let call = call.set_receipt_handle(message.receipt_handle.clone());
    call.visibility_timeout(seconds).send().await.expect("it is hidden");
}

async fn delete(sqs: &Client, queue: &str, message: &Message) {
    let call = sqs.delete_message().queue_url(url(sqs, queue).await);
    let call = call.set_receipt_handle(message.receipt_handle.clone());
    call.send().await.expect("it is deleted");
}

fn attribute(message: &Message, name: System) -> String {
    message.attributes().and_then(|known| known.get(&name)).cloned().unwrap_or_default()
}

/// A message that has been received as often as the queue allows is in its DLQ then.
async fn kill_with_receives(sqs: &Client, queue: &str, dlq: &str, body: &str) -> String {
    let before = depth(sqs, dlq).await[0];
    let id = send(sqs, queue, body, 0).await;
    eventually("the message is in the dead-letter queue", || async {
        receive(sqs, queue, 0).await;
        depth(sqs, dlq).await[0] > before
    })
    .await;
    id
}

/// The messages of the test's queues, as they are accepted, received, deleted and purged.
async fn fill_queues(sqs: &Client) -> HashMap<&'static str, String> {
    create(sqs, "mine-dlq", &[]).await;
    let policy = json!({
        "deadLetterTargetArn": "arn:aws:sqs:eu-central-2:000000000000:mine-dlq",
        "maxReceiveCount": 2,
    });
    create(sqs, "mine", &[(QueueAttributeName::RedrivePolicy, &policy.to_string())]).await;
    create(sqs, "other", &[]).await;
    let mut ids = HashMap::new();
    // One after the other: each is the only visible one while it is received.
    ids.insert("unseen dead", kill_with_receives(sqs, "mine", "mine-dlq", "unseen dead").await);
    ids.insert("seen dead", kill_with_receives(sqs, "mine", "mine-dlq", "seen dead").await);
    receive(sqs, "mine-dlq", 0).await.expect("one of the two");
    send(sqs, "mine", "deleted", 0).await;
    delete(sqs, "mine", &receive(sqs, "mine", LONG).await.expect("the message")).await;
    send(sqs, "mine", "hidden", 0).await;
    hide(sqs, "mine", &receive(sqs, "mine", 1).await.expect("the message"), LONG).await;
    ids.insert("in flight", send(sqs, "mine", "in flight", 0).await);
    receive(sqs, "mine", 1).await.expect("the message");
    send(sqs, "mine", "delayed", LONG).await;
    ids.insert("plain", send(sqs, "mine", "plain", 0).await);
    let large = "large".repeat(70_000);
    ids.insert("large", send(sqs, "mine", &large, 0).await);
    send(sqs, "other", "purged", 0).await;
    let purge = sqs.purge_queue().queue_url(url(sqs, "other").await);
    purge.send().await.expect("it is purged");
    send(sqs, "other", "after the purge", 0).await;
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqs_has_answered_outlives_a_kill() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let nothing = data.path().join("nothing.jsonl");
    std::fs::write(&nothing, "").expect("the file is written");
    let args = ["--events", nothing.to_str().expect("UTF-8")];
    let stack = StackProcess::start(data.path(), &args).await;
    let ids = fill_queues(&stack.sqs).await;
    stack.kill();
    // Twice: what was put back is kept like what was sent.
    StackProcess::start(data.path(), &args).await.kill();
    let stack = StackProcess::start(data.path(), &args).await;
    let sqs = &stack.sqs;

    eventually("what was in flight is visible", || async { depth(sqs, "mine").await[0] == 3 })
        .await;
    assert_eq!(depth(sqs, "mine").await[2], 2, "what was delayed, and what was hidden");
    let messages = receive_all(sqs, "mine").await;
    let large = "large".repeat(70_000);
    for (name, body) in [("in flight", "in flight"), ("plain", "plain"), ("large", &large)] {
        let message = &messages[body];
        assert_eq!(message.message_id.as_ref(), Some(&ids[name]), "{name} keeps its ID");
        let first = message.message_attributes().expect("attributes")["first"].string_value();
        assert_eq!(first, Some(&body[..1]), "{name} keeps its attributes");
        let sent: i64 = attribute(message, System::SentTimestamp).parse().expect("a time");
        let age = jiff::Timestamp::now().as_millisecond() - sent;
        assert!(age > 1000, "{name} was sent before two restarts, not {age} ms ago");
    }
    assert_eq!(messages.len(), 3, "{:?}", messages.keys());
    let dead = receive_all(sqs, "mine-dlq").await;
    for name in ["seen dead", "unseen dead"] {
        assert_eq!(dead[name].message_id.as_ref(), Some(&ids[name]));
        let source = attribute(&dead[name], System::DeadLetterQueueSourceArn);
        assert_eq!(source, "arn:aws:sqs:eu-central-2:000000000000:mine");
    }
    assert_eq!(dead.len(), 2, "{:?}", dead.keys());
    let other = receive_all(sqs, "other").await;
    assert_eq!(other.keys().collect::<Vec<_>>(), ["after the purge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_takes_the_dead_letters_of_its_own_queue_only() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let nothing = data.path().join("nothing.jsonl");
    std::fs::write(&nothing, "").expect("the file is written");
    let args = ["--events", nothing.to_str().expect("UTF-8")];
    let stack = StackProcess::start(data.path(), &args).await;
    let sqs = &stack.sqs;
    for queue in ["kept", "purged"] {
        let dlq = format!("{queue}-dlq");
        create(sqs, &dlq, &[]).await;
        let policy = json!({
            "deadLetterTargetArn": format!("arn:aws:sqs:eu-central-2:000000000000:{dlq}"),
            "maxReceiveCount": 1,
        });
        create(sqs, queue, &[(QueueAttributeName::RedrivePolicy, &policy.to_string())]).await;
        kill_with_receives(sqs, queue, &dlq, "dead").await;
    }
    for queue in ["kept", "purged-dlq"] {
        let purge = sqs.purge_queue().queue_url(url(sqs, queue).await);
        purge.send().await.expect("it is purged");
    }
    stack.kill();

    let stack = StackProcess::start(data.path(), &args).await;
    assert_eq!(depth(&stack.sqs, "kept-dlq").await, [1, 0, 0]);
    assert_eq!(depth(&stack.sqs, "purged-dlq").await, [0, 0, 0]);
}

async fn state(stack: &StackProcess, order: &str) -> Option<String> {
    let ledger =
        Ledger::new(stack.dynamodb.clone(), LEDGER_TABLE.to_owned(), jiff::SignedDuration::ZERO);
    let items =
        ledger.list_by_order(&format!("default/{order}")).await.expect("the ledger answers");
    items.into_iter().next_back().map(|item| item.state)
}

/// A mailer that could not ask SES for the account's send rate puts a mail off for up to 100 seconds.
const SLOWEST_TURN: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn mail_requests_in_flight_and_dead_letters_outlive_a_kill() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let orders = ["K1", "K2", "K3", "K4"];
    let events = data.path().join("events.jsonl");
    std::fs::write(&events, orders.map(confirmed).join("\n")).expect("the file is written");
    let args = ["--events", events.to_str().expect("UTF-8")];
    // Nobody listens there: SES can't be reached, and every mail request waits.
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|tcp| tcp.local_addr());
    let no_ses = format!("http://{}", nobody.expect("a free port"));
    let no_ses = [args[0], args[1], "--ses-endpoint", &no_ses];
    let stack = StackProcess::start(data.path(), &no_ses).await;
    let mails = url(&stack.sqs, "waybill-mail").await;
    let poison = stack.sqs.send_message().queue_url(mails).message_body("no mail request");
    poison.send().await.expect("SQS takes the message");
    let sqs = &stack.sqs;
    eventually("the mails wait and the poison is a dead letter", || async {
        let waiting: u64 = depth(sqs, "waybill-mail").await.iter().sum();
        waiting == 4
            && depth(sqs, "waybill-mail-dlq").await[0] == 1
            && depth(sqs, "waybill-dispatch").await == [0, 0, 0]
    })
    .await;
    stack.kill();

    let stack = StackProcess::start(data.path(), &args).await;
    for order in orders {
        eventually_within(SLOWEST_TURN, "the mail is delivered", || async {
            state(&stack, order).await.as_deref() == Some("delivered")
        })
        .await;
    }
    let dead = receive_all(&stack.sqs, "waybill-mail-dlq").await;
    assert_eq!(dead.keys().collect::<Vec<_>>(), ["no mail request"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_that_was_taken_outlives_a_kill() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let nothing = data.path().join("nothing.jsonl");
    std::fs::write(&nothing, "").expect("the file is written");
    let args = ["--events", nothing.to_str().expect("UTF-8")];
    let stack = StackProcess::start(data.path(), &args).await;
    // Stopped, intake takes the event and does nothing with it.
    let intake = stack.function_pid("intake").to_string();
    let stopped = Command::new("kill").args(["-STOP", &intake]).status().expect("kill runs");
    assert!(stopped.success());
    let path = "/2015-03-31/functions/waybill-intake/invocations";
    let headers = [("x-amz-invocation-type", "Event"), ("content-type", "application/json")];
    let event = confirmed("K5");
    let answer = http::request(stack.address, "POST", path, &headers, event.as_bytes()).await;
    assert_eq!(answer.status, 202);
    stack.kill();

    let stack = StackProcess::start(data.path(), &args).await;
    eventually("the mail is delivered", || async {
        state(&stack, "K5").await.as_deref() == Some("delivered")
    })
    .await;
}
