//! A shop's backends that never give up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{TryStreamExt, stream};
use local::Stack;
use local::run::publish::{Answer, PublishError, Publisher};

use super::orders;
use super::rest::waiting;
use super::run::Options;

/// How many events go together.
const MAX_CONCURRENCY: usize = 50;

/// How many publish side by side.
const BACKENDS: usize = 4;

/// More messages than these that wait for a function hold the shop back, so that what is slow is
/// the fault plan and not a queue.
const BACKLOG: u64 = 1000;

/// Publishes the events until intake has answered for each. An answer that was lost makes the
/// event a duplicate the next time, which is as good.
///
/// # Errors
/// Intake refused a valid event, or answered what its contract does not know.
pub async fn publish(stack: &Stack, options: &Options) -> Result<(), PublishError> {
    let Options { seed, events, .. } = *options;
    let publisher = Publisher::new(stack.address);
    let published = AtomicUsize::new(0);
    stream::iter((0..events).step_by(MAX_CONCURRENCY).map(Ok))
        .try_for_each_concurrent(BACKENDS, async |from| {
            let until = (from + MAX_CONCURRENCY).min(events);
            let lines: Vec<String> = (from..until).map(|n| orders::line(seed, n)).collect();
            while waiting(stack).await.is_none_or(|w| w.visible > BACKLOG) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            take(&publisher, &lines).await?;
            let so_far = published.fetch_add(lines.len(), Ordering::Relaxed) + lines.len();
            (options.progress)(so_far);
            Ok(())
        })
        .await
}

async fn take(publisher: &Publisher, lines: &[String]) -> Result<(), PublishError> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    loop {
        match publisher.publish(&lines).await {
            Ok(published) => {
                let stored = |answer| matches!(answer, Answer::Accepted | Answer::Duplicate);
                return match published.iter().find(|p| !stored(p.answer)) {
                    None => Ok(()),
                    Some(_) => Err(PublishError::Result),
                };
            }
            Err(PublishError::Unavailable { .. }) => {}
            Err(other) => return Err(other),
        }
    }
}
