//! The answer to "did my mail arrive?", in one sentence.

use shared::ledger::State;
use shared::notification::Recipient;

use super::severity::Severity;
use super::wording::{day_and_time, mail_name, skip_reason};
use crate::event_row::EventRow;
use crate::order::{Notification, OrderReport};

/// The answer, and how good it is.
#[derive(Debug, PartialEq, Eq)]
pub struct DeliveryAnswer {
    pub severity: Severity,
    pub sentence: String,
}

/// What a customer who asks is told first: the worst of what became of their mails. Copies for others are none of theirs, and
/// of a mail that was sent again to a corrected address the last one counts.
pub fn delivery_answer(report: &OrderReport) -> DeliveryAnswer {
    let mails: Vec<&Notification> = report
        .notifications
        .iter()
        .filter(|mail| !mail.is_copy() && mail.followed_by.is_none())
        .collect();
    let skipped = in_states(&mails, &[State::Skipped]);
    let (severity, sentence) = if mails.is_empty() {
        nothing_decided(report)
    } else {
        worst_of(&mails, skipped.is_empty())
    };
    let (severity, sentence) = with_skipped(severity, sentence, &skipped);
    let sentence = match report.events.iter().any(EventRow::waits) && !mails.is_empty() {
        true => format!("{sentence} Of newer news of the shop, the mail is yet to be decided."),
        false => sentence,
    };
    DeliveryAnswer { severity, sentence }
}

fn in_states<'m>(mails: &[&'m Notification], states: &[State]) -> Vec<&'m Notification> {
    let is_in = |mail: &&&Notification| {
        State::parse(&mail.state).is_some_and(|state| states.contains(&state))
    };
    mails.iter().filter(is_in).copied().collect()
}

/// The answer by what matters most to a customer who asks. `is_all`: whether no other mail of theirs was skipped.
fn worst_of(mails: &[&Notification], is_all: bool) -> (Severity, String) {
    let those = |states: &[State]| in_states(mails, states);
    let lost = those(&[State::Failed, State::Bounced]);
    let in_doubt = those(&[State::InDoubt]);
    let waiting = those(&[State::Planned, State::Sending]);
    let sent = those(&[State::Sent]);
    let complained = those(&[State::Complained]);
    let delivered = those(&[State::Delivered]);
    if !lost.is_empty() {
        (Severity::Bad, format!("No: {} did not reach the customer.", name(&lost)))
    } else if !in_doubt.is_empty() {
        let sentence =
            format!("Nobody knows yet: {} may or may not have been sent.", name(&in_doubt));
        (Severity::Warning, sentence)
    } else if !waiting.is_empty() {
        let has_arrived = sent.is_empty() && !(delivered.is_empty() && complained.is_empty());
        let others = if has_arrived { " What was sent before has arrived." } else { "" };
        (Severity::Warning, format!("Not yet: {} waits to be sent.{others}", name(&waiting)))
    } else if !sent.is_empty() {
        let sentence = format!(
            "Sent, on {}: {}. The customer's mail server has not said yet that it arrived.",
            last(&sent),
            name(&sent)
        );
        (Severity::Good, sentence)
    } else if !complained.is_empty() {
        // When it arrived is known no more: the ledger has the time of the complaint.
        let sentence = format!(
            "Yes, and the customer reported {} as spam, on {}.",
            name(&complained),
            last(&complained)
        );
        (Severity::Warning, sentence)
    } else if !delivered.is_empty() {
        (Severity::Good, yes(&delivered, is_all))
    } else {
        (Severity::Warning, "No mail was sent, on purpose.".to_owned())
    }
}

/// With what was not sent, and why: whoever asks after that mail must not be told that all went well.
fn with_skipped(
    severity: Severity,
    sentence: String,
    skipped: &[&Notification],
) -> (Severity, String) {
    let told = |mail: &&Notification| {
        format!(" The {} was not sent: {}.", mail_name(&mail.kind), skip_reason(mail))
    };
    let not_sent: String = skipped.iter().map(told).collect();
    let severity = match severity {
        Severity::Good if !skipped.is_empty() => Severity::Calm,
        severity => severity,
    };
    (severity, sentence + &not_sent)
}

fn nothing_decided(report: &OrderReport) -> (Severity, String) {
    let sentence = match report.events.iter().any(EventRow::waits) {
        true => "Not yet: the shop's event has arrived, and its mail is about to be decided.",
        false => "No: no mail of this order is known here.",
    };
    (Severity::Warning, sentence.to_owned())
}

fn yes(arrived: &[&Notification], is_all: bool) -> String {
    match arrived {
        [one] => {
            let to = match Recipient::parse(&one.recipient) {
                Ok(Recipient::Corrected(_)) => " to a corrected address",
                _ => "",
            };
            let yes = if is_all { "Yes: the" } else { "The" };
            format!("{yes} {} was delivered{to} on {}.", mail_name(&one.kind), last(arrived))
        }
        several => {
            let yes = if is_all { "Yes: all " } else { "" };
            let count = several.len();
            format!("{yes}{count} mails were delivered, the last one on {}.", last(several))
        }
    }
}

/// `the order confirmation`, or `2 mails (order confirmation, shipping mail)`.
fn name(mails: &[&Notification]) -> String {
    match mails {
        [one] => format!("the {}", mail_name(&one.kind)),
        several => {
            let names: Vec<String> = several.iter().map(|mail| mail_name(&mail.kind)).collect();
            format!("{} mails ({})", several.len(), names.join(", "))
        }
    }
}

/// When the last of them entered its state.
fn last(mails: &[&Notification]) -> String {
    day_and_time(mails.iter().map(|mail| mail.since).max().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use kit::ledger::Item;
    use shared::OrderKey;

    use super::*;
    use crate::pii::PiiMode;

    const NOW: i64 = 1_763_900_000_000;

    fn sentence(mails: &[(&str, State)]) -> String {
        answer(mails).sentence
    }

    fn answer(mails: &[(&str, State)]) -> DeliveryAnswer {
        let items: Vec<Item> = mails
            .iter()
            .map(|(notification, state)| Item {
                order_key: "default/1001".to_owned(),
                notification: (*notification).to_owned(),
                state: state.to_string(),
                since: NOW,
                reason: (*state == State::Skipped).then(|| "superseded".to_owned()),
                ..Item::default()
            })
            .collect();
        let order = OrderKey::parse("default/1001").unwrap();
        delivery_answer(&OrderReport::new(&order, &[], &items, NOW, PiiMode::Masked))
    }

    #[test]
    fn the_worst_of_what_became_of_the_customer_s_mails_stands_first() {
        const CONFIRMED: &str = "order.confirmed##customer";
        const SHIPPED: &str = "shipment.shipped#S-1#customer";
        const COPY: &str = "order.confirmed##copy-AAAAAAAA";
        let answers = [
            sentence(&[]),
            sentence(&[(CONFIRMED, State::Delivered)]),
            sentence(&[(CONFIRMED, State::Delivered), (SHIPPED, State::Delivered)]),
            sentence(&[(CONFIRMED, State::Delivered), (SHIPPED, State::Planned)]),
            sentence(&[(CONFIRMED, State::Sent), (SHIPPED, State::Delivered)]),
            sentence(&[(CONFIRMED, State::Sent), (SHIPPED, State::Planned)]),
            sentence(&[(CONFIRMED, State::Complained), (SHIPPED, State::Delivered)]),
            sentence(&[(CONFIRMED, State::InDoubt), (SHIPPED, State::Planned)]),
            sentence(&[(CONFIRMED, State::Bounced), (SHIPPED, State::InDoubt)]),
            sentence(&[(CONFIRMED, State::Bounced), (SHIPPED, State::Failed)]),
            sentence(&[(CONFIRMED, State::Skipped)]),
            sentence(&[(CONFIRMED, State::Skipped), (SHIPPED, State::Delivered)]),
            sentence(&[(CONFIRMED, State::Skipped), (SHIPPED, State::Bounced)]),
            sentence(&[(CONFIRMED, State::Delivered), (COPY, State::Bounced)]),
            sentence(&[("order.confirmed##corrected-AAAAAAAA", State::Delivered)]),
        ];
        insta::assert_snapshot!(answers.join("\n"));
    }

    #[test]
    fn what_was_not_sent_on_purpose_is_never_told_as_if_all_were_well() {
        const SKIPPED: (&str, State) = ("order.confirmed##customer", State::Skipped);
        let shipped = |state| answer(&[SKIPPED, ("shipment.shipped#S-1#customer", state)]);
        for state in State::ALL {
            let answer = shipped(state);
            assert_ne!(answer.severity, Severity::Good, "{state}");
            assert!(
                answer.sentence.contains("The order confirmation was not sent: a newer mail"),
                "{state}: {}",
                answer.sentence
            );
        }
    }
}
