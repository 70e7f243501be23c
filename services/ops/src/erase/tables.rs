//! The order in the two tables.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use kit::ledger::{
    Change, Correction, Item, LedgerError, NamedAddress, PlanOutcome, RecordOutcome,
};
use shared::ledger::{Facts, MAX_DOUBTS, State, Transition};
use shared::notification::Recipient;
use shared::{NotificationKey, OrderKey};

use super::report::{EVENTS_TABLE, LEDGER_RECORDS, LEDGER_TABLE, Mode, Place};
use shared::order_key::ORDER_KEY;

use crate::aws::{Stack, service_error};
use crate::error::CliError;
use crate::notification::MAX_CLOCK_SKEW;
use crate::store::StoredEvent;

/// The reason in the ledger.
const ERASED: &str = "erased";

/// Closes the ledger's records: skips what was certainly not sent, and keeps in doubt what may have
/// been, so that no policy sends it again. A mail that is being sent right now is left.
pub async fn close_records(
    stack: &Stack,
    events: &[StoredEvent],
    records: &[Item],
    mode: Mode,
    places: &mut Vec<Place>,
) -> Result<(), CliError> {
    let open: Vec<&Item> = records.iter().filter(|record| is_open(record)).collect();
    let undecided = undecided(events, records, Timestamp::now().as_millisecond());
    let what = "mails that may yet be sent, to be closed";
    let place = Place::new(LEDGER_TABLE, what, open.len() + undecided.len());
    let place = place.begin(mode, places);
    if mode == Mode::Find {
        return Ok(());
    }
    for record in open {
        place.count(close(stack, record).await.map_err(write_error)?);
    }
    // A dispatcher may decide one meanwhile: then its record is there already, this event counts as
    // left, and the same command again closes it.
    for (ledger_key, event) in undecided {
        let skipped = skip_undecided(stack, ledger_key, event).await.map_err(write_error)?;
        place.count(skipped);
    }
    Ok(())
}

/// Whether a function or its policy could yet send it.
fn is_open(record: &Item) -> bool {
    match record.state() {
        // Its news goes to a corrected address, and no transition sends it to this one any more.
        Some(State::Failed) if record.readdressed_to.is_some() => false,
        Some(State::Planned | State::Failed | State::Sending) => true,
        Some(State::InDoubt) => record.doubts < MAX_DOUBTS,
        _ => false,
    }
}

/// The records that the dispatcher would yet create, by key, each with its event: also that of the address of an event
/// which waits whether the mail to the address before arrives. `now` in milliseconds since 1970.
fn undecided<'a>(
    events: &'a [StoredEvent],
    records: &[Item],
    now: i64,
) -> BTreeMap<String, &'a StoredEvent> {
    let is_decided = |key: &String| records.iter().any(|r| r.notification == *key);
    let all = events.iter().rev();
    let all = all.flat_map(|event| {
        let waited_for = waited_for(event, records, now);
        event.ledger_keys().chain(waited_for).map(move |key| (key, event))
    });
    all.filter(|(key, _)| !is_decided(key)).collect()
}

/// The key of the further delivery that the event may yet have; `None` where there is none to be.
fn waited_for(event: &StoredEvent, records: &[Item], now: i64) -> Option<String> {
    let request = event.request()?;
    let named = NamedAddress::new(&request, &event.event)?;
    match Correction::new(records, &event.ledger_key, &named, now) {
        // Too late for the dispatcher, but not for a replay of its dead letter once that mail bounces.
        Correction::Due { .. } | Correction::Waits { .. } | Correction::TooLate(_) => {
            let to = Recipient::Corrected(named.to);
            Some(NotificationKey::for_recipient(&request.event, to).sort_key())
        }
        Correction::None | Correction::Decided(_) => None,
    }
}

async fn close(stack: &Stack, record: &Item) -> Result<bool, LedgerError> {
    let now = Timestamp::now().as_millisecond();
    let change = async |transition, facts| {
        let change = Change::new(transition, facts).with("reason", ERASED);
        let outcome =
            stack.ledger().record(&record.order_key, &record.notification, change).await?;
        Ok::<_, LedgerError>(matches!(outcome, RecordOutcome::Recorded(_)))
    };
    let latest_lease = now - MAX_CLOCK_SKEW.as_millis() as i64;
    match record.state() {
        // The operator's clock may be ahead, and a mailer that holds the lease may be sending.
        Some(State::Sending) if record.lease_until >= latest_lease => return Ok(false),
        Some(State::Sending) => {
            if !change(Transition::Expire, Facts::new(now)).await? {
                return Ok(false);
            }
        }
        Some(State::InDoubt) => {}
        Some(State::Planned) if record.doubts > 0 => {}
        _ => {
            // The ledger lets a failed record be skipped only for a message newer than the failure.
            let facts = Facts { enqueued_at: now.max(record.since + 1), ..Facts::new(now) };
            return change(Transition::Skip, facts).await;
        }
    }
    // SES may have accepted it: not skipped, since that would say that it was certainly not sent.
    change(Transition::Hold, Facts::for_attempt(now, record.attempt)).await
}

/// Creates the record before the dispatcher does, so that the mail is never planned.
async fn skip_undecided(
    stack: &Stack,
    ledger_key: String,
    event: &StoredEvent,
) -> Result<bool, LedgerError> {
    let Some(request) = event.request() else { return Ok(false) };
    let item = Item {
        order_key: OrderKey::of_event(&request.event).to_string(),
        notification: ledger_key,
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

fn write_error(error: LedgerError) -> CliError {
    CliError::service(format!("Can't write the ledger: {error}. The same command again continues."))
        .caused_by(error)
}

/// Deletes the events.
pub async fn delete_events(
    stack: &Stack,
    order_key: &str,
    events: &[StoredEvent],
    mode: Mode,
    places: &mut Vec<Place>,
) -> Result<(), CliError> {
    let place = Place::new(EVENTS_TABLE, "events, with the customer's data", events.len());
    let place = place.begin(mode, places);
    if mode == Mode::Remove {
        let keys = events.iter().map(|event| event.event.as_str());
        delete(stack, stack.events_table(), (order_key, "event"), keys, place).await?;
    }
    Ok(())
}

/// Deletes the ledger's records, unless they are needed to keep something else from being mailed.
pub async fn delete_records(
    stack: &Stack,
    order_key: &str,
    records: &[Item],
    mode: Mode,
    are_needed: bool,
    places: &mut Vec<Place>,
) -> Result<(), CliError> {
    let place = Place::new(LEDGER_TABLE, LEDGER_RECORDS, records.len()).begin(mode, places);
    if mode == Mode::Remove && !are_needed {
        let keys = records.iter().map(|record| record.notification.as_str());
        delete(stack, stack.ledger_table(), (order_key, "notification"), keys, place).await?;
    }
    Ok(())
}

/// Deletes the order's items with these sort keys, and counts each in `place`.
async fn delete<'a>(
    stack: &Stack,
    table: String,
    (order_key, sort_key): (&str, &str),
    values: impl Iterator<Item = &'a str>,
    place: &mut Place,
) -> Result<(), CliError> {
    for value in values {
        let call = stack
            .dynamodb
            .delete_item()
            .table_name(&table)
            .key(ORDER_KEY, AttributeValue::S(order_key.to_owned()))
            .key(sort_key, AttributeValue::S(value.to_owned()));
        call.send().await.map_err(service_error(format!("delete from the table {table}")))?;
        place.count(true);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_event_each_recipient_without_a_record_is_undecided() {
        let event = StoredEvent {
            ledger_key: "order.confirmed##customer".to_owned(),
            copies: ["AAAAAAAA", "BBBBBBBB"].map(str::to_owned).into(),
            ..StoredEvent::default()
        };
        let planned = "order.confirmed##copy-AAAAAAAA".to_owned();
        let records = [Item { notification: planned, ..Item::default() }];
        let events = [event];
        let undecided: Vec<String> = undecided(&events, &records, 0).into_keys().collect();
        assert_eq!(undecided, ["order.confirmed##copy-BBBBBBBB", "order.confirmed##customer"]);
    }

    #[test]
    fn what_a_policy_would_yet_send_is_open_and_what_is_kept_in_doubt_is_not() {
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
