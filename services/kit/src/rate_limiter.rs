//! Evenly spaced time slots.
//!
//! [`RateLimiter`] hands out points in time rather than permits: a caller that reserves a slot knows when
//! it may proceed, and callers are served first come first served.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Spaces operations evenly, `rate` per second, which may be below 1.
#[derive(Debug)]
pub struct RateLimiter {
    rate: f64,
    max_catch_up: Duration,
    next: Mutex<Instant>,
}

impl RateLimiter {
    /// `rate` operations per second, the first immediately. Slots unused in the last `max_catch_up` may be used
    /// later in a burst, so that the average rate is kept although the caller is slow at times. Older ones are
    /// lost.
    ///
    /// # Panics
    /// When `rate` is not positive.
    #[must_use]
    pub fn with_catch_up(rate: f64, max_catch_up: Duration) -> Self {
        assert!(rate > 0.0, "a rate is positive");
        Self { rate, max_catch_up, next: Mutex::new(Instant::now()) }
    }

    /// Reserves the next `count` slots and returns the time of the first, however far away it is.
    pub fn reserve(&self, count: usize) -> Instant {
        self.reserve_at(Instant::now(), count)
    }

    fn reserve_at(&self, now: Instant, count: usize) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        // `next` follows from the last slot, not from now, so that a caller that is a little late does not
        // lower the rate. Limited by `max_catch_up`, because the rate protects the service behind it.
        let slot = (*next).max(now.checked_sub(self.max_catch_up).unwrap_or(now));
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let takes = Duration::from_secs_f64(count as f64 / self.rate);
        *next = slot + takes;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(limiter: &RateLimiter) -> Instant {
        *limiter.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn slots_are_evenly_spaced() {
        let limiter = RateLimiter::with_catch_up(10.0, Duration::ZERO);
        let first = limiter.reserve(1);
        for n in 1..=10 {
            assert_eq!(limiter.reserve(1) - first, Duration::from_millis(100 * n));
        }
    }

    #[test]
    fn the_rate_holds_over_the_whole_run() {
        let limiter = RateLimiter::with_catch_up(200.0, Duration::from_secs(1));
        let start = next(&limiter);
        let mut last = start;
        for _ in 0..100 {
            last = limiter.reserve_at(last + Duration::from_millis(7), 10);
        }
        assert_eq!((last - start).as_millis(), 99 * 50);
    }

    #[test]
    fn a_long_idle_time_is_made_up_for_only_in_part() {
        let limiter = RateLimiter::with_catch_up(10.0, Duration::from_secs(1));
        let now = next(&limiter) + Duration::from_secs(60);
        let burst = (0..100).filter(|_| limiter.reserve_at(now, 1) <= now).count();
        assert_eq!(burst, 11);
    }

    #[test]
    fn without_catch_up_idle_time_is_lost() {
        let limiter = RateLimiter::with_catch_up(10.0, Duration::ZERO);
        let now = next(&limiter) + Duration::from_secs(60);
        let burst = (0..100).filter(|_| limiter.reserve_at(now, 1) <= now).count();
        assert_eq!(burst, 1);
    }
}
