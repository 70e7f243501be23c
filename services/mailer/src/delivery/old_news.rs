//! Mails that may be no news any more when they are sent: out of a doubt, or after they failed or were skipped.
//!
//! Whoever judged others of the order meanwhile took such a mail for told, or for one that is not told. So the mailer
//! judges it itself, and after its claim: then whoever judges another one later finds this mail being sent, and waits.
//! The ordinary mail is not judged again, because newer news skips it while it waits.

use std::time::Duration;

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, SkipReason, Transition};
use shared::notification::Verdict;

use super::context::Delivery;
use super::step::Step;
use super::turn::LEDGER_RETRY_MS;
use crate::send_outcome::SendOutcome;

/// How long it waits for an older mail that is being sent.
const OLDER_RETRY: Duration = Duration::from_secs(5);

/// How long it waits whether the same news arrives at another address.
const BOUNCE_RETRY: Duration = Duration::from_secs(15 * 60);

/// The pseudo-answers where SES was not called.
pub const OLDER_IS_SENT: &str = "an older mail is being sent";
pub const MAY_BOUNCE: &str = "the same news is with SES for another address";
pub const NEWS_UNKNOWN: &str = "the ledger did not say whether it is news";

/// Decides whether the mail that `item` shows as claimed is sent.
pub async fn judge_news(delivery: &Delivery<'_>, item: Item) -> Step {
    let Some(own) = item.news() else { return Step::send_under_lease(item) };
    let (attempt, doubts) = (item.attempt, item.doubts);
    match delivery.judge(&own).await {
        Ok(Verdict::Mail(_)) => Step::send_under_lease(item),
        Ok(Verdict::Skip(_)) if item.was_asked_for() => Step::send_under_lease(item),
        // It may have been sent, and `skipped` would mean that it was not.
        Ok(Verdict::Skip(reason)) if doubts > 0 => {
            Step::KeepAmbiguous { attempt, reason: reason.as_str().to_owned() }
        }
        Ok(Verdict::Skip(reason)) => Step::SkipOldNews { attempt, reason },
        Ok(Verdict::Wait) => postpone(attempt, OLDER_IS_SENT, OLDER_RETRY),
        Ok(Verdict::WaitForBounce) if item.was_asked_for() => Step::send_under_lease(item),
        Ok(Verdict::WaitForBounce) => postpone(attempt, MAY_BOUNCE, BOUNCE_RETRY),
        Err(error) => {
            tracing::warn!(%error, "postponed until the ledger says whether the mail is news");
            let retry_after = Duration::from_millis(LEDGER_RETRY_MS.unsigned_abs());
            postpone(attempt, NEWS_UNKNOWN, retry_after)
        }
    }
}

/// As after a refusal, which sent nothing either: otherwise the mail would be in doubt once its lease has expired.
fn postpone(attempt: u32, why: &str, retry_after: Duration) -> Step {
    let outcome = SendOutcome::Retryable { code: why.to_owned(), retry_after };
    Step::Record { attempt: attempt.into(), outcome }
}

/// Records that the mail of this attempt is no news any more. Its holder has not called SES.
pub async fn skip_old_news(
    delivery: &Delivery<'_>,
    attempt: u32,
    reason: SkipReason,
) -> Result<Step, LedgerError> {
    let reason = reason.as_str();
    let facts = Facts::for_attempt(delivery.now_ms(), attempt);
    let change = Change::new(Transition::Skip, facts).with("reason", reason);
    Ok(match delivery.record(change).await? {
        RecordOutcome::Recorded(_) => {
            count(Count::Skipped);
            tracing::info!(reason, "skipped");
            Step::ACK
        }
        // Possibly our own write, whose answer was lost. The item's state decides what to do.
        RecordOutcome::Refused(item) => Step::HandleConflict(item),
        RecordOutcome::Absent => Step::ACK,
    })
}
