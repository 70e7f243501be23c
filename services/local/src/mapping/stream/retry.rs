//! Decides what follows an attempt at a batch: AWS's rules, without clocks or calls.

use std::ops::Range;

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

/// What follows an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// The records before this position are done; these batches remain, in this order.
    Continue(usize, Vec<SubBatch>),
    /// The records before this position are done; these have used up their retries.
    GiveUp(usize, SubBatch),
}

/// The rules of AWS: services-dynamodb-errors, services-ddb-batchfailurereporting. `failed_from` is the
/// first record of the batch that failed; those before it succeeded, those after it must be retried.
pub(super) fn next_step(
    batch: SubBatch,
    failed_from: Option<usize>,
    bisect: bool,
    maximum_retries: Option<u32>,
) -> NextStep {
    let Range { start, end } = batch.records;
    let Some(from) = failed_from else { return NextStep::Continue(end, Vec::new()) };
    let attempts = batch.attempts + 1;
    let sub_batch = |records, retries| SubBatch { records, attempts, retries };
    // The response has split the batch already: what remains is a new batch.
    if bisect && from > start {
        return NextStep::Continue(from, vec![sub_batch(from..end, batch.retries)]);
    }
    if bisect && end - start > 1 {
        let middle = start + (end - start).div_ceil(2);
        let halves = [start..middle, middle..end];
        return NextStep::Continue(
            start,
            halves.map(|records| sub_batch(records, batch.retries)).into(),
        );
    }
    // One record cannot be split: its attempts count, or it would block the shard for ever.
    let rest = sub_batch(from..end, batch.retries + 1);
    match maximum_retries {
        Some(limit) if rest.retries > limit => NextStep::GiveUp(from, rest),
        _ => NextStep::Continue(from, vec![rest]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BISECT: bool = true;
    const RETRY: bool = false;

    fn part(records: Range<usize>, attempts: u32, retries: u32) -> SubBatch {
        SubBatch { records, attempts, retries }
    }

    #[test]
    fn a_success_leaves_nothing() {
        let next = next_step(part(0..4, 0, 0), None, BISECT, None);
        assert_eq!(next, NextStep::Continue(4, vec![]));
    }

    #[test]
    fn without_bisect_a_failed_batch_is_retried_as_it_is_until_the_limit() {
        let next = |batch| next_step(batch, Some(0), RETRY, Some(1));
        assert_eq!(next(part(0..3, 0, 0)), NextStep::Continue(0, vec![part(0..3, 1, 1)]));
        assert_eq!(next(part(0..3, 1, 1)), NextStep::GiveUp(0, part(0..3, 2, 2)));
        let unlimited = next_step(part(0..1, 9_999, 9_999), Some(0), RETRY, None);
        assert_eq!(unlimited, NextStep::Continue(0, vec![part(0..1, 10_000, 10_000)]));
    }

    #[test]
    fn bisect_halves_a_failed_batch_and_does_not_count_the_attempt() {
        let next = next_step(part(0..5, 0, 0), Some(0), BISECT, Some(0));
        assert_eq!(next, NextStep::Continue(0, vec![part(0..3, 1, 0), part(3..5, 1, 0)]));
        let next = next_step(part(2..6, 1, 0), Some(2), BISECT, Some(2));
        assert_eq!(next, NextStep::Continue(2, vec![part(2..4, 2, 0), part(4..6, 2, 0)]));
    }

    #[test]
    fn bisect_can_not_split_one_record_so_its_attempts_count() {
        let next = next_step(part(2..3, 4, 0), Some(2), BISECT, Some(0));
        assert_eq!(next, NextStep::GiveUp(2, part(2..3, 5, 1)));
    }

    #[test]
    fn a_partial_failure_leaves_what_follows_the_reported_record() {
        for (bisect, retries) in [(RETRY, 1), (BISECT, 0)] {
            let next = next_step(part(0..5, 0, 0), Some(3), bisect, Some(2));
            assert_eq!(next, NextStep::Continue(3, vec![part(3..5, 1, retries)]));
        }
    }
}
