//! `waybill shop`: the settings of the shops.
//!
//! A put replaces the document that it has read and no other: two operators who change a shop's settings at the same
//! time do not undo each other's. A document that the functions would not take is not put. The settings are the
//! shop's own data, and no customer's: they are printed as they are.

pub mod check;
pub mod put;
pub mod show;
pub mod table;

use shared::ShopId;

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::output::Output;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Every shop with settings, when they were put, and whether the functions take them
    List,
    /// The settings of one shop
    Show(show::Args),
    /// Whether files hold settings that the functions take; each bad field is named, with --shop also what that shop may
    /// not have
    Check(check::Args),
    /// Puts the settings of a shop, new or changed
    Put(put::Args),
}

/// Whether the command asks the stack anything.
pub const fn needs_stack(command: &Command) -> bool {
    !matches!(command, Command::Check(_))
}

/// Runs a command that needs no stack.
pub fn run_without_stack(
    command: &Command,
    shop: Option<&ShopId>,
    output: Output,
) -> Result<ExitStatus, CliError> {
    match command {
        Command::Check(args) => print(output, check::run(args, shop)?),
        _ => Ok(ExitStatus::Healthy),
    }
}

pub async fn run(stack: &Stack, command: &Command, output: Output) -> Result<ExitStatus, CliError> {
    match command {
        Command::List => print(output, show::list(stack).await?),
        Command::Show(args) => print(output, show::run(stack, args).await?),
        Command::Check(_) => run_without_stack(command, stack.shop.as_ref(), output),
        Command::Put(args) => print(output, put::run(stack, args).await?),
    }
}

fn print(
    output: Output,
    (report, status): (impl crate::output::Report, ExitStatus),
) -> Result<ExitStatus, CliError> {
    output.print(&report);
    Ok(status)
}
