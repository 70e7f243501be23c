//! Mail requests that come after their mail is no longer news.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, State, Transition};

use super::context::Delivery;
use super::step::Step;

/// Skips the notification with one conditional write, unless an operator has extended its time since
/// this message was written, or it may have been sent: a doubt stays a doubt, however old.
pub async fn skip_stale(delivery: &Delivery<'_>) -> Result<Step, LedgerError> {
    let facts = delivery.facts();
    let reason = SkipReason::Stale.as_str();
    let change = Change::new(Transition::Skip, facts)
        .with("reason", reason)
        // The item's own limit, not the message's: `waybill resend` moves it in the ledger alone.
        .if_at_most("send_before", facts.now);
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Skipped);
            tracing::info!(reason, "skipped");
            Step::ACK
        }
        RecordOutcome::Refused(item) if item.send_before > facts.now => {
            Step::Claim(delivery.facts())
        }
        RecordOutcome::Refused(item) => handle_skip_conflict(delivery, item),
        RecordOutcome::Absent => Step::ACK,
    })
}

fn handle_skip_conflict(delivery: &Delivery<'_>, item: Box<Item>) -> Step {
    match item.state() {
        Some(State::InDoubt) => leave_in_doubt(delivery),
        // Planned again after a doubt: it must not be skipped, which would say that it was not sent.
        Some(State::Planned) => Step::KeepAmbiguous {
            attempt: item.attempt,
            reason: SkipReason::Stale.as_str().to_owned(),
        },
        _ => Step::HandleConflict(item),
    }
}

/// Nobody claims a stale doubt any more. But a worker with the same message that read its clock
/// before the limit may be claiming it just now, and if it died there would be no message left to
/// record its expired lease: this one waits until any such lease has run out.
fn leave_in_doubt(delivery: &Delivery<'_>) -> Step {
    let mailer = delivery.mailer;
    let last_lease_ends = (delivery.request.send_before + mailer.lease).as_millisecond();
    if delivery.now_ms() <= last_lease_ends {
        return Step::Requeue { until: last_lease_ends + 1 };
    }
    Step::ACK
}
