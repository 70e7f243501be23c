//! `waybill dlq list`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::print;
use super::scan::{DlqScan, Entry, ScanOptions, Skipped, scan_dlq};
use super::scanner::QueueDepth;
use super::select::{ReadOnlySelection, Selection};
use super::verdict::Verdict;
use crate::aws::{Dlq, Queue, Stack};
use crate::failure::{CliError, ExitStatus};
use crate::output::{ColorMode, Column, Output, Report, Style, at, rfc3339, table};
use crate::pii::Personal;
use crate::stop::Stop;

/// How many orders of a group are named.
const NAMED: usize = 3;

/// Flags of `dlq list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only count: read no message, so give no reasons
    #[arg(long)]
    pub count_only: bool,
    #[command(flatten)]
    pub selection: ReadOnlySelection,
}

/// One dead-summary queue.
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

/// Every dead-summary queue of the stack.
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
    stop: &Stop,
) -> Result<ExitStatus, CliError> {
    let selection = args.selection.selection();
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
    stop: &Stop,
) -> Result<Row, CliError> {
    let now = Timestamp::now();
    let rules = ScanOptions {
        selector: selection.compile(now)?,
        edit: None,
        keep_bodies: 0,
        personal: Personal::Masked,
        now,
        hold: selection.hold(),
    };
    let url = stack.url(Queue::Dead(dlq)).await?;
    let depth = QueueDepth::of(&stack.sqs, &url).await?;
    let scan = match count_only || depth.visible == 0 {
        true => DlqScan::empty(dlq),
        false => scan_dlq(stack, dlq, &rules, stop).await?,
    };
    Ok(Row::new(depth, scan))
}

impl Row {
    fn new(depth: QueueDepth, scan: DlqScan) -> Self {
        let oldest = scan.entries.iter().map(|entry| entry.summary.failed_at).min();
        let mut reasons = BTreeMap::new();
        for entry in &scan.entries {
            *reasons.entry(entry.summary.code.clone()).or_default() += 1;
        }
        Self {
            queue: scan.queue,
            depth,
            looked_at: scan.looked_at,
            oldest_failed_at: oldest.map(rfc3339),
            reasons,
            groups: groups(scan.queue, &scan.entries),
            skipped: scan.skipped,
            oldest,
        }
    }
}

/// The largest group first.
fn groups(queue: Dlq, entries: &[Entry]) -> Vec<Group> {
    let mut by_reason: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_reason.entry((&entry.summary.code, &entry.summary.reason)).or_default().push(entry);
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
        entries.iter().filter_map(|entry| entry.summary.order_id.as_ref()).collect();
    let mut verdicts = BTreeMap::new();
    for entry in entries {
        *verdicts.entry(entry.assessment.verdict).or_default() += 1;
    }
    let first = entries.iter().map(|entry| entry.summary.failed_at).min().unwrap_or_default();
    Group {
        queue,
        code: code.to_owned(),
        reason: reason.to_owned(),
        messages: entries.len(),
        orders: orders.iter().take(NAMED).map(|id| (*id).clone()).collect(),
        more_orders: orders.len().saturating_sub(NAMED),
        attempts: entries.iter().filter_map(|e| e.assessment.attempts).max().unwrap_or_default(),
        first_failed_at: rfc3339(first),
        verdicts,
        first,
    }
}

impl Group {
    fn order_id_ofs(&self) -> String {
        let more = match self.more_orders {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", self.orders.join(", "))
    }

    fn verdict_list(&self) -> String {
        let told: Vec<String> = self.verdicts.iter().map(|(v, n)| format!("{n} {v}")).collect();
        told.join(", ")
    }
}

impl Row {
    fn reason_list(&self) -> String {
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let told: Vec<String> = reasons.iter().map(|(code, n)| format!("{n} {code}")).collect();
        told.join(", ")
    }
}

impl Report for Listing {
    fn text(&self, paint: ColorMode) -> String {
        let columns = [
            Column::text("queue", |row: &Row| row.queue.to_string()),
            Column::number("messages", |row: &Row| row.depth.visible.to_string())
                .toned(|row| (row.depth.visible > 0).then_some(Style::Bad)),
            Column::number("in flight", |row: &Row| row.depth.in_flight.to_string()),
            Column::text("first failure", |row: &Row| row.oldest.map(at).unwrap_or_default()),
            Column::text("reasons", Row::reason_list),
        ];
        let mut text = table(paint, &columns, &self.queues);
        text.push_str(&self.by_reason(paint));
        text.push_str("\n`waybill dlq show QUEUE` tells more; times are in UTC.\n");
        text
    }
}

impl Listing {
    fn by_reason(&self, paint: ColorMode) -> String {
        let groups: Vec<Group> = self.queues.iter().flat_map(|row| row.groups.clone()).collect();
        if groups.is_empty() {
            return String::new();
        }
        let columns = [
            Column::text("queue", |group: &Group| group.queue.to_string()),
            Column::number("messages", |group: &Group| group.messages.to_string()),
            Column::text("why", |group: &Group| group.code.clone()),
            Column::text("first failure", |group: &Group| at(group.first)),
            Column::text("orders", Group::order_id_ofs),
            Column::number("attempts", |group: &Group| group.attempts.to_string()),
            Column::text("replay", Group::verdict_list),
            Column::text("reason", |group: &Group| group.reason.clone()),
        ];
        let mut text = format!("\n{}", table(paint, &columns, &groups));
        for row in &self.queues {
            let skipped = print::skipped(paint, &row.skipped);
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
                Row::new(mail, print::samples::scan()),
                empty(Dlq::Feedback),
            ],
        };
        insta::assert_snapshot!(listing.text(ColorMode::Plain));
        insta::assert_json_snapshot!(listing);
    }
}
