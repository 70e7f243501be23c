//! Generates the JSON Schema of the events about mails, and checks that `shared/schema/mail.schema.json` matches it.

use jiff::Timestamp;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::{
    MailChange, MailData, MailEvent, MailId, MailOrigin, MailOutcome, MailedOrder, RecipientRole,
};
use crate::contract::kind::Kind;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/mail.schema.json");

#[test]
fn the_schema_file_matches_the_types() {
    assert_matches(FILE, &schema());
}

#[test]
fn each_member_is_described_in_plain_words() {
    let schema = schema();
    let of_event = schema["properties"].as_object().expect("members");
    let of_data = schema["$defs"]["MailData"]["properties"].as_object().expect("members");
    for (name, member) in of_event.iter().chain(of_data) {
        let description = member["description"].as_str().unwrap_or_default();
        assert!(!description.is_empty(), "{name} has no description");
        for rust in ["[`", "`", "::", "\n", "  "] {
            assert!(!description.contains(rust), "{name}: {description}");
        }
    }
}

/// Compares a generated document with the file, or writes that.
pub fn assert_matches(file: &str, document: &Value) {
    let generated = format!("{document:#}\n");
    if std::env::var_os("WAYBILL_UPDATE_SCHEMA").is_some() {
        std::fs::write(file, &generated).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == generated,
        "{file} has drifted from the types. If the events were meant to change, run the tests once with \
         WAYBILL_UPDATE_SCHEMA=1 and commit the file."
    );
}

/// New members may come: a receiver ignores those that it does not know.
fn schema() -> Value {
    let mut schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<MailEvent>();
    let id = json!("urn:waybill:mail-events:1");
    schema.insert("$id".to_owned(), id);
    schema.insert("title".to_owned(), json!("Waybill mail event"));
    let mut schema = schema.to_value();
    make_plain(&mut schema);
    schema
}

/// Each description on one line; no `format` of Rust's own; and no null, since what is not known is absent.
fn make_plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(description)) = members.get_mut("description") {
                *description = description.replace('\n', " ");
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                let only = types.first().filter(|_| types.len() == 1).cloned();
                if let Some(only) = only {
                    members.insert("type".to_owned(), only);
                }
            }
            members.retain(|name, value| name != "format" || value == "date-time");
            members.values_mut().for_each(make_plain);
        }
        Value::Array(items) => items.iter_mut().for_each(make_plain),
        _ => {}
    }
}

impl JsonSchema for MailOutcome {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MailOutcome".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::ALL.map(|outcome| outcome.to_string()) })
    }
}

pub(super) fn kind(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Kind::ALL.map(Kind::as_str) })
}

/// An event of each type.
pub(super) fn examples() -> Vec<Value> {
    MailOutcome::ALL.map(example).into()
}

/// An event of this type.
pub(super) fn example(outcome: MailOutcome) -> Value {
    let mail = MailId::new("default/1001", "shipment.shipped#1001-A#customer");
    let at: Timestamp = "2026-11-27T08:15:16.123Z".parse().expect("a time");
    let origin = MailOrigin { stack: "shop-mails", shop: "default", correlation_id: "c-1001-4" };
    let reason = match outcome {
        MailOutcome::Sent | MailOutcome::Delivered | MailOutcome::Complained => None,
        MailOutcome::Bounced => Some("Permanent/General"),
        MailOutcome::Failed => Some("refused: MessageRejected"),
        MailOutcome::InDoubt => Some("it did not answer in time"),
        MailOutcome::Skipped => Some("superseded"),
    };
    let data = MailData {
        order: MailedOrder { id: "1001".to_owned(), number: None },
        kind: Kind::ShipmentShipped,
        scope: Some("1001-A".to_owned()),
        recipient: RecipientRole::Customer,
        corrected_address: false,
        attempt: u32::from(outcome != MailOutcome::Skipped),
        reason: reason.map(str::to_owned),
        open_until: None,
        will_resend: (outcome == MailOutcome::InDoubt).then_some(true),
    };
    let event = MailEvent::new(MailChange { mail, outcome, at }, &origin, data);
    serde_json::to_value(event).expect("JSON")
}
