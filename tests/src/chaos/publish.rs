//! A shop's backend that never gives up.

use std::time::Duration;

use local::Stack;
use local::run::publish::{Answer, Batch, PublishError, Publisher};

use super::orders;
use super::rest::waiting;

/// How many events go together.
const AT_ONCE: usize = 50;

/// More messages than these that wait for a function hold the shop back, so that what is slow is
/// the fault plan and not a queue.
const BACKLOG: u64 = 300;

/// Publishes the events until intake has answered for each. An answer that was lost makes the
/// event a duplicate the next time, which is as good.
///
/// # Errors
/// Intake refused a valid event, or answered what its contract does not know.
pub async fn publish(stack: &Stack, seed: u64, events: usize) -> Result<(), PublishError> {
    let publisher = Publisher::new(stack.address);
    let mut n = 0;
    while n < events {
        let until = (n + AT_ONCE).min(events);
        let lines: Vec<String> = (n..until).map(|n| orders::line(seed, n)).collect();
        take(&publisher, &lines).await?;
        n = until;
        while waiting(stack).await.is_none_or(|w| w.visible > BACKLOG) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(())
}

async fn take(publisher: &Publisher, lines: &[String]) -> Result<(), PublishError> {
    loop {
        match publisher.publish(&Batch::Many(lines.iter().collect())).await {
            Ok(published) => {
                let stored = |answer| matches!(answer, Answer::Accepted | Answer::Duplicate);
                return match published.iter().find(|p| !stored(p.answer)) {
                    None => Ok(()),
                    Some(_) => Err(PublishError::Body),
                };
            }
            Err(PublishError::NoAnswer(_)) => {}
            Err(other) => return Err(other),
        }
    }
}
