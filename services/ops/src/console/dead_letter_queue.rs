//! The messages of a dead-letter queue, a page at a time.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use clap::ValueEnum;
use http::StatusCode;
use shared::Kind;

use super::command::CommandLine;
use super::dead_letter_rows::{CountView, DeadLetterRow, Reading, count_views, edit_link};
use super::navigation::Section;
use super::queue_access::{PartOfQueue, SeenQueue};
use super::request::{Fields, reload_link};
use super::respond::{PageFrame, error_page, html};
use super::selection::{Choice, UNPARSEABLE};
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, day_and_time, verdict_words};
use crate::dlq::{DlqScan, Verdict, replay_effect, skipped_sentences};
use crate::error::CliError;
use crate::output::{counted, number};

/// How many messages a page lists.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "console/queue.html")]
struct QueuePage {
    frame: PageFrame,
    choice: Choice,
    kinds: Vec<&'static str>,
    unparseable: &'static str,
    /// Each value of the filter, with its words.
    verdicts: Vec<(String, String)>,
    summary: String,
    /// When the messages were looked at.
    /// Empty where the first scan of them goes on.
    seen_at: String,
    /// That they are being read, and where the page looks again.
    reading: Option<(Reading, String)>,
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

/// `GET /dead-letters/queue?queue=`: its messages, those selected alone, a page at a time, of a scan that is at most half a
/// minute old. `again=1` scans anew. While a long queue is being read, what is known: the scan before, or the first messages
/// of this one, and how far it is.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let choice = Choice::new(&fields);
    let words = ["dlq", "show", choice.queue.as_str()];
    let command = choice.flags(CommandLine::new(console.stack(), words));
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    let found = async {
        let selection = choice.selection()?;
        // The link by which the page loads itself does not say this again.
        if !fields.get("again").is_empty() {
            console.forget_scan(&command, &choice.queue).await?;
        }
        let seen = console.scan_so_far(&command, &choice.queue, fields.is_reload()).await?;
        Ok::<_, CliError>((selection, seen))
    };
    let (selection, seen) = match found.await {
        Ok(found) => found,
        Err(error) => return error_page(frame, &error),
    };
    let reading = match &seen {
        SeenQueue::Whole(_) => None,
        SeenQueue::Part(part) => {
            let parameters = choice.parameters().into_iter().chain([("page", fields.get("page"))]);
            Some((Reading::new(part), reload_link("/dead-letters/queue", parameters)))
        }
    };
    let shop = console.stack().shop.as_ref();
    let (scan, seen_at) = match seen {
        SeenQueue::Whole(kept) | SeenQueue::Part(PartOfQueue { before: Some(kept), .. }) => {
            (kept.scan.narrowed(&selection, shop), day_and_time(kept.ended_at))
        }
        SeenQueue::Part(part) => (part.into_scan().narrowed(&selection, shop), String::new()),
    };
    let page = QueuePage::new(frame, choice, &scan, fields.get("page").parse().unwrap_or(1));
    html(StatusCode::OK, &QueuePage { seen_at, reading, ..page })
}

fn verdict_choice(verdict: &Verdict) -> (String, String) {
    (verdict.to_string(), format!("{} ({verdict})", verdict_words(*verdict)))
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
            false if scan.entries.is_empty() => "There are none.".to_owned(),
            false => counted(scan.entries.len(), "message"),
        };
        Self {
            summary: match pages {
                1 => summary,
                _ => format!("{summary}, page {page} of {pages}, the oldest failures first"),
            },
            seen_at: String::new(),
            reading: None,
            again: choice.link("/dead-letters/queue", [("again", "1")]),
            unparseable: UNPARSEABLE,
            kinds: Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
            verdicts: Verdict::value_variants().iter().map(verdict_choice).collect(),
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
