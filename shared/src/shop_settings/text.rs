//! Texts of a document whose members have names of their own, such as languages.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::contract::error::InvalidValue;
use crate::contract::language::Language;
use crate::contract::reader::FieldReader;
use crate::contract::text::Line;

/// A line of at most `most` characters.
pub(super) fn line_of(text: &str, most: usize) -> Result<Line, InvalidValue> {
    Line::parse(text).ok().filter(|line| line.as_str().chars().count() <= most).ok_or_else(|| {
        InvalidValue::expected(format!(
            "a text of at most {most} characters, one of them visible at least"
        ))
    })
}

/// An object of which each member is named as `parse_name` accepts. Every bad one is noted.
pub(super) fn read_by_name<K: Ord, T>(
    from: &FieldReader<'_>,
    parse_name: impl Fn(&str) -> Result<K, String>,
    read: impl Fn(FieldReader<'_>) -> Option<T>,
) -> Option<BTreeMap<K, T>> {
    let Value::Object(members) = from.value() else {
        return from.refuse("an object");
    };
    // Two steps: collecting into an `Option` at once would stop at the first bad member.
    let read_member = |name: &String| match parse_name(name) {
        Ok(key) => Some((key, from.under(name, &read)?)),
        Err(expected) => from.refuse_member(name, expected),
    };
    let read_members: Vec<Option<(K, T)>> = members.keys().map(read_member).collect();
    read_members.into_iter().collect()
}

/// An object with a member for each of some languages, one at least.
pub(super) fn read_by_language<T>(
    from: &FieldReader<'_>,
    read: impl Fn(FieldReader<'_>) -> Option<T>,
) -> Option<BTreeMap<&'static str, T>> {
    if from.value().as_object().is_none_or(serde_json::Map::is_empty) {
        return from.refuse("an object with a member for each language, such as en");
    }
    read_by_name(from, language, read)
}

/// The code of a language of the mails, or what was expected instead.
pub(super) fn language(code: &str) -> Result<&'static str, String> {
    let known = Language::all().map(Language::code).find(|known| *known == code);
    known.ok_or_else(|| {
        let codes: Vec<&str> = Language::all().map(Language::code).collect();
        format!("one of {}", codes.join(", "))
    })
}
