//! A mail request that came too late.

use kit::ledger::{Change, LedgerError, RecordOutcome};
use kit::queue::Disposition;
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, State, Transition};

use crate::deliver::{Delivery, stand_back};
use crate::doubt::hold;

/// What became of a mail request that came too late.
#[derive(Debug)]
pub enum Stale {
    /// It is dealt with, or comes back.
    Skipped(Disposition),
    /// An operator has made news of it again since this message was written.
    NewsAgain,
}

/// Skips the notification, unless the ledger says that it is news until later, or it may have been
/// sent: a doubt stays a doubt, however old.
pub async fn skip(delivery: &Delivery<'_>) -> Result<Stale, LedgerError> {
    let key = &delivery.request.key;
    let item = delivery.mailer.ledger.look_up(key.order_id.as_str(), &key.sort_key()).await?;
    if item.is_some_and(|item| item.send_before > delivery.mailer.clock.now_ms()) {
        return Ok(Stale::NewsAgain);
    }
    Ok(Stale::Skipped(skip_surely(delivery).await?))
}

async fn skip_surely(delivery: &Delivery<'_>) -> Result<Disposition, LedgerError> {
    let change =
        Change::new(Transition::Skip, delivery.facts()).with("reason", SkipReason::Stale.as_str());
    match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Skipped);
            tracing::info!(reason = SkipReason::Stale.as_str(), "skipped");
            Ok(Disposition::Done)
        }
        RecordOutcome::Refused(item) if item.state() == Some(State::InDoubt) => {
            Ok(leave_in_doubt(delivery).await)
        }
        RecordOutcome::Refused(item) if item.state() == Some(State::Planned) => {
            hold(delivery, &item, SkipReason::Stale.as_str()).await
        }
        RecordOutcome::Refused(item) => stand_back(delivery, &item).await,
        RecordOutcome::Absent => Ok(Disposition::Done),
    }
}

/// Nobody claims a stale doubt. But a mailer with the same message that read its clock before the
/// moment passed may be claiming it just now, and would die without a message to come back to. By
/// the time a lease would take it is gone.
async fn leave_in_doubt(delivery: &Delivery<'_>) -> Disposition {
    let mailer = delivery.mailer;
    let gone = (delivery.request.send_before + mailer.lease).as_millisecond();
    if mailer.clock.now_ms() <= gone {
        return delivery.park_until(gone + 1).await;
    }
    Disposition::Done
}
