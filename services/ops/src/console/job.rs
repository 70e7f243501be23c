//! The page of something that the console does or has done.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::jobs::{Job, JobKind, MovedMessages};
use super::link::Link;
use super::request::{Fields, Form, reload_link};
use super::respond::{PageFrame, html, redirect, refuse};
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::{Sentence, day_and_second};
use crate::aws::{Dlq, Origin, Queue, Stack};
use crate::output::{counted, format_duration, number};

#[derive(Template)]
#[template(path = "console/job.html")]
struct JobPage {
    frame: PageFrame,
    id: String,
    title: String,
    is_plan: bool,
    done: u64,
    all: u64,
    counts: String,
    is_stopping: bool,
    /// Where it looks again while the job runs.
    reload: String,
    /// Once it has ended.
    result: Option<ResultView>,
    /// When it began, and when it ended.
    times: String,
    /// Where the messages are that it has moved.
    whereabouts: Vec<Sentence>,
    /// Where they are looked for again.
    again: String,
    /// What it was about.
    about: Option<Link>,
    filter: Option<String>,
    next: Link,
}

struct ResultView {
    severity: Severity,
    sentences: Vec<Sentence>,
}

/// `GET /job?id=`: how far it is, or what was done. Of a plan, its own page then.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let Some(job) = console.jobs().find(fields.get("id")) else { return gone() };
    let aftermath = job.result().and(job.aftermath());
    if let Some(page) = aftermath.and_then(|after| after.leads_to.as_ref()) {
        return redirect(page);
    }
    let whereabouts = match aftermath.and_then(|after| after.moved) {
        Some(moved) => whereabouts(&console, &job, moved).await,
        None => Vec::new(),
    };
    let title = aftermath.map(|after| &after.title).filter(|title| !title.is_empty());
    let (done, all) = (job.progress.position(), job.progress.length().unwrap_or_default());
    let result = job.result().map(|result| ResultView {
        severity: result.severity,
        sentences: result.sentences.iter().map(|sentence| Sentence::new(sentence)).collect(),
    });
    let page = JobPage {
        frame: PageFrame::new(&console, &session, job.section, &job.command),
        id: job.id.clone(),
        title: title.unwrap_or(&job.title).clone(),
        is_plan: job.kind == JobKind::Plan,
        done,
        all,
        counts: match job.kind {
            JobKind::Change => format!("{} of {}", number(done), number(all)),
            JobKind::Plan => format!("{} of about {}", number(done), number(all.max(done))),
        },
        times: times(&job),
        whereabouts,
        again: job.link(),
        about: aftermath.and_then(|after| after.about.clone()),
        filter: aftermath.and_then(|after| after.filter.clone()),
        is_stopping: job.interrupt.is_requested(),
        reload: reload_link("/job", [("id", job.id.as_str())]),
        result,
        next: job.next.clone(),
    };
    html(StatusCode::OK, &page)
}

fn times(job: &Job) -> String {
    let begun = format!("Begun {}", day_and_second(job.begun_at));
    match job.ended_at() {
        None => format!("{begun}."),
        Some(ended_at) => format!(
            "{begun}, ended {}, after {}.",
            day_and_second(ended_at),
            format_duration(ended_at - job.begun_at)
        ),
    }
}

/// Where the moved messages are now, and how many dead letters there are more than when the last was moved. Not an error
/// without: what was done is told all the same.
async fn whereabouts(console: &Console, job: &Job, moved: MovedMessages) -> Vec<Sentence> {
    let MovedMessages { dlq, left } = moved;
    let look = async move |stack: Stack, _| {
        let source = match dlq.origin() {
            Origin::Queue(source) => Some((source, stack.queue_depth(source).await?.total())),
            Origin::LedgerStream | Origin::MailBus => None,
        };
        Ok((source, stack.queue_depth(Queue::Dead(dlq)).await?.total()))
    };
    let Ok((source, dead)) = console.read(&job.command, look).await else { return Vec::new() };
    let sentences = [
        source.map(|(source, waiting)| in_source(source.suffix(), waiting)),
        Some(came_back(dlq, dead.saturating_sub(left))),
    ];
    sentences.into_iter().flatten().map(|sentence| Sentence::new(&sentence)).collect()
}

fn in_source(source: &str, waiting: u64) -> String {
    let what = match waiting {
        0 => format!("The queue {source} has no message now, as far as SQS has counted."),
        _ => format!(
            "They are worked on from the queue {source}: SQS counts about {} there now.",
            counted(waiting, "message")
        ),
    };
    format!("{what} `waybill status` shows what becomes of their mails.")
}

fn came_back(dlq: Dlq, more: u64) -> String {
    match more {
        0 => "SQS counts no more dead letters than when the last was moved.".to_owned(),
        _ => format!(
            "SQS counts about {} more in the dead letters since, which came back or are new: `waybill dlq show {dlq}`.",
            counted(more, "message")
        ),
    }
}

/// `POST /job/stop`: stops it after its current step. Of a console that changes nothing, a plan.
pub async fn stop(State(console): State<Console>, form: Form) -> Response {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_move_its_page_says_where_the_messages_are_and_how_many_came_back() {
        let html = |sentence: &str| Sentence::new(sentence).render().unwrap();
        let waiting = html(&in_source("mail", 1_200));
        assert!(waiting.contains("SQS counts about 1,200 messages there now."), "{waiting}");
        assert!(waiting.contains("<a href=\"/\">Today</a> shows"), "{waiting}");
        assert!(in_source("mail", 0).starts_with("The queue mail has no message now"));
        assert_eq!(
            came_back(Dlq::Mail, 0),
            "SQS counts no more dead letters than when the last was moved."
        );
        let back = html(&came_back(Dlq::Mail, 3));
        assert!(
            back.starts_with("SQS counts about 3 messages more") && back.contains("look at them"),
            "{back}"
        );
    }
}
