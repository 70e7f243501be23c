//! The settings of the sending account.

use super::address::Address;
use super::error::ApiError;
use crate::aws::arn::{ACCOUNT_ID, REGION};

/// Whether the account may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It may.
    Enabled,
    /// Every send is refused with `SendingPausedException`.
    Paused,
}

/// Who may be a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Senders {
    /// Anybody, so that a laptop needs no setup.
    Any,
    /// These addresses and domains, lower-case. Others are refused with `MessageRejected`, as SES
    /// refuses an identity that is not verified.
    Verified(Vec<String>),
}

/// Who may be a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Anybody, as with production access.
    Any,
    /// These addresses and domains, lower-case, as in the sandbox
    /// (<https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html>). Others are refused with
    /// `MessageRejected`.
    Verified(Vec<String>),
}

/// A refusal of every mail that no other setting leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `AccountSuspendedException`.
    Suspended,
    /// `MailFromDomainNotVerifiedException`: the MX record of the MAIL FROM domain is gone.
    MailFromDomain,
    /// `AccessDeniedException`: the caller's role may not send for the sender's identity.
    Permission,
    /// The same, of mails with attachments only: the role may not send raw mails.
    PermissionForFiles,
    /// `MessageRejected`, of the mail itself: SES does not take its content.
    Content,
}

/// An account's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The region it is in.
    pub region: String,
    /// Recipients a second.
    pub send_rate: f64,
    /// Recipients in 24 hours; -1 for no limit, as SES writes it.
    pub daily_quota: f64,
    /// The switch.
    pub sending: Sending,
    /// Who may be a sender.
    pub senders: Senders,
    /// Who may be a recipient.
    pub recipients: Recipients,
    /// Refuses every mail.
    pub refusal: Option<Refusal>,
    /// The configuration sets that exist. A mail that names none uses the first.
    pub configuration_sets: Vec<String>,
}

impl Settings {
    pub(super) fn check_configuration_set(&self, name: &str) -> Result<(), ApiError> {
        if self.configuration_sets.iter().any(|set| set == name) {
            return Ok(());
        }
        Err(ApiError::NotFound(format!("Configuration set <{name}> does not exist.")))
    }

    pub(super) fn check_refusal(&self, from: &Address, has_files: bool) -> Result<(), ApiError> {
        Err(match self.refusal {
            None => return Ok(()),
            Some(Refusal::PermissionForFiles) if !has_files => return Ok(()),
            Some(Refusal::Suspended) => ApiError::Suspended,
            Some(Refusal::MailFromDomain) => ApiError::MailFromDomain,
            Some(Refusal::Permission) => self.denied("ses:SendEmail", from),
            Some(Refusal::PermissionForFiles) => self.denied("ses:SendRawEmail", from),
            Some(Refusal::Content) => {
                ApiError::MessageRejected("The message contains invalid content.".to_owned())
            }
        })
    }

    fn denied(&self, action: &str, from: &Address) -> ApiError {
        let resource =
            format!("arn:aws:ses:{}:{ACCOUNT_ID}:identity/{}", self.region, from.domain());
        ApiError::AccessDenied(format!(
            "User `arn:aws:sts::{ACCOUNT_ID}:assumed-role/mailer/mailer' is not authorized to perform \
             `{action}' on resource `{resource}'"
        ))
    }

    /// SES names every identity that is not verified, the sender's first, in one refusal.
    pub(super) fn check_identities<'a>(
        &self,
        from: &Address,
        to: impl Iterator<Item = &'a Address>,
    ) -> Result<(), ApiError> {
        let mut failed = Vec::new();
        if let Senders::Verified(verified) = &self.senders {
            failed.extend(unverified(from, verified));
        }
        if let Recipients::Verified(verified) = &self.recipients {
            failed.extend(to.filter_map(|to| unverified(to, verified)));
        }
        if failed.is_empty() {
            return Ok(());
        }
        let region = self.region.to_ascii_uppercase();
        Err(ApiError::MessageRejected(format!(
            "Email address is not verified. \
             The following identities failed the check in region {region}: {}",
            failed.join(", ")
        )))
    }
}

/// The address, unless it or its domain is verified. SES's simulator needs no verification
/// (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator>).
fn unverified(address: &Address, verified: &[String]) -> Option<String> {
    let email = address.email.to_ascii_lowercase();
    let domain = address.domain().to_ascii_lowercase();
    let passes =
        domain == "simulator.amazonses.com" || verified.iter().any(|v| *v == email || *v == domain);
    (!passes).then_some(email)
}

impl Default for Settings {
    /// Fast enough that no run on one machine waits for it.
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            send_rate: 5_000.0,
            daily_quota: -1.0,
            sending: Sending::Enabled,
            senders: Senders::Any,
            recipients: Recipients::Any,
            refusal: None,
            configuration_sets: vec!["waybill".to_owned()],
        }
    }
}
