//! The two triggers of an invocation, told apart by the payload: a Function URL's request, and a batch of the queue of
//! deliveries.

use std::time::SystemTime;

use aws_lambda_events::sqs::SqsEvent;
use serde_json::Value;

use crate::dependencies::Connector;
use crate::request::Request;
use crate::{http, worker};

/// An invocation that is neither. Without its cause, which may quote the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a request of a Function URL or a batch of the deliveries queue, as Lambda documents them; deploy a version \
     that knows this payload"
)]
pub struct UnknownPayload;

/// Handles one invocation, which Lambda ends at `deadline`.
///
/// # Errors
/// [`UnknownPayload`]; a batch's messages then use up receives. Over HTTP every failure is an answer, and each message has
/// its own outcome.
pub async fn handle(
    connector: &Connector,
    payload: &str,
    deadline: SystemTime,
) -> Result<Value, UnknownPayload> {
    if let Some(request) = Request::from_payload(payload) {
        return Ok(http::handle(connector, &request).await);
    }
    let batch: SqsEvent = serde_json::from_str(payload).map_err(|_| UnknownPayload)?;
    let answer = worker::handle(connector, &batch.records, deadline).await;
    Ok(serde_json::to_value(answer).expect("a list of ids serialises to JSON without fail"))
}
