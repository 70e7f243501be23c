//! `waybill dlq list`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::letter::Letter;
use super::peek::{self, Depth, End, Peek};
use crate::aws::{Dlq, Queue, Stack};
use crate::failure::{Ending, Failure};
use crate::output::{Column, Output, Paint, Report, Tone, at, rfc3339, table};
use crate::stop::Stop;

/// Flags of `dlq list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only count: read no message, so give no reasons
    #[arg(long)]
    pub count_only: bool,
}

/// One dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which.
    pub queue: Dlq,
    /// How many messages it says it has.
    #[serde(flatten)]
    pub depth: Depth,
    /// How many were looked at.
    pub looked_at: usize,
    /// The first failure among these.
    pub oldest_failed_at: Option<String>,
    /// How many of these failed for each reason.
    pub reasons: BTreeMap<String, usize>,
    #[serde(skip)]
    oldest: Option<i64>,
}

/// Every dead-letter queue of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// In the order of the flow.
    pub queues: Vec<Row>,
}

/// Lists them.
///
/// # Errors
/// [`Failure::Service`] when SQS does not answer.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Stop,
) -> Result<Ending, Failure> {
    let mut queues = Vec::with_capacity(Dlq::ALL.len());
    for dlq in Dlq::ALL {
        queues.push(row(stack, dlq, args.count_only, stop).await?);
    }
    output.print(&Listing { queues });
    Ok(Ending::Healthy)
}

async fn row(stack: &Stack, dlq: Dlq, count_only: bool, stop: &Stop) -> Result<Row, Failure> {
    let url = stack.url(Queue::Dead(dlq)).await?;
    let depth = Depth::of(&stack.sqs, &url).await?;
    let mut row = Row {
        queue: dlq,
        depth,
        looked_at: 0,
        oldest_failed_at: None,
        reasons: BTreeMap::new(),
        oldest: None,
    };
    if !count_only && depth.visible > 0 {
        let mut peek = Peek::new(&stack.sqs, &url, peek::hold_for(depth.visible));
        let result = look(&mut peek, &mut row, stop).await;
        peek.give_back().await;
        result?;
    }
    row.oldest_failed_at = row.oldest.map(rfc3339);
    Ok(row)
}

async fn look(peek: &mut Peek<'_>, row: &mut Row, stop: &Stop) -> Result<(), Failure> {
    while peek.end() == End::NotYet {
        stop.check("Stopped while looking; nothing was changed, and every message is back.")?;
        for message in peek.next(peek::AT_ONCE).await? {
            let letter = Letter::of(row.queue, &message);
            row.looked_at += 1;
            row.oldest = Some(row.oldest.map_or(letter.failed_at, |o| o.min(letter.failed_at)));
            *row.reasons.entry(letter.code).or_default() += 1;
        }
    }
    Ok(())
}

impl Row {
    fn told_reasons(&self) -> String {
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let told: Vec<String> = reasons.iter().map(|(code, n)| format!("{n} {code}")).collect();
        told.join(", ")
    }
}

impl Report for Listing {
    fn text(&self, paint: Paint) -> String {
        let columns = [
            Column::text("queue", |row: &Row| row.queue.to_string()),
            Column::number("messages", |row: &Row| row.depth.visible.to_string())
                .toned(|row| (row.depth.visible > 0).then_some(Tone::Bad)),
            Column::number("in flight", |row: &Row| row.depth.in_flight.to_string()),
            Column::text("first failure", |row: &Row| row.oldest.map(at).unwrap_or_default()),
            Column::text("reasons", Row::told_reasons),
        ];
        let mut text = table(paint, &columns, &self.queues);
        text.push_str("\n`waybill dlq show QUEUE` tells more; times are in UTC.\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_as_people_and_scripts_read_it() {
        let row = |queue, visible: u64, reasons: &[(&str, usize)]| Row {
            queue,
            depth: Depth { visible, in_flight: 0, delayed: 0 },
            looked_at: reasons.iter().map(|(_, n)| n).sum(),
            oldest_failed_at: (visible > 0).then(|| rfc3339(1_763_900_000_000)),
            reasons: reasons.iter().map(|(code, n)| ((*code).to_owned(), *n)).collect(),
            oldest: (visible > 0).then_some(1_763_900_000_000),
        };
        let listing = Listing {
            queues: vec![
                row(Dlq::Intake, 0, &[]),
                row(Dlq::Relay, 1, &[("retry-attempts-exhausted", 1)]),
                row(Dlq::Dispatch, 0, &[]),
                row(Dlq::Mail, 3012, &[("refused", 12), ("unanswered", 3000)]),
                row(Dlq::Feedback, 0, &[]),
            ],
        };
        insta::assert_snapshot!(listing.text(Paint::Plain));
        insta::assert_json_snapshot!(listing);
    }
}
