//! The three triggers of an invocation, distinguished by the payload's structure.

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
    /// Not all events were stored: the caller must retry.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event from EventBridge was refused. Nobody reads a response to it, so the invocation must fail:
    /// after Lambda's retries, the failure destination keeps the event for an operator.
    #[error("the event from EventBridge was not accepted: {}", .0.detail())]
    NotAccepted(PublishResult),
}

/// The response to a direct invocation.
#[derive(Debug, Serialize)]
struct Answer {
    results: Vec<Outcome>,
}

/// Handles one invocation.
///
/// # Errors
/// [`IntakeError`], for EventBridge and direct invocations only: over HTTP, every failure is a response.
pub async fn handle(intake: &Intake, payload: &str) -> Result<Value, IntakeError> {
    let payload = match parse_strict(payload.as_bytes()) {
        Ok(payload) => payload,
        // Only a direct invocation can pass such a payload. Its caller reads the response.
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
