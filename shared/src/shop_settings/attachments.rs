//! Where the files of a shop's mails are.
//!
//! All shops' files are in one bucket, which the stack names: the mailer's role may read that one and no other. Of a shop
//! are those in the folder of its name, which its settings may narrow.

use crate::contract::attachment::{ObjectKey, is_path_down};
use crate::contract::error::{FieldError, InvalidValue};
use crate::contract::reader::FieldReader;
use crate::contract::shop_id::ShopId;

/// The folder of the bucket that is a shop's: what the keys of its files begin with.
///
/// Whoever publishes for a shop names the keys, so the folder is what keeps one shop's customers from getting another
/// shop's invoices; and as a shop's operator may put its settings, these may only narrow the folder that has the shop's
/// name. The shop `default` is the stack's own: it may name any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentFolder(String);

/// The folder that a shop's settings name. Whether it is the shop's, [`AttachmentFolder::of`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentPrefix(String);

/// The name of an S3 bucket that can be a part of a host name
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>). Without dots: no certificate covers
/// the host names of those.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BucketName(String);

/// A prefix as a regular expression, but for `.` and `..` as parts.
#[cfg(test)]
pub(super) const PREFIX_PATTERN: &str =
    "^[^/\\u0000-\\u001f\\u007f-\\u009f].*/$|^[^/\\u0000-\\u001f\\u007f-\\u009f]/$";

/// The most characters of a prefix.
pub(super) const MAX_PREFIX_LEN: usize = 128;

impl BucketName {
    /// Accepts `text` unchanged.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let is_end = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        let has_ends =
            bytes.first().zip(bytes.last()).is_some_and(|(a, z)| is_end(*a) && is_end(*z));
        if (3..=63).contains(&bytes.len())
            && has_ends
            && bytes.iter().all(|b| is_end(*b) || *b == b'-')
        {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::expected(
            "the name of an S3 bucket: 3 to 63 of the characters a-z, 0-9 and -, with no - at its ends",
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AttachmentFolder {
    /// The folder of `shop`: the one of its name, or the part of that which its settings name.
    ///
    /// # Errors
    /// They name one that is not the shop's.
    pub fn of(shop: &ShopId, named: Option<&AttachmentPrefix>) -> Result<Self, FieldError> {
        let own = format!("{shop}/");
        match named {
            None => Ok(Self(own)),
            Some(AttachmentPrefix(prefix)) if shop.is_default() || prefix.starts_with(&own) => {
                Ok(Self(prefix.clone()))
            }
            Some(_) => Err(FieldError {
                pointer: "/attachments/prefix".to_owned(),
                detail: format!("expected a prefix that begins with {own}, the shop's own folder"),
            }),
        }
    }

    /// Whether an object of this key is in it.
    #[must_use]
    pub fn contains(&self, key: &ObjectKey) -> bool {
        key.as_str().starts_with(&self.0)
    }
}

impl AttachmentPrefix {
    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        from.required("prefix", |r| r.text(Self::parse))
    }

    /// It ends at a slash: `north` would be that of the shop `north-east` too.
    fn parse(text: &str) -> Result<Self, InvalidValue> {
        let is_clean = !text.chars().any(char::is_control);
        let is_folder = text.len() > 1 && text.ends_with('/') && is_path_down(text);
        if is_clean && is_folder && text.chars().count() <= MAX_PREFIX_LEN {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::expected(
            "a folder of the bucket, such as north/invoices/: at most 128 characters, with / at its end and not at its \
             beginning, and without . or .. as a part",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop_settings::ShopSettings;

    fn shop(name: &str) -> ShopId {
        ShopId::parse(name).expect("a shop")
    }

    fn folder(of: &str, prefix: Option<&str>) -> Result<AttachmentFolder, FieldError> {
        let attachments = prefix.map(|prefix| serde_json::json!({ "prefix": prefix }));
        let settings = serde_json::json!({ "attachments": attachments });
        let settings = ShopSettings::parse(&settings.to_string()).expect("settings");
        AttachmentFolder::of(&shop(of), settings.attachments.as_ref())
    }

    #[test]
    fn a_shop_reads_in_its_own_folder_and_nowhere_else() {
        for (prefix, of, key, may) in [
            (None, "north", "north/1.pdf", true),
            (None, "north", "south/1.pdf", false),
            (None, "north", "north-east/1.pdf", false),
            (None, "north", "north", false),
            (None, "north", "x/north/1.pdf", false),
            (None, "north", "North/1.pdf", false),
            (None, "north", "north%2F1.pdf", false),
            (Some("north/2026/"), "north", "north/2026/1.pdf", true),
            (Some("north/2026/"), "north", "north/2025/1.pdf", false),
            (None, "default", "default/1.pdf", true),
            (Some("invoices/"), "default", "invoices/1.pdf", true),
            (Some("invoices/"), "default", "default/1.pdf", false),
        ] {
            let folder = folder(of, prefix).expect("the shop's");
            let key = ObjectKey::parse(key).expect("a key");
            assert_eq!(folder.contains(&key), may, "{prefix:?} {of} {key:?}");
        }
    }

    #[test]
    fn the_folder_of_another_shop_is_none_that_settings_may_name() {
        for prefix in ["south/", "northern/", "x/north/", "North/2026/"] {
            let fault = folder("north", Some(prefix)).expect_err("another shop's");
            assert_eq!(fault.pointer, "/attachments/prefix", "{prefix}");
            assert!(fault.detail.contains("north/"), "{}", fault.detail);
        }
        for (of, prefix) in [("north", "north/2026/"), ("north", "north/"), ("default", "south/")] {
            assert!(folder(of, Some(prefix)).is_ok(), "{of} {prefix}");
        }
    }

    #[test]
    fn the_name_of_a_bucket_fits_into_a_host_name() {
        for good in ["abc", "waybill-invoices", "0-0", &"x".repeat(63)] {
            assert_eq!(BucketName::parse(good).expect("a bucket").as_str(), good);
        }
        for bad in ["", "in", "Invoices", "in.voices", "-invoices", "invoices-", &"x".repeat(64)] {
            assert!(BucketName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_folder_is_refused_with_its_pointer_and_so_is_a_bucket() {
        let long = format!("{}/", "x".repeat(128));
        let refused = |attachments: serde_json::Value| {
            let json = serde_json::json!({ "attachments": attachments }).to_string();
            let errors = ShopSettings::parse(&json).expect_err("refused").into_errors();
            errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>()
        };
        for prefix in ["north", "/", "/north/", "north/../", "./", "", &long] {
            let pointers = refused(serde_json::json!({ "prefix": prefix }));
            assert_eq!(pointers, ["/attachments/prefix"], "{prefix}");
        }
        // The stack has one, for all shops.
        let both = serde_json::json!({ "prefix": "north/", "bucket": "invoices" });
        assert_eq!(refused(both), ["/attachments/bucket"]);
    }
}
