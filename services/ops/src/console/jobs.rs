//! What the console does or has done: its progress, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use indicatif::ProgressBar;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::command::CommandLine;
use super::link::{Link, link};
use super::navigation::Section;
use super::severity::Severity;
use super::wording::error_sentence;
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
    result: OnceLock<JobResult>,
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
    pub fn add(&self, new: NewJob, interrupt: Interrupt) -> Arc<Job> {
        let NewJob { title, section, command, next } = new;
        let progress = ProgressBar::hidden();
        let id = Uuid::new_v4().simple().to_string();
        let result = OnceLock::new();
        let job = Arc::new(Job { id, title, section, command, next, progress, interrupt, result });
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
        // An error means that it has ended before.
        let _ = self.result.set(result);
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
