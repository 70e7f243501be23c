//! `waybill resend`: sends one mail that was skipped, failed, or waits; or one that did not arrive to another address.

use jiff::Timestamp;
use shared::EmailAddress;

use super::report::Changed;
use super::request::{rebuild_request, requeue};
use super::selector::{NotificationArgs, find, other_recipient};
use super::unsent::check_unsent;
use super::{copy, corrected};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::find::read_line;

/// The argument that means standard input, where an address leaves no trace in the shell's history.
const STANDARD_INPUT: &str = "-";

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// To the customer's corrected address, once, where the mail bounced, was suppressed or failed; - reads the address
    /// from standard input, which keeps it out of the shell's history
    #[arg(long, value_name = "ADDRESS", requires = "reason", conflicts_with = "copy_to")]
    pub to: Option<String>,
    /// A copy to this address, once, of a mail that was sent; - as above
    #[arg(long, value_name = "ADDRESS", requires = "reason")]
    pub copy_to: Option<String>,
    #[command(flatten)]
    pub notification: NotificationArgs,
}

/// Queues the mail, unless SES has accepted it or may have; or, to another address, where that is allowed. One that SES has
/// rejected with its files goes without them.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Changed, ExitStatus), CliError> {
    match (&args.to, &args.copy_to) {
        (Some(to), _) => corrected::run(stack, &args.notification, address(to)?).await,
        (None, Some(to)) => copy::run(stack, &args.notification, address(to)?).await,
        (None, None) => to_its_address(stack, &args.notification).await,
    }
}

/// Reads an address that is typed, or a line of standard input for `-`.
pub(super) fn address(typed: &str) -> Result<EmailAddress, CliError> {
    let line;
    let typed = match typed {
        STANDARD_INPUT => {
            line = read_line("The address:")?;
            line.trim()
        }
        typed => typed,
    };
    EmailAddress::parse(typed)
        .map_err(|invalid| CliError::input(format!("That is not an e-mail address: {invalid}.")))
}

async fn to_its_address(
    stack: &Stack,
    args: &NotificationArgs,
) -> Result<(Changed, ExitStatus), CliError> {
    let now = Timestamp::now();
    let item = find(stack, args).await?;
    if item.was_rejected_with_files() && other_recipient(&item).is_none() {
        // A further delivery to the same address, without its files.
        let request = rebuild_request(stack, &item, now, None).await?;
        return corrected::run(stack, args, request.to().clone()).await;
    }
    check_unsent(&item, now.as_millisecond())?;
    requeue(stack, &item, now, "resend", &args.change, None).await?;
    Ok((Changed::new(item, "queued", now.as_millisecond()), ExitStatus::Healthy))
}
