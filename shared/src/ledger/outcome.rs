//! What a refused claim means.

use super::record::{Record, State};

/// Why a claim was refused, read from the record as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AfterClaim {
    /// Nothing is left to do: accepted by SES, or skipped.
    AlreadyDone,
    /// It failed for good, and this is the same message again, not a replay: it belongs in the
    /// dead-letter queue.
    AlreadyFailed,
    /// Another mailer holds the lease until then. Milliseconds since 1970.
    InProgress {
        /// When the lease runs out.
        until: i64,
    },
    /// The holder's lease has run out and it recorded nothing: SES may have accepted the mail.
    LeaseExpired,
    /// It may be claimed, but not yet. Milliseconds since 1970.
    NotDue {
        /// From when on.
        until: i64,
    },
    /// In doubt since then. Milliseconds since 1970.
    InDoubt {
        /// When the doubt began.
        since: i64,
    },
}

/// Reads a refused claim. `now` in milliseconds since 1970.
#[must_use]
pub const fn after_claim(record: &Record, now: i64) -> AfterClaim {
    match record.state {
        State::Planned => AfterClaim::NotDue { until: record.not_before },
        State::Sending if record.lease_until < now => AfterClaim::LeaseExpired,
        State::Sending => AfterClaim::InProgress { until: record.lease_until },
        State::InDoubt => AfterClaim::InDoubt { since: record.since },
        State::Failed => AfterClaim::AlreadyFailed,
        State::Sent | State::Delivered | State::Bounced | State::Complained | State::Skipped => {
            AfterClaim::AlreadyDone
        }
    }
}
