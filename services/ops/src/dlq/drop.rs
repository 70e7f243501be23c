//! `waybill dlq drop`: deletes messages for good, after writing them to a file.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::print;
use super::receive::{MAX_CONCURRENCY, QueueScanner, Received, hold_for};
use super::scan::{DlqScan, ScanOptions, scan_dlq};
use super::select::Selection;
use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{ColorMode, Format, Output, Report, counted, is_or_are, note};
use crate::progress::{self, RunControl};

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Which: deliveries, inbox, dispatch, mail, feedback, publisher or mail-hook
    pub queue: String,
    /// Written --yes-delete-N with the exact number of selected messages. Without it the command
    /// only says how many there are
    #[arg(long, value_name = "N", require_equals = true)]
    pub yes_delete: Option<usize>,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    /// Where the messages are written to before they are deleted (default: a new file here)
    #[arg(long, value_name = "FILE")]
    pub save_to: Option<PathBuf>,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub operator: Operator,
}

/// What is or was to be deleted.
#[derive(Debug, Serialize)]
pub struct Dropped {
    #[serde(flatten)]
    pub scan: DlqScan,
    #[serde(flatten)]
    pub outcome: DropOutcome,
    pub saved_to: Option<PathBuf>,
}

#[derive(Debug, Default, Serialize)]
pub struct DropOutcome {
    pub deleted: usize,
    /// Not confirmed as deleted.
    pub not_deleted: usize,
    /// Selected, but not seen again.
    pub not_seen: usize,
}

/// Drops the selected messages.
///
/// # Errors
/// [`CliError::Input`] when the number is missing or is not exactly the number of selected messages:
/// then nothing is deleted.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let scanning = progress::scanning();
    let control = RunControl { interrupt, progress: &scanning };
    let mut dropped = select(stack, args, control).await?;
    // Nothing is no number to confirm, unless the operator expected more.
    if dropped.scan.entries.is_empty() && args.yes_delete.is_none_or(|expected| expected == 0) {
        output.print(&dropped);
        return Ok(ExitStatus::Healthy);
    }
    check_number(&dropped, args).inspect_err(|_| {
        if output.format == Format::Table {
            output.write(&dropped.plan(output.colors));
        }
    })?;
    let moving = progress::moving(dropped.scan.entries.len());
    let control = RunControl { interrupt, progress: &moving };
    let result = drop_audited(stack, args, control, &mut dropped).await;
    // What was deleted, and where it is kept, is printed however it ended.
    output.print(&dropped);
    let outcome = &dropped.outcome;
    let status = ExitStatus::attention_if(outcome.not_seen > 0 || outcome.not_deleted > 0);
    result.map(|()| status)
}

/// The selected messages, of which none is deleted yet.
pub async fn select(
    stack: &Stack,
    args: &Args,
    control: RunControl<'_>,
) -> Result<Dropped, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    if args.yes_delete.is_some() {
        stack.check_source(dlq).await?;
    }
    let scan = scan_dlq(stack, dlq, &ScanOptions::new(&args.selection), control).await?;
    Ok(Dropped { scan, outcome: DropOutcome::default(), saved_to: None })
}

/// Checks that the number is that of the selected messages: it shows that the operator has read what is selected now, not
/// a list of yesterday.
///
/// # Errors
/// [`CliError::Input`], with the number that it should be.
fn check_number(dropped: &Dropped, args: &Args) -> Result<(), CliError> {
    let count = dropped.scan.entries.len();
    if args.yes_delete == Some(count) {
        return Ok(());
    }
    Err(wrong_count(dropped.scan.queue, args.yes_delete, count))
}

fn wrong_count(dlq: Dlq, given: Option<usize>, count: usize) -> CliError {
    let wrong = match given {
        None => String::new(),
        Some(given) => format!(" --yes-delete-{given} is not that number."),
    };
    if count == 0 {
        return CliError::input(format!(
            "Nothing was deleted. No message of {dlq}-dlq is selected.{wrong}"
        ));
    }
    CliError::input(format!(
        "Nothing was deleted. {} of {dlq}-dlq {} selected.{wrong} To delete for good what is \
         selected, add --yes-delete-{count}.",
        counted(count, "message"),
        is_or_are(count)
    ))
}

/// Deletes the selected messages, once they are in a file, between the two halves of an audit item. What was deleted is in
/// `dropped`, also when this fails.
pub async fn drop_audited(
    stack: &Stack,
    args: &Args,
    control: RunControl<'_>,
    dropped: &mut Dropped,
) -> Result<(), CliError> {
    let dlq = dropped.scan.queue;
    let url = stack.url(Queue::Dead(dlq)).await?;
    let path = args.save_to.clone().unwrap_or_else(|| default_file(dlq));
    // Whole, so that it is found from another folder too.
    let path = std::path::absolute(&path).unwrap_or(path);
    // Before the audit item: without a file nothing is deleted, so there is nothing to record.
    let mut file = new_file(&path)?;
    let intent = Intent {
        action: format!("dlq drop {dlq}"),
        reason: args.reason.as_deref(),
        plan: json!({
            "counts": dropped.scan.counts,
            "to_delete": dropped.scan.entries.len(),
            "saved_to": path,
        }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    note(&format!("What is deleted is written to {} first.", path.display()));
    dropped.saved_to = Some(path);
    let hold = args.selection.hold.unwrap_or_else(|| hold_for(dropped.scan.scanned as u64));
    let mut scanner = QueueScanner::new(&stack.sqs, &url, hold);
    let result = delete_selected(&mut scanner, control, dropped, &mut file).await;
    control.progress.finish_and_clear();
    scanner.release().await;
    audit.complete(result, &json!(dropped.outcome)).await
}

async fn delete_selected(
    scanner: &mut QueueScanner<'_>,
    RunControl { interrupt, progress }: RunControl<'_>,
    dropped: &mut Dropped,
    file: &mut File,
) -> Result<(), CliError> {
    // By id: what arrived since the count is not deleted.
    let mut remaining: HashSet<String> =
        dropped.scan.entries.iter().map(|e| e.summary.message_id.clone()).collect();
    let outcome = &mut dropped.outcome;
    outcome.not_seen = remaining.len();
    while !remaining.is_empty() {
        interrupt.check("Stopped. What was not deleted is in the dead-letter queue as before.")?;
        let Some(received) = scanner.next(MAX_CONCURRENCY).await? else { break };
        let selected: Vec<Received> =
            received.into_iter().filter(|message| remaining.remove(&message.id)).collect();
        outcome.not_seen = remaining.len();
        // On disk before it is deleted: a crash in between keeps it in both places.
        save(file, &selected)?;
        let confirmed = scanner.delete(&selected).await;
        outcome.deleted += confirmed;
        outcome.not_deleted += selected.len() - confirmed;
        progress.set_position(outcome.deleted as u64);
    }
    Ok(())
}

fn default_file(dlq: Dlq) -> PathBuf {
    let now = Timestamp::now();
    PathBuf::from(format!("waybill-dropped-{dlq}-{}.jsonl", now.strftime("%Y%m%dT%H%M%S.%3fZ")))
}

/// A new file that only this user may read: the messages hold names and addresses.
fn new_file(path: &Path) -> Result<File, CliError> {
    let mut options = OpenOptions::new();
    // An earlier drop's file is all that is left of its messages.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        CliError::input(format!(
            "Nothing was deleted: {} can't be made to keep the messages in: {error}. Name \
             another file with --save-to.",
            path.display()
        ))
        .caused_by(error)
    })
}

/// Writes the messages and waits until the disk has them.
fn save(file: &mut File, messages: &[Received]) -> Result<(), CliError> {
    let lines: String = messages.iter().map(Received::to_line).collect();
    file.write_all(lines.as_bytes()).and_then(|()| file.sync_data()).map_err(|error| {
        let message = format!("The messages can't be saved, so no more are deleted: {error}.");
        CliError::service(message).caused_by(error)
    })
}

impl Dropped {
    /// What became of the selected messages.
    pub fn sentences(&self) -> Vec<String> {
        let DropOutcome { deleted, not_deleted, not_seen } = self.outcome;
        let kept = match &self.saved_to {
            Some(path) => format!(", and kept in {}", path.display()),
            None => String::new(),
        };
        let mut sentences = vec![format!("{} deleted{kept}.", counted(deleted, "message"))];
        for (count, what) in [
            (not_deleted, "not confirmed as deleted"),
            (not_seen, "not received again: deleted or held by somebody else, or not yet begun"),
        ] {
            if count > 0 {
                sentences.push(format!("{} {what}.", counted(count, "message")));
            }
        }
        sentences
    }

    fn plan(&self, colors: ColorMode) -> String {
        let mut text = print::totals(&self.scan);
        if !self.scan.entries.is_empty() {
            text.push('\n');
            text.push_str(&print::losses(colors, self.scan.queue, &self.scan.counts));
        }
        text.push_str(&print::skipped(colors, &self.scan.skipped));
        text
    }
}

impl Report for Dropped {
    fn text(&self, colors: ColorMode) -> String {
        let mut text = self.plan(colors);
        if self.scan.entries.is_empty() {
            text.push_str("\nNothing to delete.\n");
            return text;
        }
        text.push('\n');
        for sentence in self.sentences() {
            text.push_str(&format!("{sentence}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_is_refused_with_the_right_one() {
        let refusals = [(Some(4), 5), (None, 1), (Some(3000), 0)]
            .map(|(given, count)| wrong_count(Dlq::Mail, given, count).to_string());
        insta::assert_snapshot!(refusals.join("\n"));
    }

    #[test]
    fn what_was_dropped_as_people_and_scripts_read_it() {
        let dropped = Dropped {
            scan: print::samples::scan(),
            outcome: DropOutcome { deleted: 4, not_deleted: 0, not_seen: 1 },
            saved_to: Some(PathBuf::from("waybill-dropped-mail-20261120T103000Z.jsonl")),
        };
        insta::assert_snapshot!(dropped.text(ColorMode::Plain));
        insta::assert_json_snapshot!(dropped);
        let nothing = Dropped {
            scan: DlqScan::empty(Dlq::Mail),
            outcome: DropOutcome::default(),
            saved_to: None,
        };
        insta::assert_snapshot!(nothing.text(ColorMode::Plain));
    }

    #[test]
    fn what_is_to_be_deleted_is_not_said_to_stay() {
        let plan = Dropped {
            scan: print::samples::scan(),
            outcome: DropOutcome::default(),
            saved_to: None,
        };
        let plan = plan.plan(ColorMode::Plain);
        assert!(!plan.contains("stays"), "{plan}");
        assert!(plan.contains("a mail that nobody has received"), "{plan}");
    }

    #[test]
    fn the_file_of_an_earlier_drop_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kept.jsonl");
        new_file(&path).unwrap();
        let refused = new_file(&path).unwrap_err().to_string();
        assert!(refused.starts_with("Nothing was deleted"), "{refused}");
    }
}
