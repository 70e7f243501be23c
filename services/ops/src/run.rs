//! From the command line to its exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::audit::command_line;
use crate::cli::{Cli, Command, arguments};
use crate::error::{CliError, ExitStatus};
use crate::output::{Output, Report, note};
use crate::{
    dlq, docs, doctor, erase, journal, notification, order, preview, publish, status, suppression,
    sweep,
};

/// Runs the process's own command line.
pub async fn main() -> ExitCode {
    let (cli, command) = match read(std::env::args_os()) {
        Ok(read) => read,
        Err(usage) => {
            let _ = usage.print();
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    match carry_out(&cli, command).await {
        Ok(ending) => ending.exit_code(),
        Err(failure) => {
            note(&format!("waybill: {failure}"));
            failure.exit_code()
        }
    }
}

/// Runs a command line within another process; the first word is the command's name.
///
/// # Errors
/// [`CliError`], also for a command line that is not one.
pub async fn run(typed: impl IntoIterator<Item = OsString>) -> Result<ExitStatus, CliError> {
    let (cli, command) = read(typed).map_err(|usage| CliError::Input(usage.to_string()))?;
    carry_out(&cli, command).await
}

/// What was typed, and what an audit item keeps of it.
fn read(typed: impl IntoIterator<Item = OsString>) -> Result<(Cli, String), clap::Error> {
    let typed: Vec<OsString> = typed.into_iter().collect();
    let command = command_line(&typed);
    Ok((Cli::try_parse_from(arguments(typed))?, command))
}

async fn carry_out(cli: &Cli, command: String) -> Result<ExitStatus, CliError> {
    let output = Output::new(cli.output);
    match &cli.command {
        Command::Completions(args) => return Ok(docs::completions(args, output)),
        Command::Man(args) => return docs::man(args, output),
        Command::Preview(args) if !preview::needs_stack(args) => {
            return Ok(printed(output, preview::run(None, args).await?));
        }
        _ => {}
    }
    let stack = &cli.connection.open(command).await?;
    Ok(match &cli.command {
        Command::Status(args) => printed(output, status::run(stack, args).await?),
        Command::Order(args) => printed(output, order::run(stack, args).await?),
        Command::Dlq(command) => dlq::run(stack, command, output).await?,
        Command::Resend(args) => printed(output, notification::resend::run(stack, args).await?),
        Command::Settle(args) => printed(output, notification::settle::run(stack, args).await?),
        Command::Sweep(args) => {
            sweep::run(stack, args, output, &crate::interrupt::Interrupt::listen()).await?
        }
        Command::Suppression(command) => suppression::run(stack, command, output).await?,
        Command::Erase(args) => erase::run(stack, args, output).await?,
        Command::Publish(args) => printed(output, publish::run(stack, args).await?),
        Command::Preview(args) => printed(output, preview::run(Some(stack), args).await?),
        Command::Doctor(args) => printed(output, doctor::run(stack, args).await?),
        Command::Audit(args) => printed(output, journal::run(stack, args).await?),
        Command::Completions(_) | Command::Man(_) => ExitStatus::Healthy,
    })
}

fn printed(output: Output, (report, ending): (impl Report, ExitStatus)) -> ExitStatus {
    output.print(&report);
    ending
}
