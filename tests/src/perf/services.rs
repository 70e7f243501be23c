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

use super::call::{Answer, TableKeys, operation};
use super::error::PerfError;
use super::http::{Server, json as json_answer};
use super::recording::{Recording, Replay};
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

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, count| Self {
            calls: sum.calls + count.calls,
            sent: sum.sent + count.sent,
            received: sum.received + count.received,
        })
    }
}

/// What was called since the last look.
#[derive(Debug, Default)]
pub struct Seen {
    pub counts: BTreeMap<String, Count>,
    /// The calls, if they are taped: each with its body, in the order in which they came.
    pub tape: Option<Vec<Value>>,
    /// The most calls that were under way at the same time.
    pub at_once: usize,
    under_way: usize,
}

/// Where the answers come from.
enum Source {
    Stack(Box<Passing>),
    Replay(Replay),
}

struct State {
    source: Source,
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
    /// Passes every call on to the stack at `stack`, whose tables have these keys, and records its answer.
    pub async fn recording(stack: SocketAddr, keys: TableKeys) -> Result<Self, PerfError> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let recording = Mutex::new(Recording::new(keys));
        Self::start(Source::Stack(Box::new(Passing { stack, client, recording })), None).await
    }

    /// Answers as `replay` has it, over TLS if it is given.
    pub async fn replay(replay: Replay, tls: Option<&Tls>) -> Result<Self, PerfError> {
        Self::start(Source::Replay(replay), tls).await
    }

    async fn start(source: Source, tls: Option<&Tls>) -> Result<Self, PerfError> {
        let state = Arc::new(State { source, seen: Mutex::default() });
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
        self.state.seen().tape = Some(Vec::new());
    }

    /// What was called since the last look.
    ///
    /// # Errors
    /// A call was none of the recorded ones.
    pub fn take(&self) -> Result<Seen, PerfError> {
        if let Source::Replay(replay) = &self.state.source
            && let Some(unknown) = replay.unknown()
        {
            return Err(format!("no answer to this call was recorded: {unknown}").into());
        }
        Ok(std::mem::take(&mut *self.state.seen()))
    }

    /// What was recorded since the last look; nothing where nothing is.
    pub fn take_recording(&self) -> Recording {
        match &self.state.source {
            Source::Stack(passing) => lock(&passing.recording).take(),
            Source::Replay(_) => Recording::default(),
        }
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
        let answer = match &self.source {
            // An error here is one of a stack in this process, which would have ended.
            Source::Stack(passing) => passing.ask(&operation, &request, parts, body).await.ok(),
            Source::Replay(replay) => replay.answer(&operation, &request),
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
            tape.push(json!({ "operation": operation, "body": request }));
        }
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

/// Asks the one-machine stack, and records what it answers.
struct Passing {
    stack: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    recording: Mutex<Recording>,
}

impl Passing {
    async fn ask(
        &self,
        operation: &str,
        request: &Value,
        parts: Parts,
        body: Bytes,
    ) -> Result<Answer, PerfError> {
        let answer = self.pass_on(parts, body).await?;
        lock(&self.recording).add(operation, request, answer.clone());
        Ok(answer)
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
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The answer of the services at `url` to a write of one and the same item.
    async fn update(url: &str) -> Bytes {
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let body = json!({ "TableName": "T", "Key": { "k": { "S": "1" } } }).to_string();
        let request = http::Request::post(url)
            .header("x-amz-target", "DynamoDB_20120810.UpdateItem")
            .body(Full::new(body.into()))
            .expect("a request");
        let answer = client.request(request).await.expect("an answer");
        answer.into_body().collect().await.expect("a body").to_bytes()
    }

    #[tokio::test]
    async fn two_functions_that_write_one_item_are_each_answered_as_they_were() {
        let asked = Arc::new(AtomicUsize::new(0));
        let stack = Server::start(None, move |_, _| {
            let n = asked.fetch_add(1, Ordering::Relaxed);
            async move { json_answer(200, n.to_string()) }
        });
        let stack = stack.await.expect("a server");
        let mut recordings = Vec::new();
        for _ in ["mailer", "feedback"] {
            let services = Services::recording(stack.address, TableKeys::new()).await;
            let services = services.expect("services");
            let answers = [update(&services.url).await, update(&services.url).await];
            recordings.push((answers, services.take_recording()));
        }
        for (answers, recording) in recordings {
            let services = Services::replay(Replay::new(Arc::new(recording)), None).await;
            let services = services.expect("services");
            for answer in answers.iter().chain(&answers) {
                assert_eq!(update(&services.url).await, answer);
            }
            services.take().expect("only recorded calls");
        }
    }
}
