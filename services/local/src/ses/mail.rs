//! A mail: as requested, as accepted, and as an RFC 5322 message.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::headers::{Header, HeaderType};
use mail_builder::mime::{BodyPart, MimePart};
use mail_parser::MessageParser;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::attachment::Attachment;
use super::outcome::DeliveryOutcome;
use super::settings::Settings;
use super::suppression::SuppressionList;

/// The names of the tags whose values SES writes into `Feedback-ID`.
pub(super) const FEEDBACK_ID_TAGS: [&str; 2] = ["ses:feedback-id-a", "ses:feedback-id-b"];

/// In lower case, the headers that SES writes itself, whatever the request says
/// (<https://docs.aws.amazon.com/ses/latest/dg/header-fields.html>).
const OVERWRITTEN: [&str; 2] = ["date", "message-id"];

/// A valid request to send a mail.
#[derive(Debug, Serialize, Deserialize)]
pub struct OutgoingMail {
    pub from: Address,
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub bcc: Vec<Address>,
    /// As the request has it; [`Self::shown_subject`] is what a reader makes of it.
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    /// The files that go with it.
    pub attachments: Vec<Attachment>,
    /// Further headers, as name and value.
    pub headers: Vec<(String, String)>,
    /// The message tags, which every event repeats. One name may have several values.
    pub tags: Vec<(String, String)>,
    /// The configuration set that the request named.
    pub configuration_set: Option<String>,
}

impl OutgoingMail {
    /// All recipients.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    /// The address headers besides `From`. `Bcc` is none: no recipient may read it.
    pub(super) fn address_headers(&self) -> impl Iterator<Item = (&str, String)> {
        let headers = [("Reply-To", &self.reply_to), ("To", &self.to), ("Cc", &self.cc)];
        headers.into_iter().filter(|(_, addresses)| !addresses.is_empty()).map(
            |(name, addresses)| {
                let texts: Vec<_> = addresses.iter().map(|a| a.text.as_str()).collect();
                (name, texts.join(", "))
            },
        )
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The subject as a reader shows it: RFC 2047 encoded-words in it are decoded.
    pub fn shown_subject(&self) -> Cow<'_, str> {
        if !self.subject.contains("=?") {
            return Cow::Borrowed(&self.subject);
        }
        // Written and read as a header: whether a word is decoded depends on how it is sent.
        let mut header = b"Subject: ".to_vec();
        let column = header.len();
        subject_header(&self.subject).write_header(&mut header, column);
        header.extend(b"\r\n");
        let message = MessageParser::default().parse(&header);
        let shown = message.as_ref().and_then(|message| message.subject());
        Cow::Owned(shown.unwrap_or(&self.subject).to_owned())
    }

    /// The kind of notification, such as `order.confirmed`, from the tag `waybill-kind`.
    pub fn kind(&self) -> Option<String> {
        // No tag may hold a dot, so the mailer writes `order-confirmed`.
        Some(self.tag("waybill-kind")?.replacen('-', ".", 1))
    }

    /// The shop, from the tag `waybill-shop`.
    pub fn shop(&self) -> Option<&str> {
        self.tag("waybill-shop")
    }

    /// The order ID, from the tag `waybill-order`, which holds it as base64url.
    pub fn order(&self) -> Option<String> {
        // Encoded, because an order ID may hold characters that a tag may not.
        let bytes = URL_SAFE_NO_PAD.decode(self.tag("waybill-order")?).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// What is ASCII, RFC 2047's encoded-words included, is passed on as it is; everything else is encoded.
fn subject_header(subject: &str) -> HeaderType<'_> {
    match subject.is_ascii() {
        true => HeaderType::Raw(Raw::new(subject)),
        false => HeaderType::Text(Text::new(subject)),
    }
}

/// A mail that SES accepted.
#[derive(Debug, Serialize, Deserialize)]
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
    /// Accepts a mail now, for an account with these settings.
    pub(super) fn accept(
        content: OutgoingMail,
        account: Settings,
        suppression: &SuppressionList,
    ) -> Self {
        let now = Timestamp::now();
        let has_virus = content.attachments.iter().any(Attachment::has_virus);
        let outcome = |to: &Address| {
            let outcome = match has_virus {
                true => DeliveryOutcome::Rejected,
                false => DeliveryOutcome::for_recipient(&to.email, suppression),
            };
            (to.email.clone(), outcome)
        };
        // As an identity's default configuration set on AWS.
        let default_set = account.configuration_sets.into_iter().next();
        Self {
            id: new_id(now),
            accepted_at: now,
            configuration_set: content.configuration_set.clone().or(default_set),
            region: account.region,
            outcomes: content.recipients().map(outcome).collect(),
            content,
        }
    }

    /// The worst of its outcomes.
    pub fn outcome(&self) -> DeliveryOutcome {
        let outcomes = self.outcomes.iter().map(|(_, outcome)| *outcome);
        outcomes.max().unwrap_or(DeliveryOutcome::Delivered)
    }

    /// The RFC 5322 message with the headers that SES adds, and without `Bcc`. The same mail always
    /// gives the same bytes.
    pub fn to_rfc5322(&self) -> Vec<u8> {
        let content = &self.content;
        let message_id = format!("{}@{}.amazonses.com", self.id, self.region);
        // Raw, where the request has the header's text already: it is ASCII, without line breaks.
        let mut builder = MessageBuilder::new()
            .header("From", Raw::new(content.from.text.as_str()))
            .header("Subject", subject_header(&content.subject))
            .header("Date", Date::new(self.accepted_at.as_second()))
            .header("Message-ID", MessageId::new(message_id));
        for (name, addresses) in content.address_headers() {
            builder = builder.header(name, Raw::new(addresses));
        }
        let is_kept = |name: &str| !OVERWRITTEN.contains(&name.to_lowercase().as_str());
        for (name, value) in content.headers.iter().filter(|(name, _)| is_kept(name)) {
            builder = builder.header(name.as_str(), Raw::new(value.as_str()));
        }
        builder = builder.header("Feedback-ID", Raw::new(self.feedback_id()));
        if let Some(set) = &self.configuration_set {
            builder = builder.header("X-SES-CONFIGURATION-SET", Raw::new(set.as_str()));
        }
        if !content.tags.is_empty() {
            let tags: Vec<_> =
                content.tags.iter().map(|(n, value)| format!("{n}={value}")).collect();
            builder = builder.header("X-SES-MESSAGE-TAGS", Raw::new(tags.join(", ")));
        }
        let mut message = Vec::new();
        builder.body(self.body()).write_to(&mut message).expect("a Vec takes every byte");
        message
    }

    /// The header by which Gmail tells SES and the sender what is reported as spam: two tags, if the request has them,
    /// the sending identity, here always the same, and SES.
    fn feedback_id(&self) -> String {
        let tags = FEEDBACK_ID_TAGS.iter().filter_map(|name| self.content.tag(name));
        let identity = format!("1.{}.waybill=", self.region);
        let fields: Vec<&str> = tags.chain([identity.as_str(), "AmazonSES"]).collect();
        fields.join(":")
    }

    fn body(&self) -> MimePart<'_> {
        let attachments = &self.content.attachments;
        if attachments.is_empty() {
            return self.texts();
        }
        let file = |file: &Attachment| {
            let kind = ContentType::new(file.media_type.clone());
            MimePart::new(kind, BodyPart::Binary(file.bytes().into())).attachment(file.name.clone())
        };
        let parts = std::iter::once(self.texts()).chain(attachments.iter().map(file)).collect();
        let kind =
            ContentType::new("multipart/mixed").attribute("boundary", format!("=_f_{}", self.id));
        MimePart::new(kind, BodyPart::Multipart(parts))
    }

    fn texts(&self) -> MimePart<'_> {
        let part = |kind: &'static str, text: &String| {
            let kind = ContentType::new(kind).attribute("charset", "utf-8");
            MimePart::new(kind, BodyPart::Text(text.clone().into()))
        };
        let text = self.content.text.as_ref().map(|t| part("text/plain", t));
        let html = self.content.html.as_ref().map(|t| part("text/html", t));
        match (text, html) {
            (Some(text), Some(html)) => {
                // A boundary of our own: mail-builder's is a new one for each call.
                let kind = ContentType::new("multipart/alternative")
                    .attribute("boundary", format!("=_{}", self.id));
                MimePart::new(kind, BodyPart::Multipart(vec![text, html]))
            }
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => part("text/plain", &String::new()),
        }
    }
}

/// An ID in SES's format: 16 hexadecimal digits, which begin with the region's number and hold the
/// time; a UUID; six digits.
pub(super) fn new_id(at: Timestamp) -> String {
    format!("0107{:012x}-{}-000000", at.as_millisecond(), uuid::Uuid::new_v4())
}
