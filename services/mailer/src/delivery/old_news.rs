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
    match delivery.judge(&own).await {
        Ok(verdict) => step_by_verdict(item, verdict),
        Err(error) => {
            tracing::warn!(%error, "postponed until the ledger says whether the mail is news");
            let retry_after = Duration::from_millis(LEDGER_RETRY_MS.unsigned_abs());
            postpone(item.attempt, NEWS_UNKNOWN, retry_after)
        }
    }
}

fn step_by_verdict(item: Item, verdict: Verdict) -> Step {
    let (attempt, doubts) = (item.attempt, item.doubts);
    match verdict {
        Verdict::Mail(_) => Step::send_under_lease(item),
        Verdict::Skip(_) | Verdict::WaitForBounce if item.was_asked_for() => {
            Step::send_under_lease(item)
        }
        // It may have been sent, and `skipped` would mean that it was not.
        Verdict::Skip(reason) if doubts > 0 => {
            Step::KeepAmbiguous { attempt, reason: reason.as_str().to_owned() }
        }
        Verdict::Skip(reason) => Step::SkipOldNews { attempt, reason },
        Verdict::Wait => postpone(attempt, OLDER_IS_SENT, OLDER_RETRY),
        Verdict::WaitForBounce => postpone(attempt, MAY_BOUNCE, BOUNCE_RETRY),
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

#[cfg(test)]
mod tests {
    use shared::notification::MoneyNews;

    use super::*;

    /// One that failed at 5, and was planned again at `planned_at`.
    fn step(verdict: Verdict, planned_at: i64, doubts: u32) -> Step {
        let (planned_at, failed_at) = (Some(planned_at), Some(5));
        let item = Item { attempt: 2, doubts, planned_at, failed_at, ..Item::default() };
        step_by_verdict(item, verdict)
    }

    #[test]
    fn what_is_no_news_any_more_is_skipped_unless_it_may_have_been_sent_or_an_operator_asked_for_it()
     {
        let skip = Verdict::Skip(SkipReason::Superseded);
        let skipped = step(skip, 1, 0);
        assert!(matches!(
            skipped,
            Step::SkipOldNews { attempt: 2, reason: SkipReason::Superseded }
        ));
        assert!(matches!(step(skip, 1, 1), Step::KeepAmbiguous { attempt: 2, .. }));
        let is_sent =
            |verdict, planned_at| matches!(step(verdict, planned_at, 0), Step::Send { .. });
        assert!(is_sent(skip, 6) && is_sent(Verdict::WaitForBounce, 6), "an operator asked for it");
        assert!(is_sent(Verdict::Mail(MoneyNews::default()), 1));
    }

    #[test]
    fn it_waits_for_an_older_mail_for_a_moment_and_for_a_bounce_for_a_quarter_of_an_hour() {
        for (verdict, why, seconds) in
            [(Verdict::Wait, OLDER_IS_SENT, 5), (Verdict::WaitForBounce, MAY_BOUNCE, 900)]
        {
            let Step::Record { attempt, outcome } = step(verdict, 1, 0) else {
                panic!("{verdict:?}")
            };
            assert_eq!(attempt.number, 2);
            let retry_after = Duration::from_secs(seconds);
            assert_eq!(outcome, SendOutcome::Retryable { code: why.to_owned(), retry_after });
        }
    }
}
