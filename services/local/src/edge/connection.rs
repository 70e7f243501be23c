//! Serving connections, HTTP/1.1: accepting them, ending those whose client sends no whole request.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::transfer_limits::TransferLimits;

/// The pause after a connection that could not be accepted: usually there are no file descriptors left.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Serves `routes` until `stop`, then waits for the connections that are open.
// Not axum::serve: it has no timer, so that half a request would hold a connection for ever.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: TransferLimits,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let connection = Connection { peer, limits, stop: stop.clone() };
                connections.spawn(connection.serve(stream, routes.clone()));
            }
            Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

struct Connection {
    peer: SocketAddr,
    limits: TransferLimits,
    stop: CancellationToken,
}

impl Connection {
    async fn serve(self, stream: TcpStream, routes: Router) {
        let Self { peer, limits, stop } = self;
        // A small response must not wait for the acknowledgement of the one before it (Nagle).
        let _ = stream.set_nodelay(true);
        let routes = TowerToHyperService::new(routes);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(limits);
            routes.call(request.map(Body::new))
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limits.head);
        let mut connection = http.serve_connection(TokioIo::new(stream), service);
        let served = match stop.run_until_cancelled(&mut connection).await {
            Some(served) => served,
            None => {
                Pin::new(&mut connection).graceful_shutdown();
                (&mut connection).await
            }
        };
        if served.is_err_and(|error| error.is_timeout()) {
            let rest = connection.into_parts();
            // An idle connection is closed without a word: an answer could be taken for the next one's.
            if !rest.read_buf.is_empty() {
                answer_timeout(rest.io.into_inner()).await;
            }
        }
    }
}

/// Answers a request whose head did not arrive; hyper only closes the connection.
async fn answer_timeout(mut stream: TcpStream) {
    const MESSAGE: &str =
        r#"{"message":"The request's head did not arrive in time. Send the request again."}"#;
    let response = format!(
        "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{MESSAGE}",
        MESSAGE.len()
    );
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.shutdown().await;
}
