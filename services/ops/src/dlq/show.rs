//! `waybill dlq show`.

use jiff::Timestamp;
use serde::Serialize;

use super::print;
use super::scan::{DlqScan, ScanOptions, scan_dlq};
use super::select::ReadOnlySelection;
use crate::aws::Stack;
use crate::failure::{CliError, ExitStatus};
use crate::output::{ColorMode, Output, Report};
use crate::pii::Personal;
use crate::stop::Stop;

/// Flags of `dlq show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which: intake, relay, dispatch, mail or feedback
    pub queue: String,
    /// How many messages the table holds
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// The bodies too, with names and addresses masked, and hidden whole where they cannot be read
    #[arg(long)]
    pub body: bool,
    /// With --body: names and addresses in clear
    #[arg(long, requires = "body")]
    pub show_pii: bool,
    #[command(flatten)]
    pub selection: ReadOnlySelection,
}

/// The messages of a dead-summary queue.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Shown {
    scan: DlqScan,
    #[serde(skip)]
    limit: usize,
}

/// Shows the selected messages.
///
/// # Errors
/// [`CliError::Input`] for what is no dead-summary queue, filter, kind or moment.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Stop,
) -> Result<ExitStatus, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    let now = Timestamp::now();
    let selection = args.selection.selection();
    let rules = ScanOptions {
        selector: selection.compile(now)?,
        edit: None,
        keep_bodies: if args.body { args.limit } else { 0 },
        personal: Personal::shown_if(args.show_pii),
        now,
        hold: selection.hold(),
    };
    let scan = scan_dlq(stack, dlq, &rules, stop).await?;
    output.print(&Shown { scan, limit: args.limit });
    Ok(ExitStatus::Healthy)
}

impl Report for Shown {
    fn text(&self, paint: ColorMode) -> String {
        let scan = &self.scan;
        let mut text = print::scanned_line(scan);
        if !scan.entries.is_empty() {
            text.push('\n');
            text.push_str(&print::entries(paint, &scan.entries, self.limit));
        }
        for entry in &scan.entries {
            if let Some(body) = &entry.body {
                text.push('\n');
                text.push_str(&paint.heading(&entry.summary.message_id));
                text.push_str(&format!("{body:#}\n"));
            }
        }
        if !scan.counts.is_empty() {
            text.push('\n');
            text.push_str(&print::counts(paint, scan.queue, &scan.counts));
        }
        let skipped = print::skipped(paint, &scan.skipped);
        if !skipped.is_empty() {
            text.push('\n');
            text.push_str(&skipped);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_queue_as_people_and_scripts_read_it() {
        let shown = Shown { scan: print::samples::scan(), limit: 4 };
        insta::assert_snapshot!(shown.text(ColorMode::Plain));
        insta::assert_json_snapshot!(shown);
    }
}
