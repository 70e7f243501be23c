//! The three triggers of an invocation, told apart by the payload's shape.

use serde::Serialize;
use serde_json::Value;
use shared::FieldError;
use shared::contract::json::parse_strict;

use crate::accept::{Outcome, PublishResult, accept_all};
use crate::dependencies::Intake;
use crate::store::{EventStore, StoreError};
use crate::{event_bridge, http};

/// Why an invocation ends as a function error.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The events were not all stored: the invoker tries again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event from EventBridge, which nobody reads an answer to: Lambda's retries will not help, and
    /// its failure destination keeps the event for an operator.
    #[error("the event from EventBridge was not accepted: {}", .0.detail())]
    NotAccepted(PublishResult),
}

/// The answer to a direct invoke.
#[derive(Debug, Serialize)]
struct Answer {
    results: Vec<Outcome>,
}

/// Handles one invocation.
///
/// # Errors
/// [`IntakeError`], for the triggers that know no HTTP status.
pub async fn handle(intake: &Intake, payload: &str) -> Result<Value, IntakeError> {
    let payload = match parse_strict(payload.as_bytes()) {
        Ok(payload) => payload,
        Err(invalid) => return Ok(answer(vec![not_json(&invalid)])),
    };
    if payload.pointer("/requestContext/http").is_some() {
        return Ok(http::handle(intake, payload).await);
    }
    if payload.get("detail-type").is_some() && payload.get("detail").is_some() {
        return from_event_bridge(&intake.store, payload).await;
    }
    let events = match payload {
        Value::Array(events) => events,
        one => vec![one],
    };
    Ok(answer(accept_all(&intake.store, events).await?))
}

async fn from_event_bridge(store: &EventStore, envelope: Value) -> Result<Value, IntakeError> {
    let outcomes = accept_all(store, vec![event_bridge::to_cloud_event(envelope)]).await?;
    match outcomes.iter().find(|outcome| !outcome.result.is_success()) {
        None => Ok(answer(outcomes)),
        Some(refused) => Err(IntakeError::NotAccepted(refused.result.clone())),
    }
}

fn answer(results: Vec<Outcome>) -> Value {
    serde_json::to_value(Answer { results }).expect("outcomes serialise to JSON without fail")
}

fn not_json(invalid: &shared::InvalidValue) -> Outcome {
    let error = FieldError { pointer: String::new(), detail: invalid.to_string() };
    Outcome::without_reference(PublishResult::Invalid(vec![error]))
}
