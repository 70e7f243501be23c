//! Whether a mail was certainly not sent.

use kit::ledger::Item;
use shared::ledger::State;

use super::selector::{command_args, customers_args, kind_and_scope};
use crate::error::CliError;
use crate::order_name::OrderName;
use crate::output::{counted, format_time};

/// No customer gets the same mail twice, not even from an operator.
pub(super) fn check_unsent(item: &Item, now: i64) -> Result<(), CliError> {
    let order = OrderName::from_key(&item.order_key);
    let order_args = order.args();
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
        Some(State::Bounced) => bounced(item),
        Some(State::Sent | State::Delivered | State::Complained) => accepted(item),
        None => "Its state is from a newer version. Use the `waybill` of that version.".to_owned(),
    };
    Err(CliError::input(refusal))
}

/// Why a mail that came back is not sent to the same address again.
fn bounced(item: &Item) -> String {
    if item.was_rejected_with_files() {
        return format!(
            "SES found a virus in this mail or in its files, and delivered it to nobody. `waybill resend {} --to ADDRESS \
             --reason \"...\"` sends it to another address of the customer, without its files.",
            customers_args(item)
        );
    }
    format!(
        "SES has accepted this mail ({}), and it bounced; Waybill sends none twice to one address. `waybill resend \
         {} --to ADDRESS --reason \"...\"` sends it to the customer's corrected address.",
        item.message_id.as_deref().unwrap_or("without an id"),
        customers_args(item)
    )
}

/// Why a mail that SES has accepted is not sent again, and what the customer can be sent in its place.
fn accepted(item: &Item) -> String {
    let (kind, _) = kind_and_scope(item);
    format!(
        "SES has accepted this mail ({}); Waybill sends none twice. If the customer needs it again, `waybill resend \
         {} --copy-to ADDRESS --reason \"...\"` sends a copy, and `waybill preview {kind} --order {} --out DIR` writes it \
         to a file that customer service can send on.",
        item.message_id.as_deref().unwrap_or("without an id"),
        customers_args(item),
        OrderName::from_key(&item.order_key).args()
    )
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
