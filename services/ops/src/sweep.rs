//! `waybill sweep`: queues events again that the ledger has not seen.
//!
//! Relay's own sweep looks at each event once, some minutes after its acceptance. This one looks
//! again at any stretch of time, for instance after the ledger was restored from a backup. At least
//! once: the ledger makes one mail of what is queued twice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kit::queue::{OutgoingMessage, send_all};
use serde::Serialize;
use serde_json::json;

use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Queue, Stack};
use crate::confirm::{Confirmation, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::outbox::{UnseenEvent, UnseenEvents};
use crate::output::{ColorMode, Column, Format, Output, Report, format_time, json, rfc3339, table};
use crate::progress::Progress;
use crate::rate;
use crate::time_arg;

/// Younger events are on their way by themselves.
const YOUNGEST_MS: i64 = 5 * 60 * 1000;

/// So many orders are listed.
const LISTED: usize = 20;

/// Flags of `sweep`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Look at events accepted since then: 2h, 3d, 2026-11-20, or a time in RFC 3339
    #[arg(long, value_name = "WHEN")]
    pub since: String,
    /// Look at events accepted before then (default: five minutes ago)
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Only say what is missing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Queue without asking
    #[arg(long)]
    pub yes: bool,
    /// Events a second (default: four fifths of SES's send rate)
    #[arg(long, value_name = "N", value_parser = rate::parse)]
    pub rate: Option<f64>,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

/// An event that the ledger has not seen.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its order.
    pub order_id: String,
    /// Source and id.
    pub event: String,
    /// When it was accepted.
    pub at: String,
    #[serde(skip)]
    milliseconds: i64,
}

/// What is missing, and what was queued of it.
#[derive(Debug, Serialize)]
pub struct Sweep {
    /// From then on.
    pub since: String,
    /// Until then.
    pub until: String,
    /// The events that the ledger has not seen.
    pub missing: Vec<Row>,
    /// How many were queued; absent when nothing was to be.
    pub queued: Option<usize>,
}

/// Sweeps.
///
/// # Errors
/// [`CliError::Service`] when a table or the queue does not answer; the same command goes on.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    stop: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let now = Timestamp::now();
    let since = time_arg::parse("--since", &args.since, now)?;
    let youngest = now.as_millisecond() - YOUNGEST_MS;
    let until = match &args.until {
        Some(typed) => time_arg::parse("--until", typed, now)?,
        None => youngest,
    };
    let confirmation = match args.yes || args.dry_run {
        true => Confirmation::Given,
        false => Confirmation::ask_at_terminal(output)?,
    };
    let missing = UnseenEvents::new(stack);
    let entries = missing.within(since, until).await?;
    let mut sweep = Sweep::new(since, until, &entries);
    if output.format == Format::Table {
        output.write(&sweep.text(output.colors));
    }
    let mut result = Ok(());
    if !args.dry_run && !entries.is_empty() {
        confirm(confirmation, stop, "Queue", entries.len(), "event(s)").await?;
        result = queue_audited(stack, args, stop, &missing, &entries, &mut sweep).await;
    }
    // What was queued is told however it ended.
    match output.format {
        Format::Json => output.write(&json(&sweep)),
        Format::Table => output.write(&sweep.conclusion()),
    }
    result.map(|()| ExitStatus::attention_if(args.dry_run && !entries.is_empty()))
}

async fn queue_audited(
    stack: &Stack,
    args: &Args,
    stop: &Interrupt,
    missing: &UnseenEvents<'_>,
    entries: &[UnseenEvent],
    sweep: &mut Sweep,
) -> Result<(), CliError> {
    let rate = rate::resolve(stack, args.rate).await;
    let intent = Intent {
        action: "sweep".to_owned(),
        reason: args.reason.as_deref(),
        plan: json!({ "since": sweep.since, "until": sweep.until, "missing": entries.len() }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    let mut queued = 0;
    let result = queue(stack, stop, missing, entries, rate, &mut queued).await;
    sweep.queued = Some(queued);
    audit.complete(result, &json!({ "queued": queued })).await
}

async fn queue(
    stack: &Stack,
    stop: &Interrupt,
    missing: &UnseenEvents<'_>,
    entries: &[UnseenEvent],
    rate: f64,
    queued: &mut usize,
) -> Result<(), CliError> {
    let url = stack.url(Queue::Dispatch).await?;
    let progress = Progress::moving(entries.len() as u64);
    let start = tokio::time::Instant::now();
    for (i, entry) in entries.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a pace, not an account")]
        let turn = start + std::time::Duration::from_secs_f64(i as f64 / rate);
        stop.sleep_until(turn).await;
        stop.check("Stopped; the same command goes on with what is still missing.")?;
        let Some(body) = missing.message(entry).await? else { continue };
        let message = OutgoingMessage { body, ..OutgoingMessage::default() };
        if let Some(Err(error)) = send_all(&stack.sqs, &url, vec![message]).await.into_iter().next()
        {
            return Err(CliError::service(format!(
                "{error}. {queued} event(s) were queued; the same command goes on with the rest."
            )));
        }
        *queued += 1;
        progress.set(*queued);
    }
    progress.finish();
    Ok(())
}

impl Sweep {
    fn new(since: i64, until: i64, entries: &[UnseenEvent]) -> Self {
        let row = |lost: &UnseenEvent| Row {
            order_id: lost.entry.order_id.clone(),
            event: lost.entry.event.clone(),
            at: rfc3339(lost.accepted_at),
            milliseconds: lost.accepted_at,
        };
        let mut missing: Vec<Row> = entries.iter().map(row).collect();
        missing.sort_by_key(|row| row.milliseconds);
        Self { since: rfc3339(since), until: rfc3339(until), missing, queued: None }
    }

    fn conclusion(&self) -> String {
        match self.queued {
            None => String::new(),
            Some(count) => format!("{count} event(s) queued.\n"),
        }
    }
}

impl Report for Sweep {
    fn text(&self, colors: ColorMode) -> String {
        if self.missing.is_empty() {
            return format!(
                "The ledger knows every event from {} to {}.\n",
                self.since, self.until
            );
        }
        let orders: BTreeMap<&str, ()> =
            self.missing.iter().map(|row| (row.order_id.as_str(), ())).collect();
        let columns = [
            Column::text("accepted", |row: &Row| format_time(row.milliseconds)),
            Column::text("order", |row: &Row| row.order_id.clone()),
            Column::text("event", |row: &Row| row.event.clone()),
        ];
        let shown = &self.missing[..self.missing.len().min(LISTED)];
        let mut text = table(colors, &columns, shown);
        if self.missing.len() > shown.len() {
            text.push_str(&format!(" … and {} more\n", self.missing.len() - shown.len()));
        }
        text.push_str(&format!(
            "\n{} event(s) of {} order(s) are not in the ledger.\n",
            self.missing.len(),
            orders.len()
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_as_people_and_scripts_read_it() {
        let entry = |n: i64| UnseenEvent {
            entry: relay::Entry {
                order_id: format!("100{n}"),
                event: format!("https://shop.example/orders e-{n}"),
                ledger_key: "order.confirmed##customer".to_owned(),
                sweep_at: 1_763_999_000_000,
            },
            accepted_at: 1_763_900_000_000 + n * 1000,
        };
        let mut sweep = Sweep::new(1_763_896_400_000, 1_763_903_600_000, &[entry(2), entry(1)]);
        insta::assert_snapshot!(sweep.text(ColorMode::Plain));
        sweep.queued = Some(2);
        insta::assert_json_snapshot!(sweep);
        let nothing = Sweep::new(1_763_896_400_000, 1_763_903_600_000, &[]);
        insta::assert_snapshot!(nothing.text(ColorMode::Plain));
    }
}
