//! What the functions print: totals for the progress bar, and warnings of events that nobody waits for.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use crate::lambda::{OutputLine, OutputStream, Sink};

/// Sums of the functions' metrics since the start; as JSON, one line of metrics.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Totals {
    pub sent: u64,
    pub skipped: u64,
    pub failed: u64,
    pub in_doubt: u64,
}

/// Reads the functions' output.
#[derive(Default)]
pub struct MetricTotals {
    verbose: bool,
    totals: Mutex<Totals>,
}

impl MetricTotals {
    /// If `verbose`, it also prints every line that is not a metric.
    pub fn new(verbose: bool) -> Self {
        Self { verbose, ..Self::default() }
    }

    /// Where the functions' lines go.
    pub fn sink(self: Arc<Self>) -> Sink {
        Arc::new(move |line| self.read(line))
    }

    /// The sums so far.
    pub fn get(&self) -> Totals {
        *self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, line: OutputLine<'_>) {
        // CloudWatch's embedded metric format: a JSON document with the values at its top.
        if line.stream == OutputStream::Stdout && line.text.contains("\"CloudWatchMetrics\"") {
            self.add(serde_json::from_str(line.text).unwrap_or_default());
        } else if let Some(warning) = dead_letter_warning(&line).filter(|_| !self.verbose) {
            let _ = writeln!(std::io::stderr().lock(), "{warning}");
        // Standard error is shown in any case: a function's panic is there.
        } else if self.verbose || line.stream == OutputStream::Stderr {
            let mut out = std::io::stderr().lock();
            let _ = writeln!(out, "{} {}", line.function, line.text);
        }
    }

    fn add(&self, line: Totals) {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.sent += line.sent;
        totals.skipped += line.skipped;
        totals.failed += line.failed;
        totals.in_doubt += line.in_doubt;
    }
}

/// What intake logs when it moves a message to the inbox queue's dead-letter queue.
#[derive(Deserialize)]
struct DeadLettered {
    message: String,
    reason: String,
}

/// What to tell whoever waits for the mail of an event that intake refused, and whose answer nobody reads.
fn dead_letter_warning(line: &OutputLine<'_>) -> Option<String> {
    if line.function != "intake" || !line.text.contains("\"dead-lettered\"") {
        return None;
    }
    let DeadLettered { message, reason } = serde_json::from_str(line.text).ok()?;
    (message == "dead-lettered").then(|| {
        format!("An event is in waybill-inbox-dlq: {reason}. To look at it: waybill dlq show inbox")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(function: &str, text: &str) -> Option<String> {
        dead_letter_warning(&OutputLine { function, pid: 1, stream: OutputStream::Stdout, text })
    }

    #[test]
    fn an_event_in_the_inbox_s_dead_letter_queue_is_told_with_its_reason_and_the_command_to_look_at_it()
     {
        let line = r#"{"level":"WARN","message":"dead-lettered","code":"invalid","reason":"/id: expected a text"}"#;
        assert_eq!(
            warning("intake", line).as_deref(),
            Some(
                "An event is in waybill-inbox-dlq: /id: expected a text. To look at it: waybill dlq show inbox"
            )
        );
        assert_eq!(warning("mailer", line), None);
        assert_eq!(warning("intake", r#"{"message":"event","reason":"\"dead-lettered\""}"#), None);
    }
}
