//! Why a sweep stops early.

use std::fmt;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use kit::describe_sdk_error;
use kit::queue::SendError;

/// A table or a queue did not answer. The next sweep continues from the watermark.
#[derive(thiserror::Error)]
pub enum OutboxError {
    /// The sweep index could not be read.
    #[error("the sweep index could not be read: {}", describe_sdk_error(.0))]
    ReadIndex(#[source] Box<SdkError<QueryError>>),
    /// The ledger could not be read.
    #[error("the ledger could not be read: {}", describe_sdk_error(.0))]
    ReadLedger(#[source] Box<SdkError<BatchGetItemError>>),
    /// Events could not be read.
    #[error("the Events table could not be read: {}", describe_sdk_error(.0))]
    ReadEvents(#[source] Box<SdkError<BatchGetItemError>>),
    /// The watermark or the send gate could not be read.
    #[error("an item of the ledger's table could not be read: {}", describe_sdk_error(.0))]
    ReadItem(#[source] Box<SdkError<GetItemError>>),
    /// An event was queued, but could not be moved in the index; the next sweep queues it again.
    #[error("an index entry could not be moved: {}", describe_sdk_error(.0))]
    MoveEntry(#[source] Box<SdkError<UpdateItemError>>),
    /// The watermark could not be written.
    #[error("the watermark could not be written: {}", describe_sdk_error(.0))]
    WriteWatermark(#[source] Box<SdkError<PutItemError>>),
    /// The dispatch queue did not accept an event.
    #[error("the dispatch queue: {0}")]
    Queue(#[source] SendError),
    /// The dead-letter queue did not accept an event; the SQS error was logged at the call.
    #[error("the dead-letter queue did not accept an event")]
    DeadLetterQueue,
}

// Lambda's runtime logs an invocation's error by `Debug`. The `Debug` of an `SdkError` contains the raw
// response, and so items with personal data; `Display` goes through `describe_sdk_error`, which omits it.
impl fmt::Debug for OutboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lambda_logs_of_an_error_is_its_sentence() {
        let error = OutboxError::DeadLetterQueue;
        assert_eq!(format!("{error:?}"), "the dead-letter queue did not accept an event");
    }
}
