//! Notifications in doubt: it is unknown whether SES accepted the mail.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, LEASE_EXPIRED, MAX_DOUBTS, Transition, backlog_watch_ms};
use shared::notification::DoubtPolicy;

use super::context::{Delivery, millis};
use super::due::Due;
use super::end::End;
use super::step::{AfterTurn, Step};
use crate::backlog_watch::BacklogWatch;
use crate::feedback_backlog::Backlog;

/// For how long the feedback queues must have looked empty before a mail in doubt is sent again, at most. SQS's counts
/// may be wrong for at least a minute
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-resources-required-process-messages.html>).
const EMPTY_FOR_MS: i64 = 90_000;

/// A short one where a stack's times are shorter than deployed: its SQS counts exactly.
fn empty_for_ms(span: i64) -> i64 {
    EMPTY_FOR_MS.min(span / 8)
}

/// When a mail in doubt is tried again, at the latest, that waits because SES has given others no answer.
const HELD_RETRY_MS: i64 = 300_000;

/// Shorter, as [`empty_for_ms`], where the grace period is.
fn held_retry_ms(grace: i64) -> i64 {
    HELD_RETRY_MS.min(grace / 4)
}

/// When a mail in doubt that the gate holds until `until` asks again: SES may have accepted another one before.
fn asks_again_at(until: i64, now: i64, grace: i64) -> i64 {
    until.min(now + held_retry_ms(grace))
}

/// Records that the lease of an earlier attempt expired without an outcome.
pub async fn expire(delivery: &Delivery<'_>) -> Result<Step, LedgerError> {
    // Recorded before anything else is decided: the holder may have called SES before it died, so a claim
    // directly out of `sending` would be a blind retry.
    let change = Change::new(Transition::Expire, delivery.facts()).with("reason", LEASE_EXPIRED);
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(item) => on_ambiguous_send(delivery, &item),
        // Another worker or an SES event changed the item first. The next receive finds out what it is.
        RecordOutcome::Refused(_) | RecordOutcome::Absent => Step::RETRY,
    })
}

/// The next step after this worker recorded a doubt.
pub fn on_ambiguous_send(delivery: &Delivery<'_>, item: &Item) -> Step {
    log_doubt(item);
    wait_in_doubt(delivery, item)
}

/// The next step after this worker found the notification in doubt.
pub fn retry_ambiguous(delivery: &Delivery<'_>, item: &Item) -> Step {
    // Only an operator can settle it, and the worker that recorded it may have died before it logged it.
    if !may_resend(delivery, item) {
        log_doubt(item);
    }
    wait_in_doubt(delivery, item)
}

fn log_doubt(item: &Item) {
    count(Count::InDoubt);
    tracing::error!(attempt = item.attempt, reason = item.reason, "in doubt");
}

fn may_resend(delivery: &Delivery<'_>, item: &Item) -> bool {
    delivery.request.key.kind.doubt_policy() == DoubtPolicy::Resend && item.doubts < MAX_DOUBTS
}

/// With the policy `resend`, the mail is sent again once the grace period is over and no SES events are
/// unread. With `hold`, or after too many doubts, the message is acknowledged, and the item stays in doubt
/// until an SES event or an operator settles it.
fn wait_in_doubt(delivery: &Delivery<'_>, item: &Item) -> Step {
    if !may_resend(delivery, item) {
        return Step::ACK;
    }
    let due = item.since + millis(delivery.mailer.grace);
    if delivery.now_ms() < due {
        return Step::End(End::WaitUntilDue(Due { at: due, in_doubt: true }));
    }
    Step::Resend { doubts: item.doubts }
}

/// Claims a notification in doubt whose grace period is over, unless an unread SES event may prove that SES
/// accepted the mail ([`BacklogWatch`]), or SES has given no answer to others since
/// ([`SendGate::holds_doubt_until`](crate::SendGate::holds_doubt_until)).
pub async fn resend(delivery: &Delivery<'_>, doubts: u32, has_turn: bool) -> Step {
    // The clock is read before the queues. Otherwise, a doubt could become old enough after the queues were
    // read, and be claimed although an event about it may have arrived since.
    let (now, grace) = (delivery.now_ms(), millis(delivery.mailer.grace));
    let span = backlog_watch_ms(grace);
    if let Some(held) = wait_for_ses(delivery, doubts, has_turn) {
        return held;
    }
    let backlog = delivery.mailer.feedback_backlog.check().await;
    let interval = delivery.backlog_interval();
    let before = delivery.backlog_watch();
    let watch = BacklogWatch::after_check(before, doubts, now, backlog, interval);
    let next = match backlog {
        Backlog::Empty | Backlog::BeingRead => interval,
        // Rarely: whenever a copy is sent and its original is delivered again, one more copy circulates, and during a
        // long outage they must not become many.
        Backlog::Unread => {
            tracing::warn!("not resent while SES events may be unread");
            span / 2
        }
    };
    if let Some(wait) = check_again_in(&watch, span, next) {
        return Step::End(End::CheckAgain { until: now + wait, watch });
    }
    // Only now: checks are many and turns are few.
    if !has_turn {
        return Step::TakeTurn(AfterTurn::Resend { check_by: now + interval, watch });
    }
    Step::Claim(Facts { resend_doubts_from: now - grace, ..delivery.facts() })
}

/// After how many milliseconds feedback's backlog is checked once more, at the latest after `next`. `None`: no SES event
/// about the mail is unread, as far as the checks of `watch` can tell. `span`: for how long a queue that is never empty must
/// have been clear.
fn check_again_in(watch: &BacklogWatch, span: i64, next: i64) -> Option<i64> {
    let wait = span - watch.clear_for();
    let wait = watch.empty_for().map_or(wait, |empty| wait.min(empty_for_ms(span) - empty));
    (wait > 0).then(|| wait.min(next))
}

/// The step for a mail in doubt while SES answers nothing. `None` where it answers, or the mail is to ask.
fn wait_for_ses(delivery: &Delivery<'_>, doubts: u32, has_turn: bool) -> Option<Step> {
    let (gate, now) = (&delivery.mailer.gate, delivery.now_ms());
    let grace = millis(delivery.mailer.grace);
    if !gate.is_unanswered() {
        return None;
    }
    let found = delivery.backlog_watch();
    let watch = found.unwrap_or_else(|| BacklogWatch::before_any_check(doubts, now));
    // What this process knows may be old, and the write of a turn tells.
    if !has_turn {
        return Some(Step::TakeTurn(AfterTurn::Resend {
            check_by: now + held_retry_ms(grace),
            watch,
        }));
    }
    let until = gate.holds_doubt_until(doubts, now, grace)?;
    Some(Step::End(End::CheckAgain { until: asks_again_at(until, now, grace), watch }))
}

/// Records that the notification stays in doubt without further attempts: the last attempt sent nothing,
/// but an earlier one may have. The policy will not resend it.
pub async fn keep_ambiguous(
    delivery: &Delivery<'_>,
    attempt: u32,
    reason: &str,
) -> Result<Step, LedgerError> {
    let facts = Facts::for_attempt(delivery.now_ms(), attempt);
    let change = Change::new(Transition::Hold, facts).with(
        "reason",
        format!("an earlier attempt is in doubt, and there will be no further one: {reason}"),
    );
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            // Not counted: the doubt was counted when it was recorded.
            tracing::warn!(why = reason, "left in doubt");
            Step::ACK
        }
        RecordOutcome::Refused(item) => Step::HandleConflict(item),
        RecordOutcome::Absent => Step::ACK,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_deployed_a_queue_must_have_looked_empty_for_a_minute_and_a_half() {
        for (span, expected) in [(1_200_000, 90_000), (720_008, 90_000), (719_992, 89_999)] {
            assert_eq!(empty_for_ms(span), expected, "{span}");
        }
    }

    const MINUTE: i64 = 60_000;

    /// As deployed: checks every minute, until the queue was empty for a minute and a half, or clear for twenty minutes.
    #[test]
    fn a_doubt_is_sent_again_once_the_backlog_was_empty_or_clear_for_as_long_as_it_must() {
        let checks = |found: &[Backlog]| {
            let mut watch = None;
            for (minute, found) in (0..).zip(found) {
                let next = BacklogWatch::after_check(watch, 1, minute * MINUTE, *found, MINUTE);
                watch = Some(next);
            }
            check_again_in(&watch.expect("a check"), 20 * MINUTE, MINUTE)
        };
        assert_eq!(checks(&[Backlog::Empty]), Some(MINUTE));
        assert_eq!(checks(&[Backlog::Empty; 2]), Some(MINUTE / 2));
        assert_eq!(checks(&[Backlog::Empty; 3]), None);
        assert_eq!(checks(&[Backlog::Unread]), Some(MINUTE));
        assert_eq!(checks(&[Backlog::BeingRead; 20]), Some(MINUTE));
        assert_eq!(checks(&[Backlog::BeingRead; 21]), None);
    }

    /// The gate may hold a mail for hours that is in doubt for the last time; SES may be back in a minute.
    #[test]
    fn a_mail_in_doubt_that_waits_for_ses_asks_again_within_a_quarter_of_the_grace_period() {
        let now = 1_763_900_000_000;
        for (grace, retry) in [
            // As deployed, with SES's `Send` events and without.
            (20 * MINUTE, 5 * MINUTE),
            (12 * 60 * MINUTE, 5 * MINUTE),
            // On one machine, and in tests.
            (MINUTE, MINUTE / 4),
            (4_000, 1_000),
        ] {
            let waits = |held_for: i64| asks_again_at(now + held_for, now, grace) - now;
            assert_eq!(waits(24 * 60 * MINUTE), retry, "{grace} ms");
            assert!(retry <= grace / 4, "{grace} ms");
            assert_eq!(waits(retry - 1), retry - 1, "SES is asked as soon as the gate lets it");
        }
    }
}
