//! Publishing, as a shop's backends do that retry until intake has answered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{TryStreamExt, stream};
use local::Stack;
use local::run::publish::{Answer, PublishError, Publisher};

use super::options::Options;
use super::progress::depths;
use super::workload;

/// Events per batch.
const BATCH_SIZE: usize = 50;

/// Batches that are published concurrently.
const BACKENDS: usize = 4;

/// Publishing pauses while more messages than these wait, so that the faults limit the run and not the
/// length of a queue.
const MAX_BACKLOG: u64 = 1000;

/// The pause between two orders after the last of the run.
const FURTHER_ORDER_EVERY: Duration = Duration::from_secs(20);

/// With more of them, a run that has stalled would not end.
const MAX_FURTHER_ORDERS: usize = 45;

/// Publishes the events until intake has answered for each. Where an answer was lost, the retry is
/// answered as a duplicate: the event is stored all the same.
///
/// # Errors
/// Intake refused a valid event, or broke its contract.
pub async fn publish(stack: &Stack, options: &Options) -> Result<(), PublishError> {
    let Options { seed, events, .. } = *options;
    let publisher = Publisher::new(stack.address);
    let published = AtomicUsize::new(0);
    stream::iter((0..events).step_by(BATCH_SIZE).map(Ok))
        .try_for_each_concurrent(BACKENDS, async |from| {
            let until = (from + BATCH_SIZE).min(events);
            let lines: Vec<String> = (from..until).map(|n| workload::event_json(seed, n)).collect();
            while depths(stack).await.is_none_or(|left| left.visible() > MAX_BACKLOG) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            publish_until_stored(&publisher, &lines).await?;
            let so_far = published.fetch_add(lines.len(), Ordering::Relaxed) + lines.len();
            (options.progress)(so_far);
            Ok(())
        })
        .await
}

/// Publishes an order now and then, for some minutes. Where SES gave no answer to the last mails of all, those that
/// are in doubt wait for it to accept another one, and in a shop that sells nothing more they wait for long.
///
/// Returns only the error of [`publish`].
pub async fn go_on_selling(stack: &Stack, seed: u64) -> PublishError {
    let publisher = Publisher::new(stack.address);
    for nth in 0..MAX_FURTHER_ORDERS {
        tokio::time::sleep(FURTHER_ORDER_EVERY).await;
        let line = workload::further_order_json(seed, nth);
        if let Err(error) = publish_until_stored(&publisher, &[line]).await {
            return error;
        }
    }
    std::future::pending().await
}

async fn publish_until_stored(publisher: &Publisher, lines: &[String]) -> Result<(), PublishError> {
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
            // Intake may have stored all of the batch, some, or nothing. Publishing again is safe.
            Err(PublishError::Unavailable { .. }) => {}
            Err(other) => return Err(other),
        }
    }
}
