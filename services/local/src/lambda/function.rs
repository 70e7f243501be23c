//! One function: the queue of invocations that its processes share, and their state.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::failure::{self, NotReady};
use super::invoke::{Invocation, Invoke};
use super::memory::Memory;
use super::process::{ProcessHandle, ProcessSpec};
use crate::aws::arn::function_arn;

/// How many invocations may be queued. Further callers wait until the queue has room.
const QUEUE_LENGTH: usize = 1024;

/// An invocation that is queued or was given to a process.
pub(super) struct Job {
    pub request_id: Uuid,
    pub payload: Bytes,
    pub reply: oneshot::Sender<Invocation>,
}

#[derive(Default)]
pub(super) struct Counters {
    pub invocations: AtomicU64,
    pub failures: AtomicU64,
    pub restarts: AtomicU64,
}

/// The start of a function's processes.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    /// How many of them have been ready at least once.
    pub ready: usize,
    /// Why one of them does not start.
    pub failed: Option<Arc<NotReady>>,
}

/// What a function's workers and its callers share.
pub(super) struct FunctionState {
    pub spec: ProcessSpec,
    pub arn: Arc<str>,
    pub stop: CancellationToken,
    pub counters: Counters,
    pub readiness: watch::Sender<Readiness>,
    /// The running process of each worker.
    processes: Vec<std::sync::Mutex<Option<ProcessHandle>>>,
    enqueue: mpsc::Sender<Job>,
    /// The lock is fair: workers get invocations in the order in which they ask.
    queue: Mutex<mpsc::Receiver<Job>>,
}

impl FunctionState {
    pub fn new(spec: ProcessSpec, stop: CancellationToken) -> Self {
        let (enqueue, queue) = mpsc::channel(QUEUE_LENGTH);
        let processes = spec.config.processes.max(1);
        Self {
            arn: function_arn(&spec.region, &spec.config.deployed_name()).into(),
            stop,
            counters: Counters::default(),
            readiness: watch::Sender::default(),
            processes: std::iter::repeat_with(Default::default).take(processes).collect(),
            spec,
            enqueue,
            queue: Mutex::new(queue),
        }
    }

    pub fn name(&self) -> &str {
        &self.spec.config.name
    }

    /// How many processes serve it.
    pub fn process_count(&self) -> usize {
        self.processes.len()
    }

    /// Sets the running process of a worker.
    pub fn set_process(&self, worker: usize, process: Option<ProcessHandle>) {
        *self.processes[worker].lock().unwrap_or_else(PoisonError::into_inner) = process;
    }

    /// The processes that run.
    pub fn running(&self) -> Vec<ProcessHandle> {
        let process = |slot: &std::sync::Mutex<Option<ProcessHandle>>| {
            slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        self.processes.iter().filter_map(process).collect()
    }

    /// Waits for the invocation at the head of the queue.
    pub async fn take_job(&self) -> Job {
        match self.queue.lock().await.recv().await {
            Some(job) => job,
            // Unreachable: `enqueue` keeps the channel open.
            None => std::future::pending().await,
        }
    }

    async fn invoke(&self, request_id: Uuid, payload: Bytes) -> Invocation {
        let (reply, answer) = oneshot::channel();
        let job = Job { request_id, payload, reply };
        let answered = async {
            match self.enqueue.send(job).await {
                Ok(()) => answer.await.unwrap_or_else(|_| failure::stopping()),
                Err(_) => failure::stopping(),
            }
        };
        tokio::select! {
            biased;
            answer = answered => answer,
            () = self.stop.cancelled() => failure::stopping(),
        }
    }
}

/// A function's processes and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its short name.
    pub name: String,
    /// Its running processes.
    pub pids: Vec<u32>,
    /// The memory of those whose memory can be read, in the same order.
    pub memory: Vec<Memory>,
    /// Invocations so far, queued ones included.
    pub invocations: u64,
    /// How many of them failed: errors, crashes, timeouts.
    pub failures: u64,
    /// Processes that were started to replace one that ended.
    pub restarts: u64,
}

/// A function whose processes do not start.
#[derive(Debug, thiserror::Error)]
#[error("{function} does not start: {source}")]
pub struct NotReadyError {
    /// Its short name.
    function: String,
    /// Why the last attempt failed.
    source: Arc<NotReady>,
}

/// One running function. Clones are the same function.
#[derive(Clone)]
pub struct Function(pub(super) Arc<FunctionState>);

impl Function {
    /// Waits until each of its processes has asked for an invocation.
    ///
    /// # Errors
    /// One of its processes failed to start several times.
    pub async fn ready(&self) -> Result<(), NotReadyError> {
        let all = self.processes();
        let mut readiness = self.0.readiness.subscribe();
        let decided = readiness.wait_for(|now| now.ready >= all || now.failed.is_some()).await;
        match decided.ok().and_then(|now| now.failed.clone()) {
            None => Ok(()),
            Some(source) => Err(NotReadyError { function: self.0.name().to_owned(), source }),
        }
    }

    /// Its processes and counts now.
    #[must_use]
    pub fn status(&self) -> Status {
        let pids = self.pids();
        let counters = &self.0.counters;
        Status {
            name: self.0.name().to_owned(),
            memory: pids.iter().filter_map(|pid| Memory::read(*pid)).collect(),
            pids,
            invocations: counters.invocations.load(Ordering::Relaxed),
            failures: counters.failures.load(Ordering::Relaxed),
            restarts: counters.restarts.load(Ordering::Relaxed),
        }
    }

    /// How many processes serve it.
    #[must_use]
    pub fn processes(&self) -> usize {
        self.0.process_count()
    }

    /// Its running processes.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.0.running().into_iter().map(|process| process.pid).collect()
    }
}

impl Invoke for Function {
    fn arn(&self) -> &str {
        &self.0.arn
    }

    fn invoke(&self, request_id: Uuid, payload: Bytes) -> BoxFuture<'_, Invocation> {
        async move {
            let counters = &self.0.counters;
            counters.invocations.fetch_add(1, Ordering::Relaxed);
            let invocation = self.0.invoke(request_id, payload).await;
            if matches!(invocation, Invocation::Failed { .. }) {
                counters.failures.fetch_add(1, Ordering::Relaxed);
            }
            invocation
        }
        .boxed()
    }
}
