//! Waiting until nothing moves any more.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName as Attribute;
use kit::ledger::Item;
use local::Stack;
use local::resources::{LEDGER_TABLE, Queue};
use shared::ledger::State;

use super::orders::Case;
use super::sightings::Key;

/// How often the queues are looked at.
pub const PAUSE: Duration = Duration::from_millis(100);

/// Without any change for so long, what has not come to rest never will.
const STALLED: Duration = Duration::from_secs(60);

/// The notifications by their keys.
pub type Ledger = HashMap<Key, Item>;

/// How full the queues are that functions read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Messages that could be received now.
    pub visible: u64,
    /// All messages, also those that are hidden or delayed.
    pub all: u64,
}

/// The ledger did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the ledger did not answer: {0}")]
pub struct LedgerGone(String);

/// Waits until every case has come to an end and no message is left, and returns the ledger as it
/// is then; as it is when nothing has changed for a minute, if that comes first.
///
/// # Errors
/// [`LedgerGone`].
pub async fn until_rest(stack: &Stack, cases: &[Case]) -> Result<Ledger, LedgerGone> {
    let mut last = (usize::MAX, Waiting::default());
    let mut changed = Instant::now();
    loop {
        let waiting = waiting(stack).await.unwrap_or(Waiting { visible: 1, all: 1 });
        let stalled = changed.elapsed() > STALLED;
        if waiting.all == 0 || stalled {
            let ledger = read(stack).await?;
            let open = cases.iter().filter(|case| !has_ended(ledger.get(&case.key))).count();
            if open == 0 || stalled {
                return Ok(ledger);
            }
            note(&mut last, (open, waiting), &mut changed);
        } else {
            let open = last.0;
            note(&mut last, (open, waiting), &mut changed);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn note(last: &mut (usize, Waiting), now: (usize, Waiting), changed: &mut Instant) {
    if *last != now {
        *last = now;
        *changed = Instant::now();
    }
}

fn has_ended(item: Option<&Item>) -> bool {
    let state = item.and_then(Item::state);
    state.is_some_and(|state| !matches!(state, State::Planned | State::Sending))
}

/// The whole ledger.
async fn read(stack: &Stack) -> Result<Ledger, LedgerGone> {
    let scan = stack.dynamodb.scan().table_name(LEDGER_TABLE).consistent_read(true);
    let mut pages = scan.into_paginator().send();
    let mut ledger = Ledger::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| LedgerGone(DisplayErrorContext(&e).to_string()))?;
        // The sweep's watermark is no notification.
        let items = page.items.unwrap_or_default().into_iter().filter_map(|i| Item::read(i).ok());
        ledger.extend(items.map(|i| ((i.order_id.clone(), i.notification.clone()), i)));
    }
    Ok(ledger)
}

/// What waits in the three queues; `None` when SQS did not answer.
pub async fn waiting(stack: &Stack) -> Option<Waiting> {
    let queues = &stack.resources.queues;
    let mut sum = Waiting::default();
    for queue in [&queues.dispatch, &queues.mail, &queues.feedback] {
        let one = depth(stack, queue).await?;
        sum.visible += one.visible;
        sum.all += one.all;
    }
    Some(sum)
}

/// How full one queue is.
pub async fn depth(stack: &Stack, queue: &Queue) -> Option<Waiting> {
    let call = stack.sqs.get_queue_attributes().queue_url(&queue.url);
    let call = call.attribute_names(Attribute::All);
    let attributes = call.send().await.ok()?.attributes?;
    let number = |name| attributes.get(&name).and_then(|n| n.parse::<u64>().ok());
    let visible = number(Attribute::ApproximateNumberOfMessages)?;
    let hidden = number(Attribute::ApproximateNumberOfMessagesNotVisible)?;
    let delayed = number(Attribute::ApproximateNumberOfMessagesDelayed)?;
    Some(Waiting { visible, all: visible + hidden + delayed })
}
