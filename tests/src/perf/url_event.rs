//! A request of a Function URL, in payload format 2.0
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>).

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

/// The event of `POST path` with these headers, as AWS adds to them.
pub fn event(path: &str, headers: &[(&str, String)], body: &str) -> Bytes {
    let now = Timestamp::now();
    let host = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-2.on.aws";
    let mut all: BTreeMap<String, String> = [
        ("content-length", body.len().to_string()),
        ("host", host.to_owned()),
        ("user-agent", "shop/1.0".to_owned()),
        ("x-amzn-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
        ("x-forwarded-for", "192.0.2.1".to_owned()),
        ("x-forwarded-port", "443".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    all.extend(headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
    let http = json!({
        "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
        "userAgent": "shop/1.0",
    });
    let context = json!({
        "accountId": "anonymous", "apiId": "abcdefghijklmnopqrstuvwxyz012345", "domainName": host,
        "domainPrefix": "abcdefghijklmnopqrstuvwxyz012345", "http": http,
        "requestId": "8476a536-e9f4-11e8-9739-2dfe598c3fcd", "routeKey": "$default",
        "stage": "$default", "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": now.as_millisecond(),
    });
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": all, "requestContext": context, "body": body, "isBase64Encoded": false,
    });
    event.to_string().into()
}
