//! Strict parsing of JSON text.

use std::fmt;
use std::str::Utf8Error;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

use crate::contract::error::InvalidValue;

/// Parses JSON text, and refuses a key that is repeated in one object. serde_json would keep the last
/// value, but RFC 8259 (section 4) leaves the meaning open, so two readers could disagree.
///
/// # Errors
/// [`InvalidValue`] when the text is not UTF-8, not JSON, nested deeper than 128 levels, followed by more
/// text, or repeats a key. It names line and column, and quotes nothing.
pub fn parse_strict(text: &[u8]) -> Result<Value, InvalidValue> {
    // Editors on Windows write a byte order mark, which RFC 8259 section 8.1 lets a parser ignore.
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|e| not_utf8(text, e))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let StrictValue(value) = Deserialize::deserialize(&mut reader).map_err(|e| not_json(&e))?;
    // Otherwise text after the value would be ignored.
    reader.end().map_err(|e| not_json(&e))?;
    Ok(value)
}

pub(super) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// `text` as [`parse_strict`] reads it.
pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn not_utf8(text: &[u8], error: Utf8Error) -> InvalidValue {
    let valid = &text[..error.valid_up_to()];
    let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
    let column = 1 + valid.iter().rev().take_while(|byte| **byte != b'\n').count();
    let what = match (text, error.error_len()) {
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => "UTF-8 text, not UTF-16",
        (_, None) => "UTF-8 text; it ends within a character",
        _ => "UTF-8 text; a byte is not",
    };
    InvalidValue::expected(format!("{what} (line {line}, column {column})"))
}

fn not_json(error: &serde_json::Error) -> InvalidValue {
    not_json_at(error, error.line(), error.column())
}

/// serde_json's own sentence may quote the input ("invalid type: string \"…\""); this one cannot.
pub(super) fn not_json_at(error: &serde_json::Error, line: usize, column: usize) -> InvalidValue {
    let sentence = error.to_string();
    let what = match error.classify() {
        Category::Eof => "complete JSON; it ends too early".to_owned(),
        _ if sentence.starts_with(REPEATED_KEY) => {
            "each key once in an object; one is repeated".to_owned()
        }
        _ if sentence.starts_with("recursion limit") => "JSON nested at most 128 deep".to_owned(),
        // Where the text is not checked beforehand, as a file's documents are not.
        _ if sentence.starts_with("invalid unicode code point") => {
            "UTF-8 text; a byte is not".to_owned()
        }
        _ if HALF_CHARACTER.iter().any(|half| sentence.starts_with(half)) => {
            "whole characters; a \\u escape is half of one (half an emoji, a lone surrogate)"
                .to_owned()
        }
        // The sentences about syntax are constants of serde_json; only those about data quote it.
        Category::Syntax => match sentence.split_once(" at line ") {
            // A word that is no literal, such as `nul` or `oops`.
            Some(("expected ident" | "expected value", _)) => NO_VALUE.to_owned(),
            Some(("key must be a string", _)) => {
                "valid JSON; the name of a member is in double quotes".to_owned()
            }
            Some((reason, _)) => match reason.strip_prefix("expected ") {
                Some(missing) => format!("valid JSON, which has {missing} here"),
                None => format!("valid JSON; this is not: {reason}"),
            },
            None => "valid JSON".to_owned(),
        },
        _ => "valid JSON".to_owned(),
    };
    InvalidValue::expected(format!("{what} (line {line}, column {column})"))
}

const NO_VALUE: &str = "valid JSON; a value is an object, an array, a number, true, false, null, or a text in double quotes";

/// What serde_json calls a `\u` escape of a UTF-16 surrogate without its other half.
const HALF_CHARACTER: [&str; 2] = ["lone leading surrogate", "unexpected end of hex escape"];

const REPEATED_KEY: &str = "repeated key";

/// A value without repeated keys.
pub(super) struct StrictValue(Value);

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Strict.deserialize(from).map(Self)
    }
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
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
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(parse_strict(b"\xef\xbb\xbf{}"), Ok(serde_json::json!({})));
        assert!(parse_strict(b"\xef\xbb\xbf\xef\xbb\xbf{}").is_err(), "only one, at the start");
    }

    #[test]
    fn the_place_of_an_error_is_named() {
        let refusal = |text: &[u8]| parse_strict(text).expect_err("not JSON").0;
        for (text, place) in [
            (&b"{\n  \"a\": 1,\n}"[..], "trailing comma (line 3, column 1)"),
            (b"{\n  'a': 1}", "(line 2, column 3)"),
            (b"{\n  \"a\": \"\xe9\"}", "UTF-8 text; a byte is not (line 2, column 9)"),
            (b"\"\xf0\x9f\x98", "it ends within a character (line 1, column 2)"),
            (b"\xff\xfe{\0}\0", "UTF-16 (line 1, column 1)"),
        ] {
            assert!(refusal(text).contains(place), "{}", refusal(text));
        }
    }

    #[test]
    fn half_an_emoji_is_called_that() {
        for text in [r#"["\ud83d"]"#, r#"["\ude00"]"#, r#"["\ud83d\u0041"]"#, r#"["\ud83d\n"]"#] {
            let refused = parse_strict(text.as_bytes()).expect_err("half a character").0;
            assert!(refused.contains("half an emoji") && refused.contains("line 1"), "{refused}");
        }
        assert_eq!(parse_strict(br#""\ud83d\ude00""#), Ok(Value::from("\u{1f600}")));
    }
}
