//! `waybill doctor`: is the deployment as it must be?

mod alarms;
mod finding;
mod functions;
mod mappings;
mod queues;
mod ses;
mod tables;

use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};

use finding::Diagnosis;
pub use finding::{Finding, Level};
use functions::Functions;

/// Flags of `doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what is not as it should be
    #[arg(long)]
    pub quiet: bool,
}

/// Checks everything that the endpoint has. What it does not have is said to be not checked.
///
/// # Errors
/// [`CliError::Service`] when the connection itself fails.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Diagnosis, ExitStatus), CliError> {
    let functions = Functions::read(stack).await;
    let (tables, queues, ses, alarms) = futures::join!(
        tables::check(stack),
        queues::check(stack, &functions),
        ses::check(stack, &functions),
        alarms::check(stack),
    );
    let mut findings = tables;
    findings.extend(queues);
    findings.extend(functions.check());
    findings.extend(mappings::check(stack, &functions).await);
    findings.extend(ses);
    findings.extend(alarms);
    let is_ill = findings.iter().any(|f| matches!(f.level, Level::Wrong | Level::Warning))
        || findings.iter().all(|f| f.level == Level::NotChecked);
    let diagnosis = Diagnosis::new(&stack.name, &stack.names(), findings, args.quiet);
    Ok((diagnosis, ExitStatus::attention_if(is_ill)))
}
