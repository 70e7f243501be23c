//! Reading JSON at the edge: strictly, and naming every bad field at once.
//!
//! serde stops at the first error. A shop's developer who is told one bad field at a time needs
//! ten attempts for ten mistakes, so the types of this crate are read with [`FieldReader`] instead:
//! it walks a [`Value`] and collects a [`FieldError`] for each field that is not as expected.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a value was refused: what was expected of it, as a sentence fragment after "expected".
///
/// It never holds the value itself, so that it can be logged and answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct InvalidValue(pub String);

impl InvalidValue {
    /// A refusal that expected `what`.
    pub fn expected(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// One bad field of an event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// Where: a JSON Pointer (RFC 6901) into the event; empty for the event itself.
    pub pointer: String,
    /// What was expected there, as a sentence. Never repeats the value.
    pub detail: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the event" } else { &self.pointer };
        write!(f, "{place}: {}", self.detail)
    }
}

/// Parses JSON text, refusing what serde_json would quietly resolve: a key that stands twice in
/// one object (RFC 8259 section 4 leaves the meaning open, so two readers may disagree).
///
/// # Errors
/// [`InvalidValue`] when the text is not UTF-8, not JSON, nested deeper than 128, followed by more
/// text, or repeats a key. Its sentence names line and column, not content.
pub fn parse_strict(text: &[u8]) -> Result<Value, InvalidValue> {
    let text = std::str::from_utf8(text).map_err(|e| {
        InvalidValue::expected(format!("UTF-8 text; byte {} is not", e.valid_up_to()))
    })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = StrictValue.deserialize(&mut reader).map_err(|e| not_json(&e))?;
    reader.end().map_err(|e| not_json(&e))?;
    Ok(value)
}

/// serde_json's own sentence may quote the input ("invalid type: string \"…\""); this one cannot.
fn not_json(error: &serde_json::Error) -> InvalidValue {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "complete JSON; it ends too early",
        _ if error.to_string().starts_with(REPEATED_KEY) => {
            "each key once in an object; one is repeated"
        }
        _ if error.to_string().starts_with("recursion limit") => "JSON nested at most 128 deep",
        _ => "valid JSON",
    };
    InvalidValue::expected(format!("{what} (line {}, column {})", error.line(), error.column()))
}

const REPEATED_KEY: &str = "repeated key";

struct StrictValue;

impl<'de> DeserializeSeed<'de> for StrictValue {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Value, E> {
        Number::from_f64(v).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Self)?;
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom(REPEATED_KEY));
            }
        }
        Ok(Value::Object(object))
    }
}

/// The bad fields found so far.
#[derive(Debug, Default)]
pub struct FieldErrors(RefCell<Vec<FieldError>>);

impl FieldErrors {
    /// Adds one.
    pub fn add(&self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.borrow_mut().push(FieldError { pointer: pointer.into(), detail: detail.into() });
    }

    /// All of them, in the order found.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0.into_inner()
    }
}

/// A place in a JSON document that is being read. `None` from a method means that the problem has
/// been noted: callers read all their fields before they give up with `?`.
#[derive(Debug)]
pub struct FieldReader<'a> {
    value: &'a Value,
    pointer: String,
    problems: &'a FieldErrors,
}

impl<'a> FieldReader<'a> {
    /// Reads `value` as the whole document.
    #[must_use]
    pub fn root(value: &'a Value, problems: &'a FieldErrors) -> Self {
        Self { value, pointer: String::new(), problems }
    }

    /// Notes that this place is not as `expected`.
    pub fn refuse<T>(&self, expected: impl fmt::Display) -> Option<T> {
        self.problems.add(self.pointer.clone(), format!("expected {expected}"));
        None
    }

    /// Notes that the member `name` of this object is not as `expected`.
    pub fn refuse_member<T>(&self, name: &str, expected: impl fmt::Display) -> Option<T> {
        self.problems.add(self.member_pointer(name), format!("expected {expected}"));
        None
    }

    /// A member that must be there.
    pub fn required<T>(
        &self,
        name: &str,
        read: impl FnOnce(FieldReader<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.member(name)? {
            Some(member) => read(member),
            None => {
                self.problems.add(self.member_pointer(name), "is required and missing");
                None
            }
        }
    }

    /// A member that may be absent or null.
    pub fn optional<T>(
        &self,
        name: &str,
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

    /// A whole number in `range`; `1.0` and `"1"` are not whole numbers.
    #[must_use]
    pub fn integer(&self, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        match self.value.as_i64().filter(|n| range.contains(n)) {
            Some(number) => Some(number),
            None if *range.end() == i64::MAX && *range.start() == i64::MIN => {
                self.refuse("a whole number")
            }
            None => self.refuse(format_args!(
                "a whole number from {} to {}",
                range.start(),
                range.end()
            )),
        }
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
        let read_items: Vec<Option<T>> =
            items.iter().enumerate().map(|(i, item)| read(self.at(item, &i.to_string()))).collect();
        read_items.into_iter().collect()
    }

    fn member(&self, name: &str) -> Option<Option<FieldReader<'a>>> {
        match self.value {
            Value::Object(members) => {
                Some(members.get(name).filter(|v| !v.is_null()).map(|value| self.at(value, name)))
            }
            _ => self.not_an_object(),
        }
    }

    /// Noted once for each place, not once for each member that is looked for in it.
    fn not_an_object<T>(&self) -> Option<T> {
        let known = self.problems.0.borrow().iter().any(|p| p.pointer == self.pointer);
        if known { None } else { self.refuse("an object") }
    }

    fn at(&self, value: &'a Value, token: &str) -> FieldReader<'a> {
        FieldReader { value, pointer: self.member_pointer(token), problems: self.problems }
    }

    fn member_pointer(&self, token: &str) -> String {
        format!("{}/{}", self.pointer, token.replace('~', "~0").replace('/', "~1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_is_refused_at_any_depth() {
        let refused = parse_strict(br#"{"a":[{"b":1,"b":2}]}"#).expect_err("repeats b");
        assert!(refused.0.contains("each key once"), "{refused}");
    }

    #[test]
    fn what_is_refused_is_never_quoted() {
        for text in [
            &br#"{"email":"jo@example.com""#[..],
            b"{\"a\": jo@example.com}",
            b"[1] jo@example.com",
        ] {
            let refused = parse_strict(text).expect_err("not JSON");
            assert!(!refused.0.contains("jo@"), "{refused}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_a_panic() {
        let deep = "[".repeat(100_000);
        assert!(parse_strict(deep.as_bytes()).expect_err("deep").0.contains("128 deep"));
    }

    #[test]
    fn every_bad_member_is_named_once() {
        let value = serde_json::json!({"a/b": 1, "list": [true, 1, "x"]});
        let problems = FieldErrors::default();
        let root = FieldReader::root(&value, &problems);
        let _ = root.required("a/b", |r| r.boolean());
        let _ = root.required("list", |r| r.list(1..=3, |item| item.boolean()));
        let _ = root.required("gone", |r| r.boolean());
        let pointers: Vec<String> = problems.into_vec().into_iter().map(|p| p.pointer).collect();
        assert_eq!(pointers, ["/a~1b", "/list/1", "/list/2", "/gone"]);
    }
}
