//! Generates the JSON Schema of a shop's settings, and checks that `shared/schema/shop.schema.json` matches it.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{MAX_COPIES, MAX_WORDING_LEN, ShopSettings, secret, time_zone};
use crate::contract::email::EmailAddress;
use crate::contract::kind::Kind;
use crate::contract::language::Language;
use crate::contract::link::HttpUrl;
use crate::contract::locale::Locale;
use crate::contract::text::Line;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/shop.schema.json");

#[test]
fn the_schema_file_matches_the_types() {
    let generated = format!("{:#}\n", schema());
    if std::env::var_os("WAYBILL_UPDATE_SCHEMA").is_some() {
        std::fs::write(FILE, &generated).expect("the schema file can be written");
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        committed == generated,
        "{FILE} has drifted from the types. If the settings were meant to change, run the tests once with \
         WAYBILL_UPDATE_SCHEMA=1 and commit the file."
    );
}

#[test]
fn every_member_of_the_schema_is_read_and_its_examples_are_valid() {
    let schema = schema();
    for example in schema["examples"].as_array().expect("examples") {
        ShopSettings::parse(&example.to_string()).expect("an example is a valid document");
    }
    // A member that the parser does not know is refused as unknown, and another only for its value.
    for name in schema["properties"].as_object().expect("members").keys() {
        let errors = ShopSettings::parse(&json!({ name: 1 }).to_string()).expect_err("no number");
        let errors = errors.into_errors();
        let is_unknown = errors.iter().any(|error| error.detail.contains("only the members"));
        assert!(!is_unknown, "{name}: {errors:?}");
    }
}

fn schema() -> Value {
    let mut types = SchemaGenerator::default();
    let kinds = json!({ "type": "string", "enum": Kind::ALL });
    let address = || of::<EmailAddress>(&mut SchemaGenerator::default());
    let copy = object(
        &["to"],
        json!({
            "to": described(address(), "Who gets it."),
            "kinds": {
                "type": ["array", "null"], "items": kinds, "minItems": 1, "maxItems": Kind::ALL.len(),
                "description": "Of which mails; absent, of all."
            },
        }),
    );
    let sender = object(
        &["address"],
        json!({
            "address": described(address(), "A verified SES identity, or of a verified domain."),
            "name": described(of::<Option<Line>>(&mut types), "The name that mail programs show."),
        }),
    );
    let codes: Vec<&str> = Language::all().map(Language::code).collect();
    let wording = json!({
        "type": "object",
        "additionalProperties": { "type": "string", "minLength": 1, "maxLength": MAX_WORDING_LEN },
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:waybill:shop-settings:1",
        "title": "Waybill shop settings",
        "description": "The settings of one shop. Null is the same as absent: then the stack's own parameter counts, or \
                        nothing does. Unknown members are refused.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "brand": or_null(brand(&mut types), "What the shop's customers see."),
            "sender": or_null(sender, "Who the mails are from."),
            "reply_to": described(of::<Option<EmailAddress>>(&mut types), "Where replies go."),
            "default_locale": described(
                of::<Option<Locale>>(&mut types),
                "The language and country of a customer whose order names none, or a language in which there are no mails."
            ),
            "formality": {
                "type": ["string", "null"], "enum": ["formal", "informal", null],
                "description": "How customers are addressed in a language that has two forms, such as Sie and du; absent, as most shops of the language do."
            },
            "wording": {
                "type": ["object", "null"], "propertyNames": { "enum": codes }, "additionalProperties": wording,
                "description": "The shop's own wording of the mails' messages, by language: the names and variables are those \
                                of services/mailer/messages/en.ftl."
            },
            "time_zone": {
                "type": ["string", "null"], "pattern": time_zone::PATTERN, "maxLength": 64,
                "description": "The shop's time zone, an IANA name.", "examples": ["Europe/Berlin"]
            },
            "kinds_off": {
                "type": ["array", "null"], "items": kinds, "maxItems": Kind::ALL.len(),
                "description": "The kinds of which customers get no mail."
            },
            "copies": {
                "type": ["array", "null"], "items": copy, "maxItems": MAX_COPIES,
                "description": "Who else gets the shop's mails."
            },
            "webhook_secret": {
                "type": ["string", "null"], "pattern": secret::PATTERN,
                "description": "The ARN of the secret that the shop's webhooks are signed with."
            },
        },
        "examples": [example()],
    })
}

fn brand(types: &mut SchemaGenerator) -> Value {
    object(
        &["name", "url", "support_email"],
        json!({
            "name": described(of::<Line>(types), "The shop's name."),
            "url": described(of::<HttpUrl>(types), "Its home page."),
            "support_email": described(of::<EmailAddress>(types), "Where customers write to."),
            "logo_url": {
                "type": ["string", "null"], "pattern": "^[Hh][Tt][Tt][Pp][Ss]:",
                "description": "An image instead of the name, https."
            },
            "accent": {
                "type": ["string", "null"], "pattern": "^#[0-9A-Fa-f]{6}$",
                "description": "The colour of buttons.", "examples": ["#0b6e5f"]
            },
            "postal_address": described(of::<Option<Line>>(types), "The company's address."),
        }),
    )
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": required, "properties": properties,
    })
}

fn of<T: JsonSchema>(types: &mut SchemaGenerator) -> Value {
    types.subschema_for::<T>().to_value()
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

fn or_null(schema: Value, description: &str) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }], "description": description })
}

fn example() -> Value {
    json!({
        "brand": {
            "name": "North", "url": "https://north.example/", "support_email": "help@north.example",
            "accent": "#7a1f3d"
        },
        "sender": { "address": "orders@north.example", "name": "North" },
        "reply_to": "help@north.example",
        "default_locale": "de-DE",
        "formality": "informal",
        "wording": { "de": { "confirmed-heading": "Merci für deine Bestellung" } },
        "time_zone": "Europe/Berlin",
        "kinds_off": ["shipment.out_for_delivery"],
        "copies": [{ "to": "accounts@north.example", "kinds": ["order.confirmed"] }],
        "webhook_secret":
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:waybill/shops/north-AbCdEf"
    })
}
