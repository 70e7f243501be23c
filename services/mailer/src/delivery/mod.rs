//! The delivery of one notification: take a turn, claim, render, send, record.
//!
//! # Why the turn comes before the claim
//!
//! The account may send only so many mails a second, and sometimes none ([`crate::send_gate`]). A mail that has
//! to wait for that is requeued unclaimed, which costs no write of its item. After the claim, SES is called at
//! once: no lease is held by a worker that waits. A turn is good for one call. If a mail that takes a
//! turn is not sent after all, because it is a duplicate, nobody uses that slot; a mail that is not due takes none.
//!
//! # Why the memory for files comes before the turn
//!
//! A process makes and sends a few mails with files at a time. One that waits for its part of the memory waits without a turn,
//! whose slot would pass, and without a lease, which would run out: a mail must not be in doubt, or go without its file,
//! because others have large ones. It waits within the invocation for a while, because a batch may have more mails with files
//! than there are parts, and is requeued then.
//!
//! # Why files are fetched after the claim
//!
//! Right before SES is called: an earlier fetch would be in vain for each duplicate, and a later one is none. The claim of a
//! mail with files needs more time left, so that the lease, and SES's answer, have what they need however slow S3 is. Such
//! a mail reaches SES later than its slot, by what the fetch takes: the mails of a shop that attaches files to each are
//! late by about the same, and so keep their distance.
//!
//! # Why a lease
//!
//! SQS delivers at least once, and the sweep, replays and the mailer itself queue mail requests again. So
//! two workers may have a message about the same notification at the same time. A worker must win the
//! conditional write that moves the ledger item to `sending` before it calls SES; every other worker is
//! refused. The claim is a lease that expires, because its holder may die. It is longer than the function's
//! timeout, so a live holder never loses it, and shorter than the visibility timeout, so that it has expired
//! when the message is delivered again.
//!
//! # Why `SendEmail` is never retried blindly
//!
//! SES has no idempotency token: repeating the call sends a second mail. So the SDK's retries are off, and
//! [`crate::send_outcome`] classifies each outcome by what it proves. Only proof of refusal leads to another
//! attempt. If nothing is proved, the item is `in_doubt` until an SES event settles it (`feedback`). Without
//! an event, the policy of the kind decides: `resend` sends the mail again after the grace period, unless
//! SES events may be unread ([`crate::BacklogWatch`]) or SES has given others no answer since
//! ([`crate::SendGate::holds_doubt_until`]), and only a few times; `hold` leaves it to an operator.
//!
//! # What the attempt number fences
//!
//! Each claim increments the item's `attempt`, and an outcome is recorded only while the item still has that
//! number. So a worker that was frozen for longer than its lease cannot overwrite the outcome of a later
//! attempt. The number is also in the mail's SES tags.
//!
//! # What a crash leaves
//!
//! The process may die at any line. Each row is a write or call after which it may do so; the message stays
//! on the queue until the last row.
//!
//! | last write or call | state after the crash | recovery |
//! | --- | --- | --- |
//! | message received, memory for its files taken | `planned` | the message becomes visible again, and the next worker claims |
//! | turn taken | `planned`; a slot that nobody uses, or a probe that nobody else sends until its lease expires | as above |
//! | claim written | `sending`, SES not called | the message becomes visible after the lease has expired; the next worker cannot know that SES was not called, and records `in_doubt` |
//! | the order's other records read | as above: SES was not called | as above |
//! | the mail's files fetched | as above: SES was not called | as above |
//! | `SendEmail` begun, no outcome recorded | `sending`, SES may have accepted the mail | as above; if SES accepted it, its event moves the item to `sent`, before or after that |
//! | acceptance recorded | `sent` | the next claim is refused (already done), and the message is acknowledged |
//! | temporary refusal recorded | `planned`, not due yet | the next claim is refused (not due), and the message is requeued with a delay |
//! | failure recorded | `failed`, no dead letter yet | the next claim is refused (already failed), and the message is moved to the DLQ |
//! | doubt recorded | `in_doubt` | the next claim is refused (in doubt); the message waits for the end of the grace period, or the doubt is logged and the message acknowledged |
//! | requeued or moved to the DLQ | two copies of the message | only one copy can claim, as with any duplicate |
//!
//! # What is requeued with a delay
//!
//! SQS counts receives and moves a message to the DLQ after too many. A mail that only has to wait must not
//! use them up, so the mailer sends a copy with a delay and acknowledges the original; the copy's count
//! starts at zero. This happens when there is no turn for the mail, because the send rate allows no more or SES
//! takes no mails, when the function's time does not allow the call, when other mails have all the memory that there is for files, when SES refused the mail temporarily or because of its account, when
//! the mail is not due, when it waits for the end of the grace period or for unread SES events, and when the
//! ledger is unavailable before SES was called.
//!
//! In other cases the message is left to the visibility timeout, which uses up a receive: another worker's
//! lease has not expired, the ledger fails after SES was called, this version does not know the item's
//! state, the handler panics, or SQS does not accept the copy.
//!
//! # What goes to the dead-letter queue
//!
//! Immediately and with a reason, because waiting would not help: a message that cannot be parsed, a mail
//! that SES refused permanently or that cannot be rendered (also where that panics), a notification that the ledger does not know.
//! SQS itself moves a message that was received too often.

mod ambiguous;
mod attachments;
mod attempt;
mod budget;
mod context;
mod due;
mod end;
mod old_news;
mod outcome;
mod send;
mod stale;
mod step;
mod turn;
mod without_settings;
mod worker;

pub use budget::FUNCTION_TIMEOUT;
pub use context::Delivery;
pub use turn::{Start, take_places};
pub use without_settings::end_if_stale;
pub use worker::deliver;
