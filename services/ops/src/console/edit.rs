//! A repair of one dead letter: its body in a form, then what changes and what a replay of it does, then the replay.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::command::CommandLine;
use super::dead_letters::find_message;
use super::navigation::Section;
use super::replay::{PlanRequest, answer_plan};
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html};
use super::selection::Choice;
use super::session::Session;
use super::state::Console;
use super::wording::Sentence;
use crate::dlq::{Edit, edit_between};
use crate::error::CliError;
use crate::pii::without_addresses;

#[derive(Template)]
#[template(path = "console/edit.html")]
struct EditPage {
    frame: PageFrame,
    queue: String,
    id: String,
    /// As it is shown, or as it was typed.
    body: String,
    is_forced: bool,
    refusal: Option<Sentence>,
    back: String,
}

impl EditPage {
    fn new(console: &Console, session: &Session, choice: &Choice, body: String) -> Self {
        let command = command(console, choice, "FILTER", false);
        Self {
            frame: PageFrame::new(console, session, Section::DeadLetters, &command),
            queue: choice.queue.clone(),
            id: choice.message.clone(),
            body,
            is_forced: false,
            refusal: None,
            back: message_link(choice),
        }
    }
}

fn message_link(choice: &Choice) -> String {
    let parameters = [("queue", choice.queue.as_str()), ("id", choice.message.as_str())];
    super::link::link("/dead-letters/message", parameters)
}

/// The command that does the same. An address in the filter is masked: the command is shown on pages, and kept.
fn command(console: &Console, choice: &Choice, filter: &str, force_stale: bool) -> CommandLine {
    let words = ["dlq", "replay", choice.queue.as_str()];
    choice
        .flags(CommandLine::new(console.stack(), words))
        .with("--edit", &without_addresses(filter))
        .with_flag("--force-stale", force_stale)
}

/// `GET /dead-letters/edit?queue=&message=`: the form.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    match shown_body(&console, &choice).await {
        Ok(body) => {
            let body = format!("{body:#}\n");
            html(StatusCode::OK, &EditPage::new(&console, &session, &choice, body))
        }
        Err(error) => {
            let page = EditPage::new(&console, &session, &choice, String::new());
            error_page(page.frame, &error)
        }
    }
}

/// The body, masked, as the message's page shows it.
async fn shown_body(console: &Console, choice: &Choice) -> Result<Value, CliError> {
    let command = CommandLine::new(console.stack(), ["dlq", "show", choice.queue.as_str()]);
    let command = choice.flags(command.with_flag("--body", true));
    let (_, entry) = find_message(console, &command, choice).await?;
    Ok(entry.body.unwrap_or_default())
}

/// `POST /dead-letters/edit`: what changes, and the plan of a replay of the edited message. Changes nothing yet.
pub async fn plan(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let choice = Choice::new(&fields);
    let (typed, force_stale) = (fields.document("body"), !fields.get("stale").is_empty());
    let edit = match edit(&console, &choice, &typed).await {
        Ok(edit) => edit,
        Err(error) => {
            let page = EditPage {
                is_forced: force_stale,
                refusal: Some(Sentence::new(&super::wording::error_sentence(&error))),
                ..EditPage::new(&console, &session, &choice, typed)
            };
            return html(super::respond::status_of(&error), &page);
        }
    };
    let request = PlanRequest {
        command: command(&console, &choice, &edit.0, force_stale),
        back: message_link(&choice),
        choice,
        force_stale,
        edit: Some(edit.1),
    };
    answer_plan(&console, &session, request).await
}

/// The filter that makes the typed body of the message's, as text and compiled.
///
/// # Errors
/// [`CliError::Input`] for what is no JSON, changes nothing, or would write what is masked.
async fn edit(console: &Console, choice: &Choice, typed: &str) -> Result<(String, Edit), CliError> {
    let wanted: Value = serde_json::from_str(typed).map_err(|error| {
        // The position alone: the message of the parser may quote the body.
        let (line, column) = (error.line(), error.column());
        CliError::input(format!("The body is not JSON: see line {line}, column {column}."))
            .caused_by(error)
    })?;
    let shown = shown_body(console, choice).await?;
    let filter = edit_between(&shown, &wanted)
        .map_err(|why| CliError::input(format!("That can't be written: {why}.")))?
        .ok_or_else(|| {
            CliError::input("Nothing is changed in it. Plan its replay as it is, on its page.")
        })?;
    let edit = Edit::compile(&filter).map_err(|_| {
        CliError::input("These changes can't be made here. `waybill dlq replay QUEUE --edit` takes a filter of yours.")
    })?;
    Ok((filter, edit))
}
