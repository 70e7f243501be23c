//! Joining dead letters with the ledger.

mod evidence;
mod rule;

pub use evidence::Evidence;

use futures::{StreamExt, TryStreamExt, stream};

use super::subject::{Subject, Window};
use super::verdict::{Judgement, Verdict};
use crate::aws::Stack;
use crate::failure::Failure;
use crate::outbox::Missing;

/// How many windows are looked at, at the same time.
const AT_ONCE: usize = 4;

/// Judges groups of messages against one stack.
#[derive(Debug)]
pub struct Judge<'a> {
    stack: &'a Stack,
    missing: Missing<'a>,
}

impl<'a> Judge<'a> {
    /// A judge who asks `stack`.
    #[must_use]
    pub fn new(stack: &'a Stack) -> Self {
        Self { stack, missing: Missing::new(stack) }
    }

    /// A judgement for each subject, in their order. `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// [`Failure::Service`] when a table does not answer.
    pub async fn judge(&self, subjects: &[Subject], now: i64) -> Result<Vec<Judgement>, Failure> {
        let evidence = Evidence::gather(self.stack, subjects).await?;
        stream::iter(subjects.iter().map(|subject| self.one(subject, &evidence, now)))
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn one(
        &self,
        subject: &Subject,
        evidence: &Evidence,
        now: i64,
    ) -> Result<Judgement, Failure> {
        match subject {
            Subject::Relay(window) => self.window(*window, now).await,
            other => Ok(rule::judge(other, evidence, now)),
        }
    }

    async fn window(&self, window: Window, now: i64) -> Result<Judgement, Failure> {
        let missing = self.missing.within(window.from, window.until.min(now)).await?;
        Ok(if missing.is_empty() {
            Judgement::of(Verdict::AlreadyDone).because("the ledger knows every event of that time")
        } else {
            Judgement::of(Verdict::WouldSend)
                .because(format!("{} event(s) of that time are not in the ledger", missing.len()))
        })
    }
}
