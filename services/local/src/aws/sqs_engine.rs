//! rustack's queues, called in process.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::{RustackSqs, SqsSnapshot};
use rustack_sqs_http::dispatch::dispatch_operation;
use rustack_sqs_model::error::SqsError;
use rustack_sqs_model::input::{GetQueueAttributesInput, GetQueueUrlInput, SendMessageInput};
use rustack_sqs_model::operations::SqsOperation;
use rustack_sqs_model::types::RedrivePolicy;

use super::arn::ACCOUNT_ID;

/// The queues in memory.
#[derive(Debug)]
pub(super) struct Engine {
    provider: Arc<RustackSqs>,
    handler: RustackSqsHandler,
}

impl Engine {
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

    /// Carries out one operation.
    pub async fn call(
        &self,
        operation: SqsOperation,
        body: Bytes,
    ) -> Result<Response<Bytes>, SqsError> {
        let response = dispatch_operation(&self.handler, operation, body).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        Ok(Response::from_parts(parts, body))
    }

    /// Puts a message into the queue of this name; its ID.
    pub async fn send(
        &self,
        queue: &str,
        message: SendMessageInput,
    ) -> Result<Option<String>, SqsError> {
        let queue_url = self.url(queue).await?;
        let sent = self.provider.send_message(SendMessageInput { queue_url, ..message }).await?;
        Ok(sent.message_id)
    }

    pub async fn url(&self, queue: &str) -> Result<String, SqsError> {
        let input =
            GetQueueUrlInput { queue_name: queue.to_owned(), ..GetQueueUrlInput::default() };
        Ok(self.provider.get_queue_url(input).await?.queue_url.unwrap_or_default())
    }

    /// An attribute of the queue of this name.
    pub async fn attribute(&self, queue: &str, name: &str) -> Result<Option<String>, SqsError> {
        let queue_url = self.url(queue).await?;
        let input = GetQueueAttributesInput { queue_url, attribute_names: vec![name.to_owned()] };
        Ok(self.provider.get_queue_attributes(input).await?.attributes.remove(name))
    }

    /// An attribute that is a number; 0 if there is no such queue.
    pub async fn number(&self, queue: &str, name: &str) -> i64 {
        let value = self.attribute(queue, name).await.ok().flatten();
        value.and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    /// Every queue's name, attributes and tags, without its messages.
    pub async fn definitions(&self) -> Result<SqsSnapshot, SqsError> {
        self.provider.export_snapshot().await
    }

    /// Replaces all queues.
    pub async fn define(&self, definitions: SqsSnapshot) -> Result<(), SqsError> {
        self.provider.import_snapshot(definitions).await
    }

    /// Closes all queues.
    pub async fn stop(&self) {
        self.provider.shutdown_all().await;
    }
}

/// When and to which queue a queue's attributes have its messages moved.
pub(super) struct Redrive {
    pub max_receives: i64,
    pub dead_letter_queue: String,
}

impl Redrive {
    pub fn read(attributes: &HashMap<String, String>) -> Option<Self> {
        Self::parse(attributes.get("RedrivePolicy")?)
    }

    pub fn parse(policy: &str) -> Option<Self> {
        let policy: RedrivePolicy = serde_json::from_str(policy).ok()?;
        let queue = policy.dead_letter_target_arn.rsplit(':').next()?.to_owned();
        Some(Self { max_receives: policy.max_receive_count.into(), dead_letter_queue: queue })
    }
}
