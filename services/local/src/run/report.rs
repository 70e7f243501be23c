//! The JSON report.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::outcome::{EventStatus, Outcome};
use super::publish::{Answer, Published};
use super::wait::WaitResult;
use crate::aws::calls::CallCount;
use crate::stack::Stack;

/// What the mappings are called in the counts.
const MAPPING: &str = "mapping";

/// What a run came to. Stable: other tools read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How many events came to what.
    pub counts: Counts,
    /// From the first event published to everything at rest.
    pub seconds: f64,
    /// Published lines by seconds.
    pub events_per_second: f64,
    /// The functions' AWS calls, retries included, by sent mail; 0 without mails.
    pub aws_calls_per_mail: f64,
    /// The functions' AWS calls by service and operation.
    pub aws_calls: BTreeMap<String, BTreeMap<String, u64>>,
    /// The same calls by function.
    pub aws_calls_by_function: BTreeMap<String, u64>,
    /// What the mappings called to read the queues and the stream, by service and operation. On
    /// AWS, Lambda polls; SQS bills those calls, DynamoDB Streams does not.
    pub polling_calls: BTreeMap<String, BTreeMap<String, u64>>,
    /// Resident memory of the functions' processes, in bytes.
    pub functions: Vec<FunctionReport>,
    /// Each line in its order.
    pub events: Vec<EventReport>,
}

/// How many events came to what. The first four add up to the lines, the last four to `accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Stored now.
    pub accepted: u64,
    /// Stored before.
    pub duplicate: u64,
    /// Their name was taken by another event.
    pub conflict: u64,
    /// Not events of the contract.
    pub invalid: u64,
    /// SES accepted the mail.
    pub sent: u64,
    /// Skipped on purpose.
    pub skipped: u64,
    /// Failed for good.
    pub failed: u64,
    /// In doubt.
    pub in_doubt: u64,
    /// Accepted, but not at rest when the run ended. 0 in a run that ended well.
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
    /// Processes that were started in the place of one that ended.
    pub restarts: u64,
    /// Resident memory now, by process.
    pub resident_bytes: Vec<u64>,
    /// The most that ever was, by process.
    pub peak_bytes: Vec<u64>,
}

/// One published line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventReport {
    /// Its place in the file, from 1; empty lines do not count.
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
    /// Intake's answer.
    pub answer: Answer,
    /// The end of an accepted event.
    pub outcome: Option<Outcome>,
    /// The ledger's state of its notification.
    pub state: Option<String>,
    /// Why it was skipped or failed, or how it bounced.
    pub reason: Option<String>,
}

impl Report {
    /// Of a run on `stack`.
    #[must_use]
    pub fn new(
        stack: &Stack,
        published: Vec<Published>,
        rest: &WaitResult,
        took: Duration,
    ) -> Self {
        let events: Vec<EventReport> = published
            .into_iter()
            .zip(&rest.statuses)
            .enumerate()
            .map(|(i, (published, status))| event(i + 1, &published, status.as_ref()))
            .collect();
        let counts = counts(&events);
        let (polling, calls): (Vec<CallCount>, Vec<CallCount>) =
            stack.calls.counts().into_iter().partition(|call| call.function == MAPPING);
        let all_calls: u64 = calls.iter().map(|c| c.calls).sum();
        let mut aws_calls_by_function = BTreeMap::new();
        for call in &calls {
            *aws_calls_by_function.entry(call.function.clone()).or_default() += call.calls;
        }
        Self {
            counts,
            seconds: took.as_secs_f64(),
            events_per_second: events.len() as f64 / took.as_secs_f64(),
            aws_calls_per_mail: if counts.sent == 0 {
                0.0
            } else {
                all_calls as f64 / counts.sent as f64
            },
            aws_calls: by_operation(calls),
            aws_calls_by_function,
            polling_calls: by_operation(polling),
            functions: functions(stack),
            events,
        }
    }

    /// Writes it to `file`.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?;
        std::fs::write(file, json)
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

fn functions(stack: &Stack) -> Vec<FunctionReport> {
    let of = |status: crate::lambda::Status| FunctionReport {
        name: status.name,
        invocations: status.invocations,
        failures: status.failures,
        restarts: status.restarts,
        resident_bytes: status.memory.iter().map(|m| m.resident_bytes).collect(),
        peak_bytes: status.memory.iter().map(|m| m.peak_bytes).collect(),
    };
    stack.functions.status().into_iter().map(of).collect()
}

fn event(line: usize, published: &Published, status: Option<&EventStatus>) -> EventReport {
    let json: serde_json::Value = serde_json::from_str(&published.line).unwrap_or_default();
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
        match event.answer {
            Answer::Accepted => counts.accepted += 1,
            Answer::Duplicate => counts.duplicate += 1,
            Answer::Conflict => counts.conflict += 1,
            Answer::Invalid => counts.invalid += 1,
        }
        match (event.answer, event.outcome) {
            (Answer::Accepted, None) => counts.unfinished += 1,
            (_, None) => {}
            (_, Some(Outcome::Sent)) => counts.sent += 1,
            (_, Some(Outcome::Skipped)) => counts.skipped += 1,
            (_, Some(Outcome::Failed)) => counts.failed += 1,
            (_, Some(Outcome::InDoubt)) => counts.in_doubt += 1,
        }
    }
    counts
}
