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
use report::{EVENTS_TABLE, LEDGER_TABLE, Mode};
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
    let Removal { erasure, ended } = remove(stack, args, &interrupt).await?;
    // What was removed is printed however it ended.
    output.print(&erasure);
    ended?;
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
    let Removal { erasure, ended } = visit_all(stack, order, args, Mode::Find, interrupt).await;
    ended.map(|()| erasure)
}

/// What an erasure has removed, and how it ended.
#[derive(Debug)]
pub struct Removal {
    pub erasure: Erasure,
    /// [`CliError::Service`] when a service did not answer, [`CliError::Interrupted`] when it was stopped: then the same call
    /// again continues with what is left.
    pub ended: Result<(), CliError>,
}

/// Removes the order, between the two halves of an audit item.
///
/// # Errors
/// [`CliError::Input`] for what is no order's id, [`CliError::Service`] when the audit item can't be written: then nothing was
/// removed.
pub async fn remove(
    stack: &Stack,
    args: &Args,
    interrupt: &Interrupt,
) -> Result<Removal, CliError> {
    let order = &args::order(stack, &args.order)?;
    let intent = Intent {
        action: format!("erase {}", order.order_id),
        reason: args.change.reason.as_deref(),
        plan: json!({ "order_key": order, "ledger_too": args.ledger_too }),
    };
    let audit = Audit::begin(stack, &args.change.operator, intent).await?;
    let Removal { erasure, ended } = visit_all(stack, order, args, Mode::Remove, interrupt).await;
    let mut outcome = json!({ "removed": erasure.removed_count() });
    if !erasure.unfinished.is_empty() {
        outcome["unfinished"] = json!(erasure.unfinished);
    }
    let ended = audit.complete(ended, &outcome).await;
    Ok(Removal { erasure, ended })
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
) -> Removal {
    let to_do = [LEDGER_TABLE, "queues", EVENTS_TABLE].into_iter();
    let to_do = to_do.chain(args.ledger_too.then_some(LEDGER_TABLE)).map(str::to_owned).collect();
    let (places, impersonal) = (Vec::new(), Vec::new());
    let mut visit = Visit { stack, order, args, mode, places, impersonal, to_do };
    let ended = visit.run(interrupt).await;
    let Visit { places, impersonal, to_do, .. } = visit;
    let erasure = Erasure::new(order, mode, places, args.ledger_too).not_reaching(&impersonal);
    Removal { erasure: Erasure { unfinished: to_do, ..erasure }, ended }
}

/// A visit of all places where the order may be.
struct Visit<'a> {
    stack: &'a Stack,
    order: &'a OrderKey,
    args: &'a Args,
    mode: Mode,
    /// Those whose turn has come, the last one's perhaps not over.
    places: Vec<Place>,
    /// The queues that are left out.
    impersonal: Vec<Queue>,
    /// The names of the places that it has not gone through yet, in their order.
    to_do: Vec<String>,
}

impl Visit<'_> {
    async fn run(&mut self, interrupt: &Interrupt) -> Result<(), CliError> {
        let Self { stack, mode, .. } = *self;
        let key = &self.order.to_string();
        let events = events_of_order(stack, key).await?;
        let records = records_of_order(stack, key).await?;
        // First: from here on no function mails anything of the order, whatever this command leaves.
        tables::close_records(stack, &events, &records, mode, &mut self.places).await?;
        self.to_do.remove(0);
        let subject = Subject::new(self.order, &events);
        let (impersonal, personal): (Vec<Queue>, Vec<Queue>) =
            stack.queues().await?.into_iter().partition(|queue| IMPERSONAL.contains(queue));
        self.impersonal = impersonal;
        self.to_do.splice(..1, personal.iter().map(|queue| queues::place_name(*queue)));
        for queue in personal {
            queues::visit(stack, queue, &subject, (mode, interrupt), &mut self.places).await?;
            self.to_do.remove(0);
        }
        // After the queues: until then the same command, repeated, still finds the undecided events.
        tables::delete_events(stack, key, &events, mode, &mut self.places).await?;
        self.to_do.remove(0);
        if self.args.ledger_too {
            // Read again: the first step has created records of undecided events.
            let records = records_of_order(stack, key).await?;
            let are_needed = self.places.iter().any(Place::may_be_mailed)
                || may_be_in_the_stream(&events, &records);
            tables::delete_records(stack, key, &records, mode, are_needed, &mut self.places)
                .await?;
            self.to_do.remove(0);
        }
        Ok(())
    }
}

/// The stream keeps an event for 24 hours, and relay would queue it again
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>). Where an earlier
/// erasure has deleted the event, the record that it closed shows the time.
fn may_be_in_the_stream(events: &[StoredEvent], records: &[Item]) -> bool {
    let day_ago = (Timestamp::now() - SignedDuration::from_hours(24)).as_millisecond();
    events.iter().any(|event| event.accepted_at >= day_ago)
        || records.iter().any(|record| record.since >= day_ago)
}
