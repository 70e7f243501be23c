//! `waybill dlq`: dead-summary queues.

mod classify;
mod dead_letter;
mod delete;
mod drop;
mod edit;
mod list;
mod order_match;
mod payload;
mod print;
mod received;
mod replay;
mod scan;
mod scanner;
mod select;
mod show;
mod verdict;

pub use delete::delete;
pub use order_match::{OrderMatch, match_order};
pub use received::Received;
pub use scanner::{MAX_CONCURRENCY, QueueDepth, QueueScanner, ScanEnd, hold_for};
pub use select::{kind, order_id};

use crate::aws::Stack;
use crate::failure::{CliError, ExitStatus};
use crate::output::Output;
use crate::stop::Stop;

/// The commands about dead-summary queues.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// What is in each dead-summary queue, by reason
    List(list::Args),
    /// The messages of one dead-summary queue, with their reasons and what a replay would do
    Show(show::Args),
    /// Plans what a replay would do, and after your word moves exactly that
    Replay(replay::Args),
    /// Deletes messages for good, after writing them to a file
    Drop(drop::Args),
}

/// Runs one.
///
/// # Errors
/// That of the command.
pub async fn run(stack: &Stack, command: &Command, output: Output) -> Result<ExitStatus, CliError> {
    let stop = Stop::listening();
    match command {
        Command::List(args) => list::run(stack, args, output, &stop).await,
        Command::Show(args) => show::run(stack, args, output, &stop).await,
        Command::Replay(args) => Box::pin(replay::run(stack, args, output, &stop)).await,
        Command::Drop(args) => drop::run(stack, args, output, &stop).await,
    }
}
