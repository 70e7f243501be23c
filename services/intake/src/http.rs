//! The HTTP endpoint: requests of a Function URL, of API Gateway or of a load balancer ([`Format`]).

mod answer;
mod format;
mod request;

use std::time::SystemTime;

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

pub use answer::Answer;
pub use format::Format;
pub use request::Request;

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

/// The answer to a request that is larger than any may be.
pub fn oversized(format: Format) -> Value {
    request_too_large().into_answer().into_payload(format)
}

/// Handles one HTTP request, which Lambda ends at `deadline`.
pub async fn handle(intake: &Intake, request: &Request<'_>, deadline: SystemTime) -> Value {
    let answer = route(intake, request, deadline).await.unwrap_or_else(Problem::into_answer);
    answer.into_payload(request.format)
}

/// The answer to a payload that is an HTTP request, but not as this format has it.
pub fn malformed(format: Format) -> Value {
    let detail = "expected an HTTP request in payload format 2.0 or 1.0, or of a load balancer";
    Problem::invalid(detail).into_answer().into_payload(format)
}

async fn route(
    intake: &Intake,
    request: &Request<'_>,
    deadline: SystemTime,
) -> Result<Answer, Problem> {
    match (Endpoint::at(&request.path), request.method.as_str()) {
        (Some(Endpoint::Events(shop)), "POST") => {
            publish(intake, request, shop.as_ref(), deadline).await
        }
        (Some(Endpoint::Events(_)), _) => Err(Problem::MethodNotAllowed("POST")),
        (Some(Endpoint::Health), "GET" | "HEAD") => {
            Ok(Answer::json(200, &json!({ "status": "ok" })))
        }
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
    /// By the end of the path: before it may stand an API's stage, the mapping of a custom domain, or what a load
    /// balancer's rule matches.
    fn at(path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        // The first one, so that who may call `…/v1/shops/north/*` of an API reaches no other shop by what follows.
        if let Some((_, rest)) = path.split_once("/v1/shops/") {
            let shop = ShopId::parse(rest.strip_suffix("/events")?).ok()?;
            return Some(Self::Events(Some(shop)));
        }
        if path.ends_with("/v1/events") {
            return Some(Self::Events(None));
        }
        path.ends_with("/healthz").then_some(Self::Health)
    }
}

/// The cheapest check first: an open URL can be flooded, and each refusal costs what was done before it. No JSON
/// of the body is read before the caller is known.
async fn publish(
    intake: &Intake,
    request: &Request<'_>,
    shop: Option<&ShopId>,
    deadline: SystemTime,
) -> Result<Answer, Problem> {
    let caller = authorize_by_headers(&intake.publishers, request)?;
    let body = request.body()?;
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
        Publishers::Iam if request.is_iam_caller => Ok(Caller::Authorized),
        Publishers::Iam => Err(Problem::Forbidden(request.format.how_to_authenticate())),
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
) -> Result<Answer, Problem> {
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
fn batch_answer(outcomes: Vec<Outcome>) -> Result<Answer, Problem> {
    if outcomes.iter().any(|outcome| outcome.result.is_success()) {
        Ok(Answer::json(202, &json!({ "results": outcomes })))
    } else {
        Err(Problem::BatchRefused(outcomes))
    }
}

/// The answer to a single event: its status gives what a batch's `results` give.
fn single_answer(outcome: Option<Outcome>) -> Result<Answer, Problem> {
    let outcome = outcome.ok_or_else(|| Problem::invalid("expected an event"))?;
    match Problem::from_outcome(outcome.clone()) {
        Some(problem) => Err(problem),
        None => Ok(Answer::json(202, &json!({ "results": [outcome] }))),
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

#[cfg(test)]
mod tests;
