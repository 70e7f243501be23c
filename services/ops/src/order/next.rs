//! What happens next to a mail.

use kit::ledger::Item;
use shared::NotificationKey;
use shared::OrderId;
use shared::ledger::State;
use shared::notification::DoubtPolicy;

use crate::output::{Style, format_time};

/// What happens next, as a sentence fragment; empty when nothing does. `now` in milliseconds since
/// 1970.
#[must_use]
pub fn next(item: &Item, now: i64) -> String {
    match item.state() {
        None => "a newer version of waybill knows".to_owned(),
        Some(State::Planned) if item.not_before > now => {
            format!("tried again from {}", format_time(item.not_before))
        }
        Some(State::Planned) if item.doubts > 0 => {
            "waits in the mail queue; an earlier attempt may have been accepted".to_owned()
        }
        Some(State::Planned) => "waits in the mail queue".to_owned(),
        Some(State::Sending) if item.lease_until >= now => {
            format!("being sent; the mailer has until {}", format_time(item.lease_until))
        }
        Some(State::Sending) => {
            "its mailer said nothing in time: it falls in doubt when its message comes back"
                .to_owned()
        }
        Some(State::InDoubt) => doubt(item, now),
        Some(State::Sent) => "waits for SES to say that it was delivered".to_owned(),
        Some(State::Failed) => {
            format!("nothing, until `waybill resend {} --reason \"...\"`", command_words(item))
        }
        Some(State::Skipped) => match item.reason.as_deref() {
            Some("stale" | "superseded") => {
                format!("nothing, until `waybill resend {} --reason \"...\"`", command_words(item))
            }
            _ => "nothing".to_owned(),
        },
        Some(State::Delivered | State::Bounced | State::Complained) => String::new(),
    }
}

/// The words by which a command names the mail.
#[must_use]
pub fn command_words(item: &Item) -> String {
    let (kind, scope) = super::kind_and_scope(item);
    let scope = if scope.is_empty() { scope } else { format!(" --scope '{scope}'") };
    format!("{} {kind}{scope}", item.order_id)
}

fn doubt(item: &Item, now: i64) -> String {
    let policy = OrderId::parse(&item.order_id)
        .and_then(|id| NotificationKey::from_sort_key(id, &item.notification))
        .map(|key| key.kind.doubt_policy());
    let settle = format!(
        "an SES event settles it, or `waybill settle {} sent|not-sent --reason \"...\"`",
        command_words(item)
    );
    let is_news = item.send_before > now;
    let may_be_resent = item.doubts < shared::ledger::MAX_DOUBTS;
    match policy {
        Ok(DoubtPolicy::Resend) if may_be_resent && is_news => {
            "an SES event settles it; without one it is sent again after the grace period, if it is \
             news then"
                .to_owned()
        }
        // An operator makes it news again in its message alone; the record keeps its first term.
        Ok(DoubtPolicy::Resend) if may_be_resent => format!(
            "{settle}; only if a resend or a forced replay made it news again, it is sent again \
             after the grace period"
        ),
        _ => settle,
    }
}

/// The colour of the state.
pub fn style(item: &Item) -> Option<Style> {
    match item.state()? {
        State::Delivered | State::Sent => Some(Style::Success),
        State::InDoubt | State::Skipped => Some(Style::Warning),
        State::Failed | State::Bounced | State::Complained => Some(Style::Error),
        State::Planned | State::Sending => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_is_settled_by_its_kind_s_policy() {
        let doubted = |notification: &str| Item {
            order_id: "1001".to_owned(),
            notification: notification.to_owned(),
            state: "in_doubt".to_owned(),
            send_before: 1_000,
            ..Item::default()
        };
        assert!(next(&doubted("order.confirmed##customer"), 0).contains("grace"));
        assert!(next(&doubted("order.refunded#R-1#customer"), 0).contains("settle"));
    }

    #[test]
    fn of_an_old_doubt_the_record_cannot_tell_whether_its_message_is_news_again() {
        let doubted = |doubts| Item {
            order_id: "1001".to_owned(),
            notification: "order.confirmed##customer".to_owned(),
            state: "in_doubt".to_owned(),
            send_before: 1_000,
            doubts,
            ..Item::default()
        };
        let old = next(&doubted(1), 1_000);
        assert!(old.contains("settle") && old.contains("only if a resend"), "{old}");
        let held = next(&doubted(shared::ledger::MAX_DOUBTS), 1_000);
        assert!(held.contains("settle") && !held.contains("grace"), "{held}");
    }

    #[test]
    fn a_mail_that_waits_says_until_when() {
        let waiting =
            Item { state: "planned".to_owned(), not_before: 1_763_900_000_000, ..Item::default() };
        assert_eq!(next(&waiting, 0), "tried again from 2025-11-23 12:13:20");
    }
}
