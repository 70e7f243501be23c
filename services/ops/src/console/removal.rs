//! Deleting messages of a dead-letter queue for good: by typing their number, once they are in a file.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;

use super::command::CommandLine;
use super::dead_letters::{CountView, count_views};
use super::jobs::{Ending, Tone};
use super::link::link;
use super::place::Place;
use super::request::{Change, Fields, Form};
use super::respond::{Chrome, failure, html, see, sentence};
use super::selection::Choice;
use super::session::Visitor;
use super::state::Console;
use crate::audit;
use crate::dlq::drop::{Args, Dropped, check_number, drop_audited, select};
use crate::dlq::loss;
use crate::error::CliError;
use crate::output::counted;

#[derive(Template)]
#[template(path = "console/drop.html")]
struct DropPage {
    chrome: Chrome,
    queue: String,
    count: usize,
    what: String,
    losses: Vec<CountView>,
    fields: Vec<(&'static str, String)>,
    back: String,
}

/// `GET /dead-letters/drop`: what would be deleted, and what is lost with it.
pub async fn ask(State(console): State<Console>, visitor: Visitor, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    let command = command(&console, &choice);
    let chrome = Chrome::new(&console, &visitor, Place::DeadLetters, &command);
    let selected = async {
        let (args, interrupt) = (args(&console, &choice, None, None)?, console.interrupt());
        console.perform(&command, async move |stack| select(&stack, &args, &interrupt).await).await
    };
    match selected.await {
        Ok(dropped) => html(StatusCode::OK, &DropPage::new(chrome, &choice, &dropped)),
        Err(error) => failure(chrome, &error),
    }
}

fn command(console: &Console, choice: &Choice) -> CommandLine {
    choice.flags(CommandLine::new(console.stack(), ["dlq", "drop", choice.queue.as_str()]))
}

fn args(
    console: &Console,
    choice: &Choice,
    yes_delete: Option<usize>,
    reason: Option<String>,
) -> Result<Args, CliError> {
    let (queue, selection) = (choice.queue.clone(), choice.selection()?);
    Ok(Args { queue, yes_delete, reason, save_to: None, selection, operator: console.operator() })
}

impl DropPage {
    fn new(chrome: Chrome, choice: &Choice, dropped: &Dropped) -> Self {
        let scan = &dropped.scan;
        let names = ["queue", "failed_for", "kind", "order", "verdict", "message"];
        let values = choice.parameters().map(|(_, value)| value.to_owned());
        Self {
            chrome,
            queue: choice.queue.clone(),
            count: scan.entries.len(),
            what: counted(scan.entries.len(), "message"),
            losses: count_views(scan, |verdict| loss(verdict, scan.queue)),
            fields: names.into_iter().zip(values).collect(),
            back: choice.link("/dead-letters/queue", []),
        }
    }
}

/// `POST /dead-letters/drop`: deletes them, if their number was typed.
pub async fn carry_out(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { visitor, fields } = form;
    let choice = Choice::new(&fields);
    let number = fields.get("number").replace(',', "");
    let command = command(&console, &choice).with_flag(&format!("--yes-delete-{number}"), true);
    match delete(&console, &command, &choice, (&number, fields.get("reason"))).await {
        Ok((result, dropped)) => see(&kept(&console, &choice, command, result, &dropped)),
        Err(error) => {
            let chrome = Chrome::new(&console, &visitor, Place::DeadLetters, &command);
            failure(chrome, &error)
        }
    }
}

/// # Errors
/// [`CliError::Input`] when the number or the reason is missing or wrong: then nothing is deleted. Whatever comes later is
/// in what is returned.
async fn delete(
    console: &Console,
    command: &CommandLine,
    choice: &Choice,
    (number, reason): (&str, &str),
) -> Result<(Result<(), CliError>, Dropped), CliError> {
    let number: usize = number.parse().map_err(|_| {
        CliError::input("Nothing was deleted: type the number of messages, as the page shows it.")
    })?;
    let reason = audit::reason(reason).map_err(|expected| {
        CliError::input(format!("Nothing was deleted: a reason is needed, {expected}."))
    })?;
    let args = args(console, choice, Some(number), Some(reason))?;
    let interrupt = console.interrupt();
    let deleted = async move |stack| {
        let mut dropped = select(&stack, &args, &interrupt).await?;
        check_number(&dropped, &args)?;
        let result = drop_audited(&stack, &args, &interrupt, &mut dropped).await;
        Ok((result, dropped))
    };
    console.perform(command, deleted).await
}

/// Keeps what was done. Returns the link of its page.
fn kept(
    console: &Console,
    choice: &Choice,
    command: CommandLine,
    result: Result<(), CliError>,
    dropped: &Dropped,
) -> String {
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
    let tone = if left > 0 { Tone::Warning } else { Tone::Good };
    let ending = match result {
        Ok(()) => Ending { tone, sentences },
        Err(error) => {
            sentences.insert(0, sentence(&error));
            Ending { tone: Tone::Bad, sentences }
        }
    };
    let title = format!(
        "Deleting {} from {}",
        counted(dropped.scan.entries.len(), "message"),
        choice.queue
    );
    let back = link("/dead-letters/queue", [("queue", choice.queue.as_str())]);
    let next = ("To the queue".to_owned(), back);
    let bounds = (ProgressBar::hidden(), console.interrupt().child());
    let job = console.jobs().add((title, Place::DeadLetters), command, next, bounds);
    job.end(ending);
    job.link()
}
