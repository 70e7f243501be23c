//! Follows the feedback backlog over several checks.
//!
//! # Why one check is not enough
//!
//! Before a mail in doubt is sent again, no SES event about it may be unread: the queues are empty. SQS's counts are
//! approximate and may lag by a minute, so they must have been empty at two checks that are further apart
//! (`EMPTY_FOR_MS` in `delivery/ambiguous.rs`).
//!
//! But a busy shop's queue never is empty. SQS only counts messages, and an event that is just being
//! recorded looks like one on which feedback fails again and again: both are in flight. But no event stays in
//! flight for long:
//!
//! - One that feedback cannot record is requeued with a delay. It counts as delayed then, and the checks
//!   are so close together that at least one of them falls into each delay.
//! - One whose function was killed is hidden until its visibility timeout, `maxReceiveCount` times at most.
//!   Then it is in the dead-letter queue, where every check finds it.
//!
//! So where the queues are not empty, the mail is sent again only when no check found unread events for as
//! long as a grace period: any event that was queued before is recorded by then. This needs a grace period
//! longer than `maxReceiveCount` visibility timeouts of the feedback queue and one delay together, which tests
//! hold for every set of times.
//!
//! What remains: an event that reaches the queue only after the grace period, and one that waits, visible, for
//! longer than the time that is left over while at each check no more messages wait than are in flight. SQS's
//! counts are approximate, but for messages that have not moved for about a minute.
//!
//! While the mail queue itself is so far behind that a check comes late, the watch starts again with each check:
//! then no doubt is sent again before the backlog has gone or feedback's queue is empty.

use aws_lambda_events::sqs::SqsMessage;

use crate::feedback_backlog::Backlog;

/// The checks so far. It travels with the mail request, as an attribute of each requeued copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BacklogWatch {
    /// How often the mail has been in doubt.
    pub doubts: u32,
    /// No check after this moment (milliseconds since 1970) found unread events.
    clear_since: i64,
    /// Every check from this moment on found no event at all; `None` where the last one did.
    empty_since: Option<i64>,
    checked_at: i64,
}

impl BacklogWatch {
    /// The name of the attribute.
    pub const ATTRIBUTE: &str = "waybill-backlog-watch";

    /// What the message carries; `None` before the first check.
    #[must_use]
    pub fn read(message: &SqsMessage) -> Option<Self> {
        let text = message.message_attributes.get(Self::ATTRIBUTE)?.string_value.as_deref()?;
        let mut parts = text.split(' ');
        let doubts = parts.next()?.parse().ok()?;
        let mut time = || parts.next()?.parse::<i64>().ok();
        let (clear_since, checked_at) = (time()?, time()?);
        Some(Self { doubts, clear_since, empty_since: time(), checked_at })
    }

    /// The attribute's value.
    #[must_use]
    pub fn to_attribute(self) -> String {
        let Self { doubts, clear_since, empty_since, checked_at } = self;
        let empty = empty_since.map_or_else(String::new, |since| format!(" {since}"));
        format!("{doubts} {clear_since} {checked_at}{empty}")
    }

    /// Before the first check of a mail that was in doubt `doubts` times: no later check goes on from it.
    #[must_use]
    pub const fn before_any_check(doubts: u32, now: i64) -> Self {
        Self { doubts, clear_since: now, empty_since: None, checked_at: i64::MIN / 2 }
    }

    /// After a check at `now` of a mail that was in doubt `doubts` times. Starts again when the check found events, or
    /// came too late after the one before ([`Self::goes_on`]).
    #[must_use]
    pub fn after_check(
        previous: Option<Self>,
        doubts: u32,
        now: i64,
        found: Backlog,
        interval: i64,
    ) -> Self {
        let is_clear = found != Backlog::Unread;
        let previous = previous.filter(|watch| is_clear && watch.goes_on(now, interval));
        let empty_since = previous.and_then(|watch| watch.empty_since).unwrap_or(now);
        Self {
            doubts,
            clear_since: previous.map_or(now, |watch| watch.clear_since),
            empty_since: (found == Backlog::Empty).then_some(empty_since),
            checked_at: now,
        }
    }

    /// Whether a check at `now` goes on from the last one, of checks that are to be `interval` milliseconds apart.
    /// After a longer time, an event may have been delayed in between, and received.
    ///
    /// Of the time that feedback delays an event, which is three intervals, the checks may use two: one passes as
    /// planned, and one is for a copy that is delivered late. In the last, SQS's counts, which lag, show the delay.
    #[must_use]
    pub const fn goes_on(&self, now: i64, interval: i64) -> bool {
        now - self.checked_at <= 2 * interval
    }

    /// For how many milliseconds the checks have found no unread event.
    #[must_use]
    pub const fn clear_for(&self) -> i64 {
        self.checked_at - self.clear_since
    }

    /// For how many milliseconds the checks have found no event at all; `None` where the last one did.
    #[must_use]
    pub fn empty_for(&self) -> Option<i64> {
        Some(self.checked_at - self.empty_since?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Backlog::{BeingRead, Empty, Unread};

    fn after_checks(checks: &[(i64, Backlog)]) -> BacklogWatch {
        let next = |watch, (now, found): &(i64, Backlog)| {
            Some(BacklogWatch::after_check(watch, 1, *now, *found, 10))
        };
        checks.iter().fold(None, next).expect("at least one check")
    }

    #[test]
    fn the_backlog_is_clear_for_as_long_as_close_checks_found_nothing() {
        let clear_for = |checks: &[_]| after_checks(checks).clear_for();
        assert_eq!(clear_for(&[(100, BeingRead)]), 0, "nobody looked before");
        assert_eq!(clear_for(&[(100, BeingRead), (110, Empty), (130, BeingRead)]), 30);
        assert_eq!(clear_for(&[(100, BeingRead), (110, Unread), (130, BeingRead)]), 20);
        assert_eq!(clear_for(&[(100, BeingRead), (110, Unread)]), 0);
        assert_eq!(clear_for(&[(100, BeingRead), (121, BeingRead)]), 0, "nobody looked");
    }

    #[test]
    fn the_backlog_is_empty_for_as_long_as_every_one_of_close_checks_found_it_empty() {
        let empty_for = |checks: &[_]| after_checks(checks).empty_for();
        assert_eq!(empty_for(&[(100, Empty)]), Some(0), "nobody looked before");
        assert_eq!(empty_for(&[(100, Empty), (120, Empty), (130, Empty)]), Some(30));
        assert_eq!(empty_for(&[(100, Empty), (110, BeingRead), (120, Empty)]), Some(0));
        assert_eq!(empty_for(&[(100, Empty), (110, Unread), (120, Empty)]), Some(0));
        assert_eq!(empty_for(&[(100, Empty), (121, Empty)]), Some(0), "nobody looked");
        assert_eq!(empty_for(&[(100, Empty), (110, BeingRead)]), None);
    }

    #[test]
    fn a_message_carries_the_watch_to_its_next_delivery() {
        let watch = after_checks(&[(100, BeingRead), (110, Empty)]);
        let busy = after_checks(&[(100, Empty), (110, BeingRead)]);
        let mut message = SqsMessage::default();
        assert_eq!(BacklogWatch::read(&message), None);
        for (text, read) in [
            (&*watch.to_attribute(), Some(watch)),
            (&*busy.to_attribute(), Some(busy)),
            ("", None),
            ("1", None),
            ("1 2", None),
        ] {
            let attribute = message.message_attributes.entry(BacklogWatch::ATTRIBUTE.to_owned());
            attribute.or_default().string_value = Some(text.to_owned());
            assert_eq!(BacklogWatch::read(&message), read, "{text}");
        }
    }
}
