//! Judging one notification by the others of its order, and making what follows true.

use shared::ledger::{Facts, SkipReason, State, Transition};
use shared::notification::{Judgement, Known, News, Stage, Verdict, judge};

use super::change::Change;
use super::error::LedgerError;
use super::item::Item;
use super::store::{Ledger, RecordOutcome};
use crate::telemetry::{Count, count};

impl Ledger {
    /// Judges the notification with the key (`order_key`, `notification`), which tells `own`: one consistent query. Older ones
    /// that are not sent and that it makes old are skipped, with one conditional write each; if one of them is being
    /// sent meanwhile, the verdict is to wait. `now` in milliseconds since 1970.
    ///
    /// The record must be there already, so that whoever judges another one at the same time finds it.
    ///
    /// # Errors
    /// [`LedgerError`] when DynamoDB did not answer. Some may have been skipped; judging again goes on from there.
    pub async fn judge(
        &self,
        (order_key, notification): (&str, &str),
        own: &News,
        stage: Stage,
        now: i64,
    ) -> Result<Verdict, LedgerError> {
        let items = self.list_by_order(order_key).await?;
        self.judge_among(&items, notification, own, stage, now).await
    }

    /// As [`Ledger::judge`], given all `items` of the order, which were read after the record was put.
    ///
    /// # Errors
    /// As [`Ledger::judge`].
    pub async fn judge_among(
        &self,
        items: &[Item],
        notification: &str,
        own: &News,
        stage: Stage,
        now: i64,
    ) -> Result<Verdict, LedgerError> {
        let others = items.iter().filter(|item| item.notification != notification);
        let others: Vec<(&Item, Known)> =
            others.filter_map(|item| Some((item, item.known()?))).collect();
        let known: Vec<Known> = others.iter().map(|(_, known)| known.clone()).collect();
        let Judgement { skips, verdict } = judge(own, &known, stage, now);
        // The others before anything follows for this one: after a crash in between, it is judged again. The other way
        // round, an older one could be told although this one, which supersedes it, is done.
        for (i, reason) in skips {
            if !self.skip_unsent(others[i].0, reason, now).await? {
                return Ok(Verdict::Wait);
            }
        }
        Ok(verdict)
    }

    /// Skips a notification that is planned and was certainly not sent. Returns whether it is certainly not sent now.
    async fn skip_unsent(
        &self,
        other: &Item,
        reason: SkipReason,
        now: i64,
    ) -> Result<bool, LedgerError> {
        let (reason, notification) = (reason.as_str(), other.notification.as_str());
        let skip = Change::new(Transition::Skip, Facts::new(now)).with("reason", reason);
        Ok(match self.record(&other.order_key, notification, skip).await? {
            RecordOutcome::Recorded(_) => {
                count(Count::Skipped);
                tracing::info!(reason, notification, "an older mail of the order was skipped");
                true
            }
            RecordOutcome::Absent => true,
            RecordOutcome::Refused(item) => {
                matches!(item.state(), Some(State::Skipped | State::Failed))
            }
        })
    }
}
