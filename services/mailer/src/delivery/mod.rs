//! The delivery of one notification: claim, render, send, record.
//!
//! # Why a lease
//!
//! SQS delivers at least once, and mail requests are queued again by the sweep, by replays and by
//! the mailer itself: two workers may hold the same notification at the same moment. Whoever calls
//! SES must first win the conditional write that moves the ledger item to `sending`; everybody else
//! is refused. The claim ends by itself, because its holder may die. A lease outlives the function's
//! timeout, so a holder that is still alive never loses it, and ends before the message becomes
//! visible again.
//!
//! # Why `SendEmail` is never retried blindly
//!
//! SES knows no idempotency token: the same call again is a second mail. So the SDK's retries are
//! off, and [`crate::send_outcome`] sorts each outcome by what it proves. Only proof of refusal
//! leads to another attempt. Where nothing is proved the item is `in_doubt`: an SES event settles it
//! (`feedback`), and without one the kind's policy decides. `resend` sends again after the grace
//! period, unless SES events may be waiting unread, and only a few times; `hold` leaves it to an
//! operator.
//!
//! # What the attempt number fences
//!
//! Each claim increments the item's `attempt`, and the outcome is recorded only where the item still
//! has that number. A worker that was paused for longer than its lease cannot overwrite what a later
//! attempt found out. The number travels in the mail's SES tags as well.
//!
//! # What a crash leaves
//!
//! The process may stop at any line. Each row is a write that was made or a call that was begun; the
//! message stays on the queue until the last one.
//!
//! | last step done | left behind | who repairs it, and how |
//! | --- | --- | --- |
//! | message received | `planned` | the message becomes visible again; the next worker claims |
//! | claim written | `sending`, SES not called | the message becomes visible after the lease has run out; the next worker cannot know that SES was not called and records `in_doubt` |
//! | `SendEmail` begun, no outcome recorded | `sending`, SES may have the mail | as above; if SES accepted it, its event moves the item to `sent`, before or after |
//! | accepted recorded | `sent`, message on the queue | the next claim is refused: already done, acknowledged |
//! | refused for now recorded | `planned`, not due yet | the next claim is refused: not due, requeued with a delay |
//! | failed recorded | `failed`, no dead letter yet | the next claim is refused: already failed, moved to the DLQ then |
//! | doubt recorded | `in_doubt` | the next claim is refused: logged again, then it waits for the grace period or is acknowledged |
//! | requeued or moved to the DLQ | the message twice | the ledger lets one copy through, as with any duplicate |
//!
//! # What is requeued with a delay
//!
//! SQS counts receives, and moves a message to the DLQ after too many. A mail that only has to wait
//! must not use them up, so the mailer sends a copy with a delay and acknowledges the original: the
//! copy starts at zero. That is done for a mail that SES refused for now, that found no turn in the
//! send rate or no time, that is not due, that waits out a grace period or unread SES events, and
//! while the ledger is unavailable before SES was called.
//!
//! What is left to the visibility timeout instead, and uses up a receive: another worker's running
//! lease, a ledger that fails after SES was called, an item of a version that this one cannot read,
//! a panic, and a requeue that SQS did not take.
//!
//! # What goes to the dead-letter queue
//!
//! At once and with its reason, since waiting changes nothing: an unreadable message, a mail that
//! SES refused for good or that cannot be rendered, a notification that the ledger does not know.
//! SQS itself moves what was received too often.

mod ambiguous;
mod context;
mod stale;
mod step;
mod worker;

pub use context::Delivery;
pub use worker::deliver;
