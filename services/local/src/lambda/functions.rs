//! All functions of the stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::{join_all, try_join_all};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::config::FunctionConfig;
use super::failure;
use super::function::{Function, FunctionState, NotReadyError, Status};
use super::invoke::{Invocation, Invoke};
use super::output::Sink;
use super::process::ProcessSpec;
use super::worker::Worker;

/// Which processes of a function to kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// The first that runs.
    One,
    /// Each that runs.
    All,
}

/// No function has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no function {0}")]
pub struct UnknownFunction(pub String);

/// The running functions. Dropping it kills their processes; [`Functions::stop`] also waits until
/// they have ended.
pub struct Functions {
    functions: BTreeMap<String, Function>,
    stop: CancellationToken,
    workers: TaskTracker,
    _stop_on_drop: DropGuard,
}

impl Functions {
    /// Starts the processes of all functions, on the current Tokio runtime. Their output goes to
    /// `sink`. It does not wait for them: see [`Functions::ready`].
    ///
    /// # Errors
    /// An executable is not there.
    pub fn start(
        region: &str,
        functions: impl IntoIterator<Item = FunctionConfig>,
        sink: &Sink,
    ) -> std::io::Result<Self> {
        let stop = CancellationToken::new();
        let workers = TaskTracker::new();
        let mut started = BTreeMap::new();
        for config in functions {
            std::fs::metadata(&config.program.path)?;
            let name = config.name.clone();
            let spec = ProcessSpec { config, region: region.into(), sink: Arc::clone(sink) };
            let state = Arc::new(FunctionState::new(spec, stop.clone()));
            for worker in 0..state.process_count() {
                workers.spawn(Worker::new(Arc::clone(&state), worker).run());
            }
            started.insert(name, Function(state));
        }
        workers.close();
        let guard = stop.clone().drop_guard();
        Ok(Self { functions: started, stop, workers, _stop_on_drop: guard })
    }

    /// The function of this short name.
    ///
    /// # Errors
    /// There is none.
    pub fn function(&self, name: &str) -> Result<Function, UnknownFunction> {
        self.functions.get(name).cloned().ok_or_else(|| UnknownFunction(name.to_owned()))
    }

    /// Invokes a function and waits for its response; callers are served in order. The name of no
    /// function fails as on AWS.
    pub async fn invoke(&self, function: &str, payload: Bytes) -> Invocation {
        match self.functions.get(function) {
            Some(function) => function.invoke(Uuid::new_v4(), payload).await,
            None => failure::unknown_function(function),
        }
    }

    /// Waits until every process has asked for an invocation.
    ///
    /// # Errors
    /// A process of one function failed to start several times.
    pub async fn ready(&self) -> Result<(), NotReadyError> {
        try_join_all(self.functions.values().map(Function::ready)).await?;
        Ok(())
    }

    /// The status of each function, by name.
    #[must_use]
    pub fn status(&self) -> Vec<Status> {
        self.functions.values().map(Function::status).collect()
    }

    /// Kills processes of a function (SIGKILL), waits until they are gone, and returns their pids.
    /// Others are started to replace them.
    ///
    /// # Errors
    /// There is no such function.
    pub async fn kill(&self, function: &str, which: Kill) -> Result<Vec<u32>, UnknownFunction> {
        let mut chosen = self.function(function)?.0.running();
        if which == Kill::One {
            chosen.truncate(1);
        }
        join_all(chosen.iter().map(|process| process.kill())).await;
        Ok(chosen.into_iter().map(|process| process.pid).collect())
    }

    /// Kills every process and waits until all are gone and their last output is forwarded. Running
    /// and queued invocations fail: stop what invokes first.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.workers.wait().await;
    }
}
