//! E-mail addresses.

use crate::contract::error::InvalidValue;

/// An address that SES can be asked to mail: RFC 5321 syntax, ASCII, a domain with a dot.
///
/// `Debug` and `Display` hide it; [`EmailAddress::expose`] does not. So a log line or an error
/// cannot hold one by accident.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("format" = "email", "maxLength" = 254)))]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses an address without a display name.
    ///
    /// # Errors
    /// [`InvalidValue`] for anything else. SES does not support SMTPUTF8, so a non-ASCII local part is
    /// refused here rather than by SES later; an internationalised domain goes in punycode
    /// (<https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html>).
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let options = email_address::Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        // RFC 5321 allows quoted local parts with spaces and control characters. SES refuses them, and a
        // line break would end the header that the address is written to.
        let is_address = text.is_ascii()
            && !text.bytes().any(|b| b.is_ascii_control() || b == b' ')
            && text.len() <= 254
            && email_address::EmailAddress::parse_with_options(text, options).is_ok();
        if is_address {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidValue::expected("an e-mail address such as name@example.com, in ASCII"))
        }
    }

    /// The address in clear, for the SES call only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The address with all but the first letter and the top-level domain hidden: `j***@***.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let first = self.0.chars().next().unwrap_or('*');
        let top = self.0.rsplit('.').next().unwrap_or_default();
        format!("{first}***@***.{top}")
    }
}

impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_ses_would_refuse_is_refused() {
        for bad in [
            "",
            "jo",
            "jo@",
            "@example.com",
            "jo@example",
            "Jo <jo@example.com>",
            "jo@example.com\r\nBcc: x@y.z",
            "jo@[127.0.0.1]",
            "jö@example.com",
            "a b@example.com",
            "jo@exa mple.com",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?} was taken");
        }
        for good in ["jo@example.com", "bounce+a@simulator.amazonses.com", "o'hara@example.co.uk"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good:?} was refused");
        }
    }

    #[test]
    fn printing_an_address_masks_it() {
        let address = EmailAddress::parse("jo.public@example.com").expect("valid");
        assert_eq!(format!("{address} {address:?}"), "j***@***.com j***@***.com");
    }
}
