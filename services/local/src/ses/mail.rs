//! A mail: as requested, as accepted, and as an RFC 5322 message.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

use super::address::Address;
use super::outcome::DeliveryOutcome;
use super::suppression::SuppressionList;

/// A valid request to send a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The sender.
    pub from: Address,
    /// The addresses that replies go to.
    pub reply_to: Vec<Address>,
    /// The recipients in `To`.
    pub to: Vec<Address>,
    /// The recipients in `Cc`.
    pub cc: Vec<Address>,
    /// The recipients in no header.
    pub bcc: Vec<Address>,
    /// The subject, decoded.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// Further headers, as name and value.
    pub headers: Vec<(String, String)>,
    /// The message tags, which every event repeats.
    pub tags: Vec<(String, String)>,
    /// The configuration set that the request named.
    pub configuration_set: Option<String>,
}

impl OutgoingMail {
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

    /// The kind of notification, from the tag `waybill-kind`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.tag("waybill-kind")
    }

    /// The order ID, from the tag `waybill-order`, which holds it as base64url.
    #[must_use]
    pub fn order(&self) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(self.tag("waybill-order")?).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// A mail that SES accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// SES's message ID.
    pub id: String,
    /// When SES accepted it.
    pub accepted_at: Timestamp,
    /// The request.
    pub content: OutgoingMail,
    /// The configuration set that applies: the one requested, or else the account's first.
    pub configuration_set: Option<String>,
    /// The region of the account.
    pub region: String,
    /// The outcome for each recipient, by address.
    pub outcomes: Vec<(String, DeliveryOutcome)>,
}

impl Mail {
    /// Accepts a mail now.
    pub(super) fn accept(
        content: OutgoingMail,
        region: String,
        configuration_set: Option<String>,
        suppression: &SuppressionList,
    ) -> Self {
        let now = Timestamp::now();
        let outcome = |to: &Address| {
            (to.email.clone(), DeliveryOutcome::for_recipient(&to.email, suppression))
        };
        Self {
            id: message_id(now),
            accepted_at: now,
            configuration_set,
            region,
            outcomes: content.recipients().map(outcome).collect(),
            content,
        }
    }

    /// The worst of its outcomes.
    #[must_use]
    pub fn outcome(&self) -> DeliveryOutcome {
        self.outcomes
            .iter()
            .map(|(_, outcome)| *outcome)
            .max()
            .unwrap_or(DeliveryOutcome::Delivered)
    }

    /// The RFC 5322 message with the headers that SES adds, and without `Bcc`. The same mail always
    /// gives the same bytes.
    #[must_use]
    pub fn to_rfc5322(&self) -> Vec<u8> {
        let content = &self.content;
        let mut builder = MessageBuilder::new()
            .header("From", Raw::new(content.from.text.as_str()))
            .header("Subject", Text::new(content.subject.as_str()))
            .header("Date", Date::new(self.accepted_at.as_second()))
            .header("Message-ID", MessageId::new(self.message_id_header()));
        for (name, addresses) in
            [("To", &content.to), ("Cc", &content.cc), ("Reply-To", &content.reply_to)]
        {
            if !addresses.is_empty() {
                builder = builder.header(name, Raw::new(join_addresses(addresses)));
            }
        }
        let added = self.ses_headers();
        for (name, value) in content.headers.iter().chain(&added) {
            builder = builder.header(name.as_str(), Raw::new(value.as_str()));
        }
        let mut message = Vec::new();
        builder.body(self.body()).write_to(&mut message).expect("a Vec takes every byte");
        message
    }

    /// `ID@REGION.amazonses.com`, as SES writes it.
    #[must_use]
    pub fn message_id_header(&self) -> String {
        format!("{}@{}.amazonses.com", self.id, self.region)
    }

    fn ses_headers(&self) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        if let Some(set) = &self.configuration_set {
            headers.push(("X-SES-CONFIGURATION-SET".to_owned(), set.clone()));
        }
        if !self.content.tags.is_empty() {
            let tags: Vec<_> =
                self.content.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.push(("X-SES-MESSAGE-TAGS".to_owned(), tags.join(", ")));
        }
        headers
    }

    fn body(&self) -> MimePart<'_> {
        let part = |kind: &'static str, text: &String| {
            let kind = ContentType::new(kind).attribute("charset", "utf-8");
            MimePart::new(kind, BodyPart::Text(text.clone().into()))
        };
        let text = self.content.text.as_ref().map(|t| part("text/plain", t));
        let html = self.content.html.as_ref().map(|t| part("text/html", t));
        match (text, html) {
            (Some(text), Some(html)) => {
                let kind = ContentType::new("multipart/alternative")
                    .attribute("boundary", format!("=_{}", self.id));
                MimePart::new(kind, BodyPart::Multipart(vec![text, html]))
            }
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => part("text/plain", &String::new()),
        }
    }
}

/// The value of an address header.
pub(super) fn join_addresses(addresses: &[Address]) -> String {
    addresses.iter().map(|a| a.text.as_str()).collect::<Vec<_>>().join(", ")
}

/// An ID in SES's format: 16 hexadecimal digits, which begin with the region's number and hold the
/// time; a UUID; six digits.
fn message_id(now: Timestamp) -> String {
    format!("0107{:012x}-{}-000000", now.as_millisecond(), uuid::Uuid::new_v4())
}
