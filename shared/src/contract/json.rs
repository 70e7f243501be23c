//! Strict parsing of JSON text.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::contract::error::InvalidValue;

/// Parses JSON text, and refuses a key that is repeated in one object. serde_json would keep the last
/// value, but RFC 8259 (section 4) leaves the meaning open, so two readers could disagree.
///
/// # Errors
/// [`InvalidValue`] when the text is not UTF-8, not JSON, nested deeper than 128 levels, followed by more
/// text, or repeats a key. It names line and column, and quotes nothing.
pub fn parse_strict(text: &[u8]) -> Result<Value, InvalidValue> {
    let text = std::str::from_utf8(text).map_err(|e| {
        InvalidValue::expected(format!("UTF-8 text; byte {} is not", e.valid_up_to()))
    })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = StrictValue.deserialize(&mut reader).map_err(|e| not_json(&e))?;
    // Otherwise text after the value would be ignored.
    reader.end().map_err(|e| not_json(&e))?;
    Ok(value)
}

// serde_json's own message may quote the input ("invalid type: string \"…\""), and so a customer's data.
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
}
