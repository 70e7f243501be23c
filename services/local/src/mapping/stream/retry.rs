//! Decides what follows an attempt at a batch: AWS's rules, without clocks or calls.

use std::ops::Range;

use super::mapping::OnFailure;

/// Records that are delivered together, by their positions in the batch that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubBatch {
    pub records: Range<usize>,
    /// How often the function was invoked with them.
    pub attempts: u32,
    /// How many of those count against the retry limit. An attempt after which the batch is split
    /// does not (AWS: "Splitting a batch doesn't count towards the retry quota").
    pub retries: u32,
}

impl SubBatch {
    pub fn new(len: usize) -> Self {
        Self { records: 0..len, attempts: 0, retries: 0 }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttemptOutcome {
    Succeeded,
    /// The records before this position succeeded; this one and those after it must be retried.
    FailedFrom(usize),
    /// All records failed.
    Failed,
}

/// What follows an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// The records before this position are done; these batches remain, in this order.
    Continue(usize, Vec<SubBatch>),
    /// The records before this position are done; these have used up their retries.
    GiveUp(usize, SubBatch),
}

/// The rules of AWS: services-dynamodb-errors, services-ddb-batchfailurereporting.
pub(super) fn next_step(
    batch: SubBatch,
    outcome: AttemptOutcome,
    on_failure: OnFailure,
    maximum_retries: Option<u32>,
) -> NextStep {
    let Range { start, end } = batch.records;
    let from = match outcome {
        AttemptOutcome::Succeeded => return NextStep::Continue(end, Vec::new()),
        AttemptOutcome::FailedFrom(position) => position.clamp(start, end - 1),
        AttemptOutcome::Failed => start,
    };
    let attempts = batch.attempts + 1;
    let sub_batch = |records, retries| SubBatch { records, attempts, retries };
    match on_failure {
        // The response has split the batch already.
        OnFailure::Bisect if from > start => {
            NextStep::Continue(from, vec![sub_batch(from..end, batch.retries)])
        }
        OnFailure::Bisect if end - start > 1 => {
            let middle = start + (end - start).div_ceil(2);
            let halves = vec![
                sub_batch(start..middle, batch.retries),
                sub_batch(middle..end, batch.retries),
            ];
            NextStep::Continue(start, halves)
        }
        OnFailure::Bisect | OnFailure::Retry => {
            let rest = sub_batch(from..end, batch.retries + 1);
            match maximum_retries {
                Some(limit) if rest.retries > limit => NextStep::GiveUp(from, rest),
                _ => NextStep::Continue(from, vec![rest]),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(records: Range<usize>, attempts: u32, retries: u32) -> SubBatch {
        SubBatch { records, attempts, retries }
    }

    #[test]
    fn a_success_leaves_nothing() {
        let next = next_step(SubBatch::new(4), AttemptOutcome::Succeeded, OnFailure::Bisect, None);
        assert_eq!(next, NextStep::Continue(4, vec![]));
    }

    #[test]
    fn without_bisect_a_failed_batch_is_retried_as_it_is_until_the_limit() {
        let try_again = |part| next_step(part, AttemptOutcome::Failed, OnFailure::Retry, Some(1));
        assert_eq!(try_again(SubBatch::new(3)), NextStep::Continue(0, vec![part(0..3, 1, 1)]));
        assert_eq!(try_again(part(0..3, 1, 1)), NextStep::GiveUp(0, part(0..3, 2, 2)));
    }

    #[test]
    fn without_a_limit_a_failure_is_tried_for_ever() {
        let next =
            next_step(part(0..1, 9_999, 9_999), AttemptOutcome::Failed, OnFailure::Retry, None);
        assert_eq!(next, NextStep::Continue(0, vec![part(0..1, 10_000, 10_000)]));
    }

    #[test]
    fn bisect_halves_a_failed_batch_and_does_not_count_the_try() {
        let next = next_step(SubBatch::new(5), AttemptOutcome::Failed, OnFailure::Bisect, Some(0));
        assert_eq!(next, NextStep::Continue(0, vec![part(0..3, 1, 0), part(3..5, 1, 0)]));
    }

    #[test]
    fn bisect_can_not_split_one_record_so_its_attempts_count() {
        let next = next_step(part(2..3, 4, 0), AttemptOutcome::Failed, OnFailure::Bisect, Some(0));
        assert_eq!(next, NextStep::GiveUp(2, part(2..3, 5, 1)));
    }

    #[test]
    fn a_partial_failure_leaves_what_follows_the_reported_record() {
        let retried =
            next_step(SubBatch::new(5), AttemptOutcome::FailedFrom(3), OnFailure::Retry, Some(2));
        assert_eq!(retried, NextStep::Continue(3, vec![part(3..5, 1, 1)]));
        let split =
            next_step(SubBatch::new(5), AttemptOutcome::FailedFrom(3), OnFailure::Bisect, Some(2));
        assert_eq!(split, NextStep::Continue(3, vec![part(3..5, 1, 0)]));
    }

    #[test]
    fn a_partial_failure_that_reports_the_first_record_is_halved_with_bisect() {
        let next =
            next_step(part(2..6, 1, 0), AttemptOutcome::FailedFrom(2), OnFailure::Bisect, Some(2));
        assert_eq!(next, NextStep::Continue(2, vec![part(2..4, 2, 0), part(4..6, 2, 0)]));
    }
}
