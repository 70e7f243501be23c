//! Mails that a mailer should have moved on by now.

use kit::ledger::Item;
use shared::ledger::State;

use super::selector::customers_args;
use crate::output::format_time;

/// A mail that was due for longer is overdue: then relay's sweep queues its event again.
const SWEPT_AFTER_MS: i64 = 5 * 60 * 1000;

/// Since when a mailer should have moved the mail on; `None` if it is done, or not due. A doubt is not counted:
/// it has a report of its own. `now` in milliseconds since 1970.
pub fn due_since(item: &Item, now: i64) -> Option<i64> {
    let moves = matches!(item.state(), Some(State::Planned | State::Sending));
    item.due_at(0, now).filter(|due| moves && *due <= now)
}

/// What happens next to an overdue mail; `None` if it is not overdue.
pub fn next_when_overdue(item: &Item, now: i64) -> Option<String> {
    let due = due_since(item, now).filter(|due| now - due > SWEPT_AFTER_MS)?;
    let since = format_time(due);
    // Only the operator's command knows the address: the sweep cannot queue it again.
    if item.asked_by.is_some() {
        return Some(format!(
            "overdue since {since}: repeat the command that asked for it, which queues it again"
        ));
    }
    Some(match item.state() {
        Some(State::Sending) => {
            format!("overdue: its mailer's lease ran out {since}; the sweep queues it again")
        }
        _ => format!("overdue since {since}: the sweep queues it again"),
    })
}

/// The same of a mail whose address an operator has corrected in its dead letter, so that no event names it.
pub fn next_when_redirected(item: &Item, now: i64) -> Option<String> {
    let due = due_since(item, now).filter(|due| now - due > SWEPT_AFTER_MS)?;
    let args = customers_args(item);
    Some(format!(
        "overdue since {}: its address was corrected in its dead letter, and no event names that one. `waybill resend \
         {args} --to ADDRESS --reason \"...\"` with that address queues it again",
        format_time(due)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_900_000_000;
    const SIX_MINUTES: i64 = 6 * 60 * 1000;

    fn item(state: State) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            state: state.to_string(),
            ..Item::default()
        }
    }

    #[test]
    fn a_mail_that_nothing_moves_on_says_since_when_and_that_the_sweep_queues_it_again() {
        let planned = Item { since: NOW - SIX_MINUTES, ..item(State::Planned) };
        let sending = Item { lease_until: NOW - SIX_MINUTES, ..item(State::Sending) };
        let asked = Item { asked_by: Some("kim".to_owned()), ..planned.clone() };
        let said =
            [planned, sending, asked].map(|item| next_when_overdue(&item, NOW).unwrap_or_default());
        insta::assert_snapshot!(said.join("\n"));
    }

    #[test]
    fn an_overdue_mail_whose_address_was_corrected_in_its_dead_letter_says_how_to_queue_it_again() {
        let planned = Item { since: NOW - SIX_MINUTES, ..item(State::Planned) };
        insta::assert_snapshot!(next_when_redirected(&planned, NOW).unwrap());
        let fresh = Item { since: NOW - 1, ..item(State::Planned) };
        assert_eq!(next_when_redirected(&fresh, NOW), None);
    }

    #[test]
    fn a_mail_that_waits_for_its_time_or_is_done_is_not_overdue() {
        let fresh = Item { since: NOW - 1, ..item(State::Planned) };
        let postponed = Item { not_before: NOW, ..item(State::Planned) };
        let being_sent = Item { lease_until: NOW, ..item(State::Sending) };
        let done = [State::Sent, State::InDoubt, State::Failed, State::Skipped].map(item);
        for item in [fresh, postponed, being_sent].iter().chain(&done) {
            assert_eq!(next_when_overdue(item, NOW), None, "{}", item.state);
        }
    }
}
