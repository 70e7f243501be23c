//! The handle of a running mapping or schedule.

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A running mapping or schedule. Dropping it makes it stop; [`Mapping::stop`] also waits.
pub struct Mapping {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl Mapping {
    /// Spawns the task that `work` returns for the token by which it is stopped.
    pub(super) fn spawn<F>(work: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let task = tokio::spawn(work(stop.clone()));
        Self { stop: stop.drop_guard(), task }
    }

    /// Stops reading, and waits until the running invocations and what follows from their
    /// responses are done.
    pub async fn stop(self) {
        drop(self.stop);
        // A panic of the task was reported where it happened; there is nothing left to stop.
        let _ = self.task.await;
    }
}
