//! Members that are not known, and close to one that is.

use serde_json::{Map, Value};

use crate::contract::error::FieldWarning;
use crate::contract::reader::KnownMembers;

/// Warns of each member that is not known and whose name is close to a known one that is absent. Others
/// are tolerated: a newer shop's, or an extension.
pub(crate) fn find(document: &Value, known_members: &KnownMembers) -> Vec<FieldWarning> {
    let mut warnings = Vec::new();
    for (object, known) in known_members {
        let Some(Value::Object(members)) = document.pointer(object) else { continue };
        let is_read = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
        let absent: Vec<&str> = known.iter().copied().filter(|name| !is_read(name)).collect();
        for name in unread(members).filter(|name| !known.contains(name)) {
            if let Some(meant) = closest(name, &absent) {
                warnings.push(FieldWarning {
                    pointer: format!("{object}/{}", name.replace('~', "~0").replace('/', "~1")),
                    detail: "This member is not known and was ignored.".to_owned(),
                    suggestion: Some(format!("did you mean {meant}?")),
                });
            }
        }
    }
    warnings
}

/// A member that is null says nothing, also under a wrong name.
fn unread(members: &Map<String, Value>) -> impl Iterator<Item = &str> {
    members.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str())
}

fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let distances = candidates.iter().filter_map(|known| Some((distance(name, known)?, *known)));
    distances.min().map(|(_, known)| known)
}

/// How many letters differ, of `trackingUrl` and `tracking_url` none; `None` for too many.
fn distance(name: &str, known: &str) -> Option<usize> {
    // Names come from outside: no table as large as the longest of them.
    if name.len() > known.len() * 2 {
        return None;
    }
    let (name, known) = (letters(name), letters(known));
    let allowed = match known.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    let distance = strsim::osa_distance(&name, &known);
    (distance <= allowed).then_some(distance)
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
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
