//! Waiting until everything has come to rest.

use std::time::{Duration, Instant};

use aws_sdk_sqs::types::QueueAttributeName as Attribute;

use super::outcome::{EventStatus, Ledger, LedgerError, Outcome};
use super::publish::Published;
use crate::resources::Queue;
use crate::stack::Stack;

/// How often the queues are looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// How long SES's events are waited for once every mail is out. Another SES may send none.
const FEEDBACK: Duration = Duration::from_secs(2);

/// Without any change for so long, what has not come to rest is given up on. Longer than any
/// visibility timeout or grace of the stack.
const STALLED: Duration = Duration::from_secs(120);

/// Where everything came to rest.
#[derive(Debug)]
pub struct WaitResult {
    /// For each published line; `None` for those that were not accepted.
    pub statuses: Vec<Option<EventStatus>>,
    /// What did not come to rest, if anything.
    pub stalled: Option<StalledError>,
}

/// Events that did not come to rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} event(s) did not reach a terminal state: nothing has changed for {seconds} seconds. \
     Run again with --verbose to see the functions' logs.",
    seconds = STALLED.as_secs()
)]
pub struct StalledError(usize);

/// How full the queues are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Waiting {
    messages: u64,
    dead_events: u64,
}

/// Waits until each accepted event has come to an end and no message is on its way. `tick` is
/// called about ten times a second with the messages that are.
///
/// # Errors
/// [`LedgerError`] when the ledger does not answer.
pub async fn wait_until_terminal(
    stack: &Stack,
    published: &[Published],
    tick: impl Fn(u64),
) -> Result<WaitResult, LedgerError> {
    let mut last_change = Instant::now();
    let mut seen = None;
    loop {
        let waiting = waiting(stack).await;
        tick(waiting.map_or(0, |w| w.messages));
        if waiting.is_some_and(|w| w.messages == 0) {
            let ledger = Ledger::read(&stack.dynamodb).await?;
            let statuses: Vec<_> = published.iter().map(|p| ledger.status(p)).collect();
            if seen.as_ref() != Some(&statuses) {
                last_change = Instant::now();
            }
            let quiet = last_change.elapsed();
            let statuses = with_dead(statuses, waiting, quiet);
            let open = open(&statuses);
            if open == 0 && (all_settled(&statuses) || quiet > FEEDBACK) {
                return Ok(WaitResult { statuses, stalled: None });
            }
            if quiet > STALLED {
                return Ok(WaitResult { statuses, stalled: Some(StalledError(open)) });
            }
            seen = Some(statuses);
        } else {
            last_change = Instant::now();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn open(statuses: &[Option<EventStatus>]) -> usize {
    statuses.iter().flatten().filter(|s| s.outcome.is_none()).count()
}

/// Whether SES has said of each mail what became of it.
fn all_settled(statuses: &[Option<EventStatus>]) -> bool {
    statuses.iter().flatten().all(|s| s.state.as_deref() != Some("sent"))
}

/// An event that the ledger does not know while the dispatcher's dead-letter queue holds messages
/// and nothing else moves: it is one of those.
fn with_dead(
    mut statuses: Vec<Option<EventStatus>>,
    waiting: Option<Waiting>,
    quiet: Duration,
) -> Vec<Option<EventStatus>> {
    if waiting.is_some_and(|w| w.dead_events > 0) && quiet > FEEDBACK {
        for status in statuses.iter_mut().flatten().filter(|s| s.state.is_none()) {
            status.outcome = Some(Outcome::Failed);
            status.reason = Some("in the dispatcher's dead-letter queue".to_owned());
        }
    }
    statuses
}

async fn waiting(stack: &Stack) -> Option<Waiting> {
    let queues = &stack.resources.queues;
    let mut messages = 0;
    for queue in [&queues.dispatch, &queues.mail, &queues.feedback] {
        messages += depth(stack, queue).await?;
    }
    Some(Waiting { messages, dead_events: depth(stack, &queues.dispatch_dlq).await? })
}

async fn depth(stack: &Stack, queue: &Queue) -> Option<u64> {
    let wanted = [
        Attribute::ApproximateNumberOfMessages,
        Attribute::ApproximateNumberOfMessagesNotVisible,
        Attribute::ApproximateNumberOfMessagesDelayed,
    ];
    let call = stack
        .sqs
        .get_queue_attributes()
        .queue_url(&queue.url)
        .set_attribute_names(Some(wanted.to_vec()));
    let attributes = call.send().await.ok()?.attributes?;
    Some(wanted.iter().filter_map(|name| attributes.get(name)?.parse::<u64>().ok()).sum())
}
