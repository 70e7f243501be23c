//! Answers, whole in memory: every service here answers with one small document.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;

/// An HTTP answer.
pub type Reply = Response<Full<Bytes>>;

/// An answer of this status, media type and body.
#[must_use]
pub fn reply(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply
}

/// `body` as JSON.
#[must_use]
pub fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(body).expect("what is answered here has string keys only");
    reply(status, "application/json", body)
}

/// An error as services of the awsJson protocols (DynamoDB, SQS, EventBridge) answer it
/// (<https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization>).
#[must_use]
pub fn aws_json_error(status: StatusCode, code: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "__type": code, "message": message }).to_string();
    reply(status, "application/x-amz-json-1.0", body)
}

/// An error as services of the restJson1 protocol (SES v2, Lambda) answer it: its name in
/// `x-amzn-ErrorType`
/// (<https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>).
#[must_use]
pub fn rest_json_error(status: StatusCode, code: &str, message: &str) -> Reply {
    let mut reply = json(status, &serde_json::json!({ "message": message }));
    set(&mut reply, "x-amzn-errortype", code);
    reply
}

/// Sets a header; a value that HTTP cannot carry is left out.
pub fn set(reply: &mut Reply, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// A new id for a request, as AWS services give one to each.
#[must_use]
pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
