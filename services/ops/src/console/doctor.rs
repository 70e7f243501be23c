//! Whether the deployment is as it must be, what needs a fix first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::command::CommandLine;
use super::respond::{Chrome, Place, failure, html};
use super::session::Visitor;
use super::state::Console;
use super::wording::{Sentence, capitalised};
use crate::doctor::{Args, Diagnosis, Finding, Level, run};

#[derive(Template)]
#[template(path = "console/doctor.html")]
struct DoctorPage {
    chrome: Chrome,
    summary: String,
    is_healthy: bool,
    /// What is not as it should be, then what could not be checked.
    findings: Vec<FindingView>,
    good: Vec<FindingView>,
}

struct FindingView {
    label: String,
    class: &'static str,
    subject: String,
    found: Sentence,
    fix: Sentence,
}

/// `GET /doctor`.
pub async fn page(State(console): State<Console>, visitor: Visitor) -> Response {
    let command = CommandLine::new(console.stack(), ["doctor"]);
    let diagnosed = async |stack| run(&stack, &Args { quiet: false }).await;
    let diagnosed = console.perform(&command, diagnosed).await;
    let chrome = Chrome::new(&console, &visitor, Place::Doctor, &command);
    match diagnosed {
        Ok((diagnosis, _)) => html(StatusCode::OK, &DoctorPage::new(chrome, &diagnosis)),
        Err(error) => failure(chrome, &error),
    }
}

impl DoctorPage {
    fn new(chrome: Chrome, diagnosis: &Diagnosis) -> Self {
        let of = |level: Level| {
            let found = diagnosis.findings.iter().filter(move |finding| finding.level == level);
            found.map(FindingView::new)
        };
        let wrong = of(Level::Wrong).chain(of(Level::Warning));
        let is_healthy = of(Level::Wrong).chain(of(Level::Warning)).next().is_none();
        Self {
            chrome,
            summary: diagnosis.counts(),
            is_healthy,
            findings: wrong.chain(of(Level::NotChecked)).collect(),
            good: of(Level::Ok).collect(),
        }
    }
}

impl FindingView {
    fn new(finding: &Finding) -> Self {
        let class = match finding.level {
            Level::Ok => "good",
            Level::Warning => "warn",
            Level::Wrong => "bad",
            Level::NotChecked => "calm",
        };
        Self {
            label: capitalised(finding.level.label_and_style().0),
            class,
            subject: finding.subject.clone(),
            found: Sentence::new(&finding.found),
            fix: Sentence::new(&finding.fix),
        }
    }
}
