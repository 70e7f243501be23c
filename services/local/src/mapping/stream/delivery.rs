//! Delivers one batch to the function, in as many attempts as it takes, and moves the checkpoint.

use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::failure_destination::{Condition, DiscardedRecords, LastResponse, report_discarded};
use super::mapping::Context;
use super::record::Record;
use super::retry::{NextStep, SubBatch, next_step};
use crate::mapping::batch_response::BatchResult;
use crate::mapping::event::batch_event;

/// A batch of records of one shard that match the filter.
pub(super) struct Delivery<'a> {
    pub context: &'a Context,
    pub shard: &'a str,
    /// In order, each with its JSON.
    pub records: Vec<Record>,
}

impl Delivery<'_> {
    /// Delivers the batch until each record has succeeded, is too old, or has used up its retries.
    /// `None` if the mapping stops first: the records after the checkpoint will be read again.
    pub async fn run(&self, stop: &CancellationToken) -> Option<()> {
        // A stack, the next batch on top: halves are delivered in the order of their records.
        let mut remaining = vec![SubBatch::new(self.records.len())];
        let mut last_response = LastResponse::None;
        let mut failures = 0;
        while let Some(batch) = remaining.pop() {
            let mapping = &self.context.mapping;
            stop.run_until_cancelled(sleep(mapping.retry_pause.delay(failures))).await?;
            // A discard that is cut short leaves the checkpoint where it was: its records are read
            // again. An invocation is never cut short: the function would do the work twice.
            let fresh = self.discard_expired(batch, last_response);
            let Some(batch) = stop.run_until_cancelled(fresh).await? else { continue };
            let request_id = Uuid::new_v4();
            let (failed_from, response) = self.attempt(&batch, request_id).await;
            failures = if failed_from.is_none() { 0 } else { failures + 1 };
            last_response = response;
            match next_step(batch, failed_from, mapping.bisect_on_error, mapping.maximum_retries) {
                NextStep::Continue(done, batches) => {
                    self.checkpoint_before(done);
                    remaining.extend(batches.into_iter().rev());
                }
                NextStep::GiveUp(done, batch) => {
                    self.checkpoint_before(done);
                    let condition = Condition::RetryAttemptsExhausted;
                    let discard = self.discard(&batch, condition, request_id, last_response);
                    stop.run_until_cancelled(discard).await?;
                    failures = 0;
                }
            }
        }
        Some(())
    }

    /// Invokes the function once. Returns the position of the first record that failed, if any did,
    /// and how the function responded.
    async fn attempt(&self, batch: &SubBatch, request_id: Uuid) -> (Option<usize>, LastResponse) {
        let start = batch.records.start;
        let records = &self.records[batch.records.clone()];
        let event = batch_event(records.iter().filter_map(|record| record.json.as_deref()));
        let invocation = self.context.function.invoke(request_id, event).await;
        let position = |id: &str| records.iter().position(|record| record.sequence_number == id);
        let report = self.context.mapping.report_batch_item_failures;
        match BatchResult::new(&invocation, report, position) {
            BatchResult::Succeeded => (None, LastResponse::Response),
            // The lowest sequence number is the one to restart from, and records are in order.
            BatchResult::PartialFailure(positions) => {
                (Some(start + positions[0]), LastResponse::Response)
            }
            BatchResult::Malformed => (Some(start), LastResponse::Response),
            BatchResult::FunctionError => (Some(start), LastResponse::FunctionError),
        }
    }

    /// Discards the records at the start of the batch that are too old; returns the others.
    async fn discard_expired(
        &self,
        batch: SubBatch,
        last_response: LastResponse,
    ) -> Option<SubBatch> {
        let Some(limit) = self.context.mapping.maximum_age else { return Some(batch) };
        let records = &self.records[batch.records.clone()];
        let expired = records.iter().take_while(|record| age(record) > limit).count();
        let first_fresh = batch.records.start + expired;
        if expired > 0 {
            let old = SubBatch { records: batch.records.start..first_fresh, ..batch.clone() };
            let last_response =
                if batch.attempts == 0 { LastResponse::None } else { last_response };
            self.discard(&old, Condition::RecordAgeExceeded, Uuid::new_v4(), last_response).await;
        }
        let fresh = SubBatch { records: first_fresh..batch.records.end, ..batch };
        (!fresh.records.is_empty()).then_some(fresh)
    }

    async fn discard(
        &self,
        batch: &SubBatch,
        condition: Condition,
        request_id: Uuid,
        last_response: LastResponse,
    ) {
        let discarded = DiscardedRecords {
            shard: self.shard,
            records: &self.records[batch.records.clone()],
            condition,
            request_id,
            attempts: batch.attempts,
            last_response,
        };
        // The checkpoint moves only after the destination has the message: a crash in between sends
        // it twice, the other order could lose it.
        report_discarded(self.context, discarded).await;
        self.checkpoint_before(batch.records.end);
    }

    /// Moves the checkpoint to the record before this position of the batch.
    fn checkpoint_before(&self, position: usize) {
        if let Some(done) = position.checked_sub(1) {
            self.context.checkpoints.advance(self.shard, &self.records[done].sequence_number);
        }
    }
}

fn age(record: &Record) -> Duration {
    let created = SystemTime::try_from(record.created).unwrap_or(SystemTime::UNIX_EPOCH);
    created.elapsed().unwrap_or_default()
}
