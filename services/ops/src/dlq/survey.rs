//! A look at every message of a dead-letter queue, joined with the ledger.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::edit::{Edit, Edited, Edits};
use super::judge::ReplayClassifier;
use super::letter::DeadLetterSummary;
use super::peek::{self, End, QueueDepth, QueueScanner};
use super::received::Received;
use super::select::{Choice, Selector};
use super::subject::DlqPayload;
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::pii::PiiMode;
use crate::progress::Progress;

/// What to look at and how.
#[derive(Debug)]
pub struct Rules {
    /// Which messages.
    pub selector: Selector,
    /// What is changed before they are judged.
    pub edit: Option<Edit>,
    /// Of how many the bodies are kept.
    pub keep_bodies: usize,
    /// Whether personal data may be shown.
    pub pii: PiiMode,
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
    pub letter: DeadLetterSummary,
    /// What a replay would come to.
    #[serde(flatten)]
    pub judgement: ReplayAssessment,
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
pub async fn survey(
    stack: &Stack,
    dlq: Dlq,
    rules: &Rules,
    stop: &Interrupt,
) -> Result<DlqScan, CliError> {
    let url = stack.url(Queue::Dead(dlq)).await?;
    let depth = QueueDepth::of(&stack.sqs, &url).await?;
    let progress = Progress::scanning(depth.visible);
    let hold = rules.hold.unwrap_or_else(|| peek::hold_for(depth.visible));
    let mut peek = QueueScanner::new(&stack.sqs, &url, hold);
    let mut look = Look::new(stack, dlq, rules);
    let outcome = page(&mut peek, &mut look, stop, &progress).await;
    let not_given_back = peek.give_back().await;
    progress.finish();
    outcome?;
    let mut survey = look.survey;
    survey.skipped.not_given_back = not_given_back;
    survey.skipped.in_flight_elsewhere = depth.in_flight;
    survey.skipped.delayed = depth.delayed;
    survey.skipped.beyond_limit = peek.end() == End::TooManyInFlight;
    survey.entries.sort_by_key(|entry| entry.letter.failed_at);
    Ok(survey)
}

async fn page(
    peek: &mut QueueScanner<'_>,
    look: &mut Look<'_>,
    stop: &Interrupt,
    progress: &Progress,
) -> Result<(), CliError> {
    while peek.end() == End::NotYet {
        stop.check("Stopped while looking; nothing was changed, and every message is back.")?;
        let messages = peek.next(peek::MAX_CONCURRENCY).await?;
        look.take(&messages).await?;
        progress.set(look.survey.looked_at);
    }
    Ok(())
}

/// A survey that is being made.
struct Look<'a> {
    dlq: Dlq,
    rules: &'a Rules,
    judge: ReplayClassifier<'a>,
    asked_for: HashSet<String>,
    survey: DlqScan,
}

impl<'a> Look<'a> {
    fn new(stack: &'a Stack, dlq: Dlq, rules: &'a Rules) -> Self {
        let edits = rules.edit.as_ref().map(|_| Edits::default());
        let survey = DlqScan { edits, ..DlqScan::empty(dlq) };
        Self { dlq, rules, judge: ReplayClassifier::new(stack), asked_for: HashSet::new(), survey }
    }

    async fn take(&mut self, messages: &[Received]) -> Result<(), CliError> {
        self.survey.looked_at += messages.len();
        let mut chosen = Vec::with_capacity(messages.len());
        for message in messages {
            chosen.extend(self.choose(message));
        }
        let subjects: Vec<DlqPayload> =
            chosen.iter().map(|(_, _, subject)| subject.clone()).collect();
        let judgements = self.judge.judge(&subjects, self.rules.now.as_millisecond()).await?;
        for ((message, letter, subject), judgement) in chosen.into_iter().zip(judgements) {
            self.enter(message, letter, &subject, judgement);
        }
        Ok(())
    }

    fn choose<'m>(
        &mut self,
        message: &'m Received,
    ) -> Option<(&'m Received, DeadLetterSummary, DlqPayload)> {
        let mut letter = DeadLetterSummary::of(self.dlq, message);
        let subject = DlqPayload::of(self.dlq, &message.body);
        subject.complete(&mut letter);
        match self.rules.selector.choose(self.dlq, message, &letter) {
            Choice::Taken => {}
            Choice::Left => {
                self.survey.skipped.not_selected += 1;
                return None;
            }
            Choice::Unsuited(why) => {
                self.survey.skipped.unsuited += 1;
                let first = || format!("{} ({why})", message.id);
                self.survey.skipped.unsuited_because.get_or_insert_with(first);
                return None;
            }
        }
        let subject = self.edited(message, &mut letter).unwrap_or(subject);
        Some((message, letter, subject))
    }

    /// The subject after the edit, where that changes the body.
    fn edited(&mut self, message: &Received, letter: &mut DeadLetterSummary) -> Option<DlqPayload> {
        let edited = self.rules.edit.as_ref()?.apply(self.dlq, message);
        if let Some(edits) = &mut self.survey.edits {
            edits.note(message, &edited, self.rules.pii);
        }
        match edited {
            Edited::Same => None,
            Edited::Unsuited(why) => {
                Some(DlqPayload::Unreadable(format!("the edit failed: {why}")))
            }
            Edited::Changed(body) => {
                let subject = DlqPayload::of(self.dlq, &body);
                subject.complete(letter);
                Some(subject)
            }
        }
    }

    fn enter(
        &mut self,
        message: &Received,
        letter: DeadLetterSummary,
        subject: &DlqPayload,
        judgement: ReplayAssessment,
    ) {
        let judgement = self.once(subject, judgement);
        if !self.rules.selector.takes(judgement.verdict) {
            self.survey.skipped.not_selected += 1;
            return;
        }
        *self.survey.counts.entry(judgement.verdict).or_default() += 1;
        let keeps_body = self.survey.entries.len() < self.rules.keep_bodies;
        let pii = self.rules.pii;
        let body = keeps_body.then(|| match subject {
            DlqPayload::Unreadable(_) => {
                pii.unrecognized_body(message.json_body(), message.body.len())
            }
            _ => pii.json(message.json_body()),
        });
        self.survey.entries.push(Entry { letter, judgement, body });
    }

    /// Of several messages that ask for one mail, one would send it.
    fn once(&mut self, subject: &DlqPayload, judgement: ReplayAssessment) -> ReplayAssessment {
        let is_first = match (judgement.verdict, subject.mail()) {
            (Verdict::WouldSend, Some(mail)) => self.asked_for.insert(mail),
            _ => true,
        };
        if is_first {
            judgement
        } else {
            ReplayAssessment { verdict: Verdict::Duplicate, ..judgement }
        }
    }
}
