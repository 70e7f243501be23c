use std::sync::Arc;

use serde_json::{Value, json};

use super::test_edge::{FakeFunction, Setup, TestEdge, answered, failed, lambdas_with};

async fn edge(function: &Arc<FakeFunction>, on_failure: Option<&str>) -> TestEdge {
    let lambdas = lambdas_with(function, on_failure);
    TestEdge::start(Setup { lambdas, ..Setup::default() }).await
}

fn invoke(name: &str) -> http::request::Builder {
    http::Request::post(format!("/2015-03-31/functions/{name}/invocations"))
}

fn put_events() -> http::request::Builder {
    http::Request::post("/").header("x-amz-target", "AWSEvents.PutEvents")
}

/// The only message of a queue, as JSON.
async fn message(edge: &TestEdge, queue: &str) -> Value {
    let client = edge.sqs();
    let received = client
        .receive_message()
        .queue_url(format!("{}/000000000000/{queue}", edge.address))
        .wait_time_seconds(10)
        .send()
        .await
        .unwrap();
    serde_json::from_str(received.messages()[0].body().unwrap()).unwrap()
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
async fn an_event_of_the_bus_reaches_intake_in_its_envelope() {
    let intake = FakeFunction::new("waybill-intake", |_| answered(json!({})));
    let edge = edge(&intake, None).await;
    let entries = json!({"Entries": [
        {"Source": "shop", "DetailType": "order.confirmed", "Detail": r#"{"order":{}}"#, "Time": 0.0,
            "EventBusName": "waybill-orders"},
        {"Source": "shop", "DetailType": "order.confirmed", "Detail": "no JSON"},
        {"Source": "aws.s3", "DetailType": "x", "Detail": "{}"},
    ]});
    let (_, answer) = edge.request(put_events(), entries.to_string()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["FailedEntryCount"], 2);
    assert_eq!(answer["Entries"][1]["ErrorCode"], "MalformedDetail");
    let event = &intake.wait_for_events(1).await[0];
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    assert_eq!(event["detail-type"], "order.confirmed");
    assert_eq!(event["time"], "1970-01-01T00:00:00Z");
    assert_eq!(event["detail"], json!({"order": {}}));
}

fn on_bus(bus: &Value, detail: &str) -> String {
    let entry = json!({"Source": "shop", "DetailType": "order.confirmed", "Detail": detail,
        "EventBusName": bus});
    json!({ "Entries": [entry] }).to_string()
}

/// What EventBridge does: <https://github.com/aws/aws-cli/issues/9186>.
#[tokio::test]
async fn an_event_on_another_bus_than_the_shops_is_taken_and_reaches_nobody() {
    let intake = FakeFunction::new("waybill-intake", |_| answered(json!({})));
    let edge = edge(&intake, None).await;
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
    // The first that arrives is the last but one that was put, so all before it went nowhere.
    intake.wait_for_events(2).await;
    assert_eq!(intake.events().len(), 2);
}

#[tokio::test]
async fn a_bus_that_has_no_possible_name_refuses_the_whole_call() {
    let intake = FakeFunction::new("waybill-intake", |_| answered(json!({})));
    let edge = edge(&intake, None).await;
    for bus in ["", "waybill orders", "arn:aws:sqs:eu-central-2:000000000000:waybill-orders"] {
        let (parts, body) = edge.request(put_events(), on_bus(&json!(bus), "{}")).await;
        assert_eq!(parts.status, 400, "{bus}: {body}");
        assert!(body.contains("ValidationException"), "{bus}: {body}");
    }
    assert!(intake.events().is_empty());
}

#[tokio::test]
async fn an_event_that_fails_three_times_is_kept_with_its_error() {
    let intake = FakeFunction::new("waybill-intake", |_| failed());
    let edge = edge(&intake, Some("waybill-intake-dlq")).await;
    edge.sqs().create_queue().queue_name("waybill-intake-dlq").send().await.unwrap();
    let entry = json!({"Source": "shop", "DetailType": "order.confirmed", "Detail": "{}",
        "EventBusName": "waybill-orders"});
    edge.request(put_events(), json!({"Entries": [entry]}).to_string()).await;
    let record = message(&edge, "waybill-intake-dlq").await;
    assert_eq!(intake.events().len(), 3);
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestPayload"], intake.events()[0]);
    assert_eq!(record["responsePayload"]["errorMessage"], "no");
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
