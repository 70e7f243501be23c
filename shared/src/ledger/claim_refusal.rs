//! What a refused claim means.

use super::record::{Record, State};

/// Why a claim was refused, read from the record as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimRefusal {
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

impl ClaimRefusal {
    /// Why the protocol refused to claim `record`. `now` in milliseconds since 1970.
    #[must_use]
    pub const fn for_record(record: &Record, now: i64) -> Self {
        match record.state {
            State::Planned => Self::NotDue { until: record.not_before },
            State::Sending if record.lease_until < now => Self::LeaseExpired,
            State::Sending => Self::InProgress { until: record.lease_until },
            State::InDoubt => Self::InDoubt { since: record.since },
            State::Failed => Self::AlreadyFailed,
            State::Sent
            | State::Delivered
            | State::Bounced
            | State::Complained
            | State::Skipped => Self::AlreadyDone,
        }
    }
}
