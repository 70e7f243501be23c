//! `waybill dlq list`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::peek::QueueDepth;
use super::select::{Looking, Selection};
use super::survey::{DlqScan, Entry, Rules, Skipped, survey};
use super::verdict::Verdict;
use super::words;
use crate::aws::{Dlq, Queue, Stack};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{ColorMode, Column, Output, Report, Style, format_time, rfc3339, table};
use crate::pii::PiiMode;

/// How many orders of a group are named.
const NAMED: usize = 3;

/// Flags of `dlq list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only count: read no message, so give no reasons
    #[arg(long)]
    pub count_only: bool,
    #[command(flatten)]
    pub looking: Looking,
}

/// One dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Which.
    pub queue: Dlq,
    /// How many messages it says it has.
    #[serde(flatten)]
    pub depth: QueueDepth,
    /// How many were looked at.
    pub looked_at: usize,
    /// The first failure among the selected ones.
    pub oldest_failed_at: Option<String>,
    /// How many of these failed for each reason.
    pub reasons: BTreeMap<String, usize>,
    /// These, by why they are here.
    pub groups: Vec<Group>,
    /// What was passed by.
    pub skipped: Skipped,
    #[serde(skip)]
    oldest: Option<i64>,
}

/// Messages of one queue that failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// In which queue.
    pub queue: Dlq,
    /// Why, as one word.
    pub code: String,
    /// Why, as a sentence.
    pub reason: String,
    /// How many messages.
    pub messages: usize,
    /// The first of their orders.
    pub orders: Vec<String>,
    /// How many orders more.
    pub more_orders: usize,
    /// The most attempts that a mailer has made for one of them.
    pub attempts: u32,
    /// The first failure.
    pub first_failed_at: String,
    /// How many of them a replay would treat how.
    pub verdicts: BTreeMap<Verdict, usize>,
    #[serde(skip)]
    first: i64,
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
/// [`CliError::Input`] for what is no filter, kind or moment; [`CliError::Service`] when a service
/// does not answer.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let selection = args.looking.meant();
    let mut queues = Vec::with_capacity(Dlq::ALL.len());
    for dlq in Dlq::ALL {
        queues.push(row(stack, dlq, args.count_only, &selection, stop).await?);
    }
    output.print(&Listing { queues });
    Ok(ExitStatus::Healthy)
}

async fn row(
    stack: &Stack,
    dlq: Dlq,
    count_only: bool,
    selection: &Selection,
    stop: &Interrupt,
) -> Result<Row, CliError> {
    let now = Timestamp::now();
    let rules = Rules {
        selector: selection.compile(now)?,
        edit: None,
        keep_bodies: 0,
        pii: PiiMode::Masked,
        now,
        hold: selection.hold(),
    };
    let url = stack.url(Queue::Dead(dlq)).await?;
    let depth = QueueDepth::of(&stack.sqs, &url).await?;
    let survey = match count_only || depth.visible == 0 {
        true => DlqScan::empty(dlq),
        false => survey(stack, dlq, &rules, stop).await?,
    };
    Ok(Row::new(depth, survey))
}

impl Row {
    fn new(depth: QueueDepth, survey: DlqScan) -> Self {
        let oldest = survey.entries.iter().map(|entry| entry.letter.failed_at).min();
        let mut reasons = BTreeMap::new();
        for entry in &survey.entries {
            *reasons.entry(entry.letter.code.clone()).or_default() += 1;
        }
        Self {
            queue: survey.queue,
            depth,
            looked_at: survey.looked_at,
            oldest_failed_at: oldest.map(rfc3339),
            reasons,
            groups: groups(survey.queue, &survey.entries),
            skipped: survey.skipped,
            oldest,
        }
    }
}

/// The largest group first.
fn groups(queue: Dlq, entries: &[Entry]) -> Vec<Group> {
    let mut by_reason: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_reason.entry((&entry.letter.code, &entry.letter.reason)).or_default().push(entry);
    }
    let mut groups: Vec<Group> = by_reason
        .into_iter()
        .map(|((code, reason), entries)| group(queue, code, reason, &entries))
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.messages));
    groups
}

fn group(queue: Dlq, code: &str, reason: &str, entries: &[&Entry]) -> Group {
    let orders: BTreeSet<&String> =
        entries.iter().filter_map(|entry| entry.letter.order_id.as_ref()).collect();
    let mut verdicts = BTreeMap::new();
    for entry in entries {
        *verdicts.entry(entry.judgement.verdict).or_default() += 1;
    }
    let first = entries.iter().map(|entry| entry.letter.failed_at).min().unwrap_or_default();
    Group {
        queue,
        code: code.to_owned(),
        reason: reason.to_owned(),
        messages: entries.len(),
        orders: orders.iter().take(NAMED).map(|id| (*id).clone()).collect(),
        more_orders: orders.len().saturating_sub(NAMED),
        attempts: entries.iter().filter_map(|e| e.judgement.attempts).max().unwrap_or_default(),
        first_failed_at: rfc3339(first),
        verdicts,
        first,
    }
}

impl Group {
    fn told_orders(&self) -> String {
        let more = match self.more_orders {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", self.orders.join(", "))
    }

    fn told_verdicts(&self) -> String {
        let told: Vec<String> = self.verdicts.iter().map(|(v, n)| format!("{n} {v}")).collect();
        told.join(", ")
    }
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
    fn text(&self, colors: ColorMode) -> String {
        let columns = [
            Column::text("queue", |row: &Row| row.queue.to_string()),
            Column::number("messages", |row: &Row| row.depth.visible.to_string())
                .styled(|row| (row.depth.visible > 0).then_some(Style::Error)),
            Column::number("in flight", |row: &Row| row.depth.in_flight.to_string()),
            Column::text("first failure", |row: &Row| {
                row.oldest.map(format_time).unwrap_or_default()
            }),
            Column::text("reasons", Row::told_reasons),
        ];
        let mut text = table(colors, &columns, &self.queues);
        text.push_str(&self.by_reason(colors));
        text.push_str("\n`waybill dlq show QUEUE` tells more; times are in UTC.\n");
        text
    }
}

impl Listing {
    fn by_reason(&self, colors: ColorMode) -> String {
        let groups: Vec<Group> = self.queues.iter().flat_map(|row| row.groups.clone()).collect();
        if groups.is_empty() {
            return String::new();
        }
        let columns = [
            Column::text("queue", |group: &Group| group.queue.to_string()),
            Column::number("messages", |group: &Group| group.messages.to_string()),
            Column::text("why", |group: &Group| group.code.clone()),
            Column::text("first failure", |group: &Group| format_time(group.first)),
            Column::text("orders", Group::told_orders),
            Column::number("attempts", |group: &Group| group.attempts.to_string()),
            Column::text("replay", Group::told_verdicts),
            Column::text("reason", |group: &Group| group.reason.clone()),
        ];
        let mut text = format!("\n{}", table(colors, &columns, &groups));
        for row in &self.queues {
            let skipped = words::skipped(colors, &row.skipped);
            if !skipped.is_empty() {
                text.push_str(&format!("\n{}-dlq:\n{skipped}", row.queue));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_as_people_and_scripts_read_it() {
        let empty = |queue| Row::new(QueueDepth::default(), DlqScan::empty(queue));
        let mail = QueueDepth { visible: 5, in_flight: 2, delayed: 0 };
        let listing = Listing {
            queues: vec![
                empty(Dlq::Intake),
                empty(Dlq::Relay),
                empty(Dlq::Dispatch),
                Row::new(mail, words::samples::survey()),
                empty(Dlq::Feedback),
            ],
        };
        insta::assert_snapshot!(listing.text(ColorMode::Plain));
        insta::assert_json_snapshot!(listing);
    }
}
