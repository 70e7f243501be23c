//! `waybill erase`: removes an order from tables and queues.
//!
//! In this order, so that nothing about the order is mailed while it is being removed, and so that
//! the same command finishes what was broken off:
//! 1. the ledger: what was not sent yet is skipped, also what was not decided yet, and what is in
//!    doubt is held. From here on a message of a working queue that nobody can see (in flight,
//!    delayed) is deleted by the function that gets it;
//! 2. messages in the queues and dead-letter queues;
//! 3. the events, which hold the customer's data.
//!
//! The ledger's own records hold no personal data and stay, unless `--ledger-too`: they are what
//! keeps a second publication of the same event from mailing a second time.

mod events;
mod ledger;
mod queues;
mod report;

use jiff::{SignedDuration, Timestamp};
use kit::ledger::Item;
use serde_json::json;

use crate::audit::{self, Audit, Intent, Operator};
use crate::aws::{Queue, Stack};
use crate::dlq::order_id;
use crate::error::{CliError, ExitStatus};
use crate::events::{StoredEvent, of_order};
use crate::interrupt::Interrupt;
use crate::output::{Format, Output};

pub use report::{Erasure, Place};

/// What an operator who stopped it is told.
const STOPPED: &str = "Stopped. The same command again goes on with what is left.";

/// Flags of `erase`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The order's id
    pub order: String,
    /// Remove it. Without this the command only says where it is
    #[arg(long)]
    pub yes: bool,
    /// The ledger's records too, though they hold no personal data: then an event that is published
    /// again is mailed again. Kept while anything else of the order is left, and for a day after
    /// its last change: so long the stream remembers
    #[arg(long)]
    pub ledger_too: bool,
    /// Why; written to the audit item, so without names and addresses
    #[arg(long, value_name = "TEXT", value_parser = audit::reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub operator: Operator,
}

/// Whether things are removed or only looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only looked for.
    Find,
    /// Removed.
    Remove,
}

/// Says where the order is, and removes it there.
///
/// # Errors
/// [`CliError::Input`] without `--yes`, after the report; [`CliError::Service`] when a service does
/// not answer: the same command goes on.
pub async fn run(stack: &Stack, args: &Args, output: Output) -> Result<ExitStatus, CliError> {
    let stop = Interrupt::listen();
    let order = order_id(&args.order)?;
    if !args.yes {
        let erasure = walk(stack, &order, args, Mode::Find, &stop).await?;
        output.print(&erasure);
        return Err(CliError::input(format!(
            "Nothing was removed. To remove the order {order}, add --yes."
        )));
    }
    let intent = Intent {
        action: format!("erase {order}"),
        reason: args.reason.as_deref(),
        plan: json!({ "order_id": order, "ledger_too": args.ledger_too }),
    };
    let audit = Audit::begin(stack, &args.operator, intent).await?;
    let result = walk(stack, &order, args, Mode::Remove, &stop).await;
    let outcome = result.as_ref().map(|e| json!({ "removed": e.removed() })).unwrap_or_default();
    let erasure = audit.complete(result, &outcome).await?;
    output.print(&erasure);
    let ending = ExitStatus::attention_if(erasure.places.iter().any(Place::needs_attention));
    if output.format == Format::Table && ending == ExitStatus::Attention {
        crate::output::note("Something is left; the same command again goes on with it.");
    }
    Ok(ending)
}

async fn walk(
    stack: &Stack,
    order: &str,
    args: &Args,
    mode: Mode,
    stop: &Interrupt,
) -> Result<Erasure, CliError> {
    let events = of_order(stack, order).await?;
    let known = records(stack, order).await?;
    let mut places = vec![ledger::close(stack, &events, &known, mode).await?];
    for queue in Queue::ALL {
        stop.check(STOPPED)?;
        places.push(queues::walk(stack, queue, order, mode, stop).await?);
    }
    places.push(events::delete(stack, order, &events, mode).await?);
    if args.ledger_too {
        let known = records(stack, order).await?;
        let is_needed =
            places.iter().any(Place::may_be_mailed) || may_be_in_the_stream(&events, &known);
        places.push(ledger::delete(stack, &known, mode, is_needed).await?);
    }
    Ok(Erasure::new(order, mode, places, args.ledger_too))
}

/// The stream remembers an event for 24 hours, and what comes out of it would be planned anew
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>). Of an event that
/// an erasure before has deleted, the record that it closed then tells.
fn may_be_in_the_stream(events: &[StoredEvent], records: &[Item]) -> bool {
    let day_ago = (Timestamp::now() - SignedDuration::from_hours(24)).as_millisecond();
    events.iter().any(|event| event.accepted_at >= day_ago)
        || records.iter().any(|record| record.since >= day_ago)
}

async fn records(stack: &Stack, order: &str) -> Result<Vec<Item>, CliError> {
    let records = stack.ledger().list_by_order(order).await;
    records.map_err(|error| CliError::service(format!("Can't read the ledger: {error}.")))
}

/// The events that no record of the ledger knows.
fn undecided<'a>(events: &'a [StoredEvent], records: &[Item]) -> Vec<&'a StoredEvent> {
    let is_known = |event: &StoredEvent| records.iter().any(|r| r.notification == event.ledger_key);
    let mut undecided: Vec<&StoredEvent> = events.iter().filter(|e| !is_known(e)).collect();
    undecided.sort_by(|a, b| a.ledger_key.cmp(&b.ledger_key));
    undecided.dedup_by(|a, b| a.ledger_key == b.ledger_key);
    undecided
}

impl Erasure {
    fn removed(&self) -> usize {
        self.places.iter().map(|place| place.removed).sum()
    }
}
