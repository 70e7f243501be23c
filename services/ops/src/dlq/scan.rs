//! A look at every message of a dead-summary queue, joined with the ledger.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::classify::ReplayClassifier;
use super::dead_letter::DeadLetterSummary;
use super::edit::{Edit, Edited, Edits};
use super::payload::DlqPayload;
use super::received::Received;
use super::scanner::{self, QueueDepth, QueueScanner, ScanEnd};
use super::select::{Choice, Selector};
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::{Dlq, Queue, Stack};
use crate::failure::CliError;
use crate::pii::Personal;
use crate::progress::Progress;
use crate::stop::Stop;

/// What to look at and how.
#[derive(Debug)]
pub struct ScanOptions {
    /// Which messages.
    pub selector: Selector,
    /// What is changed before they are judged.
    pub edit: Option<Edit>,
    /// Of how many the bodies are kept.
    pub keep_bodies: usize,
    /// Whether personal data may be shown.
    pub personal: Personal,
    /// When the look began.
    pub now: Timestamp,
    /// How long messages stay hidden, if not as long as the look takes.
    pub hold: Option<Duration>,
}

/// One selected message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What the message tells.
    #[serde(flatten)]
    pub summary: DeadLetterSummary,
    /// What a replay would come to.
    #[serde(flatten)]
    pub assessment: ReplayAssessment,
    /// Its body, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// What was found, and what was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DlqScan {
    /// Where.
    pub queue: Dlq,
    /// How many messages were looked at.
    pub looked_at: usize,
    /// The selected ones, the oldest failure first.
    pub entries: Vec<Entry>,
    /// How many messages have each verdict.
    pub counts: BTreeMap<Verdict, usize>,
    /// What was passed by.
    pub skipped: Skipped,
    /// What the edit did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edits: Option<Edits>,
}

/// What was not looked at or not understood. A tool that is trusted at night says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Looked at and not selected.
    pub not_selected: usize,
    /// Hidden: somebody else received them, or an earlier look was killed.
    pub in_flight_elsewhere: u64,
    /// Delayed, and so not to be seen yet.
    pub delayed: u64,
    /// The queue allows no more messages in flight: the rest was not seen.
    pub beyond_limit: bool,
    /// The jq filter did not suit so many messages; they are not selected.
    pub unsuited: usize,
    /// Which was the first of them, and what the filter tripped over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsuited_because: Option<String>,
    /// Not given back after the look: they come back by themselves.
    pub not_given_back: usize,
}

impl DlqScan {
    /// One that has found nothing yet.
    #[must_use]
    pub fn empty(queue: Dlq) -> Self {
        Self {
            queue,
            looked_at: 0,
            entries: Vec::new(),
            counts: BTreeMap::new(),
            skipped: Skipped::default(),
            edits: None,
        }
    }
}

/// Looks at all of `dlq` and gives every message back.
///
/// # Errors
/// [`CliError::Service`] when a service does not answer, [`CliError::Interrupted`] when the operator
/// stops it. The messages are given back in any case.
pub async fn scan_dlq(
    stack: &Stack,
    dlq: Dlq,
    rules: &ScanOptions,
    stop: &Stop,
) -> Result<DlqScan, CliError> {
    let url = stack.url(Queue::Dead(dlq)).await?;
    let depth = QueueDepth::of(&stack.sqs, &url).await?;
    let progress = Progress::look(depth.visible);
    let hold = rules.hold.unwrap_or_else(|| scanner::hold_for(depth.visible));
    let mut scanner = QueueScanner::new(&stack.sqs, &url, hold);
    let mut look = Look::new(stack, dlq, rules);
    let outcome = page(&mut scanner, &mut look, stop, &progress).await;
    let not_given_back = scanner.release().await;
    progress.end();
    outcome?;
    let mut scan = look.scan;
    scan.skipped.not_given_back = not_given_back;
    scan.skipped.in_flight_elsewhere = depth.in_flight;
    scan.skipped.delayed = depth.delayed;
    scan.skipped.beyond_limit = scanner.end() == ScanEnd::TooManyInFlight;
    scan.entries.sort_by_key(|entry| entry.summary.failed_at);
    Ok(scan)
}

async fn page(
    scanner: &mut QueueScanner<'_>,
    look: &mut Look<'_>,
    stop: &Stop,
    progress: &Progress,
) -> Result<(), CliError> {
    while scanner.end() == ScanEnd::NotYet {
        stop.check("Stopped while looking; nothing was changed, and every message is back.")?;
        let messages = scanner.next(scanner::MAX_CONCURRENCY).await?;
        look.take(&messages).await?;
        progress.at(look.scan.looked_at);
    }
    Ok(())
}

/// A scan that is being made.
struct Look<'a> {
    dlq: Dlq,
    rules: &'a ScanOptions,
    classifier: ReplayClassifier<'a>,
    asked_for: HashSet<String>,
    scan: DlqScan,
}

impl<'a> Look<'a> {
    fn new(stack: &'a Stack, dlq: Dlq, rules: &'a ScanOptions) -> Self {
        let edits = rules.edit.as_ref().map(|_| Edits::default());
        let scan = DlqScan { edits, ..DlqScan::empty(dlq) };
        Self {
            dlq,
            rules,
            classifier: ReplayClassifier::new(stack),
            asked_for: HashSet::new(),
            scan,
        }
    }

    async fn take(&mut self, messages: &[Received]) -> Result<(), CliError> {
        self.scan.looked_at += messages.len();
        let mut chosen = Vec::with_capacity(messages.len());
        for message in messages {
            chosen.extend(self.choose(message));
        }
        let payloads: Vec<DlqPayload> =
            chosen.iter().map(|(_, _, payload)| payload.clone()).collect();
        let assessments =
            self.classifier.classify(&payloads, self.rules.now.as_millisecond()).await?;
        for ((message, summary, payload), assessment) in chosen.into_iter().zip(assessments) {
            self.enter(message, summary, &payload, assessment);
        }
        Ok(())
    }

    fn choose<'m>(
        &mut self,
        message: &'m Received,
    ) -> Option<(&'m Received, DeadLetterSummary, DlqPayload)> {
        let mut summary = DeadLetterSummary::of(self.dlq, message);
        let payload = DlqPayload::of(self.dlq, &message.body);
        payload.complete(&mut summary);
        match self.rules.selector.choose(self.dlq, message, &summary) {
            Choice::Selected => {}
            Choice::NotSelected => {
                self.scan.skipped.not_selected += 1;
                return None;
            }
            Choice::Unsuited(why) => {
                self.scan.skipped.unsuited += 1;
                let first = || format!("{} ({why})", message.id);
                self.scan.skipped.unsuited_because.get_or_insert_with(first);
                return None;
            }
        }
        let payload = self.edited(message, &mut summary).unwrap_or(payload);
        Some((message, summary, payload))
    }

    /// The payload after the edit, where that changes the body.
    fn edited(
        &mut self,
        message: &Received,
        summary: &mut DeadLetterSummary,
    ) -> Option<DlqPayload> {
        let edited = self.rules.edit.as_ref()?.apply(self.dlq, message);
        if let Some(edits) = &mut self.scan.edits {
            edits.note(message, &edited, self.rules.personal);
        }
        match edited {
            Edited::Same => None,
            Edited::Unsuited(why) => {
                Some(DlqPayload::Unreadable(format!("the edit failed: {why}")))
            }
            Edited::Changed(body) => {
                let payload = DlqPayload::of(self.dlq, &body);
                payload.complete(summary);
                Some(payload)
            }
        }
    }

    fn enter(
        &mut self,
        message: &Received,
        summary: DeadLetterSummary,
        payload: &DlqPayload,
        assessment: ReplayAssessment,
    ) {
        let assessment = self.once(payload, assessment);
        if !self.rules.selector.takes(assessment.verdict) {
            self.scan.skipped.not_selected += 1;
            return;
        }
        *self.scan.counts.entry(assessment.verdict).or_default() += 1;
        let keeps_body = self.scan.entries.len() < self.rules.keep_bodies;
        let personal = self.rules.personal;
        let body = keeps_body.then(|| match payload {
            DlqPayload::Unreadable(_) => personal.unknown(message.json_body(), message.body.len()),
            _ => personal.json(message.json_body()),
        });
        self.scan.entries.push(Entry { summary, assessment, body });
    }

    /// Of several messages that ask for one mail, one would send it.
    fn once(&mut self, payload: &DlqPayload, assessment: ReplayAssessment) -> ReplayAssessment {
        let is_first = match (assessment.verdict, payload.mail()) {
            (Verdict::WouldSend, Some(mail)) => self.asked_for.insert(mail),
            _ => true,
        };
        if is_first {
            assessment
        } else {
            ReplayAssessment { verdict: Verdict::Duplicate, ..assessment }
        }
    }
}
