//! The pages of a shop that its mails link to.

use std::collections::BTreeMap;

use super::logo::https_url;
use super::text::{line_of, read_by_language};
use crate::contract::language::Language;
use crate::contract::link::HttpUrl;
use crate::contract::reader::FieldReader;
use crate::contract::text::Line;

/// The most links in the shop's own words.
pub(super) const MAX_OWN_LINKS: usize = 4;
/// The longest text of one, in characters: it stands beside others in a line.
pub(super) const MAX_LINK_TEXT_LEN: usize = 40;

/// Pages of the shop, by what customers want there; the mail's language has words for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// How something is sent back.
    pub returns: Option<HttpUrl>,
    /// Answers to questions.
    pub help: Option<HttpUrl>,
    /// The customer's account.
    pub account: Option<HttpUrl>,
    /// The terms of sale.
    pub terms: Option<HttpUrl>,
    /// What becomes of personal data.
    pub privacy: Option<HttpUrl>,
    /// Other pages.
    pub own: Vec<OwnLink>,
}

/// A link in the shop's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLink {
    /// The page.
    pub url: HttpUrl,
    /// Its text by language, one at least.
    text: BTreeMap<&'static str, Line>,
}

impl Links {
    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let returns = from.optional("returns", |r| r.text(https_url));
        let help = from.optional("help", |r| r.text(https_url));
        let account = from.optional("account", |r| r.text(https_url));
        let terms = from.optional("terms", |r| r.text(https_url));
        let privacy = from.optional("privacy", |r| r.text(https_url));
        let own = from.optional("own", |r| r.list(0..=MAX_OWN_LINKS, |r| OwnLink::read(&r)));
        Some(Self {
            returns: returns?,
            help: help?,
            account: account?,
            terms: terms?,
            privacy: privacy?,
            own: own?.unwrap_or_default(),
        })
    }
}

impl OwnLink {
    /// The text in a language, or else the English one; none where the shop gave neither.
    #[must_use]
    pub fn text_in(&self, language: &str) -> Option<&Line> {
        self.text.get(language).or_else(|| self.text.get(Language::ENGLISH.code()))
    }

    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let url = from.required("url", |r| r.text(https_url));
        let text = from.required("text", |r| {
            read_by_language(&r, |text| text.text(|text| line_of(text, MAX_LINK_TEXT_LEN)))
        });
        Some(Self { url: url?, text: text? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::brand::tests::{brand_with, pointers_of};
    use super::*;

    #[test]
    fn a_link_of_the_shop_s_own_has_its_text_by_language_or_the_english_one() {
        let brand = brand_with(
            r#""links": { "help": "https://k.example/help", "own": [
                { "url": "https://k.example/care", "text": { "en": "Care", "de": "Pflege" } },
                { "url": "https://k.example/pflege", "text": { "de": "Pflege" } }
            ] }"#,
        );
        let links = brand.expect("a brand").links;
        assert_eq!(links.help.expect("one").as_str(), "https://k.example/help");
        let text = |at: usize, language| links.own[at].text_in(language).map(Line::as_str);
        assert_eq!((text(0, "de"), text(0, "pl")), (Some("Pflege"), Some("Care")));
        assert_eq!((text(1, "de"), text(1, "pl")), (Some("Pflege"), None));
    }

    #[test]
    fn each_bad_link_is_named() {
        let links = r#""links": {
            "help": "javascript:alert(1)", "terms": "http://k.example/", "shop": "https://k.example/",
            "own": [
                { "url": "https://k.example/", "text": {} },
                { "url": "https://k.example/", "text": "Care" },
                { "url": "k.example", "text": { "en": "", "tlh": "x", "de": 1 } },
                { "text": { "en": "12345678901234567890123456789012345678901" } }
            ]
        }"#;
        assert_eq!(
            pointers_of(links),
            [
                "/brand/links/help",
                "/brand/links/terms",
                "/brand/links/own/0/text",
                "/brand/links/own/1/text",
                "/brand/links/own/2/url",
                "/brand/links/own/2/text/de",
                "/brand/links/own/2/text/en",
                "/brand/links/own/2/text/tlh",
                "/brand/links/own/3/url",
                "/brand/links/own/3/text/en",
                "/brand/links/shop",
            ]
        );
        let five = [r#"{ "url": "https://k.example/", "text": { "en": "x" } }"#; 5].join(",");
        assert_eq!(
            pointers_of(&format!(r#""links": {{ "own": [{five}] }}"#)),
            ["/brand/links/own"]
        );
    }
}
