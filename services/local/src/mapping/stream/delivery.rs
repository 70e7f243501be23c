//! Gives one batch to the function, in as many tries as it takes, and moves the checkpoint.

use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Context;
use super::destination::{Condition, Discarded, LastAnswer, tell};
use super::event::Record;
use super::retry::{Next, Outcome, Part, next};
use crate::lambda::Invocation;
use crate::mapping::Answers;
use crate::mapping::answer::{Verdict, judge};
use crate::mapping::event::of_records;

/// Whether a batch was seen through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Each record succeeded or was passed by.
    Done,
    /// The mapping stops; what is after the checkpoint will be read again.
    Stopped,
}

/// A batch of records of one shard that pass the filter.
pub(super) struct Delivery<'a> {
    pub context: &'a Context,
    pub shard: &'a str,
    /// In order, each with its JSON.
    pub records: Vec<Record>,
}

impl Delivery<'_> {
    /// Tries the batch until each record has succeeded, is too old, or has used up its retries.
    pub async fn run(&self, stop: &CancellationToken) -> Delivered {
        let mut left = vec![Part::whole(self.records.len())];
        let mut last_answer = LastAnswer::None;
        let mut failures = 0;
        while let Some(part) = left.pop() {
            let pause = self.context.mapping.retry_pause.after(failures);
            if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                return Delivered::Stopped;
            }
            // Cut short, what was to be passed by stays after the checkpoint and is read again.
            let young = stop.run_until_cancelled(self.pass_by_old(part, last_answer)).await;
            let part = match young {
                Some(Some(part)) => part,
                Some(None) => continue,
                None => return Delivered::Stopped,
            };
            let request_id = Uuid::new_v4();
            let (outcome, answer) = self.attempt(&part, request_id).await;
            failures = if outcome == Outcome::Succeeded { 0 } else { failures + 1 };
            last_answer = answer;
            let mapping = &self.context.mapping;
            match next(part, outcome, mapping.on_failure, mapping.maximum_retries) {
                Next::Left(done, parts) => {
                    self.checkpoint_before(done);
                    left.extend(parts.into_iter().rev());
                }
                Next::GiveUp(done, part) => {
                    self.checkpoint_before(done);
                    let condition = Condition::RetryAttemptsExhausted;
                    let told = self.pass_by(&part, condition, request_id, last_answer);
                    if stop.run_until_cancelled(told).await.is_none() {
                        return Delivered::Stopped;
                    }
                    failures = 0;
                }
            }
        }
        Delivered::Done
    }

    /// One try: invokes the function, reads its answer.
    async fn attempt(&self, part: &Part, request_id: Uuid) -> (Outcome, LastAnswer) {
        let records = &self.records[part.records.clone()];
        let event = of_records(records.iter().filter_map(|record| record.json.as_deref()));
        let mapping = &self.context.mapping;
        match (self.context.function.invoke(request_id, event).await, mapping.answers) {
            (Invocation::Failed { .. }, _) => (Outcome::Failed, LastAnswer::FunctionError),
            (Invocation::Answered(_), Answers::Ignored) => {
                (Outcome::Succeeded, LastAnswer::Reported)
            }
            (Invocation::Answered(answer), Answers::ReportBatchItemFailures) => {
                let place =
                    |id: &str| records.iter().position(|record| record.sequence_number == id);
                let outcome = match judge(&answer, place) {
                    Verdict::Succeeded => Outcome::Succeeded,
                    Verdict::Malformed => Outcome::Failed,
                    // The lowest sequence number: records are in order.
                    Verdict::Failed(places) => Outcome::FailedFrom(
                        part.records.start + places.first().copied().unwrap_or_default(),
                    ),
                };
                (outcome, LastAnswer::Reported)
            }
        }
    }

    /// Passes by the records at the start of the part that are too old; returns what is left.
    async fn pass_by_old(&self, part: Part, last_answer: LastAnswer) -> Option<Part> {
        let Some(limit) = self.context.mapping.maximum_age else { return Some(part) };
        let records = &self.records[part.records.clone()];
        let young = records.iter().position(|record| age(record) <= limit).unwrap_or(records.len());
        let first_young = part.records.start + young;
        if young > 0 {
            let old = Part { records: part.records.start..first_young, ..part.clone() };
            let last_answer = if part.tries == 0 { LastAnswer::None } else { last_answer };
            self.pass_by(&old, Condition::RecordAgeExceeded, Uuid::new_v4(), last_answer).await;
        }
        let left = Part { records: first_young..part.records.end, ..part };
        (!left.records.is_empty()).then_some(left)
    }

    async fn pass_by(
        &self,
        part: &Part,
        condition: Condition,
        request_id: Uuid,
        last_answer: LastAnswer,
    ) {
        let records = &self.records[part.records.clone()];
        let (shard, tries) = (self.shard, part.tries);
        let discarded = Discarded { shard, records, condition, request_id, tries, last_answer };
        tell(self.context, discarded).await;
        self.checkpoint_before(part.records.end);
    }

    /// Everything before this place of the batch is done with.
    fn checkpoint_before(&self, place: usize) {
        if let Some(done) = place.checked_sub(1) {
            self.context.checkpoints.advance(self.shard, &self.records[done].sequence_number);
        }
    }
}

fn age(record: &Record) -> Duration {
    let created = SystemTime::try_from(record.created).unwrap_or(SystemTime::UNIX_EPOCH);
    created.elapsed().unwrap_or_default()
}
