//! The Lambda Runtime API of one process, which notes when each of its calls arrives
//! ([AWS: runtimes-api](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html)).
//!
//! Smaller and faster than the one-machine stack's: no queue, no restart, no guard against web pages.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::Full;
use tokio::sync::{mpsc, oneshot};

use super::error::PerfError;
use super::http::{Server, json};

const INVOCATIONS: &str = "/2018-06-01/runtime/invocation/";

/// How long an invocation may take, as the function hears it.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What the process did.
#[derive(Debug)]
pub enum Event {
    /// It asks for its next invocation, which is to be sent here.
    Ready(oneshot::Sender<Bytes>),
    /// It has answered.
    Answered(Bytes),
    /// It has reported an error, of an invocation or of its start.
    Failed(Bytes),
}

/// A running Runtime API.
#[derive(Debug)]
pub struct RuntimeApi {
    pub server: Server,
    /// Each with the time at which it arrived.
    pub events: mpsc::UnboundedReceiver<(Instant, Event)>,
}

impl RuntimeApi {
    pub async fn start(function: &str) -> Result<Self, PerfError> {
        let (sender, events) = mpsc::unbounded_channel();
        let arn: Arc<str> =
            format!("arn:aws:lambda:eu-central-2:000000000000:function:waybill-{function}").into();
        let server = Server::start(None, move |parts, body| {
            let (sender, arn) = (sender.clone(), Arc::clone(&arn));
            async move { answer(&sender, &arn, &parts, body).await }
        });
        Ok(Self { server: server.await?, events })
    }
}

async fn answer(
    events: &mpsc::UnboundedSender<(Instant, Event)>,
    arn: &str,
    parts: &Parts,
    body: Bytes,
) -> Response<Full<Bytes>> {
    let now = Instant::now();
    let path = parts.uri.path();
    let of_invocation = path.strip_prefix(INVOCATIONS).unwrap_or_default();
    if of_invocation == "next" {
        let (give, given) = oneshot::channel();
        // The harness that no longer listens ends this process too.
        let _ = events.send((now, Event::Ready(give)));
        return match given.await {
            Ok(payload) => next(arn, payload),
            Err(_) => std::future::pending().await,
        };
    }
    let event = match of_invocation.ends_with("/response") {
        true => Event::Answered(body),
        false => Event::Failed(body),
    };
    let _ = events.send((now, event));
    json(202, r#"{"status":"OK"}"#)
}

fn next(arn: &str, payload: Bytes) -> Response<Full<Bytes>> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + TIMEOUT;
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", arn.to_owned()),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
        ),
    ];
    let mut response = json(200, payload);
    for (name, value) in headers {
        if let Ok(value) = value.try_into() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
