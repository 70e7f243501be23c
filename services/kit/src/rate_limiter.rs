//! Evenly spaced time slots, at a rate that may change at run time.
//!
//! [`RateLimiter`] hands out points in time rather than permits: a caller that reserves a slot knows when
//! it may proceed, callers are served first come first served, and a caller that cannot wait long enough
//! reserves nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Spaces operations evenly, `rate` per second, which may be below 1.
#[derive(Debug)]
pub struct RateLimiter {
    max_catch_up: Duration,
    schedule: Mutex<Schedule>,
}

#[derive(Debug)]
struct Schedule {
    rate: f64,
    next: Instant,
}

impl RateLimiter {
    /// `rate` operations per second, the first immediately. Unused slots are lost.
    ///
    /// # Panics
    /// When `rate` is not positive.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        Self::with_catch_up(rate, Duration::ZERO)
    }

    /// As [`RateLimiter::new`], but slots unused in the last `max_catch_up` may be used later in a burst, so
    /// that the average rate is kept although the caller is slow at times.
    ///
    /// # Panics
    /// When `rate` is not positive.
    #[must_use]
    pub fn with_catch_up(rate: f64, max_catch_up: Duration) -> Self {
        assert!(rate > 0.0, "a rate is positive");
        Self { max_catch_up, schedule: Mutex::new(Schedule { rate, next: Instant::now() }) }
    }

    /// Operations per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.schedule().rate
    }

    /// Changes the rate of future reservations. Slots that are already reserved keep their time.
    ///
    /// # Panics
    /// When `rate` is not positive.
    pub fn set_rate(&self, rate: f64) {
        assert!(rate > 0.0, "a rate is positive");
        self.schedule().rate = rate;
    }

    /// Waits for the next slot.
    ///
    /// # Errors
    /// The wait that would have been necessary, if it is longer than `max_wait`. Then no slot is reserved,
    /// so callers that give up do not slow down the others.
    pub async fn acquire(&self, max_wait: Duration) -> Result<(), Duration> {
        let slot = self.try_reserve(max_wait)?;
        tokio::time::sleep_until(slot).await;
        Ok(())
    }

    /// Reserves the next slot and returns its time.
    ///
    /// # Errors
    /// As [`RateLimiter::acquire`].
    pub fn try_reserve(&self, max_wait: Duration) -> Result<Instant, Duration> {
        self.schedule().reserve(Instant::now(), 1, self.max_catch_up, max_wait)
    }

    /// Reserves the next `count` slots and returns the time of the first, however far away it is.
    pub fn reserve(&self, count: usize) -> Instant {
        self.reserve_at(Instant::now(), count)
    }

    fn reserve_at(&self, now: Instant, count: usize) -> Instant {
        self.schedule().reserve(now, count, self.max_catch_up, Duration::MAX).unwrap_or(now)
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Schedule {
    fn reserve(
        &mut self,
        now: Instant,
        count: usize,
        max_catch_up: Duration,
        max_wait: Duration,
    ) -> Result<Instant, Duration> {
        // `next` follows from the last slot, not from now, so that a caller that is a little late does not
        // lower the rate. Limited by `max_catch_up`, because the rate protects the service behind it.
        let slot = self.next.max(now.checked_sub(max_catch_up).unwrap_or(now));
        let wait = slot.saturating_duration_since(now);
        if wait > max_wait {
            return Err(wait);
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let takes = Duration::from_secs_f64(count as f64 / self.rate);
        self.next = slot + takes;
        Ok(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_evenly_spaced() {
        let limiter = RateLimiter::new(10.0);
        let slot = || limiter.try_reserve(Duration::from_secs(5)).expect("soon enough");
        let first = slot();
        for n in 1..=10 {
            assert_eq!(slot() - first, Duration::from_millis(100 * n));
        }
    }

    #[test]
    fn a_slot_that_is_too_far_away_is_not_taken() {
        let limiter = RateLimiter::new(1.0);
        let first = limiter.try_reserve(Duration::ZERO).expect("the first is at once");
        assert!(limiter.try_reserve(Duration::from_millis(500)).is_err());
        let second = limiter.try_reserve(Duration::from_secs(2)).expect("soon enough");
        assert_eq!(second - first, Duration::from_secs(1));
    }

    #[test]
    fn a_new_rate_holds_from_the_next_reservation_on() {
        let limiter = RateLimiter::new(0.5);
        let first = limiter.reserve(1);
        limiter.set_rate(10.0);
        let second = limiter.reserve(1);
        assert_eq!(second - first, Duration::from_secs(2));
        assert_eq!(limiter.reserve(1) - second, Duration::from_millis(100));
    }

    #[test]
    fn with_catch_up_the_rate_holds_over_the_whole_run() {
        let limiter = RateLimiter::with_catch_up(200.0, Duration::from_secs(1));
        let start = limiter.schedule().next;
        let mut last = start;
        for _ in 0..100 {
            last = limiter.reserve_at(last + Duration::from_millis(7), 10);
        }
        assert_eq!((last - start).as_millis(), 99 * 50);
    }

    #[test]
    fn a_long_idle_time_is_made_up_for_only_in_part() {
        let limiter = RateLimiter::with_catch_up(10.0, Duration::from_secs(1));
        let now = limiter.schedule().next + Duration::from_secs(60);
        let burst = (0..100).filter(|_| limiter.reserve_at(now, 1) <= now).count();
        assert_eq!(burst, 11);
    }

    #[test]
    fn without_catch_up_idle_time_is_lost() {
        let limiter = RateLimiter::new(10.0);
        let now = limiter.schedule().next + Duration::from_secs(60);
        let burst = (0..100).filter(|_| limiter.reserve_at(now, 1) <= now).count();
        assert_eq!(burst, 1);
    }
}
