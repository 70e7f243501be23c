//! The preconditions of transitions, and the facts that they are checked against.

use super::record::{Record, State};

/// After this many attempts that ended in doubt, the policy `resend` leaves the decision to an operator.
/// Attempts that SES refused do not count, because they certainly sent nothing.
pub const MAX_DOUBTS: u32 = 3;

/// A state that a transition may leave, or the absence of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precondition {
    /// There is no record yet.
    Absent,
    /// It is in this state, and all of the guards hold.
    In(State, &'static [Guard]),
}

/// A condition on the record, beside its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The record's attempt is the one that this writer claimed. It fences off writers with an older claim.
    SameAttempt,
    /// It was claimed at least once. Without a claim, nothing can have been sent.
    Attempted,
    /// It has become due, or its bounce final (`not_before`).
    Due,
    /// It bounced for a reason that passes.
    MayPass,
    /// Its lease has expired.
    LeaseExpired,
    /// The message was put on its queue after the failure was recorded, so an operator replayed it: a copy that a
    /// function requeued counts as its original. (A mail request that the dispatcher decided on before the failure,
    /// and sent after it, looks the same. A failed mail was certainly not sent, so another attempt mails nobody twice.)
    Replayed,
    /// The policy is `resend`, the grace period is over, and fewer than [`MAX_DOUBTS`] attempts
    /// have ended in doubt.
    ResendAllowed,
    /// No attempt ended in doubt.
    NoDoubts,
    /// At least one attempt ended in doubt.
    HasDoubts,
    /// Exactly one attempt ended in doubt. In the state `in_doubt`, that is the current attempt.
    OneDoubt,
    /// No further delivery goes to a corrected address.
    NotReaddressed,
}

/// What a writer knows when it attempts a transition. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The writer's clock.
    pub now: i64,
    /// The attempt that the writer claimed; 0 for a writer that claimed none.
    pub attempt: u32,
    /// When the writer's message was put on its queue (SQS `SentTimestamp`), of a requeued copy its original.
    pub enqueued_at: i64,
    /// A mail that has been in doubt since this moment or longer may be sent again; `i64::MIN` for none.
    pub resend_doubts_from: i64,
    /// For a claim: when the new lease runs out.
    pub lease_until: i64,
    /// For a deferral: when it is due again. For a bounce that passes: when it is final.
    pub not_before: i64,
}

impl Facts {
    /// The facts of a writer that knows only the time.
    #[must_use]
    pub const fn new(now: i64) -> Self {
        Self {
            now,
            attempt: 0,
            enqueued_at: i64::MIN,
            resend_doubts_from: i64::MIN,
            lease_until: 0,
            not_before: 0,
        }
    }

    /// The facts of the mailer that holds `attempt`.
    #[must_use]
    pub const fn for_attempt(now: i64, attempt: u32) -> Self {
        Self { attempt, ..Self::new(now) }
    }
}

use Guard::{
    Attempted, Due, HasDoubts, LeaseExpired, MayPass, NoDoubts, NotReaddressed, OneDoubt, Replayed,
    ResendAllowed, SameAttempt,
};
use Precondition::{Absent, In};

impl Precondition {
    pub(super) fn holds(self, record: Option<&Record>, facts: &Facts) -> bool {
        match (self, record) {
            (Absent, None) => true,
            (In(state, guards), Some(record)) => {
                record.state == state && guards.iter().all(|guard| guard.holds(record, facts))
            }
            (Absent, Some(_)) | (In(..), None) => false,
        }
    }
}

impl Guard {
    fn holds(self, record: &Record, facts: &Facts) -> bool {
        match self {
            SameAttempt => record.attempt == facts.attempt,
            Attempted => record.attempt > 0,
            Due => record.not_before <= facts.now,
            MayPass => record.not_before > 0,
            // Strictly: the holder may still write in the last millisecond of its lease.
            LeaseExpired => record.lease_until < facts.now,
            // Strictly: a message put on the queue in the same millisecond may be the one that failed.
            Replayed => record.since < facts.enqueued_at,
            ResendAllowed => record.since <= facts.resend_doubts_from && record.doubts < MAX_DOUBTS,
            NoDoubts => record.doubts == 0,
            HasDoubts => record.doubts > 0,
            OneDoubt => record.doubts == 1,
            NotReaddressed => !record.readdressed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::State::{InDoubt, Planned};
    use super::*;

    const RECORD: Record = Record {
        state: Planned,
        attempt: 2,
        doubts: 1,
        since: 100,
        not_before: 200,
        lease_until: 300,
        readdressed: false,
    };

    /// Which of three neighbouring values the guard lets pass.
    fn passes<T>(guard: Guard, values: [T; 3], set: impl Fn(T) -> (Record, Facts)) -> [bool; 3] {
        values.map(|value| {
            let (record, facts) = set(value);
            guard.holds(&record, &facts)
        })
    }

    #[test]
    fn each_guard_ends_at_its_edge() {
        let at = |now| (RECORD, Facts::new(now));
        assert_eq!(passes(Due, [199, 200, 201], at), [false, true, true]);
        assert_eq!(passes(LeaseExpired, [299, 300, 301], at), [false, false, true]);
        let not_before = |not_before| (Record { not_before, ..RECORD }, Facts::new(0));
        assert_eq!(passes(MayPass, [-1, 0, 1], not_before), [false, false, true]);
        let attempt = |attempt| (RECORD, Facts::for_attempt(0, attempt));
        assert_eq!(passes(SameAttempt, [1, 2, 3], attempt), [false, true, false]);
        let queued = |enqueued_at| (RECORD, Facts { enqueued_at, ..Facts::new(0) });
        assert_eq!(passes(Replayed, [99, 100, 101], queued), [false, false, true]);
        let graced = |resend_doubts_from| (RECORD, Facts { resend_doubts_from, ..Facts::new(0) });
        assert_eq!(passes(ResendAllowed, [99, 100, 101], graced), [false, true, true]);
        let tried = |attempt| (Record { attempt, ..RECORD }, Facts::new(0));
        assert_eq!(passes(Attempted, [0, 1, 2], tried), [false, true, true]);
    }

    #[test]
    fn doubts_are_counted_up_to_their_limit() {
        let doubts = |doubts| {
            let resends = Facts { resend_doubts_from: 100, ..Facts::new(0) };
            (Record { doubts, ..RECORD }, resends)
        };
        assert_eq!(passes(NoDoubts, [0, 1, 2], doubts), [true, false, false]);
        assert_eq!(passes(HasDoubts, [0, 1, 2], doubts), [false, true, true]);
        assert_eq!(passes(OneDoubt, [0, 1, 2], doubts), [false, true, false]);
        let limit = [MAX_DOUBTS - 1, MAX_DOUBTS, MAX_DOUBTS + 1];
        assert_eq!(passes(ResendAllowed, limit, doubts), [true, false, false]);
    }

    #[test]
    fn a_writer_that_only_knows_the_time_is_no_replay_and_may_resend_nothing() {
        assert!(!Replayed.holds(&Record { since: i64::MIN, ..RECORD }, &Facts::new(0)));
        assert!(!ResendAllowed.holds(&RECORD, &Facts::new(i64::MAX)));
        assert_eq!(Facts::for_attempt(5, 2), Facts { attempt: 2, ..Facts::new(5) });
    }

    #[test]
    fn a_precondition_wants_its_state_and_each_of_its_guards() {
        let facts = Facts::for_attempt(200, 2);
        assert!(In(Planned, &[]).holds(Some(&RECORD), &facts));
        assert!(In(Planned, &[Due, SameAttempt]).holds(Some(&RECORD), &facts));
        assert!(!In(Planned, &[Due, NoDoubts]).holds(Some(&RECORD), &facts));
        assert!(!In(InDoubt, &[Due]).holds(Some(&RECORD), &facts));
        assert!(!In(Planned, &[]).holds(None, &facts));
        assert!(In(Planned, &[NotReaddressed]).holds(Some(&RECORD), &facts));
        let readdressed = Record { readdressed: true, ..RECORD };
        assert!(!In(Planned, &[NotReaddressed]).holds(Some(&readdressed), &facts));
        assert!(Absent.holds(None, &facts));
        assert!(!Absent.holds(Some(&RECORD), &facts));
    }
}
