//! The settings of a shop: one JSON document, changed without a build or a deployment.
//!
//! Every member may be absent: then the stack's own parameter counts, or nothing does. `waybill shop put` and every
//! reader parse a document by the same rules, so that a bad one is refused when it is put, with every bad field
//! named. Only members that a reader does not know are refused when they are put, and left out when they are read. The JSON Schema is `shared/schema/shop.schema.json`, generated from these types.

mod accent;
mod attachments;
mod brand;
mod copies;
mod document;
mod legal;
mod links;
mod logo;
#[cfg(test)]
mod schema;
mod secret;
mod sender;
mod text;
mod time_zone;
mod voice;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::contract::email::EmailAddress;
use crate::contract::error::{FieldError, InvalidValue};
use crate::contract::json::parse_strict;
use crate::contract::kind::Kind;
use crate::contract::reader::{FieldErrors, FieldReader};
use crate::contract::shop_id::ShopId;
use crate::contract::text::Line;

use document::{sentences, unknown_members};

pub use accent::{Accent, SurfaceColors};
pub use attachments::{AttachmentFolder, AttachmentPrefix, BucketName};
pub use brand::{Brand, BrandError};
pub use copies::CopyRule;
pub use legal::Legal;
pub use links::{Links, OwnLink};
pub use logo::Logo;
pub use secret::SecretArn;
pub use sender::Sender;
pub use time_zone::TimeZoneName;
pub use voice::{Formality, MAX_WORDING_LEN, Voice, Wording};

/// The largest document, in bytes: more than a shop with a wording of its own in each language and a footer for each country
/// writes.
pub const MAX_SETTINGS_BYTES: usize = 64 * 1024;

/// The most copies that a shop's settings name.
const MAX_COPIES: usize = 20;

/// A shop's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShopSettings {
    /// What its customers see of it; absent, the stack's brand.
    pub brand: Option<Brand>,
    /// Who its mails are from; absent, the stack's address, under the brand's name.
    pub sender: Option<Sender>,
    /// Where replies go; absent, the brand's `support_email`.
    pub reply_to: Option<EmailAddress>,
    /// How its mails speak: `default_locale`, `formality` and `wording`. Shared with each mail that is being made.
    pub voice: Arc<Voice>,
    /// The time zone of the shop. Kept for times that an event gives without their offset.
    pub time_zone: Option<TimeZoneName>,
    /// The kinds of which the shop's customers get no mail.
    pub kinds_off: BTreeSet<Kind>,
    /// Who else gets the shop's mails.
    pub copies: Vec<CopyRule>,
    /// Where the files of its mails are ([`AttachmentFolder`]); absent, in the folder of the shop's name.
    pub attachments: Option<AttachmentPrefix>,
    /// The secret that the shop's own webhooks are signed with.
    pub webhook_secret: Option<SecretArn>,
}

/// Why a document is refused. Contains nothing of it but the names of members.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is not JSON.
    #[error("the settings are no valid document: {0}")]
    NotJson(#[from] InvalidValue),
    /// These members are missing, unknown or invalid.
    #[error("the settings are no valid document: {}", sentences(.0))]
    BadMembers(Vec<FieldError>),
}

// Lambda's runtime logs by `Debug`: the operator reads the sentence there.
impl fmt::Debug for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl SettingsError {
    /// Every bad member; of what is no JSON, the document itself.
    #[must_use]
    pub fn into_errors(self) -> Vec<FieldError> {
        match self {
            Self::NotJson(invalid) => {
                vec![FieldError { pointer: String::new(), detail: invalid.to_string() }]
            }
            Self::BadMembers(errors) => errors,
        }
    }
}

impl ShopSettings {
    /// Parses a document that somebody wants to put.
    ///
    /// # Errors
    /// [`SettingsError`] names every bad member. Unknown members are refused as well: a misspelt one would otherwise
    /// be noticed only in customers' mailboxes.
    pub fn parse(json: &str) -> Result<Self, SettingsError> {
        let draft = Draft::read(json)?;
        let errors = draft.errors_of_put(None);
        if errors.is_empty() { Ok(draft.settings) } else { Err(SettingsError::BadMembers(errors)) }
    }

    /// All that can be found wrong here with a document that somebody wants to put, as the settings of `shop` where that is
    /// known, and what is right of it: a bad member is absent there. So whoever knows more of its members, such as the
    /// mailer of the wording, can name the faults in them as well.
    #[must_use]
    pub fn review(json: &str, shop: Option<&ShopId>) -> (Self, Vec<FieldError>) {
        match Draft::read(json) {
            Ok(draft) => {
                let errors = draft.errors_of_put(shop);
                (draft.settings, errors)
            }
            Err(invalid) => (Self::default(), SettingsError::NotJson(invalid).into_errors()),
        }
    }

    /// Parses a document that was put, and returns with it an error for each member that this version does not know. A
    /// newer one may have put it, and after it was rolled back the shop's mails must still go out.
    ///
    /// # Errors
    /// [`SettingsError`] names every bad member, the unknown ones included.
    pub fn parse_stored(json: &str) -> Result<(Self, Vec<FieldError>), SettingsError> {
        let Draft { settings, mut errors, unknown, .. } = Draft::read(json)?;
        if errors.is_empty() {
            return Ok((settings, unknown));
        }
        errors.extend(unknown);
        Err(SettingsError::BadMembers(errors))
    }

    /// Whether the shop's customers get no mail of this kind.
    #[must_use]
    pub fn is_off(&self, kind: Kind) -> bool {
        self.kinds_off.contains(&kind)
    }

    /// The name that its mails are from: the sender's, else the brand's. `None`: the settings say none.
    #[must_use]
    pub fn sender_name(&self) -> Option<&str> {
        let own = self.sender.as_ref().and_then(|sender| sender.name.as_ref());
        own.or_else(|| self.brand.as_ref().map(|brand| &brand.name)).map(Line::as_str)
    }

    /// Where replies go: its own address for them, else that to which its brand has customers write. `None`: the settings
    /// say none.
    #[must_use]
    pub fn reply_address(&self) -> Option<&EmailAddress> {
        self.reply_to.as_ref().or_else(|| self.brand.as_ref().map(|brand| &brand.support_email))
    }

    /// Who gets a copy of a mail of this kind.
    pub fn copies_of(&self, kind: Kind) -> impl Iterator<Item = &EmailAddress> {
        self.copies.iter().filter(move |copy| copy.is_of(kind)).map(|copy| &copy.to)
    }

    /// What is right of a document. What is not, is noted and absent.
    fn read(from: &FieldReader<'_>) -> Self {
        let kinds = 0..=Kind::ALL.len();
        let kinds_off =
            from.optional("kinds_off", |r| r.list(kinds, |kind| kind.text(Kind::parse)));
        let copies =
            from.optional("copies", |r| r.list(0..=MAX_COPIES, |copy| CopyRule::read(&copy)));
        Self {
            brand: from.optional("brand", |r| Brand::read(&r)).flatten(),
            sender: from.optional("sender", |r| Sender::read(&r)).flatten(),
            reply_to: from.optional("reply_to", |r| r.text(EmailAddress::parse)).flatten(),
            voice: Arc::new(Voice::read(from)),
            time_zone: from.optional("time_zone", |r| r.text(TimeZoneName::parse)).flatten(),
            kinds_off: kinds_off.flatten().into_iter().flatten().collect(),
            copies: copies.flatten().unwrap_or_default(),
            attachments: from.optional("attachments", |r| AttachmentPrefix::read(&r)).flatten(),
            webhook_secret: from.optional("webhook_secret", |r| r.text(SecretArn::parse)).flatten(),
        }
    }
}

/// A document as it is read, with all that is wrong with it.
#[derive(Debug)]
struct Draft {
    /// What is right of it.
    settings: ShopSettings,
    /// For each bad or missing member.
    errors: Vec<FieldError>,
    /// For each member that this version does not know.
    unknown: Vec<FieldError>,
}

impl Draft {
    /// Reads a document.
    ///
    /// # Errors
    /// It is too large, or no JSON.
    fn read(json: &str) -> Result<Self, InvalidValue> {
        if json.len() > MAX_SETTINGS_BYTES {
            return Err(InvalidValue::expected(format!("at most {MAX_SETTINGS_BYTES} bytes")));
        }
        let value = parse_strict(json.as_bytes())?;
        let problems = FieldErrors::default();
        let settings = ShopSettings::read(&FieldReader::root(&value, &problems));
        let (errors, _, known) = problems.into_parts();
        let unknown = unknown_members(&value, &known);
        Ok(Self { settings, errors, unknown })
    }

    /// Everything that speaks against putting it: what it is refused for when it is read, unknown members, and what no
    /// function looks at as its mails go out all the same.
    fn errors_of_put(&self, shop: Option<&ShopId>) -> Vec<FieldError> {
        let mut errors = self.errors.clone();
        errors.extend_from_slice(&self.unknown);
        errors.extend(self.settings.time_zone.as_ref().and_then(TimeZoneName::fault));
        let prefix = self.settings.attachments.as_ref();
        let of_prefix = shop.and_then(|shop| AttachmentFolder::of(shop, prefix).err());
        errors.extend(of_prefix);
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_without_a_member_leaves_everything_to_the_stack() {
        assert_eq!(ShopSettings::parse("{}"), Ok(ShopSettings::default()));
    }

    #[test]
    fn the_samples_of_two_shops_are_valid_documents() {
        let first = include_str!("../../../services/local/samples/shops/default.json");
        let second = include_str!("../../../services/local/samples/shops/north.json");
        assert!(ShopSettings::parse(first).expect("settings").brand.is_some());
        assert!(ShopSettings::parse(second).expect("settings").sender.is_some());
    }

    #[test]
    fn every_bad_member_is_named_by_its_pointer() {
        let bad = r##"{
            "brand": { "name": "North", "url": "x", "support_email": "help@north.example", "logo": "y" },
            "sender": { "name": "North" },
            "reply_to": "nobody",
            "default_locale": "d",
            "time_zone": "Mars / Olympus",
            "wording": { "de": { "greeting": "", "shipped-heading": 1 }, "tlh": {} },
            "kinds_off": ["order.shipped"],
            "copies": [{ "to": "a@north.example" }, { "to": "b", "kind": "x" }],
            "attachments": { "bucket": "North", "prefix": "south/" },
            "webhook_secret": "whsec_abc",
            "langauge": "de"
        }"##;
        let shop = ShopId::parse("north").expect("a shop");
        let (right, errors) = ShopSettings::review(bad, Some(&shop));
        let mut pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(
            pointers,
            [
                "/attachments/bucket",
                "/attachments/prefix",
                "/brand/logo",
                "/brand/url",
                "/copies/1/kind",
                "/copies/1/to",
                "/default_locale",
                "/kinds_off/0",
                "/langauge",
                "/reply_to",
                "/sender/address",
                "/time_zone",
                "/webhook_secret",
                "/wording/de/greeting",
                "/wording/de/shipped-heading",
                "/wording/tlh",
            ]
        );
        assert_eq!((right.brand, right.reply_to, right.copies.len()), (None, None, 0));
        assert!(errors.iter().all(|error| !error.detail.contains("whsec_abc")));
    }

    #[test]
    fn what_is_right_beside_a_bad_member_is_there_to_be_looked_at() {
        let (settings, errors) = ShopSettings::review(
            r#"{ "reply_to": 1, "time_zone": "Europe/Berlin", "default_locale": "d",
                 "wording": { "de": { "greeting": "Moin", "shipped-heading": "" } } }"#,
            None,
        );
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert_eq!(settings.voice.wording.of("de", "greeting"), Some("Moin"));
        assert!(settings.time_zone.is_some() && settings.voice.default_locale.is_none());
        let (_, errors) = ShopSettings::review("{", None);
        assert_eq!(errors[0].pointer, "");
    }

    #[test]
    fn a_time_zone_that_the_iana_database_does_not_have_is_put_by_nobody_and_stops_no_function() {
        for (name, expected) in
            [("Europe/Berln", "such as Europe/Berlin"), ("europe/berlin", "expected Europe/Berlin")]
        {
            let document = format!(r#"{{ "time_zone": "{name}" }}"#);
            let (_, errors) = ShopSettings::review(&document, None);
            assert_eq!(errors[0].pointer, "/time_zone");
            assert!(errors[0].detail.contains(expected), "{errors:?}");
            assert!(ShopSettings::parse(&document).is_err(), "{name}");
            assert!(ShopSettings::parse_stored(&document).is_ok(), "{name}");
        }
        assert!(ShopSettings::parse(r#"{ "time_zone": "America/Argentina/Salta" }"#).is_ok());
    }

    #[test]
    fn a_member_of_a_newer_version_is_left_out_of_what_was_put_and_named() {
        let newer = r#"{ "reply_to": "help@north.example", "brand_video": "x", "copies": [{ "to": "a@b.example", "cc": 1 }] }"#;
        let (settings, unknown) = ShopSettings::parse_stored(newer).expect("settings");
        assert!(settings.reply_to.is_some() && settings.copies.len() == 1);
        let unknown: Vec<&str> = unknown.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(unknown, ["/brand_video", "/copies/0/cc"]);
        assert!(ShopSettings::parse(newer).is_err(), "it is not put");
        assert!(ShopSettings::parse_stored(r#"{ "reply_to": "nobody" }"#).is_err());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for bad in ["", "[]", "null", "\"x\"", "{\"reply_to\":1,\"reply_to\":2}"] {
            assert!(ShopSettings::parse(bad).is_err(), "{bad:?} was taken");
        }
        let long = format!("{{\"x\":\"{}\"}}", "x".repeat(MAX_SETTINGS_BYTES));
        assert!(ShopSettings::parse(&long).is_err());
    }

    #[test]
    fn a_copy_is_of_the_kinds_that_it_names_or_of_all() {
        let settings = ShopSettings::parse(
            r#"{ "copies": [{ "to": "all@north.example" },
                            { "to": "accounts@north.example", "kinds": ["order.confirmed"] }],
                 "kinds_off": ["shipment.delayed"] }"#,
        )
        .expect("settings");
        let copies = |kind| settings.copies_of(kind).map(EmailAddress::expose).collect::<Vec<_>>();
        assert_eq!(copies(Kind::OrderConfirmed), ["all@north.example", "accounts@north.example"]);
        assert_eq!(copies(Kind::ShipmentShipped), ["all@north.example"]);
        assert!(settings.is_off(Kind::ShipmentDelayed) && !settings.is_off(Kind::OrderConfirmed));
    }
}
