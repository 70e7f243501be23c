//! The HTTP endpoint: requests of a Function URL or an HTTP API, in payload format 2.0
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>).

use std::collections::BTreeMap;
use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared::ShopId;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_EVENT_BYTES, MAX_REQUEST_BYTES};
use shared::contract::json::parse_strict;
use shared::queue::arrival::Arrival;

use crate::accept::{AcceptError, Publishing, accept_in_time};
use crate::binary_mode;
use crate::dependencies::Intake;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::publishers::Publishers;
use crate::signature::Signature;
use crate::webhooks::Webhooks;

/// A request, whose body is not read yet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request<'a> {
    #[serde(default)]
    raw_path: String,
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
    /// `null` or absent if the URL requires no credentials.
    #[serde(default)]
    authorizer: Option<Authorizer>,
}

/// The caller, as authenticated by AWS.
#[derive(Debug, Deserialize)]
struct Authorizer {
    #[serde(default)]
    iam: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct RequestLine {
    method: String,
}

/// How a body carries its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContentMode {
    /// One event.
    Single,
    /// An array of events.
    Batch,
    /// One event or an array, as the JSON has it.
    Either,
    /// The data of one event, whose attributes are headers.
    Binary,
}

/// Whether a request carries one event or an array.
enum Events {
    Single(Value),
    Batch(Vec<Value>),
}

/// The largest payload that may be a request within its limits: as JSON text, the body takes at most three times its
/// bytes (a character of two bytes as `\u0000`), and in base64 less. The rest is for what is around it.
const MAX_PAYLOAD_BYTES: usize = 3 * MAX_REQUEST_BYTES + 64 * 1024;

/// How Lambda begins each request's payload, whatever its sender puts into it.
const REQUEST_BEGINS: &str = r#"{"version":"2.0","#;

/// Whether a payload is a request beyond every limit, as its length alone shows. An open URL can be flooded with bodies
/// of 6 MB, and reading through one takes longer than whatever else refuses it.
pub fn is_oversized_request(payload: &str) -> bool {
    payload.len() > MAX_PAYLOAD_BYTES && payload.starts_with(REQUEST_BEGINS)
}

/// The answer to a request that is larger than any may be.
pub fn oversized() -> Value {
    request_too_large().into_response()
}

/// Handles one HTTP request, which Lambda ends at `deadline`.
pub async fn handle(intake: &Intake, request: &Request<'_>, deadline: SystemTime) -> Value {
    route(intake, request, deadline).await.unwrap_or_else(Problem::into_response)
}

/// The answer to a payload that is an HTTP request in another format.
pub fn not_a_request() -> Value {
    Problem::invalid("expected an HTTP request in payload format 2.0").into_response()
}

async fn route(
    intake: &Intake,
    request: &Request<'_>,
    deadline: SystemTime,
) -> Result<Value, Problem> {
    let method = request.request_context.http.method.as_str();
    match (Endpoint::at(&request.raw_path), method) {
        (Some(Endpoint::Events(shop)), "POST") => {
            publish(intake, request, shop.as_ref(), deadline).await
        }
        (Some(Endpoint::Events(_)), _) => Err(Problem::MethodNotAllowed("POST")),
        (Some(Endpoint::Health), "GET" | "HEAD") => Ok(response(200, &json!({ "status": "ok" }))),
        (Some(Endpoint::Health), _) => Err(Problem::MethodNotAllowed("GET, HEAD")),
        (None, _) => Err(Problem::NotFound),
    }
}

/// What a path leads to.
enum Endpoint {
    /// Events of one shop, or of any.
    Events(Option<ShopId>),
    Health,
}

impl Endpoint {
    fn at(path: &str) -> Option<Self> {
        match path.trim_end_matches('/') {
            "/v1/events" => Some(Self::Events(None)),
            "/healthz" => Some(Self::Health),
            path => {
                let shop = path.strip_prefix("/v1/shops/")?.strip_suffix("/events")?;
                ShopId::parse(shop).ok().map(Some).map(Self::Events)
            }
        }
    }
}

/// The cheapest check first: an open URL can be flooded, and each refusal costs what was done before it. No JSON
/// of the body is read before the caller is known.
async fn publish(
    intake: &Intake,
    request: &Request<'_>,
    shop: Option<&ShopId>,
    deadline: SystemTime,
) -> Result<Value, Problem> {
    let caller = authorize_by_headers(&intake.publishers, request)?;
    let body = body(request)?;
    if body.len() > MAX_REQUEST_BYTES {
        return Err(request_too_large());
    }
    // Before the signature: a compressed body would fail that check, with a sentence that misleads.
    refuse_compressed(request, &body)?;
    if let Caller::Signed(secrets, signature) = caller {
        refuse_unsigned_attributes(request)?;
        secrets.verify(&intake.shops, shop, &signature, &body).await?;
    }
    let events = read_events(request, &body)?;
    answer(intake.publishing(shop), events, deadline).await
}

/// A caller as far as the headers show.
enum Caller<'a> {
    /// They may publish.
    Authorized,
    /// They may if this is their signature of the body.
    Signed(&'a Webhooks, Signature),
}

/// Checks what the headers show of whether the caller may publish.
fn authorize_by_headers<'a>(
    publishers: &'a Publishers,
    request: &Request<'_>,
) -> Result<Caller<'a>, Problem> {
    match publishers {
        Publishers::Anyone => Ok(Caller::Authorized),
        Publishers::Iam => match &request.request_context.authorizer {
            Some(Authorizer { iam: Some(_) }) => Ok(Caller::Authorized),
            _ => Err(Problem::Forbidden),
        },
        Publishers::Webhook(secrets) => {
            let now = jiff::Timestamp::now().as_second();
            let signature = Signature::from_headers(&request.headers, now)?;
            Ok(Caller::Signed(secrets, signature))
        }
    }
}

async fn answer(
    to: Publishing<'_>,
    events: Events,
    deadline: SystemTime,
) -> Result<Value, Problem> {
    match events {
        Events::Single(event) => {
            single_answer(accept(to, vec![event], deadline).await?.into_iter().next())
        }
        Events::Batch(events) => batch_answer(accept(to, events, deadline).await?),
    }
}

async fn accept(
    to: Publishing<'_>,
    events: Vec<Value>,
    deadline: SystemTime,
) -> Result<Vec<Outcome>, Problem> {
    let accepted = accept_in_time(to, events, Arrival::default(), deadline).await;
    accepted.map_err(|error| store_unavailable(&error))
}

fn store_unavailable(error: &AcceptError) -> Problem {
    tracing::error!(%error, "an event could not be stored");
    Problem::StoreUnavailable
}

/// The answer to a batch: success as soon as one event is stored, so that no client takes what is stored
/// for lost; an error when none is, so that none takes what is lost for stored.
fn batch_answer(outcomes: Vec<Outcome>) -> Result<Value, Problem> {
    if outcomes.iter().any(|outcome| outcome.result.is_success()) {
        Ok(response(202, &json!({ "results": outcomes })))
    } else {
        Err(Problem::BatchRefused(outcomes))
    }
}

/// The answer to a single event: its status gives what a batch's `results` give.
fn single_answer(outcome: Option<Outcome>) -> Result<Value, Problem> {
    let outcome = outcome.ok_or_else(|| Problem::invalid("expected an event"))?;
    match Problem::from_outcome(outcome.clone()) {
        Some(problem) => Err(problem),
        None => Ok(response(202, &json!({ "results": [outcome] }))),
    }
}

fn read_events(request: &Request<'_>, body: &[u8]) -> Result<Events, Problem> {
    let mode = content_mode(request)?;
    // Before its size: an array is larger than an event may be.
    if mode == ContentMode::Single && is_array(body) {
        return Err(Problem::invalid(
            "expected one event; send an array with Content-Type application/cloudevents-batch+json",
        ));
    }
    if matches!(mode, ContentMode::Single | ContentMode::Binary) && body.len() > MAX_EVENT_BYTES {
        return Err(too_large());
    }
    let json = parse_strict(body).map_err(|e| Problem::invalid(&e.to_string()))?;
    match (mode, json) {
        (ContentMode::Batch | ContentMode::Either, Value::Array(events)) => {
            check_batch_size(events).map(Events::Batch)
        }
        (ContentMode::Batch, _) => Err(Problem::invalid(
            "expected an array of events; send one event with Content-Type application/cloudevents+json",
        )),
        (ContentMode::Either, _) if body.len() > MAX_EVENT_BYTES => Err(too_large()),
        (ContentMode::Binary, data) => binary_mode::to_cloud_event(&request.headers, data)
            .map(Events::Single)
            .map_err(|errors| Problem::Invalid { errors, warnings: Vec::new() }),
        (ContentMode::Single | ContentMode::Either, event) => Ok(Events::Single(event)),
    }
}

/// Whether the body's first character opens an array.
fn is_array(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    text.trim_ascii_start().starts_with(b"[")
}

/// How compressed bodies begin: gzip (RFC 1952), zlib (RFC 1950; HTTP's "deflate"), Zstandard (RFC 8878).
/// No JSON begins like that; Brotli's can begin in any way.
const COMPRESSED: [&[u8]; 6] =
    [b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x28\xb5\x2f\xfd"];

fn refuse_compressed(request: &Request<'_>, body: &[u8]) -> Result<(), Problem> {
    let encoding = request.header("content-encoding").unwrap_or_default().trim();
    let is_plain = encoding.is_empty() || encoding.eq_ignore_ascii_case("identity");
    if is_plain && !COMPRESSED.iter().any(|magic| body.starts_with(magic)) {
        Ok(())
    } else {
        Err(Problem::Compressed)
    }
}

/// A signature is of the body alone. In binary mode the type, the id and the shop are headers, so that whoever holds one
/// signed request could make other events of it.
fn refuse_unsigned_attributes(request: &Request<'_>) -> Result<(), Problem> {
    if binary_mode::is_used(&request.headers) { Err(Problem::UnsignedAttributes) } else { Ok(()) }
}

fn check_batch_size(events: Vec<Value>) -> Result<Vec<Value>, Problem> {
    match events.len() {
        0 => Err(Problem::invalid("expected at least one event")),
        1..=MAX_BATCH_EVENTS => Ok(events),
        _ => Err(request_too_large()),
    }
}

impl<'a> Request<'a> {
    /// The HTTP request that a payload is; `None` if it is another one, or an HTTP request in another format.
    pub fn from_payload(payload: &'a str) -> Option<Self> {
        // Otherwise an array would do, with the members in order.
        let is_object = payload.trim_ascii_start().starts_with('{');
        is_object.then(|| serde_json::from_str(payload).ok()).flatten()
    }

    /// The value of the header `name`, in lower case, whose case in the request does not matter.
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn content_mode(request: &Request<'_>) -> Result<ContentMode, Problem> {
    let essence = request.header("content-type").and_then(|value| value.split(';').next());
    match essence.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
        Some("application/cloudevents+json") => Ok(ContentMode::Single),
        Some("application/cloudevents-batch+json") => Ok(ContentMode::Batch),
        Some("application/json") if binary_mode::is_used(&request.headers) => {
            Ok(ContentMode::Binary)
        }
        Some("application/json") => Ok(ContentMode::Either),
        _ => Err(Problem::UnsupportedMediaType),
    }
}

fn body(request: &Request<'_>) -> Result<Vec<u8>, Problem> {
    let body = match request.body {
        Some(text) => serde_json::from_str(text.get()),
        None => Ok(String::new()),
    };
    let body = body.map_err(|_| Problem::invalid("expected a body of whole characters"))?;
    // Lambda encodes every body whose content type it does not count as text.
    if request.is_base64_encoded {
        BASE64_STANDARD.decode(body).map_err(|_| Problem::invalid("expected a body in base64"))
    } else {
        Ok(body.into_bytes())
    }
}

/// More than a request may hold, of events or of bytes.
pub fn request_too_large() -> Problem {
    Problem::TooLarge(format!(
        "A request holds at most {MAX_BATCH_EVENTS} events and {MAX_REQUEST_BYTES} bytes; split the batch. \
         Nothing was stored."
    ))
}

fn too_large() -> Problem {
    Problem::TooLarge(format!(
        "An event holds at most {MAX_EVENT_BYTES} bytes. Nothing was stored."
    ))
}

fn response(status: u16, body: &Value) -> Value {
    json!({
        "statusCode": status,
        "headers": { "content-type": "application/json" },
        "body": body.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorize(publishers: &Publishers, authorizer: &Value) -> Result<(), Problem> {
        let http = json!({ "method": "POST" });
        let context = json!({ "accountId": "1", "http": http, "authorizer": authorizer });
        let payload = json!({ "requestContext": context, "body": "{}" }).to_string();
        let request = Request::from_payload(&payload).expect("a request");
        authorize_by_headers(publishers, &request).map(|_| ())
    }

    #[test]
    fn a_request_of_the_largest_size_is_read_however_its_characters_are_escaped() {
        let request = |body: &str, is_base64: bool| {
            let escaped = body.replace('ä', "\\u00e4").replace('"', "\\\"");
            format!(
                r#"{REQUEST_BEGINS}"headers":{{}},"body":"{escaped}","isBase64Encoded":{is_base64}}}"#
            )
        };
        let umlauts = format!("\"{}\"", "ä".repeat(MAX_REQUEST_BYTES / 2 - 1));
        assert_eq!(umlauts.len(), MAX_REQUEST_BYTES);
        let base64 = BASE64_STANDARD.encode(&umlauts);
        for payload in [request(&umlauts, false), request(&base64, true)] {
            assert!(!is_oversized_request(&payload), "{} bytes", payload.len());
        }
        assert!(is_oversized_request(&request(&"x".repeat(MAX_PAYLOAD_BYTES), false)));
        let batch = format!(r#"{{"Records":["{}"]}}"#, "x".repeat(MAX_PAYLOAD_BYTES));
        assert!(!is_oversized_request(&batch), "messages of the inbox queue may be as large");
    }

    #[test]
    fn with_iam_publishers_an_unauthenticated_request_is_refused() {
        let caller = json!({ "iam": { "userArn": "arn:aws:iam::1:user/shop" } });
        assert_eq!(authorize(&Publishers::Iam, &caller), Ok(()));
        for nobody in [json!(null), json!({}), json!({ "iam": null }), json!({ "jwt": {} })] {
            assert_eq!(authorize(&Publishers::Iam, &nobody), Err(Problem::Forbidden), "{nobody}");
        }
    }

    #[tokio::test]
    async fn with_webhook_publishers_iam_credentials_are_not_enough() {
        let aws = kit::aws::loader().region("eu-central-1").load().await;
        let secrets = Webhooks::new(&aws, "arn".to_owned(), kit::Clock::system());
        let caller = json!({ "iam": { "userArn": "arn:aws:iam::1:user/shop" } });
        let refused = authorize(&Publishers::Webhook(Box::new(secrets)), &caller);
        assert!(matches!(refused, Err(Problem::Unauthorized(_))));
    }

    #[test]
    fn a_path_leads_to_the_events_of_any_shop_or_of_the_one_that_it_names() {
        let shop = |path: &str| match Endpoint::at(path) {
            Some(Endpoint::Events(shop)) => Some(shop.map(|shop| shop.to_string())),
            _ => None,
        };
        assert_eq!(shop("/v1/events/"), Some(None));
        assert_eq!(shop("/v1/shops/north/events"), Some(Some("north".to_owned())));
        for path in [
            "/v1/shops/North/events",
            "/v1/shops//events",
            "/v1/shops/a/b/events",
            "/v1/shops/events",
        ] {
            assert_eq!(shop(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_no_http_request_is_left_to_the_other_triggers() {
        let event = r#"{"id":"1","data":{"requestContext":{"http":{"method":"POST"}}}}"#;
        let method_is_a_number = r#"{"requestContext":{"http":{"method":1}}}"#;
        let array = r#"["/v1/events",{},null,false,{"http":{"method":"POST"}}]"#;
        for payload in [event, method_is_a_number, array, "[]", "null", ""] {
            assert!(Request::from_payload(payload).is_none(), "{payload}");
        }
    }
}
