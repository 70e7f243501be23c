//! Generates the JSON Schema of a shop's settings, and checks that `shared/schema/shop.schema.json` matches it.

use std::ops::RangeInclusive;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{
    MAX_COPIES, MAX_WORDING_LEN, ShopSettings, attachments, legal, links, logo, secret, time_zone,
};
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
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:waybill:shop-settings:1",
        "title": "Waybill shop settings",
        "description": "The settings of one shop. Null is the same as absent: then the stack's own parameter counts, or \
                        nothing does. Unknown members are refused.",
        "type": "object",
        "additionalProperties": false,
        "properties": members(&mut types),
        "examples": [example()],
    })
}

fn members(types: &mut SchemaGenerator) -> Value {
    let sender_description =
        "Who the mails are from; absent, the stack's address, under the name of brand.";
    json!({
        "brand": or_null(brand(types), "What the shop's customers see."),
        "sender": or_null(sender(types), sender_description),
        "reply_to": described(
            of::<Option<EmailAddress>>(types),
            "Where replies go; absent, to the support_email of brand."
        ),
        "default_locale": described(
            of::<Option<Locale>>(types),
            "The language and country of a customer whose order names none, or a language in which there are no mails."
        ),
        "formality": {
            "type": ["string", "null"], "enum": ["formal", "informal", null],
            "description": "How customers are addressed in a language that has two forms, such as Sie and du; absent, as most shops of the language do."
        },
        "wording": {
            "type": ["object", "null"], "propertyNames": { "enum": languages() }, "additionalProperties": wording(),
            "description": "The shop's own wording of the mails' messages, by language: the names and variables are those \
                            of services/mailer/messages/en.ftl."
        },
        "time_zone": {
            "type": ["string", "null"], "pattern": time_zone::PATTERN, "maxLength": 64,
            "description": "The shop's time zone, an IANA name.", "examples": ["Europe/Berlin"]
        },
        "kinds_off": {
            "type": ["array", "null"], "items": kinds(), "maxItems": Kind::ALL.len(),
            "description": "The kinds of which customers get no mail."
        },
        "copies": {
            "type": ["array", "null"], "items": copy(), "maxItems": MAX_COPIES,
            "description": "Who else gets the shop's mails."
        },
        "attachments": or_null(attachment_prefix(), "Where the files of its mails are."),
        "webhook_secret": {
            "type": ["string", "null"], "pattern": secret::PATTERN,
            "description": "The ARN of the secret that the shop's webhooks are signed with."
        },
    })
}

fn kinds() -> Value {
    json!({ "type": "string", "enum": Kind::ALL })
}

fn copy() -> Value {
    object(
        &["to"],
        json!({
            "to": described(of::<EmailAddress>(&mut SchemaGenerator::default()), "Who gets it."),
            "kinds": {
                "type": ["array", "null"], "items": kinds(), "minItems": 1, "maxItems": Kind::ALL.len(),
                "description": "Of which mails; absent, of all."
            },
        }),
    )
}

fn sender(types: &mut SchemaGenerator) -> Value {
    let address = of::<EmailAddress>(&mut SchemaGenerator::default());
    object(
        &["address"],
        json!({
            "address": described(address, "A verified SES identity, or of a verified domain."),
            "name": described(
                of::<Option<Line>>(types),
                "The name that mail programs show; absent, that of brand."
            ),
        }),
    )
}

fn wording() -> Value {
    json!({
        "type": "object",
        "additionalProperties": { "type": "string", "minLength": 1, "maxLength": MAX_WORDING_LEN },
    })
}

fn brand(types: &mut SchemaGenerator) -> Value {
    object(
        &["name", "url", "support_email"],
        json!({
            "name": described(of::<Line>(types), "The shop's name."),
            "url": described(of::<HttpUrl>(types), "Its home page."),
            "support_email": described(of::<EmailAddress>(types), "Where customers write to."),
            "logo": or_null(logo(), "A picture instead of the name; its alternative text is the name."),
            "accent": {
                "type": ["string", "null"], "pattern": "^#[0-9A-Fa-f]{6}$",
                "description": "The colour of buttons.", "examples": ["#0b6e5f"]
            },
            "postal_address": described(of::<Option<Line>>(types), "The company's address."),
            "links": or_null(links(), "Pages that customers look for after an order."),
            "legal": or_null(legal(), "What has to stand below a mail, such as register and tax numbers."),
        }),
    )
}

fn logo() -> Value {
    let size = |sizes: &RangeInclusive<i64>, description: &str| {
        json!({
            "type": "integer", "minimum": sizes.start(), "maximum": sizes.end(), "description": description,
        })
    };
    let picture =
        described(https_url(false), "The picture, PNG or JPEG, twice as large as it is shown.");
    object(
        &["url", "width", "height"],
        json!({
            "url": picture,
            "dark_url": described(https_url(true), "The picture on a dark page, of the same size."),
            "width": size(&logo::WIDTHS, "How wide it is shown, in pixels."),
            "height": size(&logo::HEIGHTS, "How high it is shown, in pixels."),
        }),
    )
}

fn links() -> Value {
    let text = json!({
        "type": "object", "minProperties": 1, "propertyNames": { "enum": languages() },
        "additionalProperties": short_text(links::MAX_LINK_TEXT_LEN),
        "description": "Its text by language. A language that is not there has the English text, and without one no link.",
    });
    let own = object(
        &["url", "text"],
        json!({ "url": described(https_url(false), "The page."), "text": text }),
    );
    object(
        &[],
        json!({
            "returns": described(https_url(true), "How something is sent back."),
            "help": described(https_url(true), "Answers to questions."),
            "account": described(https_url(true), "The customer's account."),
            "terms": described(https_url(true), "The terms of sale."),
            "privacy": described(https_url(true), "What becomes of personal data."),
            "own": {
                "type": ["array", "null"], "items": own, "maxItems": links::MAX_OWN_LINKS,
                "description": "Other pages, in the shop's own words."
            },
        }),
    )
}

fn legal() -> Value {
    let lines = json!({
        "type": "array", "items": short_text(legal::MAX_LEGAL_LINE_LEN), "maxItems": legal::MAX_LEGAL_LINES,
    });
    let mut of_all =
        described(lines.clone(), "For customers in every country that is not named below.");
    of_all["type"] = json!(["array", "null"]);
    object(
        &[],
        json!({
            "lines": of_all,
            "by_country": {
                "type": ["object", "null"], "propertyNames": { "pattern": "^[A-Z]{2}$" },
                "additionalProperties": lines, "maxProperties": legal::MAX_LEGAL_COUNTRIES,
                "description": "For customers in one country, by its ISO 3166-1 alpha-2 code, instead of those for all."
            },
        }),
    )
}

fn languages() -> Vec<&'static str> {
    Language::all().map(Language::code).collect()
}

fn https_url(is_optional: bool) -> Value {
    let kind = if is_optional { json!(["string", "null"]) } else { json!("string") };
    json!({ "type": kind, "pattern": "^[Hh][Tt][Tt][Pp][Ss]:", "maxLength": logo::MAX_ADDRESS_LEN })
}

fn short_text(most: usize) -> Value {
    let mut text = of::<Line>(&mut SchemaGenerator::default());
    text["maxLength"] = json!(most);
    text
}

fn attachment_prefix() -> Value {
    object(
        &["prefix"],
        json!({
            "prefix": {
                "type": "string", "pattern": attachments::PREFIX_PATTERN,
                "not": { "pattern": "(?:^|/)\\.\\.?/" }, "maxLength": attachments::MAX_PREFIX_LEN,
                "description": "The folder of the stack's bucket (its parameter AttachmentBucket) that is the shop's. Of any \
                                shop but default, it begins with the shop's name and a slash.",
                "examples": ["north/invoices/"]
            },
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
            "accent": "#7a1f3d",
            "logo": {
                "url": "https://north.example/logo.png", "dark_url": "https://north.example/logo-dark.png",
                "width": 150, "height": 36
            },
            "links": {
                "returns": "https://north.example/returns", "help": "https://north.example/help",
                "own": [{ "url": "https://north.example/care", "text": { "en": "Care of wool", "de": "Wolle pflegen" } }]
            },
            "legal": {
                "lines": ["North ApS, CVR 12345678"],
                "by_country": { "DE": ["North GmbH, HRB 123456, Amtsgericht Hamburg", "USt-IdNr. DE123456789"] }
            }
        },
        "sender": { "address": "orders@north.example", "name": "North" },
        "reply_to": "help@north.example",
        "default_locale": "de-DE",
        "formality": "informal",
        "wording": { "de": { "confirmed-heading": "Merci für deine Bestellung" } },
        "time_zone": "Europe/Berlin",
        "kinds_off": ["shipment.out_for_delivery"],
        "copies": [{ "to": "accounts@north.example", "kinds": ["order.confirmed"] }],
        "attachments": { "prefix": "north/2026/" },
        "webhook_secret":
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:waybill/shops/north-AbCdEf"
    })
}
