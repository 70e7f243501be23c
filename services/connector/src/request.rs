//! A request of the Function URL, in payload format 2.0
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>).

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A request, whose body is not read yet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    #[serde(default)]
    pub raw_path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The body as JSON text.
    #[serde(default, borrow)]
    body: Option<&'a RawValue>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Debug, Deserialize)]
struct RequestContext {
    http: RequestLine,
}

#[derive(Debug, Deserialize)]
struct RequestLine {
    method: String,
}

impl<'a> Request<'a> {
    /// The HTTP request that a payload is; `None` if it is another one.
    pub fn from_payload(payload: &'a str) -> Option<Self> {
        // Otherwise an array would do, with the members in order.
        let is_object = payload.trim_ascii_start().starts_with('{');
        is_object.then(|| serde_json::from_str(payload).ok()).flatten()
    }

    pub fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// The value of the header `name`, in lower case, whose case in the request does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The length of the body as it is in the payload: escaped, or in base64.
    pub fn encoded_len(&self) -> usize {
        self.body.map_or(0, |body| body.get().len())
    }

    /// The raw body. What Lambda did not encode as it documents is no body that anybody signed: empty.
    pub fn body(&self) -> Vec<u8> {
        let text = self.body.and_then(|text| serde_json::from_str(text.get()).ok());
        let text: String = text.unwrap_or_default();
        // Lambda encodes every body whose content type it does not count as text.
        if self.is_base64_encoded {
            BASE64_STANDARD.decode(text).unwrap_or_default()
        } else {
            text.into_bytes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raw_body_is_the_same_whether_lambda_encoded_it_or_not() {
        let body = |rest: &str| {
            let payload = format!(
                r#"{{"requestContext":{{"http":{{"method":"POST"}}}},"headers":{{"X-Topic":"a"}},{rest}}}"#
            );
            let request = Request::from_payload(&payload).expect("a request");
            assert_eq!((request.method(), request.header("x-topic")), ("POST", Some("a")));
            request.body()
        };
        let expected = r#"{"a":"ü"}"#.as_bytes();
        assert_eq!(body(r#""body":"{\"a\":\"\u00fc\"}""#), expected);
        assert_eq!(body(r#""body":"eyJhIjoiw7wifQ==","isBase64Encoded":true"#), expected);
        for nothing in [r#""body":null"#, r#""x":1"#, r#""body":"?","isBase64Encoded":true"#] {
            assert_eq!(body(nothing), b"");
        }
    }

    #[test]
    fn a_batch_is_no_request() {
        for payload in [r#"{"Records":[]}"#, "[]", "null", "", r#"[{"http":{"method":"POST"}}]"#] {
            assert!(Request::from_payload(payload).is_none(), "{payload}");
        }
    }
}
