//! Exponential backoff.

use std::time::Duration;

/// A delay that doubles with each consecutive failure, without jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The delay after the first failure.
    pub first: Duration,
    /// The upper bound.
    pub max: Duration,
}

impl Backoff {
    /// The delay after this many consecutive failures; zero after none.
    #[must_use]
    pub fn delay(&self, failures: u32) -> Duration {
        match failures.checked_sub(1) {
            None => Duration::ZERO,
            // Capped, because the shift would overflow. A millisecond doubled 20 times is 17 minutes, more
            // than any `max` here.
            Some(doublings) => self.first.saturating_mul(1 << doublings.min(20)).min(self.max),
        }
    }
}

/// For an AWS service that does not answer: 50 ms to 5 s.
impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(50), max: Duration::from_secs(5) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_its_bound() {
        let backoff =
            Backoff { first: Duration::from_millis(100), max: Duration::from_millis(350) };
        let delays: Vec<u128> = [0, 1, 2, 3, 40].map(|n| backoff.delay(n).as_millis()).into();
        assert_eq!(delays, [0, 100, 200, 350, 350]);
    }
}
