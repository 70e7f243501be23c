//! `waybill status`: whether anything needs attention.

mod findings;
mod hours;
mod last_day;
mod report;
mod reputation;

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use futures::future;
use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use crate::aws::{Queue, Stack, describe_error};
use crate::error::{CliError, ExitStatus};
use crate::send_gate;
pub use hours::Hours;
pub use last_day::LastDay;
pub use report::{QueueRow, Ses, Status};
use reputation::Reputation;

use crate::swept::SweepProgress;

/// The metric arrives once a minute, a few minutes late.
const METRIC_WINDOW: SignedDuration = SignedDuration::from_mins(10);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Count at most this many events of the last 24 hours, the latest first
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub most: usize,
}

/// How long a service may take. A report that comes late, or not at all, tells least when it is needed most.
pub const LIMIT: Duration = Duration::from_secs(10);

/// The last day is read in many calls.
const LAST_DAY_LIMIT: Duration = Duration::from_secs(30);

/// Reads everything at the same time. A part whose service fails or does not answer is a finding, and the others are
/// reported.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Status, ExitStatus), CliError> {
    let (queues, ages, sweep, ledger, ses, gate, account_rates) = futures::join!(
        within(LIMIT, queues(stack)),
        timeout(LIMIT, oldest_messages(stack)),
        within(LIMIT, SweepProgress::read(stack)),
        within(LAST_DAY_LIMIT, last_day::last_day(stack, args.most)),
        within(LIMIT, ses(stack)),
        within(LIMIT, send_gate::read(stack)),
        timeout(LIMIT, reputation::account_rates(stack))
    );
    let cloudwatch_is_silent = ages.is_err() || account_rates.is_err();
    let ages = ages.unwrap_or_default();
    let with_age =
        |row: QueueRow| QueueRow { oldest_seconds: ages.get(&row.queue).copied(), ..row };
    let day = ledger.clone().unwrap_or_default();
    let mut status = Status {
        stack: stack.name.clone(),
        names: stack.names(),
        queues: queues.map(|rows| rows.into_iter().map(with_age).collect()),
        sweep,
        reputation: Reputation::new(stack, &day, account_rates.unwrap_or_default()),
        ledger,
        ses,
        send_lines: gate.as_ref().map(|gate| gate.lines.clone()).unwrap_or_default(),
        sending_paused: gate.map(|gate| gate.closed),
        cloudwatch_is_silent,
        attention: Vec::new(),
    };
    status.attention = findings::findings(&status);
    let exit = ExitStatus::attention_if(!status.attention.is_empty());
    Ok((status, exit))
}

/// A part of the report, or why there is none.
async fn within<T, E: Display>(
    limit: Duration,
    part: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(limit, part).await {
        Ok(read) => read.map_err(|error| error.to_string().trim_end_matches('.').to_owned()),
        Err(_elapsed) => Err(format!("no answer within {} seconds", limit.as_secs())),
    }
}

async fn queues(stack: &Stack) -> Result<Vec<QueueRow>, CliError> {
    let rows = stack.queues().await?.into_iter().map(async |queue| {
        let depth = stack.queue_depth(queue).await?;
        Ok(QueueRow { queue, depth, oldest_seconds: None })
    });
    future::try_join_all(rows).await
}

/// The age of each queue's oldest message, in seconds. Only CloudWatch knows it; empty where there is
/// none (the one-machine stack) or the caller may not ask it.
async fn oldest_messages(stack: &Stack) -> HashMap<Queue, f64> {
    let now = Timestamp::now();
    let seconds = |at: Timestamp| DateTime::from_secs(at.as_second());
    // One call for all queues, so that CloudWatch is waited for once.
    let queries = Queue::ALL.iter().enumerate().map(|(i, queue)| age_query(stack, i, *queue));
    let answer = stack
        .cloudwatch()
        .get_metric_data()
        .set_metric_data_queries(Some(queries.collect()))
        .start_time(seconds(now - METRIC_WINDOW))
        .end_time(seconds(now))
        .send()
        .await;
    // Not an error: the report says that the ages are unknown.
    let Ok(answer) = answer else { return HashMap::new() };
    let ages = answer.metric_data_results().iter().filter_map(|result| {
        let queue = Queue::ALL.get(result.id()?.strip_prefix('q')?.parse::<usize>().ok()?)?;
        Some((*queue, *result.values().first()?))
    });
    ages.collect()
}

/// The query's id is `q` and the queue's index: an id may not hold a hyphen, as the names do.
fn age_query(stack: &Stack, i: usize, queue: Queue) -> MetricDataQuery {
    let name = format!("{}-{}", stack.name, queue.suffix());
    let metric = Metric::builder()
        .namespace("AWS/SQS")
        .metric_name("ApproximateAgeOfOldestMessage")
        .dimensions(Dimension::builder().name("QueueName").value(name).build())
        .build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Maximum").build();
    MetricDataQuery::builder().id(format!("q{i}")).metric_stat(stat).build()
}

async fn ses(stack: &Stack) -> Result<Ses, String> {
    // The account is the region's: other stacks in it use up the same quota.
    let account = stack.ses().get_account().send().await.map_err(|error| describe_error(&error))?;
    let quota = account.send_quota;
    Ok(Ses {
        sending_enabled: account.sending_enabled,
        production_access: account.production_access_enabled,
        enforcement: account.enforcement_status.unwrap_or_default(),
        send_rate: quota.as_ref().map(|q| q.max_send_rate).unwrap_or_default(),
        daily_quota: quota.as_ref().map(|q| q.max24_hour_send).unwrap_or_default(),
        sent_last_24_hours: quota.as_ref().map(|q| q.sent_last24_hours).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_does_not_answer_or_fails_says_so_and_is_not_waited_for() {
        let silent = future::pending::<Result<(), CliError>>();
        let why = within(Duration::ZERO, silent).await.unwrap_err();
        assert_eq!(why, "no answer within 0 seconds");
        let failed = future::ready(Err::<(), _>(CliError::service("Can't read the ledger.")));
        assert_eq!(within(LIMIT, failed).await.unwrap_err(), "Can't read the ledger");
    }
}
