//! The service: account, suppression list and mailbox, and how a mail passes through them.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::account::Account;
use super::error::ApiError;
use super::event;
use super::mail::Mail;
use super::mailbox::{Mailbox, MailboxError};
use super::send_email::SendEmail;
use super::settings::Settings;
use super::suppression::SuppressionList;

/// Receives SES's events, each an EventBridge envelope as JSON.
type EventSink = mpsc::UnboundedSender<String>;

/// The e-mail service.
#[derive(Debug)]
pub struct Ses {
    account: Account,
    suppression: SuppressionList,
    mailbox: Mailbox,
    events: EventSink,
}

impl Ses {
    /// A service for an account with these settings. With a directory (created if it is missing), it
    /// also writes each accepted mail as `MESSAGE-ID.eml` into it.
    pub(crate) fn open(
        settings: Settings,
        mail_dir: Option<&Path>,
        events: EventSink,
    ) -> Result<Self, MailboxError> {
        let (account, mailbox) = (Account::new(settings), Mailbox::open(mail_dir)?);
        Ok(Self { account, suppression: SuppressionList::default(), mailbox, events })
    }

    /// The account's quota, rate and switches.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The accepted mails.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The account's suppression list.
    pub fn suppression(&self) -> &SuppressionList {
        &self.suppression
    }

    /// Accepts a mail, or refuses it. Deliveries, bounces and complaints follow as events: as on
    /// SES, the caller has its message ID by then and learns of them in no other way.
    pub(super) fn send(&self, request: SendEmail) -> Result<Arc<Mail>, ApiError> {
        let outgoing = request.validate()?;
        // After validation: a request that is invalid uses up neither rate nor quota.
        self.account.authorize_send(&outgoing)?;
        let mail = Mail::accept(outgoing, self.account.settings(), &self.suppression);
        // The file before the events: whoever has seen an event finds the mail.
        let mail = self.mailbox.put(mail).map_err(ApiError::Internal)?;
        for envelope in event::envelopes(&mail) {
            // An error means that the stack is stopping and nobody receives events.
            drop(self.events.send(envelope));
        }
        Ok(mail)
    }
}
