//! `waybill erase`: removes an order from tables and queues.
//!
//! The order of the steps keeps anything about the order from being mailed meanwhile, and lets the
//! same command finish what was interrupted:
//! 1. the ledger: what was not sent yet, or not decided yet, is skipped, and what is in doubt is kept
//!    in doubt. From here on the functions delete messages of the working queues that this command
//!    cannot see (in flight, delayed);
//! 2. the messages in the queues and dead-letter queues;
//! 3. the events, which hold the customer's data.
//!
//! The ledger's records hold no personal data and stay, unless `--ledger-too`: they keep a second
//! publication of the same event from being mailed a second time.

mod queues;
mod report;
mod subject;
mod tables;

use jiff::{SignedDuration, Timestamp};
use kit::ledger::Item;
use serde_json::json;
use shared::OrderKey;

use crate::args;
use crate::audit::{Audit, ChangeArgs, Intent};
use crate::aws::{Dlq, Queue, Stack};
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::order_name::OrderName;
use crate::output::{Format, Output, note};
use crate::store::{StoredEvent, events_of_order, records_of_order};
use report::Mode;
pub use report::{Erasure, Place};
use subject::Subject;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The order's id
    pub order: String,
    /// Remove it. Without this the command lists what it finds and changes nothing
    #[arg(long)]
    pub yes: bool,
    /// The ledger's records too, though they hold no personal data: then an event that is published
    /// again is mailed again. They are kept while anything else of the order is left, and for a day
    /// after its last change, as long as the stream keeps its events
    #[arg(long)]
    pub ledger_too: bool,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Finds the order, and with `--yes` removes it. Without `--yes`, or where nothing is found, it ends
/// with [`CliError::Input`] after the report. After an error or Ctrl-C the same command continues.
pub async fn run(stack: &Stack, args: &Args, output: Output) -> Result<ExitStatus, CliError> {
    let interrupt = Interrupt::listen();
    if !args.yes {
        let erasure = find(stack, args, &interrupt).await?;
        output.print(&erasure);
        let name = erasure.order();
        return Err(match erasure.is_empty() {
            true => nothing_found(&name),
            false => CliError::input(format!(
                "Nothing was removed. To remove the order {name}, add --yes."
            )),
        });
    }
    let erasure = remove(stack, args, &interrupt).await?;
    output.print(&erasure);
    check_known(stack, &erasure).await?;
    if output.format == Format::Table && erasure.needs_attention() {
        note("Something is left; the same command again continues with it.");
    }
    Ok(ExitStatus::attention_if(erasure.needs_attention()))
}

/// What there is of the order. Changes nothing.
///
/// # Errors
/// [`CliError::Input`] for what is no order's id, [`CliError::Service`] when a service does not answer.
pub async fn find(stack: &Stack, args: &Args, interrupt: &Interrupt) -> Result<Erasure, CliError> {
    let order = &args::order(stack, &args.order)?;
    visit_all(stack, order, args, Mode::Find, interrupt).await
}

/// Removes the order, between the two halves of an audit item. After an error the same call continues.
///
/// # Errors
/// As of [`find`], and [`CliError::Interrupted`].
pub async fn remove(
    stack: &Stack,
    args: &Args,
    interrupt: &Interrupt,
) -> Result<Erasure, CliError> {
    let order = &args::order(stack, &args.order)?;
    let intent = Intent {
        action: format!("erase {}", order.order_id),
        reason: args.change.reason.as_deref(),
        plan: json!({ "order_key": order, "ledger_too": args.ledger_too }),
    };
    let audit = Audit::begin(stack, &args.change.operator, intent).await?;
    let result = visit_all(stack, order, args, Mode::Remove, interrupt).await;
    let outcome =
        result.as_ref().map(|e| json!({ "removed": e.removed_count() })).unwrap_or_default();
    audit.complete(result, &outcome).await
}

/// # Errors
/// [`CliError::Input`] where nothing is known of an order of this id, and so nothing was erased.
pub async fn check_known(stack: &Stack, erasure: &Erasure) -> Result<(), CliError> {
    // With a record of the order, an earlier erasure was the one that found something.
    let is_unknown =
        erasure.is_empty() && records_of_order(stack, &erasure.order_key).await?.is_empty();
    if is_unknown { Err(nothing_found(&erasure.order())) } else { Ok(()) }
}

/// An operator who gave a number for an id must not take the order for erased.
fn nothing_found(order: &OrderName) -> CliError {
    CliError::input(format!(
        "Nothing was found of an order with the id {order}. `waybill order` finds an order's id by its \
         number or its customer's address."
    ))
}

/// The queues whose messages hold no name and no address.
const IMPERSONAL: [Queue; 2] = [Queue::Dead(Dlq::Publisher), Queue::Dead(Dlq::MailHook)];

async fn visit_all(
    stack: &Stack,
    order: &OrderKey,
    args: &Args,
    mode: Mode,
    interrupt: &Interrupt,
) -> Result<Erasure, CliError> {
    let key = &order.to_string();
    let events = events_of_order(stack, key).await?;
    let records = records_of_order(stack, key).await?;
    // First: from here on no function mails anything of the order, whatever this command leaves.
    let mut places = vec![tables::close_records(stack, &events, &records, mode).await?];
    let subject = Subject::new(order, &events);
    let (impersonal, personal): (Vec<Queue>, Vec<Queue>) =
        stack.queues().await?.into_iter().partition(|queue| IMPERSONAL.contains(queue));
    for queue in personal {
        places.push(queues::visit(stack, queue, &subject, mode, interrupt).await?);
    }
    // After the queues: until then the same command, repeated, still finds the undecided events.
    places.push(tables::delete_events(stack, key, &events, mode).await?);
    if args.ledger_too {
        // Read again: the first step has created records of undecided events.
        let records = records_of_order(stack, key).await?;
        let are_needed =
            places.iter().any(Place::may_be_mailed) || may_be_in_the_stream(&events, &records);
        places.push(tables::delete_records(stack, key, &records, mode, are_needed).await?);
    }
    Ok(Erasure::new(order, mode, places, args.ledger_too).not_reaching(&impersonal))
}

/// The stream keeps an event for 24 hours, and relay would queue it again
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>). Where an earlier
/// erasure has deleted the event, the record that it closed shows the time.
fn may_be_in_the_stream(events: &[StoredEvent], records: &[Item]) -> bool {
    let day_ago = (Timestamp::now() - SignedDuration::from_hours(24)).as_millisecond();
    events.iter().any(|event| event.accepted_at >= day_ago)
        || records.iter().any(|record| record.since >= day_ago)
}
