//! Generates the JSON Schema of the contract, and checks that `shared/schema/event.schema.json` matches it.
//!
//! Test code only, so that `schemars` is linked into no Lambda.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::contract::ids::{CorrelationId, EventId, Source};
use crate::contract::kind::Kind;
use crate::contract::money::Currency;
use crate::contract::order::Order;
use crate::contract::shipment::{Cancellation, Refund, Shipment};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/event.schema.json");

#[test]
fn the_schema_file_matches_the_types() {
    let generated = format!("{:#}\n", event_schema());
    if std::env::var_os("WAYBILL_UPDATE_SCHEMA").is_some() {
        std::fs::write(FILE, &generated).expect("the schema file can be written");
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        committed == generated,
        "{FILE} has drifted from the types. If the contract was meant to change, run the tests \
         once with WAYBILL_UPDATE_SCHEMA=1 and commit the file."
    );
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "An ISO 4217 code with a minor unit, such as EUR."
        })
    }
}

/// The schema of one event, JSON Schema 2020-12.
fn event_schema() -> Value {
    let mut types = SchemaGenerator::default();
    let envelope = json!({
        "specversion": { "const": "1.0" },
        "source": types.subschema_for::<Source>(),
        "id": types.subschema_for::<EventId>(),
        "type": { "enum": Kind::ALL },
        "time": { "type": "string", "format": "date-time" },
        "datacontenttype": { "type": "string" },
        "correlationid": types.subschema_for::<CorrelationId>(),
        "data": {
            "type": "object",
            "required": ["order"],
            "properties": {
                "notify": {
                    "type": "boolean",
                    "default": true,
                    "description": "false records the event and mails nobody."
                },
                "order": types.subschema_for::<Order>(),
            }
        }
    });
    let cases: Vec<Value> =
        Kind::ALL.into_iter().filter_map(|kind| case(kind, &mut types)).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Waybill order event",
        "description": "A CloudEvents 1.0 event in JSON. Unknown members are tolerated.",
        "type": "object",
        "required": ["specversion", "source", "id", "type", "data"],
        "properties": envelope,
        "allOf": cases,
        "$defs": types.take_definitions(true),
    })
}

/// What `data` must contain besides the order when `type` is `kind`.
fn case(kind: Kind, types: &mut SchemaGenerator) -> Option<Value> {
    let (name, schema, required) = match kind {
        Kind::OrderConfirmed => return None,
        Kind::OrderCancelled => ("cancellation", types.subschema_for::<Cancellation>(), false),
        Kind::OrderRefunded => ("refund", types.subschema_for::<Refund>(), true),
        Kind::ShipmentShipped
        | Kind::ShipmentUpdated
        | Kind::ShipmentDelayed
        | Kind::ShipmentOutForDelivery
        | Kind::ShipmentDelivered => ("shipment", types.subschema_for::<Shipment>(), true),
    };
    let extra = match kind {
        Kind::ShipmentUpdated => json!({ "required": ["tracking_number"] }),
        Kind::ShipmentDelayed => json!({ "required": ["expected_on"] }),
        _ => json!({}),
    };
    let mut data = json!({ "properties": { name: { "allOf": [schema, extra] } } });
    if required {
        data["required"] = json!([name]);
    }
    Some(json!({
        "if": { "properties": { "type": { "const": kind } } },
        "then": { "properties": { "data": data } }
    }))
}
