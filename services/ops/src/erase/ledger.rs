//! The order's ledger records: nothing of it is to be mailed any more.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use kit::ledger::{Change, Item, LedgerError, PlanOutcome, RecordOutcome};
use shared::ledger::{Facts, MAX_DOUBTS, State, Transition};

use super::report::LEDGER_RECORDS;
use super::{Mode, Place, undecided};
use crate::aws::{Stack, refused};
use crate::error::CliError;
use crate::events::StoredEvent;
use crate::notification::CLOCKS_DIFFER;

/// The reason in the ledger.
const ERASED: &str = "erased";

/// Skips what was certainly not sent, and holds what may have been: then no policy sends it again.
/// A mail that is being sent right now is left.
pub async fn close(
    stack: &Stack,
    events: &[StoredEvent],
    records: &[Item],
    mode: Mode,
) -> Result<Place, CliError> {
    let open: Vec<&Item> = records.iter().filter(|record| is_open(record)).collect();
    let undecided = undecided(events, records);
    let mut place = Place {
        place: "ledger table".to_owned(),
        what: "mails that may yet be sent, to be closed".to_owned(),
        found: open.len() + undecided.len(),
        ..Place::default()
    };
    if mode == Mode::Find {
        return Ok(place);
    }
    for record in open {
        if close_one(stack, record).await.map_err(told)? {
            place.removed += 1;
        }
    }
    for event in undecided {
        if forbid(stack, event).await.map_err(told)? {
            place.removed += 1;
        }
    }
    place.left = place.found - place.removed;
    Ok(place)
}

/// Whether a function or its policy could yet send it.
fn is_open(record: &Item) -> bool {
    match record.state() {
        Some(State::Planned | State::Failed | State::Sending) => true,
        Some(State::InDoubt) => record.doubts < MAX_DOUBTS,
        _ => false,
    }
}

async fn close_one(stack: &Stack, record: &Item) -> Result<bool, LedgerError> {
    let now = Timestamp::now().as_millisecond();
    match record.state() {
        // The mailer has the mail in its hands, or may have.
        Some(State::Sending) if record.lease_until >= now - CLOCKS_DIFFER.as_millis() as i64 => {
            Ok(false)
        }
        Some(State::Sending) => {
            let expired = change(stack, record, Transition::Expire, Facts::new(now)).await?;
            Ok(expired && hold(stack, record, now).await?)
        }
        Some(State::InDoubt) => hold(stack, record, now).await,
        Some(State::Planned) if record.doubts > 0 => hold(stack, record, now).await,
        // A failed record may be skipped as if its message had just been replayed.
        _ => {
            let facts = Facts { enqueued_at: now.max(record.since + 1), ..Facts::new(now) };
            change(stack, record, Transition::Skip, facts).await
        }
    }
}

async fn hold(stack: &Stack, record: &Item, now: i64) -> Result<bool, LedgerError> {
    change(stack, record, Transition::Hold, Facts::for_attempt(now, record.attempt)).await
}

async fn change(
    stack: &Stack,
    record: &Item,
    transition: Transition,
    facts: Facts,
) -> Result<bool, LedgerError> {
    let change = Change::new(transition, facts).with("reason", ERASED);
    let outcome = stack.ledger().record(&record.order_id, &record.notification, change).await?;
    Ok(matches!(outcome, RecordOutcome::Recorded(_)))
}

/// A decision against a mail that the dispatcher has not made yet.
async fn forbid(stack: &Stack, event: &StoredEvent) -> Result<bool, LedgerError> {
    let Some(request) = event.request() else { return Ok(false) };
    let item = Item {
        order_id: request.event.order.id.to_string(),
        notification: event.ledger_key.clone(),
        event: event.event.clone(),
        correlation_id: event.correlation_id.clone(),
        accepted_at: event.accepted_at,
        send_before: request.send_before().as_millisecond(),
        reason: Some(ERASED.to_owned()),
        ..Item::default()
    };
    let now = Timestamp::now().as_millisecond();
    let outcome = stack.ledger().create(Transition::SkipAtPlan, item, now).await?;
    Ok(outcome == PlanOutcome::Created)
}

/// Deletes the records, where nothing is left that only they keep from being mailed.
pub async fn delete(
    stack: &Stack,
    records: &[Item],
    mode: Mode,
    is_needed: bool,
) -> Result<Place, CliError> {
    let mut place = Place {
        place: "ledger table".to_owned(),
        what: LEDGER_RECORDS.to_owned(),
        found: records.len(),
        ..Place::default()
    };
    if mode == Mode::Find {
        return Ok(place);
    }
    if is_needed {
        place.left = records.len();
        return Ok(place);
    }
    for record in records {
        let call = stack
            .dynamodb
            .delete_item()
            .table_name(stack.ledger_table())
            .key("order_id", AttributeValue::S(record.order_id.clone()))
            .key("notification", AttributeValue::S(record.notification.clone()));
        call.send().await.map_err(refused("delete a ledger record"))?;
        place.removed += 1;
    }
    Ok(place)
}

fn told(error: LedgerError) -> CliError {
    CliError::service(format!("Can't write the ledger: {error}. The same command again goes on."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policy_would_yet_send_is_open_and_what_is_held_is_not() {
        let item =
            |state: State, doubts| Item { state: state.to_string(), doubts, ..Item::default() };
        for state in [State::Planned, State::Failed, State::Sending, State::InDoubt] {
            assert!(is_open(&item(state, 1)), "{state}");
        }
        assert!(!is_open(&item(State::InDoubt, MAX_DOUBTS)));
        for state in [State::Sent, State::Delivered, State::Skipped] {
            assert!(!is_open(&item(state, 0)), "{state}");
        }
    }
}
