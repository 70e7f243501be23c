//! Lambda's Invoke API
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).

use http::StatusCode;

use super::reply::{Reply, reply, request_id, rest_json_error, set};
use super::{Edge, Request};
use crate::lambda::Invocation;

/// The most that may be handed to a function whose answer is waited for.
const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

impl Edge {
    pub(super) async fn invoke(&self, name: &str, request: Request) -> Reply {
        let Some(lambda) = self.lambdas.find(name) else {
            let what = format!("Function not found: {name}");
            return rest_json_error(StatusCode::NOT_FOUND, "ResourceNotFoundException", &what);
        };
        if request.body.len() > MAX_PAYLOAD_BYTES {
            return rest_json_error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLargeException",
                "The payload is larger than 6 MB.",
            );
        }
        let payload = if request.body.is_empty() { "{}".into() } else { request.body };
        match request.parts.headers.get("x-amz-invocation-type").map(|t| t.as_bytes()) {
            Some(b"Event") => {
                self.asynchronous.invoke(lambda, payload);
                empty(StatusCode::ACCEPTED)
            }
            Some(b"DryRun") => empty(StatusCode::NO_CONTENT),
            _ => answered(lambda.function.invoke(uuid::Uuid::new_v4(), payload).await),
        }
    }
}

fn answered(invocation: Invocation) -> Reply {
    let (payload, failed) = match invocation {
        Invocation::Answered(payload) => (payload, false),
        Invocation::Failed { error } => (error, true),
    };
    let mut reply = reply(StatusCode::OK, "application/json", payload);
    set(&mut reply, "x-amz-executed-version", "$LATEST");
    set(&mut reply, "x-amzn-requestid", &request_id());
    if failed {
        set(&mut reply, "x-amz-function-error", "Unhandled");
    }
    reply
}

fn empty(status: StatusCode) -> Reply {
    reply(status, "application/json", "")
}
