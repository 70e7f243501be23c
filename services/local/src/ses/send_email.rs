//! Parses the body of a `SendEmail` request
//! (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>). Members that have
//! no effect here are not read.

use serde::Deserialize;

use super::address::Address;
use super::error::ApiError;
use super::mail::OutgoingMail;

/// The most recipients of a mail
/// (<https://docs.aws.amazon.com/ses/latest/dg/quotas.html>).
const MAX_RECIPIENTS: usize = 50;
const MAX_TAGS: usize = 50;
const MAX_HEADERS: usize = 15;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    #[serde(default)]
    content: Content,
    #[serde(default)]
    email_tags: Vec<NameValue>,
    configuration_set_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
    #[serde(default)]
    cc_addresses: Vec<String>,
    #[serde(default)]
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

impl Text {
    /// The text as SES sends it: without a charset it is ASCII, with `?` for everything else.
    fn decode(self) -> String {
        match self.charset {
            Some(_) => self.data,
            None => self.data.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NameValue {
    name: String,
    value: String,
}

/// Parses and validates the body.
///
/// # Errors
/// `BadRequestException` with SES's message.
pub(super) fn parse(body: &[u8]) -> Result<OutgoingMail, ApiError> {
    let call: SendEmail = serde_json::from_slice(body).map_err(|e| {
        bad(format!("The request body is not a SendEmail call (line {}).", e.line()))
    })?;
    let from = call.from_email_address.ok_or_else(|| bad("Missing required header 'From'."))?;
    let simple = call.content.simple.ok_or_else(|| {
        bad("This SES sends Content.Simple only: a subject with a text or HTML body.")
    })?;
    let tags = tags(call.email_tags)?;
    let content = content(simple)?;
    let mail = OutgoingMail {
        from: Address::parse(&from)?,
        reply_to: addresses(&call.reply_to_addresses)?,
        to: addresses(&call.destination.to_addresses)?,
        cc: addresses(&call.destination.cc_addresses)?,
        bcc: addresses(&call.destination.bcc_addresses)?,
        subject: content.subject,
        text: content.text,
        html: content.html,
        headers: content.headers,
        tags,
        configuration_set: call.configuration_set_name.filter(|s| !s.is_empty()),
    };
    check_recipients(mail)
}

struct ValidContent {
    subject: String,
    text: Option<String>,
    html: Option<String>,
    headers: Vec<(String, String)>,
}

fn content(simple: Simple) -> Result<ValidContent, ApiError> {
    let subject = simple.subject.decode();
    if subject.chars().any(char::is_control) {
        return Err(bad("Subject contains control characters or line breaks."));
    }
    if simple.body.text.is_none() && simple.body.html.is_none() {
        return Err(bad("Either a text or an HTML body is required."));
    }
    Ok(ValidContent {
        subject,
        text: simple.body.text.map(Text::decode),
        html: simple.body.html.map(Text::decode),
        headers: headers(simple.headers)?,
    })
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, ApiError> {
    texts.iter().map(|t| Address::parse(t)).collect()
}

fn check_recipients(mail: OutgoingMail) -> Result<OutgoingMail, ApiError> {
    match mail.recipients().count() {
        0 => Err(bad("Empty required header 'To'.")),
        n if n > MAX_RECIPIENTS => Err(bad(format!("Recipient count exceeds {MAX_RECIPIENTS}."))),
        _ => Ok(mail),
    }
}

/// ASCII letters, digits, `_` and `-`
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html>).
fn tags(tags: Vec<NameValue>) -> Result<Vec<(String, String)>, ApiError> {
    if tags.len() > MAX_TAGS {
        return Err(bad(format!("Too many email tags, at most {MAX_TAGS} are allowed.")));
    }
    let fits = |text: &str| {
        (1..=256).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    for tag in &tags {
        if !fits(&tag.name) || !fits(&tag.value) {
            return Err(bad(format!(
                "Invalid tag {}: name and value hold 1 to 256 alphanumeric ASCII characters, \
                 '_', or '-'.",
                tag.name.escape_debug()
            )));
        }
    }
    Ok(tags.into_iter().map(|t| (t.name, t.value)).collect())
}

/// Printable ASCII
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html>).
fn headers(headers: Vec<NameValue>) -> Result<Vec<(String, String)>, ApiError> {
    if headers.len() > MAX_HEADERS {
        return Err(bad(format!("Too many headers, at most {MAX_HEADERS} are allowed.")));
    }
    for NameValue { name, value } in &headers {
        let name_fits = (1..=126).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        let value_fits = (1..=870).contains(&value.len())
            && value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if !name_fits || !value_fits {
            return Err(bad(format!(
                "Invalid header {}: name and value are printable ASCII without line breaks.",
                name.escape_debug()
            )));
        }
    }
    Ok(headers.into_iter().map(|h| (h.name, h.value)).collect())
}

fn bad(why: impl Into<String>) -> ApiError {
    ApiError::BadRequest(why.into())
}
