//! The one port: everything that answers on 127.0.0.1, told apart by path and header.
//!
//! | request | goes to |
//! | --- | --- |
//! | `X-Amz-Target: DynamoDB_20120810.…`, `DynamoDBStreams_20120810.…` | [`crate::aws::dynamodb`] |
//! | `X-Amz-Target: AmazonSQS.…` | [`crate::aws::sqs`] |
//! | `X-Amz-Target: AWSEvents.PutEvents` | intake, as an EventBridge rule would invoke it |
//! | `/v2/email/…` | [`crate::ses`] |
//! | `/2015-03-31/functions/NAME/invocations` | Lambda's Invoke |
//! | `GET /`, `/mail…` | the mailbox [`crate::page`] |
//! | everything else | intake, as its Function URL would |
//!
//! So one variable, `AWS_ENDPOINT_URL`, shows the whole stack to the AWS CLI.

mod async_invoker;
pub mod event_bus;
pub mod faults;
mod function_url;
mod invoke;
mod lambdas;
mod listen;
pub mod reply;
mod route;
mod serve;
#[cfg(test)]
pub(crate) mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;

use crate::aws::calls::{Caller, Calls, Service};
use crate::aws::dynamodb::Dynamodb;
use crate::aws::sqs::Sqs;
use crate::page::Page;
use crate::ses::Ses;
pub use async_invoker::AsyncInvoker;
use faults::{Call, Fault, Faults};
pub use lambdas::{Lambda, Lambdas};
pub use listen::{ListenError, Listener};
use reply::{Reply, aws_json_error, rest_json_error};
use route::Route;
pub use serve::Server;

/// Everything that the port leads to.
pub struct Edge {
    /// DynamoDB and its streams.
    pub dynamodb: Arc<Dynamodb>,
    /// SQS.
    pub sqs: Arc<Sqs>,
    /// SES.
    pub ses: Ses,
    /// The functions.
    pub lambdas: Lambdas,
    /// Invocations that nobody retry_delays for.
    pub asynchronous: AsyncInvoker,
    /// The mailbox page.
    pub page: Page,
    /// What the functions called so far.
    pub calls: Arc<Calls>,
    /// What goes wrong.
    pub faults: Arc<dyn Faults>,
}

/// The connection is to be closed without an answer.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("hung up, as the fault plan says")]
pub struct HangUp;

/// A request, its body read.
struct Request {
    parts: Parts,
    body: Bytes,
    peer: SocketAddr,
}

impl Edge {
    /// Answers one request.
    ///
    /// # Errors
    /// [`HangUp`] when the fault plan says so.
    async fn answer(&self, request: Request) -> Result<Reply, HangUp> {
        match Route::of(&request.parts) {
            Route::Page => Ok(self.page.answer(&request.parts.uri)),
            Route::Shop => Ok(self.shop(&request).await),
            Route::Invoke { function } => Ok(self.invoke(&function, request).await),
            Route::Aws { service, operation } => {
                let name = operation.clone();
                self.with_faults(service, &name, request, |r| self.aws(service, operation, r)).await
            }
            Route::Ses(operation) => {
                let name = operation.name();
                let call = async |r: Request| self.ses.call(&operation, &r.body);
                self.with_faults(Service::SesV2, name, request, call).await
            }
            Route::NotSes => Ok(rest_json_error(
                StatusCode::NOT_FOUND,
                "UnknownOperationException",
                "This SES knows the operations for sending mail and for the suppression list.",
            )),
            Route::NotAws => Ok(aws_json_error(
                StatusCode::BAD_REQUEST,
                "UnknownOperationException",
                "This stack answers for DynamoDB, SQS, SES v2, Lambda's Invoke and EventBridge's \
                 PutEvents.",
            )),
        }
    }

    /// Carries out one call of a service: counted, and with the fault plan's hands on it.
    async fn with_faults(
        &self,
        service: Service,
        operation: &str,
        request: Request,
        call: impl AsyncFnOnce(Request) -> Reply,
    ) -> Result<Reply, HangUp> {
        let caller = Caller::from_headers(&request.parts.headers);
        let body = request.body.clone();
        let peer = request.peer;
        let passing = Call { service, operation, caller: &caller, peer, body: &body };
        self.calls.record(&caller, service, operation);
        if let Some(instead) = strike(self.faults.before(&passing), service).await? {
            return Ok(instead);
        }
        let reply = call(request).await;
        let fault = self.faults.after(&passing, reply.status());
        Ok(strike(fault, service).await?.unwrap_or(reply))
    }

    async fn aws(&self, service: Service, operation: String, request: Request) -> Reply {
        match service {
            Service::DynamoDb | Service::DynamoDbStreams => {
                self.dynamodb.call(request.parts.headers, request.body).await
            }
            Service::Sqs => self.sqs.call(&request.parts.headers, request.body).await,
            Service::EventBridge if operation == "PutEvents" => self.put_events(&request.body),
            Service::EventBridge | Service::SesV2 => aws_json_error(
                StatusCode::BAD_REQUEST,
                "UnknownOperationException",
                "This EventBridge knows PutEvents.",
            ),
        }
    }
}

/// Carries out a fault: an answer instead, a pause, or no answer at all.
async fn strike(fault: Option<Fault>, service: Service) -> Result<Option<Reply>, HangUp> {
    match fault {
        None => Ok(None),
        Some(Fault::Throttled) => Ok(Some(faults::throttled(service))),
        Some(Fault::ServerError) => Ok(Some(faults::server_error(service))),
        Some(Fault::HangUp) => Err(HangUp),
        Some(Fault::Delay(pause)) => {
            tokio::time::sleep(pause).await;
            Ok(None)
        }
    }
}
