//! The JSON report.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use shared::{FieldError, FieldWarning, ShopId};

use super::outcome::{EventStatus, Outcome};
use super::publish::{Answer, Published};
use super::wait::WaitResult;
use crate::aws::calls::CallCount;
use crate::lambda::Status;
use crate::stack::Stack;

/// The name under which the event source mappings' calls are counted.
const MAPPING: &str = "mapping";

/// The report of a run. Its fields are a stable format: other tools read it.
#[derive(Debug, Serialize)]
pub struct Report {
    pub counts: Counts,
    /// From the first event published until every event is in a terminal state.
    pub seconds: f64,
    /// Published events divided by `seconds`.
    pub events_per_second: f64,
    /// The functions' AWS calls, retries included, divided by the sent mails; 0 without mails.
    pub aws_calls_per_mail: f64,
    /// The functions' AWS calls.
    aws_calls: CallsByService,
    /// The same calls by function.
    aws_calls_by_function: BTreeMap<String, u64>,
    /// The event source mappings' calls to read the queues and the stream. On AWS, Lambda makes
    /// them; SQS bills its own, DynamoDB Streams does not.
    polling_calls: CallsByService,
    functions: Vec<FunctionReport>,
    /// Each event of the input, in its order; after Ctrl-C, those that were published.
    pub events: Vec<EventReport>,
}

/// Calls by service and operation.
type CallsByService = BTreeMap<String, BTreeMap<String, u64>>;

/// Events by result. The first four add up to all of them, the others to `accepted`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Counts {
    pub accepted: u64,
    pub duplicate: u64,
    pub conflict: u64,
    pub invalid: u64,
    pub sent: u64,
    pub skipped: u64,
    pub failed: u64,
    pub in_doubt: u64,
    /// In no terminal state when the run ended. 0 in a successful run.
    pub unfinished: u64,
}

#[derive(Debug, Serialize)]
struct FunctionReport {
    name: String,
    invocations: u64,
    /// Invocations that failed.
    failures: u64,
    /// Processes that replaced one that had ended.
    restarts: u64,
    /// Of each process at the end of the run.
    resident_bytes: Vec<u64>,
    /// The peak of each process's resident memory.
    peak_bytes: Vec<u64>,
}

/// An event of the input. What could not be read of it is absent.
#[derive(Debug, Serialize)]
pub struct EventReport {
    /// The line of the input on which it begins, from 1.
    pub line: usize,
    source: Option<String>,
    id: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `default` where the event names none.
    pub shop: String,
    pub order_id: Option<String>,
    pub answer: Answer,
    #[serde(flatten)]
    pub status: EventStatus,
    /// Why it was refused: each bad field.
    pub errors: Vec<FieldError>,
    /// What in it is probably not meant as it stands.
    pub warnings: Vec<FieldWarning>,
}

impl EventReport {
    /// Whether it was refused.
    pub fn is_refused(&self) -> bool {
        matches!(self.answer, Answer::Invalid | Answer::Conflict)
    }
}

impl Report {
    /// Reports a run on `stack` that published `published`, which begin on `lines`, and ended as
    /// `result` says.
    pub fn new(
        stack: &Stack,
        lines: impl Iterator<Item = usize>,
        published: &[Published],
        result: &WaitResult,
        duration: Duration,
    ) -> Self {
        let events: Vec<EventReport> = published
            .iter()
            .zip(&result.statuses)
            .zip(lines)
            .map(|((published, status), line)| event(line, published, status.as_ref()))
            .collect();
        let counts = counts(&events);
        let (polling, calls): (Vec<CallCount>, Vec<CallCount>) =
            stack.calls.counts().into_iter().partition(|call| call.function == MAPPING);
        let mut aws_calls_by_function = BTreeMap::new();
        for call in &calls {
            *aws_calls_by_function.entry(call.function.clone()).or_default() += call.calls;
        }
        let all_calls: u64 = calls.iter().map(|c| c.calls).sum();
        // No division by zero: JSON has no infinity.
        let per_mail = if counts.sent == 0 { 0.0 } else { all_calls as f64 / counts.sent as f64 };
        Self {
            counts,
            seconds: duration.as_secs_f64(),
            events_per_second: events.len() as f64 / duration.as_secs_f64(),
            aws_calls_per_mail: per_mail,
            aws_calls: by_operation(calls),
            aws_calls_by_function,
            polling_calls: by_operation(polling),
            functions: stack.functions.status().into_iter().map(function).collect(),
            events,
        }
    }

    /// Writes it to `file` as JSON.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        std::fs::write(file, serde_json::to_vec_pretty(self)?)
    }
}

fn by_operation(calls: Vec<CallCount>) -> CallsByService {
    let mut services = CallsByService::new();
    for call in calls {
        let operations = services.entry(call.service.to_string()).or_default();
        *operations.entry(call.operation).or_default() += call.calls;
    }
    services
}

fn function(status: Status) -> FunctionReport {
    FunctionReport {
        name: status.name,
        invocations: status.invocations,
        failures: status.failures,
        restarts: status.restarts,
        resident_bytes: status.memory.iter().map(|m| m.resident_bytes).collect(),
        peak_bytes: status.memory.iter().map(|m| m.peak_bytes).collect(),
    }
}

fn event(line: usize, published: &Published, status: Option<&EventStatus>) -> EventReport {
    let json: Value = serde_json::from_str(&published.json).unwrap_or_default();
    let text = |pointer: &str| Some(json.pointer(pointer)?.as_str()?.to_owned());
    EventReport {
        line,
        source: text("/source"),
        id: text("/id"),
        kind: text("/type"),
        shop: text("/shop").unwrap_or_else(|| ShopId::default().to_string()),
        order_id: text("/data/order/id"),
        answer: published.answer,
        status: status.cloned().unwrap_or_else(|| unstored(published)),
        errors: published.errors.clone(),
        warnings: published.warnings.clone(),
    }
}

/// The status of an event that intake did not store now.
fn unstored(published: &Published) -> EventStatus {
    let outcome = match published.answer {
        Answer::Invalid => Some(Outcome::Invalid),
        Answer::Conflict => Some(Outcome::Conflict),
        Answer::Accepted | Answer::Duplicate => None,
    };
    let errors: Vec<String> = published.errors.iter().map(ToString::to_string).collect();
    EventStatus { outcome, state: None, reason: outcome.map(|_| errors.join("; ")) }
}

fn counts(events: &[EventReport]) -> Counts {
    let mut counts = Counts::default();
    for event in events {
        *match event.answer {
            Answer::Accepted => &mut counts.accepted,
            Answer::Duplicate => &mut counts.duplicate,
            Answer::Conflict => &mut counts.conflict,
            Answer::Invalid => &mut counts.invalid,
        } += 1;
    }
    for event in events.iter().filter(|event| event.answer == Answer::Accepted) {
        *match event.status.outcome {
            Some(Outcome::Sent) => &mut counts.sent,
            Some(Outcome::Skipped) => &mut counts.skipped,
            Some(Outcome::Failed) => &mut counts.failed,
            Some(Outcome::InDoubt) => &mut counts.in_doubt,
            // Of an event that was not accepted.
            Some(Outcome::Invalid | Outcome::Conflict) => continue,
            None => &mut counts.unfinished,
        } += 1;
    }
    counts
}
