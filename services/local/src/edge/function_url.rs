//! The Function URLs of intake and connector: an HTTP request becomes an event of payload format 2.0, the function's
//! response becomes HTTP again
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::BufferedRequest;
use super::state::Edge;
use crate::lambda::Invocation;
use crate::response::request_id;

/// The largest request that a Function URL takes.
const MAX_REQUEST_BYTES: usize = 6 * 1024 * 1024;

/// Handles every request that no other route takes.
pub async fn invoke(State(edge): State<Arc<Edge>>, request: BufferedRequest) -> Response {
    if request.body.len() > MAX_REQUEST_BYTES {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    }
    let Some(lambda) = edge.lambdas.with_url(request.parts.uri.path()) else {
        return bad_gateway();
    };
    let event = Bytes::from(event(&request).to_string());
    match lambda.function.invoke(Uuid::new_v4(), event).await {
        Invocation::Answered(payload) => response(payload),
        Invocation::Failed { .. } => bad_gateway(),
    }
}

fn bad_gateway() -> Response {
    message(StatusCode::BAD_GATEWAY, "Internal Server Error")
}

fn message(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

/// The event of a request. `cookies`, `queryStringParameters` and `body` are absent when there are
/// none.
fn event(request: &BufferedRequest) -> Value {
    let BufferedRequest { parts, body, peer } = request;
    let header = |name: HeaderName| {
        parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    };
    let now = Timestamp::now();
    let (body, is_base64) = encode(body, header(header::CONTENT_TYPE));
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.uri.path(),
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers(parts),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": header(header::HOST),
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": parts.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": peer.ip(),
                "userAgent": header(header::USER_AGENT),
            },
            "requestId": request_id(),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": is_base64,
    });
    let cookies: Vec<_> = header(header::COOKIE).split("; ").filter(|c| !c.is_empty()).collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let parameters = query_parameters(parts);
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(parameters);
    }
    if !body.is_empty() {
        event["body"] = json!(body);
    }
    event
}

fn headers(parts: &Parts) -> BTreeMap<&str, Cow<'_, str>> {
    let headers = parts.headers.iter();
    joined(headers.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))))
}

fn query_parameters(parts: &Parts) -> BTreeMap<String, Cow<'static, str>> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
    joined(pairs.unwrap_or_default().0.into_iter().map(|(name, value)| (name, value.into())))
}

/// One value for each name, as payload format 2.0 has it: several are joined by commas.
fn joined<'a, K: Ord>(pairs: impl Iterator<Item = (K, Cow<'a, str>)>) -> BTreeMap<K, Cow<'a, str>> {
    let mut joined = BTreeMap::<K, Cow<'a, str>>::new();
    for (name, value) in pairs {
        joined
            .entry(name)
            .and_modify(|before| *before = format!("{before},{value}").into())
            .or_insert(value);
    }
    joined
}

/// The body and whether it is base64: text goes as it is, everything else encoded.
fn encode<'a>(body: &'a Bytes, media_type: &str) -> (Cow<'a, str>, bool) {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Which media types AWS takes for text is not documented, so a function must read both.
    let is_text = body.is_empty()
        || essence.is_empty()
        || essence.starts_with("text/")
        || ["json", "xml", "javascript"].iter().any(|kind| essence.ends_with(kind));
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (text.into(), false),
        _ => (STANDARD.encode(body).into(), true),
    }
}

/// A function's response of payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponsePayload {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

fn response(payload: Bytes) -> Response {
    match serde_json::from_slice::<ResponsePayload>(&payload) {
        Ok(response) => response.into_http().unwrap_or_else(bad_gateway),
        // AWS infers the format too: any other JSON is the body of a 200.
        Err(_) => ([(header::CONTENT_TYPE, "application/json")], payload).into_response(),
    }
}

impl ResponsePayload {
    /// `None` when HTTP cannot carry it.
    fn into_http(self) -> Option<Response> {
        let body = self.body.unwrap_or_default();
        let body =
            if self.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
        let status = StatusCode::from_u16(self.status_code).ok()?;
        let media_type = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (status, media_type, body).into_response();
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).ok()?;
            // The server counts the body itself.
            if name != header::CONTENT_LENGTH {
                headers.insert(name, HeaderValue::try_from(value).ok()?);
            }
        }
        for cookie in self.cookies {
            headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
        }
        Some(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event_of(builder: http::request::Builder, body: &'static [u8]) -> Value {
        let (parts, ()) = builder.body(()).unwrap().into_parts();
        let peer = "127.0.0.1:9".parse().unwrap();
        event(&BufferedRequest { parts, body: Bytes::from_static(body), peer })
    }

    #[test]
    fn a_request_becomes_an_event_of_payload_format_2_0() {
        let request = http::Request::post("/v1/events?a=1&b=x%20y&a=2&c=+&d")
            .header("Host", "127.0.0.1:8080")
            .header("Content-Type", "application/cloudevents+json")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .header("Cookie", "a=1; b=2");
        let event = event_of(request, br#"{"id":1}"#);
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["rawPath"], "/v1/events");
        assert_eq!(event["rawQueryString"], "a=1&b=x%20y&a=2&c=+&d");
        assert_eq!(
            event["queryStringParameters"],
            json!({"a": "1,2", "b": "x y", "c": " ", "d": ""})
        );
        assert_eq!(event["headers"]["x-twice"], "1,2");
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["requestContext"]["http"]["method"], "POST");
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["body"], r#"{"id":1}"#);
        assert_eq!(event["isBase64Encoded"], false);
    }

    #[test]
    fn a_body_that_is_no_text_is_base64() {
        let not_utf8 =
            event_of(http::Request::post("/").header("content-type", "text/plain"), b"\xff");
        assert_eq!(
            (&not_utf8["body"], &not_utf8["isBase64Encoded"]),
            (&"/w==".into(), &true.into())
        );
        let form =
            http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(event_of(form, b"a")["isBase64Encoded"], true);
        assert!(event_of(http::Request::get("/"), b"").get("body").is_none());
    }

    #[tokio::test]
    async fn a_response_becomes_http_again() {
        let payload = json!({
            "statusCode": 202, "headers": {"Content-Type": "text/plain", "Content-Length": "99"},
            "cookies": ["a=1", "b=2"], "body": "aMO2", "isBase64Encoded": true,
        });
        let response = response(Bytes::from(payload.to_string()));
        assert_eq!(response.status(), 202);
        assert_eq!(response.headers()["content-type"], "text/plain");
        assert!(!response.headers().contains_key("content-length"));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        let body = axum::body::to_bytes(response.into_body(), 9).await.unwrap();
        assert_eq!(body, "hö");
    }

    #[test]
    fn a_response_that_http_cannot_carry_is_a_502() {
        let payload = Bytes::from(r#"{"statusCode":200,"headers":{"bad name":"x"}}"#);
        assert_eq!(response(payload).status(), 502);
    }
}
