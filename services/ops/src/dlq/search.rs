//! A search through every dead-letter queue.

use futures::future;
use kit::queue::QueueDepth;
use serde::Serialize;

use super::order_match::OrderMatch;
use super::parse::{DeadLetterSummary, parse};
use super::receive::{self, QueueScanner, Received};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::CliError;
use crate::progress::RunControl;

/// A dead letter that was searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundDeadLetter {
    pub queue: Dlq,
    #[serde(flatten)]
    pub summary: DeadLetterSummary,
    /// `false`: it cannot be read, or is about other orders too.
    #[serde(rename = "certain")]
    pub is_certain: bool,
}

/// What a search found, and what it could not see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Search {
    /// The oldest failure first.
    pub dead_letters: Vec<FoundDeadLetter>,
    /// Messages in flight or delayed, which nobody can receive now.
    pub not_looked_at: u64,
}

/// The dead letters that `matches` says are, or may be, those searched for. Never consumes a message:
/// each becomes visible again at once, also when the search fails or is stopped.
pub async fn search(
    stack: &Stack,
    control: RunControl<'_>,
    matches: impl Fn(Dlq, &Received) -> OrderMatch,
) -> Result<Search, CliError> {
    let dlqs = stack.dlqs().await?;
    let depths = dlqs.iter().map(|dlq| stack.queue_depth(Queue::Dead(*dlq)));
    let depths = future::try_join_all(depths).await?;
    control.progress.set_length(depths.iter().map(|depth| depth.visible).sum());
    let matches = &matches;
    let searches = dlqs.into_iter().zip(&depths).map(|(dlq, depth)| async move {
        search_queue(stack, dlq, depth, control, &|message| matches(dlq, message)).await
    });
    // Each to its end: one that fails must not keep another from making its messages visible again.
    let found = future::join_all(searches).await;
    control.progress.finish_and_clear();
    let found = found.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut dead_letters = found.concat();
    dead_letters.sort_by_key(|dead_letter| dead_letter.summary.failed_at);
    let not_looked_at = depths.iter().map(|depth| depth.in_flight + depth.delayed).sum();
    Ok(Search { dead_letters, not_looked_at })
}

async fn search_queue(
    stack: &Stack,
    dlq: Dlq,
    depth: &QueueDepth,
    RunControl { interrupt, progress }: RunControl<'_>,
    matches: &impl Fn(&Received) -> OrderMatch,
) -> Result<Vec<FoundDeadLetter>, CliError> {
    let url = stack.url(Queue::Dead(dlq)).await?;
    let mut scanner = QueueScanner::new(&stack.sqs, &url, receive::hold_for(depth.visible));
    let result = async {
        let mut dead_letters = Vec::new();
        // Until the queue is empty: its depth is approximate, and so never trusted to be 0.
        loop {
            interrupt.check("Search stopped. Nothing was changed.")?;
            let Some(messages) = scanner.next(receive::MAX_CONCURRENCY).await? else {
                return Ok(dead_letters);
            };
            progress.inc(messages.len() as u64);
            dead_letters.extend(messages.iter().filter_map(|m| found(dlq, m, matches(m))));
        }
    }
    .await;
    scanner.release().await;
    result
}

fn found(dlq: Dlq, message: &Received, outcome: OrderMatch) -> Option<FoundDeadLetter> {
    let is_certain = match outcome {
        OrderMatch::Only => true,
        OrderMatch::Possible => false,
        OrderMatch::Other => return None,
    };
    let (summary, _) = parse(dlq, message);
    Some(FoundDeadLetter { queue: dlq, summary, is_certain })
}
