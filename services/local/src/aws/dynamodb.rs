//! DynamoDB and its streams: dynoxide, SQLite inside.
//!
//! dynoxide serves HTTP on a listener only, so it gets a loopback address of its own, to which calls are
//! forwarded over pooled connections.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use dynoxide::Database;
use http::{HeaderMap, HeaderName, Request, StatusCode, Uri, Version, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
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
    sweeper: AbortOnDropHandle<()>,
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
        source: BoxError,
    },
    /// No loopback port is free.
    #[error("Cannot give DynamoDB a port of this machine: {0}")]
    Port(#[from] std::io::Error),
}

impl Dynamodb {
    /// Starts it: tables in memory, or in `dynamodb.sqlite` in the directory `data`, which is made
    /// if it is not there.
    ///
    /// # Errors
    /// [`DynamodbError`], with the path.
    pub async fn start(data: Option<&Path>) -> Result<Self, DynamodbError> {
        let database = open(data).map_err(|source| {
            let path = data.map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
            DynamodbError::Data { path, source }
        })?;
        let listener = listen_hidden().await?;
        let uri = format!("http://{}/", listener.local_addr()?);
        let uri = uri.parse().expect("an address and a slash are a URI");
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let sweeper = AbortOnDropHandle::new(tokio::spawn(sweep(database.clone())));
        let server = tokio::spawn(async move {
            let served = dynoxide::server::serve_with_shutdown(listener, database, stopped).await;
            if let Err(error) = served {
                tracing::error!(error, "DynamoDB stopped");
            }
        });
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { uri, client, stop, server, sweeper })
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

    async fn forward(&self, headers: HeaderMap, body: Bytes) -> Result<Response, BoxError> {
        let mut request = Request::post(&self.uri).body(Full::new(body))?;
        *request.headers_mut() = end_to_end(headers);
        // With it, dynoxide would allow the response to every web page.
        request.headers_mut().remove(header::ORIGIN);
        // No retry here: the call may have been carried out, and the caller's SDK retries as on AWS.
        let (mut parts, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        parts.headers = end_to_end(parts.headers);
        parts.version = Version::HTTP_11;
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Stops it; calls under way are finished. File-backed tables are on disk afterwards.
    pub async fn stop(self) {
        drop(self.sweeper);
        self.stop.cancel();
        // An idle connection would hold the server until its time-out.
        drop(self.client);
        drop(tokio::time::timeout(Duration::from_secs(2), self.server).await);
    }
}

/// Listens where no web page finds it.
async fn listen_hidden() -> std::io::Result<TcpListener> {
    // dynoxide allows every page to read its tables (`access-control-allow-origin: *`), and a page can try
    // all ports of one address, but not those of the 2^24 addresses that are this machine (127.0.0.0/8).
    let [a, b, c, ..] = Uuid::new_v4().into_bytes();
    match TcpListener::bind((Ipv4Addr::new(127, a, b, c), 0)).await {
        Ok(listener) => Ok(listener),
        // macOS knows the first of them only.
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await,
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

fn open(data: Option<&Path>) -> Result<Database, BoxError> {
    let path = match data {
        // A name of its own: a second connection must find this database and no other stack's.
        None => format!("file:{}?mode=memory&cache=shared", Uuid::new_v4()),
        Some(directory) => {
            std::fs::create_dir_all(directory)?;
            directory.join("dynamodb.sqlite").to_string_lossy().into_owned()
        }
    };
    let database = Database::new(&path)?;
    // After dynoxide has made its tables, and before a call can find them without an index.
    stream_index::add(&path)?;
    Ok(database)
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
        // It holds the lock that all calls share: on another thread, so that the runtime goes on.
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(%error, "items past their time to live were not removed");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_that_tries_all_ports_of_this_machine_does_not_find_the_database() {
        let database = Dynamodb::start(None).await.unwrap();
        let address: Ipv4Addr = database.uri.host().unwrap().parse().unwrap();
        assert!(address.is_loopback());
        assert_ne!(address, Ipv4Addr::LOCALHOST);
    }
}
