//! The time, as a dependency that tests can replace.

use jiff::{SignedDuration, Timestamp};

/// Where a function reads the time. Leases, grace periods, staleness and the sweep all depend on it,
/// so a test can simulate a day in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// The machine's clock, as used in deployments.
    #[must_use]
    pub const fn system() -> Self {
        Self { ahead: SignedDuration::ZERO }
    }

    /// A clock that is `ahead` of the machine's.
    #[must_use]
    pub const fn ahead_by(ahead: SignedDuration) -> Self {
        Self { ahead }
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + self.ahead
    }

    /// The current time in milliseconds since 1970, the ledger's unit.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }
}
