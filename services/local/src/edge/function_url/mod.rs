//! Intake's Function URL: HTTP in, the event of payload format 2.0 out, and back again
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>).

mod answer;
mod event;

use bytes::Bytes;
use http::StatusCode;

use super::reply::{Reply, json};
use super::{Edge, Request};
use crate::lambda::Invocation;
use answer::answered;
use event::Event;

/// The largest request that a Function URL takes.
const MAX_REQUEST_BYTES: usize = 6 * 1024 * 1024;

impl Edge {
    pub(super) async fn shop(&self, request: &Request) -> Reply {
        if request.body.len() > MAX_REQUEST_BYTES {
            return sentence(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        let Some(intake) = self.lambdas.intake() else { return internal_error() };
        let event = serde_json::to_vec(&Event::of(request)).expect("string keys only");
        match intake.function.invoke(uuid::Uuid::new_v4(), Bytes::from(event)).await {
            Invocation::Answered(answer) => answered(&answer),
            Invocation::Failed { .. } => internal_error(),
        }
    }
}

fn internal_error() -> Reply {
    sentence(StatusCode::BAD_GATEWAY, "Internal Server Error")
}

fn sentence(status: StatusCode, message: &str) -> Reply {
    json(status, &serde_json::json!({ "message": message }))
}
