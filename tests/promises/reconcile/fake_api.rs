//! A small HTTP server in place of a shop system's API, whose answers can be made to fail.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A request, as far as the fakes look at it.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// An answer in JSON.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Response {
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json; charset=UTF-8".to_owned())];
        Self { status, headers, body: body.to_string() }
    }

    /// A page for people, as a maintenance plugin or a firewall answers.
    pub fn html(status: u16) -> Self {
        let headers = vec![("content-type", "text/html".to_owned())];
        Self { status, headers, body: "<html>Briefly unavailable</html>".to_owned() }
    }

    pub fn with(mut self, header: &'static str, value: impl ToString) -> Self {
        self.headers.push((header, value.to_string()));
        self
    }
}

/// What happens to a request instead of its answer.
#[derive(Debug, Clone)]
pub enum Fault {
    Answer(Response),
    /// Nothing is ever answered.
    Silence,
    /// The connection is closed without an answer.
    HangUp,
    /// The connection is cut in the middle of the answer.
    Half,
}

type Handler = dyn Fn(&Request) -> Response + Send + Sync;

#[derive(Default)]
struct Log {
    faults: VecDeque<Fault>,
    requests: Vec<Request>,
}

/// A running server.
pub struct FakeApi {
    pub address: SocketAddr,
    log: Arc<Mutex<Log>>,
    server: JoinHandle<()>,
}

impl FakeApi {
    pub async fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let log = Arc::new(Mutex::new(Log::default()));
        let (handler, of_server): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&log));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (handler, log) = (Arc::clone(&handler), Arc::clone(&of_server));
                // A client that hangs up first is no failure of the server.
                tokio::spawn(async move { drop(serve(stream, &*handler, &log).await) });
            }
        });
        Self { address, log, server }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next requests come to these, one each.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.log).faults.extend(faults);
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.log).requests.clone()
    }
}

impl Drop for FakeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, handler: &Handler, log: &Mutex<Log>) -> io::Result<()> {
    let request = read(&mut stream).await?;
    let fault = {
        let mut log = lock(log);
        log.requests.push(request.clone());
        log.faults.pop_front()
    };
    let (response, is_half) = match fault {
        None => (handler(&request), false),
        Some(Fault::Answer(response)) => (response, false),
        Some(Fault::Half) => (handler(&request), true),
        Some(Fault::HangUp) => return stream.shutdown().await,
        Some(Fault::Silence) => return std::future::pending().await,
    };
    let headers: String =
        response.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let body = response.body.as_bytes();
    let head = format!(
        "HTTP/1.1 {} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
        response.status,
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(if is_half { &body[..body.len() / 2] } else { body }).await?;
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> io::Result<Request> {
    let mut read = Vec::new();
    loop {
        if let Some(request) = parse(&read) {
            return Ok(request);
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The request, once all of it is there.
fn parse(bytes: &[u8]) -> Option<Request> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let target = lines.next()?.split(' ').nth(1)?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |n| n.parse().expect("a length"));
    if body.len() < length {
        return None;
    }
    let url = Url::parse("http://api.example").and_then(|base| base.join(target)).expect("a URL");
    let query = url.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect();
    Some(Request { path: url.path().to_owned(), query, headers, body: body.to_owned() })
}
