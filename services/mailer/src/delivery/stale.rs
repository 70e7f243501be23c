//! Mail requests whose mail has become stale.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{SkipReason, State, Transition};

use super::context::Delivery;
use super::due::Due;
use super::end::End;
use super::step::{AfterTurn, Step};

/// Skips the notification with one conditional write, unless an operator has extended its time limit since
/// this message was written, or an attempt is in doubt: `skipped` would mean that it was not sent.
pub async fn skip_stale(delivery: &Delivery<'_>) -> Result<Step, LedgerError> {
    let facts = delivery.facts();
    let reason = SkipReason::Stale.as_str();
    let change = Change::new(Transition::Skip, facts)
        .with("reason", reason)
        // The limit in the item, not in the message: `waybill resend` changes only the item's.
        .if_at_most("send_before", facts.now);
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Skipped);
            tracing::info!(reason, "skipped");
            Step::ACK
        }
        RecordOutcome::Refused(item) if item.send_before > facts.now => {
            Step::TakeTurn(AfterTurn::Claim)
        }
        RecordOutcome::Refused(item) => handle_skip_conflict(delivery, item),
        RecordOutcome::Absent => Step::ACK,
    })
}

fn handle_skip_conflict(delivery: &Delivery<'_>, item: Box<Item>) -> Step {
    match item.state() {
        Some(State::InDoubt) => leave_in_doubt(delivery),
        // Planned again after a doubt. It must not be skipped, because an earlier attempt may have sent it.
        Some(State::Planned) => Step::KeepAmbiguous {
            attempt: item.attempt,
            reason: SkipReason::Stale.as_str().to_owned(),
        },
        _ => Step::HandleConflict(item),
    }
}

fn leave_in_doubt(delivery: &Delivery<'_>) -> Step {
    let last_lease_ends = (delivery.request.send_before + delivery.mailer.lease).as_millisecond();
    step_of_stale_doubt(delivery.now_ms(), last_lease_ends)
}

// No worker claims a stale notification in doubt. But another worker may have read its clock just before the
// limit, and claim it now. If it died, its lease would never be recorded as expired, because no message would
// be left. So this message waits until any such lease has expired.
fn step_of_stale_doubt(now: i64, last_lease_ends: i64) -> Step {
    if now <= last_lease_ends {
        return Step::End(End::WaitUntilDue(Due { at: last_lease_ends + 1, in_doubt: true }));
    }
    Step::ACK
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::queue::BatchItemOutcome;

    #[test]
    fn the_message_of_a_stale_doubt_waits_until_the_last_lease_that_began_in_time_has_ended() {
        for now in [0, 1_000] {
            let step = step_of_stale_doubt(now, 1_000);
            assert!(matches!(
                step,
                Step::End(End::WaitUntilDue(Due { at: 1_001, in_doubt: true }))
            ));
        }
        let step = step_of_stale_doubt(1_001, 1_000);
        assert!(matches!(step, Step::End(End::Message(BatchItemOutcome::Ack))));
    }
}
