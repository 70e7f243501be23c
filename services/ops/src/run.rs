//! Runs a command line and returns its exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::audit;
use crate::cli::{Cli, Command, arguments, parse};
use crate::command_line::command_line;
use crate::error::{CliError, ExitStatus};
use crate::interrupt::Interrupt;
use crate::notification::{resend, settle, settle_many};
use crate::output::{Output, Report, note};
use crate::pii::without_addresses;
use crate::{
    console, dlq, docs, doctor, erase, jq, order, preview, publish, reconcile, shop, status,
    suppression, sweep,
};

/// Runs the process's own command line.
pub async fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    if let [_, only] = &typed[..]
        && only == jq::ARGUMENT
    {
        return jq::serve();
    }
    let command = command_line(&typed);
    let cli = match parse(arguments(typed)) {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version too, with exit code 0.
            let _ = usage.print();
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    match run(&cli, command).await {
        Ok(status) => status.exit_code(),
        Err(error) => {
            // Only the sentence: the error's sources may quote a request, and so a customer. And the sentence may
            // quote an id that holds an address.
            note(&without_addresses(&format!("waybill: {error}")));
            error.exit_code()
        }
    }
}

async fn run(cli: &Cli, command: String) -> Result<ExitStatus, CliError> {
    let output = Output::new(cli.output);
    match &cli.command {
        Command::Completions { shell } => docs::completions(*shell, output),
        Command::Man { out } => docs::man_pages(out.as_deref(), output)?,
        Command::Preview(args) if !preview::needs_stack(args, cli.connection.shop.as_ref()) => {
            print(output, preview::run(None, args).await?);
        }
        Command::Shop(command) if !shop::needs_stack(command) => {
            return shop::run_without_stack(command, cli.connection.shop.as_ref(), output);
        }
        stack_command => return run_on_stack(cli, stack_command, command, output).await,
    }
    Ok(ExitStatus::Healthy)
}

async fn run_on_stack(
    cli: &Cli,
    command: &Command,
    command_line: String,
    output: Output,
) -> Result<ExitStatus, CliError> {
    let stack = &cli.connection.open(command_line).await?;
    Ok(match command {
        Command::Status(args) => print(output, status::run(stack, args).await?),
        Command::Order(args) => print(output, order::run(stack, args).await?),
        Command::Dlq(command) => dlq::run(stack, command, output).await?,
        Command::Resend(args) => print(output, resend::run(stack, args).await?),
        Command::Settle(args) => print(output, settle::run(stack, args).await?),
        Command::SettleMany(args) => {
            settle_many::run(stack, args, output, &Interrupt::listen()).await?
        }
        Command::Sweep(args) => sweep::run(stack, args, output, &Interrupt::listen()).await?,
        Command::Suppression(command) => suppression::run(stack, command, output).await?,
        Command::Shop(command) => shop::run(stack, command, output).await?,
        Command::Erase(args) => erase::run(stack, args, output).await?,
        Command::Publish(args) => print(output, publish::run(stack, args).await?),
        Command::Reconcile(args) => {
            let interrupt = Interrupt::listen();
            Box::pin(reconcile::run(stack, args, output, &interrupt)).await?
        }
        Command::Preview(args) => print(output, preview::run(Some(stack), args).await?),
        Command::Doctor(args) => print(output, doctor::run(stack, args).await?),
        Command::Console(args) => console::run(stack, args, output).await?,
        Command::Audit(args) => print(output, audit::run(stack, args).await?),
        Command::Completions { .. } | Command::Man { .. } => ExitStatus::Healthy,
    })
}

fn print(output: Output, (report, status): (impl Report, ExitStatus)) -> ExitStatus {
    output.print(&report);
    status
}
