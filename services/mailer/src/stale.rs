//! A mail request that came too late.

use kit::ledger::{Change, LedgerError, RecordOutcome};
use kit::queue::BatchItemOutcome;
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, State, Transition};

use crate::deliver::{Delivery, handle_claim_conflict};
use crate::doubt::keep_ambiguous;

/// What became of a mail request that came too late.
#[derive(Debug)]
pub enum Stale {
    /// It is dealt with, or comes back.
    Skipped(BatchItemOutcome),
    /// An operator has made news of it again since this message was written.
    StillFresh,
}

/// Skips the notification, unless the ledger says that it is news until later, or it may have been
/// sent: a doubt stays a doubt, however old.
pub async fn skip(delivery: &Delivery<'_>) -> Result<Stale, LedgerError> {
    let facts = delivery.facts();
    let change = Change::new(Transition::Skip, facts)
        .with("reason", SkipReason::Stale.as_str())
        .if_at_most("send_before", facts.now);
    match delivery.record(change).await? {
        RecordOutcome::Refused(item) if item.send_before > facts.now => Ok(Stale::StillFresh),
        outcome => skipped(delivery, outcome).await.map(Stale::Skipped),
    }
}

async fn skipped(
    delivery: &Delivery<'_>,
    outcome: RecordOutcome,
) -> Result<BatchItemOutcome, LedgerError> {
    match outcome {
        RecordOutcome::Recorded(_) => {
            count(Count::Skipped);
            tracing::info!(reason = SkipReason::Stale.as_str(), "skipped");
            Ok(BatchItemOutcome::Ack)
        }
        RecordOutcome::Refused(item) if item.state() == Some(State::InDoubt) => {
            Ok(leave_in_doubt(delivery).await)
        }
        RecordOutcome::Refused(item) if item.state() == Some(State::Planned) => {
            keep_ambiguous(delivery, &item, SkipReason::Stale.as_str()).await
        }
        RecordOutcome::Refused(item) => handle_claim_conflict(delivery, &item).await,
        RecordOutcome::Absent => Ok(BatchItemOutcome::Ack),
    }
}

/// Nobody claims a stale doubt. But a mailer with the same message that read its clock before the
/// moment passed may be claiming it just now, and would die without a message to come back to. By
/// the time a lease would take it is gone.
async fn leave_in_doubt(delivery: &Delivery<'_>) -> BatchItemOutcome {
    let mailer = delivery.mailer;
    let gone = (delivery.request.send_before + mailer.lease).as_millisecond();
    if mailer.clock.now_ms() <= gone {
        return delivery.requeue_until(gone + 1).await;
    }
    BatchItemOutcome::Ack
}
