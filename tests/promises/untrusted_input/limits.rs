//! The largest request, by each way that takes several events at once, and the deepest event.

use std::time::Duration;

use http::StatusCode;
use local::Config;
use local::resources::Settings;
use serde_json::Value;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_NESTING, MAX_REQUEST_BYTES};

use super::over_http::{assert_problem, event_of_size, invoke_intake, stored_events};
use crate::support::events::confirmed;
use crate::support::http::{Answer, post};
use crate::support::{TestStack, config, settings};

const SINGLE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_batch_is_accepted_and_one_event_or_one_byte_more_is_refused_whole() {
    // A build that is not optimised, on a busy machine, needs longer than the other tests' time-out.
    let function_timeout = Duration::from_secs(60);
    let lease = function_timeout + Duration::from_secs(1);
    let settings = Settings { function_timeout, lease, ..settings() };
    let stack = TestStack::start_with(Config { settings, ..config() }).await;
    let at = stack.stack.address;
    // Refused as a whole, so that the publisher need not find out which events were stored.
    let more_events = batch(MAX_BATCH_EVENTS + 1, MAX_REQUEST_BYTES / 2);
    assert_too_large(&post(at, BATCH, more_events.as_bytes()).await);
    let more_bytes = batch(MAX_BATCH_EVENTS, MAX_REQUEST_BYTES + 1);
    assert_too_large(&post(at, BATCH, more_bytes.as_bytes()).await);
    for payload in [more_events, more_bytes] {
        let error = invoke_intake(&stack, payload).await.expect_err("refused");
        assert!(error["errorMessage"].to_string().contains("split the batch"), "{error}");
    }
    assert_eq!(stored_events(&stack).await, 0);

    let largest = batch(MAX_BATCH_EVENTS, MAX_REQUEST_BYTES);
    let answer = post(at, BATCH, largest.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_all(&answer.json(), "accepted");
    assert_eq!(stored_events(&stack).await, MAX_BATCH_EVENTS);
    let invoked = invoke_intake(&stack, largest).await.expect("taken");
    assert_all(&invoked, "duplicate");
    stack.stop().await;
}

fn assert_too_large(answer: &Answer) {
    assert_problem(answer, StatusCode::PAYLOAD_TOO_LARGE);
    let detail = answer.json()["detail"].to_string();
    for part in
        ["split the batch", "Nothing was stored", "100 events", &MAX_REQUEST_BYTES.to_string()]
    {
        assert!(detail.contains(part), "{detail}");
    }
}

fn assert_all(answer: &Value, result: &str) {
    let results = answer["results"].as_array().expect("results");
    assert_eq!(results.len(), MAX_BATCH_EVENTS);
    assert!(results.iter().all(|outcome| outcome["result"] == result), "{answer}");
}

/// So many events, in so many bytes together.
fn batch(events: usize, bytes: usize) -> String {
    // Spread evenly, so that none is larger than an event may be. Brackets and commas take a byte each.
    let each = bytes / events - 1;
    let rest = bytes - 1 - events - each * (events - 1);
    let size = |nth| if nth == 0 { rest } else { each };
    let events: Vec<String> =
        (0..events).map(|nth| event_of_size(&format!("L{nth:03}"), size(nth))).collect();
    let batch = format!("[{}]", events.join(","));
    assert_eq!(batch.len(), bytes);
    batch
}

/// Later parsers must be able to parse what intake accepts, although it is nested deeper in a message.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_the_greatest_nesting_is_mailed_and_a_deeper_one_is_refused() {
    let stack = TestStack::start().await;
    // The event itself is the first level.
    let nested = |order: &str, levels: usize| {
        let deep = format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        confirmed(order).replacen('{', &format!("{{\"extension\":{deep},"), 1)
    };
    let taken = nested("H11", MAX_NESTING);
    let outcomes = stack.publish(&[taken]).await;
    assert_eq!(outcomes.status("H11-confirmed").state.as_deref(), Some("delivered"));
    for levels in [MAX_NESTING + 1, 126, 127, 128, 200] {
        let answer = post(stack.stack.address, SINGLE, nested("H12", levels).as_bytes()).await;
        assert_problem(&answer, StatusCode::BAD_REQUEST);
    }
    stack.stop().await;
}
