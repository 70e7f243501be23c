//! The port: taking it, serving it, closing it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use loopback::browser_guard::{BrowserGuard, refuse_web_pages};
use tokio::net::TcpListener;
use tokio::sync::SetOnce;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::connection;
use super::routes::routes;
use super::state::Edge;
use super::transfer_limits::TransferLimits;
use crate::aws::calls::Caller;

/// How long a stopping server waits for the requests in progress.
const SHUTDOWN_GRACE: Duration = Duration::from_millis(500);

/// A bound port of 127.0.0.1.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

/// Why the port could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program listens there.
    #[error(
        "Port {port} on 127.0.0.1 is already in use. \
         Stop the other program or choose another port with --port N."
    )]
    InUse {
        /// The port asked for.
        port: u16,
    },
    /// For instance a port below 1024.
    #[error("Cannot listen on port {port} of 127.0.0.1: {source}. Choose another with --port N.")]
    Refused {
        /// The port asked for.
        port: u16,
        /// What the operating system reported.
        source: io::Error,
    },
}

impl Listener {
    /// Binds `port` of 127.0.0.1, never of another interface; 0 takes a free one.
    ///
    /// # Errors
    /// [`ListenError`], as a sentence that names the flag to change.
    pub async fn bind(port: u16) -> Result<Self, ListenError> {
        let refused = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ListenError::InUse { port },
            _ => ListenError::Refused { port, source },
        };
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
        let address = tcp.local_addr().map_err(refused)?;
        Ok(Self { tcp, address })
    }

    /// Where it listens; known before anything is served, because queue URLs and the functions'
    /// environment hold it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A port that is being served. Dropping it leaves the port open until the runtime ends: stop it.
#[derive(Debug)]
pub struct Server {
    ready: Arc<SetOnce<()>>,
    stop: CancellationToken,
    abort: CancellationToken,
    serving: JoinHandle<()>,
    edge: Weak<Edge>,
}

impl Server {
    /// Begins to serve the stack's own clients. Everybody else's requests wait for
    /// [`Server::set_ready`].
    pub fn start(listener: Listener, edge: Arc<Edge>, limits: TransferLimits) -> Self {
        let ready = Arc::new(SetOnce::new());
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let guard = BrowserGuard::new(listener.address);
        // The last one is the first to get a request.
        let routes = routes(&edge)
            .layer(from_fn_with_state(Arc::clone(&ready), until_ready))
            .layer(from_fn_with_state(guard, refuse_web_pages))
            .layer(from_fn_with_state(abort.clone(), until_aborted));
        let serving = connection::serve(listener.tcp, routes, limits, stop.clone());
        let serving = tokio::spawn(serving);
        Self { ready, stop, abort, serving, edge: Arc::downgrade(&edge) }
    }

    /// Answers everybody from now on, those first who have waited.
    pub fn set_ready(&self) {
        // An error means that it was ready before.
        let _ = self.ready.set(());
    }

    /// Closes the port and every connection, within a second. Requests that take longer than half
    /// of it, such as a long poll, end in a 503.
    pub async fn stop(self) {
        // First no new requests; those in progress may still end well.
        self.stop.cancel();
        let mut closed = pin!(closed(self.serving, self.edge));
        if timeout(SHUTDOWN_GRACE, &mut closed).await.is_err() {
            self.abort.cancel();
            // Left over is a client that sends no whole request, or does not read its response.
            let _ = timeout(SHUTDOWN_GRACE, closed).await;
        }
    }
}

/// Lets a request wait until the stack is ready, so that nobody gets an answer that a running stack
/// would not give.
async fn until_ready(
    State(ready): State<Arc<SetOnce<()>>>,
    request: Request,
    next: Next,
) -> Response {
    // The functions and mappings call their services as they start, and are waited for themselves.
    if Caller::from_headers(request.headers()) == Caller::Other {
        ready.wait().await;
    }
    next.run(request).await
}

/// Ends every request once `abort` is cancelled.
async fn until_aborted(
    State(abort): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    let response = abort.run_until_cancelled(next.run(request)).await;
    response.unwrap_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// Ready when the last connection is closed and the services are released.
async fn closed(serving: JoinHandle<()>, edge: Weak<Edge>) {
    let _ = serving.await;
    // A connection counts as closed just before it drops its handle to the services. Whoever
    // stops the database next needs to be its only owner.
    while edge.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_answered_with_the_flag_that_changes_it() {
        let first = Listener::bind(0).await.unwrap();
        let port = first.address().port();
        let error = Listener::bind(port).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "Port {port} on 127.0.0.1 is already in use. \
                 Stop the other program or choose another port with --port N."
            )
        );
    }
}
