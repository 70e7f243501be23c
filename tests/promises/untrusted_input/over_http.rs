//! Untrusted input to the running stack is answered according to the contract, and is not stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::StatusCode;
use local::Config;
use local::aws::calls::{Caller, Service};
use local::edge::faults::{Call, Fault, Faults};
use local::lambda::Invocation;
use local::resources::EVENTS_TABLE;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use shared::outbox::pack;
use waybill_tests::chaos::rng::Rng;

use crate::support::events::{confirmed, customer, sample};
use crate::support::http::{post, request};
use crate::support::{TestStack, config, eventually, without_json_ld};

const SINGLE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const EITHER: &str = "application/json";
const KIB_256: usize = 256 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn invalid_input_is_answered_by_the_contract_and_not_stored() {
    let stack = TestStack::start().await;
    let at = stack.stack.address;
    let good = confirmed("H1");
    let doubled = good.replacen("\"id\":", "\"id\":\"other\",\"id\":", 1);
    let deep = "[".repeat(100_000);
    // A Latin-1 byte, which makes the text invalid UTF-8.
    let mut latin = good.clone().into_bytes();
    let name = latin.windows(5).position(|w| w == b"order").expect("a place in a text");
    latin[name] = 0xe9;
    let bodies: [(&str, &[u8], StatusCode); 10] = [
        (SINGLE, b"", StatusCode::BAD_REQUEST),
        (SINGLE, b"not json", StatusCode::BAD_REQUEST),
        (SINGLE, b"[]", StatusCode::BAD_REQUEST),
        (BATCH, b"[]", StatusCode::BAD_REQUEST),
        (BATCH, b"{}", StatusCode::BAD_REQUEST),
        (SINGLE, doubled.as_bytes(), StatusCode::BAD_REQUEST),
        (SINGLE, deep.as_bytes(), StatusCode::BAD_REQUEST),
        (EITHER, &latin, StatusCode::BAD_REQUEST),
        ("text/plain", good.as_bytes(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/cloudevents+xml", good.as_bytes(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ];
    for (media_type, body, status) in bodies {
        let answer = post(at, media_type, body).await;
        let text = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(answer.status, status, "{media_type} {text}");
        assert_problem(&answer, status);
    }
    let nowhere = request(at, "POST", "/v1/event", &[], b"{}").await;
    assert_problem(&nowhere, StatusCode::NOT_FOUND);
    let read = request(at, "GET", "/v1/events", &[], b"").await;
    assert_problem(&read, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(read.header("allow"), "POST");
    assert_eq!(stored_events(&stack).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_field_is_reported_by_its_pointer_and_none_is_repeated() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed("H1")).expect("JSON");
    event["type"] = json!("order.shipped");
    event["data"]["order"]["id"] = json!("A\nB");
    event["data"]["order"]["customer"]["email"] = json!("jo@example.com\r\nBcc: eve@example.com");
    event["data"]["order"]["lines"][1]["quantity"] = json!(u64::MAX);
    let answer = post(stack.stack.address, SINGLE, event.to_string().as_bytes()).await;
    assert_problem(&answer, StatusCode::BAD_REQUEST);
    let refused = ["/type", "/data/order/id", "/data/order/customer/email"];
    assert_eq!(answer.pointers(), refused);
    // What the mail could do without is no reason to refuse it.
    let warned = &answer.json()["warnings"][0]["pointer"];
    assert_eq!(warned, "/data/order/lines/1/quantity");
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(!said.contains("eve@") && !said.contains("jo@"), "{said}");
    assert_eq!(stored_events(&stack).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_256_kib_is_accepted_and_one_byte_more_is_not() {
    let stack = TestStack::start().await;
    let at = stack.stack.address;
    for media_type in [SINGLE, EITHER] {
        let more = post(at, media_type, event_of_size("H1", KIB_256 + 1).as_bytes()).await;
        assert_problem(&more, StatusCode::PAYLOAD_TOO_LARGE);
    }
    // In a batch, the valid event beside it is accepted.
    let batch = format!("[{},{}]", event_of_size("H1", KIB_256 + 1), confirmed("H2"));
    let answer = post(at, BATCH, batch.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let results = answer.json()["results"].clone();
    assert_eq!(
        (&results[0]["result"], &results[1]["result"]),
        (&json!("invalid"), &json!("accepted"))
    );
    assert_eq!(stored_events(&stack).await, 1);

    let largest = event_of_size("H3", KIB_256);
    // Padding that compresses well would not test the limits behind intake.
    assert!(pack(&largest).len() > KIB_256 / 2, "it is large when compressed, too");
    let published = stack.publish_only(&[largest]).await;
    stack.wait_until_terminal(&published).await;
    assert_eq!(stack.mails_to(&customer("H3")), 1, "the largest event is mailed");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn intakes_other_triggers_accept_256_kib_and_not_a_byte_more() {
    let stack = TestStack::start().await;
    let too_large = event_of_size("H1", KIB_256 + 1);
    for payload in [too_large.clone(), from_event_bridge(&too_large)] {
        let error = invoke_intake(&stack, payload).await.expect_err("refused");
        let message = error["errorMessage"].as_str().unwrap_or_default();
        assert!(message.contains("262144 bytes"), "{error}");
    }
    assert_eq!(stored_events(&stack).await, 0);

    let largest = |order: &str| event_of_size(order, KIB_256);
    for payload in [largest("H2"), from_event_bridge(&largest("H3"))] {
        let taken = invoke_intake(&stack, payload).await.expect("a verdict");
        assert_eq!(taken["results"][0]["result"], "accepted");
    }
    for order in ["H2", "H3"] {
        eventually("it is mailed", async || stack.mails_to(&customer(order)) == 1).await;
    }
    stack.stop().await;
}

/// Intake's answer, or its error.
pub(super) async fn invoke_intake(stack: &TestStack, payload: String) -> Result<Value, Value> {
    let json = |bytes: &[u8]| serde_json::from_slice(bytes).expect("JSON");
    match stack.stack.functions.invoke("intake", payload.into()).await {
        Invocation::Answered(answer) => Ok(json(&answer)),
        Invocation::Failed { error } => Err(json(&error)),
    }
}

/// The event in EventBridge's envelope.
fn from_event_bridge(event: &str) -> String {
    let detail: Value = serde_json::from_str(event).expect("JSON");
    json!({ "id": "e", "source": "shop", "detail-type": "order.confirmed", "detail": detail })
        .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_an_event_becomes_a_header_or_markup() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed("H1")).expect("JSON");
    let injection = "1\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\u{2028}\u{0}";
    event["data"]["order"]["number"] = json!(injection);
    event["data"]["order"]["customer"]["name"] = json!(injection);
    event["data"]["order"]["lines"][0]["title"] = json!(injection);
    stack.publish(&[event.to_string()]).await;
    let mails = stack.mails();
    assert_eq!(mails.len(), 1);
    let raw = mails[0].to_rfc5322();
    let mail = MessageParser::default().parse(&raw).expect("a MIME message");
    assert!(mail.bcc().is_none() && mail.cc().is_none());
    assert_eq!(
        mail.to().and_then(|to| to.first()).and_then(|to| to.address()),
        Some(customer("H1").as_str())
    );
    let subject = mail.subject().expect("a subject");
    assert!(subject.contains("Bcc: eve@example.com"), "the text stays text, in one line");
    assert!(!subject.chars().any(char::is_control));
    assert!(!without_json_ld(&mail.body_html(0).expect("HTML")).contains("<script"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoded_word_in_an_order_number_is_read_as_it_was_written() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed("H1")).expect("JSON");
    let number = "=?UTF-8?B?WW91IHdvbg==?=";
    event["data"]["order"]["number"] = json!(number);
    stack.publish(&[event.to_string()]).await;
    let raw = stack.mails()[0].to_rfc5322();
    let mail = MessageParser::default().parse(&raw).expect("a MIME message");
    assert_eq!(mail.subject(), Some(format!("We’ve received your order {number}").as_str()));
    stack.stop().await;
}

/// Intake's calls of DynamoDB fail until the flag is set.
#[derive(Default)]
struct UnavailableStore(AtomicBool);

impl Faults for UnavailableStore {
    fn before(&self, call: &Call<'_>) -> Option<Fault> {
        let of_intake = *call.caller == Caller::Function("intake".to_owned());
        let down = of_intake && call.service == Service::DynamoDb && !self.0.load(Ordering::SeqCst);
        down.then_some(Fault::ServerError)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_store_is_answered_with_503_and_nothing_is_half_done() {
    let faults = Arc::new(UnavailableStore::default());
    let stack = TestStack::start_with(Config {
        faults: Arc::<UnavailableStore>::clone(&faults),
        ..config()
    })
    .await;
    let at = stack.stack.address;
    let batch = format!("[{},{}]", confirmed("H1"), confirmed("H2"));
    for (media_type, body) in [(SINGLE, confirmed("H1")), (BATCH, batch.clone())] {
        let answer = post(at, media_type, body.as_bytes()).await;
        assert_problem(&answer, StatusCode::SERVICE_UNAVAILABLE);
        assert!(!answer.header("retry-after").is_empty());
    }
    assert_eq!(stored_events(&stack).await, 0);
    faults.0.store(true, Ordering::SeqCst);
    let answer = post(at, BATCH, batch.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    eventually("both are mailed", async || stack.mails().len() == 2).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_record_that_intake_did_not_write_goes_to_the_dlq_and_its_neighbours_are_mailed() {
    let stack = TestStack::start().await;
    let good = sample("1001-confirmed");
    let id = shared::CorrelationId::parse("test").expect("valid");
    let body = shared::queue::message::DispatchRequest::body(&good, jiff::Timestamp::now(), &id);
    let packed = BASE64_STANDARD.encode(pack(&body));
    let image = |image: Value| {
        json!({
            "eventName": "INSERT",
            "dynamodb": { "SequenceNumber": "1", "Keys": { "order_key": { "S": "default/1" } }, "NewImage": image },
        })
    };
    let hostile = [
        image(json!(null)),
        image(json!([])),
        image(json!({ "message": null })),
        image(json!({ "message": { "N": "7" } })),
        image(json!({ "message": { "S": body } })),
        image(json!({ "message": { "B": 7 } })),
        image(json!({ "message": { "B": "not base64" } })),
        image(json!({ "message": { "B": "e30=" } })),
        image(json!({ "message": "text" })),
        json!({ "eventName": "INSERT" }),
    ];
    let ignored = [json!(null), json!(7), json!("x"), json!([]), json!({ "eventName": "REMOVE" })];
    // All in one batch, with the valid record at the end: none may stop it.
    let records: Vec<Value> = hostile
        .iter()
        .chain(&ignored)
        .cloned()
        .chain([image(json!({ "message": { "B": packed } }))])
        .collect();
    let payload = json!({ "Records": records }).to_string();
    let answer = stack.stack.functions.invoke("relay", payload.into()).await;
    let Invocation::Answered(answer) = answer else { panic!("relay failed: {answer:?}") };
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    eventually("the neighbour is mailed", async || stack.mails().len() == 1).await;
    let dead_letters = &stack.stack.resources.queues.dispatch_dlq;
    for _ in &hostile {
        let message = stack.receive(dead_letters).await;
        let attributes = message.message_attributes.expect("attributes");
        assert_eq!(attributes["waybill-code"].string_value(), Some("unreadable"));
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_sent_as_one_event_is_answered_with_the_batch_type() {
    let stack = TestStack::start().await;
    let large = format!(" [{}]", vec![confirmed("H1"); 300].join(","));
    for body in [format!("[{}]", confirmed("H1")), large] {
        let answer = post(stack.stack.address, SINGLE, body.as_bytes()).await;
        assert_problem(&answer, StatusCode::BAD_REQUEST);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains(BATCH), "{text}");
    }
    assert_eq!(stored_events(&stack).await, 0);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_answered_with_415_and_what_to_do() {
    let stack = TestStack::start().await;
    let at = stack.stack.address;
    let event = confirmed("H1");
    for encoding in ["gzip", "deflate", "br", "zstd", "GZIP"] {
        let headers = [("content-type", SINGLE), ("content-encoding", encoding)];
        let answer = request(at, "POST", "/v1/events", &headers, event.as_bytes()).await;
        assert_problem(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(answer.header("accept-encoding"), "identity");
        let detail = answer.json()["detail"].to_string();
        assert!(
            detail.contains("not supported") && detail.contains("Content-Encoding"),
            "{detail}"
        );
    }
    // Without the header, by how the format begins.
    for magic in [&b"\x1f\x8b\x08\0"[..], b"\x78\x9c\x01", b"\x28\xb5\x2f\xfd\0"] {
        let answer = post(at, SINGLE, magic).await;
        assert_problem(&answer, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    assert_eq!(stored_events(&stack).await, 0);
    let headers = [("content-type", SINGLE), ("content-encoding", "identity")];
    let answer = request(at, "POST", "/v1/events", &headers, event.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_after_a_byte_order_mark_is_accepted() {
    let stack = TestStack::start().await;
    let body = format!("\u{feff}{}", confirmed("H1"));
    let answer = post(stack.stack.address, SINGLE, body.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_in_binary_mode_is_mailed_and_is_the_same_as_in_structured_mode() {
    let stack = TestStack::start().await;
    let at = stack.stack.address;
    let event: Value = serde_json::from_str(&confirmed("H1")).expect("JSON");
    let text = |name: &str| event[name].as_str().expect("a text").to_owned();
    // The source as an SDK writes that encodes more than it must.
    let source = text("source").replace(':', "%3A");
    let (id, kind, time) = (text("id"), text("type"), text("time"));
    let attributes = [
        ("content-type", "application/json; charset=utf-8"),
        ("ce-specversion", "1.0"),
        ("ce-source", &source),
        ("ce-id", &id),
        ("ce-type", &kind),
        ("ce-time", &time),
    ];
    let data = event["data"].to_string();
    let answer = request(at, "POST", "/v1/events", &attributes, data.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.json()["results"][0]["result"], "accepted");
    eventually("it is mailed", async || stack.mails_to(&customer("H1")) == 1).await;
    let again = post(at, SINGLE, confirmed("H1").as_bytes()).await;
    assert_eq!(again.json()["results"][0]["result"], "duplicate");

    let incomplete = request(at, "POST", "/v1/events", &attributes[..3], data.as_bytes()).await;
    assert_problem(&incomplete, StatusCode::BAD_REQUEST);
    assert_eq!(incomplete.pointers(), ["/type"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_carries_warnings_and_only_where_there_are_some() {
    let stack = TestStack::start().await;
    let at = stack.stack.address;
    let mut event: Value = serde_json::from_str(&confirmed("H1")).expect("JSON");
    event["data"]["order"]["biling_address"] = json!("Jo Example, Street 1");
    let expected = json!([{
        "pointer": "/data/order/biling_address",
        "detail": "This member is not known and was ignored.",
        "suggestion": "did you mean billing_address?",
    }]);

    let published = post(at, SINGLE, event.to_string().as_bytes()).await;
    assert_eq!(published.status, StatusCode::ACCEPTED);
    assert_eq!(published.json()["results"][0]["result"], "accepted");
    assert_eq!(published.json()["results"][0]["warnings"], expected);
    let batch = format!("[{event},{}]", confirmed("H2"));
    let published = post(at, BATCH, batch.as_bytes()).await.json();
    assert_eq!(published["results"][0]["warnings"], expected);
    assert!(published["results"][1].get("warnings").is_none(), "{published}");
    let invoked = invoke_intake(&stack, event.to_string()).await.expect("a result");
    assert_eq!(invoked["results"][0]["warnings"], expected);

    event["data"]["order"]["number"] = json!("another");
    let conflicting = post(at, SINGLE, event.to_string().as_bytes()).await;
    assert_problem(&conflicting, StatusCode::CONFLICT);
    assert_eq!(conflicting.json()["warnings"], expected);
    event["data"]["order"]["customer"]["email"] = json!("");
    let refused = post(at, SINGLE, event.to_string().as_bytes()).await;
    assert_problem(&refused, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["warnings"], expected);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_international_domain_is_mailed_in_punycode_and_a_bad_link_is_left_out() {
    let stack = TestStack::start().await;
    let mut event: Value = serde_json::from_str(&confirmed("H1")).expect("JSON");
    event["data"]["order"]["customer"]["email"] = json!("jo@bücher.example");
    event["data"]["order"]["url"] = json!("javascript:alert(1)");
    let published = stack.publish_only(&[event.to_string()]).await;
    stack.wait_until_terminal(&published).await;
    assert_eq!(stack.mails_to("jo@xn--bcher-kva.example"), 1);
    let mail = &stack.mails()[0].content;
    assert!(!format!("{mail:?}").contains("javascript:"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_which_nothing_is_stored_is_an_error_with_the_results() {
    let stack = TestStack::start().await;
    let at = stack.stack.address;
    let stored = confirmed("H1");
    assert_eq!(post(at, SINGLE, stored.as_bytes()).await.status, StatusCode::ACCEPTED);
    let conflicting = stored.replace("\"#H1\"", "\"#H2\"");
    assert_ne!(conflicting, stored);
    let (invalid, new) = ("{}".to_owned(), confirmed("H3"));
    for (events, status, results) in [
        (vec![&invalid], StatusCode::BAD_REQUEST, vec!["invalid"]),
        (vec![&invalid, &invalid], StatusCode::BAD_REQUEST, vec!["invalid", "invalid"]),
        (vec![&invalid, &conflicting], StatusCode::CONFLICT, vec!["invalid", "conflict"]),
        (vec![&stored, &invalid], StatusCode::ACCEPTED, vec!["duplicate", "invalid"]),
        (vec![&conflicting, &new], StatusCode::ACCEPTED, vec!["conflict", "accepted"]),
    ] {
        let events: Vec<&str> = events.into_iter().map(String::as_str).collect();
        let answer = post(at, BATCH, format!("[{}]", events.join(",")).as_bytes()).await;
        assert_eq!(answer.status, status);
        let body = answer.json();
        if status != StatusCode::ACCEPTED {
            assert_problem(&answer, status);
        }
        let answered = body["results"].as_array().expect("results").iter();
        let answered: Vec<&str> = answered.filter_map(|result| result["result"].as_str()).collect();
        assert_eq!(answered, results);
    }
    assert_eq!(stored_events(&stack).await, 2);
    stack.stop().await;
}

pub(super) fn assert_problem(answer: &crate::support::http::Answer, status: StatusCode) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], json!(status.as_u16()));
    for member in ["type", "title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
    }
}

/// An event of exactly this many bytes. Compression leaves about five eighths of them.
pub(super) fn event_of_size(order: &str, bytes: usize) -> String {
    let mut event: Value = serde_json::from_str(&confirmed(order)).expect("JSON");
    event["padding"] = json!("");
    let missing = bytes - event.to_string().len();
    event["padding"] = json!(random_text(order, missing));
    event.to_string()
}

/// Random text of five bits per character, the same for the same seed. With more, the one-machine stack's
/// SQS could not store the largest events, which it keeps compressed.
fn random_text(seed: &str, length: usize) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let rng = Rng::new(1);
    let letter = |nth| char::from(LETTERS[rng.roll(&[seed], nth, 32) as usize]);
    (0..length as u64).map(letter).collect()
}

pub(super) async fn stored_events(stack: &TestStack) -> usize {
    let scan = stack.stack.dynamodb.scan().table_name(EVENTS_TABLE);
    let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    items.expect("DynamoDB answers").len()
}

/// Noncharacters that JSON and DynamoDB accept and SQS does not.
#[tokio::test(flavor = "multi_thread")]
async fn text_with_characters_that_sqs_refuses_is_mailed_and_blocks_nothing() {
    let stack = TestStack::start().await;
    let mut odd: Value = serde_json::from_str(&confirmed("H9")).expect("JSON");
    odd["data"]["order"]["customer"]["name"] = json!("Zo\u{ffff}\u{fffe}");
    odd["extension"] = json!({ "\u{ffff}": "\u{fffe}" });
    let outcomes = stack.publish(&[odd.to_string(), confirmed("H10")]).await;
    assert_eq!(outcomes.status("H9-confirmed").state.as_deref(), Some("delivered"));
    assert_eq!(stack.mails_to(&customer("H9")), 1);
    assert_eq!(stack.mails_to(&customer("H10")), 1);
    stack.stop().await;
}
