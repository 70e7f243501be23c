//! Reads a JSON document field by field and reports every bad field at once.
//!
//! serde stops at the first error, so a developer who made ten mistakes would need ten attempts to see
//! them all.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::contract::error::{FieldError, FieldWarning, InvalidValue};

/// The bad fields found so far.
#[derive(Debug, Default)]
pub struct FieldErrors {
    errors: RefCell<Vec<FieldError>>,
    warnings: RefCell<Vec<FieldWarning>>,
    known_members: RefCell<KnownMembers>,
}

/// The names that were asked for in each object, by the object's JSON Pointer. What an object holds beside
/// them was not read.
pub type KnownMembers = BTreeMap<String, BTreeSet<&'static str>>;

impl FieldErrors {
    /// Adds one.
    pub fn add(&self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.errors
            .borrow_mut()
            .push(FieldError { pointer: pointer.into(), detail: detail.into() });
    }

    /// All of them, in the order found.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.errors.into_inner()
    }

    /// The errors and warnings, in the order found, and which members are known.
    #[must_use]
    pub fn into_parts(self) -> (Vec<FieldError>, Vec<FieldWarning>, KnownMembers) {
        (self.errors.into_inner(), self.warnings.into_inner(), self.known_members.into_inner())
    }

    fn add_known_member(&self, object: &str, name: &'static str) {
        let mut known = self.known_members.borrow_mut();
        match known.get_mut(object) {
            Some(names) => drop(names.insert(name)),
            None => drop(known.insert(object.to_owned(), BTreeSet::from([name]))),
        }
    }
}

/// A reader at one place of a JSON document. `None` from a method means that it has noted the error.
/// Callers read all their fields before they use `?`, so that every bad field is noted.
#[derive(Debug)]
pub struct FieldReader<'a> {
    value: &'a Value,
    pointer: String,
    errors: &'a FieldErrors,
}

impl<'a> FieldReader<'a> {
    /// A reader at the root of the document `value`.
    #[must_use]
    pub fn root(value: &'a Value, errors: &'a FieldErrors) -> Self {
        Self { value, pointer: String::new(), errors }
    }

    /// Notes an error here: "expected …".
    pub fn refuse<T>(&self, expected: impl fmt::Display) -> Option<T> {
        self.errors.add(self.pointer.clone(), format!("expected {expected}"));
        None
    }

    /// Notes an error at the member `name` of this object: "expected …".
    pub fn refuse_member<T>(&self, name: &str, expected: impl fmt::Display) -> Option<T> {
        self.errors.add(self.member_pointer(name), format!("expected {expected}"));
        None
    }

    /// Notes that what is at the relative pointer `path` below this place is not as `expected`. Each
    /// token of `path` is a plain name or a number.
    pub fn refuse_at<T>(&self, path: impl fmt::Display, expected: impl fmt::Display) -> Option<T> {
        self.errors.add(format!("{}/{path}", self.pointer), format!("expected {expected}"));
        None
    }

    /// Notes that the value here is taken, and is probably not meant as it stands.
    pub fn warn(&self, detail: &str) {
        let warning = FieldWarning {
            pointer: self.pointer.clone(),
            detail: detail.to_owned(),
            suggestion: None,
        };
        self.errors.warnings.borrow_mut().push(warning);
    }

    /// Whether an object is here.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// A member that must be there.
    pub fn required<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.member(name)? {
            Some(member) => read(member),
            None => {
                self.errors.add(self.member_pointer(name), "is required and missing");
                None
            }
        }
    }

    /// A member that may be absent or null.
    pub fn optional<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.member(name)? {
            Some(member) => read(member).map(Some),
            None => Some(None),
        }
    }

    /// A string that `parse` accepts.
    pub fn text<T>(&self, parse: impl FnOnce(&str) -> Result<T, InvalidValue>) -> Option<T> {
        let Value::String(text) = self.value else {
            return self.refuse("a string");
        };
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(InvalidValue(expected)) => self.refuse(expected),
        }
    }

    /// A whole number in `range`. JSON has one kind of number, so `1.0` is one, as in JSON Schema; `"1"`
    /// is none.
    #[must_use]
    pub fn integer(&self, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let (start, end) = (*range.start(), *range.end());
        self.integer_or(range, format_args!("a whole number from {start} to {end}"))
    }

    /// A whole number in `range`, where `expected` says more than the range.
    pub fn integer_or(
        &self,
        range: std::ops::RangeInclusive<i64>,
        expected: impl fmt::Display,
    ) -> Option<i64> {
        whole_number(self.value).filter(|n| range.contains(n)).or_else(|| self.refuse(expected))
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.refuse("true or false"))
    }

    /// An array with `size` elements.
    pub fn list<T>(
        &self,
        size: std::ops::RangeInclusive<usize>,
        read: impl Fn(FieldReader<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.value else {
            return self.refuse("an array");
        };
        if !size.contains(&items.len()) {
            return self.refuse(format_args!("{} to {} elements", size.start(), size.end()));
        }
        // Two steps: collecting into an `Option` at once would stop at the first bad element.
        let read_items: Vec<Option<T>> =
            items.iter().enumerate().map(|(i, item)| read(self.at(item, &i.to_string()))).collect();
        read_items.into_iter().collect()
    }

    fn member(&self, name: &'static str) -> Option<Option<FieldReader<'a>>> {
        self.errors.add_known_member(&self.pointer, name);
        match self.value {
            // Null counts as absent: many serializers write it for a missing value.
            Value::Object(members) => {
                Some(members.get(name).filter(|v| !v.is_null()).map(|value| self.at(value, name)))
            }
            _ => self.not_an_object(),
        }
    }

    // Noted once for each place, not once for each member that is read from it.
    fn not_an_object<T>(&self) -> Option<T> {
        let known = self.errors.errors.borrow().iter().any(|p| p.pointer == self.pointer);
        match self.value {
            _ if known => None,
            Value::String(_) => self.refuse("an object, not a string that contains one"),
            _ => self.refuse("an object"),
        }
    }

    fn at(&self, value: &'a Value, token: &str) -> FieldReader<'a> {
        FieldReader { value, pointer: self.member_pointer(token), errors: self.errors }
    }

    fn member_pointer(&self, token: &str) -> String {
        // In this order, or the `~` of `~1` would be escaped again (RFC 6901, section 4).
        format!("{}/{}", self.pointer, token.replace('~', "~0").replace('/', "~1"))
    }
}

fn whole_number(value: &Value) -> Option<i64> {
    // From here on, a float no longer stands for one integer alone.
    const INEXACT: f64 = 9_007_199_254_740_992.0;
    let float = || value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < INEXACT);
    value.as_i64().or_else(|| float().map(|n| n as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_member_is_named_once() {
        let value = serde_json::json!({"a/b": 1, "list": [true, 1, "x"]});
        let errors = FieldErrors::default();
        let root = FieldReader::root(&value, &errors);
        let _ = root.required("a/b", |r| r.boolean());
        let _ = root.required("list", |r| r.list(1..=3, |item| item.boolean()));
        let _ = root.required("gone", |r| r.boolean());
        let pointers: Vec<String> = errors.into_vec().into_iter().map(|p| p.pointer).collect();
        assert_eq!(pointers, ["/a~1b", "/list/1", "/list/2", "/gone"]);
    }

    #[test]
    fn an_integer_is_whole_however_it_is_written() {
        let read = |text: &str| {
            let value = serde_json::from_str(text).expect("JSON");
            FieldReader::root(&value, &FieldErrors::default()).integer(-5..=i64::MAX)
        };
        for (text, number) in [("1490.0", 1490), ("1.49e3", 1490), ("-0.0", 0), ("1490", 1490)] {
            assert_eq!(read(text), Some(number), "{text}");
        }
        for text in ["1490.5", "1e16", "1e300", "\"1490\"", "-6.0", "null", "true"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
