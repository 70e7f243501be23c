//! SQS: rustack's queues, called in process.
//!
//! Where rustack differs from AWS, `sqs_compat` changes calls and responses.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::body::SqsResponseBody;
use rustack_sqs_http::dispatch::dispatch_operation;
use rustack_sqs_http::response::{error_to_json, error_to_response};
use rustack_sqs_http::router::resolve_operation;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::operations::SqsOperation;
use serde_json::Value;

use super::arn::ACCOUNT_ID;
use super::sqs_compat::{adapt_request, has_invalid_characters, restore_response};
use crate::response::{aws_json_error, request_id};

/// The queues, in memory: their messages are gone with the process, and the sweep queues the events
/// again.
#[derive(Debug)]
pub struct Sqs {
    provider: Arc<RustackSqs>,
    handler: RustackSqsHandler,
}

impl Sqs {
    /// Queues whose addresses are at `address`, the edge's.
    pub fn new(address: SocketAddr, region: &str) -> Self {
        let provider = Arc::new(RustackSqs::new(SqsConfig {
            skip_signature_validation: true,
            default_region: region.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            host: address.ip().to_string(),
            port: address.port(),
        }));
        let handler = RustackSqsHandler::new(Arc::clone(&provider));
        Self { provider, handler }
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
        let response = dispatch_operation(&self.handler, operation, body).await?;
        Ok(collect(response, operation).await)
    }

    /// Closes all queues.
    pub async fn stop(&self) {
        self.provider.shutdown_all().await;
    }
}

async fn collect(response: http::Response<SqsResponseBody>, operation: SqsOperation) -> Response {
    let (mut parts, body) = response.into_parts();
    let mut body = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    if operation == SqsOperation::ReceiveMessage {
        body = restore_response(body);
        // The checksum was that of the compressed body.
        parts.headers.remove("x-amz-crc32");
    }
    Response::from_parts(parts, body.into())
}
