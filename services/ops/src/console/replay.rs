//! A replay: its plan, the button, and what came of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;

use super::background;
use super::command::CommandLine;
use super::dead_letter_rows::{CountView, DeadLetterRow, count_views};
use super::diff::{DiffLine, diff_lines};
use super::jobs::{Job, JobResult, NewJob};
use super::link::{Link, link};
use super::navigation::Section;
use super::plans::ReplayPlan;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, no_such_plan, redirect};
use super::scans::Queues;
use super::selection::Choice;
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::{Sentence, error_sentence};
use crate::audit;
use crate::dlq::replay::{
    Args, MAX_LISTED, Plan, carry_out as move_planned, plan as make_plan, queue,
};
use crate::dlq::{Edit, Edits, ReplayOutcome, Verdict, skipped_sentences};
use crate::error::CliError;
use crate::output::{counted, number};
use crate::progress::RunControl;

#[derive(Template)]
#[template(path = "console/plan.html")]
struct PlanPage {
    frame: PageFrame,
    queue: String,
    /// Where there is something to move, and a button for it.
    plan_id: Option<String>,
    conclusion: String,
    /// How many messages move, as the button says it.
    what: String,
    is_forced: bool,
    has_stale: bool,
    /// The same plan with stale messages, or without them.
    other: String,
    counts: Vec<CountView>,
    dead_letters: Vec<DeadLetterRow>,
    unlisted: usize,
    skipped: Vec<Sentence>,
    back: Link,
    edit: Option<EditView>,
}

/// What an edit does to the bodies.
struct EditView {
    summary: String,
    /// The first changes.
    changes: Vec<DiffLine>,
    /// How many messages it is refused on, as a sentence; empty for none.
    refused: String,
    /// The first of these: a message's link, and why.
    failures: Vec<(Link, Sentence)>,
}

impl EditView {
    fn new(edits: &Edits, queue: &str) -> Self {
        let failures = edits.failures.iter().map(|failure| {
            let parameters = [("queue", queue), ("id", failure.message_id.as_str())];
            let href = link("/dead-letters/message", parameters);
            (Link { label: failure.message_id.clone(), href }, Sentence::new(&failure.reason))
        });
        let (shown, more) = (edits.diffs.len(), edits.changed > edits.diffs.len());
        let first = if more { format!(" These are the first {shown}.") } else { String::new() };
        let listed =
            if edits.failed > edits.failures.len() { "the first of them" } else { "namely" };
        Self {
            summary: format!(
                "The edit changes {} and leaves {} as before.{first}",
                counted(edits.changed, "message"),
                number(edits.unchanged)
            ),
            changes: diff_lines(&edits.diffs.concat()),
            refused: match edits.failed {
                0 => String::new(),
                failed => format!(
                    "The edit is refused on {}. What it is refused on stays as it is; {listed}:",
                    counted(failed, "message")
                ),
            },
            failures: failures.collect(),
        }
    }
}

/// A replay that is to be planned.
pub struct PlanRequest {
    /// The command that does the same.
    pub command: CommandLine,
    pub choice: Choice,
    /// Whether stale mails are sent too.
    pub force_stale: bool,
    /// The repair of each body.
    pub edit: Option<Edit>,
    /// The page that it was asked for on.
    pub back: Link,
}

/// `GET /dead-letters/replay`: what a replay of the chosen messages would do. `stale=1` sends stale mails too.
pub async fn plan(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let (choice, force_stale) = (Choice::new(&fields), !fields.get("stale").is_empty());
    let words = ["dlq", "replay", choice.queue.as_str()];
    let command = choice.flags(CommandLine::new(console.stack(), words));
    let request = PlanRequest {
        command: command.with_flag("--force-stale", force_stale),
        back: to_messages(&choice),
        choice,
        force_stale,
        edit: None,
    };
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &request.command);
    plan_page(&console, &session, request).await.unwrap_or_else(|error| error_page(frame, &error))
}

/// The page of the chosen messages.
pub fn to_messages(choice: &Choice) -> Link {
    Link { label: "Back to the messages".to_owned(), href: choice.link("/dead-letters/queue", []) }
}

/// The page of a plan, with a button where there is something to move. The plan is kept for it.
///
/// # Errors
/// As of [`make_plan`], and [`CliError::Input`] for a choice or a queue that is none.
pub async fn plan_page(
    console: &Console,
    session: &Session,
    request: PlanRequest,
) -> Result<Response, CliError> {
    let plan = planned(console, &request).await?;
    let command = request.command.clone();
    let frame = PageFrame::new(console, session, Section::DeadLetters, &command);
    let mut page = PlanPage::new(frame, request, &plan);
    if !plan.to_move.is_empty() && !page.frame.is_read_only {
        page.plan_id = Some(console.replays().keep(session, ReplayPlan { command, plan }));
    }
    Ok(html(StatusCode::OK, &page))
}

async fn planned(console: &Console, request: &PlanRequest) -> Result<Plan, CliError> {
    let args = Args {
        queue: request.choice.queue.clone(),
        dry_run: false,
        yes: false,
        reason: None,
        rate: None,
        max: None,
        edit: request.edit.clone(),
        force_stale: request.force_stale,
        list: false,
        show_pii: false,
        selection: request.choice.selection()?,
        operator: console.operator(),
    };
    let plan = async move |stack, interrupt| {
        let dlq = queue(&stack, &args).await?;
        let progress = ProgressBar::hidden();
        let control = RunControl { interrupt: &interrupt, progress: &progress };
        make_plan(&stack, dlq, &args, control).await
    };
    console.read_messages(&request.command, request.choice.queues(), plan).await
}

impl PlanPage {
    fn new(frame: PageFrame, request: PlanRequest, plan: &Plan) -> Self {
        let (scan, choice) = (&plan.scan, &request.choice);
        let listed = scan.entries.iter().take(MAX_LISTED);
        let stale = if plan.args.force_stale { "" } else { "1" };
        Self {
            frame,
            queue: choice.queue.clone(),
            conclusion: plan.conclusion().trim_end().to_owned(),
            plan_id: None,
            what: counted(plan.to_move.len(), "message"),
            is_forced: plan.args.force_stale,
            has_stale: scan.counts.contains_key(&Verdict::Stale),
            other: choice.link("/dead-letters/replay", [("stale", stale)]),
            counts: count_views(scan, |verdict| plan.effect(verdict)),
            dead_letters: listed.map(|entry| DeadLetterRow::new(&choice.queue, entry)).collect(),
            unlisted: scan.entries.len().saturating_sub(MAX_LISTED),
            skipped: skipped_sentences(&scan.skipped).iter().map(|it| Sentence::new(it)).collect(),
            edit: scan.edits.as_ref().map(|edits| EditView::new(edits, &choice.queue)),
            back: request.back,
        }
    }
}

/// `POST /dead-letters/replay`: moves exactly what the plan has, in the background.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let reason = match audit::reason(fields.get("reason")) {
        Ok(reason) => reason,
        Err(expected) => {
            let command = CommandLine::new(console.stack(), ["dlq", "replay"]);
            let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
            let error = format!(
                "Nothing was moved: a reason is needed, {expected}. Go back, and type one."
            );
            return error_page(frame, &CliError::input(error));
        }
    };
    let Some(plan) = console.replays().take(&session, fields.get("plan")) else {
        return no_such_plan("Nothing was moved now");
    };
    let job = begin(&console, plan, reason);
    redirect(&job.link())
}

/// Begins to move what the plan has. The browser need not wait.
fn begin(console: &Console, plan: Arc<ReplayPlan>, reason: String) -> Arc<Job> {
    let dlq = plan.plan.scan.queue;
    let count = plan.plan.to_move.len();
    let command = plan.command.clone().with("--reason", &reason).with_flag("--yes", true);
    let new = NewJob {
        title: format!("Replay of {} from {dlq}", counted(count, "message")),
        section: Section::DeadLetters,
        command,
        next: Link {
            label: "To the queue".to_owned(),
            href: link("/dead-letters/queue", [("queue", dlq.to_string().as_str())]),
        },
    };
    background::begin(console, new, Queues::One(dlq.to_string()), async move |stack, job: &Job| {
        job.progress.set_length(count as u64);
        let mut outcome = ReplayOutcome::default();
        let result = move_planned(&stack, &plan.plan, &reason, job.control(), &mut outcome).await;
        // What was done is told however it ended.
        Ok(job_result(result, &outcome))
    })
}

fn job_result(result: Result<(), CliError>, outcome: &ReplayOutcome) -> JobResult {
    let needs_attention = outcome.needs_attention();
    let severity = match &result {
        Ok(()) if !needs_attention => Severity::Good,
        Ok(()) | Err(CliError::Interrupted(_)) => Severity::Warning,
        Err(_) => Severity::Bad,
    };
    let failed = result.err().map(|error| error_sentence(&error));
    let parts = outcome.parts().into_iter();
    let parts = parts.map(|part| format!("{} {}.", counted(part.count, "message"), part.what));
    let failures = outcome.failures.iter().map(|(id, why)| format!("`{id}`: {why}"));
    let sentences = failed.into_iter().chain(parts).chain(failures).collect();
    JobResult { severity, sentences }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_each_message_is_told_however_the_replay_ended() {
        let mut outcome =
            ReplayOutcome { moved: 2, not_begun: 1, not_seen: 3, ..ReplayOutcome::default() };
        outcome.add_failure("m-1", "SQS is away".to_owned());
        outcome.add_changed(Verdict::AlreadySent);
        let stopped = Err(CliError::Interrupted("Stopped.".to_owned()));
        let ended = job_result(stopped, &outcome);
        assert_eq!(ended.severity, Severity::Warning);
        insta::assert_snapshot!(ended.sentences.join("\n"));
        let lost = JobResult::without_outcome(&CliError::service("The console itself failed."));
        assert_eq!(
            (lost.severity, lost.sentences),
            (Severity::Bad, vec!["The console itself failed.".to_owned()])
        );
        assert_eq!(job_result(Ok(()), &ReplayOutcome::default()).severity, Severity::Good);
        assert_eq!(
            job_result(Err(CliError::service("SQS is away.")), &outcome).severity,
            Severity::Bad
        );
    }
}
