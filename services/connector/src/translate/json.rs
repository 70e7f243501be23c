//! Reading what a shop system writes: members that may be absent, null, empty, a number or a text.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::Untranslatable;

/// The text of a member, without what surrounds it; `None` where nothing visible is in it.
pub(crate) fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// An id, which the systems write as a number, also one above 2^53, or as a text.
pub(crate) fn id(of: &Value, name: &str) -> Option<String> {
    match of.get(name)? {
        Value::Number(number) if number.is_u64() => Some(number.to_string()).filter(|id| id != "0"),
        Value::String(text) => Some(text.trim().to_owned()).filter(|id| !id.is_empty()),
        _ => None,
    }
}

/// As [`id`], where nothing can be said without it.
pub(crate) fn required_id(of: &Value, name: &str) -> Result<String, Untranslatable> {
    id(of, name).ok_or_else(|| Untranslatable::field(name, "an id: a whole number or a text"))
}

/// The entries of a list. PHP writes one with gaps as an object.
pub(crate) fn list<'a>(of: &'a Value, name: &str) -> Vec<&'a Value> {
    entries(of.get(name).unwrap_or(&Value::Null))
}

/// As [`list`], of the list itself.
pub(crate) fn entries(list: &Value) -> Vec<&Value> {
    match list {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

/// A number, which may be written as a text.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        // By its digits: a float in between would change them.
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A whole number of pieces; 0 where there is none.
pub(crate) fn count(of: &Value, name: &str) -> i64 {
    maybe_count(of, name).unwrap_or_default()
}

/// As [`count`], where an absent number means something else than none.
pub(crate) fn maybe_count(of: &Value, name: &str) -> Option<i64> {
    of.get(name).and_then(Value::as_i64)
}

pub(crate) fn is_true(of: &Value, name: &str) -> bool {
    of.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// A time with its offset.
pub(crate) fn time(of: &Value, name: &str) -> Option<Timestamp> {
    text(of, name)?.parse().ok()
}

/// Sets a member that says something.
pub(crate) fn set(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}
