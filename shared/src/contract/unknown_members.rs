//! Members that are not known where they are, and are elsewhere or under another name.

use serde_json::{Map, Value};

use crate::contract::error::FieldWarning;
use crate::contract::other_names::{is_same, letters};
use crate::contract::reader::KnownMembers;

/// The members whose loss in the wrong place costs a customer a mail too many or a fact too few, with the
/// objects that have them. Only names that hardly mean anything else there: an `id`, a `name`, an `email`
/// or a `carrier` may be anywhere on purpose.
const HOMES: [(&str, &[&str]); 12] = [
    // An attribute of the event.
    ("shop", &[""]),
    ("notify", &["/data"]),
    ("shipment", &["/data"]),
    ("cancellation", &["/data"]),
    ("customer", &["/data/order"]),
    ("shipping_address", &["/data/order"]),
    ("billing_address", &["/data/order"]),
    ("tracking_number", &["/data/shipment"]),
    ("tracking_url", &["/data/shipment"]),
    ("still_to_come", &["/data/shipment"]),
    ("expected_on", &["/data/shipment", "/data/refund", "/data/cancellation"]),
    ("lines", &["/data/shipment", "/data/cancellation", "/data/withdrawal", "/data/order"]),
];

/// What shops call a member otherwise, with its name here. It is looked up only in objects that have the
/// member: the `state` of an address is a region, and that of an order is not.
const SYNONYMS: [(&str, &str); 19] = [
    ("qty", "quantity"),
    ("items", "lines"),
    ("line_items", "lines"),
    ("products", "lines"),
    ("price", "unit_price"),
    ("variation", "options"),
    ("state", "region"),
    ("province", "region"),
    ("zip", "postal_code"),
    ("zip_code", "postal_code"),
    ("country_code", "country"),
    ("delivery_address", "shipping_address"),
    ("invoice_address", "billing_address"),
    ("full_name", "name"),
    ("email_address", "email"),
    ("language", "locale"),
    ("tracking_link", "tracking_url"),
    ("tracking_code", "tracking_number"),
    ("delivery_date", "expected_on"),
];

/// What an address may hold that no mail shows. Its loss would not be noticed otherwise.
const LOST_OF_ADDRESS: [&str; 3] = ["phone", "phone_number", "telephone"];

/// Warns of each member that is not known and seems to stand for a known one that is absent. Others are
/// tolerated: a newer shop's, or an extension.
pub(crate) fn find(document: &Value, known_members: &KnownMembers) -> Vec<FieldWarning> {
    let mut warnings = Vec::new();
    for (object, known) in known_members {
        let Some(Value::Object(members)) = document.pointer(object) else { continue };
        let is_read = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
        let absent: Vec<&str> = known.iter().copied().filter(|name| !is_read(name)).collect();
        for name in unread(members).filter(|name| !known.contains(name)) {
            let misplaced = || home(object, name, document, known_members);
            let suggestion = meant(name, &absent)
                .map(|meant| format!("did you mean {meant}?"))
                .or_else(|| misplaced().map(|place| format!("it belongs at {place}")));
            let is_address = || known.contains("postal_code");
            let is_lost = || is_address() && LOST_OF_ADDRESS.iter().any(|lost| is_same(name, lost));
            if suggestion.is_some() || is_lost() {
                warnings.push(FieldWarning {
                    pointer: format!("{object}/{}", name.replace('~', "~0").replace('/', "~1")),
                    detail: "This member is not known and was ignored.".to_owned(),
                    suggestion,
                });
            }
        }
    }
    warnings
}

/// The member of the same object that `name` is another word or another spelling for.
fn meant<'a>(name: &str, absent: &[&'a str]) -> Option<&'a str> {
    synonym(name)
        .and_then(|known| absent.iter().copied().find(|name| *name == known))
        .or_else(|| closest(name, absent))
}

fn synonym(name: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(word, _)| is_same(name, word)).map(|(_, known)| *known)
}

/// Where the member of this name would have been read, if it is not there too.
fn home(
    object: &str,
    name: &str,
    document: &Value,
    known_members: &KnownMembers,
) -> Option<String> {
    // An item of a list may say of itself what is known of the whole, such as its own day.
    if object.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (name, homes) = HOMES.iter().find(|(known, _)| is_same(name, known))?;
    // Of the parts of an event that may have it, only that of its type was read.
    let is_known =
        |home: &&&str| known_members.get(**home).is_some_and(|names| names.contains(name));
    let place = format!("{}/{name}", homes.iter().find(is_known)?);
    document.pointer(&place).is_none_or(Value::is_null).then_some(place)
}

/// A member that is null says nothing, also under a wrong name.
fn unread(members: &Map<String, Value>) -> impl Iterator<Item = &str> {
    members.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str())
}

fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distances = candidates.iter().filter_map(|known| Some((distance(name, known)?, *known)));
    distances.min().map(|(_, known)| known)
}

/// Whether `name` is `known`, but for a few letters.
pub(crate) fn is_close(name: &str, known: &str) -> bool {
    distance(name, known).is_some()
}

/// How many letters differ, of `trackingUrl` and `tracking_url` none; `None` for too many.
fn distance(name: &str, known: &str) -> Option<usize> {
    // Names come from outside: no table as large as the longest of them.
    if name.len() > known.len() * 2 {
        return None;
    }
    let (name, known): (String, String) = (letters(name).collect(), letters(known).collect());
    let allowed = match known.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    let distance = strsim::osa_distance(&name, &known);
    (distance <= allowed).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_closest_to_what_was_meant() {
        let known = [
            "tracking_number",
            "tracking_url",
            "shipping_address",
            "billing_address",
            "id",
            "url",
            "expected_on",
        ];
        for (name, meant) in [
            ("tracking_nubmer", Some("tracking_number")),
            ("trackingUrl", Some("tracking_url")),
            ("shiping_address", Some("shipping_address")),
            ("Tracking-Number", Some("tracking_number")),
            ("ExpectedOn", Some("expected_on")),
            ("ID", Some("id")),
            ("uri", Some("url")),
            ("it", None),
            ("gift_note", None),
            ("address", None),
            ("", None),
        ] {
            assert_eq!(closest(name, &known), meant, "{name}");
        }
        assert_eq!(closest(&"x".repeat(100_000), &known), None);
    }

    #[test]
    fn a_member_beside_the_one_that_it_resembles_is_no_mistake() {
        let known = KnownMembers::from([(String::new(), ["data"].into())]);
        let both = serde_json::json!({ "data": 1, "date": 2 });
        assert_eq!(find(&both, &known), []);
        let one = serde_json::json!({ "date": 2, "dta": null });
        let warnings = find(&one, &known);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].pointer, "/date");
    }
}
