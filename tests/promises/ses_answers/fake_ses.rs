//! A fake SES that answers every request in one given way, byte by byte.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a connection.
#[derive(Debug, Clone)]
pub enum Behavior {
    /// Closes it without reading a byte.
    CloseUnread,
    /// Reads the request and closes the connection without an answer.
    CloseRead,
    /// Reads the request and resets the connection (RFC 9293, 3.10.5).
    Reset,
    /// Reads the request and never answers.
    Silence,
    /// Reads the request, writes these bytes, and closes.
    Write(String),
}

pub struct FakeSes {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl FakeSes {
    pub async fn start(behavior: Behavior) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                // Some behaviours make the caller hang up first, which is an error here and no failure.
                let _ = serve(stream, &behavior).await;
            }
        });
        Self { address, connections, server }
    }

    /// The number of connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for FakeSes {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(mut stream: TcpStream, behavior: &Behavior) -> io::Result<()> {
    if matches!(behavior, Behavior::CloseUnread) {
        return Ok(());
    }
    read_request(&mut stream).await?;
    match behavior {
        Behavior::CloseUnread | Behavior::CloseRead => stream.shutdown().await,
        Behavior::Reset => stream.set_zero_linger(),
        Behavior::Silence => std::future::pending().await,
        Behavior::Write(bytes) => {
            stream.write_all(bytes.as_bytes()).await?;
            stream.shutdown().await
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> io::Result<()> {
    let mut read = Vec::new();
    while !is_complete(&read) {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|n| n.trim().parse().ok()).expect("a request with a body");
    body.len() >= length
}

/// An answer of an AWS REST-JSON service.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Behavior {
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    Behavior::Write(format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    ))
}
