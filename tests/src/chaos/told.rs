//! The test oracle for what the mails of one order say together. Pure.

use jiff::{SignedDuration, Timestamp};
use shared::Kind;

use super::accepted_mails::Acceptance;
use super::oracle::{EventOutcome, Finding};
use super::workload::{Case, Expected, supersedes};

/// One notification of an order, and the mails about it.
#[derive(Debug)]
pub struct TellsNews<'a> {
    /// The notification.
    pub case: &'a Case,
    /// What became of it.
    pub outcome: EventOutcome,
    /// The mails that SES accepted, the oldest first.
    pub mails: &'a [Acceptance],
    /// When the last request for it reached SES.
    pub asked_at: Option<Timestamp>,
}

/// How long a request may be on its way from a mailer that had made sure that nothing newer was told: on a busy machine, a
/// lease of it.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(6);

/// Older news that was mailed after the newer that supersedes it, and parcels of which the last mail does not say what
/// the newest event says.
#[must_use]
pub fn contradictions(order: &[TellsNews<'_>]) -> Vec<Finding> {
    let late = order.iter().filter_map(|older| {
        let newer = order.iter().find(|newer| is_mailed_before(newer, older))?;
        Some((older.case.id.clone(), how_late(newer, older)))
    });
    let recipients = order.iter().filter(|it| it.case.kind == Kind::ShipmentShipped);
    let wrong = recipients.filter_map(|shipped| last_word_is_not_the_newest(order, shipped));
    late.chain(wrong).collect()
}

/// Whether `newer` supersedes `older`, and was mailed before SES was asked for `older`. When SES carried out that call does
/// not count: it may be after its mailer had given it up, its lease had run out, and newer news gone out. Nobody can call it
/// back.
fn is_mailed_before(newer: &TellsNews<'_>, older: &TellsNews<'_>) -> bool {
    let (Some(first), Some(last)) = (newer.mails.first(), older.mails.last()) else { return false };
    newer.case.recipient == older.case.recipient
        && newer.case.minute > older.case.minute
        && supersedes(newer.case.kind, older.case.kind)
        && older.asked_at.unwrap_or(last.at).duration_since(first.at) > ON_ITS_WAY
}

/// By how much the older news was late, and in which attempt: so little can be seen of a run that has ended.
fn how_late(newer: &TellsNews<'_>, older: &TellsNews<'_>) -> String {
    let first = newer.mails.first().map(|mail| mail.at).unwrap_or_default();
    let after = |at: Timestamp| at.duration_since(first).as_millis();
    let (asked, accepted) =
        (older.asked_at.map(after), older.mails.last().map(|mail| after(mail.at)));
    let attempts: Vec<u32> = older.mails.iter().map(|mail| mail.attempt).collect();
    format!(
        "mailed after {}: asked {asked:?} ms and accepted {accepted:?} ms after it, in the attempts {attempts:?}",
        newer.case.id
    )
}

fn last_word_is_not_the_newest(
    order: &[TellsNews<'_>],
    shipped: &TellsNews<'_>,
) -> Option<Finding> {
    let number = |it: &&TellsNews<'_>| {
        it.case.recipient == shipped.case.recipient
            && it.case.expected == Expected::Mail
            && matches!(it.case.kind, Kind::ShipmentShipped | Kind::ShipmentUpdated)
    };
    let newest = order.iter().filter(number).max_by_key(|it| it.case.minute)?;
    let last = order.iter().filter(number).filter(|it| !it.mails.is_empty());
    let last = last.max_by_key(|it| it.mails.last().map(|mail| mail.at))?;
    // What is in doubt may have been told, and what is cancelled or has arrived has no newest number.
    let is_decided =
        order.iter().filter(number).all(|it| !matches!(it.outcome, EventOutcome::InDoubt(_)));
    let is_told = match &newest.outcome {
        EventOutcome::Sent => true,
        EventOutcome::Skipped(reason) => reason == "nothing_new",
        _ => false,
    };
    (is_decided && is_told && last.case.says != newest.case.says)
        .then(|| (newest.case.id.clone(), format!("the last mail is {}", last.case.id)))
}

#[cfg(test)]
mod tests {
    use shared::notification::Recipient;

    use super::*;

    fn updated(minute: u8, says: &'static str) -> Case {
        Case {
            id: format!("updated at {minute}"),
            key: ("1".to_owned(), minute.to_string()),
            kind: if minute == 1 { Kind::ShipmentShipped } else { Kind::ShipmentUpdated },
            minute,
            says,
            recipient: Recipient::Customer,
            expected: Expected::Mail,
        }
    }

    fn mailed_at(second: i64) -> Vec<Acceptance> {
        let at = Timestamp::from_second(10 * second).expect("a time");
        vec![Acceptance { attempt: 1, at, events: Vec::new() }]
    }

    /// The findings where the mails of three updates were accepted at these seconds, or never.
    fn findings(accepted: [Option<i64>; 3]) -> Vec<String> {
        let cases = [updated(1, "a"), updated(2, "b"), updated(3, "a")];
        let mails = accepted.map(|at| at.map(mailed_at).unwrap_or_default());
        let order: Vec<TellsNews<'_>> = cases
            .iter()
            .zip(&mails)
            .map(|(case, mails)| {
                let outcome = if mails.is_empty() {
                    EventOutcome::Skipped("nothing_new".to_owned())
                } else {
                    EventOutcome::Sent
                };
                TellsNews { case, outcome, mails, asked_at: None }
            })
            .collect();
        contradictions(&order).into_iter().map(|(id, _)| id).collect()
    }

    #[test]
    fn what_a_newer_mail_takes_back_is_not_mailed_after_it_and_an_order_stands_after_a_refund_of_a_part()
     {
        let late = |newer: Kind, older: Kind| {
            let case = |kind, minute| Case { kind, ..updated(minute, "") };
            let cases = [case(newer, 5), case(older, 4)];
            let mails = [mailed_at(1), mailed_at(2)];
            let order: Vec<TellsNews<'_>> = cases
                .iter()
                .zip(&mails)
                .map(|(case, mails)| {
                    let asked_at = mails.last().map(|mail| mail.at);
                    TellsNews { case, outcome: EventOutcome::Sent, mails, asked_at }
                })
                .collect();
            !contradictions(&order).is_empty()
        };
        for (newer, older) in [
            (Kind::ShipmentReturned, Kind::ShipmentDelivered),
            (Kind::ShipmentDelivered, Kind::ShipmentReturned),
            (Kind::ShipmentUpdated, Kind::OrderConfirmed),
            (Kind::OrderUpdated, Kind::OrderCancelled),
        ] {
            assert!(late(newer, older), "{newer} {older}");
        }
        assert!(!late(Kind::OrderRefunded, Kind::OrderConfirmed));
    }

    #[test]
    fn a_call_that_ses_carries_out_when_it_was_given_up_is_nobodys_fault() {
        let cases = [updated(1, "a"), updated(2, "b")];
        let by_then = |late: i64| {
            let mut mails = [mailed_at(1), mailed_at(1)];
            mails[0][0].at += SignedDuration::from_millis(late);
            let order: Vec<TellsNews<'_>> = cases
                .iter()
                .zip(&mails)
                .map(|(case, mails)| {
                    let asked_at = mails.last().map(|mail| mail.at);
                    TellsNews { case, outcome: EventOutcome::Sent, mails, asked_at }
                })
                .collect();
            contradictions(&order).iter().any(|(_, why)| why.starts_with("mailed after"))
        };
        assert_eq!([6_000, 6_001].map(by_then), [false, true]);
    }

    #[test]
    fn mails_in_the_order_of_the_news_are_right_and_so_is_a_last_word_that_was_said_before() {
        assert_eq!(findings([Some(1), Some(2), Some(3)]), [""; 0]);
        assert_eq!(findings([None, None, Some(3)]), [""; 0]);
        assert_eq!(findings([Some(1), None, None]), [""; 0]);
    }

    #[test]
    fn an_older_mail_after_a_newer_one_and_a_last_word_that_is_not_the_newest_are_wrong() {
        assert_eq!(findings([Some(3), Some(2), None]), ["updated at 1"]);
        assert_eq!(findings([Some(1), Some(2), None]), ["updated at 3"]);
    }
}
