//! `waybill dlq`: dead-letter queues.

mod about;
mod delete;
mod drop;
mod edit;
mod judge;
mod letter;
mod list;
mod peek;
mod received;
mod replay;
mod select;
mod show;
mod subject;
mod survey;
mod verdict;
mod words;

pub use about::{OrderMatch, about};
pub use delete::delete;
pub use peek::{End, MAX_CONCURRENCY, QueueDepth, QueueScanner, hold_for};
pub use received::Received;
pub use select::{kind, order_id};

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::output::Output;

/// The commands about dead-letter queues.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// What is in each dead-letter queue, by reason
    List(list::Args),
    /// The messages of one dead-letter queue, with their reasons and what a replay would do
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
    let stop = Interrupt::listen();
    match command {
        Command::List(args) => list::run(stack, args, output, &stop).await,
        Command::Show(args) => show::run(stack, args, output, &stop).await,
        Command::Replay(args) => Box::pin(replay::run(stack, args, output, &stop)).await,
        Command::Drop(args) => drop::run(stack, args, output, &stop).await,
    }
}
