//! Commands that an operator may want to run next, written out to be copied.

use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;
use shared::notification::Recipient;

use super::selector::{command_args, customers_args, name, other_recipient};
use crate::suppressed::SuppressionList;

/// A command and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Such as `To send order.confirmed again`.
    pub purpose: String,
    pub command: String,
    /// What the command does, for whoever offers it in another form than to be copied.
    #[serde(skip)]
    pub action: Action,
}

/// What a suggested command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Sends the mail to its own address.
    Resend,
    /// Sends it to the customer's corrected address, which is yet to be named.
    ResendTo,
    /// Records that SES has accepted it.
    SettleSent,
    /// Sends it, since SES has not accepted it.
    SettleNotSent,
    /// Takes its address off SES's suppression list.
    LiftSuppression,
}

/// The commands that apply to a notification. `now` in milliseconds since 1970.
pub fn suggestions(item: &Item, now: i64) -> Vec<Suggestion> {
    let mail = name(item);
    match item.state() {
        Some(State::Failed | State::Bounced) if item.readdressed_to.is_some() => Vec::new(),
        Some(State::Failed) => vec![resend(item, format!("To send {mail} again"))],
        Some(State::Bounced) if item.bounce_may_pass(now) => Vec::new(),
        Some(State::Bounced)
            if item.was_rejected_with_files() && other_recipient(item).is_none() =>
        {
            vec![resend(item, format!("To send {mail} without its files"))]
        }
        Some(State::Bounced) => after_bounce(item, &mail),
        Some(State::Skipped)
            if matches!(
                item.reason.as_deref(),
                Some("stale" | "superseded" | "nothing_new" | "kind_off")
            ) =>
        {
            vec![resend(item, format!("To send {mail} all the same"))]
        }
        Some(State::InDoubt) => settlements(item, &mail),
        Some(State::Planned) if item.doubts > 0 => settlements(item, &mail),
        Some(State::Planned) if item.not_before > now => {
            vec![resend(item, format!("To send {mail} now"))]
        }
        _ => Vec::new(),
    }
}

fn resend(item: &Item, purpose: String) -> Suggestion {
    let command = format!("waybill resend {} --reason \"...\"", command_args(item));
    Suggestion { purpose, command, action: Action::Resend }
}

/// The address is not printed: the rest of the output masks it.
fn after_bounce(item: &Item, mail: &str) -> Vec<Suggestion> {
    let list = SuppressionList::from_item(item);
    let lift = Suggestion {
        purpose: "To take the address off the account's suppression list".to_owned(),
        command: "waybill suppression remove ADDRESS --reason \"...\"".to_owned(),
        action: Action::LiftSuppression,
    };
    let send = Suggestion {
        purpose: match list {
            Some(_) => format!("Then, to send {mail} there again, or to a corrected address"),
            None => format!("To send {mail} to the customer's corrected address"),
        },
        command: format!("waybill resend {} --to ADDRESS --reason \"...\"", customers_args(item)),
        action: Action::ResendTo,
    };
    let is_copy = matches!(other_recipient(item), Some(Recipient::Copy(_)));
    let lift = (list == Some(SuppressionList::Account)).then_some(lift);
    lift.into_iter().chain((!is_copy).then_some(send)).collect()
}

fn settlements(item: &Item, mail: &str) -> Vec<Suggestion> {
    let settle = |purpose: String, resolution, action| Suggestion {
        purpose,
        command: format!("waybill settle {} {resolution} --reason \"...\"", command_args(item)),
        action,
    };
    vec![
        settle(format!("If SES has accepted {mail}"), "sent", Action::SettleSent),
        settle(
            format!("If SES has not accepted {mail}, to send it"),
            "not-sent",
            Action::SettleNotSent,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, arguments};
    use clap::Parser;

    #[test]
    fn each_suggested_command_is_one_that_the_command_line_takes() {
        let items = [
            ("failed", None, 0, 0),
            ("skipped", Some("stale"), 0, 0),
            ("in_doubt", None, 1, 0),
            ("planned", None, 0, 2_000),
            ("planned", None, 1, 0),
        ]
        .map(|(state, reason, doubts, not_before)| Item {
            order_key: "default/1001%2FA".to_owned(),
            notification: "shipment.updated#S-1#00340434161094022115#customer".to_owned(),
            state: state.to_owned(),
            reason: reason.map(str::to_owned),
            doubts,
            not_before,
            ..Item::default()
        });
        let copy = "shipment.updated#S-1#00340434161094022115#copy--sKbxIj_".to_owned();
        let copies = items.clone().map(|item| Item { notification: copy.clone(), ..item });
        for item in items.iter().chain(&copies) {
            let suggested = suggestions(item, 1_000);
            assert!(!suggested.is_empty(), "{item:?}");
            for Suggestion { command, .. } in suggested {
                // As a shell splits it: no value holds a space.
                let words = command.split(' ').map(|word| word.trim_matches(['\'', '"']).into());
                let parsed = Cli::try_parse_from(arguments(words));
                assert!(parsed.is_ok(), "{command}: {parsed:?}");
            }
        }
        let sent = Item { state: "sent".to_owned(), ..items[0].clone() };
        assert_eq!(suggestions(&sent, 1_000), []);
        let readdressed = Item { readdressed_to: Some("AAAAAAAA".to_owned()), ..items[0].clone() };
        assert_eq!(suggestions(&readdressed, 1_000), []);
    }

    #[test]
    fn a_mail_that_bounced_goes_to_another_address_and_a_suppressed_one_is_lifted_first() {
        let commands = |recipient: &str, reason: &str| {
            let item = Item {
                order_key: "default/1001".to_owned(),
                notification: format!("order.confirmed##{recipient}"),
                state: "bounced".to_owned(),
                reason: Some(reason.to_owned()),
                ..Item::default()
            };
            suggestions(&item, 0).into_iter().map(|it| it.command).collect::<Vec<_>>()
        };
        let send = "waybill resend 1001 order.confirmed --to ADDRESS --reason \"...\"";
        let lift = "waybill suppression remove ADDRESS --reason \"...\"";
        let listed = "Permanent/OnAccountSuppressionList";
        assert_eq!(commands("customer", "Permanent/General"), [send]);
        assert_eq!(commands("corrected-AAAAAAAA", listed), [lift, send]);
        assert_eq!(commands("copy-AAAAAAAA", listed), [lift]);
        let without_files = "waybill resend 1001 order.confirmed --reason \"...\"";
        assert_eq!(commands("customer", "rejected_with_files"), [without_files]);
        assert_eq!(commands("corrected-AAAAAAAA", "rejected_with_files"), [send]);
        for command in [send, lift, without_files] {
            let words = command.split(' ').map(|word| word.trim_matches('"').into());
            assert!(Cli::try_parse_from(arguments(words)).is_ok(), "{command}");
        }
    }
}
