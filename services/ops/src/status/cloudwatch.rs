//! The age of the oldest message of each queue. SQS tells it only through CloudWatch.

use std::collections::HashMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use jiff::{SignedDuration, Timestamp};

use crate::aws::{Queue, Stack};

/// The metric comes once a minute, a few minutes late.
const LOOK_BACK: SignedDuration = SignedDuration::from_mins(10);

/// Seconds, by queue; `None` where there is no CloudWatch to ask (the one-machine stack) or it may
/// not be asked.
pub async fn oldest(stack: &Stack) -> Option<HashMap<Queue, f64>> {
    let now = Timestamp::now();
    let seconds = |at: Timestamp| DateTime::from_secs(at.as_second());
    let queries = Queue::ALL.iter().enumerate().map(|(i, queue)| query(stack, i, *queue));
    let answer = stack
        .cloudwatch()
        .get_metric_data()
        .set_metric_data_queries(Some(queries.collect()))
        .start_time(seconds(now - LOOK_BACK))
        .end_time(seconds(now))
        .send()
        .await
        .ok()?;
    let ages = answer.metric_data_results().iter().filter_map(|result| {
        let queue = Queue::ALL.get(result.id()?.strip_prefix('q')?.parse::<usize>().ok()?)?;
        Some((*queue, *result.values().first()?))
    });
    Some(ages.collect())
}

fn query(stack: &Stack, i: usize, queue: Queue) -> MetricDataQuery {
    let name = format!("{}-{}", stack.name, queue.suffix());
    let metric = Metric::builder()
        .namespace("AWS/SQS")
        .metric_name("ApproximateAgeOfOldestMessage")
        .dimensions(Dimension::builder().name("QueueName").value(name).build())
        .build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Maximum").build();
    MetricDataQuery::builder().id(format!("q{i}")).metric_stat(stat).build()
}
