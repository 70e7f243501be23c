//! HTTP on the port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::reply::{Reply, aws_json_error};
use super::{Edge, HangUp, Listener, Request};

/// What DynamoDB takes, the most of all services here.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// How long a stopping server retry_delays for answers under way; a long poll is not waited for.
const GRACE: Duration = Duration::from_millis(500);

/// A serving port. Dropping it leaves the port open until the runtime ends: stop it.
#[derive(Debug)]
pub struct Server {
    stop: CancellationToken,
    accepting: JoinHandle<()>,
    connections: TaskTracker,
    hang_up: CancellationToken,
}

impl Server {
    /// Begins to answer.
    #[must_use]
    pub fn start(listener: Listener, edge: Arc<Edge>) -> Self {
        let stop = CancellationToken::new();
        let hang_up = CancellationToken::new();
        let connections = TaskTracker::new();
        let connection = Connection { edge, stop: stop.clone(), hang_up: hang_up.clone() };
        let accepting = tokio::spawn(accept(listener, connection, connections.clone()));
        Self { stop, accepting, connections, hang_up }
    }

    /// Closes the port and every connection, in at most half a second.
    pub async fn stop(self) {
        self.stop.cancel();
        drop(self.accepting.await);
        self.connections.close();
        if tokio::time::timeout(GRACE, self.connections.wait()).await.is_err() {
            self.hang_up.cancel();
            self.connections.wait().await;
        }
    }
}

#[derive(Clone)]
struct Connection {
    edge: Arc<Edge>,
    stop: CancellationToken,
    hang_up: CancellationToken,
}

async fn accept(listener: Listener, connection: Connection, connections: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.tcp.accept() => accepted,
            () = connection.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection.clone().serve(stream, peer));
            }
            // Out of file descriptors: the next connection that closes gives one back.
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

impl Connection {
    async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        // Small answers must not wait for the other side's acknowledgement.
        drop(stream.set_nodelay(true));
        let answer = service_fn(|request| answer(&self.edge, request, peer));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), answer);
        tokio::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    result = connection => result,
                    () = self.hang_up.cancelled() => return,
                }
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

async fn answer(
    edge: &Edge,
    request: http::Request<Incoming>,
    peer: SocketAddr,
) -> Result<Reply, HangUp> {
    let (parts, body) = request.into_parts();
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => edge.answer(Request { parts, body: body.to_bytes(), peer }).await,
        Err(_) => Ok(aws_json_error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            "The body is larger than 16 MiB, or did not arrive.",
        )),
    }
}
