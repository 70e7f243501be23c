//! The AsyncAPI document of the events that intake takes otherwise than over HTTP
//! (<https://www.asyncapi.com/docs/reference/specification/v3.0.0>).

use serde_json::{Map, Value, json};
use shared::Kind;
use shared::contract::event::{MAX_BATCH_EVENTS, MAX_EVENT_BYTES};

use super::{EVENT, answers, batch, examples, licence, reference};

/// The draft that `event.schema.json` names.
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-2020-12";

/// The messages of several events, and of an envelope that holds no whole one, beside one for each kind.
const BATCH: &str = "batch";
const DETAIL: &str = "detail";

/// The document.
pub fn document() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:waybill:order-events:1",
        "info": {
            "title": "Waybill: order events in",
            "version": "1",
            "description": description(),
            "license": { "name": licence()["name"] }
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": servers(),
        "channels": {
            "inbox": inbox(), "eventBus": event_bus(), "function": function(), "answers": answer_channel()
        },
        "operations": operations(),
        "components": { "messages": messages() }
    })
}

fn description() -> String {
    format!(
        "A shop's order events are CloudEvents 1.0 in JSON, whose form is {EVENT}: a message for each event type. \
         openapi.json has the same over HTTP. \
         source and id name an event within its order for ever: the same again is a duplicate, and another one under \
         the same name a conflict. An event holds at most {MAX_EVENT_BYTES} bytes, and an array {MAX_BATCH_EVENTS} \
         events. Delivery may repeat events and change their order: `time` says which is the newer news, and each mail \
         is sent once. Of what the form does not take, most is accepted all the same."
    )
}

fn servers() -> Value {
    let server = |host: &str, protocol: &str, description: &str| {
        json!({
            "host": host, "protocol": protocol, "description": description,
            "variables": { "region": { "default": "eu-central-1", "description": "The region of the stack." } }
        })
    };
    let mut local =
        server("127.0.0.1:8080", "http", "All three on the one-machine stack of `cargo run`.");
    local.as_object_mut().expect("an object").remove("variables");
    json!({
        "sqs": server("sqs.{region}.amazonaws.com", "sqs", "Amazon SQS."),
        "eventBridge": server("events.{region}.amazonaws.com", "eventbridge", "Amazon EventBridge."),
        "lambda": server("lambda.{region}.amazonaws.com", "https", "AWS Lambda's Invoke API."),
        "local": local
    })
}

/// A channel at a server, whose address begins with the name of the stack.
fn channel(server: &str, suffix: &str, description: &str, messages: &[&str]) -> Value {
    let servers = [server, "local"].map(|name| reference(&format!("#/servers/{name}")));
    let kinds = Kind::ALL.map(Kind::as_str);
    let names = kinds.iter().chain(messages);
    let messages: Map<String, Value> = names.map(|name| message_reference(name)).collect();
    json!({
        "address": format!("{{stack}}-{suffix}"),
        "parameters": { "stack": { "default": "waybill", "description": "The name of the stack." } },
        "description": description,
        "servers": servers,
        "messages": messages
    })
}

fn message_reference(name: &str) -> (String, Value) {
    (name.to_owned(), reference(&format!("#/components/messages/{name}")))
}

fn inbox() -> Value {
    let mut channel = channel(
        "sqs",
        "inbox",
        "The inbox queue, for a publisher who does not wait for the answer: a deployed stack's output InboxQueueUrl. A \
         message holds one event or an array. While the Events table is away, messages wait. A message of which an \
         event is refused is in the dead-letter queue within seconds, with the reason; what is valid of it is stored.",
        &[BATCH],
    );
    channel["bindings"] = json!({ "sqs": {
        "queue": { "name": "waybill-inbox", "fifoQueue": false },
        "deadLetterQueue": { "name": "waybill-inbox-dlq", "fifoQueue": false },
        "bindingVersion": "0.2.0"
    } });
    channel
}

fn event_bus() -> Value {
    channel(
        "eventBridge",
        "orders",
        "The shop's event bus: a deployed stack's output EventBusName. A rule sends whatever is put on it to the inbox \
         queue. `Detail` is an event, whole; then Source and DetailType do not matter. Where it is no CloudEvent, it is the \
         event's `data`, DetailType its type, Source its source, EventBridge's id and time its id and time, and the \
         member `shop` of `Detail` its shop.",
        &[DETAIL],
    )
}

fn function() -> Value {
    channel(
        "lambda",
        "intake",
        "The function: a deployed stack's output IntakeFunctionName. Invoke it with RequestResponse, and the payload is \
         one event or an array. Who does not wait for the answer sends to the inbox queue instead.",
        &[BATCH],
    )
}

fn answer_channel() -> Value {
    json!({
        "address": null,
        "description": "The response of an invocation.",
        "servers": [reference("#/servers/lambda"), reference("#/servers/local")],
        "messages": {
            "published": reference("#/components/messages/published"),
            "refused": reference("#/components/messages/refused")
        }
    })
}

fn operations() -> Value {
    let receive = |channel: &str, summary: &str| {
        json!({
            "action": "receive", "summary": summary,
            "channel": reference(&format!("#/channels/{channel}"))
        })
    };
    let mut invoke = receive("function", "Stores events, and answers with the result of each.");
    invoke["reply"] = json!({ "channel": reference("#/channels/answers") });
    json!({
        "receiveFromInbox": receive("inbox", "Stores the events of messages of the inbox queue."),
        "receiveFromEventBus": receive("eventBus", "Stores the events of the bus, by the inbox queue."),
        "receiveByInvocation": invoke
    })
}

fn messages() -> Map<String, Value> {
    let mut messages: Map<String, Value> =
        Kind::ALL.into_iter().map(|kind| (kind.to_string(), event(kind))).collect();
    messages.insert(BATCH.to_owned(), several());
    messages.insert(DETAIL.to_owned(), detail());
    messages.insert("published".to_owned(), published());
    messages.insert("refused".to_owned(), refused());
    messages
}

/// The message of a kind of event.
fn event(kind: Kind) -> Value {
    let of_kind = json!({ "properties": { "type": { "const": kind } } });
    json!({
        "name": kind,
        "title": title(kind),
        "correlationId": {
            "location": "$message.payload#/correlationid",
            "description": "Follows the event to its mail through every log line."
        },
        "payload": payload(&json!({ "allOf": [reference(EVENT), of_kind] })),
        "examples": [{ "name": "smallest", "payload": examples::smallest(kind) }]
    })
}

fn payload(schema: &Value) -> Value {
    json!({ "schemaFormat": SCHEMA_FORMAT, "schema": schema })
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::OrderConfirmed => "We have your order",
        Kind::OrderUpdated => "The order was changed",
        Kind::OrderPaymentFailed => "The payment did not go through",
        Kind::OrderCancelled => "The order, or a part of it, is cancelled",
        Kind::OrderRefunded => "Money is paid back",
        Kind::OrderWithdrawalReceived => "The customer's withdrawal arrived",
        Kind::ShipmentShipped => "The parcel is on its way",
        Kind::ShipmentUpdated => "The parcel has a new number, carrier, link, day or pickup",
        Kind::ShipmentDelayed => "The parcel is later than was said",
        Kind::ShipmentOutForDelivery => "The parcel arrives today",
        Kind::ShipmentDeliveryAttempted => "Nobody was there",
        Kind::ShipmentReadyForPickup => "The parcel can be fetched",
        Kind::ShipmentDelivered => "The parcel arrived, or was fetched",
        Kind::ShipmentReturned => "The parcel goes back",
    }
}

fn several() -> Value {
    let events = [Kind::OrderConfirmed, Kind::ShipmentShipped].map(examples::smallest);
    json!({
        "title": "Several events",
        "contentType": "application/cloudevents-batch+json",
        "payload": payload(&batch()),
        "examples": [{ "name": "two", "payload": events }]
    })
}

fn detail() -> Value {
    let mut detail = examples::smallest(Kind::OrderConfirmed)["data"].take();
    detail["shop"] = json!("north");
    let shop = reference(&format!("{EVENT}#/properties/shop"));
    let schema = json!({ "allOf": [answers::data(), { "properties": { "shop": shop } }] });
    json!({
        "title": "The data of an event, where EventBridge's envelope has the rest",
        "contentType": "application/json",
        "payload": payload(&schema),
        "examples": [{ "name": "confirmed", "payload": detail }]
    })
}

fn published() -> Value {
    let example = answers::published()["accepted"]["value"].take();
    json!({
        "title": "Everything is stored",
        "contentType": "application/json",
        "payload": payload(&reference("openapi.json#/components/schemas/Published")),
        "examples": [{ "name": "accepted", "payload": example }]
    })
}

fn refused() -> Value {
    let problem = reference("openapi.json#/components/schemas/Problem");
    let schema = json!({
        "type": "object",
        "required": ["errorMessage"],
        "properties": { "errorMessage": {
            "type": "string", "contentMediaType": "application/problem+json", "contentSchema": problem,
            "description": "Where events were refused, the problem JSON that HTTP would answer with, also of a batch of \
                            which some are stored; else a sentence: invoke again with the same."
        } }
    });
    json!({
        "title": "A function error: not everything is stored",
        "contentType": "application/json",
        "payload": payload(&schema),
        "examples": [{ "name": "invalid", "payload": answers::function_error() }]
    })
}
