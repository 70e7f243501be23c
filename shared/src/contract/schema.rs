//! Generates the JSON Schema of the contract, and checks that `shared/schema/event.schema.json` matches it.
//!
//! Test code only, so that `schemars` is linked into no Lambda. That the schema and the parser agree is
//! tested in `tests/promises/schema.rs`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::contract::attachment::{Attachment, AttachmentKind, MAX_ATTACHMENTS, MAX_KEY_LEN};
use crate::contract::beyond_schema::RULES;
use crate::contract::ids::{CorrelationId, EventId, Source, TrackingNumber};
use crate::contract::incident::{OrderUpdate, PaymentFailure, Withdrawal};
use crate::contract::kind::Kind;
use crate::contract::link::HttpUrl;
use crate::contract::money::{Currency, Money};
use crate::contract::order::Order;
use crate::contract::quantity::MAX_QUANTITY;
use crate::contract::refund::{Cancellation, Refund};
use crate::contract::shipment::Shipment;
use crate::contract::shop_id::ShopId;
use crate::contract::text::Line;
use crate::contract::times::{DAY_PATTERN, TIME_PATTERN};
use crate::contract::warnings::read_form;

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

#[test]
fn the_schema_has_an_id_and_valid_examples() {
    let schema = event_schema();
    assert!(schema["$id"].as_str().is_some_and(|id| id.starts_with("urn:")));
    let examples = schema["examples"].as_array().expect("examples");
    assert!(!examples.is_empty());
    for example in examples {
        let (event, warnings) = read_form(example);
        assert!(event.is_ok() && warnings.is_empty(), "{event:?} {warnings:?}");
    }
}

#[test]
fn each_member_is_described_in_plain_words() {
    let mut described = 0;
    for_each_member(&event_schema(), &mut |pointer, member| {
        let Some(description) = member["description"].as_str() else {
            panic!("{pointer} has no description");
        };
        for rust in ["[`", "`]", "::", "\n", "  "] {
            assert!(!description.contains(rust), "{pointer}: {description}");
        }
        described += 1;
    });
    assert!(described > 40, "{described} members");
}

/// Calls `check` with each schema below a `properties`, but those that only add to another one.
fn for_each_member(schema: &Value, check: &mut impl FnMut(&str, &Value)) {
    let mut members = |pointer: &str, properties: &Value| {
        for (name, member) in properties.as_object().into_iter().flatten() {
            check(&format!("{pointer}/{name}"), member);
        }
    };
    members("", &schema["properties"]);
    members("/data", &schema["properties"]["data"]["properties"]);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        members(name, &definition["properties"]);
    }
    for case in schema["allOf"].as_array().into_iter().flatten() {
        members("/data", &case["then"]["properties"]["data"]["properties"]);
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let letters = || 'A'..='Z';
        let codes = letters().flat_map(|a| {
            letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c])))
        });
        let codes: Vec<String> = codes.filter(|code| Currency::parse(code).is_ok()).collect();
        json_schema!({
            "type": "string",
            "enum": codes,
            "description": "An ISO 4217 code with a minor unit, such as EUR."
        })
    }
}

/// A moment. Without `format: date-time`, which a validator may take literally: what intake takes besides is
/// what libraries write when they mean it.
pub(super) fn time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "pattern": TIME_PATTERN,
        "examples": ["2026-11-20T10:30:00Z", "2026-11-20T10:30:00+01:00"]
    })
}

/// A moment, or null.
pub(super) fn time_or_null(types: &mut SchemaGenerator) -> Schema {
    let mut time = time(types);
    time.insert("type".to_owned(), json!(["string", "null"]));
    time
}

/// A quantity; 0 for what was removed.
pub(super) fn quantity(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "number",
        "minimum": 0,
        "maximum": MAX_QUANTITY,
        "examples": [2, 1.5]
    })
}

/// A quantity, or null.
pub(super) fn quantity_or_null(types: &mut SchemaGenerator) -> Schema {
    let mut quantity = quantity(types);
    quantity.insert("type".to_owned(), json!(["number", "null"]));
    quantity
}

/// Money, with a label and a code if it has them, or a list of such rows.
pub(super) fn rows(types: &mut SchemaGenerator) -> Schema {
    let text = types.subschema_for::<Option<Line>>();
    let money = types.subschema_for::<Money>();
    let labels = json!({ "properties": { "label": text, "code": text } });
    let row = json!({
        "anyOf": [
            { "allOf": [money, labels] },
            { "allOf": [{ "type": "object", "required": ["amount"], "properties": { "amount": money } }, labels] }
        ]
    });
    json_schema!({
        "anyOf": [row, { "type": "array", "maxItems": 50, "items": row }, { "type": "null" }]
    })
}

/// The key of an object. Without a look-ahead, which not every validator's regular expressions have.
pub(super) fn object_key(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "maxLength": MAX_KEY_LEN,
        "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
        "not": { "pattern": "^/|(?:^|/)\\.\\.?(?:/|$)" },
        "examples": ["north/2026/1001.pdf"]
    })
}

/// What a file is, or null.
pub(super) fn attachment_kind(_: &mut SchemaGenerator) -> Schema {
    let kinds = AttachmentKind::ALL.map(AttachmentKind::as_str).map(Value::from);
    let kinds: Vec<Value> = kinds.into_iter().chain([Value::Null]).collect();
    json_schema!({ "type": ["string", "null"], "enum": kinds })
}

/// Adds the two members by which a parcel with one number is written shorter.
pub(super) fn add_single_tracking(schema: &mut Schema) {
    let mut types = SchemaGenerator::default();
    let mut number = types.subschema_for::<TrackingNumber>();
    number.insert("type".to_owned(), json!(["string", "null"]));
    number.insert(
        "pattern".to_owned(),
        json!("^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ufeff,;]+$"),
    );
    number.insert(
        "description".to_owned(),
        json!("In place of tracking, the number of a parcel that has one."),
    );
    let mut url = types.subschema_for::<Option<HttpUrl>>();
    url.insert("description".to_owned(), json!("The link beside tracking_number, http or https."));
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    let properties = properties.expect("a parcel has members");
    properties.insert("tracking_number".to_owned(), number.to_value());
    properties.insert("tracking_url".to_owned(), url.to_value());
}

/// At least one of these members has to say something.
pub(super) fn any_of(names: &[&str]) -> Vec<Value> {
    names
        .iter()
        .map(|name| json!({ "required": [name], "properties": { *name: { "not": { "type": "null" } } } }))
        .collect()
}

/// What an update of a parcel has to tell something of.
fn news_of_a_parcel() -> Vec<Value> {
    let pickup = any_of(&["name", "hours", "until", "code", "note", "url"]);
    let pickup = json!({
        "required": ["pickup"], "properties": { "pickup": { "type": "object", "anyOf": pickup } }
    });
    let mut news =
        any_of(&["carrier", "tracking", "tracking_number", "tracking_url", "expected_on"]);
    news.push(pickup);
    news
}

/// A calendar day, or null.
pub(super) fn day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "null"],
        "format": "date",
        "pattern": DAY_PATTERN,
        "examples": ["2026-11-24"]
    })
}

/// Money above 0.
pub(super) fn positive_money(types: &mut SchemaGenerator) -> Schema {
    let money = types.subschema_for::<Money>();
    json_schema!({ "allOf": [money, { "properties": { "amount": { "minimum": 1 } } }] })
}

/// Money above 0, or null.
pub(super) fn positive_money_or_null(types: &mut SchemaGenerator) -> Schema {
    let money = positive_money(types);
    json_schema!({ "anyOf": [money, { "type": "null" }] })
}

/// The schema of one event, JSON Schema 2020-12.
fn event_schema() -> Value {
    let mut types = SchemaGenerator::default();
    let envelope = envelope(&mut types);
    let cases: Vec<Value> =
        Kind::ALL.into_iter().filter_map(|kind| case(kind, &mut types)).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:waybill:order-event:1",
        "title": "Waybill order event",
        "description": description(),
        "type": "object",
        "required": ["specversion", "source", "id", "type", "data"],
        "properties": envelope,
        "allOf": cases,
        "$defs": types.take_definitions(true),
        "examples": examples(),
    });
    make_plain(&mut schema);
    schema
}

fn description() -> String {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.sentence).collect();
    format!(
        "A CloudEvents 1.0 event in JSON. Unknown members are tolerated, and what is null or has no visible \
         character is the same as absent: this schema describes the rest. An event that it takes is accepted \
         without a warning about its form. Of other events, most are accepted too, with warnings that say what \
         was mended or left out. Beyond what a schema can say: {}",
        rules.join(" ")
    )
}

fn envelope(types: &mut SchemaGenerator) -> Value {
    let mut source =
        describe(types.subschema_for::<Source>(), "The system that published the event.");
    source.insert("examples".to_owned(), json!(["https://shop.example/orders"]));
    let mut shop = describe(
        types.subschema_for::<Option<ShopId>>(),
        "The shop that it is about, where a stack serves several; absent, the shop default.",
    );
    shop.insert("examples".to_owned(), json!(["north"]));
    let mut time = describe(time(types), "When it happened, with its offset.");
    time.insert("type".to_owned(), json!(["string", "null"]));
    json!({
        "specversion": { "const": "1.0", "description": "The CloudEvents version." },
        "source": source,
        "id": describe(
            types.subschema_for::<EventId>(),
            "Names the event within its source and order: the same again is a duplicate."
        ),
        "type": { "type": "string", "enum": Kind::ALL, "description": "What happened." },
        "time": time,
        "datacontenttype": {
            "type": ["string", "null"],
            "pattern": CONTENT_TYPE_PATTERN,
            "description": "The media type of data: application/json.",
            "examples": ["application/json"]
        },
        "correlationid": describe(
            types.subschema_for::<Option<CorrelationId>>(),
            "Follows the event to its mail through every log line. No personal data."
        ),
        "shop": shop,
        "data": data(types),
    })
}

/// What every event's `data` has.
fn data(types: &mut SchemaGenerator) -> Value {
    json!({
        "type": "object",
        "required": ["order"],
        "description": "The order, and what happened to it.",
        "properties": {
            "notify": {
                "type": ["boolean", "null"],
                "default": true,
                "description": "false records the event and mails nobody."
            },
            "attachments": {
                "type": ["array", "null"],
                "items": types.subschema_for::<Attachment>(),
                "maxItems": MAX_ATTACHMENTS,
                "description": "Files that go with the mail, from the shop's folder in the stack's bucket."
            },
            "order": describe(types.subschema_for::<Order>(), "The order as it stands."),
        }
    })
}

/// `application/json` in any case, and parameters.
const CONTENT_TYPE_PATTERN: &str =
    "^[ \\t]*[Aa][Pp][Pp][Ll][Ii][Cc][Aa][Tt][Ii][Oo][Nn]/[Jj][Ss][Oo][Nn][ \\t]*(?:;|$)";

fn describe(mut schema: Schema, description: &str) -> Schema {
    schema.insert("description".to_owned(), json!(description));
    schema
}

/// What `data` contains besides the order when `type` is `kind`.
fn case(kind: Kind, types: &mut SchemaGenerator) -> Option<Value> {
    let (name, schema, description) = match kind {
        Kind::OrderConfirmed => return None,
        Kind::OrderUpdated => {
            ("update", types.subschema_for::<Option<OrderUpdate>>(), "What changed.")
        }
        Kind::OrderPaymentFailed => (
            "payment",
            types.subschema_for::<Option<PaymentFailure>>(),
            "Which payment failed, and how to pay.",
        ),
        Kind::OrderCancelled => (
            "cancellation",
            types.subschema_for::<Option<Cancellation>>(),
            "What was cancelled, why, and what is said of the money.",
        ),
        Kind::OrderRefunded => ("refund", types.subschema_for::<Refund>(), "What is paid back."),
        Kind::OrderWithdrawalReceived => {
            ("withdrawal", types.subschema_for::<Withdrawal>(), "The withdrawal that arrived.")
        }
        Kind::ShipmentShipped
        | Kind::ShipmentUpdated
        | Kind::ShipmentDelayed
        | Kind::ShipmentOutForDelivery
        | Kind::ShipmentDeliveryAttempted
        | Kind::ShipmentReadyForPickup
        | Kind::ShipmentDelivered
        | Kind::ShipmentReturned => ("shipment", types.subschema_for::<Shipment>(), "The parcel."),
    };
    let member = match kind {
        Kind::ShipmentUpdated => json!({ "allOf": [schema, { "anyOf": news_of_a_parcel() }] }),
        _ => schema.to_value(),
    };
    let mut data = json!({ "properties": { name: member } });
    data["properties"][name]["description"] = json!(description);
    let is_optional =
        matches!(kind, Kind::OrderUpdated | Kind::OrderPaymentFailed | Kind::OrderCancelled);
    if !is_optional {
        data["required"] = json!([name]);
    }
    Some(json!({
        "if": { "properties": { "type": { "const": kind } } },
        "then": { "properties": { "data": data } }
    }))
}

/// Of each description the first paragraph, on one line and without Rust's links; and no `format` of Rust's
/// own, which strict validators do not know.
fn make_plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(description)) = members.get_mut("description") {
                let first = description.split("\n\n").next().unwrap_or_default();
                *description = first.replace('\n', " ").replace("[`", "`").replace("`]", "`");
            }
            members.retain(|name, value| name != "format" || value == "date");
            members.values_mut().for_each(make_plain);
        }
        Value::Array(items) => items.iter_mut().for_each(make_plain),
        _ => {}
    }
}

fn examples() -> Value {
    let money = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let order = json!({
        "id": "2001",
        "number": "#2001",
        "placed_at": "2026-11-20T09:15:00+01:00",
        "customer": { "email": "jo@customers.example", "name": "Jo Example", "locale": "en-GB" },
        "lines": [
            { "id": "1", "sku": "MUG-BLUE", "title": "Stoneware mug, blue", "quantity": 2, "unit_price": money(1490) },
            { "id": "2", "sku": "LINEN", "title": "Linen", "quantity": 1.5, "unit": "m", "unit_price": money(2400) }
        ],
        "totals": {
            "subtotal": money(6580), "discount": [{ "code": "SPRING", "amount": money(-500) }],
            "shipping": money(490), "tax": [{ "label": "VAT 19 %", "amount": money(1049) }],
            "tax_included": true, "total": money(6570)
        },
        "shipping_address": {
            "name": "Jo Example", "lines": ["Main Street 1"], "city": "Dublin",
            "postal_code": "D02 X285", "country": "IE"
        }
    });
    let event = |id: &str, kind: &str, name: &str, member: Value| {
        json!({
            "specversion": "1.0", "source": "https://shop.example/orders", "id": id, "type": kind,
            "time": "2026-11-21T14:02:00+01:00", "data": { "order": order, name: member }
        })
    };
    json!([
        {
            "specversion": "1.0", "source": "https://shop.example/orders", "id": "2001-confirmed",
            "type": "order.confirmed", "time": "2026-11-20T09:15:01+01:00", "data": { "order": order }
        },
        event("2001-A-shipped", "shipment.shipped", "shipment", json!({
            "id": "2001-A", "lines": [{ "line_id": "1", "quantity": 2 }],
            "still_to_come": [{ "line_id": "2", "quantity": 1.5 }], "carrier": "DHL",
            "tracking_number": "00340434161094022115",
            "tracking_url": "https://track.dhl.example/00340434161094022115",
            "expected_on": "2026-11-24"
        })),
        event("2001-withdrawal", "order.withdrawal_received", "withdrawal", json!({
            "id": "W-1", "received_at": "2026-11-21T14:01:58+01:00",
            "content": "I withdraw from my contract on the linen.", "lines": [{ "line_id": "2", "quantity": 1.5 }]
        }))
    ])
}
