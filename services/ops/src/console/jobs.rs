//! What the console does or has done: its progress, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use indicatif::ProgressBar;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::command::CommandLine;
use super::link::{Link, link};
use super::navigation::Section;
use super::severity::Severity;
use super::wording::error_sentence;
use crate::aws::Dlq;
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::progress::RunControl;

/// How many are kept, the latest: each page of one is looked at once, or twice.
const MAX_KEPT: usize = 200;

/// Everything that this console was asked to do.
#[derive(Debug, Default)]
pub struct Jobs {
    kept: Mutex<Vec<Arc<Job>>>,
    running: TaskTracker,
}

/// What a job does: the words of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Changes something, step by step.
    Change,
    /// Looks at messages, for a plan that has a page of its own.
    Plan,
}

/// What a job's page says once it has ended, besides its [`JobResult`].
#[derive(Debug, Default)]
pub struct Aftermath {
    /// Its title, in the past.
    pub title: String,
    /// The page that is shown in its place.
    pub leads_to: Option<String>,
    /// The queues whose messages tell how it goes on.
    pub moved: Option<MovedMessages>,
    /// What it was about, if one thing.
    pub about: Option<Link>,
    /// The filter by which it was repaired, with what may be a customer's masked.
    pub filter: Option<String>,
}

/// Messages that went back to their queue.
#[derive(Debug, Clone, Copy)]
pub struct MovedMessages {
    pub dlq: Dlq,
    /// How many dead letters were left when the last was moved.
    pub left: u64,
}

/// Something that the console was asked to do.
#[derive(Debug)]
pub struct Job {
    pub id: String,
    pub title: String,
    pub section: Section,
    pub command: CommandLine,
    /// Where to go on.
    pub next: Link,
    /// How many of how many are done, where there are several.
    pub progress: ProgressBar,
    /// Stops it after its current step.
    pub interrupt: Interrupt,
    pub kind: JobKind,
    /// In milliseconds since 1970.
    pub begun_at: i64,
    result: OnceLock<JobResult>,
    /// In milliseconds since 1970.
    ended_at: OnceLock<i64>,
    aftermath: OnceLock<Aftermath>,
    ended: Notify,
}

/// A job that is about to begin.
#[derive(Debug)]
pub struct NewJob {
    pub title: String,
    pub section: Section,
    pub command: CommandLine,
    pub next: Link,
}

/// What came of a job.
#[derive(Debug, Clone)]
pub struct JobResult {
    pub severity: Severity,
    /// What was done, a sentence each, the most important first.
    pub sentences: Vec<String>,
}

impl JobResult {
    /// Of a job that was never begun, or failed so that its outcome is lost: no number of it is known.
    pub fn without_outcome(error: &CliError) -> Self {
        Self { severity: Severity::Bad, sentences: vec![error_sentence(error)] }
    }
}

impl Jobs {
    /// Keeps a job that begins now, and that `interrupt` stops after its current step.
    pub fn add(&self, new: NewJob, kind: JobKind, interrupt: Interrupt) -> Arc<Job> {
        let NewJob { title, section, command, next } = new;
        let job = Arc::new(Job {
            id: Uuid::new_v4().simple().to_string(),
            title,
            section,
            command,
            next,
            progress: ProgressBar::hidden(),
            interrupt,
            kind,
            begun_at: Timestamp::now().as_millisecond(),
            result: OnceLock::new(),
            ended_at: OnceLock::new(),
            aftermath: OnceLock::new(),
            ended: Notify::new(),
        });
        let mut kept = lock(&self.kept);
        // One that runs is found for as long as it does.
        if kept.len() >= MAX_KEPT
            && let Some(oldest) = kept.iter().position(|job| job.result.get().is_some())
        {
            kept.remove(oldest);
        }
        kept.push(Arc::clone(&job));
        job
    }

    /// Goes on with it in the background, to its end.
    pub fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        self.running.spawn(job);
    }

    /// Something that is done now: it ends when this is dropped.
    pub fn track(&self) -> TaskTrackerToken {
        self.running.token()
    }

    /// Whether anything runs that is waited for.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Waits until none runs any more, and nothing else that is [tracked](Self::track).
    pub async fn drain(&self) {
        self.running.close();
        self.running.wait().await;
    }

    /// The job of a link, as long as it is kept.
    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.kept).iter().find(|job| job.id == id).cloned()
    }
}

impl Job {
    /// What came of it; `None` while it runs.
    pub fn result(&self) -> Option<&JobResult> {
        self.result.get()
    }

    pub fn finish(&self, result: JobResult) {
        // Each error means that it has ended before.
        let _ = self.ended_at.set(Timestamp::now().as_millisecond());
        let _ = self.result.set(result);
        self.ended.notify_waiters();
    }

    /// Says what its page says once it has ended. The first time counts.
    pub fn say_afterwards(&self, aftermath: Aftermath) {
        let _ = self.aftermath.set(aftermath);
    }

    /// What was said of it so far.
    pub fn aftermath(&self) -> Option<&Aftermath> {
        self.aftermath.get()
    }

    /// In milliseconds since 1970; `None` while it runs.
    pub fn ended_at(&self) -> Option<i64> {
        self.ended_at.get().copied()
    }

    /// Waits for its end.
    pub async fn wait(&self) {
        // Before the look, so that an end in between wakes it too.
        let ended = self.ended.notified();
        if self.result.get().is_none() {
            ended.await;
        }
    }

    /// How what it runs tells its progress, and is stopped.
    pub const fn control(&self) -> RunControl<'_> {
        RunControl { interrupt: &self.interrupt, progress: &self.progress }
    }

    /// The link of its page.
    pub fn link(&self) -> String {
        link("/job", [("id", self.id.as_str())])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
