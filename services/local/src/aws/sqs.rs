//! SQS: rustack's queues, called in process; `sqs_durable` keeps them on disk.
//!
//! Where rustack differs from AWS, `sqs_compat` changes calls and responses.

use std::net::SocketAddr;
use std::path::Path;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use rustack_sqs_http::response::{error_to_json, error_to_response};
use rustack_sqs_http::router::resolve_operation;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::operations::SqsOperation;
use serde_json::Value;

use super::sqs_compat::{adapt_request, has_invalid_characters, restore_response};
use super::sqs_durable::DurableQueues;
use super::sqs_engine::Engine;
use crate::database::DataError;
use crate::response::{aws_json_error, request_id};

/// The queues.
#[derive(Debug)]
pub struct Sqs(Queues);

#[derive(Debug)]
enum Queues {
    /// Gone with the process.
    InMemory(Engine),
    /// As they were at the end of the last process.
    OnDisk(DurableQueues),
}

impl Sqs {
    /// Queues in memory, whose addresses are at `address`, the edge's.
    pub fn new(address: SocketAddr, region: &str) -> Self {
        Self(Queues::InMemory(Engine::new(address, region)))
    }

    /// As [`Sqs::new`], with messages that outlive the process if there is a directory for them.
    ///
    /// # Errors
    /// The file in the directory is of another kind, or in use.
    pub async fn open(
        address: SocketAddr,
        region: &str,
        directory: Option<&Path>,
    ) -> Result<Self, DataError> {
        let Some(directory) = directory else { return Ok(Self::new(address, region)) };
        Ok(Self(Queues::OnDisk(DurableQueues::open(address, region, directory).await?)))
    }

    /// Carries out a call of the API: `headers` name the operation, `body` is its JSON.
    pub async fn call(&self, headers: &HeaderMap, body: Bytes) -> Response {
        let call: Value = serde_json::from_slice(&body).unwrap_or_default();
        if has_invalid_characters(&call) {
            let sentence = "The message contains characters outside the allowed set.";
            let code = "com.amazonaws.sqs#InvalidMessageContents";
            return aws_json_error(StatusCode::BAD_REQUEST, code, sentence);
        }
        self.dispatch(headers, body, call).await.unwrap_or_else(|error| {
            // rustack's response has its own body type; its status and headers are kept.
            let bytes = Bytes::from(error_to_json(&error));
            error_to_response(&error, &request_id()).map(|_| bytes.into())
        })
    }

    async fn dispatch(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        mut call: Value,
    ) -> Result<Response, SqsError> {
        let operation = resolve_operation(headers)?;
        adapt_request(operation, &mut call)?;
        // What is no JSON goes on as it is: rustack refuses it as AWS does.
        let body = if call.is_null() { body } else { call.to_string().into() };
        let response = match &self.0 {
            Queues::InMemory(engine) => engine.call(operation, body).await,
            Queues::OnDisk(queues) => queues.call(operation, &call, body).await,
        };
        let (mut parts, mut body) = response?.into_parts();
        if operation == SqsOperation::ReceiveMessage {
            body = restore_response(body);
            // The checksum was that of another body: a compressed one, or one before a restart.
            parts.headers.remove("x-amz-crc32");
        }
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Closes all queues.
    pub async fn stop(&self) {
        match &self.0 {
            Queues::InMemory(engine) => engine.stop().await,
            Queues::OnDisk(queues) => queues.engine.stop().await,
        }
    }
}
