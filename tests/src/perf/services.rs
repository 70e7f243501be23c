//! What stands in for AWS: each call is passed on to the one-machine stack and its answer kept, or answered at once as it
//! was before. Either way it is counted.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde_json::{Value, json};

use super::PerfError;
use super::call::{is_live, operation};
use super::http::{Server, json as json_answer};
use super::recording::{Answer, Recording, Replay};
use super::tls::Tls;

/// The calls of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub calls: u64,
    /// Bytes of the requests' bodies.
    pub sent: u64,
    /// Bytes of the answers' bodies.
    pub received: u64,
}

/// What was called since the last look.
#[derive(Debug, Default)]
pub struct Seen {
    pub counts: BTreeMap<String, Count>,
    /// The calls, if they are taped.
    pub tape: Option<Taped>,
    /// The most calls that were under way at the same time.
    pub at_once: usize,
    under_way: usize,
}

/// The calls of some invocations.
#[derive(Debug, Default)]
pub struct Taped {
    /// Each with its body, in the order in which they came.
    pub calls: Vec<Value>,
    /// What those were answered that are [live](is_live).
    pub live: Recording,
}

struct State {
    /// Where the answers come from; without one, from the stack.
    replay: Option<Replay>,
    stack: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    recording: Mutex<Recording>,
    seen: Mutex<Seen>,
}

/// The services of one process.
pub struct Services {
    /// The endpoint of them all.
    pub url: String,
    state: Arc<State>,
    _server: Server,
}

impl Services {
    /// Passes every call on to the stack at `stack`, and adds its answer to `recording`.
    pub async fn recording(stack: SocketAddr, recording: Recording) -> Result<Self, PerfError> {
        Self::start(None, stack, recording, None).await
    }

    /// Answers as `replay` has it, over TLS if it is given. What is [live](is_live) and not in `replay`, the stack at
    /// `stack` answers.
    pub async fn replay(
        replay: Replay,
        stack: SocketAddr,
        tls: Option<&Tls>,
    ) -> Result<Self, PerfError> {
        Self::start(Some(replay), stack, Recording::default(), tls).await
    }

    async fn start(
        replay: Option<Replay>,
        stack: SocketAddr,
        recording: Recording,
        tls: Option<&Tls>,
    ) -> Result<Self, PerfError> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (recording, seen) = (Mutex::new(recording), Mutex::default());
        let state = Arc::new(State { replay, stack, client, recording, seen });
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::clone(&state);
        let server = Server::start(tls.map(|tls| tls.acceptor.clone()), move |parts, body| {
            let state = Arc::clone(&shared);
            async move { state.answer(parts, body).await }
        });
        let server = server.await?;
        Ok(Self { url: format!("{scheme}://{}", server.address), state, _server: server })
    }

    /// From now on, the calls are taped.
    pub fn tape(&self) {
        self.state.seen().tape = Some(Taped::default());
    }

    /// What was called since the last look.
    ///
    /// # Errors
    /// A call was none of the recorded ones.
    pub fn take(&self) -> Result<Seen, PerfError> {
        if let Some(unknown) = self.state.replay.as_ref().and_then(Replay::unknown) {
            return Err(format!("no answer to this call was recorded: {unknown}").into());
        }
        Ok(std::mem::take(&mut *self.state.seen()))
    }

    /// What was recorded.
    pub fn into_recording(self) -> Recording {
        std::mem::take(&mut *lock(&self.state.recording))
    }
}

impl State {
    async fn answer(&self, parts: Parts, body: Bytes) -> Response<Full<Bytes>> {
        if parts.uri.path() == kit::connect::PATH {
            return json_answer(200, "healthy");
        }
        let operation = operation(&parts);
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        self.begin(&operation, &request, body.len());
        let recorded = self.replay.as_ref().and_then(|all| all.answer(&operation, &request));
        let answer = match (recorded, &self.replay) {
            (Some(answer), _) => Some(answer),
            (None, Some(replay)) if !is_live(&request) => {
                replay.miss(&operation, &request);
                None
            }
            // An error here is one of a stack in this process, which would have ended.
            (None, _) => self.pass_on(parts, body).await.ok().inspect(|answer| {
                self.record(&operation, &request, answer);
            }),
        };
        let Some(answer) = answer else {
            return json_answer(400, r#"{"__type":"ValidationException"}"#);
        };
        self.end(&operation, answer.body.len());
        let mut response = Response::new(Full::new(answer.body));
        *response.status_mut() = answer.status.try_into().unwrap_or_default();
        *response.headers_mut() = answer.headers;
        response
    }

    fn begin(&self, operation: &str, request: &Value, sent: usize) {
        let mut seen = self.seen();
        let count = seen.counts.entry(operation.to_owned()).or_default();
        count.calls += 1;
        count.sent += sent as u64;
        seen.under_way += 1;
        seen.at_once = seen.at_once.max(seen.under_way);
        if let Some(tape) = &mut seen.tape {
            tape.calls.push(json!({ "operation": operation, "body": request }));
        }
    }

    fn record(&self, operation: &str, request: &Value, answer: &Answer) {
        if !is_live(request) {
            lock(&self.recording).add(operation, request, answer.clone());
        } else if let Some(tape) = &mut self.seen().tape {
            tape.live.add(operation, request, answer.clone());
        }
    }

    async fn pass_on(&self, mut parts: Parts, body: Bytes) -> Result<Answer, PerfError> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("http://{}{path}", self.stack).parse()?;
        // The stack refuses requests that were meant for another host.
        parts.headers.insert(http::header::HOST, self.stack.to_string().parse()?);
        let request = http::Request::from_parts(parts, Full::new(body));
        let (parts, body) = self.client.request(request).await?.into_parts();
        let mut headers = parts.headers;
        // Each answer gets its own.
        for name in
            [http::header::CONTENT_LENGTH, http::header::TRANSFER_ENCODING, http::header::DATE]
        {
            headers.remove(name);
        }
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status.as_u16(), headers, body })
    }

    fn end(&self, operation: &str, received: usize) {
        let mut seen = self.seen();
        seen.under_way = seen.under_way.saturating_sub(1);
        seen.counts.entry(operation.to_owned()).or_default().received += received as u64;
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
