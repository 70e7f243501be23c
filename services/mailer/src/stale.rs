//! A mail request that came too late.

use kit::ledger::{Change, LedgerError, RecordOutcome};
use kit::queue::Disposition;
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, State, Transition};

use crate::deliver::{Delivery, stand_back};
use crate::doubt::hold;

/// Skips the notification, unless it may have been sent: a doubt stays a doubt, however old.
pub async fn skip(delivery: &Delivery<'_>) -> Result<Disposition, LedgerError> {
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
