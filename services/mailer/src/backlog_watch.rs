//! Follows the feedback backlog over several checks.
//!
//! # Why one check is not enough
//!
//! Before a mail in doubt is sent again, no SES event about it may be unread. That is certain when the queues
//! are empty. But a busy shop's queue never is. SQS only counts messages, and an event that is just being
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

/// The checks so far. It travels with the mail request, as an attribute of each requeued copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BacklogWatch {
    /// No check after this moment (milliseconds since 1970) found unread events.
    clear_since: i64,
    checked_at: i64,
}

impl BacklogWatch {
    /// The name of the attribute.
    pub const ATTRIBUTE: &str = "waybill-backlog-watch";

    /// What the message carries; `None` before the first check.
    #[must_use]
    pub fn read(message: &SqsMessage) -> Option<Self> {
        let text = message.message_attributes.get(Self::ATTRIBUTE)?.string_value.as_deref()?;
        let (clear_since, checked_at) = text.split_once(' ')?;
        Some(Self { clear_since: clear_since.parse().ok()?, checked_at: checked_at.parse().ok()? })
    }

    /// The attribute's value.
    #[must_use]
    pub fn to_attribute(self) -> String {
        format!("{} {}", self.clear_since, self.checked_at)
    }

    /// After a check at `now`. Starts again when the check found events, or came more than `max_gap`
    /// milliseconds after the one before: then an event may have been delayed in between, and received.
    #[must_use]
    pub fn after_check(previous: Option<Self>, now: i64, is_clear: bool, max_gap: i64) -> Self {
        let continues = |watch: &Self| is_clear && watch.is_recent(now, max_gap);
        let clear_since = previous.filter(continues).map_or(now, |watch| watch.clear_since);
        Self { clear_since, checked_at: now }
    }

    /// Whether the last check was at most `max_gap` milliseconds ago.
    #[must_use]
    pub const fn is_recent(&self, now: i64, max_gap: i64) -> bool {
        now - self.checked_at <= max_gap
    }

    /// For how many milliseconds the checks have found nothing.
    #[must_use]
    pub const fn clear_for(&self) -> i64 {
        self.checked_at - self.clear_since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_checks(checks: &[(i64, bool)]) -> BacklogWatch {
        let next = |watch, (now, is_clear): &(i64, bool)| {
            Some(BacklogWatch::after_check(watch, *now, *is_clear, 20))
        };
        checks.iter().fold(None, next).expect("at least one check")
    }

    #[test]
    fn the_backlog_is_clear_for_as_long_as_close_checks_found_nothing() {
        assert_eq!(after_checks(&[(100, true)]).clear_for(), 0, "nobody looked before");
        assert_eq!(after_checks(&[(100, true), (110, true), (130, true)]).clear_for(), 30);
        assert_eq!(after_checks(&[(100, true), (110, false), (130, true)]).clear_for(), 20);
        assert_eq!(after_checks(&[(100, true), (110, false)]).clear_for(), 0);
        assert_eq!(after_checks(&[(100, true), (121, true)]).clear_for(), 0, "nobody looked");
    }

    #[test]
    fn a_message_carries_the_watch_to_its_next_delivery() {
        let watch = after_checks(&[(100, true), (110, true)]);
        let mut message = SqsMessage::default();
        assert_eq!(BacklogWatch::read(&message), None);
        for (text, read) in [(&*watch.to_attribute(), Some(watch)), ("", None), ("1", None)] {
            let attribute = message.message_attributes.entry(BacklogWatch::ATTRIBUTE.to_owned());
            attribute.or_default().string_value = Some(text.to_owned());
            assert_eq!(BacklogWatch::read(&message), read, "{text}");
        }
    }
}
