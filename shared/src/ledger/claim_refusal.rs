//! Why a claim was refused.

use super::record::{Record, State};

/// Why a claim was refused, according to the record that refused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimRefusal {
    /// There is nothing left to do: SES accepted the mail, or it was skipped.
    AlreadyDone,
    /// It failed permanently, and this message is not a replay: it belongs in the dead-letter queue.
    AlreadyFailed,
    /// Another mailer holds the lease.
    InProgress {
        /// When the lease expires, in milliseconds since 1970.
        until: i64,
    },
    /// The lease has expired, and its holder recorded no outcome: SES may have accepted the mail.
    LeaseExpired,
    /// It may be claimed later.
    NotDue {
        /// From when, in milliseconds since 1970.
        until: i64,
    },
    /// SES may have accepted an earlier attempt.
    InDoubt {
        /// Since when it is in doubt, in milliseconds since 1970.
        since: i64,
    },
}

impl ClaimRefusal {
    /// Why the protocol refused to claim `record`. `now` in milliseconds since 1970.
    #[must_use]
    pub const fn for_record(record: &Record, now: i64) -> Self {
        match record.state {
            // A planned mail that is due would have been claimed.
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
