//! Addresses as SES takes them: `jo@example.com` or `Jo <jo@example.com>`, in ASCII.

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// One mailbox address.
#[derive(Debug, Serialize, Deserialize)]
pub struct Address {
    /// As it was given, for the header; the name may hold RFC 2047 encoded words.
    pub text: String,
    /// The address in it.
    pub email: String,
}

impl Address {
    /// # Errors
    /// `BadRequestException`, without repeating the address.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let text = text.trim();
        // A line break would end the header: the rest would be headers of the caller's choice.
        if text.chars().any(char::is_control) {
            return bad_request("Address contains control characters or line breaks");
        }
        if !text.is_ascii() {
            return bad_request(
                "Address contains characters outside ASCII: write the name as an RFC 2047 \
                 encoded word and the domain in punycode",
            );
        }
        let email = match text.strip_suffix('>').map(|t| t.rsplit_once('<')) {
            None => text,
            Some(Some((_, email))) => email,
            Some(None) => return bad_request("Missing '<'"),
        };
        check_email(email)?;
        Ok(Self { text: text.to_owned(), email: email.to_owned() })
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.email.rsplit('@').next().unwrap_or_default()
    }
}

fn check_email(email: &str) -> Result<(), ApiError> {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return bad_request("Missing final '@domain'");
    };
    if local.is_empty() || local.len() > 64 {
        return bad_request("Local address must hold 1 to 64 characters");
    }
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_special = |b: u8| b.is_ascii_whitespace() || b"<>,;()[]".contains(&b);
    if !is_quoted && local.bytes().any(is_special) {
        return bad_request("Local address contains control or whitespace");
    }
    let label =
        |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !domain.contains('.') || !domain.split('.').all(label) {
        return bad_request("Domain contains illegal character");
    }
    Ok(())
}

fn bad_request<T>(why: &str) -> Result<T, ApiError> {
    Err(ApiError::BadRequest(format!("{why}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_stand_before_the_address() {
        let address = Address::parse("=?UTF-8?B?TMOkZGNoZW4=?= <orders@shop.example>").unwrap();
        assert_eq!(address.email, "orders@shop.example");
        assert_eq!(address.domain(), "shop.example");
        for alone in ["jo@example.com", "\"sample..user\"@docomo.example", "\"a, b\"@example.com"] {
            assert_eq!(Address::parse(alone).unwrap().email, alone);
        }
    }

    #[test]
    fn what_ses_refuses_is_refused() {
        for bad in [
            "",
            "jo",
            "jo@",
            "@example.com",
            "jo@example",
            "a b@example.com",
            "jo@exa_mple.com",
            "Jö <jo@example.com>",
            "jo@example.com\r\nBcc: x@example.com",
            "jo@example.com>",
            "a@example.com, b@example.com",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?} was taken");
        }
    }
}
