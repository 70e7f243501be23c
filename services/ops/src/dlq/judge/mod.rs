//! Joining dead letters with the ledger.

mod evidence;
mod rule;

pub use evidence::LedgerSnapshot;

use futures::{StreamExt, TryStreamExt, stream};

use super::subject::{DlqPayload, Window};
use super::verdict::{ReplayAssessment, Verdict};
use crate::aws::Stack;
use crate::error::CliError;
use crate::outbox::UnseenEvents;

/// How many windows are looked at, at the same time.
const MAX_CONCURRENCY: usize = 4;

/// Judges groups of messages against one stack.
#[derive(Debug)]
pub struct ReplayClassifier<'a> {
    stack: &'a Stack,
    missing: UnseenEvents<'a>,
}

impl<'a> ReplayClassifier<'a> {
    /// A judge who asks `stack`.
    #[must_use]
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, missing: UnseenEvents::new(stack) }
    }

    /// A judgement for each subject, in their order. `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// [`CliError::Service`] when a table does not answer.
    pub async fn judge(
        &self,
        subjects: &[DlqPayload],
        now: i64,
    ) -> Result<Vec<ReplayAssessment>, CliError> {
        let evidence = LedgerSnapshot::gather(self.stack, subjects).await?;
        stream::iter(subjects.iter().map(|subject| self.one(subject, &evidence, now)))
            .buffered(MAX_CONCURRENCY)
            .try_collect()
            .await
    }

    async fn one(
        &self,
        subject: &DlqPayload,
        evidence: &LedgerSnapshot,
        now: i64,
    ) -> Result<ReplayAssessment, CliError> {
        match subject {
            DlqPayload::Relay(window) => self.window(*window, now).await,
            other => Ok(rule::judge(other, evidence, now)),
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
