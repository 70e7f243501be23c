//! Where the files of a shop's mails are.

use std::borrow::Cow;

use crate::contract::attachment::{ObjectKey, is_path_down};
use crate::contract::error::{FieldError, InvalidValue};
use crate::contract::reader::FieldReader;
use crate::contract::shop_id::ShopId;

/// The bucket from which the files of a shop's mails are fetched, and the part of it that is the shop's.
///
/// Whoever publishes for a shop names the keys, so the prefix is what keeps one shop's customers from getting another
/// shop's invoices; and as a shop's operator may put its settings, the prefix itself may only narrow the folder that has
/// the shop's name. The shop `default` is the stack's own: it may name any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentSource {
    /// The bucket.
    pub bucket: BucketName,
    /// What its keys begin with; `None`: the shop's name and a slash.
    prefix: Option<String>,
}

/// The name of an S3 bucket that can be a part of a host name
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>). Without dots: no certificate covers
/// the host names of those.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BucketName(String);

/// A [`BucketName`] as a regular expression; the template's parameter `AttachmentBucket` has the same.
#[cfg(test)]
pub(super) const BUCKET_PATTERN: &str = "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$";

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

impl AttachmentSource {
    /// Whether an object of this key may go with a mail of `shop`.
    #[must_use]
    pub fn may_read(&self, shop: &ShopId, key: &ObjectKey) -> bool {
        is_own_prefix(self.prefix.as_deref(), shop)
            && key.as_str().starts_with(&*self.prefix_of(shop))
    }

    /// What is wrong with a prefix as a part of the settings of `shop`.
    pub(super) fn fault_of_prefix(prefix: Option<&str>, shop: &ShopId) -> Option<FieldError> {
        let detail = format!("expected a prefix that begins with {shop}/, the shop's own folder");
        let pointer = "/attachments/prefix".to_owned();
        (!is_own_prefix(prefix, shop)).then_some(FieldError { pointer, detail })
    }

    fn prefix_of(&self, shop: &ShopId) -> Cow<'_, str> {
        self.prefix.as_deref().map_or_else(|| Cow::Owned(own_folder(shop)), Cow::Borrowed)
    }

    pub(super) fn read(from: &FieldReader<'_>) -> Option<Self> {
        let bucket = from.required("bucket", |r| r.text(BucketName::parse));
        let prefix = from.optional("prefix", |r| r.text(parse_prefix));
        Some(Self { bucket: bucket?, prefix: prefix? })
    }
}

fn is_own_prefix(prefix: Option<&str>, shop: &ShopId) -> bool {
    shop.is_default() || prefix.is_none_or(|prefix| prefix.starts_with(&own_folder(shop)))
}

fn own_folder(shop: &ShopId) -> String {
    format!("{shop}/")
}

/// A prefix ends at a slash: `north` would be that of the shop `north-east` too.
fn parse_prefix(text: &str) -> Result<String, InvalidValue> {
    let is_clean = !text.chars().any(char::is_control);
    let is_folder = text.len() > 1 && text.ends_with('/') && is_path_down(text);
    if is_clean && is_folder && text.chars().count() <= MAX_PREFIX_LEN {
        return Ok(text.to_owned());
    }
    Err(InvalidValue::expected(
        "a folder of the bucket, such as north/invoices/: at most 128 characters, with / at its end and not at its \
         beginning, and without . or .. as a part",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop_settings::ShopSettings;

    fn source(prefix: Option<&str>) -> AttachmentSource {
        let mut settings = serde_json::json!({ "attachments": { "bucket": "invoices" } });
        if let Some(prefix) = prefix {
            settings["attachments"]["prefix"] = prefix.into();
        }
        let settings = ShopSettings::parse(&settings.to_string()).expect("settings");
        settings.attachments.expect("a bucket")
    }

    fn shop(name: &str) -> ShopId {
        ShopId::parse(name).expect("a shop")
    }

    #[test]
    fn a_shop_reads_below_its_own_prefix_and_nowhere_else() {
        let may_read = |prefix, of: &str, key: &str| {
            source(prefix).may_read(&shop(of), &ObjectKey::parse(key).expect("a key"))
        };
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
            // What a shop's operator put to read another shop's.
            (Some("south/"), "north", "south/1.pdf", false),
            (Some("south/"), "north", "north/1.pdf", false),
            (None, "default", "default/1.pdf", true),
            (Some("invoices/"), "default", "invoices/1.pdf", true),
            (Some("invoices/"), "default", "default/1.pdf", false),
        ] {
            assert_eq!(may_read(prefix, of, key), may, "{prefix:?} {of} {key}");
        }
    }

    #[test]
    fn a_prefix_in_another_shops_folder_is_a_fault() {
        let fault_for = |prefix, name| AttachmentSource::fault_of_prefix(prefix, &shop(name));
        let fault = fault_for(Some("south/"), "north").expect("a fault");
        assert_eq!(fault.pointer, "/attachments/prefix");
        assert!(fault.detail.contains("north/"), "{}", fault.detail);
        assert_eq!(fault_for(Some("north/2026/"), "north"), None);
        assert_eq!(fault_for(Some("south/"), "default"), None);
        assert_eq!(fault_for(None, "north"), None);
    }

    #[test]
    fn what_is_no_bucket_or_folder_is_refused_with_its_pointer() {
        let long = format!("{}/", "x".repeat(128));
        for (bucket, prefix, pointer) in [
            ("Invoices", "north/", "/attachments/bucket"),
            ("in", "north/", "/attachments/bucket"),
            ("in.voices", "north/", "/attachments/bucket"),
            ("-invoices", "north/", "/attachments/bucket"),
            ("invoices", "north", "/attachments/prefix"),
            ("invoices", "/", "/attachments/prefix"),
            ("invoices", "/north/", "/attachments/prefix"),
            ("invoices", "north/../", "/attachments/prefix"),
            ("invoices", "./", "/attachments/prefix"),
            ("invoices", long.as_str(), "/attachments/prefix"),
        ] {
            let json = serde_json::json!({ "attachments": { "bucket": bucket, "prefix": prefix } });
            let errors = ShopSettings::parse(&json.to_string()).expect_err("refused").into_errors();
            let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!(pointers, [pointer], "{bucket} {prefix}");
        }
    }
}
