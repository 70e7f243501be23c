//! An answer over HTTP, and how each sender of requests wants it.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::format::Format;

/// The answer to a request, in no format yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, each once.
    pub headers: Vec<(&'static str, &'static str)>,
    /// JSON.
    pub body: String,
}

impl Answer {
    /// An answer that is no problem.
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json")];
        Self { status, headers, body: body.to_string() }
    }

    /// The answer as the function's response to a request of this format.
    pub fn into_payload(self, format: Format) -> Value {
        let mut payload = json!({ "statusCode": self.status, "body": self.body });
        match format {
            Format::V2 | Format::V1 => payload["headers"] = self.headers(|value| json!(value)),
            Format::LoadBalancer { multi_value } => {
                payload["isBase64Encoded"] = json!(false);
                payload["statusDescription"] = json!(status_line(self.status));
                // The other one would be ignored, and with it the content type.
                if multi_value {
                    payload["multiValueHeaders"] = self.headers(|value| json!([value]));
                } else {
                    payload["headers"] = self.headers(|value| json!(value));
                }
            }
        }
        payload
    }

    fn headers(&self, value_of: impl Fn(&str) -> Value) -> Value {
        let headers =
            self.headers.iter().map(|(name, value)| ((*name).to_owned(), value_of(value)));
        Value::Object(headers.collect::<Map<_, _>>())
    }
}

/// The status and its name, such as `202 Accepted`.
fn status_line(status: u16) -> String {
    let name = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", name.unwrap_or_default())
}
