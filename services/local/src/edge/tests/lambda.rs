use std::sync::Arc;

use aws_sdk_sqs::types::Message;
use serde_json::{Value, json};

use super::test_edge::{FakeFunction, Setup, TestEdge, answered, failed, lambdas_with};
use crate::test_support::until;

async fn edge(function: &Arc<FakeFunction>, dead_letter_queue: Option<&str>) -> TestEdge {
    let lambdas = lambdas_with(function, dead_letter_queue);
    TestEdge::start(Setup { lambdas, ..Setup::default() }).await
}

fn invoke(name: &str) -> http::request::Builder {
    http::Request::post(format!("/2015-03-31/functions/{name}/invocations"))
}

fn put_events() -> http::request::Builder {
    http::Request::post("/").header("x-amz-target", "AWSEvents.PutEvents")
}

/// An edge with the inbox queue, the target of the bus's rule.
async fn edge_with_inbox() -> TestEdge {
    let edge = TestEdge::plain().await;
    edge.sqs().create_queue().queue_name("waybill-inbox").send().await.unwrap();
    edge
}

/// The next messages of the inbox queue; empty where there is none soon.
async fn inbox(edge: &TestEdge) -> Vec<Message> {
    let url = format!("{}/000000000000/waybill-inbox", edge.address);
    let client = edge.sqs();
    let receive = client.receive_message().queue_url(url).message_attribute_names("All");
    let received = receive.max_number_of_messages(10).wait_time_seconds(1).send().await.unwrap();
    received.messages.unwrap_or_default()
}

fn body(message: &Message) -> Value {
    serde_json::from_str(message.body().unwrap()).unwrap()
}

#[tokio::test]
async fn a_function_is_invoked_directly_by_name_or_arn() {
    let relay = FakeFunction::new("waybill-relay", |event| answered(json!({"got": event["n"]})));
    let edge = edge(&relay, None).await;
    for name in ["waybill-relay", "arn%3Aaws%3Alambda%3Ax%3A0%3Afunction%3Awaybill-relay%3A1"] {
        let (parts, body) = edge.request(invoke(name), r#"{"n":7}"#).await;
        assert_eq!((parts.status.as_u16(), body.as_str()), (200, r#"{"got":7}"#));
        assert!(!parts.headers.contains_key("x-amz-function-error"));
    }
    let (parts, _) = edge.request(invoke("other"), "{}").await;
    assert_eq!(parts.status, 404);
    assert_eq!(parts.headers["x-amzn-errortype"], "ResourceNotFoundException");
}

#[tokio::test]
async fn a_function_error_is_a_200_with_a_header() {
    let relay = FakeFunction::new("waybill-relay", |_| failed());
    let edge = edge(&relay, None).await;
    let (parts, body) = edge.request(invoke("waybill-relay"), "{}").await;
    assert_eq!(parts.status, 200);
    assert_eq!(parts.headers["x-amz-function-error"], "Unhandled");
    assert!(body.contains("errorMessage"));
}

#[tokio::test]
async fn an_event_of_the_bus_reaches_the_inbox_queue_in_its_envelope() {
    let edge = edge_with_inbox().await;
    let entries = json!({"Entries": [
        {"Source": "shop", "DetailType": "order.confirmed", "Detail": "{\"n\":\"\u{ffff}\"}", "Time": 0.0,
            "EventBusName": "waybill-orders"},
        {"Source": "shop", "DetailType": "order.confirmed", "Detail": "no JSON"},
        {"Source": "aws.s3", "DetailType": "x", "Detail": "{}"},
    ]});
    let (_, answer) = edge.request(put_events(), entries.to_string()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["FailedEntryCount"], 2);
    assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
    let event = body(&inbox(&edge).await[0]);
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    assert_eq!(event["detail-type"], "order.confirmed");
    assert_eq!(event["time"], "1970-01-01T00:00:00Z");
    // JSON may hold this character, and a message of SQS may not.
    assert_eq!(event["detail"], json!({"n": "\u{ffff}"}));
}

fn on_bus(bus: &Value, detail: &str) -> String {
    let entry = json!({"Source": "shop", "DetailType": "order.confirmed", "Detail": detail,
        "EventBusName": bus});
    json!({ "Entries": [entry] }).to_string()
}

/// What EventBridge does: <https://github.com/aws/aws-cli/issues/9186>.
#[tokio::test]
async fn an_event_on_another_bus_than_the_shops_is_taken_and_reaches_nobody() {
    let edge = edge_with_inbox().await;
    let region = crate::ses::settings::Settings::default().region;
    let shop_bus = json!(crate::aws::arn::event_bus_arn(&region, "waybill-orders"));
    for bus in [
        json!(null),
        json!("default"),
        json!("no-such-bus"),
        json!("arn:aws:events:eu-central-2:000000000000:event-bus/default"),
        json!("arn:aws:events:eu-central-2:999999999999:event-bus/waybill-orders"),
        json!("waybill-orders"),
        shop_bus,
    ] {
        let (_, answer) = edge.request(put_events(), on_bus(&bus, r#"{"n":1}"#)).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["FailedEntryCount"], 0, "{bus}: {answer}");
        assert!(answer["Entries"][0]["EventId"].is_string(), "{bus}: {answer}");
    }
    let mut received = inbox(&edge).await;
    received.extend(inbox(&edge).await);
    assert_eq!(received.len(), 2, "of the last two only");
}

#[tokio::test]
async fn an_event_that_the_inbox_queue_does_not_take_is_refused() {
    let edge = TestEdge::plain().await;
    let event = on_bus(&json!("waybill-orders"), "{}");
    let (_, answer) = edge.request(put_events(), event).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["Entries"][0]["ErrorCode"], "InternalFailure", "{answer}");
}

#[tokio::test]
async fn a_bus_that_has_no_possible_name_refuses_the_whole_call() {
    let edge = edge_with_inbox().await;
    for bus in ["", "waybill orders", "arn:aws:sqs:eu-central-2:000000000000:waybill-orders"] {
        let (parts, body) = edge.request(put_events(), on_bus(&json!(bus), "{}")).await;
        assert_eq!(parts.status, 400, "{bus}: {body}");
        assert!(body.contains("ValidationException"), "{bus}: {body}");
    }
    assert!(inbox(&edge).await.is_empty());
}

/// What Lambda documents:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>.
#[tokio::test]
async fn the_payload_of_an_invocation_that_fails_three_times_goes_to_the_dead_letter_queue() {
    let intake = FakeFunction::new("waybill-intake", |_| failed());
    let edge = edge(&intake, Some("waybill-inbox")).await;
    edge.sqs().create_queue().queue_name("waybill-inbox").send().await.unwrap();
    let request = invoke("waybill-intake").header("x-amz-invocation-type", "Event");
    edge.request(request, r#"{ "n": 1 }"#).await;
    intake.wait_for_events(3).await;
    let messages = until("it is in the queue", async || {
        Some(inbox(&edge).await).filter(|messages| !messages.is_empty())
    })
    .await;
    assert_eq!(messages[0].body(), Some(r#"{ "n": 1 }"#));
    let attributes = messages[0].message_attributes().unwrap();
    let text = |name: &str| attributes[name].string_value().unwrap();
    assert_eq!((text("ErrorMessage"), text("ErrorCode")), ("no", "200"));
    assert!(text("RequestID").parse::<uuid::Uuid>().is_ok());
    assert_eq!(intake.events().len(), 3);
}

#[tokio::test]
async fn an_invocation_that_fails_once_and_is_not_waited_for_is_tried_again() {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let relay = FakeFunction::new("waybill-relay", move |_| {
        match tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => failed(),
            _ => answered(json!(null)),
        }
    });
    let edge = edge(&relay, None).await;
    let request = invoke("waybill-relay").header("x-amz-invocation-type", "Event");
    let (parts, body) = edge.request(request, r#"{"source":"aws.scheduler"}"#).await;
    assert_eq!((parts.status.as_u16(), body.as_str()), (202, ""));
    relay.wait_for_events(2).await;
}
