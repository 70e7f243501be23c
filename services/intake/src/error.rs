//! Why an invocation fails.

use crate::accept::AcceptError;

/// Why an invocation ends as a function error.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Not all events were stored: the caller must retry.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// Events were refused: the problem document (RFC 9457) that HTTP would answer with. Lambda does not tell
    /// whether anybody reads the response, so the invocation must fail: after its retries, Lambda sends the
    /// events to the inbox queue, from where they go to its dead-letter queue. A caller who waits finds the
    /// document in the error.
    #[error("{0}")]
    Refused(String),
    /// A batch of a queue that is not as Lambda documents it. Its messages use up receives. Without its cause,
    /// which may quote them.
    #[error(
        "a batch of the inbox queue is not as Lambda documents it; deploy a version that knows it"
    )]
    UnknownBatch,
}
