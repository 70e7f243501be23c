//! A carrier and its tracking pages.

use super::destination::Destination;
use super::number::{LinkNumber, Shape};

/// A carrier.
#[derive(Debug)]
pub struct Carrier {
    /// What shops call it.
    pub names: &'static [&'static str],
    /// Its pages, the special ones first.
    pub pages: &'static [TrackingPage],
}

/// A page that shows a parcel.
#[derive(Debug)]
pub struct TrackingPage {
    /// The countries of delivery for which it is; empty for all, a known country or not.
    pub to: &'static [&'static str],
    /// What the numbers look like that it knows.
    pub numbers: &'static [Shape],
    /// Its address, https, with `{number}` and, where the page takes them, `{postcode}`, `{country}` and `{language}`.
    /// What is named has to be known.
    pub url: &'static str,
    /// The customer's language and how the page writes it; the first also counts for all others.
    pub languages: &'static [(&'static str, &'static str)],
    /// How its form is known.
    pub proof: Proof,
}

/// How the form of a page is known, with the source.
#[derive(Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "for whoever checks the table"))]
pub enum Proof {
    /// The source has seen a parcel there, or is the carrier itself.
    Seen(&'static str),
    /// In wide use, not confirmed.
    Used(&'static str),
}

/// A page in one language.
pub const fn page(
    to: &'static [&'static str],
    numbers: &'static [Shape],
    url: &'static str,
    proof: Proof,
) -> TrackingPage {
    TrackingPage { to, numbers, url, languages: &[], proof }
}

impl Carrier {
    /// Whether shops call it so, whatever the case, the spaces and the punctuation.
    pub fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| folded(own).eq(folded(name)))
    }
}

/// What of a name counts.
pub fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

impl TrackingPage {
    /// The page, which can be had in these languages.
    pub const fn in_languages(self, languages: &'static [(&'static str, &'static str)]) -> Self {
        let Self { to, numbers, url, proof, .. } = self;
        Self { to, numbers, url, languages, proof }
    }

    /// The link, if the page is for this parcel.
    pub fn link(&self, number: &LinkNumber, to: &Destination<'_>) -> Option<String> {
        let is_there = self.to.is_empty() || to.country.is_some_and(|c| self.to.contains(&c));
        if !is_there || !self.numbers.iter().any(|shape| number.has(*shape)) {
            return None;
        }
        let written = |(language, _): &&(&str, &str)| to.language == Some(*language);
        let language = self.languages.iter().find(written).or(self.languages.first());
        // Each is letters and digits (the language, from the table), so nothing has to be encoded.
        let mut url = self.url.replace("{number}", number.as_str());
        for (place, value) in [
            ("{country}", to.country),
            ("{postcode}", to.postcode.as_deref()),
            ("{language}", language.map(|(_, written)| *written)),
        ] {
            if url.contains(place) {
                url = url.replace(place, value?);
            }
        }
        Some(url)
    }
}
