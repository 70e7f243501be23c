//! `waybill dlq list` and `waybill dlq show`: scans, printed. Neither changes anything.

use std::collections::{BTreeMap, BTreeSet};

use kit::queue::QueueDepth;
use serde::Serialize;

use super::print;
use super::scan::{DlqScan, Entry, ScanOptions, Skipped, scan_dlq};
use super::select::{ReadOnlySelection, Selection};
use super::verdict::Verdict;
use crate::aws::{Dlq, Queue, Stack};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{ColorMode, Column, Output, Report, Style, format_time, rfc3339, table};
use crate::pii::PiiMode;

/// How many orders of a group are named.
const MAX_NAMED_ORDERS: usize = 3;

/// Flags of `dlq list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Count the messages without reading them, and so without reasons
    #[arg(long)]
    pub count_only: bool,
    #[command(flatten)]
    pub selection: ReadOnlySelection,
}

/// Flags of `dlq show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Which: intake, relay, dispatch, mail or feedback
    pub queue: String,
    /// How many messages the table holds
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// The bodies too, with names and addresses masked; a body that cannot be parsed is hidden
    #[arg(long)]
    pub body: bool,
    /// With --body: names and addresses in clear
    #[arg(long, requires = "body")]
    pub show_pii: bool,
    #[command(flatten)]
    pub selection: ReadOnlySelection,
}

/// The report of `dlq list`.
#[derive(Debug, Serialize)]
struct Listing {
    /// In the order of the flow.
    queues: Vec<Row>,
}

/// One dead-letter queue.
#[derive(Debug, Serialize)]
struct Row {
    queue: Dlq,
    #[serde(flatten)]
    depth: QueueDepth,
    /// How many messages were read; the following is about the selected ones of these.
    #[serde(rename = "looked_at")]
    scanned: usize,
    oldest_failed_at: Option<String>,
    /// How many messages have each code.
    reasons: BTreeMap<String, usize>,
    groups: Vec<Group>,
    skipped: Skipped,
    #[serde(skip)]
    oldest: Option<i64>,
}

/// The messages of one queue that failed for one reason.
#[derive(Debug, Clone, Serialize)]
struct Group {
    queue: Dlq,
    code: String,
    reason: String,
    messages: usize,
    /// The first [`MAX_NAMED_ORDERS`] of their orders.
    orders: Vec<String>,
    more_orders: usize,
    /// The most attempts that a mailer has made for one of them.
    attempts: u32,
    first_failed_at: String,
    verdicts: BTreeMap<Verdict, usize>,
    #[serde(skip)]
    oldest: i64,
}

/// Lists every dead-letter queue of the stack.
pub async fn list(
    stack: &Stack,
    args: &ListArgs,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let selection = args.selection.selection();
    let mut queues = Vec::with_capacity(Dlq::ALL.len());
    for dlq in Dlq::ALL {
        queues.push(row(stack, dlq, args.count_only, &selection, interrupt).await?);
    }
    output.print(&Listing { queues });
    Ok(ExitStatus::Healthy)
}

async fn row(
    stack: &Stack,
    dlq: Dlq,
    count_only: bool,
    selection: &Selection,
    interrupt: &Interrupt,
) -> Result<Row, CliError> {
    let options = ScanOptions::new(selection);
    let depth = stack.queue_depth(Queue::Dead(dlq)).await?;
    let scan = match count_only || depth.visible == 0 {
        true => DlqScan::empty(dlq),
        false => scan_dlq(stack, dlq, &options, interrupt).await?,
    };
    Ok(Row::new(depth, scan))
}

impl Row {
    fn new(depth: QueueDepth, scan: DlqScan) -> Self {
        let oldest = scan.entries.iter().map(|entry| entry.summary.failed_at).min();
        let mut reasons = BTreeMap::new();
        let mut groups: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
        for entry in &scan.entries {
            let summary = &entry.summary;
            *reasons.entry(summary.code.clone()).or_default() += 1;
            groups.entry((&summary.code, &summary.reason)).or_default().push(entry);
        }
        let mut groups: Vec<Group> =
            groups.into_values().filter_map(|entries| Group::new(scan.queue, &entries)).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.messages));
        Self {
            queue: scan.queue,
            depth,
            scanned: scan.scanned,
            oldest_failed_at: oldest.map(rfc3339),
            reasons,
            groups,
            skipped: scan.skipped,
            oldest,
        }
    }

    fn describe_reasons(&self) -> String {
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let reasons: Vec<String> = reasons.iter().map(|(code, n)| format!("{n} {code}")).collect();
        reasons.join(", ")
    }
}

impl Group {
    /// `entries` have the same code and reason.
    fn new(queue: Dlq, entries: &[&Entry]) -> Option<Self> {
        let summary = &entries.first()?.summary;
        let orders: BTreeSet<&String> =
            entries.iter().filter_map(|entry| entry.summary.order_id.as_ref()).collect();
        let mut verdicts = BTreeMap::new();
        for entry in entries {
            *verdicts.entry(entry.assessment.verdict).or_default() += 1;
        }
        let oldest = entries.iter().map(|entry| entry.summary.failed_at).min()?;
        Some(Self {
            queue,
            code: summary.code.clone(),
            reason: summary.reason.clone(),
            messages: entries.len(),
            orders: orders.iter().take(MAX_NAMED_ORDERS).map(|id| (*id).clone()).collect(),
            more_orders: orders.len().saturating_sub(MAX_NAMED_ORDERS),
            attempts: entries.iter().filter_map(|e| e.assessment.attempts).max().unwrap_or(0),
            first_failed_at: rfc3339(oldest),
            verdicts,
            oldest,
        })
    }

    fn describe_orders(&self) -> String {
        let named = self.orders.join(", ");
        match self.more_orders {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    }

    fn describe_verdicts(&self) -> String {
        let verdicts: Vec<String> = self.verdicts.iter().map(|(v, n)| format!("{n} {v}")).collect();
        verdicts.join(", ")
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
            Column::text("reasons", Row::describe_reasons),
        ];
        let mut text = table(colors, &columns, &self.queues);
        text.push_str(&self.groups(colors));
        text.push_str("\n`waybill dlq show QUEUE` tells more; times are in UTC.\n");
        text
    }
}

impl Listing {
    fn groups(&self, colors: ColorMode) -> String {
        let groups: Vec<Group> = self.queues.iter().flat_map(|row| row.groups.clone()).collect();
        if groups.is_empty() {
            return String::new();
        }
        let columns = [
            Column::text("queue", |group: &Group| group.queue.to_string()),
            Column::number("messages", |group: &Group| group.messages.to_string()),
            Column::text("why", |group: &Group| group.code.clone()),
            Column::text("first failure", |group: &Group| format_time(group.oldest)),
            Column::text("orders", Group::describe_orders),
            Column::number("attempts", |group: &Group| group.attempts.to_string()),
            Column::text("replay", Group::describe_verdicts),
            Column::text("reason", |group: &Group| group.reason.clone()),
        ];
        let mut text = format!("\n{}", table(colors, &columns, &groups));
        for row in &self.queues {
            let skipped = print::skipped(colors, &row.skipped);
            if !skipped.is_empty() {
                text.push_str(&format!("\n{}-dlq:\n{skipped}", row.queue));
            }
        }
        text
    }
}

/// The report of `dlq show`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown {
    scan: DlqScan,
    #[serde(skip)]
    limit: usize,
}

/// Shows the selected messages of one dead-letter queue.
pub async fn show(
    stack: &Stack,
    args: &ShowArgs,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    let selection = args.selection.selection();
    let options = ScanOptions {
        keep_bodies: if args.body { args.limit } else { 0 },
        pii: PiiMode::from_flag(args.show_pii),
        ..ScanOptions::new(&selection)
    };
    let scan = scan_dlq(stack, dlq, &options, interrupt).await?;
    output.print(&Shown { scan, limit: args.limit });
    Ok(ExitStatus::Healthy)
}

impl Report for Shown {
    fn text(&self, colors: ColorMode) -> String {
        let DlqScan { entries, counts, skipped, queue, .. } = &self.scan;
        let mut parts = vec![print::totals(&self.scan)];
        if !entries.is_empty() {
            parts.push(print::entries(colors, entries, self.limit));
            let bodies = entries.iter().filter_map(|entry| Some((entry, entry.body.as_ref()?)));
            parts.extend(bodies.map(|(entry, body)| {
                format!("{}{body:#}\n", colors.heading(&entry.summary.message_id))
            }));
            parts.push(print::counts(colors, *queue, counts));
        }
        parts.push(print::skipped(colors, skipped));
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
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

    #[test]
    fn a_dead_letter_queue_as_people_and_scripts_read_it() {
        let shown = Shown { scan: print::samples::scan(), limit: 4 };
        insta::assert_snapshot!(shown.text(ColorMode::Plain));
        insta::assert_json_snapshot!(shown);
    }
}
