//! Commands that an operator may want to run next, written out to be copied.

use kit::ledger::Item;
use serde::Serialize;
use shared::ledger::State;

use super::selector::{command_args, name};

/// A command and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Such as `To send order.confirmed again`.
    pub purpose: String,
    pub command: String,
}

/// The commands that apply to a notification. `now` in milliseconds since 1970.
pub fn suggestions(item: &Item, now: i64) -> Vec<Suggestion> {
    let mail = name(item);
    match item.state() {
        Some(State::Failed) => vec![resend(item, format!("To send {mail} again"))],
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
    Suggestion { purpose, command }
}

fn settlements(item: &Item, mail: &str) -> Vec<Suggestion> {
    let settle = |purpose: String, resolution| Suggestion {
        purpose,
        command: format!("waybill settle {} {resolution} --reason \"...\"", command_args(item)),
    };
    vec![
        settle(format!("If SES has accepted {mail}"), "sent"),
        settle(format!("If SES has not accepted {mail}, to send it"), "not-sent"),
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
    }
}
