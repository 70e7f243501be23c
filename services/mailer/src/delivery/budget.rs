//! How a delivery divides the function's time, so that what SES answers is recorded even where every call before
//! and after it is slow.

use std::time::Duration;

use kit::aws::OPERATION_TIMEOUT;

use crate::send_gate::HORIZON;

/// The mailer's timeout in `infra/template.yaml`.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

/// SES is called only if there is at least this much time to wait for its answer. A call that is abandoned
/// leaves a doubt; a call that is not made leaves none.
pub const MIN_SEND_TIME: Duration = Duration::from_secs(1);

/// Reserved for recording SES's answer: the write with all of its retries, and what is left over for the
/// response to Lambda. An answer that is not recorded leaves a mail in doubt that SES has accepted.
pub const TIME_TO_RECORD: Duration = OPERATION_TIMEOUT.saturating_add(Duration::from_millis(500));

/// Reserved for what follows a turn: the claim with all of its retries, and the call of SES. A claim after which SES
/// cannot be called costs a write to undo it; one that nobody undoes leaves a mail in doubt that was not sent.
const TIME_TO_CLAIM_AND_SEND: Duration = OPERATION_TIMEOUT.saturating_add(MIN_SEND_TIME);

/// Fetching the files of a mail, with one retry.
const TIME_TO_FETCH: Duration = Duration::from_secs(4);

/// Kept for the files of a mail: fetching them, and what SES needs to receive megabytes.
const TIME_FOR_FILES: Duration = TIME_TO_FETCH.saturating_add(Duration::from_secs(2));

/// How long taking turns may last: one slow write of the send gate, and SES's slow answer about the rate. More
/// writes follow if they are not slow.
const TIME_TO_TAKE: Duration = Duration::from_secs(10);

/// In the worst case, one after the other: the send gate is written, the mail waits for its turn, is claimed
/// and sent, and the answer is recorded.
const SLOWEST_DELIVERY: Duration = TIME_TO_TAKE
    .saturating_add(HORIZON)
    .saturating_add(TIME_TO_CLAIM_AND_SEND)
    .saturating_add(TIME_TO_RECORD);

const _: () = assert!(
    SLOWEST_DELIVERY.as_millis() < FUNCTION_TIMEOUT.as_millis(),
    "a delivery whose calls are all slow is still sent and recorded"
);

/// How much of an invocation's time is over when a delivery's steps must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The mail must be claimed.
    pub claim: Duration,
    /// SES must have answered.
    pub answer: Duration,
}

impl Limits {
    /// Of an invocation that lasts at most `total`, for a mail that may have files or not.
    pub fn new(total: Duration, has_files: bool) -> Self {
        let answer = total.saturating_sub(time_to_record(total));
        let files = if has_files { time_for_files(answer) } else { Duration::ZERO };
        let claim = answer.saturating_sub(time_to_claim_and_send(answer)).saturating_sub(files);
        Self { claim, answer }
    }
}

/// What of an invocation that lasts at most `total` is kept for recording. Half of it, if it is shorter than
/// deployed, as on one machine.
fn time_to_record(total: Duration) -> Duration {
    TIME_TO_RECORD.min(total / 2)
}

/// What of the time for a delivery, `send`, must be left when it claims. Less than half of it, if it is shorter than
/// deployed, but never less than the call needs.
fn time_to_claim_and_send(send: Duration) -> Duration {
    TIME_TO_CLAIM_AND_SEND.min(send * 2 / 5).max(MIN_SEND_TIME)
}

/// What more of the time for a delivery, `send`, must be left when it claims a mail with files. As in
/// [`time_to_claim_and_send`], less where there is less than deployed.
fn time_for_files(send: Duration) -> Duration {
    TIME_FOR_FILES.min(send / 4)
}

/// How long the files of a mail may take of the time that is left for SES's answer, `left`: SES always has a third of it
/// and more than the least. None where that leaves nothing.
pub fn time_to_fetch(left: Duration) -> Duration {
    TIME_TO_FETCH.min(left.saturating_sub(MIN_SEND_TIME) * 2 / 3)
}

/// How long SES may take for its answer, of the time that is `left` for it; `None`: it is not to be asked.
pub fn time_to_send(left: Duration) -> Option<Duration> {
    (left >= MIN_SEND_TIME).then_some(left)
}

/// How long a mail waits for the memory for its files, of the time that is `left` before its claim: a turn is still to be
/// taken.
pub fn time_for_memory(left: Duration) -> Duration {
    left / 2
}

/// How long taking turns may last, and how far away they may be, where this much time is left before the claim. Both
/// fit into it as deployed; a mail whose turn comes too late in a shorter time is requeued.
pub fn time_for_turns(left: Duration) -> (Duration, Duration) {
    (TIME_TO_TAKE.min(left), HORIZON.min(left / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_time_for_every_attempt_unless_the_function_is_shorter_than_deployed() {
        assert_eq!(time_to_record(FUNCTION_TIMEOUT), TIME_TO_RECORD);
        assert!(TIME_TO_RECORD > kit::aws::ATTEMPT_TIMEOUT * kit::aws::MAX_ATTEMPTS);
        assert_eq!(time_to_record(Duration::from_secs(5)), Duration::from_millis(2500));
    }

    #[test]
    fn what_comes_after_a_claim_and_after_the_answer_has_its_time_however_late_they_are() {
        let limits = |total, has_files| {
            let Limits { claim, answer } = Limits::new(Duration::from_millis(total), has_files);
            (claim.as_millis(), answer.as_millis())
        };
        let (claim, answer) = limits(30_000, false);
        assert_eq!(answer, 30_000 - TIME_TO_RECORD.as_millis());
        assert_eq!(claim, answer - TIME_TO_CLAIM_AND_SEND.as_millis());
        let files = TIME_FOR_FILES.as_millis().min(answer / 4);
        assert_eq!(limits(30_000, true), (claim - files, answer));
        assert_eq!(limits(5_000, false), (1_500, 2_500));
        assert_eq!(limits(5_000, true), (875, 2_500));
        assert_eq!(limits(1_000, true), (0, 500), "no time to claim it");
        assert_eq!(limits(0, false), (0, 0));
    }

    #[test]
    fn ses_is_asked_only_where_its_answer_can_be_waited_for_and_memory_leaves_time_for_a_turn() {
        let just_short = MIN_SEND_TIME - Duration::from_nanos(1);
        assert_eq!(time_to_send(MIN_SEND_TIME), Some(MIN_SEND_TIME));
        assert_eq!(time_to_send(just_short), None);
        assert_eq!(time_for_memory(Duration::from_secs(8)), Duration::from_secs(4));
    }

    #[test]
    fn the_files_of_a_claimed_mail_have_their_time_and_leave_ses_its_own_however_slow_the_claim_was()
     {
        for total in [FUNCTION_TIMEOUT, Duration::from_secs(5)] {
            let send = total - time_to_record(total);
            let kept = time_to_claim_and_send(send) + time_for_files(send);
            assert!(kept < send, "{total:?}: there is time for a turn");
            // Claimed at the last moment, by a claim that needed all of its attempts.
            let slowest_claim = time_to_claim_and_send(send) - MIN_SEND_TIME;
            let left = kept - slowest_claim;
            let fetch = time_to_fetch(left);
            assert!(fetch >= Duration::from_millis(400), "{total:?}: {fetch:?}");
            assert!(left - fetch >= MIN_SEND_TIME, "{total:?}: {fetch:?} of {left:?}");
        }
        assert_eq!(time_to_fetch(Duration::from_secs(20)), TIME_TO_FETCH);
        assert_eq!(time_to_fetch(MIN_SEND_TIME), Duration::ZERO);
    }

    #[test]
    fn turns_are_taken_and_waited_for_in_what_the_claim_and_the_call_leave() {
        let before_the_record = FUNCTION_TIMEOUT - TIME_TO_RECORD;
        let kept = time_to_claim_and_send(before_the_record);
        assert_eq!(kept, TIME_TO_CLAIM_AND_SEND);
        let left = before_the_record - kept;
        assert_eq!(time_for_turns(left), (TIME_TO_TAKE, HORIZON));
        assert!(TIME_TO_TAKE + HORIZON <= left);
        assert_eq!(time_for_turns(Duration::ZERO), (Duration::ZERO, Duration::ZERO));
    }

    #[test]
    fn of_a_shorter_time_than_deployed_each_part_has_its_share() {
        let (second, ten) = (Duration::from_secs(1), Duration::from_secs(10));
        assert_eq!(time_to_claim_and_send(ten), Duration::from_secs(4));
        assert_eq!(time_to_claim_and_send(second), MIN_SEND_TIME, "never less than the call needs");
        assert_eq!(time_for_turns(second), (second, second / 2));
    }
}
