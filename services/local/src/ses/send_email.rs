//! The body of a `SendEmail` request
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>), and SES's rules for
//! it. Members that have no effect here are not read.

use serde::Deserialize;

use super::address::Address;
use super::attachment::{Attachment, AttachmentRequest};
use super::error::ApiError;
use super::mail::{FEEDBACK_ID_TAGS, OutgoingMail};
use super::single_headers::refuse_repeated;

/// The most recipients of a mail
/// (<https://docs.aws.amazon.com/ses/latest/dg/quotas.html>).
const MAX_RECIPIENTS: usize = 50;
const MAX_TAGS: usize = 50;
const MAX_HEADERS: usize = 15;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct SendEmail {
    from_email_address: Option<String>,
    destination: Destination,
    reply_to_addresses: Vec<String>,
    content: Content,
    email_tags: Vec<NameValue>,
    configuration_set_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    headers: Vec<NameValue>,
    #[serde(default)]
    attachments: Vec<AttachmentRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
    charset: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NameValue {
    name: String,
    value: String,
}

impl SendEmail {
    /// Checks the request as SES does.
    ///
    /// # Errors
    /// `BadRequestException` with SES's message.
    pub fn validate(self) -> Result<OutgoingMail, ApiError> {
        let from = self
            .from_email_address
            .ok_or_else(|| bad_request("Missing required header 'From'."))?;
        let Simple { subject, body, headers, attachments } =
            self.content.simple.ok_or_else(|| {
                bad_request(
                    "This SES sends Content.Simple only: a subject with a text or HTML body.",
                )
            })?;
        if body.text.is_none() && body.html.is_none() {
            return Err(bad_request("Either a text or an HTML body is required."));
        }
        let mail = OutgoingMail {
            tags: validate(self.email_tags, "email tag", MAX_TAGS, is_valid_tag)?,
            subject: subject.decode_subject()?,
            headers: validate(headers, "header", MAX_HEADERS, is_valid_header)?,
            text: body.text.map(Text::decode),
            html: body.html.map(Text::decode),
            attachments: Attachment::validate_all(attachments)?,
            from: Address::parse(&from)?,
            reply_to: addresses(&self.reply_to_addresses)?,
            to: addresses(&self.destination.to_addresses)?,
            cc: addresses(&self.destination.cc_addresses)?,
            bcc: addresses(&self.destination.bcc_addresses)?,
            configuration_set: self.configuration_set_name.filter(|s| !s.is_empty()),
        };
        refuse_repeated(&mail)?;
        // SES counts To, Cc and Bcc together.
        match mail.recipients().count() {
            0 => Err(bad_request("Empty required header 'To'.")),
            1..=MAX_RECIPIENTS => Ok(mail),
            _ => Err(bad_request(format!("Recipient count exceeds {MAX_RECIPIENTS}."))),
        }
    }
}

impl Text {
    /// The text as SES sends it: without a charset it is ASCII, with `?` for everything else.
    fn decode(self) -> String {
        match self.charset {
            Some(_) => self.data,
            None => self.data.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
        }
    }

    fn decode_subject(self) -> Result<String, ApiError> {
        let subject = self.decode();
        // A line break would end the header: the rest would be headers of the sender's choice.
        if subject.chars().any(char::is_control) {
            return Err(bad_request("Subject contains control characters or line breaks."));
        }
        Ok(subject)
    }
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, ApiError> {
    texts.iter().map(|t| Address::parse(t)).collect()
}

/// ASCII letters, digits, `_` and `-`
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html>). No colon: but for the names that SES
/// reads itself.
fn is_valid_tag(tag: &NameValue) -> bool {
    let is_valid = |text: &str| {
        (1..=256).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    (is_valid(&tag.name) || FEEDBACK_ID_TAGS.contains(&tag.name.as_str())) && is_valid(&tag.value)
}

/// Printable ASCII
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html>).
fn is_valid_header(NameValue { name, value }: &NameValue) -> bool {
    (1..=126).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
        && (1..=870).contains(&value.len())
        && value.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

/// The pairs, if there are at most `max` of them and each is valid.
fn validate(
    pairs: Vec<NameValue>,
    kind: &str,
    max: usize,
    is_valid: fn(&NameValue) -> bool,
) -> Result<Vec<(String, String)>, ApiError> {
    if pairs.len() > max {
        return Err(bad_request(format!("Too many {kind}s, at most {max} are allowed.")));
    }
    if let Some(invalid) = pairs.iter().find(|pair| !is_valid(pair)) {
        let name = invalid.name.escape_debug();
        return Err(bad_request(format!("Invalid {kind} {name}: a character, or the length.")));
    }
    Ok(pairs.into_iter().map(|pair| (pair.name, pair.value)).collect())
}

fn bad_request(why: impl Into<String>) -> ApiError {
    ApiError::BadRequest(why.into())
}
