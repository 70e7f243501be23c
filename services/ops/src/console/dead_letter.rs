//! One message of a dead-letter queue: why it failed, what the ledger says, and its body.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use indicatif::ProgressBar;
use serde_json::json;
use shared::ShopId;

use super::command::CommandLine;
use super::dead_letter_rows::{dated_by, edit_link};
use super::link::{link, order_link};
use super::named_order::stack_for_shop;
use super::navigation::Section;
use super::request::{Change, Fields, Form};
use super::respond::{PageFrame, error_page, html, redirect};
use super::scans::KeptScan;
use super::selection::Choice;
use super::session::{Session, Unmasked};
use super::state::Console;
use super::wording::{Sentence, day_and_second, verdict_words};
use crate::audit::{self, Audit, Intent};
use crate::aws::{Dlq, Stack};
use crate::dlq::{Entry, ScanOptions, replay_effect, scan_dlq};
use crate::error::CliError;
use crate::pii::PiiMode;
use crate::progress::RunControl;

#[derive(Template)]
#[template(path = "console/dead_letter.html")]
struct DeadLetterPage {
    frame: PageFrame,
    queue: String,
    id: String,
    order: Option<(String, String)>,
    facts: Vec<(&'static str, String)>,
    verdict: &'static str,
    effect: Sentence,
    body: String,
    is_masked: bool,
    /// Whether its personal data may be shown: that changes an audit item alone.
    may_unmask: bool,
    /// Whether a replay may move it.
    may_move: bool,
    back: String,
    replay: String,
    drop: String,
    /// Where it may be repaired.
    edit: Option<String>,
}

/// `GET /dead-letters/message?queue=&id=`: why it failed, what the ledger says, and its body, masked unless this session has
/// asked for it.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = chosen(&fields);
    let command = command(&console, &choice);
    let found = async {
        let kept = console.scan(&command, &choice.queue).await?;
        let pii = console.pii(&session, unmasked(kept.scan.queue, &choice));
        let entry = match pii {
            PiiMode::Masked => with_body(&console, &command, &choice, &kept).await?,
            // What is shown is kept nowhere: the message is received again.
            PiiMode::Shown => receive(&console, &command, &choice, (&kept, pii)).await?,
        };
        Ok::<_, CliError>((kept.scan.queue, entry, pii))
    };
    let found = found.await;
    let is_shown = matches!(found, Ok((_, _, PiiMode::Shown)));
    let shown_command = command.with_flag("--show-pii", is_shown);
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &shown_command);
    match found {
        Ok((dlq, entry, pii)) => {
            let may_unmask = console.refusal().is_none();
            let page = DeadLetterPage::new(frame, &choice, dlq, &entry);
            let is_masked = pii == PiiMode::Masked;
            html(StatusCode::OK, &DeadLetterPage { is_masked, may_unmask, ..page })
        }
        Err(error) => error_page(frame, &error),
    }
}

/// The message of a link or form.
fn chosen(fields: &Fields) -> Choice {
    let (queue, message) = (fields.get("queue").to_owned(), fields.get("id").to_owned());
    Choice { queue, message, ..Choice::default() }
}

fn command(console: &Console, choice: &Choice) -> CommandLine {
    let words = ["dlq", "show", choice.queue.as_str()];
    choice.flags(CommandLine::new(console.stack(), words).with_flag("--body", true))
}

fn unmasked(dlq: Dlq, choice: &Choice) -> Unmasked {
    Unmasked::DeadLetter(dlq, choice.message.clone())
}

/// `POST /dead-letters/unmask`: shows the message's personal data for a while, which an audit item keeps.
pub async fn unmask(State(console): State<Console>, Change(form): Change) -> Response {
    let Form { session, fields } = form;
    let choice = chosen(&fields);
    let command = command(&console, &choice).with_flag("--show-pii", true);
    let recorded = async {
        let reason = audit::reason(fields.get("reason")).map_err(|expected| {
            CliError::input(format!("Nothing was shown: a reason is needed, {expected}."))
        })?;
        let kept = console.scan(&command, &choice.queue).await?;
        let entry = find(&kept, &choice)?;
        record_unmasking(&console, &command, (kept.scan.queue, entry), reason).await?;
        Ok::<_, CliError>(kept.scan.queue)
    };
    match recorded.await {
        Ok(dlq) => {
            console.sessions().unmask(&session, unmasked(dlq, &choice));
            redirect(&message_link(&choice))
        }
        Err(error) => {
            let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
            error_page(frame, &error)
        }
    }
}

/// `POST /dead-letters/mask`: hides the message's personal data again.
pub async fn mask(State(console): State<Console>, form: Form) -> Response {
    let Form { session, fields } = form;
    let choice = chosen(&fields);
    let queue = choice.queue.clone();
    let command = command(&console, &choice);
    match console.read(&command, async move |stack, _| stack.dlq(&queue).await).await {
        Ok(dlq) => {
            console.sessions().mask(&session, unmasked(dlq, &choice));
            redirect(&message_link(&choice))
        }
        Err(error) => {
            let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
            error_page(frame, &error)
        }
    }
}

fn message_link(choice: &Choice) -> String {
    let parameters = [("queue", choice.queue.as_str()), ("id", choice.message.as_str())];
    link("/dead-letters/message", parameters)
}

/// Before anything is shown: who may not write this down is not shown it here. Among the items of its shop, where that is
/// known.
async fn record_unmasking(
    console: &Console,
    command: &CommandLine,
    (dlq, entry): (Dlq, &Entry),
    reason: String,
) -> Result<(), CliError> {
    let summary = &entry.summary;
    let shop = summary.shop.as_deref().and_then(|shop| ShopId::parse(shop).ok());
    let (operator, id) = (console.operator(), summary.message_id.clone());
    let plan = json!({
        "queue": dlq, "message_id": id, "order_key": summary.order().map(|order| order.to_string()),
    });
    let record = async move |stack: Stack| {
        let stack = match shop {
            Some(shop) => stack_for_shop(&stack, &shop),
            None => stack,
        };
        let action = format!("show dead letter {id} of {dlq}");
        let intent = Intent { action, reason: Some(&reason), plan };
        let audit = Audit::begin(&stack, &operator, intent).await?;
        audit.complete(Ok(()), &json!({ "shown": 1 })).await
    };
    console.change(command, record).await
}

/// One message with its body, masked: from the scan of its queue's page, or else received again.
pub async fn find_message(
    console: &Console,
    command: &CommandLine,
    choice: &Choice,
) -> Result<(Dlq, Entry), CliError> {
    let kept = console.scan(command, &choice.queue).await?;
    let entry = with_body(console, command, choice, &kept).await?;
    Ok((kept.scan.queue, entry))
}

async fn with_body(
    console: &Console,
    command: &CommandLine,
    choice: &Choice,
    kept: &KeptScan,
) -> Result<Entry, CliError> {
    let entry = find(kept, choice)?;
    match kept.body(&choice.message) {
        Some(body) => Ok(Entry { body: Some(body.clone()), ..entry.clone() }),
        None => receive(console, command, choice, (kept, PiiMode::Masked)).await,
    }
}

/// The message in a scan of its queue.
///
/// # Errors
/// [`CliError::Input`] when it is not there.
fn find<'k>(kept: &'k KeptScan, choice: &Choice) -> Result<&'k Entry, CliError> {
    let mut entries = kept.scan.entries.iter();
    entries.find(|entry| entry.summary.message_id == choice.message).ok_or_else(|| gone(choice))
}

fn gone(choice: &Choice) -> CliError {
    CliError::input(format!(
        "The queue {} has no such message now: it was replayed or deleted, SQS has deleted it after its retention, or \
         somebody else is reading it just now.",
        choice.queue
    ))
}

/// Receives a message that a scan saw once more, for its body.
async fn receive(
    console: &Console,
    command: &CommandLine,
    choice: &Choice,
    (kept, pii): (&KeptScan, PiiMode),
) -> Result<Entry, CliError> {
    find(kept, choice)?;
    let (dlq, selection) = (kept.scan.queue, choice.selection()?);
    let one = async move |stack, interrupt| {
        let options = ScanOptions {
            keep_bodies: 1,
            ends_when_found: true,
            pii,
            ..ScanOptions::new(&selection)
        };
        let progress = ProgressBar::hidden();
        let control = RunControl { interrupt: &interrupt, progress: &progress };
        scan_dlq(&stack, dlq, &options, control).await
    };
    let scan = console.read_messages(command, choice.queues(), one).await?;
    scan.entries.into_iter().next().ok_or_else(|| gone(choice))
}

impl DeadLetterPage {
    fn new(frame: PageFrame, choice: &Choice, dlq: Dlq, entry: &Entry) -> Self {
        let (summary, assessment) = (&entry.summary, &entry.assessment);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let attempts = assessment.attempts.map(|attempts| attempts.to_string());
        let facts = [
            (dated_by(&summary.code), day_and_second(summary.failed_at)),
            ("First queued", day_and_second(summary.queued_at)),
            ("Shop", text(&summary.shop)),
            ("Source", text(&summary.source)),
            ("Kind", text(&summary.kind)),
            ("Scope", summary.scope.clone()),
            ("System", text(&summary.system)),
            ("Topic", text(&summary.topic)),
            ("Why", format!("{} ({})", summary.reason, summary.code)),
            ("In the ledger", assessment.state.unwrap_or_default().to_owned()),
            ("Attempts", attempts.unwrap_or_default()),
            ("Detail", text(&assessment.detail.clone().filter(|it| !summary.reason.contains(it)))),
        ];
        let body = entry.body.as_ref();
        let order = summary.order();
        Self {
            frame,
            queue: choice.queue.clone(),
            id: summary.message_id.clone(),
            order: order.map(|order| (order_link(&order), summary.shown_order_id())),
            facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            verdict: verdict_words(assessment.verdict),
            effect: Sentence::new(replay_effect(assessment.verdict, dlq)),
            body: body.map(|body| format!("{body:#}")).unwrap_or_default(),
            back: link("/dead-letters/queue", [("queue", choice.queue.as_str())]),
            replay: choice.link("/dead-letters/replay", []),
            drop: choice.link("/dead-letters/drop", []),
            edit: edit_link(dlq, choice),
            is_masked: true,
            may_unmask: false,
            may_move: assessment.verdict.is_movable(true),
        }
    }
}
