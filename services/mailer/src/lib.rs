//! `mailer`: claims a notification, renders its mail, sends it through SES, records the outcome.
//!
//! Promises ([`delivery`] explains how they are kept):
//! - One recipient per message. The lease and its attempt number are written before SES is called,
//!   the outcome after it.
//! - `SendEmail` is never retried blindly, since SES knows no idempotency token. Only proof of
//!   refusal leads to another attempt ([`send_outcome`] is the whole table). An ambiguous outcome
//!   puts the notification in doubt, and its kind's policy decides from there: not before the grace
//!   period is over, and not while SES events may be unread.
//! - What SES refuses for now is requeued with a delay, so that it uses up no receives and a
//!   healthy mail never reaches the dead-letter queue.
//! - What SES refuses for good goes to the dead-letter queue at once, with its reason.
//! - Mails keep to the account's send rate, divided by the mailers that may run at once.
//! - No e-mail address, name or postal address is logged.
//!
//! Delivery semantics: at most once per attempt. A further attempt follows only on proof of refusal,
//! or out of doubt by policy.

mod batch;
pub mod delivery;
mod feedback_backlog;
mod mailer;
mod rate_limiter;
pub mod render;
mod requeue;
mod send;
pub mod send_outcome;
mod settings;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use kit::telemetry;
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use batch::handle;
pub use feedback_backlog::FeedbackBacklog;
pub use mailer::Mailer;
pub use rate_limiter::SendRateLimiter;
pub use requeue::DelayedRequeue;
pub use send::{Sender, SenderSettings};
pub use settings::{DEFAULT_GRACE_SECONDS, DEFAULT_LEASE_SECONDS};

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API is out of reach.
pub async fn run() -> Result<(), Error> {
    telemetry::init("mailer");
    let mailer = Arc::new(settings::from_env().await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let mailer = Arc::clone(&mailer);
        async move {
            let deadline = event.context.deadline();
            let response = Box::pin(handle(&mailer, &event.payload.records, deadline)).await;
            telemetry::flush();
            Ok::<_, Error>(response)
        }
    }))
    .await
}
