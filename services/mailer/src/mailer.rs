//! The mailer and what it depends on.

use jiff::SignedDuration;
use kit::Clock;
use kit::ledger::Ledger;
use kit::queue::DeadLetterQueue;

use crate::feedback_backlog::FeedbackBacklog;
use crate::rate_limiter::SendRateLimiter;
use crate::render::Brand;
use crate::requeue::DelayedRequeue;
use crate::send::Sender;

/// Everything a delivery needs.
#[derive(Debug)]
pub struct Mailer {
    /// Claims and outcomes of notifications.
    pub ledger: Ledger,
    /// SES, without retries.
    pub sender: Sender,
    /// This process's share of the account's send rate.
    pub rate_limiter: SendRateLimiter,
    /// The mail queue, for mails that have to wait.
    pub requeue: DelayedRequeue,
    /// The queues on which SES events may be unread.
    pub feedback_backlog: FeedbackBacklog,
    /// The mail queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// The shop's look and wording.
    pub brand: Brand,
    /// How long a claim holds. Longer than the function's timeout, shorter than the mail queue's
    /// visibility timeout.
    pub lease: SignedDuration,
    /// How long an SES event is waited for before a mail in doubt may be sent again.
    pub grace: SignedDuration,
    /// Read for leases, grace periods and staleness.
    pub clock: Clock,
}
