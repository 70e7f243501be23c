//! A webhook as a shop might have one: it records each request, and answers as the test says.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::support::eventually;

/// How the webhook answers a request.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    /// With this header, a whole line.
    StatusWith(u16, &'static str),
    /// Never.
    Hang,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Posted {
    /// In lower case, a line each.
    pub head: String,
    pub event: Value,
}

/// A running webhook.
pub struct Webhook {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// For the next requests; then each is taken.
    replies: VecDeque<Reply>,
    always: Option<Reply>,
    posted: Vec<Posted>,
}

impl Webhook {
    /// Answers the first requests with `replies`, and each further one with 204.
    pub async fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        Self::serve(listener, State { replies: replies.to_vec().into(), ..State::default() })
    }

    /// Answers each request with `reply`, until [`Webhook::take`].
    pub async fn always(reply: Reply) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        Self::serve(listener, State { always: Some(reply), ..State::default() })
    }

    /// At an address where nothing listened before.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free again");
        Self::serve(listener, State::default())
    }

    fn serve(listener: TcpListener, state: State) -> Self {
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}/mails", self.address)
    }

    /// Answers each further request with 204.
    pub fn take(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).always = None;
    }

    /// The requests so far.
    pub fn posted(&self) -> Vec<Posted> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).posted.clone()
    }

    /// Waits for so many requests.
    pub async fn wait_for(&self, count: usize) -> Vec<Posted> {
        eventually(&format!("{count} requests"), async || self.posted().len() >= count).await;
        self.posted()
    }
}

async fn answer(stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut stream = BufReader::new(stream);
    let Some(posted) = read(&mut stream).await else { return };
    let reply = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.posted.push(posted);
        let always = state.always.clone();
        always.or_else(|| state.replies.pop_front()).unwrap_or(Reply::Status(204))
    };
    let (status, header) = match reply {
        Reply::Status(status) => (status, "x-by: test"),
        Reply::StatusWith(status, header) => (status, header),
        // Until the caller closes the connection.
        Reply::Hang => return drop(stream.read(&mut [0]).await),
    };
    let answer = format!("HTTP/1.1 {status} -\r\n{header}\r\ncontent-length: 0\r\n\r\n");
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Posted> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().expect("a number");
        }
        head.push_str(&line);
        head.push('\n');
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Posted { head, event: serde_json::from_slice(&body).ok()? })
}
