//! What becomes of a notification of which nobody knows whether SES accepted it.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::queue::BatchItemOutcome;
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, MAX_DOUBTS, Transition};
use shared::notification::DoubtPolicy;

use crate::deliver::{Delivery, claim, handle_claim_conflict, millis};

/// How long a mail waits before SES's events are looked for again: about as long as SQS's counts lag.
const BACKLOG_RECHECK_MS: i64 = 60_000;

/// A doubt has just been recorded.
pub async fn on_ambiguous_send(
    delivery: &Delivery<'_>,
    item: &Item,
) -> Result<BatchItemOutcome, LedgerError> {
    tell(item);
    wait(delivery, item).await
}

/// A doubt is met again. One that is left to others is told once more: who recorded it may have died
/// before it could tell.
pub async fn retry_ambiguous(
    delivery: &Delivery<'_>,
    item: &Item,
) -> Result<BatchItemOutcome, LedgerError> {
    if !is_sent_again(delivery, item) {
        tell(item);
    }
    wait(delivery, item).await
}

fn tell(item: &Item) {
    count(Count::InDoubt);
    tracing::error!(attempt = item.attempt, reason = item.reason, "in doubt");
}

fn is_sent_again(delivery: &Delivery<'_>, item: &Item) -> bool {
    delivery.request.key.kind.doubt_policy() == DoubtPolicy::Resend && item.doubts < MAX_DOUBTS
}

/// Policy `resend`: back when the grace is over, then sent again. Policy `hold`, or after too many
/// doubts: the ledger keeps the doubt for an SES event or an operator, and the message has done its
/// work.
async fn wait(delivery: &Delivery<'_>, item: &Item) -> Result<BatchItemOutcome, LedgerError> {
    if !is_sent_again(delivery, item) {
        return Ok(BatchItemOutcome::Ack);
    }
    let due = item.since + millis(delivery.mailer.grace);
    if delivery.mailer.clock.now_ms() < due {
        return Ok(delivery.requeue_until(due).await);
    }
    resend(delivery).await
}

/// Where SES's events wait unread, one of them may say that the mail was accepted: it is not sent
/// again before they are read.
async fn resend(delivery: &Delivery<'_>) -> Result<BatchItemOutcome, LedgerError> {
    let (now, grace) = (delivery.mailer.clock.now_ms(), millis(delivery.mailer.grace));
    if delivery.mailer.feedback_backlog.may_contain_events().await {
        tracing::warn!("not sent again while SES's events wait unread");
        return Ok(delivery.requeue_until(now + grace.min(BACKLOG_RECHECK_MS)).await);
    }
    let resend_doubts_from = now - grace;
    Box::pin(claim(delivery, Facts { resend_doubts_from, ..delivery.facts() })).await
}

/// The notification comes to nothing more, but an earlier attempt is in doubt: it stays so, and the
/// message has done its work.
pub async fn keep_ambiguous(
    delivery: &Delivery<'_>,
    item: &Item,
    why: &str,
) -> Result<BatchItemOutcome, LedgerError> {
    let facts = Facts::for_attempt(delivery.mailer.clock.now_ms(), item.attempt);
    let reason = format!("an earlier attempt is in doubt, and there will be no other: {why}");
    match delivery.record(Change::new(Transition::Hold, facts).with("reason", reason)).await? {
        // The doubt itself was told when it was recorded.
        RecordOutcome::Recorded(_) => {
            tracing::warn!(why, "left in doubt");
            Ok(BatchItemOutcome::Ack)
        }
        RecordOutcome::Refused(item) => handle_claim_conflict(delivery, &item).await,
        RecordOutcome::Absent => Ok(BatchItemOutcome::Ack),
    }
}
