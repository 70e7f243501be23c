//! `waybill dlq list` and `waybill dlq show`: scans, printed. Neither changes anything.

use std::collections::BTreeMap;
use std::fmt::Display;

use kit::queue::QueueDepth;
use serde::Serialize;

use super::group::Group;
use super::print;
use super::scan::{DlqScan, Entry, ScanOptions, Skipped, scan_dlq};
use super::select::ReadOnlySelection;
use crate::aws::{Dlq, Queue, Stack};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{
    ColorMode, Column, Output, Report, Style, counted, format_time, number, readable_time, rfc3339,
    table,
};
use crate::pii::PiiMode;
use crate::progress::{self, RunControl};

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Count the messages without reading them, and so without reasons and without a selection
    #[arg(long)]
    pub count_only: bool,
    #[command(flatten)]
    pub selection: ReadOnlySelection,
}

#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Which: deliveries, inbox, dispatch, mail, feedback, publisher or mail-hook
    pub queue: String,
    /// How many messages the table holds
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// The bodies too, with names and addresses masked, of the inbox the event as it was published, of deliveries what the
    /// shop's system sent; a body that is not JSON is hidden
    #[arg(long)]
    pub body: bool,
    /// With --body: names and addresses in clear
    #[arg(long, requires = "body")]
    pub show_pii: bool,
    #[command(flatten)]
    pub selection: ReadOnlySelection,
}

/// What is in each dead-letter queue.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// In the order of the flow.
    pub queues: Vec<Row>,
    /// Whether flags select some of the messages.
    #[serde(skip)]
    is_selection: bool,
}

/// One dead-letter queue.
#[derive(Debug, Serialize)]
pub struct Row {
    pub queue: Dlq,
    #[serde(flatten)]
    pub depth: QueueDepth,
    /// How many messages were read; the following is about the selected ones of these.
    #[serde(rename = "looked_at")]
    pub scanned: usize,
    /// How many of these are selected.
    matched: usize,
    oldest_failed_at: Option<String>,
    /// When SQS deletes the first of these. What SQS moved itself is kept for less than the queue's retention:
    /// it counts from when the message was sent to its first queue
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html>).
    pub kept_until: Option<String>,
    /// How many messages have each code.
    reasons: BTreeMap<String, usize>,
    /// The largest first.
    pub groups: Vec<Group>,
    pub skipped: Skipped,
}

pub async fn list(
    stack: &Stack,
    args: &ListArgs,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let progress = progress::scanning();
    let control = RunControl { interrupt, progress: &progress };
    output.print(&listing(stack, args, control).await?);
    Ok(ExitStatus::Healthy)
}

/// Looks into every dead-letter queue. Changes nothing.
///
/// # Errors
/// [`CliError::Input`] where only counts are wanted of a selection, [`CliError::Service`] when a service does not answer.
pub async fn listing(
    stack: &Stack,
    args: &ListArgs,
    control: RunControl<'_>,
) -> Result<Listing, CliError> {
    let selection = args.selection.selection();
    let is_selection = selection.is_given() || stack.shop.is_some();
    if args.count_only && is_selection {
        return Err(CliError::input(
            "--count-only reads no message, so it can't select any: leave it out, or the flags that \
             select messages.",
        ));
    }
    let options = ScanOptions::new(&selection);
    let mut queues = Vec::new();
    for dlq in stack.dlqs().await? {
        let depth = stack.queue_depth(Queue::Dead(dlq)).await?;
        // An approximate 0 is good enough for a listing; a scan of an empty queue waits a second.
        let scan = match args.count_only || depth.visible == 0 {
            true => DlqScan::empty(dlq),
            false => scan_dlq(stack, dlq, &options, control).await?,
        };
        queues.push(Row::read(stack, depth, &scan).await?);
    }
    Ok(Listing { queues, is_selection })
}

impl Row {
    /// The row of a scanned queue. Asks SQS how long it keeps messages, where there are any.
    pub async fn read(stack: &Stack, depth: QueueDepth, scan: &DlqScan) -> Result<Self, CliError> {
        let retention = match scan.entries.is_empty() {
            true => 0,
            false => stack.retention_ms(Queue::Dead(scan.queue)).await?,
        };
        Ok(Self::new(depth, scan, retention))
    }

    /// `retention` is the queue's, in milliseconds.
    fn new(depth: QueueDepth, scan: &DlqScan, retention: i64) -> Self {
        let first_queued = scan.entries.iter().map(|entry| entry.summary.queued_at).min();
        let mut by_reason: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
        for entry in &scan.entries {
            let summary = &entry.summary;
            by_reason.entry((&summary.code, &summary.reason)).or_default().push(entry);
        }
        let group = |entries: Vec<&Entry>| Group::new(scan.queue, &entries);
        let mut groups: Vec<Group> = by_reason.into_values().filter_map(group).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.messages));
        let mut reasons = BTreeMap::new();
        for group in &groups {
            *reasons.entry(group.code.clone()).or_default() += group.messages;
        }
        Self {
            queue: scan.queue,
            depth,
            scanned: scan.scanned,
            matched: scan.entries.len(),
            // A scan has the oldest failure first.
            kept_until: first_queued.map(|at| rfc3339(at + retention)),
            oldest_failed_at: scan.entries.first().map(|entry| rfc3339(entry.summary.failed_at)),
            reasons,
            groups,
            skipped: scan.skipped.clone(),
        }
    }

    fn first_failure(&self) -> String {
        let oldest = self.groups.iter().map(|group| group.first_failed_at).min();
        oldest.map(format_time).unwrap_or_default()
    }

    fn shown_kept_until(&self) -> String {
        self.kept_until.as_deref().map(readable_time).unwrap_or_default()
    }

    fn describe_reasons(&self) -> String {
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        describe_counts(reasons)
    }
}

/// `3 refused, 1 unreadable`.
pub fn describe_counts<'a, K: Display + 'a>(
    counts: impl IntoIterator<Item = (&'a K, &'a usize)>,
) -> String {
    let counts: Vec<String> =
        counts.into_iter().map(|(what, n)| format!("{} {what}", number(*n))).collect();
    counts.join(", ")
}

impl Report for Listing {
    fn text(&self, colors: ColorMode) -> String {
        let mut columns = vec![
            Column::text("queue", |row: &Row| row.queue.to_string()),
            Column::number("messages", |row: &Row| number(row.depth.visible))
                .styled(|row| (row.depth.visible > 0).then_some(Style::Error)),
            Column::number("in flight", |row: &Row| number(row.depth.in_flight)),
            Column::text("first failure", Row::first_failure),
            Column::text("kept until", Row::shown_kept_until),
            Column::text("reasons", Row::describe_reasons),
        ];
        if self.is_selection {
            columns[1] = Column::number("matching", |row: &Row| number(row.matched))
                .styled(|row| (row.matched > 0).then_some(Style::Error));
            columns.insert(2, Column::number("of", |row: &Row| number(row.scanned)));
        }
        let mut text = table(colors, &columns, &self.queues);
        if self.is_selection {
            text.push_str(&format!("\n{}\n", self.describe_matches()));
        }
        text.push_str(&self.groups(colors));
        text.push_str(&self.skipped(colors));
        text.push_str("\n`waybill dlq show QUEUE` tells more.\n");
        text
    }
}

impl Listing {
    fn describe_matches(&self) -> String {
        let matched: usize = self.queues.iter().map(|row| row.matched).sum();
        let scanned: usize = self.queues.iter().map(|row| row.scanned).sum();
        let verb = if matched == 1 { "matches" } else { "match" };
        match matched {
            0 => format!("No dead letter matches. {} looked at.", number(scanned)),
            _ => format!("{} of {} {verb}.", number(matched), counted(scanned, "dead letter")),
        }
    }

    fn groups(&self, colors: ColorMode) -> String {
        let groups: Vec<&Group> = self.queues.iter().flat_map(|row| &row.groups).collect();
        if groups.is_empty() {
            return String::new();
        }
        let columns = [
            Column::text("queue", |group: &&Group| group.queue.to_string()),
            Column::number("messages", |group| number(group.messages)),
            Column::text("why", |group| group.code.clone()),
            Column::text("first failure", |group| format_time(group.first_failed_at)),
            Column::text("orders", |group| group.describe_orders()),
            Column::number("attempts", |group| group.attempts.to_string()),
            Column::text("replay", |group| describe_counts(&group.verdicts)),
            Column::text("reason", |group| group.reason.clone()),
        ];
        format!("\n{}", table(colors, &columns, &groups))
    }

    /// What was not looked at, or not selected because the filter fails on it.
    fn skipped(&self, colors: ColorMode) -> String {
        let mut text = String::new();
        for row in &self.queues {
            let skipped = print::skipped(colors, &row.skipped);
            if !skipped.is_empty() {
                text.push_str(&format!("\n{}-dlq:\n{skipped}", row.queue));
            }
        }
        text
    }
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown {
    scan: DlqScan,
    #[serde(skip)]
    limit: usize,
}

pub async fn show(
    stack: &Stack,
    args: &ShowArgs,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let progress = progress::scanning();
    let scan = shown(stack, args, RunControl { interrupt, progress: &progress }).await?;
    output.print(&Shown { scan, limit: args.limit });
    Ok(ExitStatus::Healthy)
}

/// Looks at the messages of one dead-letter queue. Changes nothing.
async fn shown(
    stack: &Stack,
    args: &ShowArgs,
    control: RunControl<'_>,
) -> Result<DlqScan, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    let selection = args.selection.selection();
    let options = ScanOptions {
        keep_bodies: if args.body { args.limit } else { 0 },
        pii: PiiMode::from_flag(args.show_pii),
        ..ScanOptions::new(&selection)
    };
    scan_dlq(stack, dlq, &options, control).await
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
            parts.push(print::counts(colors, counts, |verdict| {
                print::replay_effect(verdict, *queue)
            }));
        }
        parts.push(print::skipped(colors, skipped));
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_WEEKS: i64 = 14 * 24 * 60 * 60 * 1000;

    #[test]
    fn a_dead_letter_is_kept_from_when_it_was_first_queued_and_not_from_when_it_failed() {
        let mut scan = print::samples::scan();
        let (queued_at, failed_at) = (1_763_000_000_000, 1_763_900_000_000);
        for entry in &mut scan.entries {
            entry.summary.failed_at = failed_at;
            entry.summary.queued_at = failed_at;
        }
        scan.entries[0].summary.queued_at = queued_at;
        let row = Row::new(QueueDepth::default(), &scan, TWO_WEEKS);
        assert_eq!(row.kept_until, Some(rfc3339(queued_at + TWO_WEEKS)));
        let nothing = Row::new(QueueDepth::default(), &DlqScan::empty(Dlq::Mail), TWO_WEEKS);
        assert_eq!(nothing.kept_until, None);
    }

    #[test]
    fn the_list_as_people_and_scripts_read_it() {
        let empty = |queue| Row::new(QueueDepth::default(), &DlqScan::empty(queue), 0);
        let mail = QueueDepth { visible: 5, in_flight: 2, delayed: 0 };
        let listing = Listing {
            queues: vec![
                empty(Dlq::Inbox),
                empty(Dlq::Dispatch),
                Row::new(mail, &print::samples::scan(), TWO_WEEKS),
                empty(Dlq::Feedback),
            ],
            is_selection: false,
        };
        insta::assert_snapshot!(listing.text(ColorMode::Plain));
        insta::assert_snapshot!("the_list_at_80_columns", listing.text(ColorMode::at_width(80)));
        insta::assert_json_snapshot!(listing);
    }

    #[test]
    fn a_list_of_selected_messages_says_how_many_of_how_many_match() {
        let depth = QueueDepth { visible: 7, in_flight: 0, delayed: 0 };
        let none = DlqScan { scanned: 7, ..DlqScan::empty(Dlq::Mail) };
        let listing = |scan: DlqScan| Listing {
            queues: vec![Row::new(depth, &scan, TWO_WEEKS)],
            is_selection: true,
        };
        let (some, none) = (listing(print::samples::scan()), listing(none));
        insta::assert_snapshot!(some.text(ColorMode::Plain));
        insta::assert_snapshot!("a_list_without_a_match", none.text(ColorMode::Plain));
    }

    #[test]
    fn a_dead_letter_queue_as_people_and_scripts_read_it() {
        let shown = Shown { scan: print::samples::scan(), limit: 4 };
        insta::assert_snapshot!(shown.text(ColorMode::Plain));
        insta::assert_snapshot!(
            "a_dead_letter_queue_at_80_columns",
            shown.text(ColorMode::at_width(80))
        );
        insta::assert_json_snapshot!(shown);
    }
}
