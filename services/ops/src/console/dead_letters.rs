//! The dead-letter queues, the messages of one, and one message.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use clap::ValueEnum;
use futures::future;
use http::StatusCode;
use indicatif::ProgressBar;
use shared::Kind;

use super::command::CommandLine;
use super::link::link;
use super::navigation::Section;
use super::request::Fields;
use super::respond::{PageFrame, error_page, html};
use super::selection::Choice;
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, day_and_time, day_and_time_of};
use crate::aws::{Dlq, Origin, Queue, Stack};
use crate::dlq::list::{Group, Row, describe_counts};
use crate::dlq::{
    DlqScan, Entry, ScanOptions, Verdict, is_dated_by_receipt, replay_effect, scan_dlq,
    skipped_sentences,
};
use crate::error::CliError;
use crate::output::{counted, number};
use crate::progress::RunControl;

/// How many messages a page lists.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "console/queues.html")]
struct QueuesPage {
    frame: PageFrame,
    queues: Vec<QueueView>,
    groups: Vec<GroupView>,
    skipped: Vec<Sentence>,
}

struct QueueView {
    name: String,
    link: String,
    messages: String,
    has_messages: bool,
    in_flight: String,
    kept_until: String,
}

struct GroupView {
    queue: String,
    link: String,
    messages: String,
    reason: String,
    kinds: String,
    orders: String,
    first: String,
    verdicts: String,
}

/// `GET /dead-letters`: every queue, and its messages by reason.
pub async fn list(State(console): State<Console>, session: Session) -> Response {
    let command = CommandLine::new(console.stack(), ["dlq", "list"]);
    let rows = rows(&console, &command).await;
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    match rows {
        Ok(rows) => html(StatusCode::OK, &QueuesPage::new(frame, &rows)),
        Err(error) => error_page(frame, &error),
    }
}

/// Every dead-letter queue, all read at the same time.
async fn rows(console: &Console, command: &CommandLine) -> Result<Vec<Row>, CliError> {
    let depths = async |stack: Stack, _| {
        let dlqs = stack.dlqs().await?.into_iter();
        let depths = dlqs.map(async |dlq| Ok((dlq, stack.queue_depth(Queue::Dead(dlq)).await?)));
        future::try_join_all(depths).await
    };
    let depths = console.read(command, depths).await?;
    let rows = depths.into_iter().map(async |(dlq, depth)| {
        // A scan of an empty queue waits a second. What is in flight is perhaps so for another page of this console.
        if depth.total() == 0 {
            let read =
                async move |stack: Stack, _| Row::read(&stack, depth, &DlqScan::empty(dlq)).await;
            return console.read(command, read).await;
        }
        let kept = console.scan(command, &dlq.to_string()).await?;
        console
            .read(command, async move |stack, _| {
                Row::read(&stack, kept.scan.depth, &kept.scan).await
            })
            .await
    });
    future::try_join_all(rows).await
}

impl QueuesPage {
    fn new(frame: PageFrame, rows: &[Row]) -> Self {
        let skipped = rows.iter().flat_map(|row| {
            let sentences = skipped_sentences(&row.skipped).into_iter();
            sentences.map(|sentence| Sentence::new(&format!("{}: {sentence}", row.queue)))
        });
        let groups = rows.iter().flat_map(|row| row.groups.iter());
        Self {
            frame,
            queues: rows.iter().map(QueueView::new).collect(),
            groups: groups.map(GroupView::new).collect(),
            skipped: skipped.collect(),
        }
    }
}

impl QueueView {
    fn new(row: &Row) -> Self {
        let name = row.queue.to_string();
        Self {
            link: link("/dead-letters/queue", [("queue", name.as_str())]),
            name,
            messages: number(row.depth.visible),
            has_messages: row.depth.total() > 0,
            in_flight: number(row.depth.in_flight),
            kept_until: row.kept_until.as_deref().map(day_and_time_of).unwrap_or_default(),
        }
    }
}

impl GroupView {
    fn new(group: &Group) -> Self {
        let queue = group.queue.to_string();
        // A sentence that was cut for its length is found by its beginning.
        let failed_for = group.reason.trim_end_matches('…');
        let parameters = [("queue", queue.as_str()), ("failed_for", failed_for)];
        Self {
            link: link("/dead-letters/queue", parameters),
            queue,
            messages: number(group.messages),
            reason: group.reason.clone(),
            kinds: describe_counts(&group.kinds),
            orders: match group.describe_orders() {
                orders if orders.contains(',') || orders.contains(" more") => {
                    format!("orders {orders}")
                }
                order if order.is_empty() => order,
                order => format!("order {order}"),
            },
            first: format!(
                "{} {}",
                dated_by(&group.code).to_lowercase(),
                day_and_time(group.first_failed_at)
            ),
            verdicts: describe_counts(&group.verdicts),
        }
    }
}

/// What the time of a dead letter is of: SQS's redrive leaves none of its own.
fn dated_by(code: &str) -> &'static str {
    if is_dated_by_receipt(code) { "First received" } else { "Failed" }
}

#[derive(Template)]
#[template(path = "console/queue.html")]
struct QueuePage {
    frame: PageFrame,
    choice: Choice,
    kinds: Vec<&'static str>,
    verdicts: Vec<String>,
    summary: String,
    /// When the messages were looked at.
    seen_at: String,
    again: String,
    counts: Vec<CountView>,
    dead_letters: Vec<DeadLetterRow>,
    skipped: Vec<Sentence>,
    newer: Option<String>,
    older: Option<String>,
    /// Whether a replay may move any of them.
    may_move: bool,
    replay: String,
    drop: String,
    /// Where they may be repaired.
    edit: Option<String>,
}

/// How many messages a replay does what with.
pub struct CountView {
    pub messages: String,
    pub verdict: String,
    pub effect: Sentence,
}

/// A message of a dead-letter queue.
pub struct DeadLetterRow {
    pub link: String,
    pub failed: String,
    /// Its order's link and id.
    pub order: Option<(String, String)>,
    pub kind: String,
    pub reason: String,
    pub verdict: String,
}

impl DeadLetterRow {
    pub fn new(queue: &str, entry: &Entry) -> Self {
        let summary = &entry.summary;
        let id = summary.message_id.as_str();
        let order = summary.order().map(|order| {
            let link = super::link::order_link(&order);
            (link, summary.shown_order_id())
        });
        Self {
            link: link("/dead-letters/message", [("queue", queue), ("id", id)]),
            failed: day_and_time(summary.failed_at),
            order,
            kind: summary.kind.clone().unwrap_or_default(),
            reason: summary.reason.clone(),
            verdict: entry.assessment.verdict.to_string(),
        }
    }
}

/// The counts of a scan, with what `effect` says of each.
pub fn count_views(scan: &DlqScan, effect: impl Fn(Verdict) -> &'static str) -> Vec<CountView> {
    let counts = scan.counts.iter().map(|(verdict, count)| CountView {
        messages: number(*count),
        verdict: verdict.to_string(),
        effect: Sentence::new(effect(*verdict)),
    });
    counts.collect()
}

/// `GET /dead-letters/queue?queue=`: its messages, those selected alone, a page at a time, of a scan that is at most half a
/// minute old. `again=1` scans anew.
pub async fn queue(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    let words = ["dlq", "show", choice.queue.as_str()];
    let command = choice.flags(CommandLine::new(console.stack(), words));
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    let found = async {
        let selection = choice.selection()?;
        let kept = match fields.get("again") {
            "" => console.scan(&command, &choice.queue).await?,
            _ => console.scan_again(&command, &choice.queue).await?,
        };
        let scan = kept.scan.narrowed(&selection, console.stack().shop.as_ref());
        Ok::<_, CliError>((scan, day_and_time(kept.ended_at)))
    };
    match found.await {
        Ok((scan, seen_at)) => {
            let page = fields.get("page").parse().unwrap_or(1);
            html(
                StatusCode::OK,
                &QueuePage { seen_at, ..QueuePage::new(frame, choice, &scan, page) },
            )
        }
        Err(error) => error_page(frame, &error),
    }
}

impl QueuePage {
    /// `page` from 1; one that is not there becomes the nearest.
    fn new(frame: PageFrame, choice: Choice, scan: &DlqScan, page: usize) -> Self {
        let pages = scan.entries.len().div_ceil(PER_PAGE).max(1);
        let page = page.clamp(1, pages);
        let at = |page: usize| choice.link("/dead-letters/queue", [("page", &*page.to_string())]);
        let entries = scan.entries.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE);
        let summary = match choice.is_part() {
            true => format!(
                "{} of {} selected",
                number(scan.entries.len()),
                counted(scan.scanned, "message")
            ),
            false => counted(scan.entries.len(), "message"),
        };
        Self {
            summary: match pages {
                1 => summary,
                _ => format!("{summary}, page {page} of {pages}, the oldest failures first"),
            },
            seen_at: String::new(),
            again: choice.link("/dead-letters/queue", [("again", "1")]),
            kinds: Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
            verdicts: Verdict::value_variants().iter().map(ToString::to_string).collect(),
            counts: count_views(scan, |verdict| replay_effect(verdict, scan.queue)),
            dead_letters: entries.map(|entry| DeadLetterRow::new(&choice.queue, entry)).collect(),
            skipped: skipped_sentences(&scan.skipped).iter().map(|it| Sentence::new(it)).collect(),
            newer: (page > 1).then(|| at(page - 1)),
            older: (page < pages).then(|| at(page + 1)),
            may_move: scan.counts.keys().any(|verdict| verdict.is_movable(true)),
            replay: choice.link("/dead-letters/replay", []),
            drop: choice.link("/dead-letters/drop", []),
            edit: edit_link(scan.queue, &choice),
            frame,
            choice,
        }
    }
}

/// Where the chosen messages may be repaired. What Waybill itself wrote has no mistake of anybody's to repair.
fn edit_link(dlq: Dlq, choice: &Choice) -> Option<String> {
    matches!(dlq.origin(), Origin::Queue(_)).then(|| choice.link("/dead-letters/edit", []))
}

#[derive(Template)]
#[template(path = "console/dead_letter.html")]
struct DeadLetterPage {
    frame: PageFrame,
    queue: String,
    id: String,
    order: Option<(String, String)>,
    facts: Vec<(&'static str, String)>,
    verdict: String,
    effect: Sentence,
    body: String,
    /// Whether a replay may move it.
    may_move: bool,
    back: String,
    replay: String,
    drop: String,
    /// Where it may be repaired.
    edit: Option<String>,
}

/// `GET /dead-letters/message?queue=&id=`: why it failed, what the ledger says, and its body, masked.
pub async fn message(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let message = fields.get("id").to_owned();
    let choice = Choice { queue: fields.get("queue").to_owned(), message, ..Choice::default() };
    let words = ["dlq", "show", choice.queue.as_str()];
    let command = CommandLine::new(console.stack(), words).with_flag("--body", true);
    let command = choice.flags(command);
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    match find_message(&console, &command, &choice).await {
        Ok((dlq, entry)) => html(StatusCode::OK, &DeadLetterPage::new(frame, &choice, dlq, &entry)),
        Err(error) => error_page(frame, &error),
    }
}

/// One message with its body: from the scan of its queue's page, or else received again.
pub async fn find_message(
    console: &Console,
    command: &CommandLine,
    choice: &Choice,
) -> Result<(Dlq, Entry), CliError> {
    let kept = console.scan(command, &choice.queue).await?;
    let entry = kept.scan.entries.iter().find(|entry| entry.summary.message_id == choice.message);
    let gone = || {
        CliError::input(format!(
            "The queue {} has no such message now: it was replayed or deleted, SQS has deleted it after its retention, or \
             somebody else is reading it just now.",
            choice.queue
        ))
    };
    let entry = entry.ok_or_else(gone)?;
    if let Some(body) = kept.body(&choice.message) {
        return Ok((kept.scan.queue, Entry { body: Some(body.clone()), ..entry.clone() }));
    }
    let (dlq, selection) = (kept.scan.queue, choice.selection()?);
    let one = async move |stack, interrupt| {
        let options =
            ScanOptions { keep_bodies: 1, ends_when_found: true, ..ScanOptions::new(&selection) };
        let progress = ProgressBar::hidden();
        let control = RunControl { interrupt: &interrupt, progress: &progress };
        scan_dlq(&stack, dlq, &options, control).await
    };
    let scan = console.read_messages(command, choice.queues(), one).await?;
    Ok((dlq, scan.entries.into_iter().next().ok_or_else(gone)?))
}

impl DeadLetterPage {
    fn new(frame: PageFrame, choice: &Choice, dlq: Dlq, entry: &Entry) -> Self {
        let (summary, assessment) = (&entry.summary, &entry.assessment);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let attempts = assessment.attempts.map(|attempts| attempts.to_string());
        let facts = [
            (dated_by(&summary.code), day_and_time(summary.failed_at)),
            ("First queued", day_and_time(summary.queued_at)),
            ("Shop", text(&summary.shop)),
            ("Kind", text(&summary.kind)),
            ("Scope", summary.scope.clone()),
            ("System", text(&summary.system)),
            ("Topic", text(&summary.topic)),
            ("Why", format!("{} ({})", summary.reason, summary.code)),
            ("In the ledger", assessment.state.unwrap_or_default().to_owned()),
            ("Attempts", attempts.unwrap_or_default()),
            ("Detail", text(&assessment.detail.clone().filter(|it| !summary.reason.contains(it)))),
            ("Received", format!("{} times, operators' looks included", number(summary.receives))),
        ];
        let body = entry.body.as_ref();
        let order = summary.order();
        Self {
            frame,
            queue: choice.queue.clone(),
            id: summary.message_id.clone(),
            order: order.map(|order| (super::link::order_link(&order), summary.shown_order_id())),
            facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            verdict: assessment.verdict.to_string(),
            effect: Sentence::new(replay_effect(assessment.verdict, dlq)),
            body: body.map(|body| format!("{body:#}")).unwrap_or_default(),
            back: link("/dead-letters/queue", [("queue", choice.queue.as_str())]),
            replay: choice.link("/dead-letters/replay", []),
            drop: choice.link("/dead-letters/drop", []),
            edit: edit_link(dlq, choice),
            may_move: assessment.verdict.is_movable(true),
        }
    }
}
