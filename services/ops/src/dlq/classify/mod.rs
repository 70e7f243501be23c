//! Joining dead letters with the ledger.

mod rule;
mod snapshot;

pub use snapshot::LedgerSnapshot;

use futures::{StreamExt, TryStreamExt, stream};

use super::payload::{DlqPayload, Window};
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::Stack;
use crate::failure::CliError;
use crate::outbox::Missing;

/// How many windows are looked at, at the same time.
const MAX_CONCURRENCY: usize = 4;

/// Judges groups of messages against one stack.
#[derive(Debug)]
pub struct ReplayClassifier<'a> {
    stack: &'a Stack,
    missing: Missing<'a>,
}

impl<'a> ReplayClassifier<'a> {
    /// A judge who asks `stack`.
    #[must_use]
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, missing: Missing::new(stack) }
    }

    /// A assessment for each payload, in their order. `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// [`CliError::Service`] when a table does not answer.
    pub async fn classify(
        &self,
        payloads: &[DlqPayload],
        now: i64,
    ) -> Result<Vec<ReplayAssessment>, CliError> {
        let snapshot = LedgerSnapshot::gather(self.stack, payloads).await?;
        stream::iter(payloads.iter().map(|payload| self.one(payload, &snapshot, now)))
            .buffered(MAX_CONCURRENCY)
            .try_collect()
            .await
    }

    async fn one(
        &self,
        payload: &DlqPayload,
        snapshot: &LedgerSnapshot,
        now: i64,
    ) -> Result<ReplayAssessment, CliError> {
        match payload {
            DlqPayload::Relay(window) => self.window(*window, now).await,
            other => Ok(rule::classify(other, snapshot, now)),
        }
    }

    async fn window(&self, window: Window, now: i64) -> Result<ReplayAssessment, CliError> {
        let missing = self.missing.within(window.from, window.until.min(now)).await?;
        Ok(if missing.is_empty() {
            ReplayAssessment::of(Verdict::AlreadyDone)
                .because("the ledger knows every event of that time")
        } else {
            ReplayAssessment::of(Verdict::WouldSend)
                .because(format!("{} event(s) of that time are not in the ledger", missing.len()))
        })
    }
}
