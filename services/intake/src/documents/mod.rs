//! Generates the OpenAPI document of intake's HTTP and the AsyncAPI document of the events that it takes, and checks
//! that `shared/schema/openapi.json` and `asyncapi.json` match them.
//!
//! Statuses, headers and bodies are those of [`Problem`](crate::problem::Problem) and
//! [`Outcome`](crate::outcome::Outcome), limits and kinds those of the contract. For the form of an event both refer to
//! `event.schema.json` beside them. Test code only. That intake answers what the first one says, and nothing else, is
//! tested in `tests/handlers/http_document.rs`; that both hold together, in `tests/promises/documents.rs`.

mod answers;
mod asyncapi;
mod examples;
mod openapi;

use serde_json::{Value, json};
use shared::contract::event::MAX_BATCH_EVENTS;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/schema/");

/// The form of an event, by a reference that holds in the folder of the documents.
const EVENT: &str = "event.schema.json";

#[test]
fn the_openapi_file_matches_the_code() {
    assert_matches("openapi.json", &openapi::document());
}

#[test]
fn the_asyncapi_file_matches_the_code() {
    assert_matches("asyncapi.json", &asyncapi::document());
}

fn assert_matches(name: &str, document: &Value) {
    let file = format!("{FOLDER}{name}");
    let generated = format!("{document:#}\n");
    if std::env::var_os("WAYBILL_UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &generated).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == generated,
        "{file} has drifted from the code. If the contract was meant to change, run the tests once with \
         WAYBILL_UPDATE_SCHEMA=1 and commit the file."
    );
}

fn reference(to: &str) -> Value {
    json!({ "$ref": to })
}

/// Several events at once.
fn batch() -> Value {
    json!({
        "type": "array", "items": reference(EVENT), "minItems": 1, "maxItems": MAX_BATCH_EVENTS,
        "description": "Events, each of which has its own result."
    })
}

/// The licence of the documents.
fn licence() -> Value {
    json!({ "name": "MIT", "identifier": "MIT" })
}
