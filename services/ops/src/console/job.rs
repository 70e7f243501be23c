//! What the console does or has done: its progress, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::command::CommandLine;
use super::request::{Change, Fields, Form};
use super::respond::{Chrome, Place, html, link, refuse, see};
use super::session::Visitor;
use super::state::Console;
use super::wording::Sentence;
use crate::interrupt::Interrupt;
use crate::output::number;

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
    id: String,
    title: String,
    place: Place,
    command: CommandLine,
    /// Where to go on: a label and a link.
    next: (String, String),
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

    /// Waits until none runs any more.
    pub async fn ended(&self) {
        self.running.close();
        self.running.wait().await;
    }

    fn find(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.kept).iter().find(|job| job.id == id).cloned()
    }
}

impl Job {
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

#[derive(Template)]
#[template(path = "console/job.html")]
struct JobPage {
    chrome: Chrome,
    id: String,
    title: String,
    done: u64,
    all: u64,
    counts: String,
    is_stopping: bool,
    /// The class of its tone, and its sentences, once it has ended.
    ending: Option<(&'static str, Vec<Sentence>)>,
    next: (String, String),
}

/// `GET /job?id=`: how far it is, or what was done.
pub async fn page(State(console): State<Console>, visitor: Visitor, fields: Fields) -> Response {
    let Some(job) = console.jobs().find(fields.get("id")) else { return gone() };
    let (done, all) = (job.progress.position(), job.progress.length().unwrap_or_default());
    let ending = job.ending.get().map(|ending| {
        let sentences = ending.sentences.iter().map(|sentence| Sentence::new(sentence)).collect();
        (ending.tone.class(), sentences)
    });
    let page = JobPage {
        chrome: Chrome::new(&console, &visitor, job.place, &job.command),
        id: job.id.clone(),
        title: job.title.clone(),
        done,
        all,
        counts: format!("{} of {}", number(done), number(all)),
        is_stopping: job.interrupt.is_requested(),
        ending,
        next: job.next.clone(),
    };
    html(StatusCode::OK, &page)
}

/// `POST /job/stop`: stops it after its current step.
pub async fn stop(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { fields, .. } = form;
    let Some(job) = console.jobs().find(fields.get("id")) else { return gone() };
    job.interrupt.request();
    see(&job.link())
}

fn gone() -> Response {
    refuse(
        StatusCode::NOT_FOUND,
        "Not known any more",
        "The console keeps the last 200 of what it has done, until it ends. `waybill audit` has everything, with who did it \
         and why.",
    )
}
