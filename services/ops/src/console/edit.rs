//! A repair of dead letters: the body of one in a form, or a filter for several; then what changes and what a replay of
//! that does, then the replay.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::command::CommandLine;
use super::dead_letter::find_message;
use super::filter_example::filter_example;
use super::link::{Link, link};
use super::navigation::Section;
use super::planning;
use super::plans::{PlanRequest, TypedRepair};
use super::queue_access::SeenQueue;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, status_of};
use super::selection::Choice;
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, error_sentence};
use crate::dlq::{Edit, Entry, Verdict, edit_between};
use crate::error::CliError;
use crate::output::{counted, is_or_are};

/// What a new deadline is for, where it is not known of all messages whether they are stale.
const IF_STALE: &str =
    "With a new deadline, if it is stale: without, it stays. It then tells the customer old news";

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
    /// What a new deadline is for; `None` where no message needs one.
    stale: Option<String>,
    /// A filter that fits the first message.
    example: String,
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
            stale: Some(IF_STALE.to_owned()),
            example: filter_example("", &Value::Null),
            refusal: None,
            back: back(choice),
            other: by.is_body().then(to_filter),
            choice: choice.clone(),
        }
    }
}

fn back(choice: &Choice) -> Link {
    if choice.message.is_empty() {
        return choice.to_messages();
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
        RepairBy::Body => shown_message(&console, &choice).await.map(|entry| {
            let stale = stale_sentence([entry.assessment.verdict].into_iter());
            let body = entry.body.unwrap_or_default();
            EditPage { text: format!("{body:#}\n"), stale, ..page }
        }),
        RepairBy::Filter => selected(&console, &choice).await.map(|seen| EditPage {
            what: seen.what,
            stale: seen.stale,
            example: seen.example,
            ..page
        }),
    };
    match filled {
        Ok(page) => html(StatusCode::OK, &page),
        Err(error) => {
            let page = EditPage::new(&console, &session, by, &choice);
            error_page(page.frame, &error)
        }
    }
}

/// What is known of the selected messages.
struct SelectedMessages {
    /// How many, where all were looked at.
    what: String,
    stale: Option<String>,
    example: String,
}

/// Of a queue that is being read, what was seen of it: the plan looks at all.
async fn selected(console: &Console, choice: &Choice) -> Result<SelectedMessages, CliError> {
    let selection = choice.selection()?;
    let command = CommandLine::new(console.stack(), ["dlq", "show", choice.queue.as_str()]);
    let seen = console.scan_so_far(&choice.flags(command), &choice.queue, false).await?;
    let shop = console.stack().shop.as_ref();
    let (scan, kept) = match seen {
        SeenQueue::Whole(kept) => (kept.scan.narrowed(&selection, shop), Some(kept)),
        SeenQueue::Part(part) => (part.into_scan().narrowed(&selection, shop), None),
    };
    let first = scan.entries.first().map(|entry| &entry.summary);
    let body = first.zip(kept.as_ref()).and_then(|(first, kept)| kept.body(&first.message_id));
    let reason = first.map(|first| first.reason.as_str()).unwrap_or_default();
    Ok(SelectedMessages {
        what: match kept {
            Some(_) => counted(scan.entries.len(), "message"),
            None => "messages".to_owned(),
        },
        stale: match kept {
            Some(_) => stale_sentence(scan.entries.iter().map(|entry| entry.assessment.verdict)),
            None => Some(IF_STALE.to_owned()),
        },
        example: filter_example(reason, body.unwrap_or(&Value::Null)),
    })
}

/// What a new deadline is for, of messages with these verdicts; `None` where none is stale, or may turn out to be.
fn stale_sentence(verdicts: impl Iterator<Item = Verdict> + Clone) -> Option<String> {
    let count = |wanted: Verdict| verdicts.clone().filter(|verdict| *verdict == wanted).count();
    let (stale, unread) = (count(Verdict::Stale), count(Verdict::Unparseable));
    let what = match (stale, unread) {
        (0, 0) => return None,
        (0, _) => "what turns out to be stale once it is repaired".to_owned(),
        (stale, _) => {
            format!("the {} that {} stale by now", counted(stale, "message"), is_or_are(stale))
        }
    };
    Some(format!(
        "With a new deadline for {what}: that tells its customer old news. Without, it stays here"
    ))
}

/// The message, masked, as its page shows it.
async fn shown_message(console: &Console, choice: &Choice) -> Result<Entry, CliError> {
    let command = CommandLine::new(console.stack(), ["dlq", "show", choice.queue.as_str()]);
    let command = choice.flags(command.with_flag("--body", true));
    let (_, entry) = find_message(console, &command, choice).await?;
    Ok(entry)
}

/// `POST /dead-letters/edit`: begins to plan a replay of the edited messages, whose page shows what changes. Changes nothing
/// yet. What is refused is shown above the form, filled in as it was.
pub async fn plan(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let choice = Choice::new(&fields);
    let by = RepairBy::new(&fields, &choice);
    let (typed, force_stale) = (fields.document("text"), !fields.get("stale").is_empty());
    let typed = TypedRepair {
        page: choice.link("/dead-letters/edit", [("by", by.name())]),
        text: typed,
        is_forced: force_stale,
    };
    let planned = async {
        let repair = match by {
            RepairBy::Body => Repair::from_body(&console, &choice, &typed.text).await?,
            RepairBy::Filter => Repair::from_filter(typed.text.trim())?,
        };
        let request = PlanRequest {
            command: command(&console, &choice, repair.filter, force_stale),
            queue: choice.queue.clone(),
            back: back(&choice),
            other: String::new(),
            repair: Some(typed.clone()),
        };
        planning::begin(&console, &session, request, (&choice, Some(repair.edit), force_stale))
            .await
    };
    match planned.await {
        Ok(page) => page,
        Err(error) => refused(&console, &session, &choice, &typed, &error),
    }
}

/// The form, filled in as it was, with why it was refused above.
pub fn refused(
    console: &Console,
    session: &Session,
    choice: &Choice,
    typed: &TypedRepair,
    error: &CliError,
) -> Response {
    let by = if typed.page.contains("by=filter") { RepairBy::Filter } else { RepairBy::Body };
    let page = EditPage {
        is_forced: typed.is_forced,
        refusal: Some(Sentence::new(&error_sentence(error))),
        text: typed.text.clone(),
        ..EditPage::new(console, session, by, choice)
    };
    html(status_of(error), &page)
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
        let shown = shown_message(console, choice).await?.body.unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_deadline_is_offered_only_where_a_message_is_stale_or_may_be() {
        let offered = |verdicts: &[Verdict]| stale_sentence(verdicts.iter().copied());
        assert_eq!(offered(&[Verdict::WouldSend, Verdict::AlreadySent]), None);
        let two = offered(&[Verdict::Stale, Verdict::WouldSend, Verdict::Stale]).unwrap();
        assert!(
            two.starts_with("With a new deadline for the 2 messages that are stale by now"),
            "{two}"
        );
        assert!(two.ends_with("Without, it stays here"), "{two}");
        assert!(offered(&[Verdict::Unparseable]).unwrap().contains("turns out to be stale"));
    }
}
