//! The JSON report.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome::{EventStatus, Outcome};
use super::publish::{Answer, Published};
use super::wait::WaitResult;
use crate::aws::calls::CallCount;
use crate::lambda::Status;
use crate::stack::Stack;

/// The name under which the event source mappings' calls are counted.
const MAPPING: &str = "mapping";

/// The report of a run. Its fields are a stable format: other tools read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Events by result.
    pub counts: Counts,
    /// From the first event published until every event is in a terminal state.
    pub seconds: f64,
    /// Published lines divided by `seconds`.
    pub events_per_second: f64,
    /// The functions' AWS calls, retries included, divided by the sent mails; 0 without mails.
    pub aws_calls_per_mail: f64,
    /// The functions' AWS calls by service and operation.
    pub aws_calls: BTreeMap<String, BTreeMap<String, u64>>,
    /// The same calls by function.
    pub aws_calls_by_function: BTreeMap<String, u64>,
    /// The event source mappings' calls to read the queues and the stream, by service and
    /// operation. On AWS, Lambda makes them; SQS bills its own, DynamoDB Streams does not.
    pub polling_calls: BTreeMap<String, BTreeMap<String, u64>>,
    /// Each function's invocations and memory.
    pub functions: Vec<FunctionReport>,
    /// Each line in its order.
    pub events: Vec<EventReport>,
}

/// Events by result. The first four add up to the lines, the others to `accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Stored now.
    pub accepted: u64,
    /// Stored before.
    pub duplicate: u64,
    /// Another event with their `source` and `id` is stored.
    pub conflict: u64,
    /// They do not follow the contract.
    pub invalid: u64,
    /// SES accepted the mail.
    pub sent: u64,
    /// Skipped on purpose.
    pub skipped: u64,
    /// Failed for good.
    pub failed: u64,
    /// In doubt.
    pub in_doubt: u64,
    /// Accepted, but in no terminal state when the run ended. 0 in a successful run.
    pub unfinished: u64,
}

/// One function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionReport {
    /// Its name.
    pub name: String,
    /// Invocations.
    pub invocations: u64,
    /// Those that failed.
    pub failures: u64,
    /// Processes that replaced one that had ended.
    pub restarts: u64,
    /// Resident memory of each process at the end of the run, in bytes.
    pub resident_bytes: Vec<u64>,
    /// The peak of each process's resident memory, in bytes.
    pub peak_bytes: Vec<u64>,
}

/// One published line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventReport {
    /// Line number in the input, from 1; empty lines do not count.
    pub line: usize,
    /// CloudEvents `source`, where it could be read.
    pub source: Option<String>,
    /// CloudEvents `id`, where it could be read.
    pub id: Option<String>,
    /// CloudEvents `type`, where it could be read.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The order, where it could be read.
    pub order_id: Option<String>,
    /// Intake's result.
    pub answer: Answer,
    /// The terminal state of an accepted event.
    pub outcome: Option<Outcome>,
    /// The ledger's state of its notification.
    pub state: Option<String>,
    /// Why it was skipped or failed, or how it bounced.
    pub reason: Option<String>,
}

impl Report {
    /// Reports a run on `stack` that published `published` and ended as `result` says.
    #[must_use]
    pub fn new(
        stack: &Stack,
        published: &[Published],
        result: &WaitResult,
        duration: Duration,
    ) -> Self {
        let events: Vec<EventReport> = published
            .iter()
            .zip(&result.statuses)
            .zip(1..)
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
        let per_mail = all_calls as f64 / counts.sent as f64;
        Self {
            counts,
            seconds: duration.as_secs_f64(),
            events_per_second: events.len() as f64 / duration.as_secs_f64(),
            aws_calls_per_mail: if counts.sent == 0 { 0.0 } else { per_mail },
            aws_calls: by_operation(calls),
            aws_calls_by_function,
            polling_calls: by_operation(polling),
            functions: stack.functions.status().into_iter().map(function).collect(),
            events,
        }
    }

    /// Writes it to `file` as JSON.
    ///
    /// # Errors
    /// The file system's.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        std::fs::write(file, serde_json::to_vec_pretty(self)?)
    }
}

fn by_operation(calls: Vec<CallCount>) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut services: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
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
    let json: Value = serde_json::from_str(&published.line).unwrap_or_default();
    let text = |pointer: &str| Some(json.pointer(pointer)?.as_str()?.to_owned());
    EventReport {
        line,
        source: text("/source"),
        id: text("/id"),
        kind: text("/type"),
        order_id: text("/data/order/id"),
        answer: published.answer,
        outcome: status.and_then(|s| s.outcome),
        state: status.and_then(|s| s.state.clone()),
        reason: status.and_then(|s| s.reason.clone()),
    }
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
        *match event.outcome {
            Some(Outcome::Sent) => &mut counts.sent,
            Some(Outcome::Skipped) => &mut counts.skipped,
            Some(Outcome::Failed) => &mut counts.failed,
            Some(Outcome::InDoubt) => &mut counts.in_doubt,
            None => &mut counts.unfinished,
        } += 1;
    }
    counts
}
