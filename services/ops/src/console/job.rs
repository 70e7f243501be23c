//! The page of something that the console does or has done.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::link::Link;
use super::request::{Change, Fields, Form, reload_link};
use super::respond::{PageFrame, html, redirect, refuse};
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::Sentence;
use crate::output::number;

#[derive(Template)]
#[template(path = "console/job.html")]
struct JobPage {
    frame: PageFrame,
    id: String,
    title: String,
    done: u64,
    all: u64,
    counts: String,
    is_stopping: bool,
    /// Where it looks again while the job runs.
    reload: String,
    /// Once it has ended.
    result: Option<ResultView>,
    next: Link,
}

struct ResultView {
    severity: Severity,
    sentences: Vec<Sentence>,
}

/// `GET /job?id=`: how far it is, or what was done.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let Some(job) = console.jobs().find(fields.get("id")) else { return gone() };
    let (done, all) = (job.progress.position(), job.progress.length().unwrap_or_default());
    let result = job.result().map(|result| ResultView {
        severity: result.severity,
        sentences: result.sentences.iter().map(|sentence| Sentence::new(sentence)).collect(),
    });
    let page = JobPage {
        frame: PageFrame::new(&console, &session, job.section, &job.command),
        id: job.id.clone(),
        title: job.title.clone(),
        done,
        all,
        counts: format!("{} of {}", number(done), number(all)),
        is_stopping: job.interrupt.is_requested(),
        reload: reload_link("/job", [("id", job.id.as_str())]),
        result,
        next: job.next.clone(),
    };
    html(StatusCode::OK, &page)
}

/// `POST /job/stop`: stops it after its current step.
pub async fn stop(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { fields, .. } = form;
    let Some(job) = console.jobs().find(fields.get("id")) else { return gone() };
    job.interrupt.request();
    redirect(&job.link())
}

fn gone() -> Response {
    refuse(
        StatusCode::NOT_FOUND,
        "Not known any more",
        "The console keeps the last 200 of what it has done, until it ends. `waybill audit` has everything, with who did it \
         and why.",
    )
}
