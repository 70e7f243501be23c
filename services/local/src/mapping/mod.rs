//! Event source mappings: what on AWS reads a queue or a stream and invokes a function with what
//! it found, by AWS's documented rules.
//!
//! Delivery is at least once. A message is deleted, and a stream's checkpoint moves, only after
//! the function's answer; whatever ends before that is delivered again.
//!
//! What differs from AWS on purpose: a mapping does not lower its concurrency when a function
//! fails, so that a test sees the next try as soon as the queue allows it; and a stream has no
//! parallelization factor or tumbling window, which nothing here uses.

mod backoff;
mod batch_response;
pub mod clients;
mod event;
pub mod schedule;
pub mod sqs;
pub mod stream;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use backoff::Backoff;

/// How a mapping reads the function's answer
/// (AWS: `FunctionResponseTypes` of the event source mapping).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionResponse {
    /// Any answer means that the whole batch succeeded.
    Ignored,
    /// `ReportBatchItemFailures`: the answer names what failed.
    ReportBatchItemFailures,
}

/// A running mapping or schedule. Dropping it tells it to stop; [`Mapping::stop`] also waits.
pub struct Mapping {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl Mapping {
    /// Runs what `work` makes of the token that tells it to stop.
    fn spawn<F>(work: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let task = tokio::spawn(work(stop.clone()));
        Self { stop: stop.drop_guard(), task }
    }

    /// Reads no more, waits for the invocations that are under way and for what follows from
    /// their answers, and returns.
    pub async fn stop(self) {
        drop(self.stop);
        // A panic of the task was reported where it happened; there is nothing left to stop.
        let _ = self.task.await;
    }
}
