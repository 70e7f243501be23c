//! `waybill dlq replay`: a plan first, then exactly that.

mod deed;
mod mover;
mod outcome;
mod pace;
mod plan;

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::edit::Edit;
use super::select::Selection;
use super::survey::{Rules, survey};
use super::verdict::Stale;
use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::Stack;
use crate::confirm::{Confirmation, ask, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::{Format, Output, Report};
use crate::pii::PiiMode;
use crate::rate;

use mover::{ReplayOptions, carry_out};
use outcome::Outcome;
use plan::Plan;

/// Flags of `dlq replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which: intake, relay, dispatch, mail or feedback
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
    /// Repair each body with this jq filter before it is judged and sent
    #[arg(long, value_name = "JQ")]
    pub edit: Option<String>,
    /// Send stale mails too: they become news again from now
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

/// The whole of it, for scripts.
#[derive(Debug, Serialize)]
struct Replay<'a> {
    plan: &'a Plan,
    outcome: Option<&'a Outcome>,
}

/// Plans, asks, moves.
///
/// # Errors
/// [`CliError::Input`] for what was typed wrong; [`CliError::Service`] when a service does not
/// answer; [`CliError::Interrupted`] after Ctrl-C. In each case nothing is lost.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let dlq = stack.dlq(&args.queue).await?;
    let confirmation = confirmation(args, output)?;
    if !args.dry_run {
        stack.check_source(dlq).await?;
    }
    let now = Timestamp::now();
    let rules = Rules {
        selector: args.selection.compile(now)?,
        edit: args.edit.as_deref().map(Edit::compile).transpose()?,
        keep_bodies: 0,
        pii: PiiMode::from_flag(args.show_pii),
        now,
        hold: args.selection.hold(),
    };
    let stale = if args.force_stale { Stale::Forced } else { Stale::Kept };
    let survey = survey(stack, dlq, &rules, stop).await?;
    let rate = rate::of(stack, args.rate).await;
    let plan = Plan::new(survey, stale, args.max, rate, args.list);
    if output.format == Format::Table {
        output.write(&plan.text(output.colors));
    }
    if args.dry_run || plan.to_move.is_empty() {
        return Ok(finish(output, &plan, None));
    }
    confirm(confirmation, stop, "Move", plan.to_move.len(), "message(s)").await?;
    let reason = why(args, stop).await?;
    let mut outcome = Outcome::default();
    let result = carry_out_audited(stack, args, &reason, &rules, &plan, stop, &mut outcome).await;
    // What was done is told however it ended.
    let ending = finish(output, &plan, Some(&outcome));
    result.map(|()| ending)
}

/// The reason that was typed, or else is asked for now that the plan has been read.
async fn why(args: &Args, stop: &Interrupt) -> Result<String, CliError> {
    if let Some(reason) = &args.reason {
        return Ok(reason.clone());
    }
    let typed = ask(stop, "Why? It is kept, so without names and addresses: ").await?;
    audit::reason(&typed).map_err(|_| CliError::input("Nothing was done: a reason is needed."))
}

fn confirmation(args: &Args, output: Output) -> Result<Confirmation, CliError> {
    if args.dry_run || args.yes {
        return Ok(Confirmation::Given);
    }
    Confirmation::ask_at_terminal(output)
}

async fn carry_out_audited(
    stack: &Stack,
    args: &Args,
    reason: &str,
    rules: &Rules,
    plan: &Plan,
    stop: &Interrupt,
    outcome: &mut Outcome,
) -> Result<(), CliError> {
    let dlq = plan.survey.queue;
    let intent = Intent {
        action: format!("dlq replay {dlq}"),
        reason: Some(reason),
        plan: json!({
            "counts": plan.survey.counts,
            "to_move": plan.to_move.len(),
            "force_stale": args.force_stale,
            "edited": plan.survey.edits.as_ref().map(|edits| edits.changed),
            "rate": plan.rate,
        }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    let orders = ReplayOptions {
        dlq,
        selected: plan.to_move.iter().cloned().collect::<HashSet<_>>(),
        edit: rules.edit.as_ref(),
        stale: plan.stale,
        rate: plan.rate,
        hold: rules.hold,
    };
    let result = carry_out(stack, orders, stop, outcome).await;
    let told = serde_json::to_value(&*outcome).unwrap_or_default();
    audit.complete(result, &told).await
}

fn finish(output: Output, plan: &Plan, outcome: Option<&Outcome>) -> ExitStatus {
    match (output.format, outcome) {
        (Format::Json, _) => output.write(&crate::output::json(&Replay { plan, outcome })),
        (Format::Table, Some(outcome)) => output.write(&outcome.text(output.colors)),
        (Format::Table, None) => {}
    }
    ExitStatus::attention_if(outcome.is_some_and(Outcome::needs_attention))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dlq::verdict::Verdict;
    use crate::dlq::words;
    use crate::output::ColorMode;

    fn plan(stale: Stale) -> Plan {
        Plan::new(words::samples::survey(), stale, None, 11.2, false)
    }

    #[test]
    fn a_plan_as_people_and_scripts_read_it() {
        let plan = plan(Stale::Kept);
        insta::assert_snapshot!(plan.text(ColorMode::Plain));
        insta::assert_json_snapshot!(Replay { plan: &plan, outcome: None });
    }

    #[test]
    fn a_stale_message_is_moved_only_with_the_flag() {
        assert_eq!(plan(Stale::Kept).to_move.len(), 2);
        assert_eq!(plan(Stale::Forced).to_move.len(), 3);
    }

    #[test]
    fn at_most_so_many_are_moved_the_oldest_failures_first() {
        let plan = Plan::new(words::samples::survey(), Stale::Kept, Some(1), 11.2, false);
        assert_eq!(plan.to_move, ["00000001-1111-2222-3333-444444444444"]);
    }

    #[test]
    fn an_outcome_as_people_and_scripts_read_it() {
        let mut outcome =
            Outcome { moved: 2998, not_deleted: 1, not_seen: 2, ..Outcome::default() };
        outcome.changed(Verdict::AlreadySent);
        outcome.failed("m-2", "SQS did not take the message: InternalError".to_owned());
        insta::assert_snapshot!(outcome.text(ColorMode::Plain));
        insta::assert_json_snapshot!(outcome);
    }
}
