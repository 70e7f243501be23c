//! Waiting until every event has reached a terminal state.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use kit::AwsError;
use kit::ledger::Item;
use kit::queue::{QueueDepth, queue_depth};
use local::Stack;
use local::resources::LEDGER_TABLE;
use shared::ledger::State;

use super::accepted_mails::Key;
use super::workload::{Case, Expected};

/// Interval between two reads of the queues.
pub const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// After this time without any change, the remaining events will never reach a terminal state. Longer than
/// the grace period, and than the wait of any message: five minutes where SES refused for the account's sake.
const STALLED: Duration = Duration::from_secs(360);

/// The ledger's notifications by key.
pub type Ledger = HashMap<Key, Item>;

/// The ledger did not answer a scan.
#[derive(Debug, thiserror::Error)]
#[error("the ledger did not answer: {0}")]
pub struct LedgerUnavailable(#[source] AwsError);

/// Waits until every case is in a terminal state and no message is left, or until nothing has changed
/// for six minutes, and returns the ledger as it is then.
///
/// # Errors
/// [`LedgerUnavailable`].
pub async fn wait_until_terminal(
    stack: &Stack,
    cases: &[Case],
) -> Result<Ledger, LedgerUnavailable> {
    let mut last = (usize::MAX, QueueDepth::default());
    let mut changed = Instant::now();
    loop {
        // No answer does not mean that the queues are empty.
        let unknown = QueueDepth { visible: 1, ..QueueDepth::default() };
        let depth = total_depth(stack).await.unwrap_or(unknown);
        let stalled = changed.elapsed() > STALLED;
        // A scan is slow, and pointless while messages are left.
        if depth.total() == 0 || stalled {
            let ledger = read_ledger(stack).await?;
            let open = cases.iter().filter(|case| !has_ended(case, ledger.get(&case.key))).count();
            if open == 0 || stalled {
                return Ok(ledger);
            }
            note_change(&mut last, (open, depth), &mut changed);
        } else {
            let open = last.0;
            note_change(&mut last, (open, depth), &mut changed);
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

fn note_change(last: &mut (usize, QueueDepth), now: (usize, QueueDepth), changed: &mut Instant) {
    if *last != now {
        *last = now;
        *changed = Instant::now();
    }
}

fn has_ended(case: &Case, item: Option<&Item>) -> bool {
    if item.is_none() && case.expected == Expected::MailIfBounced {
        return true;
    }
    let state = item.and_then(Item::state);
    state.is_some_and(|state| !matches!(state, State::Planned | State::Sending))
}

/// Scans the whole ledger.
async fn read_ledger(stack: &Stack) -> Result<Ledger, LedgerUnavailable> {
    let scan = stack.dynamodb.scan().table_name(LEDGER_TABLE).consistent_read(true);
    let mut pages = scan.into_paginator().send();
    let mut ledger = Ledger::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| LedgerUnavailable(error.into()))?;
        // The sweep's watermark is in the same table, and no notification.
        let items = page.items.unwrap_or_default().into_iter().filter_map(|i| Item::read(i).ok());
        ledger.extend(items.map(|i| ((i.order_key.clone(), i.notification.clone()), i)));
    }
    Ok(ledger)
}

/// The depth of the queues together; `None` when SQS did not answer.
pub async fn total_depth(stack: &Stack) -> Option<QueueDepth> {
    let queues = &stack.resources.queues;
    let mut sum = QueueDepth::default();
    for queue in [&queues.inbox, &queues.dispatch, &queues.mail, &queues.feedback] {
        let one = queue_depth(&stack.sqs, &queue.url).await.ok()?;
        sum.visible += one.visible;
        sum.in_flight += one.in_flight;
        sum.delayed += one.delayed;
    }
    Some(sum)
}
