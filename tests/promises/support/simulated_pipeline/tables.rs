//! The real tables, through a client whose calls an outage may fail, and the events table's stream.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::outages::{Call, Failure, Outages, Service, Stage};

/// The stream of the events table: what intake has stored and relay has not passed.
#[derive(Debug, Clone, Default)]
pub struct EventStream(Arc<Mutex<StreamState>>);

#[derive(Debug, Default)]
struct StreamState {
    records: VecDeque<Value>,
    written: u64,
}

impl EventStream {
    /// The oldest records.
    pub fn batch(&self, size: usize) -> Vec<Value> {
        self.with(|state| state.records.iter().take(size).cloned().collect())
    }

    /// Passes the oldest records.
    pub fn advance(&self, count: usize) {
        self.with(|state| drop(state.records.drain(..count.min(state.records.len()))));
    }

    /// How many records relay has not passed.
    pub fn len(&self) -> usize {
        self.with(|state| state.records.len())
    }

    /// The record of an item that a `PutItem` has stored, as the event source mapping delivers it.
    fn insert(&self, request: &[u8]) {
        let request: Value = serde_json::from_slice(request).expect("PutItem is JSON");
        let item = &request["Item"];
        self.with(|state| {
            state.written += 1;
            let keys = json!({ "order_key": item["order_key"], "event": item["event"] });
            let change = json!({
                "Keys": keys, "NewImage": item, "SequenceNumber": state.written.to_string(),
            });
            state.records.push_back(json!({ "eventName": "INSERT", "dynamodb": change }));
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut StreamState) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A client for the tables at `endpoint`, as `stage` uses it. Nothing is retried, because no simulated second
/// passes between the attempts of one call: an outage outlasts them.
pub fn client(
    endpoint: &str,
    http: &SharedHttpClient,
    stage: Stage,
    outages: &Outages,
    stream: &EventStream,
) -> Client {
    let (http, outages, stream) = (http.clone(), outages.clone(), stream.clone());
    let faulty = http_client_fn(move |settings, components| {
        let inner = http.http_connector(settings, components);
        let (outages, stream) = (outages.clone(), stream.clone());
        SharedHttpConnector::new(Tables { inner, stage, outages, stream })
    });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("a", "b", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(faulty)
        .build();
    Client::from_conf(config)
}

#[derive(Debug, Clone)]
struct Tables {
    inner: SharedHttpConnector,
    stage: Stage,
    outages: Outages,
    stream: EventStream,
}

impl HttpConnector for Tables {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let (service, stage) = (Service::DynamoDb, self.stage);
        let call = Call { service, stage, operation, queue: None };
        let failure = self.outages.failure(&call);
        if let Some(failure) = failure.filter(|failure| *failure != Failure::LostAnswer) {
            return failed(failure);
        }
        let stored = (stage == Stage::Intake && operation == "PutItem")
            .then(|| request.body().bytes().expect("a body in memory").to_vec());
        let Self { inner, stream, .. } = self.clone();
        HttpConnectorFuture::new(async move {
            let answer = inner.call(request).await?;
            if let Some(item) = stored.filter(|_| answer.status().is_success()) {
                stream.insert(&item);
            }
            if failure == Some(Failure::LostAnswer) { Err(lost_answer()) } else { Ok(answer) }
        })
    }
}

/// What a client hears of a call that was not carried out.
pub fn failed(failure: Failure) -> HttpConnectorFuture {
    match failure {
        Failure::ServerError => {
            let body = json!({ "__type": "InternalServerError", "message": "away" }).to_string();
            let status = http::StatusCode::INTERNAL_SERVER_ERROR.into();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
        }
        // The invocation is dropped before this could be heard.
        Failure::Killed => HttpConnectorFuture::new(std::future::pending()),
        Failure::NoConnection | Failure::LostAnswer => {
            HttpConnectorFuture::ready(Err(ConnectorError::io("no connection".into())))
        }
    }
}

/// What a client hears of a call that was carried out.
pub fn lost_answer() -> ConnectorError {
    ConnectorError::io("the connection was closed before the answer".into())
}
