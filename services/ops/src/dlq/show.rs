//! `waybill dlq show`.

use jiff::Timestamp;
use serde::Serialize;

use super::select::Looking;
use super::survey::{DlqScan, Rules, survey};
use super::words;
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{ColorMode, Output, Report};
use crate::pii::PiiMode;

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
    pub looking: Looking,
}

/// The messages of a dead-letter queue.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Shown {
    survey: DlqScan,
    #[serde(skip)]
    limit: usize,
}

/// Shows the selected messages.
///
/// # Errors
/// [`CliError::Input`] for what is no dead-letter queue, filter, kind or moment.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    let now = Timestamp::now();
    let selection = args.looking.meant();
    let rules = Rules {
        selector: selection.compile(now)?,
        edit: None,
        keep_bodies: if args.body { args.limit } else { 0 },
        pii: PiiMode::from_flag(args.show_pii),
        now,
        hold: selection.hold(),
    };
    let survey = survey(stack, dlq, &rules, stop).await?;
    output.print(&Shown { survey, limit: args.limit });
    Ok(ExitStatus::Healthy)
}

impl Report for Shown {
    fn text(&self, colors: ColorMode) -> String {
        let survey = &self.survey;
        let mut text = words::looked_at(survey);
        if !survey.entries.is_empty() {
            text.push('\n');
            text.push_str(&words::entries(colors, &survey.entries, self.limit));
        }
        for entry in &survey.entries {
            if let Some(body) = &entry.body {
                text.push('\n');
                text.push_str(&colors.heading(&entry.letter.message_id));
                text.push_str(&format!("{body:#}\n"));
            }
        }
        if !survey.counts.is_empty() {
            text.push('\n');
            text.push_str(&words::counts(colors, survey.queue, &survey.counts));
        }
        let skipped = words::skipped(colors, &survey.skipped);
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
        let shown = Shown { survey: words::samples::survey(), limit: 4 };
        insta::assert_snapshot!(shown.text(ColorMode::Plain));
        insta::assert_json_snapshot!(shown);
    }
}
