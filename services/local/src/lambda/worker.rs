//! Keeps one process of a function running: starts it, gives it invocations one by one, replaces it
//! when it ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::failure::{self, NotReady};
use super::function::{FunctionState, Job};
use super::invoke::Invocation;
use super::process::{Process, ProcessEvent};
use super::runtime_api::{NextInvocation, RuntimeEvent};

/// How long a process may take until it asks for its first invocation. Lambda allows 10 s; a
/// machine that compiles at the same time needs more.
const INIT_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause before a process is replaced that served no invocation; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// After so many failed starts, whoever waits for the function to be ready gets an error. The worker
/// continues to start it.
const MAX_FAILED_STARTS: u32 = 3;

/// Responds to the process's pending request for its next invocation.
type Ready = oneshot::Sender<NextInvocation>;

/// Why a process ended.
enum ProcessEnd {
    /// The stack stops.
    Stopped,
    /// It had at least one invocation.
    AfterService,
    /// It was ready, and ended before it had any.
    Idle,
    /// It was never ready.
    NotReady(NotReady),
}

pub(super) struct Worker {
    function: Arc<FunctionState>,
    index: usize,
    /// An invocation that was dequeued and could not be given to the process.
    undelivered: Option<Job>,
    was_ready: bool,
    failed_starts: u32,
}

impl Worker {
    pub fn new(function: Arc<FunctionState>, index: usize) -> Self {
        Self { function, index, undelivered: None, was_ready: false, failed_starts: 0 }
    }

    /// Runs until the stack stops. The process has ended by then.
    pub async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.run_process().await {
                ProcessEnd::Stopped => return,
                ProcessEnd::AfterService => pause = FIRST_PAUSE,
                ProcessEnd::Idle => {
                    self.pause_until(Instant::now() + pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
                ProcessEnd::NotReady(why) => {
                    self.failed_starts += 1;
                    let why = Arc::new(why);
                    if !self.was_ready && self.failed_starts == MAX_FAILED_STARTS {
                        let failed = Some(Arc::clone(&why));
                        self.function.readiness.send_modify(|all| all.failed = failed);
                    }
                    self.fail_next_job(&why, pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
            }
            self.function.counters.restarts.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn run_process(&mut self) -> ProcessEnd {
        if self.function.stop.is_cancelled() {
            return ProcessEnd::Stopped;
        }
        let mut process = match Process::start(&self.function.spec).await {
            Ok(process) => process,
            Err(error) => {
                return ProcessEnd::NotReady(NotReady::NotStarted(error));
            }
        };
        self.function.set_process(self.index, Some(process.handle()));
        let end = self.serve(&mut process).await;
        self.function.set_process(self.index, None);
        process.end().await;
        end
    }

    async fn serve(&mut self, process: &mut Process) -> ProcessEnd {
        let mut ready = match self.init(process).await {
            Ok(ready) => ready,
            Err(end) => return end,
        };
        if !std::mem::replace(&mut self.was_ready, true) {
            self.function.readiness.send_modify(|all| all.ready += 1);
        }
        let mut served = false;
        loop {
            let (now_ready, job) = match self.next_job(process, ready, served).await {
                Ok(next) => next,
                Err(end) => return end,
            };
            served = true;
            ready = match self.invoke(process, now_ready, job).await {
                Ok(ready) => ready,
                Err(end) => return end,
            };
        }
    }

    /// Waits until the process asks for its first invocation.
    async fn init(&self, process: &mut Process) -> Result<Ready, ProcessEnd> {
        let deadline = Instant::now() + INIT_TIMEOUT;
        let mut reported = None;
        loop {
            let event = tokio::select! {
                () = self.function.stop.cancelled() => return Err(ProcessEnd::Stopped),
                () = sleep_until(deadline) => {
                    return Err(ProcessEnd::NotReady(NotReady::TimedOut(INIT_TIMEOUT)));
                }
                event = process.next() => event,
            };
            match event {
                ProcessEvent::Runtime(RuntimeEvent::Ready(ready)) => return Ok(ready),
                ProcessEvent::Runtime(RuntimeEvent::InitFailed(error)) => reported = Some(error),
                ProcessEvent::Runtime(RuntimeEvent::Answered(_)) => {}
                ProcessEvent::Exited(status) => {
                    let exited = NotReady::Exited(status);
                    let why = reported.map_or(exited, NotReady::Reported);
                    return Err(ProcessEnd::NotReady(why));
                }
            }
        }
    }

    /// Waits for an invocation, and for the end of the process meanwhile.
    async fn next_job(
        &mut self,
        process: &mut Process,
        mut ready: Ready,
        served: bool,
    ) -> Result<(Ready, Job), ProcessEnd> {
        if let Some(job) = self.undelivered.take() {
            return Ok((ready, job));
        }
        loop {
            let event = tokio::select! {
                biased;
                () = self.function.stop.cancelled() => return Err(ProcessEnd::Stopped),
                event = process.next() => event,
                job = self.function.take_job() => return Ok((ready, job)),
            };
            match event {
                ProcessEvent::Runtime(RuntimeEvent::Ready(again)) => ready = again,
                ProcessEvent::Runtime(_) => {}
                ProcessEvent::Exited(_) if served => return Err(ProcessEnd::AfterService),
                ProcessEvent::Exited(_) => return Err(ProcessEnd::Idle),
            }
        }
    }

    /// Gives the process the invocation, and its caller the result.
    async fn invoke(
        &mut self,
        process: &mut Process,
        ready: Ready,
        job: Job,
    ) -> Result<Ready, ProcessEnd> {
        if job.reply.is_closed() {
            return Ok(ready);
        }
        let timeout = self.function.spec.config.timeout;
        let deadline = Instant::now() + timeout;
        let work = NextInvocation {
            request_id: job.request_id,
            payload: job.payload.clone(),
            deadline: SystemTime::now() + timeout,
            arn: Arc::clone(&self.function.arn),
        };
        if ready.send(work).is_err() {
            // The process ended before it saw the invocation, so the next one may have it: it is
            // not a retry.
            self.undelivered = Some(job);
            return Err(ProcessEnd::AfterService);
        }
        let (result, end) = self.response(process, job.request_id, deadline).await;
        // An error means that the caller no longer waits.
        let _ = job.reply.send(result);
        match end {
            Some(end) => Err(end),
            None => self.next_ready(process, deadline).await,
        }
    }

    /// The invocation's result, and how the process ended if it did. A process that exceeded its
    /// timeout is gone when this returns: it must have no effect after its failure was reported.
    async fn response(
        &self,
        process: &mut Process,
        request_id: uuid::Uuid,
        deadline: Instant,
    ) -> (Invocation, Option<ProcessEnd>) {
        loop {
            let event = tokio::select! {
                biased;
                event = process.next() => event,
                () = sleep_until(deadline) => {
                    process.handle().kill().await;
                    tracing::warn!(function = self.function.name(), "an invocation timed out");
                    let late = failure::timed_out(request_id, self.function.spec.config.timeout);
                    return (late, Some(ProcessEnd::AfterService));
                }
                () = self.function.stop.cancelled() => {
                    process.handle().kill().await;
                    return (failure::stopping(), Some(ProcessEnd::Stopped));
                }
            };
            match event {
                ProcessEvent::Runtime(RuntimeEvent::Answered(answer)) => return (answer, None),
                ProcessEvent::Runtime(_) => {}
                ProcessEvent::Exited(status) => {
                    tracing::warn!(function = self.function.name(), ?status, "a process crashed");
                    return (failure::exited(request_id, status), Some(ProcessEnd::AfterService));
                }
            }
        }
    }

    /// An invocation lasts until the process asks for the next one.
    async fn next_ready(
        &self,
        process: &mut Process,
        deadline: Instant,
    ) -> Result<Ready, ProcessEnd> {
        loop {
            let event = tokio::select! {
                biased;
                event = process.next() => event,
                () = sleep_until(deadline) => return Err(ProcessEnd::AfterService),
                () = self.function.stop.cancelled() => return Err(ProcessEnd::Stopped),
            };
            match event {
                ProcessEvent::Runtime(RuntimeEvent::Ready(ready)) => return Ok(ready),
                ProcessEvent::Runtime(_) => {}
                ProcessEvent::Exited(_) => return Err(ProcessEnd::AfterService),
            }
        }
    }

    /// Pauses before the next start. One queued invocation, if any, fails with each failed start: a
    /// function that can't start must not keep its callers waiting for ever.
    async fn fail_next_job(&mut self, why: &NotReady, pause: Duration) {
        tracing::warn!(function = self.function.name(), %why, "a process did not start");
        let resume = Instant::now() + pause;
        let job = match self.undelivered.take() {
            Some(job) => Some(job),
            None => tokio::select! {
                biased;
                () = self.function.stop.cancelled() => return,
                job = self.function.take_job() => Some(job),
                () = sleep_until(resume) => None,
            },
        };
        if let Some(job) = job {
            let _ = job.reply.send(why.invocation(job.request_id));
        }
        self.pause_until(resume).await;
    }

    async fn pause_until(&self, until: Instant) {
        self.function.stop.run_until_cancelled(sleep_until(until)).await;
    }
}
