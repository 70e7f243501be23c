//! `waybill sweep`: queues events again that the ledger has no record of.
//!
//! Relay's own sweep checks each event once, some minutes after its acceptance. This one checks any
//! period, for instance after the ledger was restored from a backup. At least once: the ledger lets
//! one mail through if an event is queued twice.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use kit::RateLimiter;
use kit::queue::{OutgoingMessage, send_one};
use serde::Serialize;
use serde_json::json;

use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Queue, Stack};
use crate::confirm::{Confirmation, confirm};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::order_name::OrderName;
use crate::outbox::{UnseenEvent, UnseenEvents};
use crate::output::{
    ColorMode, Column, Format, Output, Report, as_rfc3339, counted, format_time, is_or_are, json,
    number, readable_time, rfc3339, table,
};
use crate::pii::without_addresses;
use crate::{args, progress, rate};

/// Younger events are still on their way.
const MIN_AGE_MS: i64 = 5 * 60 * 1000;

const MAX_LISTED: usize = 20;

/// How far the sweep catches up with its rate after a slow call.
const MAX_CATCH_UP: Duration = Duration::from_secs(1);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Events accepted since then: 2h, 3d, 2026-11-20, or a time in RFC 3339
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub since: i64,
    /// Events accepted before then (default: five minutes ago)
    #[arg(long, value_name = "WHEN", value_parser = args::time)]
    pub until: Option<i64>,
    /// List what is missing and queue nothing
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

#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub shop: String,
    pub order_id: String,
    /// Source, a space, id.
    pub event: String,
    /// When it was accepted, in milliseconds since 1970.
    #[serde(serialize_with = "as_rfc3339")]
    pub at: i64,
}

#[derive(Debug, Serialize)]
pub struct Sweep {
    pub since: String,
    pub until: String,
    /// The events that the ledger has no record of, the earliest first.
    pub missing: Vec<Row>,
    /// How many were queued; absent if none were to be.
    pub queued: Option<usize>,
}

/// Finds and queues. After an error or Ctrl-C the same command continues with what is still missing.
pub async fn run(
    stack: &Stack,
    args: &Args,
    output: Output,
    interrupt: &Interrupt,
) -> Result<ExitStatus, CliError> {
    let since = args.since;
    let until = args.until.unwrap_or_else(|| Timestamp::now().as_millisecond() - MIN_AGE_MS);
    check_period(since, until, args.until.is_some())?;
    let confirmation = Confirmation::new(args.dry_run || args.yes, output)?;
    let unseen = UnseenEvents::new(stack);
    let mut events = unseen.within(since, until).await?;
    events.retain(|event| stack.shows_shop(&OrderName::from_key(&event.entry.order_key).shop));
    let mut sweep = Sweep::new(since, until, &events);
    if output.format == Format::Table {
        output.write(&sweep.text(output.colors));
    }
    let mut result = Ok(());
    if !args.dry_run && !events.is_empty() {
        confirm(confirmation, interrupt, "Queue", events.len(), "event").await?;
        result = queue_audited(stack, args, interrupt, &unseen, &events, &mut sweep).await;
    }
    // Also after an error: what was queued is reported.
    match (output.format, sweep.queued) {
        (Format::Json, _) => output.write(&json(&sweep)),
        (Format::Table, Some(count)) => {
            output.write(&format!("{} queued.\n", counted(count, "event")))
        }
        (Format::Table, None) => {}
    }
    result.map(|()| ExitStatus::attention_if(args.dry_run && !events.is_empty()))
}

/// Refuses a period that holds no time, which would read as if nothing were missing.
fn check_period(since: i64, until: i64, is_until_given: bool) -> Result<(), CliError> {
    if since < until {
        return Ok(());
    }
    let (since, until) = (format_time(since), format_time(until));
    Err(CliError::input(if is_until_given {
        format!("--since must be before --until: {since} is not before {until}.")
    } else {
        format!(
            "--since must be before {until}: events of the last five minutes are still on their way."
        )
    }))
}

async fn queue_audited(
    stack: &Stack,
    args: &Args,
    interrupt: &Interrupt,
    unseen: &UnseenEvents<'_>,
    events: &[UnseenEvent],
    sweep: &mut Sweep,
) -> Result<(), CliError> {
    let intent = Intent {
        action: "sweep".to_owned(),
        reason: args.reason.as_deref(),
        plan: json!({ "since": sweep.since, "until": sweep.until, "missing": events.len() }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    let queued = sweep.queued.insert(0);
    let result = queue(stack, args, interrupt, unseen, events, queued).await;
    audit.complete(result, &json!({ "queued": sweep.queued })).await
}

async fn queue(
    stack: &Stack,
    args: &Args,
    interrupt: &Interrupt,
    unseen: &UnseenEvents<'_>,
    events: &[UnseenEvent],
    queued: &mut usize,
) -> Result<(), CliError> {
    let url = stack.url(Queue::Dispatch).await?;
    let limiter = RateLimiter::with_catch_up(rate::resolve(stack, args.rate).await, MAX_CATCH_UP);
    let progress = progress::moving(events.len());
    for event in events {
        interrupt.sleep_until(limiter.reserve(1)).await;
        // Between two events: none is queued without being counted.
        interrupt.check("Stopped; the same command continues with what is still missing.")?;
        // Read only now: an event that was erased since the listing must not be mailed.
        let Some(body) = unseen.message(event).await? else { continue };
        let message = OutgoingMessage { body, ..OutgoingMessage::default() };
        send_one(&stack.sqs, &url, message).await.map_err(|error| {
            CliError::service(format!(
                "{error}. Queued so far: {}. The same command continues with the rest.",
                counted(*queued, "event")
            ))
            .caused_by(error)
        })?;
        *queued += 1;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

impl Sweep {
    fn new(since: i64, until: i64, events: &[UnseenEvent]) -> Self {
        let row = |unseen: &UnseenEvent| {
            let OrderName { shop, id } = OrderName::from_key(&unseen.entry.order_key);
            let event = without_addresses(&unseen.entry.event);
            Row { shop, order_id: id, event, at: unseen.accepted_at }
        };
        let mut missing: Vec<Row> = events.iter().map(row).collect();
        missing.sort_by_key(|row| row.at);
        Self { since: rfc3339(since), until: rfc3339(until), missing, queued: None }
    }
}

impl Report for Sweep {
    fn text(&self, colors: ColorMode) -> String {
        if self.missing.is_empty() {
            return format!(
                "The ledger has a record of every event from {} to {}.\n",
                readable_time(&self.since),
                readable_time(&self.until)
            );
        }
        let orders: BTreeSet<(&str, &str)> =
            self.missing.iter().map(|row| (row.shop.as_str(), row.order_id.as_str())).collect();
        let columns = [
            Column::text("accepted", |row: &Row| format_time(row.at)),
            Column::text("shop", |row: &Row| row.shop.clone()).unless_all("default"),
            Column::text("order", |row| row.order_id.clone()),
            Column::text("event", |row| row.event.clone()),
        ];
        let shown = &self.missing[..self.missing.len().min(MAX_LISTED)];
        let mut text = table(colors, &columns, shown);
        if self.missing.len() > shown.len() {
            text.push_str(&format!(" … and {} more\n", number(self.missing.len() - shown.len())));
        }
        text.push_str(&format!(
            "\n{} of {} {} not in the ledger.\n",
            counted(self.missing.len(), "event"),
            counted(orders.len(), "order"),
            is_or_are(self.missing.len())
        ));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_holds_no_time_is_refused() {
        let (early, late) = (1_763_896_400_000, 1_763_903_600_000);
        assert!(check_period(early, late, true).is_ok());
        let refusals = [(late, early, true), (early, early, true), (late, early, false)].map(
            |(since, until, given)| check_period(since, until, given).unwrap_err().to_string(),
        );
        insta::assert_snapshot!(refusals.join("\n"));
    }

    #[test]
    fn a_sweep_as_people_and_scripts_read_it() {
        let entry = |n: i64| UnseenEvent {
            entry: relay::IndexEntry {
                order_key: format!("default/100{n}"),
                event: format!("https://shop.example/orders e-{n}"),
                ledger_key: "order.confirmed##customer".to_owned(),
                copies: Vec::new(),
                to: None,
                accepted_at: 0,
                sweep_at: 1_763_999_000_000,
            },
            accepted_at: 1_763_900_000_000 + n * 1000,
        };
        let mut sweep = Sweep::new(1_763_896_400_000, 1_763_903_600_000, &[entry(2), entry(1)]);
        insta::assert_snapshot!(sweep.text(ColorMode::Plain));
        insta::assert_snapshot!("a_sweep_at_80_columns", sweep.text(ColorMode::at_width(80)));
        sweep.queued = Some(2);
        insta::assert_json_snapshot!(sweep);
        let nothing = Sweep::new(1_763_896_400_000, 1_763_903_600_000, &[]);
        insta::assert_snapshot!(nothing.text(ColorMode::Plain));
    }
}
