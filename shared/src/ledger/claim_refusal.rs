//! Why a claim was refused.

use super::record::{Record, State};

/// Why a claim was refused, according to the record that refused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimRefusal {
    /// There is nothing left to do: SES accepted the mail, or it was skipped.
    AlreadyDone,
    /// It failed permanently, and the same news goes to a corrected address since.
    Readdressed,
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
            State::Failed if record.readdressed => Self::Readdressed,
            State::Failed => Self::AlreadyFailed,
            State::Sent
            | State::Delivered
            | State::Bounced
            | State::Complained
            | State::Skipped => Self::AlreadyDone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Facts, Transition};
    use super::*;

    fn record(state: State) -> Record {
        Record {
            state,
            attempt: 1,
            doubts: 1,
            since: 100,
            not_before: 400,
            lease_until: 160,
            readdressed: false,
        }
    }

    #[test]
    fn a_lease_has_expired_exactly_where_the_protocol_records_that_it_has() {
        let held = record(State::Sending);
        for now in 159..=161 {
            let refusal = ClaimRefusal::for_record(&held, now);
            let expires = Transition::Expire.allows(Some(&held), &Facts::new(now));
            assert_eq!(refusal == ClaimRefusal::LeaseExpired, expires, "at {now}");
        }
        assert_eq!(
            ClaimRefusal::for_record(&held, 160),
            ClaimRefusal::InProgress { until: 160 },
            "its last moment"
        );
    }

    #[test]
    fn each_other_state_has_its_reason() {
        for (state, refusal) in [
            (State::Planned, ClaimRefusal::NotDue { until: 400 }),
            (State::InDoubt, ClaimRefusal::InDoubt { since: 100 }),
            (State::Failed, ClaimRefusal::AlreadyFailed),
            (State::Sent, ClaimRefusal::AlreadyDone),
            (State::Delivered, ClaimRefusal::AlreadyDone),
            (State::Bounced, ClaimRefusal::AlreadyDone),
            (State::Complained, ClaimRefusal::AlreadyDone),
            (State::Skipped, ClaimRefusal::AlreadyDone),
        ] {
            assert_eq!(ClaimRefusal::for_record(&record(state), 161), refusal, "{state}");
        }
        let readdressed = Record { readdressed: true, ..record(State::Failed) };
        assert_eq!(ClaimRefusal::for_record(&readdressed, 161), ClaimRefusal::Readdressed);
    }
}
