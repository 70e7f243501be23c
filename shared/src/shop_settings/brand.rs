//! A shop's brand in its mails.

use std::fmt;

use super::accent::Accent;
use super::document::{sentences, unknown_members};
use super::legal::Legal;
use super::links::Links;
use super::logo::Logo;
use crate::contract::email::EmailAddress;
use crate::contract::error::{FieldError, InvalidValue};
use crate::contract::json::parse_strict;
use crate::contract::link::HttpUrl;
use crate::contract::reader::{FieldErrors, FieldReader};
use crate::contract::text::Line;

/// The shop's brand: what its customers see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The name, at the top and the bottom of each mail.
    pub name: Line,
    /// The home page.
    pub url: HttpUrl,
    /// The address that customers write to.
    pub support_email: EmailAddress,
    /// A picture instead of the name at the top; its `alt` text is the name.
    pub logo: Option<Logo>,
    /// The colour of buttons.
    pub accent: Accent,
    /// The postal address of the company, which many countries require in business mail.
    pub postal_address: Option<Line>,
    /// Its pages that customers look for after an order.
    pub links: Links,
    /// What else has to stand below a mail, by the customer's country.
    pub legal: Legal,
}

/// Why the setting is invalid, as a sentence for the operator.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrandError {
    /// It is not JSON.
    #[error("the shop's brand is no valid setting: {0}")]
    NotJson(#[from] InvalidValue),
    /// These members are missing, unknown or invalid.
    #[error("the shop's brand is no valid setting: {}", sentences(.0))]
    BadMembers(Vec<FieldError>),
}

// Lambda's runtime logs why a function did not start by `Debug`: the operator reads the sentence there.
impl fmt::Debug for BrandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const DEFAULT_ACCENT: &str = "#0b6e5f";

impl Brand {
    /// Parses the JSON object in the setting `SHOP_BRAND`.
    ///
    /// # Errors
    /// [`BrandError`] names every bad member. Unknown members are refused as well.
    pub fn parse(json: &str) -> Result<Self, BrandError> {
        let value = parse_strict(json.as_bytes())?;
        let problems = FieldErrors::default();
        let brand = Self::read(&FieldReader::root(&value, &problems));
        let (mut problems, _, known) = problems.into_parts();
        problems.extend(unknown_members(&value, &known));
        match brand {
            Some(brand) if problems.is_empty() => Ok(brand),
            _ => Err(BrandError::BadMembers(problems)),
        }
    }

    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let name = from.required("name", |r| r.text(Line::parse));
        let url = from.required("url", |r| r.text(HttpUrl::parse));
        let support_email = from.required("support_email", |r| r.text(EmailAddress::parse));
        let logo = from.optional("logo", |r| Logo::read(&r));
        let accent = from.optional("accent", |r| r.text(Accent::parse));
        let postal_address = from.optional("postal_address", |r| r.text(Line::parse));
        let links = from.optional("links", |r| Links::read(&r));
        let legal = from.optional("legal", |r| Legal::read(&r));
        Some(Self {
            name: name?,
            url: url?,
            support_email: support_email?,
            logo: logo?,
            accent: accent?.or_else(|| Accent::parse(DEFAULT_ACCENT).ok())?,
            postal_address: postal_address?,
            links: links?.unwrap_or_default(),
            legal: legal?.unwrap_or_default(),
        })
    }
}

impl Default for Brand {
    /// The brand of the demonstration shop.
    fn default() -> Self {
        let demo = r#"{
            "name": "Nordlicht",
            "url": "https://shop.example/",
            "support_email": "help@shop.example",
            "postal_address": "Nordlicht GmbH, Am Beispielhafen 12, 20457 Hamburg, Germany"
        }"#;
        Self::parse(demo).expect("the demonstration's brand is valid")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{SettingsError, ShopSettings};
    use super::*;

    /// Settings whose brand has these members as well.
    fn settings_with(members: &str) -> Result<ShopSettings, SettingsError> {
        ShopSettings::parse(&format!(
            r#"{{ "brand": {{ "name": "Kiosk", "url": "https://k.example", "support_email": "a@k.example",
                 {members} }} }}"#
        ))
    }

    pub fn brand_with(members: &str) -> Option<Brand> {
        settings_with(members).expect("settings").brand
    }

    /// Where settings with such a brand are refused.
    pub fn pointers_of(members: &str) -> Vec<String> {
        let errors = settings_with(members).expect_err("refused").into_errors();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn every_bad_member_is_named_in_one_sentence() {
        let bad = r##"{"name":"","url":"ftp://x","logo":{},"accent":"#fff","logo_url":"x"}"##;
        let refused = Brand::parse(bad).expect_err("not a brand").to_string();
        for member in ["/name", "/url", "/support_email", "/logo/url", "/accent", "/logo_url:"] {
            assert!(refused.contains(member), "{member} is missing in: {refused}");
        }
    }

    #[test]
    fn a_brand_that_is_not_an_object_is_refused() {
        for bad in ["", "null", "[]", "\"Nordlicht\"", "{"] {
            assert!(Brand::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn the_sample_brand_shows_every_member() {
        let sample = include_str!("../../../infra/brand.json");
        let brand = Brand::parse(sample).expect("a brand");
        assert!(brand.logo.is_some_and(|logo| logo.dark_url.is_some()));
        assert!(brand.postal_address.is_some() && !brand.links.own.is_empty());
        assert_ne!(brand.legal.lines_for(Some("DE")), brand.legal.lines_for(None));
        assert_ne!(brand.accent, Brand::default().accent);
    }

    #[test]
    fn only_name_url_and_support_address_are_needed() {
        let brand = Brand::parse(
            r#"{"name":"Kiosk","url":"https://k.example","support_email":"a@k.example"}"#,
        )
        .expect("a brand");
        assert_eq!((brand.logo, brand.postal_address), (None, None));
        assert_eq!((brand.links, brand.legal), (Links::default(), Legal::default()));
        assert_eq!(brand.accent, Brand::default().accent);
    }
}
