//! The command: starts the stack, publishes events, shows what happens, reports what came of each.

pub mod args;
mod banner;
mod metric_totals;
pub mod outcome;
mod progress;
pub mod publish;
pub mod report;
mod summary;
mod wait;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use crate::stack::{Config, Stack, start};
use args::{Args, Events};
use metric_totals::MetricTotals;
use progress::Progress;
use publish::{Published, Publisher};
use report::Report;

pub use wait::{StalledError, WaitResult, wait_until_terminal};

/// Runs the command to its end. Problems are printed as sentences.
pub async fn run(args: Args) -> ExitCode {
    match carry_out(args).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Why the command could not do its work.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error(transparent)]
    Start(#[from] crate::stack::StartError),
    #[error("Cannot read the events in {0}: {1}")]
    Events(String, std::io::Error),
    #[error("Cannot publish: {0}")]
    Publish(#[from] publish::PublishError),
    #[error("Cannot write the report to {0}: {1}")]
    Report(String, std::io::Error),
    #[error("Cannot read the ledger: {0}")]
    Ledger(#[from] outcome::LedgerError),
}

async fn carry_out(args: Args) -> Result<ExitCode, RunError> {
    let lines = args.events.read().map_err(|(name, error)| RunError::Events(name, error))?;
    let metric_totals = Arc::new(MetricTotals::new(args.verbose));
    let config = Config { sink: Arc::clone(&metric_totals).sink(), ..args.config() };
    let stack = start(config).await?;
    banner::print(&stack, &args);
    let code = tokio::select! {
        result = publish_and_watch(&stack, &args, &lines, &metric_totals) => result,
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::from(130)),
    };
    if code.is_ok() && !args.once {
        banner::stays_up(&stack);
        let _ = tokio::signal::ctrl_c().await;
    }
    eprintln!("Stopping.");
    stack.stop().await;
    code
}

async fn publish_and_watch(
    stack: &Stack,
    args: &Args,
    lines: &[String],
    metric_totals: &MetricTotals,
) -> Result<ExitCode, RunError> {
    let started = Instant::now();
    let progress = Progress::start(lines.len());
    let publisher = Publisher::new(stack.address);
    let mut published: Vec<Published> = Vec::with_capacity(lines.len());
    for batch in publish::batches(lines) {
        published.extend(publisher.publish(&batch).await?);
        progress.show(published.len(), metric_totals.counts());
    }
    let rest = wait_until_terminal(stack, &published, |_| {
        progress.show(published.len(), metric_totals.counts())
    })
    .await?;
    progress.end();
    let report = Report::new(stack, published, &rest, started.elapsed());
    summary::print(&report, matches!(args.events, Events::Samples));
    if let Some(file) = &args.report {
        report.write(file).map_err(|e| RunError::Report(file.display().to_string(), e))?;
    }
    Ok(match rest.stalled {
        None => ExitCode::SUCCESS,
        Some(stalled) => {
            eprintln!("{stalled}");
            ExitCode::FAILURE
        }
    })
}
