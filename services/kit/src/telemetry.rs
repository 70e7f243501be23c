//! Logs and metrics.
//!
//! Both go to standard output as one JSON object a line, which is what Lambda hands to CloudWatch.
//! Metrics are in the Embedded Metric Format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use std::sync::OnceLock;

use metrics_cloudwatch_embedded::{Builder, Collector};
use tracing_subscriber::EnvFilter;

use crate::config;

/// The dimensions of every metric of the namespace [`NAMESPACE`]. Two stacks in one account count
/// apart. infra's alarms and dashboard name the same.
const DIMENSIONS: [&str; 2] = ["Service", "Stack"];

/// The namespace of every metric.
const NAMESPACE: &str = "Waybill";

/// What is counted. Each is a metric of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Events stored.
    Accepted,
    /// Events that had been stored before.
    Duplicate,
    /// Events that name another payload than the stored one.
    Conflict,
    /// Events refused.
    Invalid,
    /// Events put on the dispatch queue.
    Queued,
    /// Events put on the dispatch queue again by the sweep.
    Swept,
    /// Notifications decided.
    Planned,
    /// Mails that SES accepted.
    Sent,
    /// Notifications not sent on purpose.
    Skipped,
    /// Notifications failed for good.
    Failed,
    /// Notifications whose sending is in doubt.
    InDoubt,
    /// Mail requests put back with a delay.
    Parked,
    /// Mails delivered.
    Delivered,
    /// Mails bounced.
    Bounced,
    /// Mails complained about.
    Complained,
    /// Messages moved to a dead-letter queue with a reason.
    DeadLettered,
}

impl Count {
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Duplicate => "Duplicate",
            Self::Conflict => "Conflict",
            Self::Invalid => "Invalid",
            Self::Queued => "Queued",
            Self::Swept => "Swept",
            Self::Planned => "Planned",
            Self::Sent => "Sent",
            Self::Skipped => "Skipped",
            Self::Failed => "Failed",
            Self::InDoubt => "InDoubt",
            Self::Parked => "Parked",
            Self::Delivered => "Delivered",
            Self::Bounced => "Bounced",
            Self::Complained => "Complained",
            Self::DeadLettered => "DeadLettered",
        }
    }
}

static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();

/// Sets up logs and metrics for a function. `WAYBILL_LOG` filters the logs (default `info`);
/// `WAYBILL_STACK` names the deployment that the metrics are of (default `local`).
pub fn init(service: &'static str) {
    let filter = EnvFilter::try_from_env("WAYBILL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
    let stack = config::optional("WAYBILL_STACK").unwrap_or_else(|| "local".to_owned());
    let [of_service, of_stack] = DIMENSIONS;
    let metrics = Builder::new()
        .cloudwatch_namespace(NAMESPACE)
        .with_dimension(of_service, service)
        .with_dimension(of_stack, stack);
    if let Ok(collector) = metrics.init() {
        let _ = COLLECTOR.set(collector);
    }
}

/// Counts one.
pub fn count(what: Count) {
    count_many(what, 1);
}

/// Counts several.
pub fn count_many(what: Count, how_many: u64) {
    metrics::counter!(what.name()).increment(how_many);
}

/// Records how long a mail took from its event's acceptance to SES's acceptance.
pub fn accepted_to_sent(milliseconds: i64) {
    let milliseconds = u32::try_from(milliseconds).unwrap_or(u32::MAX);
    metrics::histogram!("AcceptedToSent").record(f64::from(milliseconds));
}

/// Writes what was counted since the last call. Called once at the end of each invocation.
pub fn flush() {
    if let Some(collector) = COLLECTOR.get()
        && let Err(error) = collector.flush(std::io::stdout())
    {
        tracing::warn!(%error, "metrics could not be written");
    }
}
