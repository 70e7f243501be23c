//! The settings of the sending account.

use super::address::Address;
use super::error::ApiError;
use crate::aws::arn::REGION;

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

    pub(super) fn check_sender(&self, from: &Address) -> Result<(), ApiError> {
        let Senders::Verified(verified) = &self.senders else { return Ok(()) };
        let email = from.email.to_ascii_lowercase();
        let domain = from.domain().to_ascii_lowercase();
        if verified.iter().any(|v| *v == email || *v == domain) {
            return Ok(());
        }
        let region = self.region.to_ascii_uppercase();
        Err(ApiError::MessageRejected(format!(
            "Email address is not verified. \
             The following identities failed the check in region {region}: {email}"
        )))
    }
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
            configuration_sets: vec!["waybill".to_owned()],
        }
    }
}
