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

use super::arn::ACCOUNT_ID;
use super::sqs_compat::{adapt_request, has_invalid_characters, restore_response};
use crate::response::{aws_json_error, request_id};

/// The queues, in memory: their messages are gone with the process, and the sweep queues the events
/// again.
#[derive(Debug)]
pub struct Sqs {
    provider: Arc<RustackSqs>,
    handler: RustackSqsHandler,
    address: SocketAddr,
    region: String,
}

impl Sqs {
    /// Queues whose addresses are at `address`, the edge's.
    #[must_use]
    pub fn new(address: SocketAddr, region: &str) -> Self {
        let provider = Arc::new(RustackSqs::new(SqsConfig {
            skip_signature_validation: true,
            default_region: region.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            host: address.ip().to_string(),
            port: address.port(),
        }));
        let handler = RustackSqsHandler::new(Arc::clone(&provider));
        Self { provider, handler, address, region: region.to_owned() }
    }

    /// Carries out a call of the API: `headers` name the operation, `body` is its JSON.
    pub async fn call(&self, headers: &HeaderMap, body: Bytes) -> Response {
        if has_invalid_characters(&body) {
            let sentence = "The message contains characters outside the allowed set.";
            let code = "com.amazonaws.sqs#InvalidMessageContents";
            return aws_json_error(StatusCode::BAD_REQUEST, code, sentence);
        }
        self.dispatch(headers, body).await.unwrap_or_else(|error| {
            let bytes = Bytes::from(error_to_json(&error));
            error_to_response(&error, &request_id()).map(|_| bytes.into())
        })
    }

    async fn dispatch(&self, headers: &HeaderMap, body: Bytes) -> Result<Response, SqsError> {
        let operation = resolve_operation(headers)?;
        let body = adapt_request(operation, body)?;
        let response = dispatch_operation(&self.handler, operation, body).await?;
        Ok(collect(response, operation).await)
    }

    /// rustack itself, for callers in this process.
    #[must_use]
    pub fn provider(&self) -> &Arc<RustackSqs> {
        &self.provider
    }

    /// The address of a queue by its name, whether or not it exists.
    #[must_use]
    pub fn queue_url(&self, queue: &str) -> String {
        format!("http://{}/{ACCOUNT_ID}/{queue}", self.address)
    }

    /// The ARN of a queue by its name, whether or not it exists.
    #[must_use]
    pub fn queue_arn(&self, queue: &str) -> String {
        format!("arn:aws:sqs:{}:{ACCOUNT_ID}:{queue}", self.region)
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
