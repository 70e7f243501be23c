//! Whether the deployment is as it must be, what needs a fix first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::command::CommandLine;
use super::navigation::Section;
use super::respond::{PageFrame, error_page, html};
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::{Sentence, capitalised};
use crate::doctor::{Args, Diagnosis, Finding, Level, run};

#[derive(Template)]
#[template(path = "console/doctor.html")]
struct DoctorPage {
    frame: PageFrame,
    summary: String,
    severity: Severity,
    sentence: String,
    /// What is not as it should be.
    findings: Vec<FindingView>,
    unchecked: Vec<FindingView>,
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
pub async fn page(State(console): State<Console>, session: Session) -> Response {
    let command = CommandLine::new(console.stack(), ["doctor"]);
    let diagnosed = async |stack, _| run(&stack, &Args { quiet: false }).await;
    let diagnosed = console.read(&command, diagnosed).await;
    let frame = PageFrame::new(&console, &session, Section::Doctor, &command);
    match diagnosed {
        Ok((diagnosis, _)) => html(StatusCode::OK, &DoctorPage::new(frame, &diagnosis)),
        Err(error) => error_page(frame, &error),
    }
}

impl DoctorPage {
    fn new(frame: PageFrame, diagnosis: &Diagnosis) -> Self {
        let of = |level: Level| {
            let found = diagnosis.findings.iter().filter(move |finding| finding.level == level);
            found.map(FindingView::new)
        };
        let has = |level| diagnosis.findings.iter().any(|finding| finding.level == level);
        let unchecked: Vec<_> = of(Level::NotChecked).collect();
        let (severity, sentence) = if has(Level::Wrong) {
            (
                Severity::Bad,
                "The deployment is not as it must be. What to do stands with each finding."
                    .to_owned(),
            )
        } else if has(Level::Warning) {
            let sentence = "It works, and is not as it should be. What to do stands below.";
            (Severity::Warning, sentence.to_owned())
        } else if !has(Level::Ok) {
            (Severity::Warning, "Nothing could be checked.".to_owned())
        } else if unchecked.is_empty() {
            (Severity::Good, "Everything is as it should be.".to_owned())
        } else {
            let (some, all) = (unchecked.len(), diagnosis.findings.len());
            let sentence = format!(
                "Nothing that was checked is wrong. {some} of {all} things could not be checked."
            );
            (Severity::Calm, sentence)
        };
        Self {
            frame,
            summary: diagnosis.counts(),
            severity,
            sentence,
            findings: of(Level::Wrong).chain(of(Level::Warning)).collect(),
            unchecked,
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
