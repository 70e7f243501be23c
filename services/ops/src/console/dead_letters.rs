//! The dead-letter queues, and their messages by reason.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::future;
use http::StatusCode;

use super::command::CommandLine;
use super::dead_letter_rows::{Reading, dated_by};
use super::link::link;
use super::navigation::Section;
use super::queue_access::{PartOfQueue, SeenQueue, patience};
use super::request::{Fields, reload_link};
use super::respond::{PageFrame, error_page, html};
use super::session::Session;
use super::state::Console;
use super::wording::{Sentence, day_and_second, day_and_time_of, verdict_words};
use crate::aws::{Queue, Stack};
use crate::dlq::list::{Row, describe_counts};
use crate::dlq::{DlqScan, Group, skipped_sentences};
use crate::error::CliError;
use crate::output::number;

#[derive(Template)]
#[template(path = "console/queues.html")]
struct QueuesPage {
    frame: PageFrame,
    queues: Vec<QueueView>,
    groups: Vec<GroupView>,
    skipped: Vec<Sentence>,
    /// The queues that are being read.
    reading: Vec<Reading>,
    /// Where the page looks again, until all are read.
    reload: String,
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
    sources: String,
    orders: String,
    failed: String,
    /// The message that failed first.
    sample: String,
    verdicts: String,
}

/// `GET /dead-letters`: every queue, and its messages by reason.
pub async fn list(State(console): State<Console>, session: Session, fields: Fields) -> Response {
    let command = CommandLine::new(console.stack(), ["dlq", "list"]);
    let rows = rows(&console, &command, fields.is_reload()).await;
    let frame = PageFrame::new(&console, &session, Section::DeadLetters, &command);
    match rows {
        Ok(rows) => html(StatusCode::OK, &QueuesPage::new(frame, &rows)),
        Err(error) => error_page(frame, &error),
    }
}

/// A queue, with what is not known of it yet.
struct SeenRow {
    row: Row,
    part: Option<PartOfQueue>,
}

/// Every dead-letter queue, all read at the same time. Of a long one that is read just now, what was seen before.
async fn rows(
    console: &Console,
    command: &CommandLine,
    is_reload: bool,
) -> Result<Vec<SeenRow>, CliError> {
    let depths = async |stack: Stack, _| {
        let dlqs = stack.dlqs().await?.into_iter();
        let depths = dlqs.map(async |dlq| Ok((dlq, stack.queue_depth(Queue::Dead(dlq)).await?)));
        future::try_join_all(depths).await
    };
    let depths = console.read(command, depths).await?;
    // One that is long is waited for by none.
    let patience = patience(depths.iter().map(|(_, depth)| depth.total()).sum());
    let rows = depths.into_iter().map(async |(dlq, depth)| {
        // A scan of an empty queue waits a second. What is in flight is perhaps so for another page of this console.
        if depth.total() == 0 {
            let read =
                async move |stack: Stack, _| Row::read(&stack, depth, &DlqScan::empty(dlq)).await;
            return console.read(command, read).await.map(|row| SeenRow { row, part: None });
        }
        let seen = console.seen(command, (dlq, depth.total()), patience, is_reload).await?;
        let (kept, part) = match seen {
            SeenQueue::Whole(kept) => (Some(kept), None),
            SeenQueue::Part(part) => (part.before.clone(), Some(part)),
        };
        let read = async move |stack: Stack, _| match kept {
            Some(kept) => Row::read(&stack, kept.scan.depth, &kept.scan).await,
            None => Row::read(&stack, depth, &DlqScan::empty(dlq)).await,
        };
        console.read(command, read).await.map(|row| SeenRow { row, part })
    });
    future::try_join_all(rows).await
}

impl QueuesPage {
    fn new(frame: PageFrame, seen: &[SeenRow]) -> Self {
        let rows = || seen.iter().map(|seen| &seen.row);
        let skipped = rows().flat_map(|row| {
            let sentences = skipped_sentences(&row.skipped).into_iter();
            sentences.map(|sentence| Sentence::new(&format!("{}: {sentence}", row.queue)))
        });
        let groups = rows().flat_map(|row| row.groups.iter());
        Self {
            frame,
            queues: rows().map(QueueView::new).collect(),
            groups: groups.map(GroupView::new).collect(),
            skipped: skipped.collect(),
            reading: seen.iter().filter_map(|seen| seen.part.as_ref()).map(Reading::new).collect(),
            reload: reload_link("/dead-letters", []),
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
        let sample = [("queue", queue.as_str()), ("id", group.sample.as_str())];
        Self {
            sample: link("/dead-letters/message", sample),
            link: link("/dead-letters/queue", parameters),
            queue,
            messages: number(group.messages),
            reason: group.reason.clone(),
            kinds: describe_counts(&group.kinds),
            sources: group.sources.join(", "),
            orders: match group.describe_orders() {
                orders if orders.contains(',') || orders.contains(" more") => {
                    format!("orders {orders}")
                }
                order if order.is_empty() => order,
                order => format!("order {order}"),
            },
            failed: failed(group),
            verdicts: verdicts(group),
        }
    }
}

/// `2 to be sent, 1 sent already`.
fn verdicts(group: &Group) -> String {
    let each = group.verdicts.iter();
    let each =
        each.map(|(verdict, count)| format!("{} {}", number(*count), verdict_words(*verdict)));
    each.collect::<Vec<_>>().join(", ")
}

/// When the first of a group failed, and when the last.
fn failed(group: &Group) -> String {
    let first = format!(
        "{} {}",
        dated_by(&group.code).to_lowercase(),
        day_and_second(group.first_failed_at)
    );
    let last = day_and_second(group.last_failed_at);
    if first.ends_with(&last) { first } else { format!("{first}, the last {last}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Dlq;
    use crate::dlq::{DeadLetterSummary, Entry, ReplayAssessment, Verdict};

    fn entry(id: &str, failed_at: i64) -> Entry {
        let summary = DeadLetterSummary {
            message_id: id.to_owned(),
            source: Some("https://shop.example/orders".to_owned()),
            code: "refused".to_owned(),
            failed_at,
            ..DeadLetterSummary::default()
        };
        let assessment = ReplayAssessment::new(Verdict::WouldSend, None);
        Entry { summary, assessment, body: None }
    }

    #[test]
    fn a_group_tells_when_its_first_and_its_last_message_failed_and_leads_to_the_first() {
        let (first, last) = (entry("m-1", 1_763_900_000_000), entry("m-2", 1_763_990_000_000));
        let group = |entries: &[&Entry]| Group::new(Dlq::Mail, entries).unwrap();
        let both = GroupView::new(&group(&[&first, &last]));
        let (from, to) = (day_and_second(1_763_900_000_000), day_and_second(1_763_990_000_000));
        assert_eq!(both.failed, format!("failed {from}, the last {to}"));
        assert_eq!(both.sources, "https://shop.example/orders");
        assert_eq!(both.sample, "/dead-letters/message?queue=mail&id=m-1");
        assert_eq!(GroupView::new(&group(&[&first])).failed, format!("failed {from}"));
    }
}
