//! What the functions count, read from the metrics they print.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::lambda::{OutputLine, OutputStream, Sink};

/// Sums of the functions' metrics since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Mails that SES accepted.
    pub sent: u64,
    /// Notifications not sent on purpose.
    pub skipped: u64,
    /// Notifications failed for good.
    pub failed: u64,
    /// Notifications in doubt.
    pub in_doubt: u64,
}

/// Reads the functions' output.
#[derive(Debug)]
pub struct MetricTotals {
    verbose: bool,
    sent: AtomicU64,
    skipped: AtomicU64,
    failed: AtomicU64,
    in_doubt: AtomicU64,
}

impl MetricTotals {
    /// One that also prints every line that is not a metric, if `verbose`.
    pub const fn new(verbose: bool) -> Self {
        Self {
            verbose,
            sent: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            in_doubt: AtomicU64::new(0),
        }
    }

    /// Where the functions' lines go.
    pub fn sink(self: Arc<Self>) -> Sink {
        Arc::new(move |line| self.take(line))
    }

    /// The sums.
    pub fn counts(&self) -> Counts {
        Counts {
            sent: self.sent.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            in_doubt: self.in_doubt.load(Ordering::Relaxed),
        }
    }

    fn take(&self, line: OutputLine<'_>) {
        if line.stream == OutputStream::Stdout && line.text.contains("\"CloudWatchMetrics\"") {
            self.add(line.text);
        } else if self.verbose || line.stream == OutputStream::Stderr {
            let mut out = std::io::stderr().lock();
            drop(writeln!(out, "{} {}", line.function, line.text));
        }
    }

    fn add(&self, metrics: &str) {
        let Ok(metrics) = serde_json::from_str::<Value>(metrics) else { return };
        let counters = [
            ("Sent", &self.sent),
            ("Skipped", &self.skipped),
            ("Failed", &self.failed),
            ("InDoubt", &self.in_doubt),
        ];
        for (name, counter) in counters {
            counter.fetch_add(metrics[name].as_u64().unwrap_or(0), Ordering::Relaxed);
        }
    }
}
