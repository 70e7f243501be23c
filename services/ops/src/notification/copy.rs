//! `waybill resend --copy-to`: a copy of a mail that arrived, for a customer who has it no more, or for somebody else.

use jiff::Timestamp;
use kit::ledger::{Deliveries, Item};
use shared::ledger::State;
use shared::notification::Recipient;
use shared::{EmailAddress, NotificationKey};

use super::further::{Further, send_further};
use super::report::Changed;
use super::request::{Addressee, request_to, requeue};
use super::selector::{
    NotificationArgs, command_args, customers_args, customers_key, find_in_order,
};
use super::unsent::check_unsent;
use crate::aws::Stack;
use crate::error::{CliError, ExitStatus};
use crate::order_name::OrderName;

/// Plans a copy to `to` and queues it: once for each address. If it is interrupted in between, the same command
/// continues.
pub async fn run(
    stack: &Stack,
    args: &NotificationArgs,
    to: EmailAddress,
) -> Result<(Changed, ExitStatus), CliError> {
    let now = Timestamp::now();
    let (items, first) = find_in_order(stack, args).await?;
    let key = customers_key(&first)?;
    let recipient = Recipient::copy_to(&key.shop, &to);
    let shown = to.masked();
    let queued = |item: &Item| {
        let changed = Changed::new(item.clone(), "queued", now.as_millisecond());
        let (recipient, address) = (Some(recipient), Some(shown.clone()));
        (Changed { recipient, address, ..changed }, ExitStatus::Healthy)
    };
    let copys_key = NotificationKey { recipient, ..key.clone() }.sort_key();
    if let Some(copy) = items.iter().find(|item| item.notification == copys_key) {
        check_copy_unsent(copy, now.as_millisecond())?;
        requeue(stack, copy, now, "resend", &args.change, Some(to)).await?;
        return Ok(queued(copy));
    }
    let deliveries = Deliveries::new(&items, &key);
    let last = deliveries.map_or(&first, |deliveries| deliveries.last());
    check_arrived(last, now.as_millisecond())?;
    let request = request_to(stack, last, now, Addressee { recipient, address: to }).await?;
    let further = Further { from: last, recipient, request, action: "copy" };
    send_further(stack, further, &args.change, async { Ok(()) }).await?;
    Ok(queued(last))
}

/// One copy for each address: SES has no way to tell a second one from a mistake.
fn check_copy_unsent(copy: &Item, now: i64) -> Result<(), CliError> {
    let order = OrderName::from_key(&copy.order_key).args();
    match copy.state() {
        Some(State::Sent | State::Delivered | State::Bounced | State::Complained) => {
            Err(CliError::input(format!(
                "That address has had its copy (it is {}); Waybill sends none twice. `waybill preview {} --order \
                 {order} --out DIR` writes the mail to a file that customer service can send on.",
                copy.state,
                copy.key().map(|key| key.kind.to_string()).unwrap_or_default()
            )))
        }
        _ => check_unsent(copy, now),
    }
}

/// A copy is of a mail that the customer has, or was to have.
fn check_arrived(last: &Item, now: i64) -> Result<(), CliError> {
    let args = command_args(last);
    let refusal = match last.state() {
        Some(State::Sent | State::Delivered | State::Complained) => return Ok(()),
        // It may have been an automatic reply.
        Some(State::Bounced) if last.bounce_may_pass(now) => return Ok(()),
        Some(State::Bounced) => format!(
            "It bounced, so that the customer has not read it: `waybill resend {} --to ADDRESS --reason \"...\"` \
             sends it to the customer's corrected address.",
            customers_args(last)
        ),
        Some(State::Failed | State::Skipped) => format!(
            "It is {}, and was sent to nobody. `waybill resend {args} --reason \"...\"` sends it to the customer.",
            last.state
        ),
        Some(State::Planned | State::Sending | State::InDoubt) => format!(
            "The customer's own mail is {}. Repeat the command once it is sent: `waybill order {}` shows when.",
            last.state.replace('_', " "),
            OrderName::from_key(&last.order_key).args()
        ),
        None => "Its state is from a newer version. Use the `waybill` of that version.".to_owned(),
    };
    Err(CliError::input(refusal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(recipient: &str, state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: format!("order.confirmed##{recipient}"),
            state: state.to_string(),
            ..Item::default()
        }
    }

    #[test]
    fn a_copy_is_of_what_was_sent_and_each_refusal_says_what_to_do() {
        let mut said = Vec::new();
        for state in State::ALL {
            let refused = check_arrived(&item("customer", state), 0);
            let was_sent = matches!(state, State::Sent | State::Delivered | State::Complained);
            assert_eq!(refused.is_ok(), was_sent, "{state}");
            said.extend(refused.err().map(|error| error.to_string()));
        }
        let passing = Item { not_before: 1, ..item("customer", State::Bounced) };
        assert!(check_arrived(&passing, 0).is_ok(), "it may have arrived");
        let again = check_copy_unsent(&item("copy-AAAAAAAA", State::Delivered), 0);
        said.push(again.unwrap_err().to_string());
        insta::assert_snapshot!(said.join("\n"));
        assert!(check_copy_unsent(&item("copy-AAAAAAAA", State::Failed), 0).is_ok());
    }
}
