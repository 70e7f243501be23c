//! `mailer`: claims a notification, writes its mail, sends it through SES, records the answer.
//!
//! Promises:
//! - One recipient a message; the lease and its attempt number come before the call to SES, the
//!   record after it.
//! - SES knows no idempotency token, so `SendEmail` is never retried blindly. Only an answer that
//!   proves refusal leads to another try ([`answer`] is the whole table); an answer that proves
//!   nothing puts the notification in doubt, and its kind's policy decides from there: not before
//!   the grace is over, and not while SES's own events wait unread.
//! - What SES refuses for now is parked: queued anew with a delay, so that receive counts are not
//!   burnt and healthy mail never reaches a dead-letter queue.
//! - What SES refuses for good goes to the dead-letter queue with its reason at once.
//! - Mails are paced to the account's send rate, divided by the mailers that may run at once.
//! - No e-mail address, name or postal address is logged.
//!
//! Delivery semantics: at most once for each attempt; a further attempt follows only on proof of
//! refusal, or out of doubt by policy.

pub mod answer;
mod batch;
mod deliver;
mod doubt;
mod pace;
mod park;
pub mod render;
mod send;
mod settings;
mod stale;
mod unread;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use jiff::SignedDuration;
use kit::ledger::Ledger;
use kit::queue::DeadLetterQueue;
use kit::{Clock, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use batch::handle;
pub use pace::Pace;
pub use park::Parking;
pub use send::{From, Sender};
pub use unread::UnreadEvents;

/// The mailer and everything it talks to.
#[derive(Debug)]
pub struct Mailer {
    /// Who may send what.
    pub ledger: Ledger,
    /// SES.
    pub sender: Sender,
    /// How fast.
    pub pace: Pace,
    /// The mail queue, for what must wait.
    pub parking: Parking,
    /// Where SES's events may wait unread.
    pub unread: UnreadEvents,
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
