//! A scan of a dead-letter queue: receive, parse, select, edit, classify; nothing is consumed.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use kit::queue::QueueDepth;
use serde::Serialize;
use serde_json::Value;
use shared::{NotificationKey, OrderKey, ShopId};

use super::classify::ReplayClassifier;
use super::edit::{Edit, Edited, Edits};
use super::parse::{DeadLetterSummary, parse};
use super::payload::{DlqPayload, content, events_of};
use super::receive::{self, QueueScanner, Received};
use super::select::Selection;
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::CliError;
use crate::pii::PiiMode;
use crate::progress::RunControl;

/// What a scan selects and keeps.
#[derive(Debug)]
pub struct ScanOptions<'a> {
    pub selection: &'a Selection,
    /// Applied before messages are classified.
    pub edit: Option<&'a Edit>,
    /// How many entries keep their body.
    pub keep_bodies: usize,
    /// Whether it ends once each message that `--message` names was seen.
    pub ends_when_found: bool,
    /// Gets the first entries while the scan goes on.
    pub preview: Option<&'a ScanPreview>,
    /// Whether bodies and diffs show personal data.
    pub pii: PiiMode,
}

impl<'a> ScanOptions<'a> {
    /// The messages that the flags select, as they are, without bodies.
    pub const fn new(selection: &'a Selection) -> Self {
        Self {
            selection,
            edit: None,
            keep_bodies: 0,
            ends_when_found: false,
            preview: None,
            pii: PiiMode::Masked,
        }
    }
}

/// The first entries of a scan under way, in the order in which SQS gave them, for whoever looks on: an SQS queue is read ten
/// messages at a time.
#[derive(Debug, Default)]
pub struct ScanPreview(Mutex<Vec<Entry>>);

impl ScanPreview {
    /// How many it has at most.
    const MAX: usize = 50;

    fn add(&self, entry: &Entry) {
        let mut entries = self.lock();
        if entries.len() < Self::MAX {
            entries.push(Entry { body: None, ..entry.clone() });
        }
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One selected message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    #[serde(flatten)]
    pub summary: DeadLetterSummary,
    #[serde(flatten)]
    pub assessment: ReplayAssessment,
    /// Masked unless `--show-pii`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// What a scan found, and what it did not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DlqScan {
    pub queue: Dlq,
    /// As SQS counted it before the scan, which puts everything in flight itself.
    #[serde(skip)]
    pub depth: QueueDepth,
    #[serde(rename = "looked_at")]
    pub scanned: usize,
    /// The selected ones, the oldest failure first.
    pub entries: Vec<Entry>,
    /// How many entries have each verdict.
    pub counts: BTreeMap<Verdict, usize>,
    pub skipped: Skipped,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edits: Option<Edits>,
}

/// What a scan did not see or did not select. It is reported, so that nobody takes a part for the
/// whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Skipped {
    pub not_selected: usize,
    /// In flight: another consumer holds them, or an earlier scan was killed.
    pub in_flight_elsewhere: u64,
    /// So many fewer were received than the queue counted before.
    #[serde(skip_serializing_if = "is_zero")]
    pub fewer_than_counted: u64,
    /// Not to be received before their delay is over.
    pub delayed: u64,
    /// SQS allowed no more messages in flight: the rest was not received.
    #[serde(rename = "beyond_limit")]
    pub hit_in_flight_limit: bool,
    /// The jq filter failed on so many; they are not selected.
    #[serde(rename = "unsuited")]
    pub filter_failures: usize,
    /// The first of these, with the reason.
    #[serde(rename = "unsuited_because", skip_serializing_if = "Option::is_none")]
    pub first_filter_failure: Option<String>,
    /// Still hidden after the scan, until the hold ends.
    #[serde(rename = "not_given_back")]
    pub still_hidden: usize,
}

const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl DlqScan {
    /// Those of its messages that the flags select, `--filter` apart: that one needs the message itself.
    pub fn narrowed(&self, selection: &Selection, shop: Option<&ShopId>) -> Self {
        let is_selected = |entry: &&Entry| {
            selection.selects_summary(&entry.summary, shop)
                && selection.selects_verdict(entry.assessment.verdict)
        };
        let entries: Vec<Entry> = self.entries.iter().filter(is_selected).cloned().collect();
        let mut counts = BTreeMap::new();
        for entry in &entries {
            *counts.entry(entry.assessment.verdict).or_default() += 1;
        }
        let mut skipped = self.skipped.clone();
        skipped.not_selected += self.entries.len() - entries.len();
        Self { entries, counts, skipped, edits: None, ..*self }
    }

    /// The order that the messages with these ids are about; `None` where they are about several, or one names none.
    pub fn only_order(&self, message_ids: &[String]) -> Option<OrderKey> {
        let ids: HashSet<&String> = message_ids.iter().collect();
        let selected = self.entries.iter().filter(|entry| ids.contains(&entry.summary.message_id));
        let mut orders = selected.map(|entry| entry.summary.order());
        let first = orders.next()??;
        orders.all(|order| order.as_ref() == Some(&first)).then_some(first)
    }

    /// When the first of these messages failed, which have the oldest failure first: in milliseconds since 1970.
    pub fn first_failed_at(&self, message_ids: &[String]) -> Option<i64> {
        let first = message_ids.first()?;
        let mut summaries = self.entries.iter().map(|entry| &entry.summary);
        summaries.find(|summary| summary.message_id == *first).map(|summary| summary.failed_at)
    }

    pub fn empty(queue: Dlq) -> Self {
        Self {
            queue,
            depth: QueueDepth::default(),
            scanned: 0,
            entries: Vec::new(),
            counts: BTreeMap::new(),
            skipped: Skipped::default(),
            edits: None,
        }
    }
}

/// Scans all of `dlq`. Never consumes a message: each becomes visible again at once, also when the
/// scan fails or is stopped.
pub async fn scan_dlq(
    stack: &Stack,
    dlq: Dlq,
    options: &ScanOptions<'_>,
    control: RunControl<'_>,
) -> Result<DlqScan, CliError> {
    let url = stack.url(Queue::Dead(dlq)).await?;
    let depth = stack.queue_depth(Queue::Dead(dlq)).await?;
    // One bar may be for several queues, one after the other.
    control.progress.reset();
    control.progress.set_length(depth.visible);
    let hold = options.selection.hold.unwrap_or_else(|| receive::hold_for(depth.visible));
    let mut scanner = QueueScanner::new(&stack.sqs, &url, hold);
    let mut run = ScanRun::new(stack, dlq, options);
    let result = run.all(&mut scanner, control).await;
    // Before the error is returned: a failed or stopped scan must not leave messages hidden.
    let still_hidden = scanner.release().await;
    control.progress.finish_and_clear();
    let is_whole = result?;
    let mut scan = run.scan;
    scan.depth = depth;
    scan.skipped.still_hidden = still_hidden;
    scan.skipped.in_flight_elsewhere = depth.in_flight;
    scan.skipped.delayed = depth.delayed;
    if is_whole && !scanner.hit_in_flight_limit() {
        scan.skipped.fewer_than_counted = depth.visible.saturating_sub(scan.scanned as u64);
    }
    scan.skipped.hit_in_flight_limit = scanner.hit_in_flight_limit();
    scan.entries.sort_by_key(|entry| entry.summary.failed_at);
    Ok(scan)
}

/// A scan under way.
struct ScanRun<'a> {
    options: &'a ScanOptions<'a>,
    /// The shop that was asked for.
    shop: Option<&'a ShopId>,
    /// When the scan began, in milliseconds since 1970.
    now: i64,
    classifier: ReplayClassifier<'a>,
    /// The mails that messages so far ask for.
    requested_mails: HashSet<NotificationKey>,
    scan: DlqScan,
}

/// A message that the selector took, before the ledger is asked about it.
struct Candidate<'m> {
    message: &'m Received,
    summary: DeadLetterSummary,
    payload: DlqPayload,
    /// The body after the edit, where it changes it.
    edited: Option<String>,
}

impl<'a> ScanRun<'a> {
    fn new(stack: &'a Stack, dlq: Dlq, options: &'a ScanOptions<'a>) -> Self {
        let edits = options.edit.as_ref().map(|_| Edits::default());
        Self {
            options,
            shop: stack.shop.as_ref(),
            now: Timestamp::now().as_millisecond(),
            classifier: ReplayClassifier::new(stack),
            requested_mails: HashSet::new(),
            scan: DlqScan { edits, ..DlqScan::empty(dlq) },
        }
    }

    /// Whether the whole queue was scanned: it may end once what it looks for is found.
    async fn all(
        &mut self,
        scanner: &mut QueueScanner<'_>,
        RunControl { interrupt, progress }: RunControl<'_>,
    ) -> Result<bool, CliError> {
        let wanted = self.options.selection.message.len();
        loop {
            interrupt
                .check("Scan stopped. Nothing was changed, and every message is visible again.")?;
            let Some(messages) = scanner.next(receive::MAX_CONCURRENCY).await? else {
                return Ok(true);
            };
            self.add(&messages).await?;
            progress.set_position(self.scan.scanned as u64);
            if self.options.ends_when_found && wanted > 0 && self.scan.entries.len() >= wanted {
                return Ok(false);
            }
        }
    }

    async fn add(&mut self, messages: &[Received]) -> Result<(), CliError> {
        self.scan.scanned += messages.len();
        let mut candidates = Vec::with_capacity(messages.len());
        for message in messages {
            candidates.extend(self.select(message));
        }
        let payloads: Vec<&DlqPayload> = candidates.iter().map(|c| &c.payload).collect();
        let assessments = self.classifier.classify(&payloads, self.now).await?;
        for (candidate, assessment) in candidates.into_iter().zip(assessments) {
            self.add_entry(candidate, assessment);
        }
        Ok(())
    }

    fn select<'m>(&mut self, message: &'m Received) -> Option<Candidate<'m>> {
        let dlq = self.scan.queue;
        let (mut summary, mut payload) = parse(dlq, message);
        let skipped = &mut self.scan.skipped;
        match self.options.selection.selects(dlq, message, &summary, self.shop) {
            Ok(true) => {}
            Ok(false) => {
                skipped.not_selected += 1;
                return None;
            }
            Err(why) => {
                skipped.filter_failures += 1;
                let first = || format!("{} ({why})", message.id);
                skipped.first_filter_failure.get_or_insert_with(first);
                return None;
            }
        }
        let mut new_body = None;
        if let (Some(edit), Some(edits)) = (self.options.edit, &mut self.scan.edits) {
            // Classified as edited: an edit may make an unreadable message a movable one.
            let edited = edit.apply(dlq, message);
            edits.add(dlq, message, (edit, &edited), self.options.pii);
            if let Some(asked_for) = edited.payload(dlq, message.received_at(dlq)) {
                summary.identify(&asked_for);
                payload = asked_for;
            }
            if let Edited::Changed(body) = edited {
                new_body = Some(body);
            }
        }
        Some(Candidate { message, summary, payload, edited: new_body })
    }

    fn add_entry(&mut self, candidate: Candidate<'_>, mut assessment: ReplayAssessment) {
        let Candidate { message, summary, payload, edited } = candidate;
        // Of several messages that ask for one mail, only the first would send it.
        if assessment.verdict == Verdict::WouldSend
            && payload
                .requested_mail()
                .is_some_and(|mail| !self.requested_mails.insert(mail.clone()))
        {
            assessment.verdict = Verdict::Duplicate;
        }
        let scan = &mut self.scan;
        let dlq = scan.queue;
        if !self.options.selection.selects_verdict(assessment.verdict) {
            scan.skipped.not_selected += 1;
            return;
        }
        // Only of what a replay may move.
        if let (Some(edits), true) = (&mut scan.edits, assessment.verdict.is_movable(true)) {
            let before = events_of(dlq, &message.body);
            let after = edited.map(|body| events_of(dlq, &body));
            edits.recipients.add(&before, after.as_ref().unwrap_or(&before));
        }
        *scan.counts.entry(assessment.verdict).or_default() += 1;
        // Bodies are most of the memory, so only those are kept that are printed.
        let pii = self.options.pii;
        let body = (scan.entries.len() < self.options.keep_bodies).then(|| match payload {
            // Which members hold personal data is known only of the contract.
            _ if dlq == Dlq::Deliveries => pii.foreign(content(dlq, message)),
            DlqPayload::Unreadable(_) => pii.unrecognized(content(dlq, message)),
            _ => pii.json(content(dlq, message)),
        });
        let entry = Entry { summary, assessment, body };
        if let Some(preview) = self.options.preview {
            preview.add(&entry);
        }
        scan.entries.push(entry);
    }
}
