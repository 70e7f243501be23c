//! An operator's word that a mail may be sent: its ledger record is opened.

use jiff::{SignedDuration, Timestamp};
use kit::ledger::{Change, Item, RecordOutcome};
use shared::ledger::{Facts, State, Transition};

use crate::aws::Stack;
use crate::error::CliError;

/// How far the clock of the operator's machine may be off: a lease that has only just run out by it
/// may be alive.
pub const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// Opens the record as `attempt` left it; it is news until `send_before`. One that stands open at that very attempt was opened
/// before: by this command, whose answer was lost or which was killed before it went on, or by
/// somebody with the same intent.
///
/// # Errors
/// [`CliError::Service`] when the ledger does not answer, or the record is another one meanwhile.
pub async fn reopen(
    stack: &Stack,
    order_id: &str,
    notification: &str,
    attempt: u32,
    send_before: Timestamp,
    reason: &str,
) -> Result<(), CliError> {
    let facts = Facts::for_attempt(Timestamp::now().as_millisecond(), attempt);
    let change = Change::new(Transition::Reopen, facts)
        .with("reason", reason)
        .with_number("send_before", send_before.as_millisecond());
    match stack.ledger().record(order_id, notification, change).await {
        Ok(RecordOutcome::Recorded(_)) => Ok(()),
        Ok(RecordOutcome::Refused(item)) if is_open_at(&item, attempt) => Ok(()),
        Ok(RecordOutcome::Refused(item)) => Err(CliError::service(format!(
            "Its record changed meanwhile: it is {} now. Nothing was queued.",
            item.state
        ))),
        Ok(RecordOutcome::Absent) => {
            Err(CliError::service("Its record is gone meanwhile. Nothing was queued."))
        }
        Err(error) => Err(CliError::service(format!("Can't write the ledger: {error}."))),
    }
}

fn is_open_at(item: &Item, attempt: u32) -> bool {
    item.state() == Some(State::Planned) && item.attempt == attempt
}
