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

/// After this time, what still waits in the dispatch queue while nothing else is left is a corrected address whose first
/// mail neither bounced nor arrived: it would wait for 15 hours. Whatever else is judged again there waits for 30 seconds.
const SETTLED: Duration = Duration::from_secs(60);

/// The ledger's notifications by key.
pub type Ledger = HashMap<Key, Item>;

/// The ledger did not answer a scan.
#[derive(Debug, thiserror::Error)]
#[error("the ledger did not answer: {0}")]
pub struct LedgerUnavailable(#[source] AwsError);

/// The messages that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depths {
    /// In the dispatch queue.
    pub dispatch: QueueDepth,
    /// In the others together.
    pub others: QueueDepth,
}

impl Depths {
    /// Those that a consumer can receive now.
    #[must_use]
    pub const fn visible(&self) -> u64 {
        self.dispatch.visible + self.others.visible
    }

    const fn total(&self) -> u64 {
        self.dispatch.total() + self.others.total()
    }

    /// Whether events wait to be judged again, and nothing else is left.
    const fn only_judging_waits(&self) -> bool {
        self.total() > 0 && self.total() == self.dispatch.delayed
    }
}

/// Waits until every case is in a terminal state and no message is left but those of corrected addresses that may wait
/// for hours, or until nothing has changed for six minutes, and returns the ledger as it is then.
///
/// # Errors
/// [`LedgerUnavailable`].
pub async fn wait_until_terminal(
    stack: &Stack,
    cases: &[Case],
) -> Result<Ledger, LedgerUnavailable> {
    let mut last = (usize::MAX, Depths::default());
    let mut changed = Instant::now();
    let mut judging = JudgingWaits::default();
    loop {
        // No answer does not mean that the queues are empty.
        let unknown = QueueDepth { visible: 1, ..QueueDepth::default() };
        let unknown = Depths { others: unknown, ..Depths::default() };
        let depths = depths(stack).await.unwrap_or(unknown);
        let unchanged = changed.elapsed();
        let is_settled = depths.total() == 0 || unchanged > STALLED || judging.has_settled(&depths);
        // A scan is slow, and pointless while messages are left.
        let mut open = last.0;
        if is_settled {
            let ledger = read_ledger(stack).await?;
            let is_open = |case: &&Case| !has_ended(case, ledger.get(&case.key));
            open = cases.iter().filter(is_open).count();
            if open == 0 || unchanged > STALLED {
                return Ok(ledger);
            }
        }
        note_change(&mut last, (open, depths), &mut changed);
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Since when the same number of events has waited to be judged again whenever nothing else was left: orders that the
/// shop goes on selling pass by meanwhile.
#[derive(Debug, Default)]
struct JudgingWaits(Option<(u64, Instant)>);

impl JudgingWaits {
    fn has_settled(&mut self, depths: &Depths) -> bool {
        if !depths.only_judging_waits() {
            return false;
        }
        let waiting = depths.dispatch.delayed;
        let same = self.0.filter(|(last, _)| *last == waiting);
        let (_, since) = self.0.insert(same.unwrap_or_else(|| (waiting, Instant::now())));
        since.elapsed() > SETTLED
    }
}

fn note_change(last: &mut (usize, Depths), now: (usize, Depths), changed: &mut Instant) {
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

/// What is in the queues; `None` when SQS did not answer.
pub async fn depths(stack: &Stack) -> Option<Depths> {
    let queues = &stack.resources.queues;
    let dispatch = queue_depth(&stack.sqs, &queues.dispatch.url).await.ok()?;
    let mut others = QueueDepth::default();
    for queue in [&queues.deliveries, &queues.inbox, &queues.mail, &queues.feedback] {
        let one = queue_depth(&stack.sqs, &queue.url).await.ok()?;
        others.visible += one.visible;
        others.in_flight += one.in_flight;
        others.delayed += one.delayed;
    }
    Some(Depths { dispatch, others })
}
