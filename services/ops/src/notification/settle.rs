//! `waybill settle`: an operator decides whether SES has accepted a mail that is in doubt.

use jiff::Timestamp;
use kit::ledger::{Change, Item, RecordOutcome};
use serde_json::json;
use shared::EmailAddress;
use shared::ledger::{Facts, LEASE_EXPIRED, State, Transition};

use super::report::Changed;
use super::request::{MAX_CLOCK_SKEW, OPENED, requeue};
use super::resend::address;
use super::selector::{NotificationArgs, command_args, find};
use crate::audit::{Audit, ChangeArgs, Intent};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::order_name::OrderName;
use crate::output::format_time;

/// What the operator found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Resolution {
    /// SES has accepted the mail.
    Sent,
    /// SES has not accepted it, so it is sent now.
    NotSent,
}

#[derive(Debug, clap::Args)]
pub struct Args {
    // Before the flags of the audit item, whose heading would otherwise be theirs too.
    /// sent: SES has accepted it. not-sent: it has not, so it is sent now
    #[arg(index = 3)]
    pub resolution: Resolution,
    /// With sent: SES's message id, if known
    #[arg(long, value_name = "ID")]
    pub message_id: Option<String>,
    /// With not-sent, where an operator named the address and no event does: that address again; - reads it from standard
    /// input
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    #[command(flatten)]
    pub notification: NotificationArgs,
}

/// Settles the mail. If it is interrupted after the record was opened, the same command finds it open
/// and continues.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Changed, ExitStatus), CliError> {
    let found = find(stack, &args.notification).await?;
    let settlement = Settlement {
        resolution: args.resolution,
        message_id: args.message_id.as_deref(),
        to: args.to.as_deref().map(address).transpose()?,
    };
    let changed = settle(stack, found, settlement, &args.notification.change).await?;
    Ok((changed, ExitStatus::Healthy))
}

/// What an operator knows of a mail in doubt.
pub(super) struct Settlement<'a> {
    pub resolution: Resolution,
    /// SES's, if it was sent and they know it.
    pub message_id: Option<&'a str>,
    /// The address, if they named it.
    pub to: Option<EmailAddress>,
}

/// Settles the mail whose record is `found`.
pub(super) async fn settle(
    stack: &Stack,
    found: Item,
    settlement: Settlement<'_>,
    change: &ChangeArgs,
) -> Result<Changed, CliError> {
    let Settlement { resolution, message_id, to } = settlement;
    let now = Timestamp::now();
    let item = in_doubt(stack, found, resolution, now).await?;
    let result = match resolution {
        Resolution::Sent => {
            record_as_sent(stack, message_id, change, &item, now).await?;
            "sent"
        }
        Resolution::NotSent => {
            requeue(stack, &item, now, "settle not-sent", change, to).await?;
            "queued"
        }
    };
    Ok(Changed::new(item, result, now.as_millisecond()))
}

/// The record in doubt. A record whose lease has run out without a result is in doubt too, and is
/// first recorded as such.
async fn in_doubt(
    stack: &Stack,
    item: Item,
    resolution: Resolution,
    now: Timestamp,
) -> Result<Item, CliError> {
    if may_be_settled(&item, resolution) {
        return Ok(item);
    }
    // The operator's clock may be ahead: a lease that has only just run out by it may be held, and
    // its holder may yet send.
    let latest = (now - MAX_CLOCK_SKEW).as_millisecond();
    if item.state() != Some(State::Sending) || item.lease_until >= latest {
        return Err(not_in_doubt(&item));
    }
    let change = Change::new(Transition::Expire, Facts::new(now.as_millisecond()))
        .with("reason", LEASE_EXPIRED);
    record(stack, &item, change).await
}

fn may_be_settled(item: &Item, resolution: Resolution) -> bool {
    match item.state() {
        Some(State::InDoubt) => true,
        // An earlier attempt is in doubt, though a later one was not.
        Some(State::Planned) if item.doubts > 0 => true,
        // Opened by this command before it was interrupted. Another mail request is harmless: the claim
        // lets one mail through.
        Some(State::Planned) => {
            resolution == Resolution::NotSent && item.reason.as_deref() == Some(OPENED)
        }
        _ => false,
    }
}

fn not_in_doubt(item: &Item) -> CliError {
    let args = command_args(item);
    let instead = match item.state() {
        Some(State::Failed | State::Skipped) => {
            format!("It was certainly not sent; `waybill resend {args} --reason \"...\"` sends it.")
        }
        Some(State::Planned) => format!(
            "It was certainly not sent and will be; `waybill resend {args} --reason \"...\"` sends it \
             now."
        ),
        Some(State::Sending) => {
            let until = item.lease_until + MAX_CLOCK_SKEW.as_millis() as i64;
            format!("Its mailer may be working until {}; try again then.", format_time(until))
        }
        _ => "There is nothing to settle.".to_owned(),
    };
    CliError::input(format!("This mail is not in doubt: it is {}. {instead}", item.state))
}

async fn record_as_sent(
    stack: &Stack,
    message_id: Option<&str>,
    change: &ChangeArgs,
    item: &Item,
    now: Timestamp,
) -> Result<(), CliError> {
    let intent = Intent {
        action: format!("settle sent {}", OrderName::from_key(&item.order_key).id),
        reason: change.reason.as_deref(),
        plan: json!({ "order_key": item.order_key, "notification": item.notification }),
    };
    let audit = Audit::begin(stack, &change.operator, intent).await?;
    let mut change = Change::new(Transition::Settle, Facts::new(now.as_millisecond()))
        .with("reason", "settled by an operator");
    if let Some(id) = message_id {
        change = change.with("message_id", id);
    }
    let result = record(stack, item, change).await.map(|_| ());
    audit.complete(result, &json!({ "settled": "sent" })).await
}

async fn record(stack: &Stack, item: &Item, change: Change) -> Result<Item, CliError> {
    match stack.ledger().record(&item.order_key, &item.notification, change).await {
        Ok(RecordOutcome::Recorded(item)) => Ok(*item),
        Ok(_) => Err(CliError::service("The record has changed meanwhile. Nothing was settled.")),
        Err(error) => Err(CliError::ledger_write(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_doubt_is_not_settled() {
        let refusal = |state: &str| {
            not_in_doubt(&Item {
                order_key: "default/1001".to_owned(),
                notification: "order.refunded#R-1#customer".to_owned(),
                state: state.to_owned(),
                ..Item::default()
            })
            .to_string()
        };
        insta::assert_snapshot!(
            [refusal("failed"), refusal("planned"), refusal("delivered")].join("\n")
        );
    }

    #[test]
    fn an_earlier_attempt_in_doubt_is_settled_too_and_an_open_record_goes_on_to_be_sent() {
        for (state, reason, doubts, resolution, may_be) in [
            ("planned", "", 1, Resolution::Sent, true),
            // The command was interrupted after it had opened the record.
            ("planned", OPENED, 0, Resolution::NotSent, true),
            ("planned", OPENED, 0, Resolution::Sent, false),
            ("planned", "SendingPausedException", 0, Resolution::NotSent, false),
            ("failed", "", 0, Resolution::NotSent, false),
            ("sent", "", 2, Resolution::NotSent, false),
        ] {
            let (state, reason) = (state.to_owned(), Some(reason.to_owned()));
            let item = Item { state, reason, doubts, ..Item::default() };
            let may_now = may_be_settled(&item, resolution);
            assert_eq!(may_now, may_be, "{item:?}, {resolution:?}");
        }
    }
}
