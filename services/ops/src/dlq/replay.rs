//! `waybill dlq replay`: a plan first, then exactly that. Whether a message is moved is decided in
//! [`super::classify`]: for the plan, and again when it is moved.

use serde::Serialize;
use serde_json::json;

use super::edit::{Edit, Edits};
use super::move_messages::{ReplayOptions, move_messages};
use super::outcome::ReplayOutcome;
use super::print;
use super::scan::{DlqScan, Entry, ScanOptions, scan_dlq};
use super::select::Selection;
use super::verdict::Verdict;
use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Dlq, Origin, Stack};
use crate::confirm::{Confirmation, ask, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{
    ColorMode, Format, Output, Report, Style, counted, decimal, format_duration, json, number,
    rfc3339,
};
use crate::pii::PiiMode;
use crate::progress::{self, RunControl};
use crate::rate;

/// A plan lists at most so many messages unless `--list` is given.
pub const MAX_LISTED: usize = 20;

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Which: deliveries, inbox, dispatch, mail, feedback, publisher or mail-hook
    pub queue: String,
    /// Print the plan and move nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Move without asking
    #[arg(long, requires = "reason")]
    pub yes: bool,
    /// Why; written to the audit item, so without names and addresses. At a terminal it is asked
    /// for
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    /// Messages a second (default: four fifths of SES's send rate)
    #[arg(long, value_name = "N", value_parser = rate::parse)]
    pub rate: Option<f64>,
    /// Move at most so many, the oldest failures first
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
    /// Repair each body, as `dlq show --body` has it, with this jq filter before it is classified and sent
    #[arg(long, value_name = "JQ", value_parser = Edit::compile)]
    pub edit: Option<Edit>,
    /// Send stale mails too, with a new deadline: an event's also to its copies that were skipped as stale
    #[arg(long)]
    pub force_stale: bool,
    /// List the selected messages, however many
    #[arg(long)]
    pub list: bool,
    /// Names and addresses in clear in the diffs of --edit
    #[arg(long)]
    pub show_pii: bool,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub operator: Operator,
}

#[derive(Debug, Serialize)]
struct Replay<'a> {
    plan: &'a Plan,
    outcome: Option<&'a ReplayOutcome>,
}

/// Plans, asks, moves.
///
/// # Errors
/// [`CliError::Input`] for bad flags or a refused confirmation; [`CliError::Service`] when a service
/// does not answer; [`CliError::Interrupted`] after Ctrl-C. In each case nothing is lost.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let dlq = queue(stack, args).await?;
    let confirmation = Confirmation::new(args.dry_run || args.yes, output)?;
    let scanning = progress::scanning();
    let control = RunControl { interrupt, progress: &scanning };
    let plan = plan(stack, dlq, args, control).await?;
    if output.format == Format::Table {
        output.write(&plan.text(output.colors));
    }
    if args.dry_run || plan.to_move.is_empty() {
        return Ok(finish(output, &plan, None));
    }
    confirm(confirmation, interrupt, "Move", plan.to_move.len(), "message").await?;
    let reason = reason(args, interrupt).await?;
    let mut outcome = ReplayOutcome::default();
    let progress = progress::moving(plan.to_move.len());
    let control = RunControl { interrupt, progress: &progress };
    let result = carry_out(stack, &plan, &reason, control, &mut outcome).await;
    progress.finish_and_clear();
    // What was done is printed however it ended.
    let status = finish(output, &plan, Some(&outcome));
    result.map(|()| status)
}

/// The dead-letter queue that the arguments name, if what they ask for can be done to it.
pub async fn queue(stack: &Stack, args: &Args) -> Result<Dlq, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    if args.edit.is_some() && !matches!(dlq.origin(), Origin::Queue(_)) {
        return Err(nothing_to_edit(dlq));
    }
    Ok(dlq)
}

/// What a replay would move. Changes nothing.
pub async fn plan(
    stack: &Stack,
    dlq: Dlq,
    args: &Args,
    control: RunControl<'_>,
) -> Result<Plan, CliError> {
    // Before the scan: names of two stacks, mixed, would move messages to the wrong queue.
    if !args.dry_run {
        stack.check_source(dlq).await?;
    }
    let options = ScanOptions {
        edit: args.edit.as_ref(),
        pii: PiiMode::from_flag(args.show_pii),
        ..ScanOptions::new(&args.selection)
    };
    let scan = scan_dlq(stack, dlq, &options, control).await?;
    if scan.edits.as_ref().is_some_and(|edits| edits.recipients.are_mixed()) {
        return Err(CliError::input(
            "Nothing was done: after this edit, messages about several orders have one address that they did \
             not have in common before, so one person would get the mails of others. Select one order with \
             --order.",
        ));
    }
    Ok(Plan::new(scan, args, rate::resolve(stack, args.rate).await))
}

/// Moves exactly what the plan has, between the two halves of an audit item. `progress` tells how many so far; what was
/// done is in `outcome`, also when this fails.
pub async fn carry_out(
    stack: &Stack,
    plan: &Plan,
    reason: &str,
    control: RunControl<'_>,
    outcome: &mut ReplayOutcome,
) -> Result<(), CliError> {
    // Written before the first message moves: a killed replay leaves an item without an end.
    let audit = Audit::begin(stack, &plan.args.operator, intent(plan, reason)).await?;
    let result = move_messages(stack, plan.options(), control, outcome).await;
    audit.complete(result, &json!(outcome)).await
}

/// What Waybill itself wrote has no mistake of anybody's to repair.
fn nothing_to_edit(dlq: Dlq) -> CliError {
    CliError::input(format!(
        "Nothing was done: a message of {dlq}-dlq is Waybill's own word and cannot be edited. Replay it without \
         --edit."
    ))
}

/// `--reason`, or else asked for now that the plan has been read.
async fn reason(args: &Args, interrupt: &Interrupt) -> Result<String, CliError> {
    if let Some(reason) = &args.reason {
        return Ok(reason.clone());
    }
    let typed = ask(interrupt, "Why? It is kept, so without names and addresses: ").await?;
    audit::reason(&typed).map_err(|_| CliError::input("Nothing was done: a reason is needed."))
}

/// How many characters of a filter an audit item keeps: a page of an order reads as many items as are in some megabytes.
const MAX_KEPT_FILTER: usize = 2_000;

fn shortened(filter: String) -> String {
    if filter.chars().count() <= MAX_KEPT_FILTER {
        return filter;
    }
    filter.chars().take(MAX_KEPT_FILTER - 1).chain(['…']).collect()
}

fn intent<'a>(plan: &Plan, reason: &'a str) -> Intent<'a> {
    Intent {
        action: format!("dlq replay {}", plan.scan.queue),
        reason: Some(reason),
        plan: json!({
            "counts": plan.scan.counts,
            // The audit log's page leads to it.
            "order_key": plan.scan.only_order(&plan.to_move),
            "failed_at": plan.scan.first_failed_at(&plan.to_move).map(rfc3339),
            "to_move": plan.to_move.len(),
            "force_stale": plan.args.force_stale,
            "edited": plan.scan.edits.as_ref().map(|edits| edits.changed),
            // Beside the digest of the command: to be found again by whoever knows what was wrong.
            "edit": plan.args.edit.as_ref().map(Edit::masked_code).map(shortened),
            "rate": plan.rate,
        }),
    }
}

fn finish(output: Output, plan: &Plan, outcome: Option<&ReplayOutcome>) -> ExitStatus {
    match (output.format, outcome) {
        (Format::Json, _) => output.write(&json(&Replay { plan, outcome })),
        (Format::Table, Some(outcome)) => {
            output.write(&outcome_text(outcome, output.colors));
            output.write(&plan.finished_text(Some(outcome), output.colors));
        }
        (Format::Table, None) => output.write(&plan.finished_text(None, output.colors)),
    }
    let edit_failed = plan.scan.edits.as_ref().is_some_and(Edits::failed_on_all);
    ExitStatus::attention_if(edit_failed || outcome.is_some_and(ReplayOutcome::needs_attention))
}

/// What a replay would do.
#[derive(Debug, Serialize)]
pub struct Plan {
    #[serde(flatten)]
    pub scan: DlqScan,
    /// The ids of the messages to move, the oldest failure first.
    pub to_move: Vec<String>,
    /// How many more are movable, but stay because of `--max`.
    pub beyond_max: usize,
    /// Messages a second.
    pub rate: f64,
    #[serde(skip)]
    pub args: Args,
}

impl Plan {
    fn new(scan: DlqScan, args: &Args, rate: f64) -> Self {
        let is_movable = |e: &&Entry| e.assessment.verdict.is_movable(args.force_stale);
        let movable = scan.entries.iter().filter(is_movable);
        let mut to_move: Vec<String> = movable.map(|e| e.summary.message_id.clone()).collect();
        // The scan has the oldest failure first, so --max leaves the latest.
        let beyond_max = to_move.len().saturating_sub(args.max.unwrap_or(usize::MAX));
        to_move.truncate(to_move.len() - beyond_max);
        Self { scan, to_move, beyond_max, rate, args: args.clone() }
    }

    fn options(&self) -> ReplayOptions<'_> {
        ReplayOptions {
            dlq: self.scan.queue,
            selected: self.to_move.iter().cloned().collect(),
            edit: self.args.edit.as_ref(),
            force_stale: self.args.force_stale,
            rate: self.rate,
            hold: self.args.selection.hold,
        }
    }

    /// What this replay does with a message of this verdict.
    pub const fn effect(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Stale if self.args.force_stale => "moved, with a new deadline: a mail follows",
            verdict => print::replay_effect(verdict, self.scan.queue),
        }
    }

    /// How to end the alarm about the messages that stay though nothing is left to do for them; empty
    /// where there are none, and for a dry run.
    fn finished_text(&self, outcome: Option<&ReplayOutcome>, colors: ColorMode) -> String {
        if self.args.dry_run {
            return String::new();
        }
        let count = |verdict| {
            let since = outcome.and_then(|outcome| outcome.changed.get(&verdict));
            self.scan.counts.get(&verdict).unwrap_or(&0) + since.unwrap_or(&0)
        };
        let finished = [Verdict::AlreadySent, Verdict::AlreadyDone]
            .into_iter()
            .filter(|verdict| count(*verdict) > 0);
        let (mut all, mut flags) = (0, String::new());
        for verdict in finished {
            all += count(verdict);
            flags.push_str(&format!(" --verdict {verdict}"));
        }
        if all == 0 {
            return String::new();
        }
        let (stay, keep, them) =
            if all == 1 { ("stays", "keeps", "it") } else { ("stay", "keep", "them") };
        let why = format!(
            "{} {stay} that a replay can do nothing for, and {keep} the alarm on until you drop {them}:",
            counted(all, "message")
        );
        // On a line of its own, to be copied.
        format!("\n{}waybill dlq drop {}{flags}\n", colors.wrap(&why, ""), self.scan.queue)
    }

    /// How many messages move, how fast, and what is not moved because of a flag; ends in a newline.
    pub fn conclusion(&self) -> String {
        let count = self.to_move.len();
        if count == 0 {
            return "Nothing to move.\n".to_owned();
        }
        // The rate is a limit, and no forecast: SQS may be slower.
        let takes = match (count as f64 / self.rate * 1000.0) as i64 {
            0..1000 => String::new(),
            milliseconds => format!(", so {} or longer", format_duration(milliseconds)),
        };
        let forced =
            if self.args.force_stale { " Stale ones among them get a new deadline." } else { "" };
        let more = match self.beyond_max {
            0 => String::new(),
            1 => " 1 more stays because of --max.".to_owned(),
            n => format!(" {} more stay because of --max.", number(n)),
        };
        format!(
            "To move: {}, at most {} a second{takes}.{forced}{more}\n",
            counted(count, "message"),
            decimal(self.rate)
        )
    }
}

impl Report for Plan {
    fn text(&self, colors: ColorMode) -> String {
        let DlqScan { entries, counts, skipped, edits, .. } = &self.scan;
        let mut parts = vec![print::totals(&self.scan)];
        if !entries.is_empty() {
            let is_listed = self.args.list || entries.len() <= MAX_LISTED;
            if is_listed {
                parts.push(print::entries(colors, entries, usize::MAX));
            }
            parts.push(print::counts(colors, counts, |verdict| self.effect(verdict)));
            if !is_listed {
                parts.push(
                    "--list lists them, and so does `waybill dlq show`; --verdict selects some.\n"
                        .to_owned(),
                );
            }
        }
        parts.extend(edits.iter().map(|edits| edits_text(edits, colors)));
        parts.push(print::skipped(colors, skipped));
        parts.push(self.conclusion());
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }
}

fn edits_text(edits: &Edits, colors: ColorMode) -> String {
    let mut text = format!(
        "The edit changes {} and leaves {} as before.\n",
        counted(edits.changed, "message"),
        number(edits.unchanged)
    );
    for line in edits.diffs.iter().flat_map(|diff| diff.lines()) {
        let line = match line.as_bytes().first() {
            Some(b'+') => colors.apply(Style::Success, line),
            Some(b'-') => colors.apply(Style::Error, line),
            _ => line.to_owned(),
        };
        text.push_str(&format!("{line}\n"));
    }
    if edits.failed > 0 {
        let failed = counted(edits.failed, "message");
        let which =
            if edits.failed > edits.failures.len() { "the first of them:" } else { "namely:" };
        text.push_str(&format!("\nNot moved, because the edit fails on them: {failed}, {which}\n"));
    }
    for failure in &edits.failures {
        text.push_str(&format!(" {}: {}\n", failure.message_id, failure.reason));
    }
    text
}

fn outcome_text(outcome: &ReplayOutcome, colors: ColorMode) -> String {
    let mut text = colors.heading("Replayed");
    for part in outcome.parts() {
        let count = colors.apply(part.style, &format!("{:>6}", number(part.count)));
        text.push_str(&format!(" {count}  {}\n", part.what));
    }
    for (id, why) in &outcome.failures {
        text.push_str(&format!("         {id}: {why}\n"));
    }
    text
}

#[cfg(test)]
mod texts;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command as Commands};
    use crate::dlq::Command;
    use clap::Parser;

    fn args(flags: &[&str]) -> Args {
        let typed = ["waybill", "dlq", "replay", "mail"].iter().chain(flags);
        let Commands::Dlq(Command::Replay(args)) = Cli::parse_from(typed).command else {
            panic!("a replay")
        };
        args
    }

    #[test]
    fn a_plan_as_people_and_scripts_read_it() {
        let args = args(&[]);
        let plan = Plan::new(print::samples::scan(), &args, 11.2);
        insta::assert_snapshot!(plan.text(ColorMode::Plain));
        insta::assert_snapshot!("a_plan_at_80_columns", plan.text(ColorMode::at_width(80)));
        insta::assert_json_snapshot!(Replay { plan: &plan, outcome: None });
    }

    #[test]
    fn stale_messages_move_only_with_the_flag_and_at_most_so_many_the_oldest_failures_first() {
        for (flags, moved) in [
            (&[][..], [1, 2].as_slice()),
            (&["--force-stale"], &[1, 2, 4]),
            (&["--max", "1"], &[1]),
        ] {
            let args = args(flags);
            let plan = Plan::new(print::samples::scan(), &args, 11.2);
            let ids = moved.iter().map(|n| format!("0000000{n}-1111-2222-3333-444444444444"));
            assert_eq!(plan.to_move, ids.collect::<Vec<_>>(), "{flags:?}");
        }
    }

    #[test]
    fn what_stays_though_it_is_finished_is_named_with_the_command_that_drops_it() {
        let args = args(&[]);
        let mut plan = Plan::new(print::samples::scan(), &args, 11.2);
        let mut outcome = ReplayOutcome { moved: 1, not_begun: 1, ..Default::default() };
        outcome.add_changed(Verdict::AlreadyDone);
        let both = plan.finished_text(Some(&outcome), ColorMode::Plain);
        insta::assert_snapshot!(format!("{}{both}", plan.finished_text(None, ColorMode::Plain)));
        plan.scan.counts.remove(&Verdict::AlreadySent);
        assert_eq!(plan.finished_text(None, ColorMode::Plain), "");
        assert!(outcome_text(&outcome, ColorMode::Plain).contains("1  not begun"));
    }

    #[test]
    fn of_a_long_filter_the_beginning_is_kept() {
        let fits = "ü".repeat(MAX_KEPT_FILTER);
        assert_eq!(shortened(fits.clone()), fits);
        let cut = shortened(format!("{fits}."));
        assert!(cut.chars().count() == MAX_KEPT_FILTER && cut.ends_with("ü…"), "{cut}");
    }

    #[test]
    fn an_edit_that_fails_on_every_message_needs_attention() {
        let edits = |changed, failed| Edits { changed, failed, ..Edits::default() };
        assert!(edits(0, 2).failed_on_all());
        assert!(!edits(1, 2).failed_on_all() && !Edits::default().failed_on_all());
    }

    #[test]
    fn an_outcome_as_people_and_scripts_read_it() {
        let mut outcome =
            ReplayOutcome { moved: 2998, not_deleted: 1, not_seen: 2, ..Default::default() };
        outcome.add_changed(Verdict::AlreadySent);
        outcome.add_failure("m-2", "SQS did not take the message: InternalError".to_owned());
        insta::assert_snapshot!(outcome_text(&outcome, ColorMode::Plain));
        insta::assert_json_snapshot!(outcome);
    }
}
