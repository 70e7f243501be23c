//! The interface between a function and what invokes it.

use bytes::Bytes;
use futures::future::BoxFuture;
use uuid::Uuid;

/// How a synchronous invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// The function responded with this payload.
    Answered(Bytes),
    /// The function reported an error, crashed, or ran out of time.
    Failed {
        /// Lambda's error document: `{"errorType": …, "errorMessage": …}`.
        error: Bytes,
    },
}

/// A function that can be invoked. Event source mappings depend on this only, so a test can replace
/// the function with a closure.
pub trait Invoke: Send + Sync + 'static {
    /// The function's ARN.
    fn arn(&self) -> &str;

    /// Invokes the function and waits for the result. `request_id` identifies the invocation
    /// to the function and to its dead-letter queue.
    fn invoke(&self, request_id: Uuid, payload: Bytes) -> BoxFuture<'_, Invocation>;
}
