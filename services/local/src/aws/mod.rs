//! The AWS services that the edge answers for: DynamoDB, SQS, and the count of calls to them.
//! SES is in [`crate::ses`], Lambda in [`crate::lambda`].

pub mod arn;
pub mod calls;
pub mod dynamodb;
pub mod sqs;
mod sqs_adapt;
mod sqs_large;
mod stream_index;
