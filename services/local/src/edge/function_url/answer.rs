//! The function's answer into HTTP.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::internal_error;
use crate::edge::reply::{Reply, reply};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// An answer without `statusCode` is itself the body of a 200.
pub fn answered(answer: &Bytes) -> Reply {
    match serde_json::from_slice::<Answer>(answer) {
        Ok(answer) => answer.into_reply().unwrap_or_else(internal_error),
        Err(_) => reply(StatusCode::OK, "application/json", answer.clone()),
    }
}

impl Answer {
    fn into_reply(self) -> Option<Reply> {
        let body = self.body.unwrap_or_default();
        let body =
            if self.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
        let mut reply =
            reply(StatusCode::from_u16(self.status_code).ok()?, "application/json", body);
        let headers = reply.headers_mut();
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).ok()?;
            // HTTP writes the length itself.
            if name != header::CONTENT_LENGTH {
                headers.insert(name, HeaderValue::try_from(value).ok()?);
            }
        }
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
        }
        Some(reply)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn an_answer_becomes_http_again() {
        let answer = serde_json::json!({
            "statusCode": 202, "headers": {"Content-Type": "text/plain", "Content-Length": "99"},
            "cookies": ["a=1", "b=2"], "body": "aMO2", "isBase64Encoded": true,
        });
        let reply = answered(&Bytes::from(answer.to_string()));
        assert_eq!(reply.status(), 202);
        assert_eq!(reply.headers()["content-type"], "text/plain");
        assert!(!reply.headers().contains_key("content-length"));
        assert_eq!(reply.headers().get_all("set-cookie").iter().count(), 2);
        let body = reply.into_body().collect().now_or_never().unwrap().unwrap().to_bytes();
        assert_eq!(body, "hö");
    }

    #[test]
    fn an_answer_that_http_cannot_carry_is_a_502() {
        let answer = Bytes::from(r#"{"statusCode":200,"headers":{"bad name":"x"}}"#);
        assert_eq!(answered(&answer).status(), 502);
    }
}
