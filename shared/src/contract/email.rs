//! E-mail addresses.

use std::borrow::Cow;

use crate::contract::error::InvalidValue;

/// An address that SES can be asked to mail: RFC 5321 syntax without quotes, an ASCII local part, a domain
/// with a dot, in punycode where it is international.
///
/// `Debug` and `Display` hide it; [`EmailAddress::expose`] does not. So a log line or an error
/// cannot hold one by accident.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN, "maxLength" = MAX_LEN, "allOf" = [serde_json::json!({ "pattern": LOCAL_LEN_PATTERN })])))]
pub struct EmailAddress(String);

/// The longest address that SMTP carries (RFC 5321 section 4.5.3.1.3); SES's own limit is 320.
const MAX_LEN: usize = 254;
const MAX_LOCAL_LEN: usize = 64;
const MAX_LABEL_LEN: usize = 63;

impl EmailAddress {
    /// Parses an address without a display name. A domain in other letters than ASCII's becomes punycode, as
    /// SES asks for (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>).
    ///
    /// # Errors
    /// [`InvalidValue`] for what SES would refuse later: a local part outside ASCII (SES does not support
    /// SMTPUTF8) or in quotes, a domain without a dot or with an underscore, a display name.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(InvalidValue::expected("an e-mail address such as name@example.com"));
        };
        if !is_local_part(local) {
            return Err(InvalidValue::expected(
                "an e-mail address such as name@example.com, with 1 to 64 letters, digits and signs of \
                 ASCII before the @; SES takes no others, and no quotes",
            ));
        }
        let address = ascii_domain(domain).map(|domain| format!("{local}@{domain}"));
        address.filter(|address| address.len() <= MAX_LEN).map(Self).ok_or_else(|| {
            InvalidValue::expected(
                "an e-mail address such as name@example.com, with a domain after the @: letters, digits \
                 and hyphens, at least one dot, 254 characters together",
            )
        })
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

/// An unquoted local part (RFC 5322 section 3.2.3, `dot-atom-text`).
fn is_local_part(text: &str) -> bool {
    let is_atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    text.len() <= MAX_LOCAL_LEN
        && text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// The domain in ASCII; `None` where it is none that DNS could hold.
fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    // ASCII is kept as it was typed. What would be a URL's syntax must not reach the URL parser, which
    // would decode it.
    let ascii = if domain.is_ascii() {
        Cow::Borrowed(domain)
    } else if domain.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || ".-".contains(c))
    {
        match url::Host::parse(domain).ok()? {
            url::Host::Domain(ascii) => Cow::Owned(ascii),
            _ => return None,
        }
    } else {
        return None;
    };
    is_domain(&ascii).then_some(ascii)
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        matches!(label.len(), 1..=MAX_LABEL_LEN)
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = text.rsplit_once('.').map(|(_, top)| top);
    text.split('.').all(is_label)
        // A top-level domain of digits would be an IPv4 address.
        && top.is_some_and(|top| top.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
const LOCAL_LEN_PATTERN: &str = "^[^@]{1,64}@";

/// The rest of [`EmailAddress::parse`] as a regular expression of ECMA 262, but for what makes a domain
/// international. Without look-around, which many engines lack.
#[cfg(test)]
const PATTERN: &str = concat!(
    "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@",
    // Letters, digits and hyphens, or anything outside ASCII; a hyphen neither first nor last.
    "(?:[^\\u0000-/:-@\\[-`{-\\u007f](?:[^\\u0000-,./:-@\\[-`{-\\u007f]{0,61}[^\\u0000-/:-@\\[-`{-\\u007f])?\\.)+",
    "[^\\u0000-@\\[-`{-\\u007f](?:[^\\u0000-,./:-@\\[-`{-\\u007f]{0,61}[^\\u0000-/:-@\\[-`{-\\u007f])?$",
);

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
            "jo@127.0.0.1",
            "jö@example.com",
            "a b@example.com",
            "\"a.b\"@example.com",
            ".jo@example.com",
            "jo..x@example.com",
            "jo.@example.com",
            "jo@exa mple.com",
            "jo@exa_mple.com",
            "jo@-example.com",
            "jo@example-.com",
            "jo@example..com",
            "jo@example.com.",
            "jo@bü%63her.example",
            "jo@bü\u{202e}cher.example",
            "jo@1\u{ff0e}2.\u{ff13}",
            &format!("{}@example.com", "x".repeat(65)),
            &format!("jo@{}.com", "x".repeat(64)),
            &format!("jo@{}com", "x2345678.".repeat(28)),
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?} was taken");
        }
        for good in [
            "jo@example.com",
            "bounce+a@simulator.amazonses.com",
            "o'hara@example.co.uk",
            "Jo_X@3com.XN--P1AI",
        ] {
            assert_eq!(EmailAddress::parse(good).expect(good).expose(), good);
        }
    }

    #[test]
    fn an_international_domain_becomes_punycode() {
        for (text, ascii) in [
            ("jo@bücher.example", "jo@xn--bcher-kva.example"),
            ("jo@BÜCHER.example", "jo@xn--bcher-kva.example"),
            ("jo@例え.テスト", "jo@xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(EmailAddress::parse(text).expect(text).expose(), ascii);
        }
    }

    #[test]
    fn a_refusal_says_which_side_of_the_at_is_wrong() {
        let refusal = |text| EmailAddress::parse(text).expect_err("refused").0;
        assert!(refusal("jö@example.com").contains("before the @"));
        assert!(refusal("jo@exa_mple.com").contains("after the @"));
    }

    #[test]
    fn printing_an_address_masks_it() {
        let address = EmailAddress::parse("jo.public@example.com").expect("valid");
        assert_eq!(format!("{address} {address:?}"), "j***@***.com j***@***.com");
    }
}
