//! How a batch divides the time of its invocation, so that it ends itself before Lambda ends it.
//!
//! Lambda brings back the whole batch of an invocation that it ended, and each of its messages has used up a receive: also
//! those that were done.

use std::future::Future;
use std::time::{Duration, SystemTime};

use crate::aws::ATTEMPT_TIMEOUT;

/// Kept of an invocation for what follows its calls: each message that is not done is requeued or moved, all at once and in
/// one attempt, and Lambda is answered.
const TIME_TO_SETTLE: Duration = ATTEMPT_TIMEOUT.saturating_add(Duration::from_secs(3));

/// When a batch that is handled from `now` on makes its last call, and settles what is not done: some time before
/// `deadline`, when Lambda ends the invocation. After half of the time, if it is shorter than deployed, as on one machine.
#[must_use]
pub fn settles_at(now: SystemTime, deadline: SystemTime) -> SystemTime {
    let total = deadline.duration_since(now).unwrap_or_default();
    now + total.saturating_sub(TIME_TO_SETTLE.min(total / 2))
}

/// What `work` returns, if it does before `until` by the machine's clock. Otherwise it is dropped where it stands, and a
/// call that was running may be carried out; from `until` on, it is not begun.
pub async fn before<T>(until: SystemTime, work: impl Future<Output = T>) -> Option<T> {
    let left = until.duration_since(SystemTime::now()).unwrap_or_default();
    // A time-out of zero would still begin the work.
    if left.is_zero() {
        return None;
    }
    tokio::time::timeout(left, work).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_time_to_settle_what_is_not_done() {
        let now = SystemTime::UNIX_EPOCH;
        let time = |seconds| {
            let at = settles_at(now, now + Duration::from_secs_f64(seconds));
            at.duration_since(now).expect("not before now").as_secs_f64()
        };
        assert_eq!([30.0, 12.0, 8.0, 0.0].map(time), [25.0, 7.0, 4.0, 0.0]);
    }

    #[tokio::test]
    async fn what_has_no_time_is_not_begun_and_what_takes_longer_is_dropped() {
        let (now, mut is_begun) = (SystemTime::now(), false);
        assert_eq!(before(now, async { is_begun = true }).await, None);
        assert!(!is_begun);
        let soon = now + Duration::from_millis(20);
        assert_eq!(before(soon, std::future::pending::<()>()).await, None);
        assert_eq!(before(now + TIME_TO_SETTLE, async { 1 }).await, Some(1));
    }
}
