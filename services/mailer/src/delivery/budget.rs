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

/// In the worst case, one after the other: the send gate is written, the mail waits for its turn, is claimed
/// and sent, and the answer is recorded.
const SLOWEST_DELIVERY: Duration = OPERATION_TIMEOUT
    .saturating_add(HORIZON)
    .saturating_add(OPERATION_TIMEOUT)
    .saturating_add(MIN_SEND_TIME)
    .saturating_add(TIME_TO_RECORD);

const _: () = assert!(
    SLOWEST_DELIVERY.as_millis() < FUNCTION_TIMEOUT.as_millis(),
    "a delivery whose calls are all slow is still sent and recorded"
);

/// What of an invocation that lasts at most `total` is kept for recording. Half of it, if it is shorter than
/// deployed, as on one machine.
pub fn time_to_record(total: Duration) -> Duration {
    TIME_TO_RECORD.min(total / 2)
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
}
