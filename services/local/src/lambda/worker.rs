//! Keeps one process of a function running: starts it, gives it invocations one by one, replaces it
//! when it ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use kit::Backoff;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};

use super::failure::{self, NotReady};
use super::function::{Function, Job};
use super::invoke::Invocation;
use super::process::{Exit, Process};
use super::runtime_api::{NextInvocation, RuntimeEvent};

/// How long a process may take until it asks for its first invocation. Lambda allows 10 s; a
/// machine that compiles at the same time needs more.
const INIT_TIMEOUT: Duration = Duration::from_secs(30);
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

/// What a wait for a process ended with.
enum Waited {
    Event(RuntimeEvent),
    Exited(Exit),
    TimedOut,
    Stopped,
}

pub(super) struct Worker {
    function: Arc<Function>,
    index: usize,
    /// An invocation that was dequeued and could not be given to the process.
    undelivered: Option<Job>,
    was_ready: bool,
    failed_starts: u32,
}

impl Worker {
    pub fn new(function: Arc<Function>, index: usize) -> Self {
        Self { function, index, undelivered: None, was_ready: false, failed_starts: 0 }
    }

    /// Runs until the stack stops. The process has ended by then.
    pub async fn run(mut self) {
        // Processes in a row that served no invocation. Without a pause, a function that always
        // crashes would keep the machine busy with starting it.
        let mut useless = 0;
        loop {
            useless += 1;
            let pause = Backoff::default().delay(useless);
            match self.run_process().await {
                ProcessEnd::Stopped => return,
                ProcessEnd::AfterService => useless = 0,
                ProcessEnd::Idle => self.pause(pause).await,
                ProcessEnd::NotReady(why) => {
                    self.failed_starts += 1;
                    let why = Arc::new(why);
                    if !self.was_ready && self.failed_starts == MAX_FAILED_STARTS {
                        let failed = Some(Arc::clone(&why));
                        self.function.readiness.send_modify(|all| all.failed = failed);
                    }
                    self.fail_next_job(&why, pause).await;
                }
            }
            self.function.restarts.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn run_process(&mut self) -> ProcessEnd {
        if self.function.stop.is_cancelled() {
            return ProcessEnd::Stopped;
        }
        let mut process = match Process::start(&self.function.spec).await {
            Ok(process) => process,
            Err(error) => return ProcessEnd::NotReady(NotReady::NotStarted(error)),
        };
        self.function.set_pid(self.index, Some(process.pid));
        let Err(end) = self.serve(&mut process).await;
        self.function.set_pid(self.index, None);
        // The next process starts after this: what is left of this one could have effects beside it.
        process.end().await;
        end
    }

    /// Gives the process one invocation after the other, until it ends or has to.
    async fn serve(&mut self, process: &mut Process) -> Result<Infallible, ProcessEnd> {
        let mut ready = self.init(process).await?;
        if !std::mem::replace(&mut self.was_ready, true) {
            self.function.readiness.send_modify(|all| all.ready += 1);
        }
        let mut served = false;
        loop {
            let (now_ready, job) = self.next_job(process, ready, served).await?;
            served = true;
            ready = self.invoke(process, now_ready, job).await?;
        }
    }

    /// Waits for the process, at most until `deadline`. What it did comes first: an answer that was
    /// given in time counts, also when the stack stops meanwhile.
    async fn wait(&self, process: &mut Process, deadline: Instant) -> Waited {
        tokio::select! {
            biased;
            event = process.next() => event.map_or_else(Waited::Exited, Waited::Event),
            () = sleep_until(deadline) => Waited::TimedOut,
            () = self.function.stop.cancelled() => Waited::Stopped,
        }
    }

    /// Waits until the process asks for its first invocation.
    async fn init(&self, process: &mut Process) -> Result<Ready, ProcessEnd> {
        let deadline = Instant::now() + INIT_TIMEOUT;
        let mut reported = None;
        loop {
            let why = match self.wait(process, deadline).await {
                Waited::Event(RuntimeEvent::Ready(ready)) => return Ok(ready),
                // It ends itself after this report.
                Waited::Event(RuntimeEvent::InitFailed(error)) => {
                    reported = Some(error);
                    continue;
                }
                Waited::Event(RuntimeEvent::Answered(_)) => continue,
                Waited::Exited(status) => {
                    reported.map_or(NotReady::Exited(status), NotReady::Reported)
                }
                Waited::TimedOut => NotReady::TimedOut(INIT_TIMEOUT),
                Waited::Stopped => return Err(ProcessEnd::Stopped),
            };
            return Err(ProcessEnd::NotReady(why));
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
            tokio::select! {
                // The queue comes last: a process that is known to have ended gets no invocation.
                biased;
                () = self.function.stop.cancelled() => return Err(ProcessEnd::Stopped),
                event = process.next() => match event {
                    Ok(RuntimeEvent::Ready(again)) => ready = again,
                    Ok(_) => {}
                    Err(_) if served => return Err(ProcessEnd::AfterService),
                    Err(_) => return Err(ProcessEnd::Idle),
                },
                job = self.function.take_job() => return Ok((ready, job)),
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
        let function = self.function.name();
        loop {
            match self.wait(process, deadline).await {
                Waited::Event(RuntimeEvent::Answered(answer)) => return (answer, None),
                Waited::Event(_) => {}
                Waited::Exited(status) => {
                    tracing::warn!(function, ?status, "a process crashed");
                    return (failure::exited(request_id, status), Some(ProcessEnd::AfterService));
                }
                Waited::TimedOut => {
                    process.kill().await;
                    tracing::warn!(function, "an invocation timed out");
                    let late = failure::timed_out(request_id, self.function.spec.config.timeout);
                    return (late, Some(ProcessEnd::AfterService));
                }
                Waited::Stopped => {
                    process.kill().await;
                    return (failure::stopping(), Some(ProcessEnd::Stopped));
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
            match self.wait(process, deadline).await {
                Waited::Event(RuntimeEvent::Ready(ready)) => return Ok(ready),
                Waited::Event(_) => {}
                Waited::Exited(_) | Waited::TimedOut => return Err(ProcessEnd::AfterService),
                Waited::Stopped => return Err(ProcessEnd::Stopped),
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
        self.pause(resume.saturating_duration_since(Instant::now())).await;
    }

    async fn pause(&self, pause: Duration) {
        self.function.stop.run_until_cancelled(sleep(pause)).await;
    }
}
