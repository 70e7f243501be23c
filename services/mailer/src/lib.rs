//! `mailer`: claims a notification, writes its mail, sends it through SES, records the answer.
//!
//! Promises:
//! - One recipient a message; the lease and its attempt number come before the call to SES, the
//!   record after it.
//! - SES knows no idempotency token, so `SendEmail` is never retried blindly. Only an answer that
//!   proves refusal leads to another try ([`send_outcome`] is the whole table); an answer that proves
//!   nothing puts the notification in doubt, and its kind's policy decides from there: not before
//!   the grace is over, and not while SES's own events wait feedback_backlog.
//! - What SES refuses for now is parked: queued anew with a delay, so that receive counts are not
//!   burnt and healthy mail never reaches a dead-letter queue.
//! - What SES refuses for good goes to the dead-letter queue with its reason at once.
//! - Mails are paced to the account's send rate, divided by the mailers that may run at once.
//! - No e-mail address, name or postal address is logged.
//!
//! Delivery semantics: at most once for each attempt; a further attempt follows only on proof of
//! refusal, or out of doubt by policy.

mod batch;
mod deliver;
mod doubt;
mod feedback_backlog;
mod rate_limiter;
pub mod render;
mod requeue;
mod send;
pub mod send_outcome;
mod settings;
mod stale;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use jiff::SignedDuration;
use kit::ledger::Ledger;
use kit::queue::DeadLetterQueue;
use kit::{Clock, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use batch::handle;
pub use feedback_backlog::FeedbackBacklog;
pub use rate_limiter::RateLimiter;
pub use requeue::DelayedRequeue;
pub use send::{From, Sender};

/// The mailer and everything it talks to.
#[derive(Debug)]
pub struct Mailer {
    /// Who may send what.
    pub ledger: Ledger,
    /// SES.
    pub sender: Sender,
    /// How fast.
    pub rate_limiter: RateLimiter,
    /// The mail queue, for what must wait.
    pub requeue: DelayedRequeue,
    /// Where SES's events may wait feedback_backlog.
    pub feedback_backlog: FeedbackBacklog,
    /// The mail queue's dead-letter queue.
    pub dead_letters: DeadLetterQueue,
    /// How the mails look.
    pub brand: render::Brand,
    /// How long a claim holds. Longer than the function's time-out.
    pub lease: SignedDuration,
    /// How long an SES event is waited for before a doubt may be resent.
    pub grace: SignedDuration,
    /// The time.
    pub clock: Clock,
}

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing, or the Runtime API is out of reach.
pub async fn run() -> Result<(), Error> {
    telemetry::init("mailer");
    let mailer = Arc::new(settings::from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let mailer = Arc::clone(&mailer);
        async move {
            let deadline = event.context.deadline();
            let answer = Box::pin(handle(&mailer, &event.payload.records, deadline)).await;
            telemetry::flush();
            Ok::<_, Error>(answer)
        }
    }))
    .await
}
