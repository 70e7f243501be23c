//! The mailer's dependencies.

use jiff::{SignedDuration, Timestamp};
use kit::ledger::Ledger;
use kit::queue::{DeadLetterQueue, DelayedRequeue};
use kit::{Clock, ShopDirectory};
use shared::Event;

use crate::attachments::AttachmentReader;
use crate::feedback_backlog::FeedbackBacklog;
use crate::render::{Brand, Mail, MailContext, RenderError};
use crate::send::Sender;
use crate::send_gate::SendGate;

/// Everything that a delivery depends on.
#[derive(Debug)]
pub struct Mailer {
    /// Records claims and outcomes.
    pub ledger: Ledger,
    /// SES, without retries.
    pub sender: Sender,
    /// Fetches the files that go with mails.
    pub attachments: AttachmentReader,
    /// The account's send rate, which all mailers share.
    pub gate: SendGate,
    /// Puts mails that have to wait back on the mail queue.
    pub requeue: DelayedRequeue,
    /// The queues on which SES events may be unread.
    pub feedback_backlog: FeedbackBacklog,
    /// The mail queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// Makes the mail of an event: [`crate::render::render_in_context`], but for tests.
    pub render: fn(&Event, Timestamp, &MailContext, &Brand) -> Result<Mail, RenderError>,
    /// The settings of the shops.
    pub shops: ShopDirectory,
    /// The name, colours and contact of a shop whose settings have none.
    pub brand: Brand,
    /// The duration of a lease. Longer than the function's timeout, shorter than the mail queue's visibility
    /// timeout.
    pub lease: SignedDuration,
    /// How long to wait for an SES event before a mail in doubt may be sent again.
    pub grace: SignedDuration,
    /// How long feedback delays an event that it cannot record.
    pub feedback_retry: SignedDuration,
    /// Read for leases, grace periods and staleness.
    pub clock: Clock,
}
