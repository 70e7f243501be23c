//! Raw HTTP, for requests that a well-behaved client would not send.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use local::resources::SHOP_BUS;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An HTTP response.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The JSON Pointers in the `errors` of an RFC 9457 problem.
    pub fn pointers(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| e["pointer"].as_str().expect("a pointer").to_owned()).collect()
    }
}

/// Posts an event to intake.
pub async fn post(address: SocketAddr, media_type: &str, body: &[u8]) -> Answer {
    request(address, "POST", "/v1/events", &[("content-type", media_type)], body).await
}

/// Puts events on the shop's bus, as a shop that uses EventBridge does.
pub async fn put_on_the_bus(address: SocketAddr, events: &[Value]) {
    let entry = |event: &Value| {
        json!({
            "EventBusName": SHOP_BUS,
            "Source": "shop",
            "DetailType": "order",
            "Detail": event.to_string(),
        })
    };
    let body = json!({ "Entries": events.iter().map(entry).collect::<Vec<_>>() }).to_string();
    let headers =
        [("x-amz-target", "AWSEvents.PutEvents"), ("content-type", "application/x-amz-json-1.1")];
    let answer = request(address, "POST", "/", &headers, body.as_bytes()).await;
    assert_eq!(answer.json()["FailedEntryCount"], 0, "{answer:?}");
}

/// Invokes intake without waiting for its answer.
pub async fn invoke_asynchronously(address: SocketAddr, payload: &Value) {
    let path = "/2015-03-31/functions/waybill-intake/invocations";
    let headers = [("x-amz-invocation-type", "Event"), ("content-type", "application/json")];
    let answer = request(address, "POST", path, &headers, payload.to_string().as_bytes()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

/// Sends a request unchanged.
pub async fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("the port is open");
    let length = body.len();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-length: {length}\r\n"
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.expect("the head is taken");
    stream.write_all(body).await.expect("the body is taken");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    read(&answer)
}

/// Parses a response. The server closes the connection after it, so the body is all that follows.
fn read(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&answer[..end]).expect("an ASCII head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| {
        let name = HeaderName::try_from(name).expect("a header name");
        (name, HeaderValue::try_from(value).expect("a header value"))
    });
    Answer {
        status: status.parse().expect("a status"),
        headers: headers.collect(),
        body: answer[end + 4..].to_vec(),
    }
}
