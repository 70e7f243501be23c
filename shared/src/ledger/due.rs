//! When a mail request can move a notification on.
//!
//! A notification that has not reached a terminal state lives in a message of the mail queue. If that message
//! is lost, nothing moves the notification any more. So the sweep asks of each event how long its notification
//! has been due, and the dispatcher sends another mail request for one that a mailer could take now.

use crate::notification::DoubtPolicy;

use super::guard::{Facts, MAX_DOUBTS};
use super::protocol::Transition;
use super::record::{Record, State};

/// For how many milliseconds after SES has accepted a mail, or may have, it is waited whether it arrives, before another
/// address gets none instead. SES tries to deliver for 14 hours at most
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-email-concepts-deliverability.html>).
pub const MAX_BOUNCE_WAIT_MS: i64 = 15 * 60 * 60 * 1000;

/// For how long a feedback queue that is never empty must have been clear before a mail in doubt is sent
/// again, at most.
const MAX_BACKLOG_WATCH_MS: i64 = 20 * 60 * 1000;

/// For how many milliseconds a feedback queue that is never empty must have been clear before a mail in doubt is
/// sent again, with a grace period of `grace` milliseconds.
#[must_use]
pub fn backlog_watch_ms(grace: i64) -> i64 {
    grace.min(MAX_BACKLOG_WATCH_MS)
}

/// For how many milliseconds a mail that was in doubt `doubts` times waits at most while SES gives no answer, from the
/// last mail on that it gave none, with a grace period of `grace` milliseconds. Where it can be sent only once more, for
/// so long that this one time is not spent on the same outage: as deployed, six hours.
#[must_use]
pub fn silence_wait_ms(doubts: u32, grace: i64) -> i64 {
    let once = backlog_watch_ms(grace);
    if doubts + 1 < MAX_DOUBTS { once } else { once.saturating_mul(18) }
}

impl Record {
    /// From when on a mailer that has its mail request moves the notification on; `None` for a terminal state,
    /// and for a doubt that only an SES event or an operator settles. `grace`: how long a doubt waits at
    /// least. Everything in milliseconds (since 1970).
    #[must_use]
    pub fn due_at(&self, policy: DoubtPolicy, grace: i64) -> Option<i64> {
        match self.state {
            State::Planned => Some(self.not_before.max(self.since)),
            State::Sending => Some(self.lease_until),
            State::InDoubt if matches!(policy, DoubtPolicy::Resend) && self.doubts < MAX_DOUBTS => {
                // Where feedback's queue is never empty, the mailer watches it before it sends again. And where SES
                // gives no answer, it keeps the last attempt.
                let watched =
                    self.since.saturating_add(grace).saturating_add(backlog_watch_ms(grace));
                let is_last = self.doubts + 1 >= MAX_DOUBTS;
                let kept = if is_last { silence_wait_ms(self.doubts, grace) } else { 0 };
                Some(watched.saturating_add(kept))
            }
            _ => None,
        }
    }

    /// Until when its mail may yet turn out not to have arrived, at the time `now`: SES has accepted it, or may have. `None`:
    /// that is known, or was not said in time. Milliseconds since 1970.
    #[must_use]
    pub fn may_bounce_until(&self, now: i64) -> Option<i64> {
        let until = match self.state {
            State::Sent | State::InDoubt => self.since.saturating_add(MAX_BOUNCE_WAIT_MS),
            // What had a doubt may have been sent.
            State::Planned if self.doubts > 0 => self.since.saturating_add(MAX_BOUNCE_WAIT_MS),
            State::Bounced => self.not_before,
            _ => return None,
        };
        (until > now).then_some(until)
    }

    /// Whether a mailer that receives a mail request now can move the notification on, or will at the end of the
    /// grace period of its doubt. A failed mail never qualifies: only an operator has it sent again.
    #[must_use]
    pub fn can_be_moved_on(&self, policy: DoubtPolicy, now: i64) -> bool {
        let resend_doubts_from = match policy {
            DoubtPolicy::Resend => now,
            DoubtPolicy::Hold => i64::MIN,
        };
        // The protocol's own conditions, so that this never asks for a mail that a claim would refuse.
        let facts = Facts { resend_doubts_from, ..Facts::new(now) };
        Transition::Claim.allows(Some(self), &facts)
            || Transition::Expire.allows(Some(self), &facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DoubtPolicy::{Hold, Resend};

    const GRACE: i64 = 20;

    fn record(state: State) -> Record {
        Record {
            state,
            attempt: 1,
            doubts: 1,
            since: 100,
            not_before: 0,
            lease_until: 160,
            readdressed: false,
        }
    }

    #[test]
    fn a_mail_may_yet_bounce_for_as_long_as_ses_tries_and_its_bounce_pass_for_as_long_as_it_says() {
        let until = |record: Record, now| record.may_bounce_until(now);
        for state in [State::Sent, State::InDoubt] {
            let sent = Record { since: 5, ..record(state) };
            let end = 5 + MAX_BOUNCE_WAIT_MS;
            assert_eq!((until(sent, end - 1), until(sent, end)), (Some(end), None), "{state}");
        }
        let passing = Record { not_before: 9, ..record(State::Bounced) };
        assert_eq!((until(passing, 8), until(passing, 9)), (Some(9), None));
        for state in [State::Bounced, State::Delivered, State::Planned, State::Failed] {
            let known = Record { not_before: 0, doubts: 0, ..record(state) };
            assert_eq!(until(known, 1), None, "{state}");
        }
    }

    #[test]
    fn a_mail_is_due_when_it_was_planned_or_postponed_until_or_its_lease_or_grace_period_ends() {
        assert_eq!(record(State::Planned).due_at(Resend, GRACE), Some(100));
        let postponed = Record { not_before: 400, ..record(State::Planned) };
        assert_eq!(postponed.due_at(Resend, GRACE), Some(400));
        assert_eq!(record(State::Sending).due_at(Hold, GRACE), Some(160));
        assert_eq!(record(State::InDoubt).due_at(Resend, GRACE), Some(140));
        let last = Record { doubts: MAX_DOUBTS - 1, ..record(State::InDoubt) };
        assert_eq!(last.due_at(Resend, GRACE), Some(140 + 18 * GRACE));
        assert_eq!(silence_wait_ms(MAX_DOUBTS - 2, GRACE), GRACE);
        let hours = 11 * 60 * 60 * 1000;
        let watched = 100 + hours + MAX_BACKLOG_WATCH_MS;
        assert_eq!(record(State::InDoubt).due_at(Resend, hours), Some(watched));
    }

    #[test]
    fn a_feedback_queue_that_is_never_empty_is_watched_for_the_grace_but_for_20_minutes_at_most() {
        assert_eq!(backlog_watch_ms(1_199_999), 1_199_999);
        assert_eq!(backlog_watch_ms(1_200_001), 1_200_000);
    }

    #[test]
    fn nothing_is_due_in_a_terminal_state_or_in_a_doubt_that_is_held() {
        let held = Record { doubts: MAX_DOUBTS, ..record(State::InDoubt) };
        assert_eq!(held.due_at(Resend, GRACE), None);
        assert_eq!(record(State::InDoubt).due_at(Hold, GRACE), None);
        for state in State::ALL {
            let moves = matches!(state, State::Planned | State::Sending | State::InDoubt);
            assert_eq!(record(state).due_at(Resend, GRACE).is_some(), moves, "{state}");
        }
    }

    #[test]
    fn a_mail_request_moves_on_what_can_be_claimed_and_what_a_dead_mailer_left() {
        let can = |record: Record, now| record.can_be_moved_on(Resend, now);
        let postponed = Record { not_before: 400, ..record(State::Planned) };
        assert!(!can(postponed, 399) && can(postponed, 400));
        assert!(!can(record(State::Sending), 160) && can(record(State::Sending), 161));
        assert!(can(record(State::InDoubt), 100), "its copy waits for the grace period");
        assert!(!record(State::InDoubt).can_be_moved_on(Hold, 10_000));
        assert!(!can(Record { doubts: MAX_DOUBTS, ..record(State::InDoubt) }, 10_000));
        for state in State::ALL {
            let moves = matches!(state, State::Planned | State::Sending | State::InDoubt);
            assert_eq!(can(record(state), 10_000), moves, "{state}");
        }
    }
}
