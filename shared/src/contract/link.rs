//! Links that are safe to put in a mail.

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;

/// An absolute `http` or `https` URL with a host. `javascript:`, `data:` and the like cannot be
/// held by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub struct HttpUrl(String);

impl HttpUrl {
    /// Parses and normalises (WHATWG URL).
    ///
    /// # Errors
    /// [`InvalidValue`] for another scheme, a missing host, more than 2,000 characters, or a user name or
    /// password, which can disguise the host (`https://dhl.example@evil.example/`).
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        url::Url::parse(text)
            .ok()
            .filter(|u| matches!(u.scheme(), "http" | "https"))
            .filter(|u| u.has_host() && u.username().is_empty() && u.password().is_none())
            // The limit is for the normalised form, which is what a mail contains: percent-encoding makes
            // it longer.
            .map(String::from)
            .filter(|u| u.len() <= 2000)
            .map(Self)
            .ok_or_else(|| InvalidValue::expected("an http or https URL"))
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A link, or none where it could not stand in a mail: that is no reason not to tell the customer.
pub(crate) fn read_link(from: &FieldReader<'_>) -> Option<Option<HttpUrl>> {
    let link = from.text(|text| Ok(HttpUrl::parse(text).ok()))?;
    if link.is_none() {
        from.warn("This is not an http or https URL, so the mail goes without the link.");
    }
    Some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_links_without_credentials_are_accepted() {
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/track",
            "https://",
            "ftp://a.example/",
            "https://dhl.example@evil.example/",
        ] {
            assert!(HttpUrl::parse(bad).is_err(), "{bad:?} was taken");
        }
        assert!(
            HttpUrl::parse("https://track.example/?n=1&x=\"><script>")
                .is_ok_and(|u| !u.as_str().contains('"'))
        );
    }
}
