//! DynamoDB, SQS, S3 and Secrets Manager, clients for them, and the count of calls to every service. SES is in
//! [`crate::ses`], Lambda in [`crate::lambda`].

pub(crate) mod arn;
pub mod calls;
pub mod clients;
pub mod dynamodb;
pub mod objects;
pub mod secrets;
pub mod sqs;
mod sqs_compat;
mod sqs_durable;
mod sqs_engine;
mod sqs_fair;
mod sqs_restore;
mod sqs_store;
mod stream_index;
