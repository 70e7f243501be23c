//! A repair of dead letters: the body of one in a form, or a filter for several; then what changes and what a replay of
//! that does, then the replay.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::command::CommandLine;
use super::dead_letter::find_message;
use super::link::{Link, link};
use super::navigation::Section;
use super::replay::{PlanRequest, plan_page, to_messages};
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, status_of};
use super::selection::Choice;
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, error_sentence};
use crate::dlq::{Edit, edit_between};
use crate::error::CliError;
use crate::output::counted;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RepairBy {
    /// The new body of one message.
    Body,
    /// A jq filter for the body of each selected message.
    Filter,
}

impl RepairBy {
    /// Of a link or form: the body, where it is about one message and does not say otherwise.
    fn new(fields: &Fields, choice: &Choice) -> Self {
        match fields.get("by") {
            "filter" => Self::Filter,
            _ if choice.message.is_empty() => Self::Filter,
            _ => Self::Body,
        }
    }

    fn is_body(self) -> bool {
        self == Self::Body
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Filter => "filter",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Body => "Body",
            Self::Filter => "Filter",
        }
    }

    /// How high its field is.
    const fn rows(self) -> u8 {
        match self {
            Self::Body => 28,
            Self::Filter => 4,
        }
    }
}

#[derive(Template)]
#[template(path = "console/edit.html")]
struct EditPage {
    frame: PageFrame,
    by: RepairBy,
    queue: String,
    /// What is repaired, as its title says it.
    what: String,
    choice: Choice,
    /// The body as it is shown, or what was typed.
    text: String,
    is_forced: bool,
    refusal: Option<Sentence>,
    back: Link,
    /// The form that takes a filter, from that of the body.
    other: Option<String>,
}

impl EditPage {
    fn new(console: &Console, session: &Session, by: RepairBy, choice: &Choice) -> Self {
        let command = command(console, choice, "FILTER".to_owned(), false);
        let to_filter = || choice.link("/dead-letters/edit", [("by", RepairBy::Filter.name())]);
        Self {
            frame: PageFrame::new(console, session, Section::DeadLetters, &command),
            by,
            queue: choice.queue.clone(),
            what: if choice.message.is_empty() { "messages" } else { &*choice.message }.to_owned(),
            text: String::new(),
            is_forced: false,
            refusal: None,
            back: back(choice),
            other: by.is_body().then(to_filter),
            choice: choice.clone(),
        }
    }
}

fn back(choice: &Choice) -> Link {
    if choice.message.is_empty() {
        return to_messages(choice);
    }
    let parameters = [("queue", choice.queue.as_str()), ("id", choice.message.as_str())];
    Link {
        label: "Back to the message".to_owned(),
        href: link("/dead-letters/message", parameters),
    }
}

/// The command that does the same.
fn command(console: &Console, choice: &Choice, filter: String, force_stale: bool) -> CommandLine {
    let words = ["dlq", "replay", choice.queue.as_str()];
    choice
        .flags(CommandLine::new(console.stack(), words))
        .with_edit(filter)
        .with_flag("--force-stale", force_stale)
}

/// `GET /dead-letters/edit?queue=`: the form, with `message=` for its body, else for a filter; `by=filter` for a filter in
/// any case.
pub async fn ask(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    let by = RepairBy::new(&fields, &choice);
    let page = EditPage::new(&console, &session, by, &choice);
    let filled = match by {
        RepairBy::Body => shown_body(&console, &choice)
            .await
            .map(|body| EditPage { text: format!("{body:#}\n"), ..page }),
        RepairBy::Filter => selected(&console, &choice)
            .await
            .map(|count| EditPage { what: counted(count, "message"), ..page }),
    };
    match filled {
        Ok(page) => html(StatusCode::OK, &page),
        Err(error) => {
            let page = EditPage::new(&console, &session, by, &choice);
            error_page(page.frame, &error)
        }
    }
}

/// How many messages are selected.
async fn selected(console: &Console, choice: &Choice) -> Result<usize, CliError> {
    let selection = choice.selection()?;
    let command = CommandLine::new(console.stack(), ["dlq", "show", choice.queue.as_str()]);
    let kept = console.scan(&choice.flags(command), &choice.queue).await?;
    Ok(kept.scan.narrowed(&selection, console.stack().shop.as_ref()).entries.len())
}

/// The body, masked, as the message's page shows it.
async fn shown_body(console: &Console, choice: &Choice) -> Result<Value, CliError> {
    let command = CommandLine::new(console.stack(), ["dlq", "show", choice.queue.as_str()]);
    let command = choice.flags(command.with_flag("--body", true));
    let (_, entry) = find_message(console, &command, choice).await?;
    Ok(entry.body.unwrap_or_default())
}

/// `POST /dead-letters/edit`: what changes, and the plan of a replay of the edited messages. Changes nothing yet. What is
/// refused is shown above the form, filled in as it was.
pub async fn plan(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let choice = Choice::new(&fields);
    let by = RepairBy::new(&fields, &choice);
    let (typed, force_stale) = (fields.document("text"), !fields.get("stale").is_empty());
    let planned = async {
        let repair = match by {
            RepairBy::Body => Repair::from_body(&console, &choice, &typed).await?,
            RepairBy::Filter => Repair::from_filter(typed.trim())?,
        };
        let request = PlanRequest {
            command: command(&console, &choice, repair.filter, force_stale),
            back: back(&choice),
            choice: choice.clone(),
            force_stale,
            edit: Some(repair.edit),
        };
        plan_page(&console, &session, request).await
    };
    match planned.await {
        Ok(page) => page,
        Err(error) => {
            let page = EditPage {
                is_forced: force_stale,
                refusal: Some(Sentence::new(&error_sentence(&error))),
                text: typed,
                ..EditPage::new(&console, &session, by, &choice)
            };
            html(status_of(&error), &page)
        }
    }
}

/// A filter, as text and compiled.
struct Repair {
    filter: String,
    edit: Edit,
}

impl Repair {
    /// # Errors
    /// [`CliError::Input`] for what is no filter, with the place.
    fn from_filter(typed: &str) -> Result<Self, CliError> {
        // To jq nothing is a filter too: one that changes nothing.
        if typed.is_empty() {
            return Err(CliError::input("That is no filter of jq: nothing was typed."));
        }
        let edit = Edit::compile(typed)
            .map_err(|why| CliError::input(format!("That is no filter of jq: {why}")))?;
        Ok(Self { filter: typed.to_owned(), edit })
    }

    /// The filter that makes the typed body of the message's.
    ///
    /// # Errors
    /// [`CliError::Input`] for what is no JSON, changes nothing, would write what is masked, or could mix up masked
    /// entries.
    async fn from_body(console: &Console, choice: &Choice, typed: &str) -> Result<Self, CliError> {
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
            CliError::input("These changes can't be made here. Type a filter that makes them.")
        })?;
        Ok(Self { filter, edit })
    }
}
