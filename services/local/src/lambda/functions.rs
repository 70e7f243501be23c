//! All functions of the stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::try_join_all;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::config::FunctionConfig;
use super::failure;
use super::function::{Function, NotReadyError, Status};
use super::invoke::{Invocation, Invoke};
use super::output::Sink;
use super::process::ProcessSpec;
use super::worker::Worker;

/// No function has this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no function {0}")]
pub struct UnknownFunction(String);

/// The running functions. Dropping it kills their processes; [`Functions::stop`] also waits until
/// they have ended.
pub struct Functions {
    functions: BTreeMap<String, Arc<Function>>,
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
            // A missing executable fails the start; a worker would only try again and again.
            std::fs::metadata(&config.program.path)?;
            let name = config.name.clone();
            let spec = ProcessSpec { config, region: region.into(), sink: Arc::clone(sink) };
            let function = Arc::new(Function::new(spec, stop.clone()));
            for worker in 0..function.processes() {
                workers.spawn(Worker::new(Arc::clone(&function), worker).run());
            }
            started.insert(name, function);
        }
        workers.close();
        let guard = stop.clone().drop_guard();
        Ok(Self { functions: started, stop, workers, _stop_on_drop: guard })
    }

    /// The function of this short name.
    ///
    /// # Errors
    /// There is none.
    pub fn function(&self, name: &str) -> Result<Arc<Function>, UnknownFunction> {
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
        try_join_all(self.functions.values().map(|function| function.ready())).await?;
        Ok(())
    }

    /// The status of each function, by name.
    pub fn status(&self) -> Vec<Status> {
        self.functions.values().map(|function| function.status()).collect()
    }

    /// Kills every process and waits until all are gone and their last output is forwarded. Running
    /// and queued invocations fail: stop what invokes first.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.workers.wait().await;
    }
}
