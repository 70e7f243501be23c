//! `waybill doctor`: whether the deployment is as it must be.

mod alarms;
mod finding;
mod lambda;
mod queues;
mod ses;
mod tables;

pub use lambda::REQUIRED_VARIABLES;

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::swept::{FIX, SweepProgress};
use finding::{Diagnosis, Finding, Level, findings};
use lambda::Functions;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what is not as it should be
    #[arg(long)]
    pub quiet: bool,
}

/// Runs every check. A service that the endpoint lacks, or that the caller may not ask, is reported
/// as not checked.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Diagnosis, ExitStatus), CliError> {
    // First: the other checks depend on the functions' timeouts and variables.
    let functions = Functions::read(stack).await;
    let (tables, sweep, queues, mappings, ses, alarms) = futures::join!(
        tables::check(stack),
        check_sweep(stack),
        queues::check(stack, &functions),
        lambda::check_mappings(stack, &functions),
        ses::check(stack, &functions),
        alarms::check(stack),
    );
    let findings =
        [tables, vec![sweep], queues, functions.check(), mappings, ses, findings(alarms)].concat();
    let is_unhealthy = findings.iter().any(|f| matches!(f.level, Level::Wrong | Level::Warning))
        || findings.iter().all(|f| f.level == Level::NotChecked);
    let diagnosis =
        Diagnosis { stack: stack.name.clone(), names: stack.names(), findings, quiet: args.quiet };
    Ok((diagnosis, ExitStatus::attention_if(is_unhealthy)))
}

/// Whether relay's sweep keeps up. A stack whose sweep has not run yet has nothing to compare.
async fn check_sweep(stack: &Stack) -> Finding {
    let subject = "relay: sweep";
    match SweepProgress::read(stack).await {
        Ok(Some(sweep)) => Finding::expect(!sweep.is_wrong(), subject, sweep.describe(), FIX),
        Ok(None) => Finding::new(Level::NotChecked, subject, "it has not run yet", ""),
        Err(error) => Finding::new(Level::NotChecked, subject, error.to_string(), ""),
    }
}
