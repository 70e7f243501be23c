//! When an event is tried again, and when it is given up: the retry policy of a rule's target
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>).

use std::time::Duration;

use kit::Backoff;

/// The policy. EventBridge documents its limits and that it backs off exponentially, not the delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The delays; without EventBridge's jitter, since there is one client.
    pub backoff: Backoff,
    /// For how long an event is tried.
    pub max_age: Duration,
    /// How often it is tried again after the first attempt.
    pub max_retries: u32,
    /// How long an attempt may take.
    pub timeout: Duration,
}

/// EventBridge's own: 24 hours, 185 retries, 5 seconds. The longest delay is such that the retries last for that day.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            backoff: Backoff { first: Duration::from_secs(1), max: Duration::from_secs(512) },
            max_age: Duration::from_secs(24 * 60 * 60),
            max_retries: 185,
            timeout: Duration::from_secs(5),
        }
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// EventBridge's code, as the dead letter has it.
    pub code: &'static str,
    /// A sentence without anything of the event.
    pub message: String,
    /// Whether it is tried again.
    pub may_pass: bool,
    /// What the answer says in `Retry-After`: after how long, at the earliest.
    pub retry_after: Option<Duration>,
}

/// What follows an attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NextAttempt {
    After(Duration),
    /// None: this limit is reached; `None` where the answer itself rules a retry out.
    Never(Option<&'static str>),
}

impl RetryPolicy {
    /// What follows the failure of the attempt of this number (the first is 1), of an event of this age.
    pub(super) fn next(&self, attempt: u32, failure: &Failure, age: Duration) -> NextAttempt {
        if !failure.may_pass {
            return NextAttempt::Never(None);
        }
        if attempt > self.max_retries {
            return NextAttempt::Never(Some("MaximumRetryAttempts"));
        }
        let delay = self.backoff.delay(attempt).max(failure.retry_after.unwrap_or_default());
        if age + delay > self.max_age {
            return NextAttempt::Never(Some("MaximumEventAgeInSeconds"));
        }
        NextAttempt::After(delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(retry_after: Option<u64>) -> Failure {
        let retry_after = retry_after.map(Duration::from_secs);
        Failure { code: "TIMEOUT", message: String::new(), may_pass: true, retry_after }
    }

    #[test]
    fn the_delays_grow_and_the_later_of_two_counts() {
        let after = |attempt, wish| {
            let policy = RetryPolicy::default();
            policy.next(attempt, &failure(wish), Duration::ZERO)
        };
        let seconds = |s| NextAttempt::After(Duration::from_secs(s));
        assert_eq!([1, 2, 11].map(|n| after(n, None)), [1, 2, 512].map(seconds));
        assert_eq!((after(1, Some(60)), after(11, Some(60))), (seconds(60), seconds(512)));
    }

    #[test]
    fn an_event_is_given_up_after_185_retries_or_a_day_or_where_the_answer_says_so() {
        let policy = RetryPolicy::default();
        let day = policy.max_age;
        let next = |attempt, age| policy.next(attempt, &failure(None), age);
        assert_eq!(next(185, Duration::ZERO), NextAttempt::After(Duration::from_secs(512)));
        let exhausted = NextAttempt::Never(Some("MaximumRetryAttempts"));
        assert_eq!(next(186, Duration::ZERO), exhausted);
        assert_eq!(next(3, day), NextAttempt::Never(Some("MaximumEventAgeInSeconds")));
        let refused = Failure { may_pass: false, ..failure(None) };
        assert_eq!(policy.next(1, &refused, Duration::ZERO), NextAttempt::Never(None));
    }

    #[test]
    fn the_retries_last_for_the_whole_day() {
        let policy = RetryPolicy::default();
        let all: Duration = (1..=policy.max_retries).map(|n| policy.backoff.delay(n)).sum();
        assert!(all >= policy.max_age, "{all:?}");
    }
}
