//! HTTP into the event.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;
use serde::Serialize;

use crate::edge::Request;
use crate::edge::reply::request_id;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    version: &'a str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<&'a str>,
    headers: BTreeMap<&'a str, Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_parameters: Option<BTreeMap<String, String>>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'a str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: String,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'a str,
    source_ip: String,
    user_agent: &'a str,
}

impl<'a> Event<'a> {
    pub fn of(request: &'a Request) -> Self {
        let Request { parts, body, peer } = request;
        let now = Timestamp::now();
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        let text = |name: HeaderName| {
            parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
        };
        let (body, is_base64_encoded) = encode(body, text(header::CONTENT_TYPE));
        Self {
            version: "2.0",
            route_key: "$default",
            raw_path: path,
            raw_query_string: query,
            cookies: text(header::COOKIE).split("; ").filter(|c| !c.is_empty()).collect(),
            headers: joined(&parts.headers),
            query_string_parameters: (!query.is_empty()).then(|| parameters(query)),
            request_context: Context {
                account_id: "anonymous",
                api_id: "local",
                domain_name: text(header::HOST),
                domain_prefix: "local",
                http: Http {
                    method: parts.method.as_str(),
                    path,
                    protocol: "HTTP/1.1",
                    source_ip: peer.ip().to_string(),
                    user_agent: text(header::USER_AGENT),
                },
                request_id: request_id(),
                route_key: "$default",
                stage: "$default",
                time: now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                time_epoch: now.as_millisecond(),
            },
            body,
            is_base64_encoded,
        }
    }
}

/// One value for each name, as payload format 2.0 has it: several are joined by commas.
fn joined(headers: &HeaderMap) -> BTreeMap<&str, Cow<'_, str>> {
    let mut joined = BTreeMap::<&str, Cow<'_, str>>::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        match joined.get_mut(name.as_str()) {
            None => drop(joined.insert(name.as_str(), value)),
            Some(before) => *before = Cow::Owned(format!("{before},{value}")),
        }
    }
    joined
}

fn parameters(query: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let mut parameters = BTreeMap::<String, String>::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters
            .entry(decode(name))
            .and_modify(|before| *before = format!("{before},{}", decode(value)))
            .or_insert_with(|| decode(value));
    }
    parameters
}

/// Text goes as it is, everything else as base64. Which media types AWS takes for text is not
/// documented; a function must read both.
fn encode<'a>(body: &'a Bytes, media_type: &str) -> (Option<Cow<'a, str>>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = essence.is_empty()
        || essence.starts_with("text/")
        || ["json", "xml", "javascript"].iter().any(|kind| essence.ends_with(kind));
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (Some(Cow::Borrowed(text)), false),
        _ => (Some(Cow::Owned(STANDARD.encode(body))), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(builder: http::request::Builder, body: &'static [u8]) -> serde_json::Value {
        let (parts, ()) = builder.body(()).unwrap().into_parts();
        let peer = "127.0.0.1:9".parse().unwrap();
        let request = Request { parts, body: Bytes::from_static(body), peer };
        serde_json::to_value(Event::of(&request)).unwrap()
    }

    #[test]
    fn a_request_becomes_an_event_of_payload_format_2_0() {
        let request = http::Request::post("/v1/events?a=1&b=x%20y&a=2")
            .header("Host", "127.0.0.1:8080")
            .header("Content-Type", "application/cloudevents+json")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .header("Cookie", "a=1; b=2");
        let event = event(request, br#"{"id":1}"#);
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["rawPath"], "/v1/events");
        assert_eq!(event["rawQueryString"], "a=1&b=x%20y&a=2");
        assert_eq!(event["queryStringParameters"], serde_json::json!({"a": "1,2", "b": "x y"}));
        assert_eq!(event["headers"]["x-twice"], "1,2");
        assert_eq!(event["cookies"], serde_json::json!(["a=1", "b=2"]));
        assert_eq!(event["requestContext"]["http"]["method"], "POST");
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["body"], r#"{"id":1}"#);
        assert_eq!(event["isBase64Encoded"], false);
    }

    #[test]
    fn a_body_that_is_no_text_is_base64() {
        let not_utf8 =
            event(http::Request::post("/").header("content-type", "text/plain"), b"\xff");
        assert_eq!(
            (&not_utf8["body"], &not_utf8["isBase64Encoded"]),
            (&"/w==".into(), &true.into())
        );
        let form =
            http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(event(form, b"a")["isBase64Encoded"], true);
        assert!(event(http::Request::get("/"), b"").get("body").is_none());
    }
}
