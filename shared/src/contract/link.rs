//! Links that are safe to put in a mail.

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;

/// An absolute `http` or `https` URL with a host. `javascript:`, `data:` and the like cannot be
/// held by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, extend("pattern" = PATTERN)))]
pub struct HttpUrl(String);

/// How a link begins, as a regular expression of ECMA 262: white space before it is dropped, then what the URL parser
/// drops: controls before it, and tabs and line breaks anywhere.
#[cfg(test)]
const PATTERN: &str = concat!(
    r"^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*[\u0000-\u0020]*",
    r"[Hh][\t\n\r]*[Tt][\t\n\r]*[Tt][\t\n\r]*[Pp][\t\n\r]*(?:[Ss][\t\n\r]*)?:",
);

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

impl HttpUrl {
    /// Reads a link; none where it could not stand in a mail: that is no reason not to tell the customer.
    /// A host without a scheme becomes https. What a URL cannot hold, such as a space, is percent-encoded.
    pub(crate) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let Some(text) = from.value().as_str() else {
            return from.refuse("an http or https URL");
        };
        let text = text.trim();
        if let Ok(link) = Self::parse(text) {
            return Some(link);
        }
        let link = with_scheme(text).and_then(|link| Self::parse(&link).ok());
        if link.is_none() {
            from.warn("This is not an http or https URL, so the mail goes without the link.");
        } else {
            from.warn("A link needs its scheme; this one was taken as https.");
        }
        link
    }
}

/// The link with https where it begins with what can be a host on the net.
fn with_scheme(text: &str) -> Option<String> {
    let rest = text.strip_prefix("//").unwrap_or(text);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_host = |c: char| c.is_alphanumeric() || "-.".contains(c);
    let top = host.rsplit_once('.').map(|(_, top)| top);
    // `track.html` is a page of the shop, which is not known here, and `1.5` no host.
    let is_top = |top: &str| top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
    let is_page = |top: &str| matches!(top, "html" | "htm" | "php" | "aspx" | "asp" | "jsp");
    let is_link = host.chars().all(is_host) && top.is_some_and(|top| is_top(top) && !is_page(top));
    is_link.then(|| format!("https://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::reader::FieldErrors;

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

    /// The link read of a text, and how many warnings it costs.
    fn read(text: &str) -> (Option<String>, usize) {
        let value = serde_json::json!(text);
        let errors = FieldErrors::default();
        let link = HttpUrl::read(&FieldReader::tolerant_root(&value, &errors).as_optional());
        (link.map(|link| link.0), errors.into_parts().1.len())
    }

    #[test]
    fn a_link_is_mended_where_it_can_be() {
        for (text, link, warnings) in [
            (" https://t.example/JD1\n", "https://t.example/JD1", 0),
            ("https://t.example/q?n=1111 2222 3333", "https://t.example/q?n=1111%202222%203333", 0),
            ("t.example/JD1", "https://t.example/JD1", 1),
            ("//t.example/JD1", "https://t.example/JD1", 1),
            ("www.t.example?n=1", "https://www.t.example/?n=1", 1),
            ("t.example:8443/JD1", "https://t.example:8443/JD1", 1),
        ] {
            assert_eq!(read(text), (Some(link.to_owned()), warnings), "{text}");
        }
        for bad in
            ["/track", "track.html", "JD1", "1.5", "javascript:alert(1)", "jo@t.example", "#"]
        {
            assert_eq!(read(bad), (None, 1), "{bad}");
        }
    }
}
