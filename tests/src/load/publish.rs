//! Publishing at a rate, as several backends of shops.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use kit::RateLimiter;
use local::run::publish::{Answer, Publisher};

use super::run::{LoadError, Run};
use super::stack::LoadedStack;
use crate::chaos::workload;

/// Events in one request, and requests at the same time.
const BATCH_SIZE: usize = 10;
const BACKENDS: usize = 8;

/// Without a rate, publishing pauses while more messages wait: then it goes as fast as mails leave, and not as fast as
/// intake stores events.
const MAX_BACKLOG: u64 = 1_000;

/// Publishes every event, and returns the seconds until intake had accepted the last.
pub async fn publish(stack: &LoadedStack, run: &Run) -> Result<f64, LoadError> {
    let events = run.options.events;
    let publisher = Publisher::new(stack.address);
    // What is late by up to a second is made up for, so that the rate holds over the run.
    let catch_up = Duration::from_secs(1);
    let limiter = run.options.rate.map(|rate| RateLimiter::with_catch_up(rate, catch_up));
    stream::iter((0..events).step_by(BATCH_SIZE))
        .then(async |from| {
            let until = (from + BATCH_SIZE).min(events);
            match &limiter {
                Some(limiter) => tokio::time::sleep_until(limiter.reserve(until - from)).await,
                None => {
                    while run.backlog.load(Ordering::Relaxed) > MAX_BACKLOG {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            }
            Ok::<_, LoadError>(from..until)
        })
        .try_for_each_concurrent(BACKENDS, |batch| publish_batch(&publisher, run, batch))
        .await?;
    Ok(run.started.elapsed().as_secs_f64())
}

async fn publish_batch(
    publisher: &Publisher,
    run: &Run,
    batch: Range<usize>,
) -> Result<(), LoadError> {
    let lines: Vec<String> =
        batch.clone().map(|n| workload::confirmation_json(run.options.seed, n)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let published = publisher.publish(&lines).await?;
    // A duplicate is an event whose first answer was lost.
    let is_stored = |answer| matches!(answer, Answer::Accepted | Answer::Duplicate);
    if let Some(refused) = published.iter().find(|event| !is_stored(event.answer)) {
        return Err(format!("intake did not accept an event: {:?}", refused.errors).into());
    }
    let now = Timestamp::now().as_millisecond().unsigned_abs();
    run.accepted_at[batch.clone()].iter().for_each(|at| at.store(now, Ordering::Relaxed));
    run.accepted.fetch_add(batch.len(), Ordering::Relaxed);
    Ok(())
}
