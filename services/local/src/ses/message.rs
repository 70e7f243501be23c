//! A mail as the internet sees it: an RFC 5322 message.

use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

use super::mail::{Address, Mail};

impl Mail {
    /// The whole message, with the headers that SES adds. The same mail always gives the same
    /// bytes. `Bcc` is not in it.
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
                builder = builder.header(name, Raw::new(list(addresses)));
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

/// Addresses as one header's value.
pub fn list(addresses: &[Address]) -> String {
    addresses.iter().map(|a| a.text.as_str()).collect::<Vec<_>>().join(", ")
}
