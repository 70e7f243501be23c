//! One function: the queue that its processes share, and what is known of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::slot::Slot;
use super::{FunctionConfig, Invocation, Invoke, Memory, Sink, failure};
use crate::aws::arn::function_arn;

/// How many invocations may wait for a process before their callers wait for a place.
const QUEUE_LENGTH: usize = 1024;

/// An invocation that waits for a process or has one.
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

/// How far the start of a function has come.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    /// How many of its processes have been ready at least once.
    pub ready: usize,
    /// Why one of them can't be.
    pub failed: Option<String>,
}

/// What a function's workers and its callers share.
pub(super) struct Shared {
    pub name: Arc<str>,
    pub arn: Arc<str>,
    pub region: Arc<str>,
    pub config: FunctionConfig,
    pub sink: Sink,
    pub stop: CancellationToken,
    pub slots: Vec<Slot>,
    pub counters: Counters,
    pub readiness: watch::Sender<Readiness>,
    enqueue: mpsc::Sender<Job>,
    /// Workers take turns at it in the order in which they asked.
    queue: Mutex<mpsc::Receiver<Job>>,
}

impl Shared {
    pub fn new(
        config: FunctionConfig,
        region: Arc<str>,
        sink: Sink,
        stop: CancellationToken,
    ) -> Self {
        let (enqueue, queue) = mpsc::channel(QUEUE_LENGTH);
        Self {
            name: config.name.as_str().into(),
            arn: function_arn(&region, &config.deployed_name()).into(),
            region,
            sink,
            stop,
            slots: std::iter::repeat_with(Slot::default).take(config.processes.max(1)).collect(),
            config,
            counters: Counters::default(),
            readiness: watch::Sender::default(),
            enqueue,
            queue: Mutex::new(queue),
        }
    }

    /// The invocation that has waited longest.
    pub async fn take_job(&self) -> Job {
        match self.queue.lock().await.recv().await {
            Some(job) => job,
            // Not reached: `enqueue` above keeps the queue open.
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

/// What is known of a function now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its short name.
    pub name: String,
    /// Its processes that run.
    pub pids: Vec<u32>,
    /// Their memory, in the same order where it can be read.
    pub memory: Vec<Memory>,
    /// Invocations so far, also those that wait.
    pub invocations: u64,
    /// Those of them that failed: errors, crashes, timeouts.
    pub failures: u64,
    /// Processes that were started in the place of one that ended.
    pub restarts: u64,
}

/// One running function. Clones are the same function.
#[derive(Clone)]
pub struct Function(pub(super) Arc<Shared>);

impl Function {
    /// Waits until each of its processes has been ready for an invocation once.
    ///
    /// # Errors
    /// One of them has not come to that in several tries: why.
    pub async fn ready(&self) -> std::io::Result<()> {
        let all = self.0.slots.len();
        let mut readiness = self.0.readiness.subscribe();
        let decided = readiness.wait_for(|now| now.ready >= all || now.failed.is_some()).await;
        match decided.ok().and_then(|now| now.failed.clone()) {
            None => Ok(()),
            Some(why) => {
                Err(std::io::Error::other(format!("{} does not start: {why}", self.0.name)))
            }
        }
    }

    /// What is known of it now.
    #[must_use]
    pub fn status(&self) -> Status {
        let pids = self.pids();
        let counters = &self.0.counters;
        Status {
            name: self.0.name.to_string(),
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
        self.0.slots.len()
    }

    /// Its processes that run.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.0.slots.iter().filter_map(|slot| slot.process().map(|process| process.pid)).collect()
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
