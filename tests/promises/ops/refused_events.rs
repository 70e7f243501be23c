//! Nothing is refused into the void: an event that nobody waits for is kept with its reason, and counted.

use local::lambda::Invocation;
use serde_json::{Value, json};

use super::process::{json, waybill};
use crate::support::events::{confirmed, customer};
use crate::support::http::{invoke_asynchronously, post};
use crate::support::{TestStack, eventually};

/// An event without a customer.
fn invalid(order: &str) -> Value {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    // JSON may hold this character, and a message of SQS may not.
    event["data"]["order"]["customer"] =
        json!({ "email": "jo@exa_mple.com", "name": "Jo\u{ffff}" });
    event
}

/// What intake counted as refused where perhaps nobody reads the answer.
fn refused_unread(stack: &TestStack) -> u64 {
    let lines = stack.output();
    let metrics = lines.iter().filter_map(|line| line.strip_prefix("intake "));
    let metrics = metrics.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    metrics.filter_map(|line| line["RefusedUnread"].as_u64()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_event_that_nobody_waits_for_ends_in_the_dead_letter_queue_and_is_counted() {
    let stack = TestStack::start().await;
    let valid: Value = serde_json::from_str(&confirmed("A1")).expect("JSON");
    let envelope = json!({
        "id": "e", "source": "shop", "detail-type": "order.confirmed", "detail": invalid("A4"),
    });
    for payload in [invalid("A2"), json!([valid, invalid("A3")]), envelope] {
        invoke_asynchronously(stack.stack.address, &payload).await;
    }
    let dlq = stack.stack.resources.queues.inbox_dlq.clone();
    eventually("all three are kept", async || stack.depth(&dlq).await == 3).await;
    let shown = json(&stack, &["dlq", "show", "inbox"]).await;
    for entry in shown["entries"].as_array().expect("entries") {
        assert_eq!(entry["code"], "invalid", "{entry:#}");
        let reason = entry["reason"].as_str().expect("a reason");
        assert!(reason.contains("/data/order/customer/email: expected an e-mail"), "{reason}");
        assert!(!reason.contains("exa_mple"), "{reason}");
    }
    eventually("each of the three is counted three times", async || refused_unread(&stack) == 9)
        .await;
    // What was valid in the batch is stored once, however often it was tried.
    eventually("it is mailed", async || stack.mails_to(&customer("A1")) == 1).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_waits_gets_the_problem_that_http_answers_with() {
    let stack = TestStack::start().await;
    let stored = confirmed("A1");
    let conflicting = stored.replace("\"#A1\"", "\"#A2\"");
    let batch = format!("[{},{}]", invalid("A3"), invalid("A4"));
    let json_type = "application/json";
    assert!(post(stack.stack.address, json_type, stored.as_bytes()).await.status.is_success());
    for payload in [invalid("A2").to_string(), conflicting, batch, "{\"id\":1,\"id\":2}".to_owned()]
    {
        let over_http = post(stack.stack.address, json_type, payload.as_bytes()).await;
        assert!(over_http.status.is_client_error(), "{over_http:?}");
        let invoked = stack.stack.functions.invoke("intake", payload.into()).await;
        let Invocation::Failed { error } = invoked else { panic!("it was taken: {invoked:?}") };
        let error: Value = serde_json::from_slice(&error).expect("JSON");
        let message = error["errorMessage"].as_str().expect("a message");
        let problem: Value = serde_json::from_str(message).expect("a problem document");
        assert_eq!(problem, over_http.json());
    }
    // Their answers are read over HTTP. What a function prints arrives after its answer.
    eventually("only what was invoked is counted", async || refused_unread(&stack) == 5).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_published_file_each_refused_event_is_named_and_the_others_are_stored() {
    let stack = TestStack::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("events.jsonl");
    std::fs::write(&file, format!("{}\n{}\n", confirmed("A1"), invalid("A2"))).expect("written");
    let file = file.to_str().expect("UTF-8");
    let published = waybill(&stack, &["publish", file, "--output", "json"]).await;
    assert_eq!(published.code, Some(1), "{published:#?}");
    let published = published.json();
    let results = [&published["events"][0]["result"], &published["events"][1]["result"]];
    assert_eq!(results, ["accepted", "invalid"]);
    assert_eq!(published["events"][1]["errors"][0]["pointer"], "/data/order/customer/email");
    eventually("it is mailed", async || stack.mails_to(&customer("A1")) == 1).await;
    stack.stop().await;
}
