//! Points in time between which hours may pass with the machine asleep.

use std::time::{Duration, Instant, SystemTime};

/// A point in time, by both clocks: the monotonic one stands still while the machine sleeps, and the other may be set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    pub fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    /// Whether `limit` has passed since `before`, by either clock.
    pub fn is_later_by(self, limit: Duration, before: Self) -> bool {
        self.monotonic.saturating_duration_since(before.monotonic) >= limit
            || self.wall.duration_since(before.wall).is_ok_and(|passed| passed >= limit)
    }

    #[cfg(test)]
    pub fn plus(self, passed: Duration) -> Self {
        Self { monotonic: self.monotonic + passed, wall: self.wall + passed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_while_the_machine_sleeps_and_while_its_clock_is_set_back() {
        const LIMIT: Duration = Duration::from_secs(60);
        let before = Moment::now();
        let asleep = Moment { wall: before.wall + LIMIT, ..before };
        let set_back = Moment { monotonic: before.monotonic + LIMIT, wall: before.wall - LIMIT };
        assert!(asleep.is_later_by(LIMIT, before) && set_back.is_later_by(LIMIT, before));
        assert!(!before.plus(LIMIT / 2).is_later_by(LIMIT, before));
    }
}
