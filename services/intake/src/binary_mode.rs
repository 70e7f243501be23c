//! CloudEvents in HTTP's binary content mode: attributes in `ce-` headers, the data in the body
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>).
//! Many SDKs send it by default.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use shared::FieldError;

/// How the name of a header begins that holds an attribute.
pub const PREFIX: &str = "ce-";

/// Each of them alone says that the mode is meant, so that a forgotten one is named as missing.
const REQUIRED: [&str; 4] = ["specversion", "source", "id", "type"];

/// Whether the headers hold a required attribute of an event.
pub fn is_used(headers: &BTreeMap<String, String>) -> bool {
    headers.keys().filter_map(|name| attribute(name)).any(|name| REQUIRED.contains(&&*name))
}

/// The event whose attributes are in `headers` and whose data is `data`.
///
/// # Errors
/// Each header whose value is not percent-encoded UTF-8, by the pointer of its attribute.
pub fn to_cloud_event(
    headers: &BTreeMap<String, String>,
    data: Value,
) -> Result<Value, Vec<FieldError>> {
    let mut event = Map::new();
    let mut errors = Vec::new();
    for (header, value) in headers {
        let Some(name) = attribute(header) else { continue };
        match decode(value) {
            Some(text) => drop(event.insert(name, Value::String(text))),
            None => errors.push(FieldError {
                pointer: format!("/{name}"),
                detail: format!("expected percent-encoded UTF-8 in the header {PREFIX}{name}"),
            }),
        }
    }
    // Last, so that no header stands in for the body or for its media type.
    if let Some((_, media_type)) =
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        event.insert("datacontenttype".to_owned(), Value::String(media_type.clone()));
    }
    event.insert("data".to_owned(), data);
    if errors.is_empty() { Ok(Value::Object(event)) } else { Err(errors) }
}

/// The attribute of a `ce-` header: its name is letters and digits alone.
fn attribute(header: &str) -> Option<String> {
    let header = header.to_ascii_lowercase();
    let name = header.strip_prefix(PREFIX)?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    is_name.then(|| name.to_owned())
}

/// The text of a header value: double-quoted strings are unescaped, then it is percent-decoded once.
fn decode(value: &str) -> Option<String> {
    let unquoted = unquote(value.trim())?;
    percent_decode_str(&unquoted).decode_utf8().ok().map(String::from)
}

/// Takes the quotes and the backslashes of double-quoted strings away (RFC 7230 section 3.2.6), which
/// older SDKs write. `None` for a quote that is not closed.
fn unquote(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut is_quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => text.push(chars.next()?),
            other => text.push(other),
        }
    }
    (!is_quoted).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn headers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn headers_become_attributes_and_the_body_becomes_data() {
        let headers = headers(&[
            ("Ce-Specversion", "1.0"),
            ("ce-id", "e-1"),
            ("ce-source", "https://shop.example/orders"),
            ("ce-type", "order.confirmed"),
            ("ce-data", "not the body"),
            ("ce-datacontenttype", "text/plain"),
            ("content-type", "application/json; charset=utf-8"),
            ("x-other", "1"),
        ]);
        assert!(is_used(&headers));
        let event = to_cloud_event(&headers, json!({ "order": 1 }));
        let expected = json!({
            "specversion": "1.0", "id": "e-1", "source": "https://shop.example/orders",
            "type": "order.confirmed", "datacontenttype": "application/json; charset=utf-8",
            "data": { "order": 1 },
        });
        assert_eq!(event, Ok(expected));
    }

    #[test]
    fn a_value_is_unquoted_and_percent_decoded_once() {
        for (value, text) in [
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \u{20ac} \u{1f600}"),
            ("%e2%82%ac", "\u{20ac}"),
            ("%2541", "%41"),
            ("100%", "100%"),
            (r#""a \"b\" \\ c""#, r#"a "b" \ c"#),
        ] {
            assert_eq!(decode(value).as_deref(), Some(text), "{value}");
        }
        for value in ["%C0%A0", "%ff", "\"open", "\"open\\"] {
            assert_eq!(decode(value), None, "{value}");
        }
    }

    #[test]
    fn a_bad_header_is_named_by_its_attribute() {
        let refused =
            to_cloud_event(&headers(&[("ce-id", "%ff")]), json!({})).expect_err("refused");
        assert_eq!(refused[0].pointer, "/id");
        assert!(refused[0].detail.contains("ce-id"), "{}", refused[0].detail);
    }
}
