//! Gives one batch to the function, in as many tries as it takes, and moves the checkpoint.

use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Context;
use super::event::Record;
use super::failure_destination::{Condition, DiscardedRecords, LastResponse, report_discarded};
use super::retry::{AttemptOutcome, NextStep, SubBatch, next_step};
use crate::lambda::Invocation;
use crate::mapping::FunctionResponse;
use crate::mapping::batch_response::{BatchResult, parse};
use crate::mapping::event::join_records;

/// Whether a batch was seen through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Each record succeeded or was discarded.
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
        let mut left = vec![SubBatch::new(self.records.len())];
        let mut last_response = LastResponse::None;
        let mut failures = 0;
        while let Some(part) = left.pop() {
            let pause = self.context.mapping.retry_pause.after(failures);
            if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                return Delivered::Stopped;
            }
            // Cut short, what was to be discarded stays after the checkpoint and is read again.
            let young = stop.run_until_cancelled(self.discard_expired(part, last_response)).await;
            let part = match young {
                Some(Some(part)) => part,
                Some(None) => continue,
                None => return Delivered::Stopped,
            };
            let request_id = Uuid::new_v4();
            let (outcome, answer) = self.attempt(&part, request_id).await;
            failures = if outcome == AttemptOutcome::Succeeded { 0 } else { failures + 1 };
            last_response = answer;
            let mapping = &self.context.mapping;
            match next_step(part, outcome, mapping.on_failure, mapping.maximum_retries) {
                NextStep::Continue(done, parts) => {
                    self.checkpoint_before(done);
                    left.extend(parts.into_iter().rev());
                }
                NextStep::GiveUp(done, part) => {
                    self.checkpoint_before(done);
                    let condition = Condition::RetryAttemptsExhausted;
                    let told = self.discard(&part, condition, request_id, last_response);
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
    async fn attempt(&self, part: &SubBatch, request_id: Uuid) -> (AttemptOutcome, LastResponse) {
        let records = &self.records[part.records.clone()];
        let event = join_records(records.iter().filter_map(|record| record.json.as_deref()));
        let mapping = &self.context.mapping;
        match (self.context.function.invoke(request_id, event).await, mapping.function_response) {
            (Invocation::Failed { .. }, _) => (AttemptOutcome::Failed, LastResponse::FunctionError),
            (Invocation::Answered(_), FunctionResponse::Ignored) => {
                (AttemptOutcome::Succeeded, LastResponse::Reported)
            }
            (Invocation::Answered(answer), FunctionResponse::ReportBatchItemFailures) => {
                let place =
                    |id: &str| records.iter().position(|record| record.sequence_number == id);
                let outcome = match parse(&answer, place) {
                    BatchResult::Succeeded => AttemptOutcome::Succeeded,
                    BatchResult::Malformed => AttemptOutcome::Failed,
                    // The lowest sequence number: records are in order.
                    BatchResult::PartialFailure(places) => AttemptOutcome::FailedFrom(
                        part.records.start + places.first().copied().unwrap_or_default(),
                    ),
                };
                (outcome, LastResponse::Reported)
            }
        }
    }

    /// Passes by the records at the start of the part that are too old; returns what is left.
    async fn discard_expired(
        &self,
        part: SubBatch,
        last_response: LastResponse,
    ) -> Option<SubBatch> {
        let Some(limit) = self.context.mapping.maximum_age else { return Some(part) };
        let records = &self.records[part.records.clone()];
        let young = records.iter().position(|record| age(record) <= limit).unwrap_or(records.len());
        let first_young = part.records.start + young;
        if young > 0 {
            let old = SubBatch { records: part.records.start..first_young, ..part.clone() };
            let last_response = if part.tries == 0 { LastResponse::None } else { last_response };
            self.discard(&old, Condition::RecordAgeExceeded, Uuid::new_v4(), last_response).await;
        }
        let left = SubBatch { records: first_young..part.records.end, ..part };
        (!left.records.is_empty()).then_some(left)
    }

    async fn discard(
        &self,
        part: &SubBatch,
        condition: Condition,
        request_id: Uuid,
        last_response: LastResponse,
    ) {
        let records = &self.records[part.records.clone()];
        let (shard, tries) = (self.shard, part.tries);
        let discarded =
            DiscardedRecords { shard, records, condition, request_id, tries, last_response };
        report_discarded(self.context, discarded).await;
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
