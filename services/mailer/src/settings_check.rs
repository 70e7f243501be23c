//! What is wrong and what is odd in the settings of a shop that somebody wants to put.
//!
//! For the `waybill` command and the one-machine stack. Nothing that is deployed calls it, so no zip has it.

use shared::{FieldError, FieldWarning, Language, ShopId, ShopSettings};

use crate::render::{wording_faults, wording_links};

/// A document of settings, checked.
#[derive(Debug)]
pub struct SettingsCheck {
    /// What is right of it: a bad member is absent.
    pub settings: ShopSettings,
    /// Everything that is wrong, at once. Empty where the functions take the document.
    pub errors: Vec<FieldError>,
    /// What its customers will see that is perhaps not meant, of a document without errors.
    pub warnings: Vec<FieldWarning>,
}

impl SettingsCheck {
    /// Checks a document, as the settings of `shop` where that is known.
    #[must_use]
    pub fn new(json: &str, shop: Option<&ShopId>) -> Self {
        let (settings, mut errors) = ShopSettings::review(json, shop);
        errors.extend(wording_faults(&settings.voice.wording));
        let warnings = match errors.is_empty() {
            true => warnings_of(&settings, shop),
            // A bad member is absent here, and would be called missing.
            false => Vec::new(),
        };
        Self { settings, errors, warnings }
    }
}

fn warnings_of(settings: &ShopSettings, shop: Option<&ShopId>) -> Vec<FieldWarning> {
    let found = [of_sender(settings, shop), of_language(settings)].into_iter().flatten();
    found.chain(wording_links(&settings.voice.wording)).collect()
}

/// What the mails are from, where the settings do not say all of it.
fn of_sender(settings: &ShopSettings, shop: Option<&ShopId>) -> Option<FieldWarning> {
    let replies = match settings.reply_address() {
        Some(address) => format!("replies go to {}", address.expose()),
        None => "replies go where the stack's ReplyTo says".to_owned(),
    };
    let (pointer, detail) = match (&settings.sender, settings.sender_name()) {
        (None, Some(name)) => (
            "/sender",
            format!(
                "This is missing: mails are from the stack's address, under the brand's name, {name}; {replies}."
            ),
        ),
        // The stack's name and brand are its own.
        (None, None) if shop.is_some_and(ShopId::is_default) => return None,
        (None, None) => (
            "/sender",
            format!(
                "This is missing, and so is brand: mails are from the stack's sender, under its name and with its brand, \
                 which are another shop's unless this is the shop default; {replies}."
            ),
        ),
        (Some(_), None) => (
            "/sender/name",
            "This is missing, and so is brand: mail programs show the bare address as the sender, and the mails have \
             the stack's brand."
                .to_owned(),
        ),
        (Some(_), Some(_)) if settings.brand.is_some() => return None,
        (Some(_), Some(_)) if shop.is_some_and(ShopId::is_default) => return None,
        (Some(_), Some(_)) => (
            "/brand",
            "This is missing: the mails have the stack's brand, which is another shop's unless this is the shop default."
                .to_owned(),
        ),
    };
    Some(warning(pointer, detail))
}

fn of_language(settings: &ShopSettings) -> Option<FieldWarning> {
    let locale = settings.voice.default_locale.as_ref()?;
    if Language::for_locale(locale).is_some() {
        return None;
    }
    let codes: Vec<&str> = Language::all().map(Language::code).collect();
    let detail = format!(
        "There are no mails in this language: a customer whose order names none is written to in English. There are \
         mails in {}.",
        codes.join(", ")
    );
    Some(warning("/default_locale", detail))
}

fn warning(pointer: &str, detail: String) -> FieldWarning {
    FieldWarning { pointer: pointer.to_owned(), detail, suggestion: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRAND: &str =
        r#""brand":{"name":"Norden","url":"https://n.example","support_email":"help@n.example"}"#;

    fn check(members: &str, shop: Option<&str>) -> SettingsCheck {
        let shop = shop.map(|name| ShopId::parse(name).expect("a shop"));
        SettingsCheck::new(&format!("{{{members}}}"), shop.as_ref())
    }

    #[test]
    fn every_fault_of_a_document_is_named_at_once_with_its_place() {
        let check = check(
            r#""reply_to": "nobody", "langauge": "de", "time_zone": "Mars/Olympus",
               "attachments": { "bucket": "B", "prefix": "south/" },
               "wording": { "de": { "greeting": "Moin { $nmae }", "no-such": "x", "footer": "" }, "tlh": {} }"#,
            Some("north"),
        );
        let mut pointers: Vec<&str> = check.errors.iter().map(|it| it.pointer.as_str()).collect();
        pointers.sort_unstable();
        let expected = [
            "/attachments/bucket",
            "/attachments/prefix",
            "/langauge",
            "/reply_to",
            "/time_zone",
            "/wording/de/footer",
            "/wording/de/greeting",
            "/wording/de/no-such",
            "/wording/tlh",
        ];
        assert_eq!(pointers, expected);
        assert!(check.warnings.is_empty());
    }

    #[test]
    fn a_shop_without_a_sender_is_told_what_its_customers_will_see() {
        for (members, shop, pointer, told) in [
            (
                BRAND,
                Some("north"),
                "/sender",
                "the brand's name, Norden; replies go to help@n.example.",
            ),
            (
                "",
                None,
                "/sender",
                "another shop's unless this is the shop default; replies go where",
            ),
            (r#""reply_to":"r@n.example""#, Some("north"), "/sender", "replies go to r@n.example"),
            (r#""sender":{"address":"o@n.example"}"#, None, "/sender/name", "the bare address"),
            (
                r#""sender":{"address":"o@n.example","name":"Norden"}"#,
                Some("north"),
                "/brand",
                "the mails have the stack's brand, which is another shop's",
            ),
        ] {
            let warnings = check(members, shop).warnings;
            assert_eq!(warnings[0].pointer, pointer, "{members}");
            assert!(warnings[0].detail.contains(told), "{warnings:?}");
        }
        let named = format!(r#"{BRAND},"sender":{{"address":"o@n.example"}}"#);
        for (members, shop) in [("", "default"), (named.as_str(), "north")] {
            assert_eq!(check(members, Some(shop)).warnings, [], "{members}");
        }
    }

    #[test]
    fn a_default_language_without_mails_is_told() {
        let warnings = check(r#""default_locale":"cs-CZ""#, Some("default")).warnings;
        assert_eq!(warnings[0].pointer, "/default_locale");
        assert!(warnings[0].detail.contains("ar, de, en"), "{warnings:?}");
        assert_eq!(check(r#""default_locale":"de-AT""#, Some("default")).warnings, []);
    }
}
