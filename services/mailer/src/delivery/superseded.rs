//! Mails that may be no news any more when they are sent: out of a doubt, or by a replay after they failed.
//!
//! The dispatcher that planned newer news let such a mail be: it was in doubt, or had failed. So the mailer looks
//! itself, and after its claim: then whoever plans newer news later finds this mail being sent, and waits. The ordinary
//! mail is not looked at again, because newer news makes it skipped while it waits.

use kit::ledger::{Change, Item, LedgerError, RecordOutcome};
use kit::telemetry::{Count, count};
use shared::ledger::{Facts, SkipReason, Transition};
use shared::notification::{Known, superseding};

use super::context::Delivery;
use super::step::Step;
use super::turn::LEDGER_RETRY_MS;
use super::worker::send_under_lease;
use crate::send_outcome::SendOutcome;

/// The pseudo-answer where SES was not called because the ledger did not say whether the mail is still news.
const NEWS_UNKNOWN: &str = "the ledger did not answer";

/// Reads the order's other records, and decides whether the mail that `item` shows as claimed is sent.
pub async fn check_news(delivery: &Delivery<'_>, item: Item) -> Step {
    let attempt = item.attempt;
    let others = match delivery.others_of_order().await {
        Ok(others) => others,
        // A refusal that sent nothing: without it, the mail would be in doubt once its lease has expired.
        Err(error) => {
            tracing::warn!(%error, "postponed until the ledger says whether the mail is news");
            let retry_after = std::time::Duration::from_millis(LEDGER_RETRY_MS.unsigned_abs());
            let outcome = SendOutcome::Retryable { code: NEWS_UNKNOWN.to_owned(), retry_after };
            return Step::Record { attempt, outcome };
        }
    };
    let known: Vec<Known> = others.iter().filter_map(Item::known).collect();
    let newer = item
        .news()
        .and_then(|own| superseding(&own, &known, delivery.now_ms()).map(|newer| newer.news.kind));
    match newer {
        None => send_under_lease(item),
        Some(kind) => {
            tracing::info!(attempt, by = kind.as_str(), "superseded");
            // It may have been sent, and `skipped` would mean that it was not.
            if item.doubts > 0 {
                let reason = SkipReason::Superseded.as_str().to_owned();
                return Step::KeepAmbiguous { attempt, reason };
            }
            Step::SkipSuperseded { attempt }
        }
    }
}

/// Records that the mail of this attempt is superseded. Its holder has not called SES.
pub async fn skip_superseded(delivery: &Delivery<'_>, attempt: u32) -> Result<Step, LedgerError> {
    let reason = SkipReason::Superseded.as_str();
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
