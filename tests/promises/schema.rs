//! What the JSON Schema of the contract takes, intake accepts without a warning about its form, and the other
//! way round, but for the rules that a schema cannot express: those are listed in
//! `shared::contract::beyond_schema`. Of what the schema refuses, intake accepts most, with a warning.

use std::cell::Cell;
use std::collections::BTreeMap;

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use serde_json::{Value, json};
use shared::contract::beyond_schema::RULES;
use shared::contract::money::MAX_AMOUNT;
use shared::contract::text::is_blank;
use shared::contract::warnings::read_form;

use crate::support::events::sample;
use crate::support::json::{any_json, change_at, pointers, sample_event};
use crate::support::valid;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/schema/event.schema.json");

const CONTRACT: &str = include_str!("../../shared/CONTRACT.md");

const CASES: u32 = 4_000;

/// A compiled schema.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    /// With `format` as a comment, as the specification has it, or as a rule, as many validators do.
    fn new(schema: &Value, checks_formats: bool) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.set_default_draft(Draft::V2020_12);
        if checks_formats {
            compiler.enable_format_assertions();
        }
        compiler.add_resource("urn:test", schema.clone()).expect("the schema is JSON");
        let index = compiler.compile("urn:test", &mut schemas).expect("the schema is one");
        Self { schemas, index }
    }

    /// Why the schema refuses the document.
    fn refusal(&self, document: &Value) -> Option<String> {
        let result = self.schemas.validate(document, self.index);
        result.err().map(|error| error.to_string())
    }
}

fn validators(schema: &Value) -> [Validator; 2] {
    [false, true].map(|checks_formats| Validator::new(schema, checks_formats))
}

fn schema() -> Value {
    let text = std::fs::read_to_string(SCHEMA).expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

/// Whether the event has the form that the schema describes, if both say the same; otherwise who does not, and why.
fn agree(validators: &[Validator; 2], event: &Value) -> Result<bool, String> {
    let (read, warnings) = read_form(event);
    let refused = read.err().unwrap_or_default();
    let of_refusals = refused.iter().map(|error| (&error.pointer, &error.detail));
    let notices: Vec<_> =
        of_refusals.chain(warnings.iter().map(|w| (&w.pointer, &w.detail))).collect();
    let said = without_empty(event);
    for (validator, formats) in validators.iter().zip(["ignored", "checked"]) {
        match (notices.is_empty(), validator.refusal(&said)) {
            (true, Some(refusal)) => {
                return Err(format!("only the schema refuses (formats {formats}): {refusal}"));
            }
            (false, None) if !notices.iter().all(|(at, what)| is_beyond_schema(at, what)) => {
                return Err(format!("only intake finds: {notices:?} (formats {formats})"));
            }
            _ => {}
        }
    }
    Ok(notices.is_empty())
}

/// The document without what says nothing, and without entries of which there is nothing: the schema describes
/// the rest.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let kept = items.iter().filter(|item| !is_empty(item) && !is_none_of_it(item));
            Value::Array(kept.map(without_empty).collect())
        }
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !is_empty(value));
            kept.map(|(name, value)| (name.clone(), without_empty(value))).collect()
        }
        other => other.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_blank(text),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(members) => members.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_none_of_it(item: &Value) -> bool {
    let quantity = &item["quantity"];
    let text = quantity.as_str().map(str::trim);
    text.map_or_else(|| quantity.as_f64(), |text| text.parse().ok()) == Some(0.0)
}

fn is_beyond_schema(pointer: &str, detail: &str) -> bool {
    let of_place = |place: &&str| pointer.starts_with(place);
    RULES.iter().any(|rule| rule.places.iter().any(of_place) && detail.contains(rule.notice))
}

const NEAR_VALID_TEXTS: &[&str] = &[
    "",
    " ",
    "\u{202e}",
    "\u{a0}\u{2003}",
    "a\u{0}",
    "1.0",
    "1.0 ",
    "order.confirmed",
    "shipment.delayed",
    "application/json",
    "Application/JSON ; charset=utf-8",
    "text/json",
    "application/json\u{a0}",
    "EUR",
    "eur",
    "XYZ",
    "XAU",
    "JPY",
    "DE",
    "de",
    "QQ",
    "D",
    "javascript:alert(1)",
    "/track",
    "https://dhl.example@evil.example/",
    "https://track.example/",
    "de_DE",
    "de-DE-",
    "zh-Hant-TW",
    "de_DE.UTF-8",
    "en-GB-a",
    "x-klingon",
    "german",
    "root",
    "i-default",
    "jo@bücher.example",
    "jö@example.com",
    "jo@ex_a.com",
    "\"jo\"@example.com",
    "jo@example",
    "jo@[127.0.0.1]",
    "a@b@c.de",
    "jo@xn--a.example",
    "jo@1.2.3.4",
    "2026-11-24",
    "2026-02-29",
    "2028-02-29",
    "1900-02-29",
    "0000-02-29",
    "2026-11-24T00:00:00Z",
    "-009999-01-01",
    "2026-11-20T10:30Z",
    "2026-11-20 10:30:00,5+0100",
    "2026-11-20T10:30:00",
    "2026-11-20T10:30:60Z",
    "2026-11-20T10:30:00+25:59",
    "0000-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59Z",
    "2026-11-20T10:30:00Z[Europe/Berlin]",
    "2026-11-20T10:30:00Z[!x]",
];

const NEAR_VALID_PATTERNS: &[&str] = &[
    "[0-9]{4}-[01][0-9]-[0-3][0-9]",
    "[0-9]{4}-(0[1-9]|1[0-2])-[0-2][0-9][Tt _][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?([.,][0-9]{0,10})?\
     (Z|z|[+-][0-2][0-9](:?[0-6][0-9])?)?(\\[[A-Za-z/_+-]{0,4}\\])?",
    "[a-z.\"_+]{1,4}@([a-zA-Z0-9_äß。-]{1,4}\\.){0,3}[a-z0-9ü-]{1,3}",
    "[a-z]{40,70}@[a-z]{60,66}\\.[a-z]{1,65}\\.de",
    "[A-Za-z]{1,4}([-_][A-Za-z0-9]{0,9}){0,4}",
    "[A-Z]{2,3}",
    "[A-Za-z0-9#._:/ -]{0,70}",
    "[\\u{0}-\\u{a1}\\u{1680}\\u{2000}-\\u{2030}\\u{205f}\\u{3000}]{0,3}",
    ".{495,505}",
    "[!-~]{250,260}",
];

fn near_valid_numbers() -> Vec<Value> {
    vec![
        json!(0),
        json!(1),
        json!(-1),
        json!(1490.0),
        json!(1490.5),
        json!(-0.0),
        json!(1e3),
        json!(100_000.0),
        json!(100_001),
        json!(MAX_AMOUNT),
        json!(MAX_AMOUNT + 1),
        json!(-MAX_AMOUNT),
        json!(-MAX_AMOUNT - 1),
        json!(9_007_199_254_740_991.0),
        json!(9_007_199_254_740_992.0),
        json!(1e300),
        json!(i64::MIN),
        json!(u64::MAX),
    ]
}

/// Values that are hostile, and ones that are nearly those of some member of the contract.
fn near_valid() -> impl Strategy<Value = Value> {
    let texts = select(NEAR_VALID_TEXTS).prop_map(Value::from);
    let numbers = select(near_valid_numbers());
    let generated = select(NEAR_VALID_PATTERNS)
        .prop_flat_map(|pattern| proptest::string::string_regex(pattern).expect("an expression"))
        .prop_map(Value::from);
    prop_oneof![3 => texts, 2 => numbers, 4 => generated, 1 => any_json()]
}

#[derive(Debug, Clone)]
enum Change {
    Remove,
    Replace(Value),
    /// Puts a character where another one was, or between two.
    Edit {
        place: Index,
        cut: bool,
        insert: String,
    },
}

fn change() -> impl Strategy<Value = Change> {
    let edit = (any::<Index>(), any::<bool>(), "(\\PC|[ -~]|\n|\u{0}){0,2}");
    prop_oneof![
        1 => Just(Change::Remove),
        1 => Just(Change::Replace(Value::Null)),
        6 => near_valid().prop_map(Change::Replace),
        3 => edit.prop_map(|(place, cut, insert)| Change::Edit { place, cut, insert }),
    ]
}

/// An event with up to two of its values changed; none, once in three times.
fn changed_event() -> impl Strategy<Value = Value> {
    let event = prop_oneof![valid::event(), sample_event()];
    (event, vec((any::<Index>(), change()), 0..=2)).prop_map(|(mut event, changes)| {
        for (place, change) in changes {
            let pointers = pointers(&event);
            let pointer = &pointers[place.index(pointers.len())];
            apply(&mut event, pointer, change);
        }
        event
    })
}

fn apply(event: &mut Value, pointer: &str, change: Change) {
    match change {
        Change::Remove => change_at(event, pointer, None),
        Change::Replace(value) => change_at(event, pointer, Some(value)),
        Change::Edit { place, cut, insert } => {
            if let Some(Value::String(text)) = event.pointer_mut(pointer) {
                let mut chars: Vec<char> = text.chars().collect();
                let at = place.index(chars.len() + 1);
                let end = (at + usize::from(cut)).min(chars.len());
                chars.splice(at..end, insert.chars());
                *text = chars.into_iter().collect();
            }
        }
    }
}

/// The seed in `PROPTEST_RNG_SEED`, which repeats the same cases, or a new one.
fn seed() -> u64 {
    match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => jiff::Timestamp::now().as_microsecond().unsigned_abs(),
    }
}

#[test]
fn what_the_schema_takes_intake_accepts_without_a_word_and_the_other_way_round() {
    let validators = validators(&schema());
    let seed = seed();
    let rng_seed = RngSeed::Fixed(seed);
    let config = Config { cases: CASES, rng_seed, failure_persistence: None, ..Config::default() };
    let taken = Cell::new(0);
    let result = TestRunner::new(config).run(&changed_event(), |event| {
        let is_taken = agree(&validators, &event).map_err(TestCaseError::fail)?;
        taken.set(taken.get() + u32::from(is_taken));
        Ok(())
    });
    if let Err(failure) = result {
        panic!("PROPTEST_RNG_SEED={seed} repeats this: {failure}");
    }
    // A search among events of one kind alone would find little.
    let taken = taken.get();
    assert!(
        (CASES / 4..CASES * 4 / 5).contains(&taken),
        "{taken} of {CASES} have the form of the schema (seed {seed})"
    );
}

/// What the two disagreed on once, and the edges of each rule, at every place where it can stand.
#[test]
fn the_schema_and_intake_agree_on_each_edge_of_the_contract() {
    let validators = validators(&schema());
    for (pointer, value, is_of_form) in edges() {
        for id in ["1001-shipped", "1007-refunded", "1006-cancelled"] {
            let mut event = sample(id);
            if event.pointer(pointer).is_none() {
                continue;
            }
            *event.pointer_mut(pointer).expect("checked above") = value.clone();
            assert_eq!(agree(&validators, &event), Ok(is_of_form), "{id} {pointer} {value}");
        }
    }
}

fn edges() -> Vec<(&'static str, Value, bool)> {
    let text = |len: usize| json!("x".repeat(len));
    vec![
        ("/data/order/id", json!("#1001 ä/1"), true),
        ("/data/order/id", text(129), false),
        ("/data/order/id", json!("ü".repeat(65)), false),
        ("/data/order/id", json!(1001), false),
        ("/data/order/customer/locale", json!("de_DE"), true),
        ("/data/order/customer/locale", json!("german"), false),
        ("/data/order/customer/locale", json!("en-GB-a"), false),
        ("/data/order/customer/email", json!("jo@bücher.example"), true),
        ("/data/order/customer/email", json!("\"a..b\"@example.com"), true),
        ("/data/order/customer/email", json!("a..b@example.com"), false),
        ("/data/order/customer/email", json!("jo@exa_mple.com"), false),
        ("/data/order/customer/email", json!("jö@example.com"), false),
        ("/data/order/number", text(500), true),
        ("/data/order/number", text(501), false),
        ("/data/order/number", json!("\u{202e}"), true),
        ("/data/order/number", json!("\u{200b}\u{2060}\u{feff}"), true),
        ("/data/order/number", json!("\u{3164}\u{2800}"), true),
        ("/data/order/lines/0/title", json!("\u{3164}\u{2800}"), false),
        ("/data/order/lines/0/quantity", json!(-0.0), false),
        ("/data/order/number", json!("\u{a0}\n"), true),
        ("/data/order/lines/0/quantity", json!(1.5), true),
        ("/data/order/lines/0/quantity", json!(100_000.0), true),
        ("/data/order/lines/0/quantity", json!(100_001.0), false),
        ("/data/order/lines/0/quantity", json!(0.0), true),
        ("/data/order/lines/0/quantity", json!(-1), false),
        ("/data/order/lines/0/quantity", json!(0.123_456_7), false),
        ("/data/order/lines/0/title", json!(""), false),
        ("/data/order/lines/0/sku", json!(""), true),
        ("/data/order/lines/0/unit_price/amount", json!(1490.0), false),
        ("/data/order/lines/0/unit_price/amount", json!(1490), true),
        ("/data/order/lines/0/unit_price/amount", json!(1490.5), false),
        ("/data/order/lines/0/unit_price/amount", json!("14.90"), false),
        ("/data/order/totals/total/amount", json!(MAX_AMOUNT), true),
        ("/data/order/totals/total/amount", json!(MAX_AMOUNT + 1), false),
        ("/data/order/totals/total", json!(null), false),
        ("/data/order/lines/0/unit_price/currency", json!("XYZ"), false),
        ("/data/refund/amount/amount", json!(1.0), false),
        ("/data/refund/amount/amount", json!(1), true),
        ("/data/refund/amount/amount", json!(0), false),
        ("/data/shipment/tracking_url", json!("HTTPS://t.example"), true),
        ("/data/shipment/tracking_url", json!("\u{a0}\u{1}ht\ntps:\t//t.example"), true),
        ("/data/shipment/tracking_url", json!("\u{1}\u{a0}https://t.example"), false),
        ("/data/shipment/tracking_url", json!("https://"), false),
        ("/data/shipment/tracking_url", json!("javascript:alert(1)"), false),
        ("/data/shipment/tracking_url", json!("t.example/1"), false),
        ("/data/shipment/tracking_number", json!("1111 2222"), true),
        ("/data/shipment/tracking_number", json!("A, B"), false),
        ("/data/shipment/tracking_number", json!(","), false),
        ("/data/shipment/expected_on", json!("2028-02-29"), true),
        ("/data/shipment/expected_on", json!("2026-02-29"), false),
        ("/data/shipment/expected_on", json!("2026-11-24T00:00:00Z"), false),
        ("/data/shipment/expected_on", json!("0026-11-24"), false),
        ("/data/shipment/expected_on", json!("1999-12-31"), false),
        ("/data/shipment/expected_on", json!("2000-02-29"), true),
        ("/data/shipment/expected_on", json!("2100-02-29"), false),
        ("/data/order/placed_at", json!("1970-01-01T00:00:00Z"), false),
        ("/data/order/placed_at", json!("2000-01-01T00:00:00+14:00"), true),
        ("/data/shipment/lines/0", json!({ "quantity": 1 }), false),
        ("/data/shipment/lines/0", json!({ "title": "A gift" }), true),
        ("/data/shipment/still_to_come", json!(null), true),
        ("/data/order/placed_at", json!("2026-11-20T10:30Z"), true),
        ("/data/order/placed_at", json!("2026-11-20"), false),
        ("/data/order/placed_at", json!("2026-11-20T10:30:00"), false),
        ("/data/order/placed_at", json!(" "), true),
        ("/time", json!(null), true),
        ("/specversion", json!(""), false),
    ]
}

/// Each example of a member is one of it.
#[test]
fn the_examples_in_the_schema_are_valid() {
    let schema = schema();
    let mut count = 0;
    for pointer in pointers(&schema) {
        let Some(Value::Array(examples)) = schema.pointer(&format!("{pointer}/examples")) else {
            continue;
        };
        let mut of_member = schema.pointer(&pointer).expect("its examples were found").clone();
        of_member["$defs"] = schema["$defs"].clone();
        for validator in validators(&of_member) {
            for example in examples {
                assert_eq!(validator.refusal(example), None, "{pointer}: {example}");
                count += 1;
            }
        }
    }
    assert!(count > 10, "{count} examples");
}

/// The table is where a newcomer looks: a member that is missing there is not published.
#[test]
fn the_contracts_table_of_the_order_lists_the_members_of_the_schema() {
    let schema = schema();
    let mut members = BTreeMap::new();
    add_members(&schema, &schema["$defs"]["Order"], "", &mut members);
    // Their rows refer to those of the other address.
    members.retain(|name, _| {
        !name.starts_with("billing_address.") && !name.starts_with("pickup.address.")
    });
    assert_eq!(rows_of_order(), members);
}

/// Adds each member below the object of `of`, by its path, with whether it is required.
fn add_members(schema: &Value, of: &Value, path: &str, to: &mut BTreeMap<String, bool>) {
    let required = of["required"].as_array().cloned().unwrap_or_default();
    for (name, member) in of["properties"].as_object().expect("an object") {
        to.insert(format!("{path}{name}"), required.contains(&json!(name)));
        let (item, list) = member.get("items").map_or((member, ""), |item| (item, "[]"));
        match definition(schema, item) {
            // The page says once what money is.
            Some(object)
                if object["properties"].is_object() && *object != schema["$defs"]["Money"] =>
            {
                add_members(schema, object, &format!("{path}{name}{list}."), to);
            }
            _ => {}
        }
    }
}

/// The definition that a member refers to, also beside null.
fn definition<'a>(schema: &'a Value, member: &'a Value) -> Option<&'a Value> {
    let choices = member["anyOf"].as_array().into_iter().flatten();
    let reference = choices.chain([member]).find_map(|choice| choice["$ref"].as_str())?;
    schema.pointer(reference.trim_start_matches('#'))
}

/// The rows of the page's table of the order: each member, and whether it is required.
fn rows_of_order() -> BTreeMap<String, bool> {
    let (_, table) = CONTRACT.split_once("| member of `order` |").expect("the table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        (cells[1].trim_matches('`').to_owned(), cells[2] == "yes")
    })
    .collect()
}
