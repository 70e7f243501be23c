//! Reads and checks a `SendEmail` call.

use super::address::Address;
use super::error::ApiError;
use super::mail::Outgoing;
use super::wire::{NameValue, SendEmail, Simple};

/// The most recipients of one mail
/// (<https://docs.aws.amazon.com/ses/latest/dg/quotas.html>).
const MAX_RECIPIENTS: usize = 50;
const MAX_TAGS: usize = 50;
const MAX_HEADERS: usize = 15;

/// Reads a call's body.
///
/// # Errors
/// `BadRequestException` or `MessageRejected`, as SES answers them; nothing of it was done.
pub fn read(body: &[u8]) -> Result<Outgoing, ApiError> {
    let call: SendEmail = serde_json::from_slice(body).map_err(|e| {
        bad(format!("The request body is not a SendEmail call (line {}).", e.line()))
    })?;
    let from = call.from_email_address.ok_or_else(|| bad("Missing required header 'From'."))?;
    let simple = call.content.simple.ok_or_else(|| {
        bad("This SES sends Content.Simple only: a subject with a text or HTML body.")
    })?;
    let tags = tags(call.email_tags)?;
    let content = content(simple)?;
    let mail = Outgoing {
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
    recipients(mail)
}

struct Checked {
    subject: String,
    text: Option<String>,
    html: Option<String>,
    headers: Vec<(String, String)>,
}

fn content(simple: Simple) -> Result<Checked, ApiError> {
    let subject = simple.subject.received();
    if subject.chars().any(char::is_control) {
        return Err(bad("Subject contains control characters or line breaks."));
    }
    if simple.body.text.is_none() && simple.body.html.is_none() {
        return Err(bad("Either a text or an HTML body is required."));
    }
    Ok(Checked {
        subject,
        text: simple.body.text.map(super::wire::Text::received),
        html: simple.body.html.map(super::wire::Text::received),
        headers: headers(simple.headers)?,
    })
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, ApiError> {
    texts.iter().map(|t| Address::parse(t)).collect()
}

fn recipients(mail: Outgoing) -> Result<Outgoing, ApiError> {
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
