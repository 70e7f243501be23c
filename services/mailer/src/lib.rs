//! `mailer`: claims a notification, renders its mail, sends it through SES, records the outcome.
//!
//! Promises ([`delivery`] explains how they are kept):
//! - One recipient per message. The lease and its attempt number are written before SES is called,
//!   the outcome after it.
//! - `SendEmail` is never retried blindly, because SES has no idempotency token. Only proof of refusal leads
//!   to another attempt ([`send_outcome`] classifies every outcome). An ambiguous outcome puts the
//!   notification in doubt. Then the policy of its kind decides, once the grace period is over and no SES
//!   events are unread.
//! - A mail that SES refuses temporarily is requeued with a delay. That uses up no receives, so a healthy
//!   mail never reaches the dead-letter queue.
//! - A mail goes to its own recipient's address: the customer's as its event has it, or that of its mail request. A copy
//!   is the same mail and says that it is one.
//! - A mail looks as its shop's settings say, or else the stack's. While they cannot be read, nor ever were, it is
//!   requeued with a delay, without a claim: it never looks like another shop's. A shop with a brand is never called by the
//!   stack's name, nor answered at its Reply-To. What is the fault of a shop's own
//!   sender stops no other shop's mails.
//! - What is the account's fault (sender not verified, configuration set deleted, paused, quota spent, role
//!   without permission) waits in the same way until it is repaired ([`ses_errors`] is the table).
//! - A mail that SES refuses permanently goes to the dead-letter queue immediately, with the reason.
//! - A mail takes its turn in the account's send rate before it is claimed. All mailers together keep within
//!   5 % of the rate, however many run, and do not exceed it as long as a mail reaches SES within 20 ms of its slot
//!   ([`send_gate`]). A mail without a turn is requeued
//!   with a delay, without a claim.
//! - Shops share that rate: a shop with a long line does not hold up another's few mails.
//! - While SES takes no mail of the account, or gives one mail after the other no answer, one mail at a time, the probe,
//!   asks whether it does again. The others wait without a claim, and so do those that are in doubt.
//! - A mail whose answer from SES could not be waited for is neither claimed nor sent.
//! - The files that an event names go with its mail, or the mail goes without them and the ledger says why: a file never
//!   keeps a mail back (`attachments`). The memory for them comes before the turn and the claim: a mail that waits for it is
//!   neither in doubt nor without its files.
//! - A mail that failed and whose news goes to a corrected address since is not sent, whatever is replayed.
//! - No e-mail address, name or postal address is logged.
//!
//! Delivery semantics: at most once per attempt. A further attempt follows only a proof of refusal, or, by
//! policy, a doubt.

mod attachments;
mod backlog_watch;
mod batch;
mod conversation;
pub mod delivery;
mod encoded_word;
mod feedback_backlog;
mod identities;
mod mailer;
pub mod preview;
pub mod render;
mod send;
pub mod send_gate;
pub mod send_outcome;
mod sender_settings;
mod ses_client;
pub mod ses_errors;
mod settings;
pub mod settings_check;
mod shop_sender;

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use kit::telemetry;
use lambda_runtime::{Error, LambdaEvent, service_fn};

pub use attachments::AttachmentReader;
pub use backlog_watch::BacklogWatch;
pub use batch::handle;
pub use feedback_backlog::FeedbackBacklog;
pub use mailer::Mailer;
pub use send::Sender;
pub use send_gate::SendGate;
pub use sender_settings::SenderSettings;
pub use settings::{DEFAULT_GRACE_SECONDS, DEFAULT_LEASE_SECONDS};

/// Runs the function until its environment is shut down.
///
/// # Errors
/// When a setting is missing or invalid, or the Runtime API cannot be reached.
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
