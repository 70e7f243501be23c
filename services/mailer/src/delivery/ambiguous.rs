//! Notifications of which nobody knows whether SES accepted them.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, MAX_DOUBTS, Transition};
use shared::notification::DoubtPolicy;

use super::context::{Delivery, millis};
use super::step::Step;

/// How long a mail waits while SES events may be unread: about as long as SQS's counts lag.
const BACKLOG_RECHECK_MS: i64 = 60_000;

/// The holder's lease ran out, so it is gone. Recorded before anything is decided: a second claim
/// straight out of `sending` would be a blind retry.
pub async fn expire(delivery: &Delivery<'_>) -> Result<Step, LedgerError> {
    let change = Change::new(Transition::Expire, delivery.facts())
        .with("reason", "the lease ran out without a word from its holder");
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(item) => on_ambiguous_send(delivery, &item),
        // Another worker or an SES event was faster.
        RecordOutcome::Refused(_) | RecordOutcome::Absent => Step::RETRY,
    })
}

/// After a doubt was recorded: logs it, and waits or ends.
pub fn on_ambiguous_send(delivery: &Delivery<'_>, item: &Item) -> Step {
    log_doubt(item);
    wait_in_doubt(delivery, item)
}

/// After a doubt was found. One that nobody will resend is logged again: the worker that recorded it
/// may have died before it could log.
pub fn retry_ambiguous(delivery: &Delivery<'_>, item: &Item) -> Step {
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

/// Policy `resend`: again once the grace period is over. Policy `hold`, or after too many doubts: the
/// item stays in doubt for an SES event or an operator, and the message has done its work.
fn wait_in_doubt(delivery: &Delivery<'_>, item: &Item) -> Step {
    if !may_resend(delivery, item) {
        return Step::ACK;
    }
    let due = item.since + millis(delivery.mailer.grace);
    if delivery.now_ms() < due { Step::Requeue { until: due } } else { Step::Resend }
}

/// Claims out of doubt, unless an unread SES event may say that the mail was accepted.
pub async fn resend(delivery: &Delivery<'_>) -> Step {
    // Read before the queues are: a doubt that becomes old enough meanwhile was not checked for.
    let (now, grace) = (delivery.now_ms(), millis(delivery.mailer.grace));
    if delivery.mailer.feedback_backlog.may_contain_events().await {
        tracing::warn!("not sent again while SES events may be unread");
        return Step::Requeue { until: now + grace.min(BACKLOG_RECHECK_MS) };
    }
    Step::Claim(Facts { resend_doubts_from: now - grace, ..delivery.facts() })
}

/// The last attempt came to nothing, but an earlier one may have been sent: the item stays in doubt,
/// for good as far as the policy is concerned, and the message has done its work.
pub async fn keep_ambiguous(
    delivery: &Delivery<'_>,
    attempt: u32,
    reason: &str,
) -> Result<Step, LedgerError> {
    let facts = Facts::for_attempt(delivery.now_ms(), attempt);
    let change = Change::new(Transition::Hold, facts).with(
        "reason",
        format!("an earlier attempt is in doubt, and there will be no other: {reason}"),
    );
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            // Not counted: the doubt itself was, when it was recorded.
            tracing::warn!(why = reason, "left in doubt");
            Step::ACK
        }
        RecordOutcome::Refused(item) => Step::HandleConflict(item),
        RecordOutcome::Absent => Step::ACK,
    })
}
