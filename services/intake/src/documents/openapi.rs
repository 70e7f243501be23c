//! The OpenAPI document of intake's HTTP (<https://spec.openapis.org/oas/v3.1.1.html>).

use serde_json::{Map, Value, json};
use shared::Kind;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_EVENT_BYTES, MAX_REQUEST_BYTES};

use super::answers::{self, Endpoint};
use super::{EVENT, batch, examples, licence, reference};
use crate::binary_mode::PREFIX;

/// The attributes of an event, which binary mode has in headers. Not among them: `datacontenttype`, which is the header
/// `content-type` there.
const ATTRIBUTES: [&str; 7] =
    ["specversion", "source", "id", "type", "time", "shop", "correlationid"];

/// The document.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Waybill: publishing order events over HTTP",
            "version": "1",
            "summary": "Takes a shop's order events and mails its customers once.",
            "description": description(),
            "license": licence()
        },
        "servers": servers(),
        "security": [webhook(), { "sigv4": [] }, {}],
        "paths": {
            "/v1/events": { "post": publish(Endpoint::Events) },
            "/v1/shops/{shop}/events": {
                "parameters": [shop_parameter()], "post": publish(Endpoint::EventsOfShop)
            },
            "/healthz": { "get": health("getHealth"), "head": health("headHealth") }
        },
        "components": {
            "parameters": attribute_parameters(),
            "requestBodies": { "Events": request_body() },
            "responses": answers::problem_responses(),
            "schemas": schemas(),
            "securitySchemes": security_schemes()
        }
    })
}

fn description() -> String {
    format!(
        "Order events are CloudEvents 1.0 over HTTP: in structured mode, in batches of up to {MAX_BATCH_EVENTS}, or in \
         binary mode. {EVENT} describes the form of an event. What it takes is accepted without a warning about its \
         form; of the rest most is accepted too, and `warnings` say what was mended or left out. Refused is only what \
         makes the mail impossible.\n\n\
         The same source and id with the same type and data, within an order, is a duplicate: a success that changes \
         nothing. So whoever gets no answer, or a 5xx, publishes the same again.\n\n\
         A request holds at most {MAX_REQUEST_BYTES} bytes, and an event {MAX_EVENT_BYTES}. A body is not compressed.\n\n\
         Another path is answered with 404, another method with 405, both with problem JSON. Beside what this \
         document lists, AWS Lambda answers by itself, without problem JSON: 403 to who does not sign as IAM asks, \
         413 to a request over 6 MB, 429 while no intake is free, 502 after a crash or a timeout, 504. asyncapi.json \
         beside this file describes the ways in whose publisher does not wait for the answer."
    )
}

fn servers() -> Value {
    json!([
        {
            "url": "https://{id}.lambda-url.{region}.on.aws",
            "description": "A deployed stack: its output PublishUrl, without the path.",
            "variables": {
                "id": { "default": "abcdefghijklmnopqrstuvwxyz012345", "description": "The id of the Function URL." },
                "region": { "default": "eu-central-1", "description": "The region of the stack." }
            }
        },
        { "url": "http://127.0.0.1:8080", "description": "The one-machine stack of `cargo run`." }
    ])
}

/// Who signs with a webhook secret: the three headers together.
fn webhook() -> Value {
    json!({ "webhook-id": [], "webhook-timestamp": [], "webhook-signature": [] })
}

fn security_schemes() -> Value {
    let header = |name: &str, description: &str| {
        json!({
            "type": "apiKey", "in": "header", "name": name, "description": description
        })
    };
    json!({
        "sigv4": {
            "type": "apiKey", "in": "header", "name": "authorization",
            "x-amazon-apigateway-authtype": "awsSigv4",
            "description": "With Publishers=iam: AWS Signature Version 4 for the service `lambda`, by a principal with \
                            the policy of the output PublisherPolicyArn."
        },
        "webhook-id": header(
            "webhook-id",
            "With Publishers=webhook, of Standard Webhooks: new for each event, and the same when it is sent again."
        ),
        "webhook-timestamp": header(
            "webhook-timestamp",
            "With Publishers=webhook: seconds since 1970, in digits alone, at most five minutes off."
        ),
        "webhook-signature": header(
            "webhook-signature",
            "With Publishers=webhook: `v1,` and the base64 of an HMAC-SHA256 over `ID.TIMESTAMP.BODY`. Its key are the \
             bytes that follow `whsec_` in base64 in the stack's secret, which publishes for every shop, or in that of \
             the shop, which publishes at that shop's path only."
        )
    })
}

fn publish(endpoint: Endpoint) -> Value {
    let (id, summary) = match endpoint {
        Endpoint::EventsOfShop => ("publishEventsOfShop", "Publishes events of one shop."),
        _ => (
            "publishEvents",
            "Publishes events of the shops that they name, or of the shop default.",
        ),
    };
    let mut responses: Map<String, Value> = answers::refusals(endpoint).into_iter().collect();
    responses.insert("202".to_owned(), published());
    let parameters =
        ATTRIBUTES.map(|name| reference(&format!("#/components/parameters/{PREFIX}{name}")));
    json!({
        "operationId": id,
        "summary": summary,
        "description": "One event has the status of its result. A batch is a success as soon as one of its events is \
                        stored: then its results say what became of each.",
        "parameters": parameters,
        "requestBody": reference("#/components/requestBodies/Events"),
        "responses": responses
    })
}

fn published() -> Value {
    json!({
        "description": "Stored: the event, or at least one of the batch.",
        "content": { "application/json": {
            "schema": reference("#/components/schemas/Published"), "examples": answers::published()
        } }
    })
}

fn shop_parameter() -> Value {
    json!({
        "name": "shop", "in": "path", "required": true,
        "description": "The shop that the events are about, which they need not name. Another than the one that they \
                        name refuses them.",
        "schema": reference(&format!("{EVENT}#/properties/shop")),
        "example": "north"
    })
}

fn attribute_parameters() -> Value {
    let parameter = |name: &str| {
        let header = format!("{PREFIX}{name}");
        let parameter = json!({
            "name": header, "in": "header",
            "description": format!("In binary mode: the attribute `{name}`, percent-encoded."),
            "schema": reference(&format!("{EVENT}#/properties/{name}"))
        });
        (header, parameter)
    };
    Value::Object(ATTRIBUTES.map(parameter).into_iter().collect())
}

fn request_body() -> Value {
    let smallest = examples::smallest(Kind::OrderConfirmed);
    let shipped = examples::smallest(Kind::ShipmentShipped);
    let events = json!([smallest, shipped]);
    json!({
        "required": true,
        "description": "A body that these forms do not take is mostly accepted too, with warnings.",
        "content": {
            "application/cloudevents+json": {
                "schema": reference(EVENT),
                "examples": { "smallest": { "value": smallest }, "shipped": { "value": shipped } }
            },
            "application/cloudevents-batch+json": {
                "schema": reference("#/components/schemas/Batch"),
                "examples": { "batch": { "value": events } }
            },
            "application/json": {
                "schema": reference("#/components/schemas/EventBatchOrData"),
                "examples": {
                    "event": { "value": smallest },
                    "batch": { "value": events },
                    "data_in_binary_mode": { "value": smallest["data"] }
                }
            }
        }
    })
}

fn schemas() -> Value {
    let mut schemas = answers::schemas();
    schemas["Batch"] = batch();
    schemas["EventBatchOrData"] = json!({
        "description": format!(
            "One event or several, as the JSON has it; in binary mode, where headers that begin with {PREFIX} hold the \
             attributes of an event, its data."
        ),
        "anyOf": [reference(EVENT), reference("#/components/schemas/Batch"), answers::data()]
    });
    schemas
}

fn health(id: &str) -> Value {
    let mut responses: Map<String, Value> =
        answers::refusals(Endpoint::Health).into_iter().collect();
    let ok = json!({
        "description": "Intake runs. It has asked no other service.",
        "content": { "application/json": {
            "schema": reference("#/components/schemas/Health"), "example": { "status": "ok" }
        } }
    });
    responses.insert("200".to_owned(), ok);
    json!({
        "operationId": id,
        "summary": "Tells whether intake runs.",
        "security": [{ "sigv4": [] }, {}],
        "responses": responses
    })
}
