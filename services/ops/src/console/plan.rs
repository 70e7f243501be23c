//! The plan of a replay: what it would do, and the button that does it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};

use super::dead_letter_rows::{CountView, DeadLetterRow, count_views};
use super::diff::{DiffLine, diff_lines};
use super::edit;
use super::link::{Link, link};
use super::navigation::Section;
use super::plans::{PlanRequest, TypedRepair};
use super::request::Fields;
use super::respond::{PageFrame, error_page, html, no_such_plan};
use super::selection::Choice;
use super::session::Session;
use super::state::Console;
use super::wording::Sentence;
use crate::dlq::replay::{MAX_LISTED, Plan};
use crate::dlq::{Edit, Edits, Verdict, skipped_sentences};
use crate::output::{counted, number};

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
    /// The form of the repair's filter, to change it: its fields, and what was typed.
    typed: Option<(Choice, String)>,
}

/// What an edit does to the bodies.
struct EditView {
    summary: String,
    /// The filter, with what may be a customer's masked.
    filter: String,
    /// The first changes.
    changes: Vec<DiffLine>,
    /// How many messages it is refused on, as a sentence; empty for none.
    refused: String,
    /// The first of these: a message's link, and why.
    failures: Vec<(Link, Sentence)>,
}

impl EditView {
    fn new(edits: &Edits, filter: String, queue: &str) -> Self {
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
            filter,
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

/// `GET /dead-letters/plan?id=`: a plan that was made for this session, with a button where there is something to move. A
/// repair that is refused is shown above its form, filled in as it was.
pub async fn page(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let id = fields.get("id");
    let Some(kept) = console.replays().find(&session, id) else {
        return no_such_plan("This plan is not kept any more");
    };
    let request = &kept.request;
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &request.command);
    match (&kept.plan, &request.repair) {
        (Ok(plan), _) => html(StatusCode::OK, &PlanPage::new(frame, request, plan, id)),
        (Err(error), Some(typed)) => {
            let choice = choice_of(typed);
            edit::refused(&console, &session, &choice, typed, error)
        }
        (Err(error), None) => error_page(frame, error),
    }
}

/// The messages of a repair's form.
fn choice_of(typed: &TypedRepair) -> Choice {
    let fields = typed.page.parse::<Uri>().map(|uri| Fields::from_uri(&uri));
    Choice::new(&fields.unwrap_or_default())
}

impl PlanPage {
    fn new(frame: PageFrame, request: &PlanRequest, plan: &Plan, id: &str) -> Self {
        let (scan, queue) = (&plan.scan, request.queue.as_str());
        let listed = scan.entries.iter().take(MAX_LISTED);
        let may_move = !plan.to_move.is_empty() && !frame.is_read_only;
        let filter = || plan.args.edit.as_ref().map(Edit::masked_code).unwrap_or_default();
        // A body that was typed is in its own form: its filter is made of it.
        let typed = request.repair.as_ref().filter(|typed| typed.page.contains("by=filter"));
        Self {
            queue: queue.to_owned(),
            conclusion: plan.conclusion().trim_end().to_owned(),
            plan_id: may_move.then(|| id.to_owned()),
            what: counted(plan.to_move.len(), "message"),
            is_forced: plan.args.force_stale,
            has_stale: scan.counts.contains_key(&Verdict::Stale),
            other: request.other.clone(),
            counts: count_views(scan, |verdict| plan.effect(verdict)),
            dead_letters: listed.map(|entry| DeadLetterRow::new(queue, entry)).collect(),
            unlisted: scan.entries.len().saturating_sub(MAX_LISTED),
            skipped: skipped_sentences(&scan.skipped).iter().map(|it| Sentence::new(it)).collect(),
            edit: scan.edits.as_ref().map(|edits| EditView::new(edits, filter(), queue)),
            typed: typed
                .filter(|_| !frame.is_read_only)
                .map(|typed| (choice_of(typed), typed.text.clone())),
            back: request.back.clone(),
            frame,
        }
    }
}
