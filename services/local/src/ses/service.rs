//! The service: account, suppression list and mailbox, and how a mail passes through them.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::account::Account;
use super::error::ApiError;
use super::event::{self, SesEvent};
use super::mail::Mail;
use super::mailbox::{Directories, Mailbox};
use super::mailbox_file::MailboxError;
use super::send_email::SendEmail;
use super::settings::Settings;
use super::suppression::SuppressionList;

/// Receives SES's events.
type EventSink = mpsc::UnboundedSender<SesEvent>;

/// The e-mail service.
#[derive(Debug)]
pub struct Ses {
    account: Account,
    suppression: SuppressionList,
    mailbox: Mailbox,
    events: EventSink,
}

impl Ses {
    /// A service for an account with these settings, with the mails that `directories` hold.
    pub(crate) async fn open(
        settings: Settings,
        directories: Directories<'_>,
        events: EventSink,
    ) -> Result<Self, MailboxError> {
        let (mailbox, unpublished) = Mailbox::open(directories).await?;
        let account = Account::new(settings);
        let ses = Self { account, suppression: SuppressionList::default(), mailbox, events };
        ses.publish(unpublished);
        Ok(ses)
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
    pub(super) async fn send(&self, request: SendEmail) -> Result<Arc<Mail>, ApiError> {
        let outgoing = request.validate()?;
        // After validation: a request that is invalid uses up neither rate nor quota.
        self.account.authorize_send(&outgoing)?;
        let mail = Mail::accept(outgoing, self.account.settings(), &self.suppression);
        let envelopes = event::envelopes(&mail);
        // The files before the events: whoever has seen an event finds the mail.
        let (mail, events) = self.mailbox.put(mail, envelopes).await.map_err(ApiError::Internal)?;
        self.publish(events);
        Ok(mail)
    }

    fn publish(&self, events: Vec<SesEvent>) {
        for event in events {
            // An error means that the stack is stopping and nobody receives events.
            drop(self.events.send(event));
        }
    }
}
