//! A small HTTP/1.1 server on 127.0.0.1, with TLS or without, that answers at once.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;

use super::error::PerfError;

/// A running server. It and its connections end when this is dropped.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    _task: AbortOnDropHandle<()>,
}

impl Server {
    /// Answers every request with what `handle` makes of its head and body.
    pub async fn start<H, F>(tls: Option<TlsAcceptor>, handle: H) -> Result<Self, PerfError>
    where
        H: Fn(Parts, Bytes) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // Without it the kernel delays small answers; slower is all that it would be.
                let _ = stream.set_nodelay(true);
                let (tls, handle) = (tls.clone(), handle.clone());
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, handle).await,
                        // A client that breaks off its handshake gets no answer.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, handle).await,
                            Err(error) => eprintln!("a TLS handshake failed: {error}"),
                        },
                    }
                });
            }
        });
        Ok(Self { address, _task: AbortOnDropHandle::new(task) })
    }
}

async fn serve<S, H, F>(stream: S, handle: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Parts, Bytes) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let handle = handle.clone();
        async move {
            let (parts, body) = request.into_parts();
            // A body that breaks off is one of a process that was killed.
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            Ok::<_, Infallible>(handle(parts, body).await)
        }
    });
    // An error is a client that has gone.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// A JSON answer.
pub fn json(status: u16, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status.try_into().unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}
