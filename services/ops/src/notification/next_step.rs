//! What happens next to a notification.

use kit::ledger::{Item, Judging};
use shared::ledger::{MAX_DOUBTS, State};
use shared::notification::DoubtPolicy;

use super::overdue::next_when_overdue;
use super::selector::other_recipient;
use crate::output::{Style, format_time};
use crate::send_gate::Closed;
use crate::suppressed::SuppressionList;

/// What happens next, as a sentence fragment; empty when nothing does. The commands that it speaks of
/// are [`super::suggestions`]. `now` in milliseconds since 1970.
pub fn next_step(item: &Item, now: i64) -> String {
    if let Some(overdue) = next_when_overdue(item, now) {
        return overdue;
    }
    match item.state() {
        None => "known only to a newer version of waybill".to_owned(),
        Some(State::Planned) if item.not_before > now => next_when_postponed(item),
        Some(State::Planned) if item.doubts > 0 => {
            "waits in the mail queue; an earlier attempt may have been accepted".to_owned()
        }
        Some(State::Planned) if item.judging == Some(Judging::Waits) => {
            "waits until the mail that it corrects is sent, for 10 minutes at most; or, for 15 hours at most, whether the \
             same news bounces at another address"
                .to_owned()
        }
        Some(State::Planned) => "waits in the mail queue".to_owned(),
        Some(State::Sending) if item.lease_until >= now => {
            format!("being sent; the mailer's lease ends {}", format_time(item.lease_until))
        }
        Some(State::Sending) => {
            "the mailer's lease ran out: it is in doubt once its message is received again"
                .to_owned()
        }
        Some(State::InDoubt) => next_in_doubt(item, now),
        Some(State::Sent) => "waits for SES's delivery event".to_owned(),
        Some(State::Failed | State::Bounced) if item.readdressed_to.is_some() => {
            "it is sent to the customer's corrected address instead".to_owned()
        }
        Some(State::Failed) => "nothing, until it is resent".to_owned(),
        Some(State::Skipped) => match item.reason.as_deref() {
            Some("stale" | "superseded" | "nothing_new" | "kind_off") => {
                "nothing, unless it is resent".to_owned()
            }
            _ => "nothing".to_owned(),
        },
        Some(State::Bounced) => next_after_bounce(item, now),
        Some(State::Delivered | State::Complained) => String::new(),
    }
}

/// What happens next to a mail that is due, while no mailer sends it because the send gate is `closed`.
pub fn next_while_closed(doubts: u32, closed: &Closed) -> String {
    let doubt = if doubts > 0 { "; an earlier attempt may have been accepted" } else { "" };
    let wait = format!("waits in the mail queue{doubt}. {}", closed.describe());
    match closed.repair() {
        Some(repair) => format!("{wait}. To do: {repair}"),
        None => wait,
    }
}

/// What SES refuses because of its account, the sender or the role passes only once somebody repairs that.
fn next_when_postponed(item: &Item) -> String {
    let when = format!("tried again from {}", format_time(item.not_before));
    match item.reason.as_deref().and_then(mailer::ses_errors::repair) {
        Some(repair) => format!("{when}. To do: {repair}"),
        None => when,
    }
}

/// A bounced mail is not sent again: SES accepted it. The reason is SES's bounce type and subtype
/// (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html#event-publishing-retrieving-sns-contents-bounce-object>).
fn next_after_bounce(item: &Item, now: i64) -> String {
    if item.bounce_may_pass(now) {
        return format!(
            "it may have arrived all the same: an automatic reply looks like this. Unless its delivery is reported, it may \
             go to another address from {}",
            format_time(item.not_before)
        );
    }
    let other = other_recipient(item);
    if item.was_rejected_with_files() {
        let resend = if other.is_none() { ". A resend sends it without them" } else { "" };
        return format!("nobody has received it: SES found a virus in it or in its files{resend}");
    }
    let who = if other.is_some() { "its recipient" } else { "the customer" };
    if let Some(list) = SuppressionList::from_item(item) {
        return format!("{who} has not received it: the address is on {}", list.name());
    }
    let what_to_do = if item.reason.as_deref().is_some_and(|it| it.starts_with("Permanent/")) {
        "the address does not exist, or takes no mail. Ask for another one"
    } else {
        "SES has given up. It may be sent once more, or to another address"
    };
    format!("{who} has not received it: {what_to_do}")
}

fn next_in_doubt(item: &Item, now: i64) -> String {
    let policy = item.key().map(|key| key.kind.doubt_policy());
    let settle = "an SES event settles it, or you do";
    let is_fresh = item.send_before > now;
    let may_be_resent = item.doubts < MAX_DOUBTS;
    match policy {
        Some(DoubtPolicy::Resend) if may_be_resent && is_fresh => {
            "an SES event settles it; without one it is sent again after the grace period, unless it \
             is stale by then"
                .to_owned()
        }
        // A forced replay makes only the message fresh; the record keeps its first deadline.
        Some(DoubtPolicy::Resend) if may_be_resent => format!(
            "{settle}; it is sent again after the grace period only if a resend or a forced replay \
             made it fresh again"
        ),
        _ => settle.to_owned(),
    }
}

/// How the state stands out in a table.
pub fn state_style(state: State) -> Option<Style> {
    match state {
        State::Delivered | State::Sent => Some(Style::Success),
        State::InDoubt | State::Skipped => Some(Style::Warning),
        State::Failed | State::Bounced | State::Complained => Some(Style::Error),
        State::Planned | State::Sending => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_doubt(notification: &str, doubts: u32) -> Item {
        Item {
            order_key: "default/1001".to_owned(),
            notification: notification.to_owned(),
            state: "in_doubt".to_owned(),
            send_before: 1_000,
            doubts,
            ..Item::default()
        }
    }

    #[test]
    fn a_doubt_is_settled_by_its_kind_s_policy() {
        assert!(next_step(&in_doubt("order.confirmed##customer", 0), 0).contains("grace"));
        assert!(next_step(&in_doubt("order.refunded#R-1#customer", 0), 0).contains("settle"));
    }

    #[test]
    fn of_an_old_doubt_the_record_cannot_say_whether_its_message_is_fresh_again() {
        let doubted = |doubts| in_doubt("order.confirmed##customer", doubts);
        let old = next_step(&doubted(1), 1_000);
        assert!(old.contains("settle") && old.contains("only if a resend"), "{old}");
        let held = next_step(&doubted(MAX_DOUBTS), 1_000);
        assert!(held.contains("settle") && !held.contains("grace"), "{held}");
    }

    #[test]
    fn a_mail_that_waits_for_ses_says_until_when_why_and_what_to_repair() {
        let closed = Closed {
            until: 1_763_900_000_000,
            reason: "SendingPausedException".to_owned(),
            is_probe_due: false,
        };
        let next = next_while_closed(1, &closed);
        let told = "waits in the mail queue; an earlier attempt may have been accepted. SES takes no mail \
                    until 2025-11-23 12:13:20Z: SendingPausedException. To do: ";
        assert!(next.starts_with(told), "{next}");
    }

    #[test]
    fn a_mail_that_ses_rejected_with_its_files_may_be_sent_without_them() {
        let rejected = |reason: &str| Item {
            state: "bounced".to_owned(),
            reason: Some(reason.to_owned()),
            ..Item::default()
        };
        let next = next_step(&rejected("rejected_with_files"), 0);
        assert!(next.contains("a virus") && next.contains("without them"), "{next}");
        assert!(!next_step(&rejected("rejected"), 0).contains("without them"));
    }

    #[test]
    fn a_mail_that_waits_says_until_when() {
        let waiting =
            Item { state: "planned".to_owned(), not_before: 1_763_900_000_000, ..Item::default() };
        assert_eq!(next_step(&waiting, 0), "tried again from 2025-11-23 12:13:20Z");
        let unverified = Some("MessageRejected: sender not verified".to_owned());
        let next = next_step(&Item { reason: unverified, ..waiting }, 0);
        assert!(next.contains("verify the sender's identity"), "{next}");
    }
}
