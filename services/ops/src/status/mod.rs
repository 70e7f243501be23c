//! `waybill status`: is everything well?

mod cloudwatch;
mod judge;
mod ledger;
mod report;

use futures::future;

use crate::aws::{Queue, Stack, describe_error};
use crate::error::{CliError, ExitStatus};

pub use report::{QueueRow, Ses, Status};

/// Flags of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Count at most so many events of the last 24 hours, the latest first
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub most: usize,
}

/// Looks at everything at once.
///
/// # Errors
/// [`CliError::Service`] when a table or queue does not answer.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Status, ExitStatus), CliError> {
    let (queues, ledger, ses) =
        futures::join!(queues(stack), ledger::last_day(stack, args.most), ses(stack));
    let (queues, ledger) = (queues?, ledger?);
    let mut status = Status {
        stack: stack.name.clone(),
        names: stack.names(),
        queues,
        ledger,
        ses,
        attention: Vec::new(),
    };
    status.attention = judge::findings(&status);
    let ending = ExitStatus::attention_if(!status.attention.is_empty());
    Ok((status, ending))
}

async fn queues(stack: &Stack) -> Result<Vec<QueueRow>, CliError> {
    let rows = Queue::ALL.map(|queue| async move {
        let depth = stack.queue_depth(queue).await?;
        Ok::<_, CliError>(QueueRow { queue, depth, oldest_seconds: None })
    });
    let mut rows = future::try_join_all(rows).await?;
    if let Some(ages) = cloudwatch::oldest(stack).await {
        for row in &mut rows {
            row.oldest_seconds = ages.get(&row.queue).copied();
        }
    }
    Ok(rows)
}

/// A silent SES is a finding like another: the rest is told all the same.
async fn ses(stack: &Stack) -> Result<Ses, String> {
    let account = stack.ses().get_account().send().await.map_err(|error| describe_error(&error))?;
    let quota = account.send_quota;
    Ok(Ses {
        sending_enabled: account.sending_enabled,
        production_access: account.production_access_enabled,
        enforcement: account.enforcement_status.unwrap_or_default(),
        send_rate: quota.as_ref().map(|q| q.max_send_rate).unwrap_or_default(),
        daily_quota: quota.as_ref().map(|q| q.max24_hour_send).unwrap_or_default(),
        sent_last_24_hours: quota.as_ref().map(|q| q.sent_last24_hours).unwrap_or_default(),
    })
}
