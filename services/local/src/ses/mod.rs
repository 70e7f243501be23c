//! SES: the operations of API version 2 that sending mail needs, with a [`Mailbox`] instead of the
//! internet.
//!
//! A send is atomic: [`Ses::call`] does not await, so a caller that disconnects can't leave a mail
//! half accepted. Events follow each accepted mail in SES's order: `Send`, then `Delivery` or
//! `Bounce`, then `Complaint`.

pub mod account;
mod address;
mod api;
mod error;
mod event;
pub mod mail;
pub mod mailbox;
pub mod operation;
pub mod outcome;
mod send_email;
pub mod suppression;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

pub use account::Account;
pub use address::Address;
pub use mail::Mail;
pub use mailbox::Mailbox;
pub use operation::Operation;
pub use outcome::DeliveryOutcome;
pub use suppression::SuppressionList;

use crate::response::Reply;
use error::ApiError;

/// Receives SES's events, each an EventBridge envelope as JSON.
pub type EventSink = mpsc::UnboundedSender<String>;

/// The e-mail service. A clone is another handle to the same one.
#[derive(Debug, Clone)]
pub struct Ses {
    account: Account,
    suppression: SuppressionList,
    mailbox: Arc<Mailbox>,
    events: EventSink,
}

impl Ses {
    /// A service that sends for `account`, keeps accepted mails in `mailbox` and sends its events to
    /// `events`.
    #[must_use]
    pub fn new(account: Account, mailbox: Arc<Mailbox>, events: EventSink) -> Self {
        Self { account, suppression: SuppressionList::default(), mailbox, events }
    }

    /// The account's quota, rate and switches.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The accepted mails.
    #[must_use]
    pub fn mailbox(&self) -> &Arc<Mailbox> {
        &self.mailbox
    }

    /// The account's suppression list.
    #[must_use]
    pub fn suppression(&self) -> &SuppressionList {
        &self.suppression
    }

    /// Executes one operation.
    #[must_use]
    pub fn call(&self, operation: &Operation, body: &Bytes) -> Reply {
        self.execute(operation, body).unwrap_or_else(|e| e.reply())
    }

    fn execute(&self, operation: &Operation, body: &Bytes) -> Result<Reply, ApiError> {
        let (account, suppression) = (&self.account, &self.suppression);
        match operation {
            Operation::SendEmail => self.send(body),
            Operation::GetAccount => Ok(api::get_account(account)),
            Operation::PutAccountSendingAttributes => api::put_account_sending(account, body),
            Operation::ListSuppressedDestinations => Ok(api::list_suppressed(suppression)),
            Operation::PutSuppressedDestination => api::put_suppressed(suppression, body),
            Operation::GetSuppressedDestination(to) => api::get_suppressed(suppression, to),
            Operation::DeleteSuppressedDestination(to) => api::delete_suppressed(suppression, to),
            Operation::ListEmailIdentities => Ok(api::list_identities(account)),
            Operation::GetEmailIdentity(name) => api::get_identity(account, name),
            Operation::ListConfigurationSets => Ok(api::list_configuration_sets(account)),
            Operation::GetConfigurationSet(name) => api::get_configuration_set(account, name),
        }
    }

    fn send(&self, body: &Bytes) -> Result<Reply, ApiError> {
        let outgoing = send_email::parse(body)?;
        self.account.authorize_send(&outgoing)?;
        let mut settings = self.account.settings();
        let default_set = || {
            (!settings.configuration_sets.is_empty()).then(|| settings.configuration_sets.remove(0))
        };
        let configuration_set = outgoing.configuration_set.clone().or_else(default_set);
        let mail = Mail::accept(outgoing, settings.region, configuration_set, &self.suppression);
        let mail = self.mailbox.put(mail).map_err(|error| {
            tracing::error!(%error, "an accepted mail could not be written");
            ApiError::Internal
        })?;
        for envelope in event::envelopes(&mail) {
            // An error means that the stack is stopping and nobody receives events.
            drop(self.events.send(envelope));
        }
        Ok(api::ok(&json!({ "MessageId": mail.id })))
    }
}
