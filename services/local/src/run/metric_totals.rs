//! Totals for the progress bar, read from the metrics that the functions print.

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
