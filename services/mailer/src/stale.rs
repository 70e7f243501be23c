//! A mail request that came too late.

use kit::ledger::{Change, LedgerError, RecordOutcome};
use kit::queue::Disposition;
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, State, Transition};

use crate::deliver::{Delivery, stand_back};

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
            Ok(Disposition::Done)
        }
        RecordOutcome::Refused(item) => stand_back(delivery, &item).await,
        RecordOutcome::Absent => Ok(Disposition::Done),
    }
}
