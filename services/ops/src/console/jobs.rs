//! What the console does or has done: its progress, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use indicatif::ProgressBar;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::command::CommandLine;
use super::link::link;
use super::place::Place;
use crate::interrupt::Interrupt;

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
    pub place: Place,
    pub command: CommandLine,
    /// Where to go on: a label and a link.
    pub next: (String, String),
    /// How many of how many are done, where there are several.
    pub progress: ProgressBar,
    /// Stops it after its current step.
    pub interrupt: Interrupt,
    ending: OnceLock<Ending>,
}

/// How a job ended.
#[derive(Debug, Clone)]
pub struct Ending {
    pub tone: Tone,
    /// What was done, a sentence each, the most important first.
    pub sentences: Vec<String>,
}

/// Whether a person has to do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    /// Done in part.
    Warning,
    Bad,
}

impl Tone {
    /// Its class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warn",
            Self::Bad => "bad",
        }
    }
}

impl Jobs {
    /// Keeps a job that begins now.
    pub fn add(
        &self,
        (title, place): (String, Place),
        command: CommandLine,
        next: (String, String),
        (progress, interrupt): (ProgressBar, Interrupt),
    ) -> Arc<Job> {
        let id = Uuid::new_v4().simple().to_string();
        let ending = OnceLock::new();
        let job = Arc::new(Job { id, title, place, command, next, progress, interrupt, ending });
        let mut kept = lock(&self.kept);
        // One that runs is found for as long as it does.
        if kept.len() >= MAX_KEPT
            && let Some(oldest) = kept.iter().position(|job| job.ending.get().is_some())
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
    pub async fn ended(&self) {
        self.running.close();
        self.running.wait().await;
    }

    /// The job of a link, as long as it is kept.
    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.kept).iter().find(|job| job.id == id).cloned()
    }
}

impl Job {
    /// How it ended; `None` while it runs.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.get()
    }

    pub fn end(&self, ending: Ending) {
        // An error means that it has ended before.
        let _ = self.ending.set(ending);
    }

    /// The link of its page.
    pub fn link(&self) -> String {
        link("/job", [("id", self.id.as_str())])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
