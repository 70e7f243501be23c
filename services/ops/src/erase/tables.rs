//! The order in the two tables.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use kit::ledger::{Change, Item, LedgerError, PlanOutcome, RecordOutcome};
use shared::ledger::{Facts, State, Transition};

use super::{Mode, Place, undecided};
use crate::aws::{Stack, refused};
use crate::events::{self, StoredEvent};
use crate::failure::Failure;

/// The reason in the ledger.
const ERASED: &str = "erased";

/// Skips what was not sent yet. A mail that is being sent, or in doubt, is not touched: it may have
/// been sent.
pub async fn close_ledger(
    stack: &Stack,
    events: &[StoredEvent],
    records: &[Item],
    mode: Mode,
) -> Result<Place, Failure> {
    let open: Vec<&Item> = records.iter().filter(|record| is_open(record)).collect();
    let undecided = undecided(events, records);
    let mut place = Place {
        place: "ledger table".to_owned(),
        what: "mails not sent yet, to be skipped".to_owned(),
        found: open.len() + undecided.len(),
        ..Place::default()
    };
    if mode == Mode::Find {
        return Ok(place);
    }
    for record in open {
        if skip(stack, record).await.map_err(told)? {
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

fn is_open(record: &Item) -> bool {
    matches!(record.state(), Some(State::Planned | State::Failed))
}

async fn skip(stack: &Stack, record: &Item) -> Result<bool, LedgerError> {
    let now = Timestamp::now().as_millisecond();
    // A failed record may be skipped as if its message had just been replayed.
    let facts = Facts { enqueued_at: now.max(record.since + 1), ..Facts::at(now) };
    let change = Change::new(Transition::Skip, facts).with("reason", ERASED);
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

/// The events themselves.
pub async fn events(
    stack: &Stack,
    order: &str,
    stored: &[StoredEvent],
    mode: Mode,
) -> Result<Place, Failure> {
    let mut place = Place {
        place: "Events table".to_owned(),
        what: "events, with the customer's data".to_owned(),
        found: stored.len(),
        ..Place::default()
    };
    if mode == Mode::Remove {
        for event in stored {
            events::delete(stack, order, &event.event).await?;
            place.removed += 1;
        }
    }
    Ok(place)
}

/// The ledger's records.
pub async fn ledger(stack: &Stack, records: &[Item], mode: Mode) -> Result<Place, Failure> {
    let mut place = Place {
        place: "ledger table".to_owned(),
        what: "records, without personal data".to_owned(),
        found: records.len(),
        ..Place::default()
    };
    if mode == Mode::Remove {
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
    }
    Ok(place)
}

fn told(error: LedgerError) -> Failure {
    Failure::service(format!("Can't write the ledger: {error}. The same command again goes on."))
}
