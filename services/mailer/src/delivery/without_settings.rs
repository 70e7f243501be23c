//! Mails of a shop whose settings are not known: none is sent, but what is too old ends all the same.
//!
//! Its settings may be gone for good. Without an end, its mails would be requeued for ever, and the sweep would add a copy
//! of each from time to time.

use kit::ledger::LedgerError;
use kit::queue::BatchItemOutcome;

use super::ambiguous::{expire, keep_ambiguous};
use super::context::Delivery;
use super::stale::skip_stale;
use super::step::Step;
use super::worker::handle_claim_conflict;

/// Skips the mail if it is stale, as it would be skipped with settings. `None`: it is not stale, or may yet be sent, and is to
/// be requeued.
///
/// # Errors
/// [`LedgerError`] when the ledger did not answer, or is of another version.
pub async fn end_if_stale(
    delivery: &Delivery<'_>,
) -> Result<Option<BatchItemOutcome>, LedgerError> {
    if !delivery.is_stale() {
        return Ok(None);
    }
    let mut step = skip_stale(delivery).await?;
    loop {
        step = match step {
            Step::HandleConflict(item) => handle_claim_conflict(delivery, &item)?,
            Step::Expire => expire(delivery).await?,
            Step::KeepAmbiguous { attempt, reason } => {
                keep_ambiguous(delivery, attempt, &reason).await?
            }
            Step::End(end) => return Ok(Some(end.of(delivery).await)),
            // An operator has extended its time.
            _ => return Ok(None),
        }
    }
}
