//! One function: the queue of invocations that its processes share, and their state.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::failure::{self, NotReady};
use super::invoke::{Invocation, Invoke};
use super::memory::Memory;
use super::process::ProcessSpec;
use crate::aws::arn::function_arn;

/// How many invocations may be queued. Further callers wait until the queue has room.
const QUEUE_LENGTH: usize = 1024;

/// An invocation that is queued or was given to a process.
pub(super) struct Job {
    pub request_id: Uuid,
    pub payload: Bytes,
    pub reply: oneshot::Sender<Invocation>,
}

/// The start of a function's processes.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    /// How many of them have been ready at least once.
    pub ready: usize,
    /// Why one of them does not start.
    pub failed: Option<Arc<NotReady>>,
}

/// A running function: what its workers and its callers share.
pub struct Function {
    pub(super) spec: ProcessSpec,
    pub(super) arn: Arc<str>,
    pub(super) stop: CancellationToken,
    pub(super) readiness: watch::Sender<Readiness>,
    pub(super) restarts: AtomicU64,
    invocations: AtomicU64,
    failures: AtomicU64,
    /// The running process of each worker.
    pids: Mutex<Vec<Option<u32>>>,
    enqueue: mpsc::Sender<Job>,
    /// The lock is fair: workers get invocations in the order in which they ask.
    queue: tokio::sync::Mutex<mpsc::Receiver<Job>>,
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
    function: String,
    source: Arc<NotReady>,
}

impl Function {
    pub(super) fn new(spec: ProcessSpec, stop: CancellationToken) -> Self {
        let (enqueue, queue) = mpsc::channel(QUEUE_LENGTH);
        Self {
            arn: function_arn(&spec.region, &spec.config.deployed_name()).into(),
            stop,
            readiness: watch::Sender::default(),
            restarts: AtomicU64::default(),
            invocations: AtomicU64::default(),
            failures: AtomicU64::default(),
            pids: Mutex::new(vec![None; spec.config.processes.max(1)]),
            spec,
            enqueue,
            queue: tokio::sync::Mutex::new(queue),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.spec.config.name
    }

    /// Sets the running process of a worker.
    pub(super) fn set_pid(&self, worker: usize, pid: Option<u32>) {
        self.pids.lock().unwrap_or_else(PoisonError::into_inner)[worker] = pid;
    }

    /// Waits for the invocation at the head of the queue.
    pub(super) async fn take_job(&self) -> Job {
        match self.queue.lock().await.recv().await {
            Some(job) => job,
            // Unreachable: `enqueue` keeps the channel open.
            None => std::future::pending().await,
        }
    }

    /// Waits until each of its processes has asked for an invocation.
    pub(super) async fn ready(&self) -> Result<(), NotReadyError> {
        let all = self.processes();
        let mut readiness = self.readiness.subscribe();
        let decided = readiness.wait_for(|now| now.ready >= all || now.failed.is_some()).await;
        match decided.ok().and_then(|now| now.failed.clone()) {
            None => Ok(()),
            Some(source) => Err(NotReadyError { function: self.name().to_owned(), source }),
        }
    }

    /// Its processes and counts now.
    pub fn status(&self) -> Status {
        let pids = self.pids();
        Status {
            name: self.name().to_owned(),
            memory: pids.iter().filter_map(|pid| Memory::read(*pid)).collect(),
            pids,
            invocations: self.invocations.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            restarts: self.restarts.load(Ordering::Relaxed),
        }
    }

    /// How many processes serve it.
    pub fn processes(&self) -> usize {
        self.pids.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Its running processes.
    pub fn pids(&self) -> Vec<u32> {
        let pids = self.pids.lock().unwrap_or_else(PoisonError::into_inner);
        pids.iter().copied().flatten().collect()
    }

    async fn enqueue(&self, request_id: Uuid, payload: Bytes) -> Invocation {
        let (reply, answer) = oneshot::channel();
        let answered = async {
            // Both fail only when the workers are gone, and those end with the stack.
            self.enqueue.send(Job { request_id, payload, reply }).await.ok()?;
            answer.await.ok()
        };
        tokio::select! {
            // An answer that is there counts, also when the stack stops at the same time.
            biased;
            answer = answered => answer.unwrap_or_else(failure::stopping),
            () = self.stop.cancelled() => failure::stopping(),
        }
    }
}

impl Invoke for Function {
    fn arn(&self) -> &str {
        &self.arn
    }

    fn invoke(&self, request_id: Uuid, payload: Bytes) -> BoxFuture<'_, Invocation> {
        async move {
            self.invocations.fetch_add(1, Ordering::Relaxed);
            let invocation = self.enqueue(request_id, payload).await;
            if matches!(invocation, Invocation::Failed { .. }) {
                self.failures.fetch_add(1, Ordering::Relaxed);
            }
            invocation
        }
        .boxed()
    }
}
