//! How pages show the messages of dead-letter queues, and what a replay does with them.

use super::link::link;
use super::queue_access::PartOfQueue;
use super::selection::Choice;
use super::wording::{Sentence, day_and_second, verdict_words};
use crate::aws::{Dlq, Origin};
use crate::dlq::{DlqScan, Entry, Verdict, is_dated_by_receipt};
use crate::output::{counted, number};

/// How many messages a replay does what with.
pub struct CountView {
    pub messages: String,
    pub verdict: &'static str,
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
    pub verdict: &'static str,
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
            failed: day_and_second(summary.failed_at),
            order,
            kind: summary.kind.clone().unwrap_or_default(),
            reason: summary.reason.clone(),
            verdict: verdict_words(entry.assessment.verdict),
        }
    }
}

/// The counts of a scan, with what `effect` says of each.
pub fn count_views(scan: &DlqScan, effect: impl Fn(Verdict) -> &'static str) -> Vec<CountView> {
    let counts = scan.counts.iter().map(|(verdict, count)| CountView {
        messages: number(*count),
        verdict: verdict_words(*verdict),
        effect: Sentence::new(effect(*verdict)),
    });
    counts.collect()
}

/// What the time of a dead letter is of: SQS's redrive leaves none of its own.
pub fn dated_by(code: &str) -> &'static str {
    if is_dated_by_receipt(code) { "First received" } else { "Failed" }
}

/// Where the chosen messages may be repaired. What Waybill itself wrote has no mistake of anybody's to repair.
pub fn edit_link(dlq: Dlq, choice: &Choice) -> Option<String> {
    matches!(dlq.origin(), Origin::Queue(_)).then(|| choice.link("/dead-letters/edit", []))
}

/// That a queue is being read.
pub struct Reading {
    /// How far that is.
    pub sentence: String,
    pub read: u64,
    pub all: u64,
}

impl Reading {
    pub fn new(part: &PartOfQueue) -> Self {
        let PartOfQueue { dlq, read, all, before, .. } = part;
        let (verb, shown) = match before {
            Some(_) => (" again", " Shown is what was seen before."),
            None => ("", ""),
        };
        Self {
            sentence: format!(
                "The queue {dlq} is being read{verb}: {} of about {} so far.{shown}",
                number(*read),
                counted(*all, "message"),
            ),
            read: *read,
            all: *all,
        }
    }
}
