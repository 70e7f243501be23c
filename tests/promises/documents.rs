//! The OpenAPI and the AsyncAPI document beside the JSON Schema: what they refer to is there, their examples are
//! valid, and their names are those of the template. `infra/checks/test_documents.py` has the specifications' own
//! validators look at them; `tests/handlers/http_document.rs` compares the first one with intake.

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, Draft, Schemas};
use serde_json::{Value, json};
use shared::Kind;
use shared::mail_event::MailOutcome;
use template::properties;

const FOLDER: &str = "https://waybill.example/schema/";
const OPENAPI: &str = include_str!("../../shared/schema/openapi.json");
const ASYNCAPI: &str = include_str!("../../shared/schema/asyncapi.json");
const EVENT: &str = include_str!("../../shared/schema/event.schema.json");
const MAIL_ASYNCAPI: &str = include_str!("../../shared/schema/mail.asyncapi.json");
const MAIL_EVENT: &str = include_str!("../../shared/schema/mail.schema.json");
const README: &str = include_str!("../../README.md");
const CONTRACT: &str = include_str!("../../shared/CONTRACT.md");

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The documents by their file names.
fn documents() -> [(&'static str, Value); 5] {
    [
        ("openapi.json", OPENAPI),
        ("asyncapi.json", ASYNCAPI),
        ("event.schema.json", EVENT),
        ("mail.asyncapi.json", MAIL_ASYNCAPI),
        ("mail.schema.json", MAIL_EVENT),
    ]
    .map(|(name, text)| (name, parse(text)))
}

fn document(name: &str) -> Value {
    BTreeMap::from(documents()).remove(name).expect("one of the documents")
}

/// Calls `visit` with each value of a document and its JSON Pointer.
fn for_each(value: &Value, pointer: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(pointer, value);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            for_each(member, &format!("{pointer}/{name}"), visit);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| {
            for_each(item, &format!("{pointer}/{i}"), visit);
        }),
        _ => {}
    }
}

#[test]
fn whatever_the_documents_refer_to_is_there() {
    let documents = BTreeMap::from(documents());
    let mut count = 0;
    for (name, text) in &documents {
        for_each(text, "", &mut |at, value| {
            let Some(reference) = value["$ref"].as_str() else { return };
            let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            let target = documents.get(if file.is_empty() { *name } else { file });
            let found = target.and_then(|target| target.pointer(pointer));
            assert!(found.is_some(), "{name}{at}: {reference}");
            count += 1;
        });
    }
    assert!(count > 100, "{count} references");
}

#[test]
fn each_example_in_the_documents_has_the_form_that_stands_beside_it() {
    let mut count = 0;
    for (name, text) in documents() {
        for_each(&text, "", &mut |at, value| {
            for (schema, example) in examples(value) {
                let refusal = refusal(&format!("{name}#{at}{schema}"), example);
                assert_eq!(refusal, None, "{name}{at}: {example:#}");
                count += 1;
            }
        });
    }
    // Of requests, of answers with each problem, and of each kind of message.
    assert!(count > 30, "{count} examples");
}

/// The examples of a media type, a parameter, a header or a message, each with the pointer to its form.
fn examples(of: &Value) -> Vec<(&'static str, &Value)> {
    let named = of["examples"].as_object().into_iter().flat_map(|examples| examples.values());
    let named = named.map(|example| &example["value"]);
    let single = of.get("example");
    let of_messages = of["examples"].as_array().into_iter().flatten();
    let of_messages = of_messages.filter_map(|example| example.get("payload"));
    match (of.get("schema"), of.get("payload")) {
        (Some(_), None) => named.chain(single).map(|example| ("/schema", example)).collect(),
        (None, Some(_)) => of_messages.map(|example| ("/payload/schema", example)).collect(),
        _ => Vec::new(),
    }
}

/// Why the form at this place of a document refuses the value.
fn refusal(place: &str, value: &Value) -> Option<String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    for (name, document) in documents() {
        compiler.add_resource(&format!("{FOLDER}{name}"), document).expect("JSON");
    }
    let place = format!("{FOLDER}{place}");
    let index = compiler.compile(&place, &mut schemas).unwrap_or_else(|e| panic!("{place}: {e}"));
    schemas.validate(value, index).err().map(|error| error.to_string())
}

#[test]
fn in_binary_mode_each_attribute_of_an_event_has_its_header() {
    let openapi = document("openapi.json");
    let parameters = openapi["components"]["parameters"].as_object().expect("parameters");
    let headers: BTreeSet<&str> = parameters.keys().map(String::as_str).collect();
    let event = document("event.schema.json");
    let attributes = event["properties"].as_object().expect("members").keys();
    // The data is the body, and its media type the header content-type.
    let attributes =
        attributes.filter(|name| !["data", "datacontenttype"].contains(&name.as_str()));
    let expected: Vec<String> = attributes.map(|name| format!("ce-{name}")).collect();
    assert_eq!(headers, expected.iter().map(String::as_str).collect());
}

#[test]
fn the_ways_in_have_the_names_that_the_template_gives_them() {
    let asyncapi = document("asyncapi.json");
    let address = |channel: &str| {
        let channel = &asyncapi["channels"][channel];
        let stack = channel["parameters"]["stack"]["default"].as_str().expect("a stack");
        json!(channel["address"].as_str().expect("an address").replace("{stack}", stack))
    };
    let deployed = properties(&[]);
    assert_eq!(address("inbox"), deployed["InboxQueue.QueueName"]);
    assert_eq!(address("eventBus"), deployed["ShopBus.Name"]);
    assert_eq!(address("function"), deployed["Intake.FunctionName"]);
    let queues = &asyncapi["channels"]["inbox"]["bindings"]["sqs"];
    assert_eq!(queues["queue"]["name"], deployed["InboxQueue.QueueName"]);
    assert_eq!(queues["deadLetterQueue"]["name"], deployed["InboxDlq.QueueName"]);
}

/// The cells of a column, from 1, of the rows below this header, without backticks.
fn cells<'a>(page: &'a str, header: &str, column: usize) -> Vec<&'a str> {
    let (_, table) = page.split_once(header).expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(column));
    cells.map(|cell| cell.trim().trim_matches('`')).collect()
}

#[test]
fn the_tables_of_event_types_have_each_kind_and_for_how_long_it_is_news() {
    let kinds = Kind::ALL.map(Kind::as_str);
    assert_eq!(cells(README, "| type | one mail per |", 1), kinds);
    assert_eq!(cells(CONTRACT, "| type | no news after |", 1), kinds);
    let news_for = Kind::ALL.map(|kind| match kind.send_within().as_hours() {
        24 => "1 day".to_owned(),
        days if days % 24 == 0 => format!("{} days", days / 24),
        hours => format!("{hours} hours"),
    });
    assert_eq!(cells(CONTRACT, "| type | no news after |", 2), news_for);
}

#[test]
fn the_readmes_event_and_answer_are_those_of_the_documents() {
    let section = README.split("\n## The contract: events\n").nth(1).expect("the section");
    let printed = section.split("```json\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let printed: Vec<Value> = printed.take(2).map(parse).collect();
    let openapi = document("openapi.json");
    let of_event =
        "/components/requestBodies/Events/content/application~1cloudevents+json/examples/smallest";
    let of_answer = "/paths/~1v1~1events/post/responses/202/content/application~1json/examples/\
                     accepted_with_a_warning";
    let examples =
        [of_event, of_answer].map(|at| openapi.pointer(at).expect("an example")["value"].clone());
    assert_eq!(printed, examples);
}

#[test]
fn the_readmes_mail_event_is_that_of_the_document_and_its_table_has_each_type() {
    let section = README.split("\n## Hear what became of each mail\n").nth(1).expect("the section");
    let printed = section.split("```json\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let asyncapi = document("mail.asyncapi.json");
    let bounced = &asyncapi["components"]["messages"]["mail.bounced"]["examples"][0]["payload"];
    assert_eq!(parse(printed.expect("an event")), *bounced);
    let types = MailOutcome::ALL.map(|outcome| outcome.to_string());
    assert_eq!(cells(README, "| type of a mail event | what happened |", 1), types);
}
