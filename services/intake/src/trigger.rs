//! The four triggers of an invocation, distinguished by the payload's structure: an HTTP request, a
//! batch of the inbox queue, an EventBridge envelope, and the events themselves.

use std::time::SystemTime;

use kit::telemetry::{Count, count_many};
use serde::Serialize;
use serde_json::Value;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_REQUEST_BYTES};
use shared::contract::json::parse_strict;
use shared::queue::arrival::Arrival;

use crate::accept::accept_in_time;
use crate::dependencies::Intake;
use crate::error::IntakeError;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::publication::{Publication, put_at};
use crate::{http, inbox};

/// The response to a direct invocation.
#[derive(Debug, Serialize)]
struct Answer {
    results: Vec<Outcome>,
}

/// Handles one invocation, which Lambda ends at `deadline`.
///
/// # Errors
/// [`IntakeError`], for direct invocations only: over HTTP, every failure is a response, and each message of
/// the inbox queue has its own outcome.
pub async fn handle(
    intake: &Intake,
    payload: &str,
    deadline: SystemTime,
) -> Result<Value, IntakeError> {
    if let Some(format) = http::Format::of_oversized(payload) {
        return Ok(http::oversized(format));
    }
    // First, and without its body: who may publish is checked before that is read.
    if let Some(request) = http::Request::from_payload(payload) {
        return Ok(http::handle(intake, &request, deadline).await);
    }
    let bytes = payload.len();
    let payload = match parse_strict(payload.as_bytes()) {
        Ok(payload) => payload,
        // Only a direct invocation can pass such a payload.
        Err(invalid) => return Err(refused(1, Problem::invalid(&invalid.to_string()))),
    };
    if let Some(format) = http::Format::of_malformed(&payload) {
        return Ok(http::malformed(format));
    }
    if inbox::is_batch(&payload) {
        return inbox::handle(intake, payload, deadline).await;
    }
    let arrival = Arrival::new(|_| None, put_at(&payload), Some(intake.store.now()));
    match Publication::from(payload) {
        // One event alone is refused by its own limit, which the answer names.
        Publication::Batch(events)
            if events.len() > MAX_BATCH_EVENTS || events.len() > 1 && bytes > MAX_REQUEST_BYTES =>
        {
            Err(refused(events.len(), http::request_too_large()))
        }
        Publication::Batch(events) => batch(intake, events, deadline).await,
        Publication::Single(event) => single(intake, event, arrival, deadline).await,
    }
}

async fn single(
    intake: &Intake,
    event: Value,
    arrival: Arrival,
    deadline: SystemTime,
) -> Result<Value, IntakeError> {
    let to = intake.publishing(None);
    let outcomes = accept_in_time(to, vec![event], arrival, deadline).await?;
    match outcomes.iter().cloned().find_map(Problem::from_outcome) {
        None => Ok(answer(outcomes)),
        Some(problem) => Err(refused(1, problem)),
    }
}

/// What is stored of a batch stays stored, also where the invocation fails for the rest: a retry finds it as
/// a duplicate.
async fn batch(
    intake: &Intake,
    events: Vec<Value>,
    deadline: SystemTime,
) -> Result<Value, IntakeError> {
    let to = intake.publishing(None);
    let outcomes = accept_in_time(to, events, Arrival::default(), deadline).await?;
    match outcomes.iter().filter(|outcome| !outcome.result.is_success()).count() {
        0 => Ok(answer(outcomes)),
        count => Err(refused(count, Problem::BatchRefused(outcomes))),
    }
}

fn refused(count: usize, problem: Problem) -> IntakeError {
    count_many(Count::RefusedUnread, count as u64);
    IntakeError::Refused(problem.into_message())
}

fn answer(results: Vec<Outcome>) -> Value {
    serde_json::to_value(Answer { results }).expect("outcomes serialise to JSON without fail")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_config::Region;
    use aws_sdk_sqs::config::Credentials;
    use kit::queue::{DeadLetterQueue, DelayedRequeue};
    use kit::{Clock, ShopDirectory};

    use super::*;
    use crate::dependencies::Inbox;
    use crate::publishers::Publishers;
    use crate::store::EventStore;

    /// Intake that reaches neither table nor queues: nothing listens at the endpoint.
    async fn without_aws() -> Intake {
        let loader = kit::aws::loader().endpoint_url("http://127.0.0.1:1");
        let credentials = Credentials::new("a", "b", None, None, "test");
        let loader = loader.region(Region::new("us-east-1")).credentials_provider(credentials);
        let sdk = loader.load().await;
        let (sqs, clock) = (kit::aws::sqs(&sdk), Clock::system());
        let inbox = Inbox {
            dead_letters: DeadLetterQueue::new(sqs.clone(), "dlq".to_owned(), clock),
            requeue: DelayedRequeue::new(sqs, "inbox".to_owned(), clock),
            clock,
        };
        let dynamodb = kit::aws::dynamodb(&sdk);
        let shops = ShopDirectory::new(dynamodb.clone(), "shops".to_owned(), clock);
        let store = EventStore::new(dynamodb, "events".to_owned(), 90, clock);
        Intake { store, shops, publishers: Publishers::Anyone, inbox }
    }

    #[tokio::test]
    async fn a_request_whose_length_alone_is_too_large_is_refused_before_it_is_read() {
        let intake = without_aws().await;
        // It is no JSON, as only a reader would find.
        let payload = format!(r#"{{"version":"2.0",{}"#, "x".repeat(6_000_000));
        let deadline = SystemTime::now() + Duration::from_secs(10);
        let answer = handle(&intake, &payload, deadline).await.expect("a response");
        assert_eq!(answer["statusCode"], 413, "{answer}");
    }
}
