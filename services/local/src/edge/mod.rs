//! The HTTP edge: everything that answers on the one port of 127.0.0.1.
//!
//! | request | goes to |
//! | --- | --- |
//! | `X-Amz-Target: DynamoDB_20120810.…`, `DynamoDBStreams_20120810.…` | [`crate::aws::dynamodb`] |
//! | `X-Amz-Target: AmazonSQS.…` | [`crate::aws::sqs`] |
//! | `X-Amz-Target: AWSEvents.PutEvents` | for the bus `waybill-orders`, the inbox queue, as its EventBridge rule would send it; for `waybill-mails`, [`crate::mail_bus`] |
//! | `X-Amz-Target: secretsmanager.GetSecretValue` | [`crate::aws::secrets`] |
//! | signed for S3 | [`crate::aws::objects`] |
//! | `/v2/email/…` | [`crate::ses`] |
//! | `/2015-03-31/functions/NAME/invocations` | Lambda's Invoke |
//! | `GET /`, `/mail…` | the mailbox page |
//! | `/v1/shops/NAME/shopify`, `…/woocommerce` | connector, as its Function URL would |
//! | `GET /events.json` | the mail events so far |
//! | everything else | intake, as its Function URL would |
//!
//! Ahead of them all, `loopback::browser_guard` refuses what another site's page sends, and whatever comes
//! before the stack is ready waits until it is.
//!
//! So one variable, `AWS_ENDPOINT_URL`, points the AWS CLI and SDKs at the whole stack.

mod async_invoker;
mod aws;
mod connection;
mod event_bus;
pub mod faults;
mod function_url;
mod invocation_store;
mod invoke;
mod lambdas;
mod mail_events;
mod request;
mod routes;
mod server;
mod state;
#[cfg(test)]
pub(crate) mod tests;
mod transfer_limits;

pub(crate) use async_invoker::{AsyncInvoker, RETRY_DELAYS};
pub(crate) use event_bus::EventBus;
pub(crate) use invocation_store::InvocationStore;
pub(crate) use lambdas::Lambdas;
pub(crate) use server::Server;
pub use server::{ListenError, Listener};
pub(crate) use state::Edge;
pub(crate) use transfer_limits::TransferLimits;
