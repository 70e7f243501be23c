//! A mail: what was asked for, and what SES made of it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::account::Account;
pub use super::address::Address;
use super::outcome::DeliveryOutcome;
use super::suppression::SuppressionList;

/// A mail that was asked for and is well-formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The sender.
    pub from: Address,
    /// Where answers go.
    pub reply_to: Vec<Address>,
    /// The recipients that everybody sees.
    pub to: Vec<Address>,
    /// The recipients of a copy that everybody sees.
    pub cc: Vec<Address>,
    /// The recipients that nobody sees.
    pub bcc: Vec<Address>,
    /// The subject, not encoded.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The message tags, which come back with every event.
    pub tags: Vec<(String, String)>,
    /// The configuration set it named.
    pub configuration_set: Option<String>,
}

impl Outgoing {
    /// All recipients.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// The message tags by name; one name may have several values.
    #[must_use]
    pub fn tags_by_name(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut tags = BTreeMap::<&str, Vec<&str>>::new();
        for (name, value) in &self.tags {
            tags.entry(name).or_default().push(value);
        }
        tags
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The kind of notification, by its tag.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.tag("waybill-kind")
    }

    /// The order it is about, by its tag.
    #[must_use]
    pub fn order(&self) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(self.tag("waybill-order")?).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// A mail that SES accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// SES's message id.
    pub id: String,
    /// When.
    pub accepted_at: Timestamp,
    /// What was asked for.
    pub content: Outgoing,
    /// The configuration set that holds for it.
    pub configuration_set: Option<String>,
    /// The region that sent it.
    pub region: String,
    /// What becomes of it, recipient by recipient.
    pub outcomes: Vec<(String, DeliveryOutcome)>,
}

impl Mail {
    /// Accepts a mail, at `now`.
    pub(super) fn accept(
        content: Outgoing,
        account: &Account,
        suppression: &SuppressionList,
        now: Timestamp,
    ) -> Self {
        let outcome =
            |a: &Address| (a.email.clone(), DeliveryOutcome::for_recipient(&a.email, suppression));
        Self {
            id: message_id(now),
            accepted_at: now,
            configuration_set: account.configuration_set_of(&content),
            region: account.region(),
            outcomes: content.recipients().map(outcome).collect(),
            content,
        }
    }

    /// The worst that became of it, for a list.
    #[must_use]
    pub fn outcome(&self) -> DeliveryOutcome {
        self.outcomes
            .iter()
            .map(|(_, outcome)| *outcome)
            .max()
            .unwrap_or(DeliveryOutcome::Delivered)
    }
}

/// An id of SES's shape: 16 hexadecimal digits that begin with the region's number and hold the
/// time, a UUID, six digits.
fn message_id(now: Timestamp) -> String {
    format!("0107{:012x}-{}-000000", now.as_millisecond(), uuid::Uuid::new_v4())
}
