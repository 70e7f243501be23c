//! Logs and metrics.
//!
//! Both are written to standard output as one JSON object per line, which Lambda forwards to CloudWatch.
//! Every line of the log, a panic's included, passes [`mask::without_addresses`] right before it is written.
//! Metrics are in the Embedded Metric Format
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use std::io::{self, Write};
use std::sync::OnceLock;

use metrics_cloudwatch_embedded::{Builder, Collector};
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::{config, mask};

/// The dimensions of every metric. With `Stack`, two stacks in one account do not mix their counts. The
/// alarms and the dashboard in `infra/template.yaml` use the same.
const DIMENSIONS: [&str; 2] = ["Service", "Stack"];

/// The namespace of every metric.
const NAMESPACE: &str = "Waybill";

/// A counter. The alarms and the dashboard in `infra/template.yaml` use the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Events stored.
    Accepted,
    /// Events that were stored before.
    Duplicate,
    /// Events refused because the same id is stored with another payload.
    Conflict,
    /// Events refused because they violate the contract.
    Invalid,
    /// Events refused in an invocation whose answer perhaps nobody reads: a direct one.
    RefusedUnread,
    /// Events put on the dispatch queue.
    Queued,
    /// Events put on the dispatch queue again by the sweep.
    Swept,
    /// Notifications planned.
    Planned,
    /// Mails that SES accepted.
    Sent,
    /// Notifications settled by an SES event before the mailer recorded an answer.
    Settled,
    /// Notifications deliberately not sent.
    Skipped,
    /// Notifications failed permanently.
    Failed,
    /// Files that a mail went without, once for each attempt to send it.
    AttachmentLeftOut,
    /// Notifications put in doubt.
    InDoubt,
    /// Messages requeued with a delay, but for mails in doubt, which are counted when the doubt is recorded.
    Requeued,
    /// Mails requeued because SES takes no mails of the account at the moment: those that asked it, which count as
    /// [`Count::Requeued`] too, and those that the send gate kept from asking.
    SendingPaused,
    /// Mails delivered.
    Delivered,
    /// Mails bounced.
    Bounced,
    /// Mails marked as spam by the recipient.
    Complained,
    /// Messages moved to a dead-letter queue with a reason.
    DeadLettered,
    /// SES events that name a notification of ours and lack its token.
    ForgedFeedback,
    /// Deliveries of shop systems kept.
    DeliveryKept,
    /// Deliveries refused although a secret was read, with which they are not signed.
    SignatureRefused,
    /// Deliveries requeued until an event of their order is stored.
    OrderAwaited,
    /// Events about mails that their bus took.
    Published,
}

impl Count {
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Duplicate => "Duplicate",
            Self::Conflict => "Conflict",
            Self::Invalid => "Invalid",
            Self::RefusedUnread => "RefusedUnread",
            Self::Queued => "Queued",
            Self::Swept => "Swept",
            Self::Planned => "Planned",
            Self::Sent => "Sent",
            Self::Settled => "Settled",
            Self::Skipped => "Skipped",
            Self::Failed => "Failed",
            Self::AttachmentLeftOut => "AttachmentLeftOut",
            Self::InDoubt => "InDoubt",
            Self::Requeued => "Requeued",
            Self::SendingPaused => "SendingPaused",
            Self::Delivered => "Delivered",
            Self::Bounced => "Bounced",
            Self::Complained => "Complained",
            Self::DeadLettered => "DeadLettered",
            Self::ForgedFeedback => "ForgedFeedback",
            Self::DeliveryKept => "DeliveryKept",
            Self::SignatureRefused => "SignatureRefused",
            Self::OrderAwaited => "OrderAwaited",
            Self::Published => "Published",
        }
    }
}

static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();

/// The crates whose `debug` and `trace` lines may be written. At these levels the SDK and its HTTP client
/// log whole requests and responses, with the customers' addresses in them.
const OWN_CRATES: [&str; 9] = [
    "connector",
    "dispatcher",
    "feedback",
    "intake",
    "kit",
    "mailer",
    "publisher",
    "relay",
    "shared",
];

/// Whether a log line of `target` is free of personal data, whatever the filter allows.
fn may_be_logged(target: &str, level: Level) -> bool {
    let crate_name = target.split("::").next().unwrap_or_default();
    level <= Level::INFO || OWN_CRATES.contains(&crate_name)
}

/// Sets up logs and metrics for the function `service`. `WAYBILL_LOG` filters the logs by level and crate (default
/// `info`); only Waybill's own crates ever log below `info`. `WAYBILL_STACK` names the deployment in the
/// metrics (default `local`).
pub fn init(service: &'static str) {
    // Not `EnvFilter`, which also filters by spans and fields: it would bring regular expressions into every Lambda.
    let filter = config::optional("WAYBILL_LOG").and_then(|filter| filter.parse::<Targets>().ok());
    let _ = tracing_subscriber::registry()
        .with(filter.unwrap_or_else(|| Targets::new().with_default(Level::INFO)))
        .with(filter_fn(|line| may_be_logged(line.target(), *line.level())))
        .with(log_format(io::stdout))
        .try_init();
    // Otherwise a panic's message would be written past the mask.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    let stack = config::optional("WAYBILL_STACK").unwrap_or_else(|| "local".to_owned());
    let [service_dimension, stack_dimension] = DIMENSIONS;
    let metrics = Builder::new()
        .cloudwatch_namespace(NAMESPACE)
        .with_dimension(service_dimension, service)
        .with_dimension(stack_dimension, stack);
    // Fails only if the process has a metrics recorder already.
    if let Ok(collector) = metrics.init() {
        let _ = COLLECTOR.set(collector);
    }
}

/// One JSON object per line, written to what `writer` makes.
fn log_format<S, W>(writer: impl Fn() -> W + Send + Sync + 'static) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(move || Masked(writer()))
}

/// Masks what looks like an e-mail address in each line. Here, so that no field, span, error or crate can be
/// forgotten: ids are the shop's own, and any of them may hold the customer's address.
struct Masked<W>(W);

impl<W: Write> Write for Masked<W> {
    /// Writes all of `line`. The formatter writes each line at once; an address in two parts would not be found.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(mask::without_addresses(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Adds one to a counter; [`flush`] writes it.
pub fn count(metric: Count) {
    count_many(metric, 1);
}

/// Adds `increment_by` to a counter; [`flush`] writes it.
pub fn count_many(metric: Count, increment_by: u64) {
    metrics::counter!(metric.name()).increment(increment_by);
}

/// Records how long a mail took from its event's acceptance to SES's acceptance.
pub fn record_accepted_to_sent(milliseconds: i64) {
    let milliseconds = u32::try_from(milliseconds).unwrap_or(u32::MAX);
    metrics::histogram!("AcceptedToSent").record(f64::from(milliseconds));
}

/// Records how far the sweep's watermark is behind the events that are due, or, as a positive number too, ahead of
/// them, in milliseconds: both keep lost events from being queued again.
pub fn record_sweep_lag(milliseconds: i64) {
    let milliseconds = u32::try_from(milliseconds.unsigned_abs()).unwrap_or(u32::MAX);
    metrics::histogram!("SweepLag").record(f64::from(milliseconds));
}

/// Writes the metrics since the last call to standard output. Must be called at the end of each
/// invocation, because Lambda may freeze the process right after it.
pub fn flush() {
    if let Some(collector) = COLLECTOR.get()
        && let Err(error) = collector.flush(io::stdout())
    {
        tracing::warn!(%error, "metrics could not be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_written_with_an_address_in_it() {
        let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
        impl Write for Lines {
            fn write(&mut self, line: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().write(line)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let to = std::sync::Arc::clone(&lines);
        let format = log_format(move || Lines(std::sync::Arc::clone(&to)));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(format), || {
            let span = tracing::info_span!("event", id = "order-42/jo@example.com");
            span.in_scope(
                || tracing::warn!(error = %"jo%40example.com", "of jo\u{ff20}example.com"),
            );
        });
        let written = String::from_utf8(lines.lock().unwrap().clone()).expect("UTF-8");
        assert!(written.contains("order-42/j***@***.com"), "{written}");
        assert_eq!(written.matches("j***@***.com").count(), 3, "{written}");
        assert_eq!(written.matches("example").count(), 0, "{written}");
        assert_eq!(written.lines().count(), 1, "{written}");
    }

    #[test]
    fn a_filter_names_levels_and_crates() {
        for filter in ["warn", "info", "debug", "mailer=debug,info", "off,kit=trace"] {
            assert!(filter.parse::<Targets>().is_ok(), "{filter}");
        }
        let filter: Targets = "mailer=debug,info".parse().expect("a filter");
        assert!(filter.would_enable("mailer::delivery", &Level::DEBUG));
        assert!(
            filter.would_enable("kit", &Level::INFO) && !filter.would_enable("kit", &Level::DEBUG)
        );
    }

    #[test]
    fn no_filter_lets_the_sdk_write_its_requests() {
        for target in ["aws_smithy_runtime::client::orchestrator", "hyper::proto", "mailers"] {
            assert!(!may_be_logged(target, Level::TRACE) && !may_be_logged(target, Level::DEBUG));
            assert!(may_be_logged(target, Level::INFO) && may_be_logged(target, Level::ERROR));
        }
        assert!(may_be_logged("mailer::delivery", Level::DEBUG));
    }
}
