//! `waybill doctor`: whether the deployment is as it must be.

mod alarms;
mod finding;
mod lambda;
mod mail_bus;
mod parts;
mod queues;
mod ses;
mod systems;
mod tables;

pub use alarms::ringing as ringing_alarms;
pub use finding::{Diagnosis, Finding, Level};
pub use lambda::REQUIRED_VARIABLES;

use std::time::Duration;

use tokio::time::timeout;

use crate::aws::{Part, Stack};
use crate::error::{CliError, ExitStatus};
use crate::swept::{FIX, SweepProgress};
use finding::findings;
use lambda::Functions;
use parts::Parts;

/// How long a check may take.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what is not as it should be
    #[arg(long)]
    pub quiet: bool,
}

/// Runs every check. A service that the endpoint lacks, or that the caller may not ask, is reported
/// as not checked.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Diagnosis, ExitStatus), CliError> {
    // First: the other checks depend on what is switched on, and on the functions' timeouts and variables.
    let parts = Parts::read(stack).await;
    let functions = Functions::read(stack, &parts).await;
    let (tables, sweep, queues, mappings, ses, optional, alarms) = futures::join!(
        within("tables", tables::check(stack, &parts)),
        within("relay: sweep", async { vec![check_sweep(stack).await] }),
        within("queues", queues::check(stack, &functions)),
        within("mappings", lambda::check_mappings(stack, &functions)),
        within("SES", ses::check(stack, &functions)),
        within("parts", check_parts(stack, &parts, &functions)),
        within("alarms", async { findings(alarms::check(stack).await) }),
    );
    let findings =
        [tables, sweep, queues, functions.check(), mappings, ses, optional, alarms].concat();
    let is_unhealthy = findings.iter().any(|f| matches!(f.level, Level::Wrong | Level::Warning))
        || findings.iter().all(|f| f.level == Level::NotChecked);
    let diagnosis =
        Diagnosis { stack: stack.name.clone(), names: stack.names(), findings, quiet: args.quiet };
    Ok((diagnosis, ExitStatus::attention_if(is_unhealthy)))
}

/// What of the parts that can be off is in no other check.
async fn check_parts(stack: &Stack, parts: &Parts, functions: &Functions) -> Vec<Finding> {
    let systems = async {
        match parts.has(Part::Connector) {
            true => findings(systems::check(stack, functions).await),
            false => Vec::new(),
        }
    };
    let mail_bus = async {
        match parts.has(Part::MailEvents) {
            true => mail_bus::check(stack, parts.has(Part::MailHook)).await,
            false => Vec::new(),
        }
    };
    let (systems, mail_bus) = futures::join!(systems, mail_bus);
    [parts.off(), systems, mail_bus].concat()
}

/// A check whose service does not answer is a finding, and holds up no other.
async fn within(subject: &str, check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    timeout(LIMIT, check).await.unwrap_or_else(|_elapsed| {
        let found = format!("no answer within {} seconds", LIMIT.as_secs());
        vec![Finding::new(Level::Wrong, subject, found, "run `waybill doctor` again in a while")]
    })
}

/// Whether relay's sweep keeps up. A stack whose sweep has not run yet has nothing to compare.
async fn check_sweep(stack: &Stack) -> Finding {
    let subject = "relay: sweep";
    match SweepProgress::read(stack).await {
        Ok(Some(sweep)) => {
            let found = format!("{}; up to 10m are usual, and 40m the limit", sweep.describe());
            Finding::expect(!sweep.is_wrong(), subject, found, FIX)
        }
        Ok(None) => Finding::new(Level::NotChecked, subject, "it has not run yet", ""),
        Err(error) => Finding::new(Level::NotChecked, subject, error.to_string(), ""),
    }
}
