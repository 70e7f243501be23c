//! What becomes of a notification of which nobody knows whether SES accepted it.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::queue::Disposition;
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, MOST_DOUBTS, Transition};
use shared::notification::DoubtPolicy;

use crate::deliver::{Delivery, claim, millis, stand_back};

/// How long a mail waits before SES's events are looked for again: about as long as SQS's counts lag.
const UNTIL_READ: i64 = 60_000;

/// A doubt has just been recorded.
pub async fn doubted(delivery: &Delivery<'_>, item: &Item) -> Result<Disposition, LedgerError> {
    tell(item);
    wait(delivery, item).await
}

/// A doubt is met again. One that is left to others is told once more: who recorded it may have died
/// before it could tell.
pub async fn still_in_doubt(
    delivery: &Delivery<'_>,
    item: &Item,
) -> Result<Disposition, LedgerError> {
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
    delivery.request.key.kind.doubt_policy() == DoubtPolicy::Resend && item.doubts < MOST_DOUBTS
}

/// Policy `resend`: back when the grace is over, then sent again. Policy `hold`, or after too many
/// doubts: the ledger keeps the doubt for an SES event or an operator, and the message has done its
/// work.
async fn wait(delivery: &Delivery<'_>, item: &Item) -> Result<Disposition, LedgerError> {
    if !is_sent_again(delivery, item) {
        return Ok(Disposition::Done);
    }
    let due = item.since + millis(delivery.mailer.grace);
    if delivery.mailer.clock.now_ms() < due {
        return Ok(delivery.park_until(due).await);
    }
    resend(delivery).await
}

/// Where SES's events wait unread, one of them may say that the mail was accepted: it is not sent
/// again before they are read.
async fn resend(delivery: &Delivery<'_>) -> Result<Disposition, LedgerError> {
    let (now, grace) = (delivery.mailer.clock.now_ms(), millis(delivery.mailer.grace));
    if delivery.mailer.unread.may_hold_events().await {
        tracing::warn!("not sent again while SES's events wait unread");
        return Ok(delivery.park_until(now + grace.min(UNTIL_READ)).await);
    }
    let resend_doubts_from = now - grace;
    Box::pin(claim(delivery, Facts { resend_doubts_from, ..delivery.facts() })).await
}

/// The notification comes to nothing more, but an earlier attempt is in doubt: it stays so, and the
/// message has done its work.
pub async fn hold(
    delivery: &Delivery<'_>,
    item: &Item,
    why: &str,
) -> Result<Disposition, LedgerError> {
    let facts = Facts::of_attempt(delivery.mailer.clock.now_ms(), item.attempt);
    let reason = format!("an earlier attempt is in doubt, and there will be no other: {why}");
    match delivery.record(Change::new(Transition::Hold, facts).with("reason", reason)).await? {
        // The doubt itself was told when it was recorded.
        RecordOutcome::Recorded(_) => {
            tracing::warn!(why, "left in doubt");
            Ok(Disposition::Done)
        }
        RecordOutcome::Refused(item) => stand_back(delivery, &item).await,
        RecordOutcome::Absent => Ok(Disposition::Done),
    }
}
