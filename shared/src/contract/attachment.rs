//! Files that go with the mail, such as an invoice: by reference, as objects of S3 that the mailer fetches when it sends.
//!
//! Nothing here refuses an event. What is bad costs its entry, and what cannot be fetched later costs the file: the mail
//! goes without it.

use serde::{Deserialize, Serialize};

use crate::contract::error::InvalidValue;
use crate::contract::reader::FieldReader;
#[cfg(test)]
use crate::contract::schema;
use crate::contract::text::Line;

/// The most files of one mail.
pub const MAX_ATTACHMENTS: usize = 5;

/// A file that goes with the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attachment {
    /// The key of the object in the stack's bucket, in the folder of the shop.
    #[cfg_attr(test, schemars(schema_with = "schema::object_key"))]
    pub key: ObjectKey,
    /// The file name that the customer sees; absent, the end of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
    /// What it is.
    #[cfg_attr(test, schemars(schema_with = "schema::attachment_kind", default))]
    pub kind: AttachmentKind,
}

/// What a file is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// An invoice, or a credit note.
    Invoice,
    /// A label for sending something back.
    ReturnLabel,
    /// Anything else.
    #[default]
    Other,
}

impl AttachmentKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Invoice, Self::ReturnLabel, Self::Other];

    /// As an event has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::ReturnLabel => "return_label",
            Self::Other => "other",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, InvalidValue> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| InvalidValue::expected("invoice, return_label or other"))
    }
}

/// The key of an object: a path that goes neither up nor back to the root, so that what it begins with says where it is.
/// Byte for byte as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ObjectKey(String);

/// The most characters of a key. In UTF-8 they are 1,024 bytes at most, which is S3's limit
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>).
pub const MAX_KEY_LEN: usize = 256;

impl ObjectKey {
    /// Accepts `text` unchanged.
    ///
    /// # Errors
    /// [`InvalidValue`] for an empty key, one of over 256 characters, with a control character, with `.` or `..` as a
    /// part, or with `/` at its beginning.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let is_clean = !text.chars().any(char::is_control);
        if is_clean && (1..=MAX_KEY_LEN).contains(&text.chars().count()) && is_path_down(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(InvalidValue::expected(
            "the key of an S3 object: 1 to 256 characters, without / at its beginning and without . or .. as a part",
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last part: a file name.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// Whether a path stays below its beginning for whoever resolves it.
pub(crate) fn is_path_down(path: &str) -> bool {
    !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "." | ".."))
}

impl Attachment {
    /// Reads the files of a mail. A bad entry is left out.
    pub(crate) fn read_list(from: &FieldReader<'_>) -> Vec<Self> {
        from.tolerated_list(MAX_ATTACHMENTS, |entry| Self::read(&entry))
    }

    fn read(from: &FieldReader<'_>) -> Option<Self> {
        let key = from.required("key", |r| r.text(ObjectKey::parse));
        let name = from.tolerated("name", |r| Line::read(&r));
        let kind = from.tolerated("kind", |r| r.text(AttachmentKind::parse));
        Some(Self { key: key?, name, kind: kind.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::Event;
    use crate::contract::warnings::read_form;
    use serde_json::{Value, json};

    /// The files of an event with these in its data, and where it was warned of.
    fn read(attachments: &Value) -> (Vec<Attachment>, Vec<String>) {
        let event = json!({
            "specversion": "1.0", "source": "shop", "id": "e-1", "type": "order.confirmed",
            "data": {
                "order": {
                    "id": "1", "customer": { "email": "jo@example.com" },
                    "lines": [{ "sku": "MUG", "title": "Mug", "quantity": 1 }],
                    "totals": { "total": { "amount": 1490, "currency": "EUR" } },
                },
                "attachments": attachments,
            },
        });
        let (event, warnings) = read_form(&event);
        let event = event.unwrap_or_else(|errors| panic!("it is refused: {errors:?}"));
        let again = Event::parse(&event.to_json());
        assert_eq!(again.as_ref(), Ok(&event), "as it travels through the queues");
        (event.attachments, warnings.into_iter().map(|warning| warning.pointer).collect())
    }

    #[test]
    fn a_bad_file_costs_itself_with_a_warning_and_never_the_event() {
        let (files, warnings) = read(&json!([
            { "key": "north/1.pdf", "name": "Rechnung 1.pdf", "kind": "invoice" },
            { "key": "/north/2.pdf" },
            { "name": "no key.pdf" },
            "north/3.pdf",
            { "key": "north/4.pdf", "kind": "receipt", "name": "" },
        ]));
        let keys: Vec<&str> = files.iter().map(|file| file.key.as_str()).collect();
        assert_eq!(keys, ["north/1.pdf", "north/4.pdf"]);
        assert_eq!(files[0].kind, AttachmentKind::Invoice);
        assert_eq!((files[1].kind, &files[1].name), (AttachmentKind::Other, &None));
        let at = |place: &str| format!("/data/attachments/{place}");
        assert_eq!(warnings, ["1/key", "2/key", "3", "4/kind"].map(at));
        for nothing in [json!(null), json!([]), json!("x"), json!(7), json!([[]])] {
            assert_eq!(read(&nothing).0, []);
        }
    }

    #[test]
    fn of_more_files_than_a_mail_may_have_the_first_are_taken() {
        let many: Vec<Value> = (0..7).map(|i| json!({ "key": format!("north/{i}.pdf") })).collect();
        let (files, warnings) = read(&json!(many));
        assert_eq!(files.len(), MAX_ATTACHMENTS);
        assert_eq!(warnings, ["/data/attachments"]);
    }

    #[test]
    fn a_key_goes_neither_up_nor_back_to_the_root() {
        for bad in [
            "",
            "/a",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "./a",
            "a/./b",
            ".",
            "a\nb",
            "a\u{0}",
            &"x".repeat(257),
        ] {
            assert!(ObjectKey::parse(bad).is_err(), "{bad:?} was taken");
        }
        for good in ["a", "a/b.pdf", "a..b/...", "a//b", "счёт/ü 1.pdf", &"😀".repeat(256)] {
            assert_eq!(ObjectKey::parse(good).map(|key| key.0).as_deref(), Ok(good));
        }
        assert_eq!(ObjectKey::parse("a/ü 1.pdf").expect("a key").file_name(), "ü 1.pdf");
    }
}
