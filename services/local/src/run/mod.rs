//! The command: starts the stack, publishes events, shows progress, reports the outcome of each.

pub mod args;
mod interrupt;
mod metric_totals;
pub mod outcome;
mod output;
pub mod publish;
mod report;
mod wait;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use kit::AwsError;
use shared::contract::documents::{Document, documents};

use crate::stack::{BrandFileError, Config, ShopFileError, Stack, StartError, start};
use args::{Args, EventsError};
use interrupt::Interrupt;
use metric_totals::MetricTotals;
use output::Progress;
use publish::{PublishError, Published, Publisher};
use report::Report;

pub use wait::{StalledError, WaitResult, wait_until_terminal};

/// Runs the command to its end and prints an error as a sentence. The exit code is 1 if an event
/// did not reach a terminal state or one of `--events` was refused, 2 if the command itself failed,
/// 130 if Ctrl-C came before the events had ended.
pub async fn run(args: Args) -> ExitCode {
    match try_run(args).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Events(#[from] EventsError),
    #[error(transparent)]
    Brand(#[from] BrandFileError),
    #[error(transparent)]
    Shops(#[from] ShopFileError),
    #[error("Cannot publish: {0}")]
    Publish(#[from] PublishError),
    #[error("Cannot write the report to {}: {source}", file.display())]
    Report { file: PathBuf, source: std::io::Error },
    #[error("Cannot take Ctrl-C: {0}")]
    Interrupt(std::io::Error),
    #[error("Cannot read the ledger: {0}")]
    Ledger(#[from] AwsError),
}

async fn try_run(args: Args) -> Result<ExitCode, RunError> {
    // Before the stack starts: a file that is not there should fail at once.
    let text = args.read_events()?;
    let events = documents(&text);
    if events.is_empty() {
        eprintln!("There are no events in {}.", args.events_name());
        // A CI that checks its events has checked none: the file is not what it was meant to be.
        if args.once {
            return Ok(ExitCode::FAILURE);
        }
    }
    args.check_report().map_err(|source| report_error(&args, source))?;
    let totals = Arc::new(MetricTotals::new(args.verbose));
    let brand = args.read_brand()?;
    let shops = args.read_shops()?;
    let config = Config { brand, shops, sink: Arc::clone(&totals).sink(), ..args.config() };
    let stack = start(config).await?;
    // Before the banner: whoever reads it may press Ctrl-C.
    let interrupt = Interrupt::on_ctrl_c().map_err(RunError::Interrupt)?;
    output::print_banner(&stack, &args);
    let code = publish_and_wait(&stack, &args, &events, &totals, &interrupt).await;
    if let Some(bus) = stack.mail_bus.as_ref().filter(|_| args.once) {
        let wait = wait::wait_until_told(bus);
        output::print_undelivered(interrupt.or_result_of(wait).await.unwrap_or_default());
    }
    if code.is_ok() && !args.once && !interrupt.has_come() {
        let url = stack.url();
        output::say(format_args!("Open {url}/ to read the mails. Ctrl-C stops everything."));
        interrupt.wait().await;
    }
    eprintln!("Stopping.");
    stack.stop().await;
    code
}

fn report_error(args: &Args, source: std::io::Error) -> RunError {
    RunError::Report { file: args.report.clone().unwrap_or_default(), source }
}

async fn publish_and_wait(
    stack: &Stack,
    args: &Args,
    events: &[Document<'_>],
    totals: &MetricTotals,
    interrupt: &Interrupt,
) -> Result<ExitCode, RunError> {
    let started = Instant::now();
    let progress = Progress::start(events.len());
    let on_publish = |count| progress.update(count, totals.get());
    let published = publish_all(stack, args, events, interrupt, on_publish).await?;
    let on_poll = || progress.update(published.len(), totals.get());
    let wait = wait_until_terminal(stack, &published, on_poll);
    let result = match interrupt.or_result_of(wait).await {
        Some(result) => result?,
        None => wait::current_statuses(stack, &published).await,
    };
    progress.finish();
    // Also for a run that stalled or was interrupted: the report shows which events did not end.
    let lines = events.iter().map(|event| event.line);
    let report = Report::new(stack, lines, &published, &result, started.elapsed());
    // Each event only of the samples: a file may hold a million.
    output::print_summary(&report, args.events.is_none());
    if let Some(file) = &args.report {
        report.write(file).map_err(|source| report_error(args, source))?;
    }
    if args.events.is_some() {
        output::print_warnings(&report, &args.events_name());
    }
    // Some of the samples are refused on purpose.
    let has_refused = args.events.is_some() && output::print_refused(&report, &args.events_name());
    if let Some(stalled) = &result.stalled {
        eprintln!("{stalled}");
    }
    if interrupt.has_come() {
        output::print_interrupted(&report, events.len());
        return Ok(ExitCode::from(130));
    }
    let is_failure = has_refused || result.stalled.is_some();
    Ok(if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Publishes the events in their order, after Ctrl-C only the first of them; what is not JSON counts as
/// refused.
async fn publish_all(
    stack: &Stack,
    args: &Args,
    events: &[Document<'_>],
    interrupt: &Interrupt,
    on_publish: impl Fn(usize),
) -> Result<Vec<Published>, PublishError> {
    let publisher = Publisher::new(stack.address).signing_with(args.webhook_secret.clone());
    let readable: Vec<&str> = events.iter().filter_map(|e| e.json.as_ref().ok().copied()).collect();
    let mut published = Vec::with_capacity(readable.len());
    for batch in publish::batches(&readable) {
        let publish = publisher.publish(&batch);
        let Some(results) = interrupt.or_result_soon_of(publish).await else { break };
        published.extend(results?);
        on_publish(published.len());
    }
    let mut published = published.into_iter();
    // Up to the first event that was not published: what follows it was not either.
    let in_order = events.iter().map_while(|event| match &event.json {
        Ok(_) => published.next(),
        Err(error) => Some(Published::unreadable(error)),
    });
    Ok(in_order.collect())
}
