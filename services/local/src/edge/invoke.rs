//! Lambda's Invoke API
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use uuid::Uuid;

use super::request::BufferedRequest;
use super::state::Edge;
use crate::lambda::Invocation;
use crate::response::{request_id, rest_json_error};

/// The most that a synchronous invocation may hold.
const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// Handles `POST /2015-03-31/functions/NAME/invocations`; NAME may be an ARN.
pub async fn invoke(
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
    request: BufferedRequest,
) -> Response {
    let BufferedRequest { parts, body, .. } = request;
    let Some(lambda) = edge.lambdas.find(&name) else {
        let message = format!("Function not found: {name}");
        return rest_json_error(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    };
    if body.len() > MAX_PAYLOAD_BYTES {
        return rest_json_error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            "The payload is larger than 6 MB.",
        );
    }
    let payload = if body.is_empty() { "{}".into() } else { body };
    match parts.headers.get("x-amz-invocation-type").map(|kind| kind.as_bytes()) {
        Some(b"Event") => match edge.async_invoker.invoke(lambda, payload).await {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(error) => not_stored(&error),
        },
        Some(b"DryRun") => StatusCode::NO_CONTENT.into_response(),
        _ => response(lambda.function.invoke(Uuid::new_v4(), payload).await),
    }
}

fn not_stored(error: &rusqlite::Error) -> Response {
    let message = format!("The invocation cannot be written to disk: {error}.");
    rest_json_error(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", &message)
}

fn response(invocation: Invocation) -> Response {
    // As on AWS, a function's error is a 200 too; only a header tells it apart.
    let (payload, function_error) = match invocation {
        Invocation::Answered(payload) => (payload, None),
        Invocation::Failed { error } => (error, Some([("x-amz-function-error", "Unhandled")])),
    };
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json"),
        ("x-amz-executed-version", "$LATEST"),
        ("x-amzn-requestid", &request_id()),
    ];
    (headers, function_error, payload).into_response()
}
