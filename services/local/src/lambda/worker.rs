//! Keeps one place of a function filled: starts a process, gives it invocations one by one,
//! replaces it when it ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::Invocation;
use super::failure::{self, NotReady};
use super::function::{Job, Shared};
use super::process::{Process, ProcessEvent};
use super::runtime_api::{NextInvocation, RuntimeEvent};

/// How long a process may take until it asks for its first invocation. Lambda gives 10 s; a
/// machine that compiles at the same time is given more.
const INIT_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause before a process that came to nothing is started anew, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// After how many starts that came to nothing a function that was never ready is given up on by
/// those who wait for it. It is started on and on all the same.
const MAX_FAILED_STARTS: u32 = 3;

/// Gives the process that waits its next invocation.
type Ready = oneshot::Sender<NextInvocation>;

/// Why a process is no longer there.
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
    function: Arc<Shared>,
    place: usize,
    /// An invocation that was taken and could not be handed over.
    held: Option<Job>,
    was_ready: bool,
    failed_starts: u32,
}

impl Worker {
    pub fn new(function: Arc<Shared>, place: usize) -> Self {
        Self { function, place, held: None, was_ready: false, failed_starts: 0 }
    }

    /// Runs until the stack stops. No process is left then.
    pub async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.run_process().await {
                ProcessEnd::Stopped => return,
                ProcessEnd::AfterService => pause = FIRST_PAUSE,
                ProcessEnd::Idle => {
                    self.rest(Instant::now() + pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
                ProcessEnd::NotReady(why) => {
                    self.failed_starts += 1;
                    if !self.was_ready && self.failed_starts == MAX_FAILED_STARTS {
                        self.function
                            .readiness
                            .send_modify(|all| all.failed = Some(why.to_string()));
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
        let mut process = match Process::start(&self.function).await {
            Ok(process) => process,
            Err(error) => {
                return ProcessEnd::NotReady(NotReady::NotStarted(error));
            }
        };
        let slot = &self.function.slots[self.place];
        slot.fill(process.handle());
        let end = self.serve(&mut process).await;
        self.function.slots[self.place].clear();
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
        if let Some(job) = self.held.take() {
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

    /// Gives the process the invocation, and its caller the answer.
    async fn invoke(
        &mut self,
        process: &mut Process,
        ready: Ready,
        job: Job,
    ) -> Result<Ready, ProcessEnd> {
        if job.reply.is_closed() {
            return Ok(ready);
        }
        let timeout = self.function.config.timeout;
        let deadline = Instant::now() + timeout;
        let work = NextInvocation {
            request_id: job.request_id,
            payload: job.payload.clone(),
            deadline: SystemTime::now() + timeout,
            arn: Arc::clone(&self.function.arn),
        };
        if ready.send(work).is_err() {
            // It was gone before it could see the invocation: the next process gets it.
            self.held = Some(job);
            return Err(ProcessEnd::AfterService);
        }
        let (answer, end) = self.answer(process, job.request_id, deadline).await;
        // The caller may have stopped waiting; the function has done its work all the same.
        let _ = job.reply.send(answer);
        match end {
            Some(end) => Err(end),
            None => self.next_ready(process, deadline).await,
        }
    }

    /// The answer, and the end of the process where the answer is that it ended. A process that
    /// ran out of time is gone when this returns, so nothing it does can follow its failure.
    async fn answer(
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
                    tracing::warn!(function = %self.function.name, "an invocation timed out");
                    let late = failure::timed_out(request_id, self.function.config.timeout);
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
                    tracing::warn!(function = %self.function.name, ?status, "a process crashed");
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

    /// Pauses before the next try. One invocation that waits, if any, fails with each try that
    /// came to nothing: it was this process's to serve, and a function that can't start must not
    /// keep its callers for ever.
    async fn fail_next_job(&mut self, why: &NotReady, pause: Duration) {
        tracing::warn!(function = %self.function.name, %why, "a process did not start");
        let resume = Instant::now() + pause;
        let job = match self.held.take() {
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
        self.rest(resume).await;
    }

    async fn rest(&self, until: Instant) {
        self.function.stop.run_until_cancelled(sleep_until(until)).await;
    }
}
