//! Generates the AsyncAPI document of the events about mails, and checks that `shared/schema/mail.asyncapi.json` matches
//! it (<https://www.asyncapi.com/docs/reference/specification/v3.0.0>).

use serde_json::{Map, Value, json};

use super::schema::{assert_matches, example};
use super::{BUS_SOURCE, MailOutcome};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/mail.asyncapi.json");

/// The form of an event, by a reference that holds in the folder of the documents.
const EVENT: &str = "mail.schema.json";

/// The draft that it names.
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-2020-12";

#[test]
fn the_asyncapi_file_matches_the_types() {
    assert_matches(FILE, &document());
}

fn document() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:waybill:mail-events:1",
        "info": {
            "title": "Waybill: what became of each mail",
            "version": "1",
            "description": description(),
            "license": { "name": "MIT" }
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": { "eventBus": event_bus(), "webhook": webhook() },
        "operations": {
            "publish": operation("eventBus", "Publishes each change of a mail on the bus."),
            "deliver": operation("webhook", "Posts each event of the bus to the shop's own system.")
        },
        "components": { "messages": messages() }
    })
}

fn description() -> String {
    format!(
        "CloudEvents 1.0 in JSON, whose form is {EVENT}: one for each change of a mail to one recipient that a shop would act \
         on. Delivery is at least once and in no promised order: id names the change, so act on it once, and time says which \
         change is the newer one. No event holds an address, unless the shop wrote one into its ids. asyncapi.json has the \
         events that a shop publishes."
    )
}

fn servers() -> Value {
    json!({
        "eventBridge": {
            "host": "events.{region}.amazonaws.com", "protocol": "eventbridge", "description": "Amazon EventBridge.",
            "variables": { "region": { "default": "eu-central-1", "description": "The region of the stack." } }
        },
        "shop": {
            "host": "{host}", "protocol": "https", "description": "The shop's own system: the parameter MailHookUrl.",
            "variables": { "host": { "default": "shop.example", "description": "The URL's host." } }
        }
    })
}

fn event_bus() -> Value {
    json!({
        "address": "{stack}-mails",
        "parameters": { "stack": { "default": "waybill", "description": "The name of the stack." } },
        "description": format!(
            "The bus of mail events: a deployed stack's output MailBusName. Detail is the event, Source is {BUS_SOURCE}, and \
             DetailType the event's type, so that a rule can choose."
        ),
        "servers": [{ "$ref": "#/servers/eventBridge" }],
        "messages": references()
    })
}

fn webhook() -> Value {
    json!({
        "address": "{path}",
        "parameters": { "path": { "default": "/mails", "description": "The URL's path." } },
        "description": "The body of a POST is one event, with the content type application/json; charset=utf-8 and the secret \
                        in the header Authorization. Answer with 2xx within 5 seconds once the event is kept. After \
                        401, 407, 409, 429 and 5xx, and without an answer, it comes again for 24 hours, by Retry-After or less \
                        and less often. Whatever else is answered, and whatever is not taken in 24 hours, waits in the \
                        dead-letter queue for an operator.",
        "servers": [{ "$ref": "#/servers/shop" }],
        "messages": references()
    })
}

fn operation(channel: &str, summary: &str) -> Value {
    json!({
        "action": "send", "summary": summary,
        "channel": { "$ref": format!("#/channels/{channel}") }
    })
}

fn references() -> Map<String, Value> {
    let reference = |outcome: MailOutcome| {
        let name = outcome.to_string();
        let target = json!({ "$ref": format!("#/components/messages/{name}") });
        (name, target)
    };
    MailOutcome::ALL.map(reference).into_iter().collect()
}

fn messages() -> Map<String, Value> {
    MailOutcome::ALL.into_iter().map(|outcome| (outcome.to_string(), message(outcome))).collect()
}

fn message(outcome: MailOutcome) -> Value {
    let of_type = json!({ "properties": { "type": { "const": outcome } } });
    json!({
        "name": outcome,
        "title": title(outcome),
        "correlationId": {
            "location": "$message.payload#/correlationid",
            "description": "That of the order event which asked for the mail."
        },
        "payload": { "schemaFormat": SCHEMA_FORMAT, "schema": { "allOf": [{ "$ref": EVENT }, of_type] } },
        "examples": [{ "name": outcome.as_str(), "payload": example(outcome) }]
    })
}

const fn title(outcome: MailOutcome) -> &'static str {
    match outcome {
        MailOutcome::Sent => "SES has accepted the mail",
        MailOutcome::Delivered => "The recipient's server has accepted it",
        MailOutcome::Bounced => "It did not arrive",
        MailOutcome::Complained => "The recipient marked it as spam",
        MailOutcome::Failed => "It cannot be sent",
        MailOutcome::InDoubt => "Nobody knows whether it was sent",
        MailOutcome::Skipped => "It is not sent, on purpose",
    }
}
