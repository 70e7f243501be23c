//! The answers of the HTTP endpoint: the forms of their bodies, and each problem by its status.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};
use shared::contract::event::MAX_BATCH_EVENTS;
use shared::contract::warnings::parse_with_warnings;
use shared::{CorrelationId, FieldError, FieldWarning, Kind, OrderKey};

use super::{EVENT, examples, reference};
use crate::http::{Answer, Format, request_too_large};
use crate::outcome::{Outcome, PublishResult};
use crate::problem::Problem;

/// What a request is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `/v1/events`
    Events,
    /// `/v1/shops/{shop}/events`
    EventsOfShop,
    /// `/healthz`
    Health,
}

/// One of each problem, with the name of its example.
fn problems() -> Vec<(&'static str, Problem)> {
    let invalid = || outcome(&without_address(), PublishResult::Invalid(Vec::new()));
    let conflict = || outcome(&confirmed(), PublishResult::Conflict);
    let unauthorized =
        "The signature is not of the last five minutes. Check the clock and sign again.";
    vec![
        ("invalid", Problem::from_outcome(invalid()).expect("it is refused")),
        ("batch_invalid", Problem::BatchRefused(vec![invalid()])),
        ("unsigned_attributes", Problem::UnsignedAttributes),
        ("unauthorized", Problem::Unauthorized(unauthorized)),
        ("forbidden", Problem::Forbidden(Format::V2.how_to_authenticate())),
        ("no_such_path", Problem::NotFound),
        ("method_not_allowed", Problem::MethodNotAllowed("POST")),
        ("conflict", Problem::from_outcome(conflict()).expect("it is refused")),
        ("batch_conflict", Problem::BatchRefused(vec![conflict(), invalid()])),
        ("too_large", request_too_large()),
        ("unsupported_media_type", Problem::UnsupportedMediaType),
        ("compressed", Problem::Compressed),
        ("secret_unavailable", Problem::SecretUnavailable),
        ("store_unavailable", Problem::StoreUnavailable),
    ]
}

/// Whether a request to the endpoint may be answered with the problem, whatever its method.
fn is_answered_at(problem: &Problem, endpoint: Endpoint) -> bool {
    match problem {
        // A name that no shop can have is no such path.
        Problem::NotFound => endpoint == Endpoint::EventsOfShop,
        Problem::MethodNotAllowed(_) => true,
        Problem::UnsupportedMediaType
        | Problem::Compressed
        | Problem::TooLarge(_)
        | Problem::Invalid { .. }
        | Problem::Conflict { .. }
        | Problem::BatchRefused(_)
        | Problem::UnsignedAttributes
        | Problem::Unauthorized(_)
        | Problem::Forbidden(_)
        | Problem::SecretUnavailable
        | Problem::StoreUnavailable => endpoint != Endpoint::Health,
    }
}

fn confirmed() -> Value {
    examples::smallest(Kind::OrderConfirmed)
}

fn without_address() -> Value {
    let mut event = confirmed();
    event["data"]["order"]["customer"] = json!({ "emial": "jo@customers.example" });
    event
}

/// What intake answers for an event with this result, an invalid one with its bad fields.
fn outcome(event: &Value, result: PublishResult) -> Outcome {
    let (parsed, warnings) = parse_with_warnings(event, examples::now());
    let (order, result) = match parsed {
        Ok(event) => (Some(OrderKey::of_event(&event)), result),
        Err(errors) => (None, PublishResult::Invalid(errors)),
    };
    let reference = json!({ "source": event["source"], "id": event["id"] });
    let reference = serde_json::from_value(reference).ok();
    let correlation_id = match result {
        PublishResult::Accepted | PublishResult::Duplicate => {
            CorrelationId::parse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff").ok()
        }
        PublishResult::Conflict | PublishResult::Invalid(_) => None,
    };
    Outcome { reference, order, correlation_id, result, warnings }
}

/// Bodies of answers to what is stored, by name.
pub fn published() -> Value {
    let accepted = outcome(&confirmed(), PublishResult::Accepted);
    let mut odd = examples::smallest(Kind::ShipmentShipped);
    let shipment = odd["data"]["shipment"].as_object_mut().expect("an object");
    let number = shipment.remove("tracking_number");
    shipment.insert("tracking_nubmer".to_owned(), json!(number));
    let warned = outcome(&odd, PublishResult::Accepted);
    let duplicate = outcome(&confirmed(), PublishResult::Duplicate);
    let invalid = outcome(&without_address(), PublishResult::Invalid(Vec::new()));
    let value = |outcomes: &[&Outcome]| json!({ "value": { "results": outcomes } });
    json!({
        "accepted": value(&[&accepted]),
        "accepted_with_a_warning": value(&[&warned]),
        "duplicate": value(&[&duplicate]),
        "batch_of_which_one_is_invalid": value(&[&accepted, &invalid]),
    })
}

/// The problem as the message of a function error.
pub fn function_error() -> Value {
    let refused = outcome(&without_address(), PublishResult::Invalid(Vec::new()));
    let problem = Problem::from_outcome(refused).expect("it is refused");
    json!({ "errorMessage": problem.into_message() })
}

/// The name of the response with this status among the components.
fn name(status: u16) -> String {
    let status = StatusCode::from_u16(status).expect("a status");
    status.canonical_reason().expect("a registered status").replace(' ', "")
}

/// References to the responses with the problems of an endpoint, by status.
pub fn refusals(endpoint: Endpoint) -> BTreeMap<String, Value> {
    let problems = problems().into_iter().filter(|(_, it)| is_answered_at(it, endpoint));
    let statuses = problems.map(|(_, problem)| problem.into_answer().status);
    let response = |status| reference(&format!("#/components/responses/{}", name(status)));
    statuses.map(|status| (status.to_string(), response(status))).collect()
}

/// The responses with problems: those of one status together.
pub fn problem_responses() -> BTreeMap<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<(&str, Answer)>> = BTreeMap::new();
    for (name, problem) in problems() {
        let answer = problem.into_answer();
        by_status.entry(answer.status).or_default().push((name, answer));
    }
    by_status.into_iter().map(|(status, answers)| (name(status), response(&answers))).collect()
}

/// One response for these answers, which have the same status.
fn response(answers: &[(&str, Answer)]) -> Value {
    let mut titles: Vec<String> = Vec::new();
    let mut examples = json!({});
    let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, answer) in answers {
        let body: Value = serde_json::from_str(&answer.body).expect("JSON");
        let title = format!("{}.", body["title"].as_str().expect("a title"));
        if !titles.contains(&title) {
            titles.push(title);
        }
        examples[name] = json!({ "value": body });
        for (header, value) in &answer.headers {
            headers.entry(header).or_default().push(value);
        }
    }
    headers.remove("content-type");
    let is_always = |values: &[&str]| values.len() == answers.len();
    let header = |(name, values): (&str, Vec<&str>)| {
        (name.to_owned(), header(name, is_always(&values), values[0]))
    };
    let mut response = json!({
        "description": titles.join(" "),
        "content": { "application/problem+json": {
            "schema": reference("#/components/schemas/Problem"), "examples": examples
        } }
    });
    let headers: serde_json::Map<String, Value> = headers.into_iter().map(header).collect();
    if !headers.is_empty() {
        response["headers"] = Value::Object(headers);
    }
    response
}

fn header(name: &str, is_required: bool, example: &str) -> Value {
    let description = match name {
        "allow" => "The methods that the path takes.",
        "accept-encoding" => "Where the body was compressed: how to send it instead.",
        "retry-after" => "After how many seconds to publish the same again.",
        other => panic!("the header {other} is not described"),
    };
    json!({
        "description": description, "required": is_required, "example": example,
        "schema": { "type": "string" }
    })
}

/// The forms of bodies.
pub fn schemas() -> Value {
    json!({
        "Published": object(&["results"], json!({ "results": reference("#/components/schemas/Results") })),
        "Results": {
            "description": "A result for each event, in their order.", "type": "array", "minItems": 1,
            "maxItems": MAX_BATCH_EVENTS, "items": reference("#/components/schemas/Result")
        },
        "Result": result(),
        "FieldError": field(&["pointer", "detail"], &FieldError {
            pointer: "/data/order/customer/email".to_owned(),
            detail: "is required and missing".to_owned(),
        }),
        "FieldWarning": field(&["pointer", "detail"], &FieldWarning {
            pointer: "/data/order/customer/emial".to_owned(),
            detail: "This member is not known and was ignored.".to_owned(),
            suggestion: Some("did you mean email?".to_owned()),
        }),
        "Problem": problem(),
        "Health": object(&["status"], json!({ "status": { "const": "ok" } })),
    })
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

/// The form of what this serialises to, whose members are all text.
fn field(required: &[&str], example: &impl serde::Serialize) -> Value {
    let example = json!(example);
    let described = |name: &String| {
        let description = match name.as_str() {
            "pointer" => {
                "Where: a JSON Pointer (RFC 6901) into the event; empty for the event itself."
            }
            "detail" => "What is wrong or odd there, as a sentence that never repeats the value.",
            "suggestion" => "What may have been meant.",
            other => panic!("the member {other} is not described"),
        };
        (name.clone(), json!({ "type": "string", "description": description }))
    };
    let members = example.as_object().expect("an object").keys().map(described);
    let mut schema = object(required, Value::Object(members.collect()));
    schema["examples"] = json!([example]);
    schema
}

fn result() -> Value {
    let results = [
        PublishResult::Accepted,
        PublishResult::Duplicate,
        PublishResult::Conflict,
        PublishResult::Invalid(Vec::new()),
    ];
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut schema = object(
        &["result"],
        json!({
            "result": {
                "type": "string", "enum": results.each_ref().map(PublishResult::as_str),
                "description": "accepted: it is stored. duplicate: it was stored before. conflict: another event with \
                                its source and id was. invalid: it is not stored."
            },
            "source": text("The event's source; with the id, as far as both can be read."),
            "id": text("The event's id."),
            "shop": text("The shop that it is about, where it is valid."),
            "order_id": text("The order that it is about, where it is valid, in Unicode's form NFC and trimmed."),
            "correlation_id": text("What follows the stored event to its mail through every log line."),
            "errors": errors(),
            "warnings": warnings(),
        }),
    );
    let is_invalid = json!({ "properties": { "result": { "const": "invalid" } } });
    schema["if"] = is_invalid;
    schema["then"] = json!({ "required": ["errors"] });
    schema
}

fn errors() -> Value {
    json!({
        "description": "Each field that refuses an event.", "type": "array", "minItems": 1,
        "items": reference("#/components/schemas/FieldError")
    })
}

fn warnings() -> Value {
    json!({
        "description": "What was mended, left out or not understood, and what is probably not meant as it stands. Whether \
                        the event is stored does not depend on it.",
        "type": "array", "minItems": 1, "items": reference("#/components/schemas/FieldWarning")
    })
}

/// A problem by RFC 9457.
fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut schema = object(
        &["type", "title", "status", "detail"],
        json!({
            "type": { "const": "about:blank" },
            "title": text("What is wrong, the same for each problem of its kind."),
            "status": { "type": "integer", "description": "The HTTP status." },
            "detail": text("What is wrong here, whether anything was stored, and what to do."),
            "errors": errors(),
            "warnings": warnings(),
            "results": reference("#/components/schemas/Results"),
        }),
    );
    schema["description"] = json!(
        "RFC 9457. errors and warnings are of a single event, or of the request; results are those of a batch that was \
         read and of which nothing is stored."
    );
    schema
}

/// The form of `data`, which is the body in binary mode.
pub fn data() -> Value {
    reference(&format!("{EVENT}#/properties/data"))
}
