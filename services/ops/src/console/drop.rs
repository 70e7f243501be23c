//! Deleting messages of a dead-letter queue for good: by typing their number, once they are in a file.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;

use super::command::CommandLine;
use super::dead_letters::{CountView, DeadLetterRow, count_views};
use super::jobs::{JobResult, NewJob};
use super::link::{Link, link};
use super::navigation::Section;
use super::plans::DropPlan;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, error_sentence, html, no_such_plan, redirect};
use super::selection::Choice;
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::Sentence;
use crate::audit;
use crate::dlq::drop::{Args, Dropped, drop_audited, select};
use crate::dlq::{DlqScan, loss, skipped_sentences};
use crate::error::CliError;
use crate::output::counted;

#[derive(Template)]
#[template(path = "console/drop.html")]
struct DropPage {
    frame: PageFrame,
    queue: String,
    /// Where there is something to delete, and a button for it.
    plan_id: Option<String>,
    what: String,
    losses: Vec<CountView>,
    /// All of them: nothing else is deleted.
    dead_letters: Vec<DeadLetterRow>,
    skipped: Vec<Sentence>,
    back: String,
}

/// `GET /dead-letters/drop`: what would be deleted, and what is lost with it.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    let words = ["dlq", "drop", choice.queue.as_str()];
    let command = choice.flags(CommandLine::new(console.stack(), words));
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    match selected(&console, &command, &choice).await {
        Ok((args, scan)) => {
            let mut page = DropPage::new(frame, &choice, &scan);
            if !scan.entries.is_empty() && !page.frame.is_read_only {
                let plan = DropPlan { command, args, message_ids: message_ids(&scan) };
                page.plan_id = Some(console.drops().keep(&session, plan));
            }
            html(StatusCode::OK, &page)
        }
        Err(error) => error_page(frame, &error),
    }
}

async fn selected(
    console: &Console,
    command: &CommandLine,
    choice: &Choice,
) -> Result<(Args, DlqScan), CliError> {
    let args = Args {
        queue: choice.queue.clone(),
        yes_delete: None,
        reason: None,
        save_to: None,
        selection: choice.selection()?,
        operator: console.operator(),
    };
    let interrupt = console.interrupt();
    let read = async move |stack| {
        let dropped = select(&stack, &args, &interrupt).await?;
        Ok((args, dropped.scan))
    };
    console.perform(command, read).await
}

fn message_ids(scan: &DlqScan) -> HashSet<String> {
    scan.entries.iter().map(|entry| entry.summary.message_id.clone()).collect()
}

impl DropPage {
    fn new(frame: PageFrame, choice: &Choice, scan: &DlqScan) -> Self {
        let dead_letters =
            scan.entries.iter().map(|entry| DeadLetterRow::new(&choice.queue, entry));
        Self {
            frame,
            queue: choice.queue.clone(),
            plan_id: None,
            what: counted(scan.entries.len(), "message"),
            losses: count_views(scan, |verdict| loss(verdict, scan.queue)),
            dead_letters: dead_letters.collect(),
            skipped: skipped_sentences(&scan.skipped).iter().map(|it| Sentence::new(it)).collect(),
            back: choice.link("/dead-letters/queue", []),
        }
    }
}

/// `POST /dead-letters/drop`: deletes exactly what the page has listed, if their number was typed.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let refused = |error: &CliError| {
        let command = CommandLine::new(console.stack(), ["dlq", "drop"]);
        error_page(PageFrame::new(&console, &session, Section::DeadLetters, &command), error)
    };
    let confirmation = match Confirmation::parse(&fields) {
        Ok(confirmation) => confirmation,
        Err(error) => return refused(&error),
    };
    let Some(plan) = console.drops().take(&session, fields.get("plan")) else {
        return no_such_plan("Nothing was deleted now");
    };
    let command =
        plan.command.clone().with_flag(&format!("--yes-delete-{}", confirmation.number), true);
    let queue = plan.args.queue.clone();
    match delete(&console, &command, plan, confirmation).await {
        Ok((result, dropped)) => {
            redirect(&record_result(&console, &queue, command, result, &dropped))
        }
        Err(error) => refused(&error),
    }
}

/// What was typed to confirm a deletion.
struct Confirmation {
    /// How many messages.
    number: usize,
    reason: String,
}

impl Confirmation {
    /// # Errors
    /// [`CliError::Input`] when the number or the reason is missing, or is none.
    fn parse(fields: &Fields) -> Result<Self, CliError> {
        let number = fields.get("number").replace(',', "").parse().map_err(|_| {
            CliError::input(
                "Nothing was deleted: type the number of messages, as the page shows it.",
            )
        })?;
        let reason = audit::reason(fields.get("reason")).map_err(|expected| {
            CliError::input(format!("Nothing was deleted: a reason is needed, {expected}."))
        })?;
        Ok(Self { number, reason })
    }
}

/// # Errors
/// [`CliError::Input`] when the number is wrong, or other messages are selected now: then nothing is deleted. Whatever
/// comes later is in what is returned.
async fn delete(
    console: &Console,
    command: &CommandLine,
    plan: DropPlan,
    Confirmation { number, reason }: Confirmation,
) -> Result<(Result<(), CliError>, Dropped), CliError> {
    let shown = plan.message_ids;
    if number != shown.len() {
        let shown = counted(shown.len(), "message");
        return Err(CliError::input(format!(
            "Nothing was deleted: the page has shown {shown}, and {number} was typed. Open it again, and type what it \
             shows."
        )));
    }
    let args = Args { yes_delete: Some(number), reason: Some(reason), ..plan.args };
    let interrupt = console.interrupt();
    let deleted = async move |stack| {
        let mut dropped = select(&stack, &args, &interrupt).await?;
        check_same(&shown, &message_ids(&dropped.scan))?;
        let result = drop_audited(&stack, &args, &interrupt, &mut dropped).await;
        Ok((result, dropped))
    };
    console.perform_change(command, deleted).await
}

/// # Errors
/// [`CliError::Input`] when the messages that are selected now are not those that the page has shown.
fn check_same(shown: &HashSet<String>, selected: &HashSet<String>) -> Result<(), CliError> {
    if shown == selected {
        return Ok(());
    }
    let missing = counted(shown.difference(selected).count(), "message");
    let new = counted(selected.difference(shown).count(), "message");
    Err(CliError::input(format!(
        "Nothing was deleted: the selection has changed since its page was shown. Gone, or read by somebody else just now: \
         {missing}. New: {new}. Open the page again, and look at what it shows."
    )))
}

/// Keeps what was done. Returns the link of its page.
fn record_result(
    console: &Console,
    queue: &str,
    command: CommandLine,
    result: Result<(), CliError>,
    dropped: &Dropped,
) -> String {
    let what = counted(dropped.scan.entries.len(), "message");
    let title = format!("Deleting {what} from {queue}");
    let back = link("/dead-letters/queue", [("queue", queue)]);
    let job = console.jobs().add(NewJob {
        title,
        section: Section::DeadLetters,
        command,
        next: Link { label: "To the queue".to_owned(), href: back },
        progress: ProgressBar::hidden(),
        interrupt: console.interrupt().child(),
    });
    job.finish(job_result(result, dropped));
    job.link()
}

fn job_result(result: Result<(), CliError>, dropped: &Dropped) -> JobResult {
    let outcome = &dropped.outcome;
    let mut sentences = vec![format!("Deleted: {}.", counted(outcome.deleted, "message"))];
    if let Some(file) = &dropped.saved_to {
        let file = file.display();
        sentences.push(format!("They are in `{file}`, in the folder in which the console runs."));
    }
    let left = outcome.not_deleted + outcome.not_seen;
    if left > 0 {
        let left = counted(left, "message");
        sentences.push(format!(
            "Not deleted, or not confirmed as deleted: {left}. Look at the queue again."
        ));
    }
    let severity = if left > 0 { Severity::Warning } else { Severity::Good };
    match result {
        Ok(()) => JobResult { severity, sentences },
        Err(error) => {
            sentences.insert(0, error_sentence(&error));
            JobResult { severity: Severity::Bad, sentences }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_messages_than_those_shown_are_refused_though_their_number_is_the_same() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<HashSet<_>>();
        let shown = ids(&["m-1", "m-2"]);
        assert!(check_same(&shown, &ids(&["m-2", "m-1"])).is_ok());
        for other in [&["m-1", "m-3"][..], &["m-1"], &["m-1", "m-2", "m-3"]] {
            let refused = check_same(&shown, &ids(other)).map_err(|error| error.to_string());
            assert!(refused.is_err_and(|why| why.starts_with("Nothing was deleted")), "{other:?}");
        }
    }
}
