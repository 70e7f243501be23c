//! DynamoDB and its streams: dynoxide, SQLite inside.
//!
//! dynoxide serves HTTP on a listener only, so it gets a loopback port of its own, to which calls are
//! forwarded over pooled connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use dynoxide::Database;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Uri, Version, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::stream_index;
use crate::response::aws_json_error;

/// How often items past their time to live are removed. AWS: within a few days.
const TTL_SWEEP: Duration = Duration::from_secs(60);

/// The database, running.
#[derive(Debug)]
pub struct Dynamodb {
    uri: Uri,
    client: Client<HttpConnector, Full<Bytes>>,
    stop: CancellationToken,
    server: JoinHandle<()>,
    sweeper: JoinHandle<()>,
}

/// Why the database did not start.
#[derive(Debug, thiserror::Error)]
pub enum DynamodbError {
    /// The directory, or the database file in it.
    #[error("Cannot keep the tables in {path}: {source}")]
    Data {
        /// The directory, or `memory`.
        path: String,
        /// What SQLite or the operating system reported.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No loopback port.
    #[error("Cannot give DynamoDB a port of 127.0.0.1: {0}")]
    Port(#[from] std::io::Error),
}

impl Dynamodb {
    /// Starts it: tables in memory, or in `dynamodb.sqlite` in the directory `data`, which is made
    /// if it is not there.
    ///
    /// # Errors
    /// [`DynamodbError`], with the path.
    pub async fn start(data: Option<&Path>) -> Result<Self, DynamodbError> {
        let database = open(data)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let sweeper = tokio::spawn(sweep(database.clone()));
        let server = tokio::spawn(async move {
            let served = dynoxide::server::serve_with_shutdown(listener, database, stopped).await;
            if let Err(error) = served {
                tracing::error!(error, "DynamoDB stopped");
            }
        });
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { uri: root_uri(address), client, stop, server, sweeper })
    }

    /// Carries out a call of the API: `headers` name the operation, `body` is its JSON.
    pub async fn call(&self, headers: HeaderMap, body: Bytes) -> Response {
        match self.forward(headers, body).await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(%error, "DynamoDB did not answer");
                let sentence = "The database of the one-machine stack did not answer.";
                aws_json_error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", sentence)
            }
        }
    }

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> Result<Response, ForwardError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = end_to_end(headers);
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        parts.headers = end_to_end(parts.headers);
        parts.version = Version::HTTP_11;
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Stops it; calls under way are finished. File-backed tables are on disk afterwards.
    pub async fn stop(self) {
        self.sweeper.abort();
        self.stop.cancel();
        drop(self.client);
        drop(tokio::time::timeout(Duration::from_secs(2), self.server).await);
    }
}

#[derive(Debug, thiserror::Error)]
enum ForwardError {
    #[error(transparent)]
    Request(#[from] hyper_util::client::legacy::Error),
    #[error(transparent)]
    Body(#[from] hyper::Error),
}

fn open(data: Option<&Path>) -> Result<Database, DynamodbError> {
    let shown = data.map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
    open_file(data).map_err(|source| DynamodbError::Data { path: shown, source })
}

fn open_file(data: Option<&Path>) -> Result<Database, Box<dyn std::error::Error + Send + Sync>> {
    let path = match data {
        // A name of its own: a second connection must find this database and no other stack's.
        None => format!("file:{}?mode=memory&cache=shared", Uuid::new_v4()),
        Some(directory) => {
            std::fs::create_dir_all(directory)?;
            directory.join("dynamodb.sqlite").to_string_lossy().into_owned()
        }
    };
    let database = Database::new(&path)?;
    stream_index::add(&path)?;
    Ok(database)
}

fn root_uri(address: SocketAddr) -> Uri {
    format!("http://{address}/").parse().expect("an address and a slash are a URI")
}

/// The headers without those that belong to one connection, or to a body's way over it.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    const HOP: [HeaderName; 6] = [
        header::CONNECTION,
        header::HOST,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
        header::UPGRADE,
        header::EXPECT,
    ];
    for name in HOP {
        headers.remove(name);
    }
    headers
}

async fn sweep(database: Database) {
    let mut tick = tokio::time::interval(TTL_SWEEP);
    loop {
        tick.tick().await;
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(%error, "items past their time to live were not removed");
        }
    }
}
