//! Moving at a rate.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// What was lost to a slow service is caught up with, but never more than this at once: the rate
/// is there to protect what comes behind.
const MAX_CATCH_UP: Duration = Duration::from_secs(1);

/// Hands out turns, so many a second.
#[derive(Debug)]
pub struct Pace {
    per_second: f64,
    next: Cell<Instant>,
}

impl Pace {
    /// `per_second` messages a second, from now on.
    #[must_use]
    pub fn new(per_second: f64) -> Self {
        Self { per_second, next: Cell::new(Instant::now()) }
    }

    /// When the next `count` messages may go. Counted from the last turn, not from now, so that
    /// the rate holds over the whole run.
    pub fn turn(&self, count: usize) -> Instant {
        self.turn_at(Instant::now(), count)
    }

    fn turn_at(&self, now: Instant, count: usize) -> Instant {
        let earliest = now.checked_sub(MAX_CATCH_UP).unwrap_or(now);
        let turn = self.next.get().max(earliest);
        #[expect(clippy::cast_precision_loss, reason = "a batch holds at most ten messages")]
        let takes = Duration::from_secs_f64(count as f64 / self.per_second);
        self.next.set(turn + takes);
        turn
    }

    /// How many messages go at once: a quarter of a second's worth, at most a batch of SQS.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.within(0.25).clamp(1, 10)
    }

    /// How many calls of ten messages bring what a few seconds take.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.within(5.0).div_ceil(10).clamp(1, super::super::scanner::MAX_CONCURRENCY)
    }

    /// How long received messages stay hidden: three times as long as their group takes.
    #[must_use]
    pub fn hold(&self) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
        let group = (self.calls() * 10) as f64 / self.per_second;
        Duration::from_secs_f64((group * 3.0).clamp(30.0, 3600.0))
    }

    /// How long `count` messages take.
    #[must_use]
    pub fn takes(&self, count: usize) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let seconds = count as f64 / self.per_second;
        Duration::from_secs_f64(seconds)
    }

    fn within(&self, seconds: f64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the rate is positive, and the cast saturates"
        )]
        let count = (self.per_second * seconds).floor() as usize;
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_keep_to_the_rate_over_the_whole_run() {
        let pace = Pace::new(200.0);
        let start = pace.next.get();
        let mut last = start;
        for _ in 0..100 {
            last = pace.turn_at(last + Duration::from_millis(7), 10);
        }
        assert_eq!((last - start).as_millis(), 99 * 50);
    }

    #[test]
    fn after_a_long_pause_only_a_second_is_caught_up_with() {
        let pace = Pace::new(10.0);
        let now = pace.next.get() + Duration::from_secs(60);
        let burst = (0..100).filter(|_| pace.turn_at(now, 1) <= now).count();
        assert_eq!(burst, 11);
    }

    #[test]
    fn a_slow_replay_holds_few_messages_for_long_enough() {
        let slow = Pace::new(0.5);
        assert_eq!((slow.batch(), slow.calls(), slow.hold().as_secs()), (1, 1, 60));
        let fast = Pace::new(500.0);
        assert_eq!((fast.batch(), fast.calls(), fast.hold().as_secs()), (10, 10, 30));
    }
}
