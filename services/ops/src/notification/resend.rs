//! `waybill resend`: sends one mail that was skipped, failed, or waits; or one that did not arrive to another address.

use jiff::Timestamp;
use kit::ledger::Item;
use shared::EmailAddress;
use shared::ledger::State;

use super::report::Changed;
use super::request::requeue;
use super::selector::{NotificationArgs, command_args, customers_args, find, kind_and_scope};
use super::{copy, corrected};
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::find::read_line;
use crate::order_name::OrderName;
use crate::output::{counted, format_time};

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

/// Queues the mail, unless SES has accepted it or may have; or, to another address, where that is allowed.
pub async fn run(stack: &Stack, args: &Args) -> Result<(Changed, ExitStatus), CliError> {
    match (&args.to, &args.copy_to) {
        (Some(to), _) => corrected::run(stack, &args.notification, address(to)?).await,
        (None, Some(to)) => copy::run(stack, &args.notification, address(to)?).await,
        (None, None) => to_its_address(stack, &args.notification).await,
    }
}

/// Reads an address that is typed, or a line of standard input for `-`.
fn address(typed: &str) -> Result<EmailAddress, CliError> {
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
    check_unsent(&item, now.as_millisecond())?;
    requeue(stack, &item, now, "resend", &args.change, None).await?;
    Ok((Changed::new(item, "queued", now.as_millisecond()), ExitStatus::Healthy))
}

/// No customer gets the same mail twice, not even from an operator.
pub(super) fn check_unsent(item: &Item, now: i64) -> Result<(), CliError> {
    let order = OrderName::of_key(&item.order_key);
    let order_args = order.args();
    let (kind, _) = kind_and_scope(item);
    let settle = format!(
        "SES may have accepted it. If the SES console or the customer shows that it has not, run \
         `waybill settle {} not-sent --reason \"...\"`, which also sends it.",
        command_args(item)
    );
    let refusal = match item.state() {
        Some(State::Planned) if item.doubts > 0 => {
            let (state, attempts) = (&item.state, counted(item.doubts, "earlier attempt"));
            format!("It is {state}, but {attempts} ended in doubt: {settle}")
        }
        // Its message would hold the customer's data again.
        Some(State::Skipped) if item.reason.as_deref() == Some("erased") => {
            format!("The order {order} was erased; its mails are not sent.")
        }
        Some(State::Failed) if item.readdressed_to.is_some() => format!(
            "Its news goes to a corrected address since: `waybill order {order_args}` shows what became of it there. \
             `waybill resend {} --to ADDRESS --reason \"...\"` sends it to one, where it has not arrived.",
            customers_args(item)
        ),
        Some(State::Failed | State::Planned | State::Skipped) => return Ok(()),
        Some(State::Sending) if item.lease_until >= now => format!(
            "It is being sent right now, until {} at most. Then check `waybill order {order_args}`.",
            format_time(item.lease_until)
        ),
        // A lease that has run out leaves no trace of whether SES was called.
        Some(State::Sending | State::InDoubt) => format!("It is in doubt: {settle}"),
        Some(State::Bounced) => format!(
            "SES has accepted this mail ({}), and it bounced; Waybill sends none twice to one address. `waybill resend \
             {} --to ADDRESS --reason \"...\"` sends it to the customer's corrected address.",
            item.message_id.as_deref().unwrap_or("without an id"),
            customers_args(item)
        ),
        Some(State::Sent | State::Delivered | State::Complained) => format!(
            "SES has accepted this mail ({}); Waybill sends none twice. If the customer needs it again, `waybill resend \
             {} --copy-to ADDRESS --reason \"...\"` sends a copy, and `waybill preview {kind} --order {order_args} \
             --out DIR` writes it to a file that customer service can send on.",
            item.message_id.as_deref().unwrap_or("without an id"),
            customers_args(item)
        ),
        None => "Its state is from a newer version. Use the `waybill` of that version.".to_owned(),
    };
    Err(CliError::input(refusal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            state: state.as_str().to_owned(),
            lease_until: 1_763_900_000_000,
            message_id: Some("0107-abc".to_owned()),
            ..Item::default()
        }
    }

    #[test]
    fn only_what_was_certainly_not_sent_is_sent() {
        for state in State::ALL {
            let is_allowed = check_unsent(&item(state), 0).is_ok();
            let is_unsent = matches!(state, State::Failed | State::Planned | State::Skipped);
            assert_eq!(is_allowed, is_unsent, "{state}");
        }
    }

    #[test]
    fn what_an_earlier_attempt_may_have_sent_is_not_resent_before_it_is_settled() {
        let doubted = Item { doubts: 1, ..item(State::Planned) };
        let refused = check_unsent(&doubted, 0).unwrap_err().to_string();
        assert!(refused.contains("waybill settle 1001 order.confirmed not-sent"), "{refused}");
    }

    #[test]
    fn each_refusal_says_what_to_try() {
        let refusals: Vec<String> =
            [State::Sending, State::InDoubt, State::Delivered, State::Bounced]
                .map(|state| check_unsent(&item(state), 0).unwrap_err().to_string())
                .into();
        insta::assert_snapshot!(refusals.join("\n"));
    }
}
