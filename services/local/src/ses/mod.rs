//! The e-mail service: the part of the SES v2 API that the SDK calls for sending mail, with a
//! [`Mailbox`] where AWS has the internet.
//!
//! A send is all or nothing: once [`Ses::call`] has begun to accept a mail it does not wait, so a
//! caller that hangs up cannot leave a mail half accepted. Events follow each accepted mail in the
//! order in which SES sends them: `Send`, then `Delivery` or `Bounce`, then `Complaint`.

pub mod account;
mod address;
mod answers;
mod error;
mod event;
pub mod mail;
pub mod mailbox;
mod message;
pub mod operation;
pub mod outcome;
mod send;
pub mod suppression;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;

pub use account::Account;
pub use mail::Mail;
pub use mailbox::Mailbox;
pub use operation::Operation;
pub use outcome::DeliveryOutcome;
pub use suppression::SuppressionList;

use crate::edge::reply::Reply;
use error::ApiError;

/// Where SES's own events go: each is an EventBridge envelope, as JSON.
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
    /// A service that sends as `account`, keeps what it accepts in `mailbox` and reports it to
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

    /// What was accepted.
    #[must_use]
    pub fn mailbox(&self) -> &Arc<Mailbox> {
        &self.mailbox
    }

    /// The account's suppression list.
    #[must_use]
    pub fn suppression(&self) -> &SuppressionList {
        &self.suppression
    }

    /// Carries out a call of the API.
    #[must_use]
    pub fn call(&self, operation: &Operation, body: &Bytes) -> Reply {
        self.answer(operation, body).unwrap_or_else(|e| e.reply())
    }

    fn answer(&self, operation: &Operation, body: &Bytes) -> Result<Reply, ApiError> {
        match operation {
            Operation::SendEmail => self.send(body),
            Operation::GetAccount => Ok(answers::account(&self.account)),
            Operation::PutAccountSendingAttributes => answers::put_sending(&self.account, body),
            Operation::ListSuppressedDestinations => Ok(answers::suppressed(&self.suppression)),
            Operation::PutSuppressedDestination => answers::suppress(&self.suppression, body),
            Operation::GetSuppressedDestination(address) => {
                answers::suppressed_one(&self.suppression, address)
            }
            Operation::DeleteSuppressedDestination(address) => {
                answers::unsuppress(&self.suppression, address)
            }
            Operation::ListEmailIdentities => Ok(answers::identities(&self.account)),
            Operation::GetEmailIdentity(name) => answers::identity(&self.account, name),
            Operation::ListConfigurationSets => Ok(answers::configuration_sets(&self.account)),
            Operation::GetConfigurationSet(name) => answers::configuration_set(&self.account, name),
        }
    }

    fn send(&self, body: &Bytes) -> Result<Reply, ApiError> {
        let outgoing = send::read(body)?;
        self.account.may_send(&outgoing)?;
        let mail = Mail::accept(outgoing, &self.account, &self.suppression, Timestamp::now());
        let mail = self.mailbox.put(mail).map_err(|e| {
            tracing::error!(error = %e, "an accepted mail could not be written");
            ApiError::Internal
        })?;
        for envelope in event::of(&mail) {
            // Nobody listens when the stack is shutting down.
            drop(self.events.send(envelope));
        }
        Ok(answers::sent(&mail))
    }
}
