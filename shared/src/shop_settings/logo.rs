//! The picture that stands for a shop's name.

use std::ops::RangeInclusive;

use crate::contract::error::InvalidValue;
use crate::contract::link::HttpUrl;
use crate::contract::reader::FieldReader;

/// The longest address of a picture or a page that the settings name, in bytes: each mail contains it.
pub(super) const MAX_ADDRESS_LEN: usize = 300;
/// How wide a logo may be. A phone of 320 pixels has room for the widest, and a narrower one has none for the shop's name,
/// which stands in its place where pictures are blocked.
pub(super) const WIDTHS: RangeInclusive<i64> = 40..=240;
/// How high it may be.
pub(super) const HEIGHTS: RangeInclusive<i64> = 16..=80;

/// A shop's logo, at the top of each mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// The picture. https, since mail clients load nothing else; not a `data:` URL, which Gmail and Outlook do not show.
    pub url: HttpUrl,
    /// The picture on a dark page, of the same size; absent, it is the same one.
    pub dark_url: Option<HttpUrl>,
    /// How wide it is shown, in CSS pixels: 40 to 240.
    pub width: u16,
    /// How high it is shown: 16 to 80.
    pub height: u16,
}

impl Logo {
    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let url = from.required("url", |r| r.text(https_url));
        let dark_url = from.optional("dark_url", |r| r.text(https_url));
        let width = from.required("width", |r| r.integer(WIDTHS));
        let height = from.required("height", |r| r.integer(HEIGHTS));
        Some(Self {
            url: url?,
            dark_url: dark_url?,
            width: u16::try_from(width?).ok()?,
            height: u16::try_from(height?).ok()?,
        })
    }
}

/// An https address that is short enough to be in each mail.
pub(super) fn https_url(text: &str) -> Result<HttpUrl, InvalidValue> {
    let is_right =
        |url: &HttpUrl| url.as_str().starts_with("https:") && url.as_str().len() <= MAX_ADDRESS_LEN;
    HttpUrl::parse(text).ok().filter(is_right).ok_or_else(|| {
        InvalidValue::expected(format!("an https URL of at most {MAX_ADDRESS_LEN} bytes"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::brand::tests::{brand_with, pointers_of};
    use super::*;

    #[test]
    fn a_logo_has_a_size_and_may_have_a_picture_for_dark_pages() {
        let brand = brand_with(
            r#""logo": { "url": "https://k.example/l.png", "dark_url": "https://k.example/d.png",
                         "width": 150, "height": 36.0 }"#,
        );
        let logo = brand.expect("a brand").logo.expect("a logo");
        assert_eq!((logo.width, logo.height), (150, 36));
        assert_eq!(logo.dark_url.expect("one").as_str(), "https://k.example/d.png");
    }

    #[test]
    fn each_bad_field_of_a_logo_is_named() {
        let long = "x".repeat(MAX_ADDRESS_LEN);
        for (logo, pointers) in [
            (r#""https://k.example/l.png""#.to_owned(), vec!["/brand/logo"]),
            ("{}".to_owned(), vec!["/brand/logo/url", "/brand/logo/width", "/brand/logo/height"]),
            (
                r#"{ "url": "http://k.example/l.png", "dark_url": "data:image/png,x", "width": 241,
                     "height": "32", "alt": "K" }"#
                    .to_owned(),
                vec![
                    "/brand/logo/url",
                    "/brand/logo/dark_url",
                    "/brand/logo/width",
                    "/brand/logo/height",
                    "/brand/logo/alt",
                ],
            ),
            (
                format!(r#"{{ "url": "https://k.example/{long}", "width": 39, "height": 81 }}"#),
                vec!["/brand/logo/url", "/brand/logo/width", "/brand/logo/height"],
            ),
        ] {
            assert_eq!(pointers_of(&format!(r#""logo": {logo}"#)), pointers, "{logo}");
        }
    }
}
