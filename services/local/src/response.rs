//! What the responses of all AWS services here have in common.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

/// An error as services of the awsJson protocols (DynamoDB, SQS, EventBridge) answer it
/// (<https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization>).
pub fn aws_json_error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "__type": code, "message": message }).to_string();
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}

/// An error as services of the restJson1 protocol (SES v2, Lambda) answer it: its code in
/// `x-amzn-ErrorType`
/// (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>).
pub fn rest_json_error(status: StatusCode, code: &str, message: &str) -> Response {
    (status, [("x-amzn-errortype", code)], Json(json!({ "message": message }))).into_response()
}

/// A new id for a request, as AWS services give one to each.
pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
