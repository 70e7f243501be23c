//! What it means to invoke a function, whatever runs it.

use bytes::Bytes;
use futures::future::BoxFuture;
use uuid::Uuid;

/// How a synchronous invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// The function answered with this JSON.
    Answered(Bytes),
    /// The function reported an error, crashed, or ran out of time.
    Failed {
        /// Lambda's error document: `{"errorType": …, "errorMessage": …}`.
        error: Bytes,
    },
}

/// A function that can be invoked. Event source mappings know no more of it than this, so a test
/// can stand in with a closure.
pub trait Invoke: Send + Sync + 'static {
    /// The function's ARN.
    fn arn(&self) -> &str;

    /// Invokes the function and waits for its answer. `request_id` is the invocation's identity,
    /// as the function and a failure destination see it.
    fn invoke(&self, request_id: Uuid, payload: Bytes) -> BoxFuture<'_, Invocation>;
}
