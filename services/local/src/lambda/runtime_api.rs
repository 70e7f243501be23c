//! The Runtime API of one process: it requests invocations and posts their responses.
//!
//! [AWS: runtimes-api](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). A runtime
//! finds it by `AWS_LAMBDA_RUNTIME_API`, a host and port without a path, hence one listener a
//! process.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use loopback::browser_guard::{BrowserGuard, refuse_web_pages};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::failure::{self, MAX_RESPONSE_BYTES};
use super::invoke::Invocation;

/// One invocation as a process gets it.
pub(super) struct NextInvocation {
    pub request_id: Uuid,
    pub payload: Bytes,
    /// When its process will be killed.
    pub deadline: SystemTime,
    pub arn: Arc<str>,
}

/// A call that the process made.
pub(super) enum RuntimeEvent {
    /// It requested the next invocation.
    Ready(oneshot::Sender<NextInvocation>),
    /// It posted the response of its current invocation.
    Answered(Invocation),
    /// It posted an initialization error.
    InitFailed(Bytes),
}

struct Shared {
    events: mpsc::Sender<RuntimeEvent>,
    /// The invocation that the process has not responded to yet.
    current: Mutex<Option<Uuid>>,
}

impl Shared {
    fn begin(&self, request_id: Uuid) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(request_id);
    }

    /// Ends the current invocation; false if it is not this one.
    fn end(&self, request_id: &str) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.take_if(|id| request_id.parse() == Ok(*id)).is_some()
    }

    async fn notify(&self, event: RuntimeEvent) {
        // An error means that the process is being killed and nobody receives its events.
        let _ = self.events.send(event).await;
    }
}

/// A running Runtime API. It stops when this is dropped.
pub(super) struct RuntimeApi {
    pub address: SocketAddr,
    pub events: mpsc::Receiver<RuntimeEvent>,
    _server: AbortOnDropHandle<()>,
}

impl RuntimeApi {
    /// Listens on a free port of 127.0.0.1.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (sender, events) = mpsc::channel(4);
        let shared = Arc::new(Shared { events: sender, current: Mutex::new(None) });
        let listener = listener.tap_io(|connection| {
            // Responses are small and awaited, so they must not be delayed to fill a packet. Without this
            // they are slower, no more.
            let _ = connection.set_nodelay(true);
        });
        // A page that finds the port could take an invocation away from its process, and read it.
        let guard = from_fn_with_state(BrowserGuard::for_programs(address), refuse_web_pages);
        let routes = routes(shared).layer(guard);
        let server = tokio::spawn(async move {
            // axum retries a failed accept, so this returns only when the task is aborted.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, events, _server: AbortOnDropHandle::new(server) })
    }
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(shared)
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let (work, given) = oneshot::channel();
    shared.notify(RuntimeEvent::Ready(work)).await;
    let Ok(work) = given.await else {
        // The process is about to be killed. A runtime does not expect `next` to fail.
        return std::future::pending().await;
    };
    shared.begin(work.request_id);
    invocation(work)
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let answer = to_bytes(body, MAX_RESPONSE_BYTES).await;
    if !shared.end(&id) {
        return not_current(&id);
    }
    match answer {
        Ok(answer) => {
            shared.notify(RuntimeEvent::Answered(Invocation::Answered(answer))).await;
            accepted()
        }
        Err(_) => {
            shared.notify(RuntimeEvent::Answered(failure::response_too_large())).await;
            refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Answer too large")
        }
    }
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    if !shared.end(&id) {
        return not_current(&id);
    }
    shared.notify(RuntimeEvent::Answered(Invocation::Failed { error: body })).await;
    accepted()
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    shared.notify(RuntimeEvent::InitFailed(body)).await;
    accepted()
}

fn invocation(work: NextInvocation) -> Response {
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", work.request_id.to_string()),
        ("lambda-runtime-deadline-ms", since_epoch(work.deadline).as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", work.arn.to_string()),
        ("lambda-runtime-trace-id", trace_id(work.request_id)),
    ];
    (headers, work.payload).into_response()
}

/// An X-Ray trace header of a request that is not sampled.
fn trace_id(request_id: Uuid) -> String {
    let seconds = since_epoch(SystemTime::now()).as_secs();
    let random = request_id.simple().to_string();
    format!("Root=1-{seconds:08x}-{};Parent={};Sampled=0", &random[..24], &random[16..])
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({ "status": "OK" }))).into_response()
}

fn not_current(id: &str) -> Response {
    let message = format!("This process does not have the invocation {id}");
    refused(StatusCode::BAD_REQUEST, "InvalidRequestID", &message)
}

fn refused(status: StatusCode, error_type: &str, message: &str) -> Response {
    (status, Json(json!({ "errorType": error_type, "errorMessage": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn status_of_next(api: &RuntimeApi, header: &str) -> String {
        let mut connection = TcpStream::connect(api.address).await.unwrap();
        let path = "/2018-06-01/runtime/invocation/next";
        let request = format!("GET {path} HTTP/1.1\r\n{header}\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        let answer = connection.read_exact(&mut status);
        // Without the guard it waits for an invocation.
        tokio::time::timeout(Duration::from_secs(30), answer).await.unwrap().unwrap();
        String::from_utf8_lossy(&status).into_owned()
    }

    #[tokio::test]
    async fn a_web_page_cannot_take_an_invocation_away_from_its_process() {
        let mut api = RuntimeApi::start().await.unwrap();
        let rebound = format!("host: evil.example:{}", api.address.port());
        assert_eq!(status_of_next(&api, &rebound).await, "HTTP/1.1 421");
        let cross_site = format!("host: {}\r\nsec-fetch-site: cross-site", api.address);
        assert_eq!(status_of_next(&api, &cross_site).await, "HTTP/1.1 403");
        assert!(api.events.try_recv().is_err());
    }
}
