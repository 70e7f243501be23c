//! `waybill dlq drop`: deletes messages for good, after writing them to a file.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::delete::delete;
use super::peek::{self, End, QueueScanner};
use super::received::Received;
use super::select::Selection;
use super::survey::{DlqScan, Rules, survey};
use super::words;
use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{ColorMode, Format, Output, Report, note};
use crate::pii::PiiMode;
use crate::progress::Progress;

/// Flags of `dlq drop`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which: intake, relay, dispatch, mail or feedback
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

/// What was or would be deleted.
#[derive(Debug, Serialize)]
pub struct Dropped {
    #[serde(flatten)]
    survey: DlqScan,
    /// How many were deleted.
    deleted: usize,
    /// Not confirmed as deleted.
    not_deleted: usize,
    /// Selected, but not seen again.
    not_seen: usize,
    /// Where they were written to.
    saved_to: Option<PathBuf>,
}

/// Drops the selected messages.
///
/// # Errors
/// [`CliError::Input`] when the number is missing or not exactly the number of selected messages:
/// then nothing is deleted.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    if args.yes_delete.is_some() {
        stack.check_source(dlq).await?;
    }
    let now = Timestamp::now();
    let rules = Rules {
        selector: args.selection.compile(now)?,
        edit: None,
        keep_bodies: 0,
        pii: PiiMode::Masked,
        now,
        hold: args.selection.hold(),
    };
    let survey = survey(stack, dlq, &rules, stop).await?;
    let count = survey.entries.len();
    let mut dropped = Dropped { survey, deleted: 0, not_deleted: 0, not_seen: 0, saved_to: None };
    if args.yes_delete != Some(count) {
        if output.format == Format::Table {
            output.write(&dropped.plan(output.colors));
        }
        return Err(refusal(dlq, args.yes_delete, count));
    }
    let result = match count {
        0 => Ok(()),
        _ => drop_audited(stack, args, stop, &mut dropped, now).await,
    };
    // What was deleted, and where it is kept, is told however it ended.
    output.print(&dropped);
    let ending = ExitStatus::attention_if(dropped.not_seen > 0 || dropped.not_deleted > 0);
    result.map(|()| ending)
}

fn refusal(dlq: Dlq, said: Option<usize>, count: usize) -> CliError {
    let wrong = match said {
        None => String::new(),
        Some(said) => format!(" --yes-delete-{said} is not that number."),
    };
    CliError::input(format!(
        "Nothing was deleted. {count} message(s) of {dlq}-dlq are selected.{wrong} To delete \
         them for good, add --yes-delete-{count}."
    ))
}

async fn drop_audited(
    stack: &Stack,
    args: &Args,
    stop: &Interrupt,
    dropped: &mut Dropped,
    now: Timestamp,
) -> Result<(), CliError> {
    let dlq = dropped.survey.queue;
    let path = args.save_to.clone().unwrap_or_else(|| default_file(dlq, now));
    let mut file = new_file(&path)?;
    let intent = Intent {
        action: format!("dlq drop {dlq}"),
        reason: args.reason.as_deref(),
        plan: json!({
            "counts": dropped.survey.counts,
            "to_delete": dropped.survey.entries.len(),
            "saved_to": path,
        }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    note(&format!("What is deleted is written to {} first.", path.display()));
    dropped.saved_to = Some(path);
    let result = delete_selected(stack, stop, dropped, &mut file, args.selection.hold()).await;
    let told = json!({
        "deleted": dropped.deleted,
        "not_deleted": dropped.not_deleted,
        "not_seen": dropped.not_seen,
    });
    audit.complete(result, &told).await
}

async fn delete_selected(
    stack: &Stack,
    stop: &Interrupt,
    dropped: &mut Dropped,
    file: &mut File,
    hold: Option<Duration>,
) -> Result<(), CliError> {
    let url = stack.url(Queue::Dead(dropped.survey.queue)).await?;
    let mut remaining: HashSet<String> =
        dropped.survey.entries.iter().map(|e| e.letter.message_id.clone()).collect();
    let progress = Progress::moving(remaining.len() as u64);
    let hold = hold.unwrap_or_else(|| peek::hold_for(dropped.survey.looked_at as u64));
    let mut peek = QueueScanner::new(&stack.sqs, &url, hold);
    let result = async {
        while !remaining.is_empty() && peek.end() == End::NotYet {
            stop.check("Stopped. What was not deleted is in the dead-letter queue as before.")?;
            let received = peek.next(peek::MAX_CONCURRENCY).await?;
            let mine: Vec<Received> =
                received.into_iter().filter(|m| remaining.remove(&m.id)).collect();
            save(file, &mine)?;
            let gone = delete(&stack.sqs, &url, &mine).await;
            for (message, is_gone) in mine.iter().zip(gone) {
                if is_gone {
                    peek.forget(&message.id);
                    dropped.deleted += 1;
                } else {
                    dropped.not_deleted += 1;
                }
            }
            progress.set(dropped.deleted);
        }
        Ok(())
    }
    .await;
    dropped.not_seen = remaining.len();
    peek.give_back().await;
    progress.finish();
    result
}

fn default_file(dlq: Dlq, now: Timestamp) -> PathBuf {
    PathBuf::from(format!("waybill-dropped-{dlq}-{}.jsonl", now.strftime("%Y%m%dT%H%M%SZ")))
}

/// A new file that only this user may read: the messages hold names and addresses.
fn new_file(path: &Path) -> Result<File, CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        CliError::input(format!(
            "Nothing was deleted: {} can't be made to keep the messages in: {error}. Name \
             another file with --save-to.",
            path.display()
        ))
    })
}

/// Writes the messages and waits until the disk has them.
fn save(file: &mut File, messages: &[Received]) -> Result<(), CliError> {
    let lines: String = messages.iter().map(Received::to_line).collect();
    file.write_all(lines.as_bytes()).and_then(|()| file.sync_data()).map_err(|error| {
        CliError::service(format!("The messages can't be kept, so no more are deleted: {error}."))
    })
}

impl Dropped {
    fn plan(&self, colors: ColorMode) -> String {
        let mut text = words::looked_at(&self.survey);
        if !self.survey.entries.is_empty() {
            text.push('\n');
            text.push_str(&words::counts(colors, self.survey.queue, &self.survey.counts));
        }
        text.push_str(&words::skipped(colors, &self.survey.skipped));
        text
    }
}

impl Report for Dropped {
    fn text(&self, colors: ColorMode) -> String {
        let mut text = self.plan(colors);
        text.push_str(&format!("\n{} message(s) deleted", self.deleted));
        match &self.saved_to {
            Some(path) => text.push_str(&format!("; they are kept in {}.\n", path.display())),
            None => text.push_str(".\n"),
        }
        if self.not_deleted > 0 {
            text.push_str(&format!("{} not confirmed as deleted.\n", self.not_deleted));
        }
        if self.not_seen > 0 {
            text.push_str(&format!("{} not seen again: in flight elsewhere.\n", self.not_seen));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_is_refused_with_the_right_one() {
        let refused = refusal(Dlq::Mail, Some(4), 5).to_string();
        insta::assert_snapshot!(refused, @"Nothing was deleted. 5 message(s) of mail-dlq are selected. --yes-delete-4 is not that number. To delete them for good, add --yes-delete-5.");
    }

    #[test]
    fn what_was_dropped_as_people_and_scripts_read_it() {
        let dropped = Dropped {
            survey: words::samples::survey(),
            deleted: 4,
            not_deleted: 0,
            not_seen: 1,
            saved_to: Some(PathBuf::from("waybill-dropped-mail-20261120T103000Z.jsonl")),
        };
        insta::assert_snapshot!(dropped.text(ColorMode::Plain));
        insta::assert_json_snapshot!(dropped);
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
