//! `waybill dlq`: dead-letter queues.
//!
//! Every command goes through the same steps, and stops after the one that it needs:
//!
//! 1. [`scan`] receives every message of a dead-letter queue without consuming it ([`receive`]);
//! 2. [`parse`] reads what a dead letter is: why it failed, and what it asks for ([`payload`], by the contract of its
//!    queue: [`delivery`], [`stream_batch`], [`mail_event`] and those of the functions' own crates);
//!    [`select`] and [`edit`] are the operator's flags, [`body_edit`] makes the latter of a form;
//! 3. [`classify`] decides by the ledger what a replay would do ([`verdict`]);
//! 4. [`replay`] and [`mod@drop`] act: a plan, the operator's confirmation, an audit item, then
//!    [`move_messages`] (with [`mod@force_stale`] and [`mod@republish`]) or a deletion. [`list`] only prints.
//!
//! [`search`] looks through all of them at once, for `waybill order`.

mod body_edit;
mod classify;
mod delivery;
pub mod drop;
mod edit;
mod failure_reason;
mod filter_text;
mod force_stale;
mod group;
mod ledger_snapshot;
pub mod list;
mod mail_event;
mod move_messages;
mod order_match;
mod outcome;
mod parse;
mod payload;
mod print;
mod receive;
pub mod replay;
mod republish;
mod scan;
mod search;
mod select;
mod stream_batch;
mod verdict;

pub use body_edit::edit_between;
pub use edit::{Edit, Edits};
pub use failure_reason::is_dated_by_receipt;
pub use group::Group;
pub use order_match::{MessageOrders, OrderMatch, match_order};
pub use outcome::ReplayOutcome;
#[cfg(test)]
pub use parse::DeadLetterSummary;
pub use parse::{id_text, orders_in};
pub use payload::events_of;
pub use print::{loss, replay_effect, skipped_sentences};
pub use receive::{MAX_CONCURRENCY, QueueScanner, Received, hold_for};
pub use scan::{DlqScan, Entry, ScanOptions, ScanPreview, scan_dlq};
pub use search::{FoundDeadLetter, Search, search};
pub use select::Selection;
#[cfg(test)]
pub use verdict::ReplayAssessment;
pub use verdict::Verdict;

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::Output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// What is in each dead-letter queue, by reason
    List(list::ListArgs),
    /// The messages of one dead-letter queue, with their reasons and what a replay would do
    Show(list::ShowArgs),
    /// Plans what a replay would do and, once you confirm, moves exactly that
    Replay(replay::Args),
    /// Deletes messages for good, after writing them to a file
    Drop(drop::Args),
}

pub async fn run(stack: &Stack, command: &Command, output: Output) -> Result<ExitStatus, CliError> {
    let interrupt = Interrupt::listen();
    match command {
        Command::List(args) => list::list(stack, args, output, &interrupt).await,
        Command::Show(args) => list::show(stack, args, output, &interrupt).await,
        Command::Replay(args) => Box::pin(replay::run(stack, args, output, &interrupt)).await,
        Command::Drop(args) => drop::run(stack, args, output, &interrupt).await,
    }
}
