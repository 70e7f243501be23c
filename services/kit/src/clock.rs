//! The time, as something that can be handed in.

use jiff::{SignedDuration, Timestamp};

/// Where a function reads the time.
///
/// Everything that waits (leases, grace, staleness, the sweep) asks this clock, so a test can live
/// through a day in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { ahead: SignedDuration::ZERO }
    }

    /// A clock that runs ahead of the machine's.
    #[must_use]
    pub const fn ahead_by(ahead: SignedDuration) -> Self {
        Self { ahead }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + self.ahead
    }

    /// Now, in milliseconds since 1970: the ledger's unit.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }
}
