//! Deleting messages of a dead-letter queue for good: by typing their number, once they are in a file.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::background;
use super::command::CommandLine;
use super::dead_letter_rows::{CountView, DeadLetterRow, count_views};
use super::jobs::{Aftermath, Job, JobResult, NewJob};
use super::link::{Link, link};
use super::navigation::Section;
use super::plans::DropPlan;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, no_such_plan, redirect, status_of};
use super::scans::Queues;
use super::selection::Choice;
use super::session::Session;
use super::severity::Severity;
use super::state::Console;
use super::wording::{Sentence, error_sentence};
use crate::audit;
use crate::aws::Stack;
use crate::dlq::drop::{Args, Dropped, drop_audited, select};
use crate::dlq::{DlqScan, loss, skipped_sentences};
use crate::error::CliError;
use crate::output::{counted, number};
use crate::progress::RunControl;

#[derive(Template)]
#[template(path = "console/drop.html")]
struct DropPage {
    frame: PageFrame,
    queue: String,
    /// Where there is something to delete, and a button for it.
    plan_id: Option<String>,
    what: String,
    count: String,
    losses: Vec<CountView>,
    /// All of them: nothing else is deleted.
    dead_letters: Vec<DeadLetterRow>,
    skipped: Vec<Sentence>,
    reason: String,
    /// Why the form was not carried out.
    refusal: Option<Sentence>,
    back: String,
}

/// `GET /dead-letters/drop`: begins to look at what would be deleted.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    let words = ["dlq", "drop", choice.queue.as_str()];
    let command = choice.flags(CommandLine::new(console.stack(), words));
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    let begun = begin_plan(&console, session, command, choice).await;
    begun.unwrap_or_else(|error| error_page(frame, &error))
}

/// `GET /dead-letters/drop/plan?id=`: what would be deleted, and what is lost with it.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let id = fields.get("id");
    let Some(plan) = console.drops().find(&session, id) else {
        return no_such_plan("This plan is not kept any more");
    };
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &plan.command);
    let may_delete = !plan.scan.entries.is_empty() && !frame.is_read_only;
    let plan_id = may_delete.then(|| id.to_owned());
    html(StatusCode::OK, &DropPage { plan_id, ..DropPage::new(frame, &plan) })
}

/// Looks at the chosen messages, in the background. Returns where the browser goes now: in the end to the page of what would
/// be deleted, which is kept for this session.
///
/// # Errors
/// [`CliError::Input`] for a choice that is none.
async fn begin_plan(
    console: &Console,
    session: Session,
    command: CommandLine,
    choice: Choice,
) -> Result<Response, CliError> {
    let args = Args {
        queue: choice.queue.clone(),
        yes_delete: None,
        reason: None,
        save_to: None,
        selection: choice.selection()?,
        operator: console.operator(),
    };
    let new = NewJob {
        title: format!("Plan of a deletion from {}", choice.queue),
        section: Section::DeadLetters,
        command: command.clone(),
        next: choice.to_messages(),
    };
    let (plans, back) = (console.clone(), choice.to_messages().href);
    let work = async move |stack: Stack, job: &Job| {
        let scan = select(&stack, &args, job.control()).await?.scan;
        let id = plans.drops().keep(&session, DropPlan { command, back, args, scan });
        Ok(link("/dead-letters/drop/plan", [("id", id.as_str())]))
    };
    Ok(background::plan(console, new, choice.queues(), work).await)
}

impl DropPage {
    fn new(frame: PageFrame, plan: &DropPlan) -> Self {
        let (scan, queue) = (&plan.scan, plan.args.queue.as_str());
        let rows = scan.entries.iter().map(|entry| DeadLetterRow::new(queue, entry));
        Self {
            frame,
            queue: queue.to_owned(),
            plan_id: None,
            what: counted(scan.entries.len(), "message"),
            count: number(scan.entries.len()),
            losses: count_views(scan, |verdict| loss(verdict, scan.queue)),
            dead_letters: rows.collect(),
            skipped: skipped_sentences(&scan.skipped).iter().map(|it| Sentence::new(it)).collect(),
            reason: String::new(),
            refusal: None,
            back: plan.back.clone(),
        }
    }
}

/// `POST /dead-letters/drop`: deletes exactly what the page has listed, if their number was typed, in the background.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let id = fields.get("plan");
    let too_late = || no_such_plan("Nothing was deleted now");
    let Some(plan) = console.drops().find(&session, id) else { return too_late() };
    let confirmation = match Confirmation::parse(&fields, plan.scan.entries.len()) {
        Ok(confirmation) => confirmation,
        Err(error) => {
            let frame = PageFrame::new(&console, &session, Section::DeadLetters, &plan.command);
            let page = DropPage {
                plan_id: Some(id.to_owned()),
                reason: fields.get("reason").to_owned(),
                refusal: Some(Sentence::new(&error_sentence(&error))),
                ..DropPage::new(frame, &plan)
            };
            return html(status_of(&error), &page);
        }
    };
    // Only now, so that what was typed wrong can be typed again; and once, though the form may come twice.
    match console.drops().take(&session, id) {
        Some(plan) => redirect(&begin(&console, plan, confirmation).link()),
        None => too_late(),
    }
}

/// What was typed to confirm a deletion.
struct Confirmation {
    /// How many messages.
    number: usize,
    reason: String,
}

impl Confirmation {
    /// `shown` is how many messages the page lists.
    ///
    /// # Errors
    /// [`CliError::Input`] when the number is another one, or the reason is missing.
    fn parse(fields: &Fields, shown: usize) -> Result<Self, CliError> {
        let typed = fields.get("number");
        let number = typed.replace(',', "").parse().ok().filter(|number| *number == shown);
        let number = number.ok_or_else(|| {
            let typed = if typed.is_empty() { "nothing" } else { typed };
            CliError::input(format!(
                "Nothing was deleted. You typed {typed}, and {} would be deleted: type {shown} if that is what you want.",
                counted(shown, "message")
            ))
        })?;
        let reason = audit::reason(fields.get("reason")).map_err(|expected| {
            CliError::input(format!("Nothing was deleted: a reason is needed, {expected}."))
        })?;
        Ok(Self { number, reason })
    }
}

/// Begins to delete. The browser need not wait.
fn begin(console: &Console, plan: Arc<DropPlan>, confirmation: Confirmation) -> Arc<Job> {
    let Confirmation { number, reason } = confirmation;
    let dlq = plan.scan.queue;
    let command = plan.command.clone().with("--reason", &reason);
    let command = command.with_flag(&format!("--yes-delete-{number}"), true);
    let new = NewJob {
        title: format!("Deleting {} from {dlq}", counted(number, "message")),
        section: Section::DeadLetters,
        command,
        next: Link {
            label: "To the queue".to_owned(),
            href: link("/dead-letters/queue", [("queue", dlq.to_string().as_str())]),
        },
    };
    let args = Args { yes_delete: Some(number), reason: Some(reason), ..plan.args.clone() };
    background::begin(console, new, Queues::One(dlq.to_string()), async move |stack, job: &Job| {
        let (result, dropped) = delete(&stack, &plan.scan, &args, job.control()).await?;
        let deleted = counted(dropped.outcome.deleted, "message");
        let title = format!("Deleted: {deleted} from {dlq}");
        job.say_afterwards(Aftermath { title, ..Aftermath::default() });
        Ok(job_result(result, &dropped))
    })
}

/// # Errors
/// [`CliError::Input`] when other messages are selected than the page has shown: then nothing is deleted. Whatever comes
/// later is in what is returned.
async fn delete(
    stack: &Stack,
    shown: &DlqScan,
    args: &Args,
    control: RunControl<'_>,
) -> Result<(Result<(), CliError>, Dropped), CliError> {
    let mut dropped = select(stack, args, control).await?;
    check_same(&message_ids(shown), &message_ids(&dropped.scan))?;
    control.progress.reset();
    control.progress.set_length(dropped.scan.entries.len() as u64);
    let result = drop_audited(stack, args, control, &mut dropped).await;
    Ok((result, dropped))
}

fn message_ids(scan: &DlqScan) -> HashSet<String> {
    scan.entries.iter().map(|entry| entry.summary.message_id.clone()).collect()
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

fn job_result(result: Result<(), CliError>, dropped: &Dropped) -> JobResult {
    let outcome = &dropped.outcome;
    let severity = match &result {
        Ok(()) if outcome.not_deleted + outcome.not_seen == 0 => Severity::Good,
        Ok(()) | Err(CliError::Interrupted(_)) => Severity::Warning,
        Err(_) => Severity::Bad,
    };
    let failed = result.err().map(|error| error_sentence(&error));
    let sentences = failed.into_iter().chain(dropped.sentences()).collect();
    JobResult { severity, sentences }
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
